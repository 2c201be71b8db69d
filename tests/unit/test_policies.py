"""Policies: which level counts, what is refused, what lint doubts, and what organisation files bring."""

import json
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.alerts.organisation_file import parts_of, read
from streams.catalogue.compile import Compiled
from streams.catalogue.lint import lint
from streams.catalogue.load import compile_source, compile_texts
from streams.catalogue.model import calendar_name, level_words
from streams.catalogue.source import PAUSE, CatalogueFiles, difference
from streams.cli.main import main
from streams.clock import MINUTE
from streams.errors import CatalogueError
from tests.support.effort import explore

HEAD = """
name: shop
calendars:
  desk: {weekly: {mon-sun: ["08:00-20:00"]}}
  mall: {weekly: {mon-sun: ["10:00-22:00"]}}
  night: {weekly: {mon-sun: ["22:00-06:00"]}}
stores:
  s1: {brand: fresh, region: east}
  s2: {brand: fresh, region: west}
  s3: {brand: old, region: east}
moments:
  - id: ticket.reply
    title: {zh: 回复, en: Reply}
    stage: after_sales
    owner: desk
    severity: medium
    starts: ticket.opened
    ends: ticket.replied
    deadline: 10m
    calendar: desk
"""
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


def compiled(*policies: list[dict[str, Any]]) -> Compiled:
    """The catalogue with these policies, the first list in its own file and each further one in another."""
    first, *others = policies
    texts = [("shop.yaml", f"{HEAD}policies: {json.dumps(first)}\n")]
    texts += [(f"more{n}.yaml", f"name: more{n}\npolicies: {json.dumps(more)}\n") for n, more in enumerate(others)]
    return compile_texts(texts)


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
        HEAD.replace("  - id: ticket.reply", "  - id: ticket.other").split("moments:\n")[1].replace("desk\n", "desk\n")
    )
    text = f"{HEAD}{other}policies: [{{store: s1, moments: {{ticket.reply: {{off: true}}}}}}]\n"
    catalogue = compile_texts([("shop.yaml", text)])
    named, unnamed = (catalogue.moments[catalogue.position(name) or 0] for name in ("ticket.reply", "ticket.other"))
    plain = compile_texts([("shop.yaml", HEAD)]).moments[0]
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
    text = f"{HEAD}policies: {policies}\n"
    with pytest.raises(CatalogueError) as refused:
        compile_texts([("f", text)])
    assert refused.value.problems == [f"f:{says}"]


def test_a_store_may_not_say_twice_which_calendar_counts_there() -> None:
    text = HEAD.replace("s1: {", "s1: {calendars: {desk: night}, ")
    with pytest.raises(CatalogueError, match="for store s1 this is said already, at f:21:36; keep one of the two"):
        compile_texts([("f", f"{text}policies: [{{store: s1, calendars: {{desk: mall}}}}]\n")])


DOUBTFUL = [
    (
        "[{store: s11, moments: {ticket.reply: {off: true}}}]",
        ["21:20: warning: there is no store 's11'; did you mean 's1'?"],
    ),
    (
        "[{brand: frsh, moments: {ticket.reply: {off: true}}}]",
        ["21:20: warning: no store is of the brand 'frsh'; did you mean 'fresh'?"],
    ),
    (
        "[{region: eas, moments: {ticket.reply: {off: true}}}]",
        ["21:21: warning: no store is in the region 'eas'; did you mean 'east'?"],
    ),
    (
        "[{store: s1, brand: old, moments: {ticket.reply: {off: true}}}]",
        ["21:31: warning: store 's1' is of the brand 'fresh', so this never holds; leave brand out"],
    ),
    ("[{region: north, moments: {ticket.reply: {off: true}}}]", []),
    ("[{store: s1}]", ["21:12: warning: this policy says nothing; write moments: or calendars:"]),
    (
        "[{store: s1, moments: {ticket.reply: {}}}]",
        ["21:48: warning: nothing is said of 'ticket.reply'; write one of calendar, deadline, off, severity"],
    ),
    (
        "[{store: s1, moments: {ticket.reply: {deadline: {after: 10m}, severity: medium, off: false, calendar: desk}}}]",
        [
            f"21:{column}: warning: this changes nothing: it is so without the policy for store s1; leave it out"
            for column in (59, 83, 96, 113)
        ],
    ),
    (
        "[{brand: fresh, moments: {ticket.reply: {off: true}}}, {store: s1, moments: {ticket.reply: {off: false}}}]",
        [],
    ),
    (
        "[{brand: old, moments: {ticket.reply: {off: true}}}, {store: s1, moments: {ticket.reply: {off: false}}}]",
        ["21:106: warning: this changes nothing: it is so without the policy for store s1; leave it out"],
    ),
    (
        "[{store: s1, moments: {ticket.reply: {deadline: 4m}}}]",
        [
            "21:59: warning: the moment warns 5m ahead, and this deadline is only 4m long; write a longer one, or let "
            "the moment warn at a share such as 80%"
        ],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("policies", "says"), DOUBTFUL, ids=[policies for policies, _ in DOUBTFUL])
def test_lint_doubts_a_policy_that_holds_nowhere_or_changes_nothing(
    policies: str, says: list[str], tmp_path: Path
) -> None:
    path = tmp_path / "f.yaml"
    playbook = "playbook: {zh: [看], en: [Look]}"
    path.write_text(
        f"{HEAD.rstrip()}\n    warnings: [5m]\npolicies: {policies}\n".replace("stage:", f"{playbook}\n    stage:"),
        encoding="utf-8",
    )
    lines = [finding.line().removeprefix(f"{path}:") for finding in lint([str(path)], 0)]
    assert lines == [move(line) for line in says]


def move(line: str) -> str:
    """Two lines stand in this file before the policies that do not in the others."""
    number, rest = line.split(":", 1)
    return f"{int(number) + 2}:{rest}"


ORGANISATION = """
tenant: acme
fallback: {people: [ann]}
people: [{id: ann, name: Ann, contacts: [{receiver: mail}]}]
regions: [{id: east}]
areas: [{id: e1, region: east}]
stores:
  - {id: s7, brand: fresh, area: e1, time_zone: Asia/Tokyo, hours: {mon-sun: ["08:00-20:00"]}}
  - {id: s8, hours: {"mon-fri": ["09:00-12:00", "13:00-18:00"]}}
"""
PLAIN = """
name: plain
moments:
  - id: order.confirm
    title: {zh: 接单, en: Accept}
    stage: execution
    owner: desk
    severity: medium
    starts: order.placed
    ends: order.accepted
    deadline: 3m
"""


def with_organisation(catalogue: str, *files: str) -> Compiled:
    parts = parts_of([(f"org{number}", text) for number, text in enumerate(files)])
    return compile_texts([("c", catalogue)], organisation=parts)


def test_a_catalogue_that_asks_for_nothing_stays_the_same_beside_an_organisation() -> None:
    assert with_organisation(PLAIN, ORGANISATION).version == compile_texts([("c", PLAIN)]).version


def test_a_policy_of_the_organisation_holds_for_its_tenant_alone() -> None:
    catalogue = with_organisation(
        PLAIN,
        f"{ORGANISATION}policies: [{{brand: fresh, moments: {{order.confirm: {{deadline: 4m}}}}}}]\n",
        ORGANISATION.replace("acme", "other").replace("brand: fresh", "brand: old"),
    )
    look = {"tenant": "acme", "store_id": "s7"}
    moment = catalogue.moments[0]
    assert moment.deadline.resolve(0, look.get, "UTC").span == 4 * MINUTE
    assert moment.deadline.resolve(0, {**look, "tenant": "other"}.get, "UTC").span == 3 * MINUTE
    assert moment.deadline.resolve(0, {"store_id": "s7"}.get, "UTC").span == 3 * MINUTE
    assert catalogue.version.startswith("organisation+organisation_2+plain@")
    assert compile_source(catalogue.source).version == catalogue.version


def test_a_policy_without_a_place_is_the_whole_tenants() -> None:
    catalogue = with_organisation(PLAIN, f"{ORGANISATION}policies: [{{moments: {{order.confirm: {{off: true}}}}}}]\n")
    off = catalogue.moments[0].off
    assert off is not None
    assert (off({"tenant": "acme"}.get), off({"tenant": "other"}.get)) == (True, False)


def test_the_opening_hours_of_the_organisation_are_the_calendar_of_that_name() -> None:
    catalogue = with_organisation(f"{PLAIN}    calendar: opening_hours\n", ORGANISATION)
    moment = catalogue.moments[0]
    assert moment.zone({"tenant": "acme", "store_id": "s7"}.get) == "Asia/Tokyo@opening_hours mon-sun 08:00-20:00"
    assert moment.zone({"tenant": "acme", "store_id": "s8"}.get) == (
        "Asia/Shanghai@opening_hours mon-fri 09:00-12:00+13:00-18:00"
    )
    anywhere = moment.zone({"tenant": "other", "store_id": "s7"}.get)
    assert (anywhere, moment.calendar.add(5, 7, anywhere)) == ("UTC", 12)


def test_the_region_of_an_area_is_that_of_its_stores() -> None:
    text = f"{PLAIN}policies: [{{region: east, moments: {{order.confirm: {{severity: critical}}}}}}]\n"
    ruling = with_organisation(text, ORGANISATION).moments[0].ruling
    assert ruling is not None
    assert ruling({"tenant": "acme", "store_id": "s7"}.get).severity == "critical"
    assert ruling({"tenant": "acme", "store_id": "s8"}.get).severity == "medium"


def test_the_order_of_organisation_files_means_nothing() -> None:
    one = f"{ORGANISATION}policies: [{{brand: fresh, moments: {{order.confirm: {{deadline: 4m}}}}}}]\n"
    two = "tenant: acme\npolicies: [{store: s8, moments: {order.confirm: {deadline: 2m}}}]\n"
    assert with_organisation(PLAIN, one, two).version == with_organisation(PLAIN, two, one).version


@pytest.mark.parametrize(
    ("policies", "says"),
    [
        (
            "[{store: s77, moments: {order.confirm: {off: true}}}]",
            "org:10:20: there is no store 's77'; did you mean 's7'?",
        ),
        (
            "[{tenant: other, moments: {order.confirm: {off: true}}}]",
            "org:10:21: 'other' is not 'acme', the tenant of this file; leave it out",
        ),
        (
            "[{store: s7, moments: {order.confirm: {deadline: {aftr: 4m}}}}]",
            "org:10:61: there is no key 'aftr' here; did you mean 'after'?",
        ),
        (
            "[{store: s7, moments: {order.confrm: {off: true}}}]",
            "org:10:34: there is no moment 'order.confrm'; did you mean 'order.confirm'?",
        ),
    ],
)
def test_a_policy_of_the_organisation_is_refused_at_its_place(policies: str, says: str) -> None:
    with pytest.raises(CatalogueError) as refused:
        compile_texts([("c", PLAIN)], organisation=parts_of([("org", f"{ORGANISATION}policies: {policies}\n")]))
    assert says in refused.value.problems


def test_organisation_files_are_watched_with_the_catalogue(tmp_path: Path) -> None:
    catalogue, organisation = tmp_path / "c.yaml", tmp_path / "o.yaml"
    catalogue.write_text(PLAIN, encoding="utf-8")
    organisation.write_text(ORGANISATION, encoding="utf-8")
    files = CatalogueFiles([str(catalogue)], lambda: read([str(organisation)]))
    polls: Iterator[Any] = (files.poll(number * PAUSE) for number in range(9))
    first = next(polls)
    assert isinstance(first, Compiled)
    organisation.write_text(ORGANISATION.replace("Ann", "Anna"), encoding="utf-8")
    assert next(polls) is None
    policy = "policies: [{store: s7, moments: {order.confirm: {deadline: 4m}}}]\n"
    organisation.write_text(ORGANISATION + policy, encoding="utf-8")
    second = next(polls)
    assert isinstance(second, Compiled)
    assert second.version != first.version
    organisation.write_text(ORGANISATION + policy.replace("4m", "soon"), encoding="utf-8")
    assert isinstance(next(polls), CatalogueError)
    assert next(polls) is None
    assert files.current is second


def said(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert left.value.code == 0
    return capsys.readouterr().out


def test_explain_shows_the_chain_of_levels_and_what_counts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    catalogue, organisation = tmp_path / "c.yaml", tmp_path / "o.yaml"
    catalogue.write_text(
        f"{PLAIN}policies: [{{brand: fresh, moments: {{order.confirm: {{deadline: {{after: 5m}}}}}}}}]\n",
        encoding="utf-8",
    )
    organisation.write_text(
        f"{ORGANISATION}policies: [{{store: s7, moments: {{order.confirm: {{deadline: 4m}}}}}}]\n", encoding="utf-8"
    )
    arguments = ["explain", "--policy", "s7", "order.confirm", "--catalogue", str(catalogue)]
    text = said([*arguments, "--organisation", str(organisation)], capsys)
    assert text.splitlines()[0].startswith("order.confirm at store s7, brand fresh, tenant acme; catalogue organisation+")
    assert text.split("\n\n")[1].splitlines() == [
        "deadline",
        "  the moment   3m",
        "  tenant acme  -",
        "  brand fresh  {after: 5m}",
        "  store s7     4m  (counts)",
    ]
    alone = said(arguments, capsys)
    assert "  the moment  3m  (counts)" in alone.splitlines()
    assert "not known of this store: its region, its brand, its tenant" in alone.splitlines()
    lines = [json.loads(line) for line in said([*arguments, "--json"], capsys).splitlines()]
    assert [line["field"] for line in lines] == ["deadline", "calendar", "severity", "off", "instead of always"][
        : len(lines)
    ]


def test_explain_knows_no_other_moment(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(PLAIN, encoding="utf-8")
    with pytest.raises(SystemExit) as left:
        main(["explain", "--policy", "s7", "order.confrm", "--catalogue", str(path)])
    assert left.value.code == 2
    assert "there is no moment 'order.confrm'; did you mean 'order.confirm'?" in capsys.readouterr().err


def test_a_change_of_policies_is_told_by_their_places() -> None:
    old = compiled([{"store": "s1", "moments": {"ticket.reply": {"off": True}}}])
    same, own = {"store": "s1", "moments": {"ticket.reply": {"off": True}}}, {"ticket.reply": {"deadline": "4m"}}
    new = compiled([{"brand": "fresh", "region": "east", "moments": own}, {"tenant": "acme", "moments": own}, same])
    assert difference(old, new) == ["shop: policies changed: region east, brand fresh; tenant acme"]


def test_checking_an_organisation_counts_its_policies(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "o.yaml"
    path.write_text(f"{ORGANISATION}policies: [{{moments: {{order.confirm: {{off: true}}}}}}]\n", encoding="utf-8")
    assert said(["organisation", "check", str(path)], capsys).startswith("acme: 2 stores, 1 area, 1 region, 1 people, ")
    assert "1 policy" in said(["organisation", "check", str(path)], capsys)


def test_lint_reads_the_policies_of_an_organisation_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    catalogue, organisation = tmp_path / "c.yaml", tmp_path / "o.yaml"
    catalogue.write_text(PLAIN, encoding="utf-8")
    organisation.write_text(
        f"{ORGANISATION}policies: [{{brand: frish, moments: {{order.confirm: {{deadline: 4m}}}}}}]\n", encoding="utf-8"
    )
    lines = said(["lint", str(catalogue), "--organisation", str(organisation)], capsys).splitlines()
    assert f"{organisation}:10:20: warning: no store is of the brand 'frish'; did you mean 'fresh'?" in lines
