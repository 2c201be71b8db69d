"""Policies: which level counts for what, and what is refused."""

import json
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.catalogue.compile import Compiled
from streams.catalogue.load import compile_source, compile_texts
from streams.catalogue.model import calendar_name, level_words
from streams.catalogue.source import difference
from streams.clock import MINUTE
from streams.errors import CatalogueError
from tests.support.effort import explore
from tests.support.policy_shop import SHOP, compiled

LEVELS = ("tenant", "brand", "region", "store")
VALUES = {"tenant": ("acme", "other"), "brand": ("fresh", "old"), "region": ("east", "west"), "store": ("s1", "s2", "s3")}
HOME = {"s1": ("fresh", "east"), "s2": ("fresh", "west"), "s3": ("old", "east"), None: (None, None), "s9": (None, None)}
PLACES = list(product(("acme", "other", "third"), (None, "east", "west"), (None, "s1", "s2", "s3", "s9")))
OWN = st.fixed_dictionaries(
    {},
    optional={
        "deadline": st.sampled_from([f"{minutes}m" for minutes in range(1, 9)]),
        "severity": st.sampled_from(["low", "high", "critical"]),
        "off": st.booleans(),
        "calendar": st.sampled_from(["mall", "night", "always"]),
    },
)
KEYS = st.fixed_dictionaries({}, optional={name: st.sampled_from(values) for name, values in VALUES.items()})


@st.composite
def policy_lists(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Policies of which no two have the same keys."""
    found: dict[str, dict[str, Any]] = {}
    for keys, own, swap in draw(st.lists(st.tuples(KEYS.filter(bool), OWN, st.booleans()), max_size=12)):
        policy = {**keys, "moments": {"ticket.reply": own}}
        if swap:
            policy["calendars"] = {"desk": "mall" if "store" in keys else "night"}
        found[json.dumps(keys, sort_keys=True)] = policy
    return list(found.values())


def look_at(tenant: str, region: str | None, store: str | None) -> dict[str, object]:
    """What the event of a case there shows."""
    shown = {"tenant": tenant, "region": region, "store_id": store}
    return {name: value for name, value in shown.items() if value is not None}


def counts(policies: list[dict[str, Any]], at: dict[str, str | None], field: str) -> Any:
    """What the page says, slowly: of all policies that hold and say it, the one with the nearest key; else None."""

    def nearness(policy: dict[str, Any]) -> list[bool]:
        return [name in policy for name in reversed(LEVELS)]

    holding = [policy for policy in policies if all(policy[name] == at[name] for name in LEVELS if name in policy)]
    own = "calendars" if field == "swap" else "moments"
    saying = [policy for policy in holding if field in policy[own].get("ticket.reply", {})] if own == "moments" else []
    if field == "swap":
        saying = [policy for policy in holding if "calendars" in policy]
    if not saying:
        return None
    nearest = max(saying, key=nearness)
    return nearest["calendars"]["desk"] if field == "swap" else nearest["moments"]["ticket.reply"][field]


def found(catalogue: Compiled, look: dict[str, object]) -> tuple[int | None, str, str, bool]:
    """Length, calendar, severity and whether it is off, as the engine asks for them."""
    moment = catalogue.moments[0]
    zone = moment.zone(look.get)
    severity = moment.severity if moment.ruling is None else moment.ruling(look.get).severity
    off = moment.off is not None and moment.off(look.get)
    return moment.deadline.resolve(0, look.get, zone).span, calendar_name(moment.calendar, zone), severity, off


@explore(60)
@given(policy_lists())
def test_the_nearest_level_wins_field_by_field(policies: list[dict[str, Any]]) -> None:
    catalogue = compiled(policies)
    for tenant, region, store in PLACES:
        brand, home = HOME[store]
        at = {"tenant": tenant, "brand": brand, "region": region or home, "store": store}
        length = counts(policies, at, "deadline")
        calendar = counts(policies, at, "calendar") or "desk"
        if calendar == "desk":
            calendar = counts(policies, at, "swap") or "desk"
        true = (
            int(length[:-1]) * MINUTE if length else 10 * MINUTE,
            calendar,
            counts(policies, at, "severity") or "medium",
            bool(counts(policies, at, "off")),
        )
        assert found(catalogue, look_at(tenant, region, store)) == true, at


@explore(30)
@given(policy_lists(), st.randoms(use_true_random=False))
def test_neither_the_order_nor_the_files_of_policies_mean_anything(policies: list[dict[str, Any]], chance: Any) -> None:
    one = compiled(policies)
    chance.shuffle(policies)
    cut = chance.randint(0, len(policies))
    for other in (compiled(policies), compiled(policies[:cut], policies[cut:]), compile_source(one.source)):
        for place in PLACES:
            assert found(one, look_at(*place)) == found(other, look_at(*place))


def test_the_ruling_names_the_level_of_each_field() -> None:
    catalogue = compiled(
        [
            {"tenant": "acme", "moments": {"ticket.reply": {"severity": "critical", "deadline": "5m"}}},
            {"brand": "fresh", "region": "east", "calendars": {"desk": "mall"}},
            {"store": "s1", "tenant": "acme", "moments": {"ticket.reply": {"deadline": "4m"}}},
        ]
    )
    ruling = catalogue.moments[0].ruling
    assert ruling is not None
    levels = ruling(look_at("acme", None, "s1").get).levels
    assert {field: level_words(level) for field, level in levels.items()} == {
        "deadline": "store s1",
        "severity": "tenant acme",
        "calendar": "region east, brand fresh",
    }
    assert ruling(look_at("other", "north", None).get).levels == {}


def test_a_target_of_a_policy_keeps_its_own_calendar_and_the_others_those_of_the_place() -> None:
    deadline = {"after": "5m", "targets": [{"when": {"tier": "vip"}, "after": "1m", "calendar": "night"}]}
    own = {"deadline": deadline, "calendar": "mall"}
    catalogue = compiled([{"region": "east", "moments": {"ticket.reply": own}}])
    assert found(catalogue, {"store_id": "s1", "tier": "vip"})[:2] == (MINUTE, "night")
    assert found(catalogue, {"store_id": "s1"})[:2] == (5 * MINUTE, "mall")
    assert found(catalogue, {"store_id": "s2", "tier": "vip"})[:2] == (10 * MINUTE, "desk")


def test_a_moment_that_no_policy_names_is_compiled_as_if_there_were_none() -> None:
    other = (
        SHOP.replace("  - id: ticket.reply", "  - id: ticket.other").split("moments:\n")[1].replace("desk\n", "desk\n")
    )
    text = f"{SHOP}{other}policies: [{{store: s1, moments: {{ticket.reply: {{off: true}}}}}}]\n"
    catalogue = compile_texts([("shop.yaml", text)])
    named, unnamed = (catalogue.moments[catalogue.position(name) or 0] for name in ("ticket.reply", "ticket.other"))
    plain = compile_texts([("shop.yaml", SHOP)]).moments[0]
    assert named.off is not None
    assert (unnamed.ruling, unnamed.off, unnamed.deadline) == (None, None, plain.deadline)


@pytest.mark.parametrize(
    ("policies", "says"),
    [
        (
            "[{store: s1, moments: {ticket.repyl: {off: true}}}]",
            "21:34: there is no moment 'ticket.repyl'; did you mean 'ticket.reply'?",
        ),
        (
            "[{moments: {ticket.reply: {off: true}}}]",
            "21:12: a policy holds somewhere; write tenant:, brand:, region: or store:",
        ),
        (
            "[{store: s1, moments: {ticket.reply: {calendar: dsek}}}]",
            "21:59: there is no calendar 'dsek'; did you mean 'desk'?",
        ),
        ("[{store: s1, calendars: {dask: mall}}]", "21:36: there is no calendar 'dask'; did you mean 'desk'?"),
        (
            "[{store: s1, moments: {ticket.reply: {off: true}}}, {store: s1, moments: {ticket.reply: {off: true}}}]",
            "21:100: for store s1 this is said already, at f:21:49; keep one of the two",
        ),
        (
            "[{store: s1, moments: {ticket.reply: {serverity: high}}}]",
            "21:49: there is no key 'serverity' here; did you mean 'severity'?",
        ),
        (
            "[{store: s1, moments: {ticket.reply: {deadline: {workdays: 2}, calendar: always}}}]",
            "21:84: workdays are days on which a calendar opens, and this runs day and night; name one, like "
            "calendar: desk",
        ),
    ],
)  # fmt: skip
def test_a_policy_that_cannot_be_meant_is_refused_with_its_place(policies: str, says: str) -> None:
    text = f"{SHOP}policies: {policies}\n"
    with pytest.raises(CatalogueError) as refused:
        compile_texts([("f", text)])
    assert refused.value.problems == [f"f:{says}"]


def test_a_store_may_not_say_twice_which_calendar_counts_there() -> None:
    text = SHOP.replace("s1: {", "s1: {calendars: {desk: night}, ")
    with pytest.raises(CatalogueError, match="for store s1 this is said already, at f:21:36; keep one of the two"):
        compile_texts([("f", f"{text}policies: [{{store: s1, calendars: {{desk: mall}}}}]\n")])


def test_a_change_of_policies_is_told_by_their_places() -> None:
    old = compiled([{"store": "s1", "moments": {"ticket.reply": {"off": True}}}])
    same, own = {"store": "s1", "moments": {"ticket.reply": {"off": True}}}, {"ticket.reply": {"deadline": "4m"}}
    new = compiled([{"brand": "fresh", "region": "east", "moments": own}, {"tenant": "acme", "moments": own}, same])
    assert difference(old, new) == ["shop: policies changed: region east, brand fresh; tenant acme"]
