"""Which moments an event matters to: every operator, patterns, roles, and the compiled form against a naive one."""

import fnmatch
import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.catalogue.load import compile_source, compile_texts, load
from streams.catalogue.model import OCCURRED_AT, Catalogue, Hit, Role
from streams.clock import DAY, HOUR, rfc3339

MOMENT = """
  - id: {id}
    title: {{zh: 测试, en: Test}}
    stage: execution
    owner: tester
    severity: low
    deadline: {{at: due_at, else: 1h}}
"""


def nothing(path: str) -> object:
    """A look at an event without fields."""
    return None


def catalogue(*moments: Mapping[str, str], head: str = "") -> Catalogue:
    text = f"name: test\n{head}moments:\n"
    for index, triggers in enumerate(moments):
        text += MOMENT.format(id=f"m{index}")
        text += "".join(f"    {role}: {trigger}\n" for role, trigger in triggers.items())
    return compile_texts([("test", text)])


def started(where: str, value: object, *, field: str = "attributes.x") -> bool:
    found = catalogue({"starts": f"{{on: room.begun, where: {{{field}: {where}}}}}", "ends": "room.done"})
    look: Callable[[str], object] = {field: value}.get
    return bool(found.hits("touchpoint.room.begun", look))


@pytest.mark.parametrize(
    ("where", "holds", "fails"),
    [
        ("vip", ["vip"], ["VIP", "", None, True, 1]),
        ("{equals: vip}", ["vip"], ["gold", None]),
        ("3", [3, 3.0], ["3", 4, None, True]),
        ("1", [1, 1.0], [True, "1", 0]),
        ("true", [True], [1, "true", False, None]),
        ("false", [False], [0, None, ""]),
        ("[vip, gold, 3]", ["vip", "gold", 3], ["silver", None, "3"]),
        ("{in: vip}", ["vip"], ["gold"]),
        ("{not: vip}", ["gold", None, 3, True], ["vip"]),
        ("{not: [vip, 0]}", ["gold", None, False], ["vip", 0]),
        ("{lt: 3}", [2, 2.9, -1], [3, 4, "2", None, True]),
        ("{le: 3}", [3, 2], [3.01, None]),
        ("{gt: 3}", [4, 3.1], [3, "4", None]),
        ("{ge: 3}", [3, 4], [2.99, None, True]),
        ("{ge: 2, lt: 5}", [2, 4.9], [1, 5]),
        ("{exists: true}", ["", 0, False, "x"], [None]),
        ("{exists: false}", [None], ["", 0, False]),
        ("{in: [a, b], not: b}", ["a"], ["b", "c"]),
        ("{starts: zh}", ["zh", "zh-CN", "zhx"], ["z", "ZH", "en-zh", "", None, True, 3]),
        ("{starts: [zh, yue]}", ["zh-TW", "yue"], ["en", None]),
        ("{starts: zh, not: zh-HK}", ["zh-CN"], ["zh-HK", "en", None]),
    ],
)
def test_every_operator_of_where(where: str, holds: list[object], fails: list[object]) -> None:
    assert [value for value in holds if not started(where, value)] == []
    assert [value for value in fails if started(where, value)] == []


def test_a_star_takes_the_events_of_every_case_and_none_about_feeds() -> None:
    found = catalogue({"starts": "'*'", "ends": "'*'"})
    nothing: dict[str, object] = {}
    look = nothing.get
    for of_a_case in ("order.placed", "touchpoint.feeding.done", "touchpoint.feed.heartbeat", "promise.made"):
        assert found.hits(of_a_case, look)
        assert found.keeps(of_a_case) is not None
    for of_a_feed in ("feed.heartbeat", "feed.retired"):
        assert found.hits(of_a_feed, look) == ()
        assert found.keeps(of_a_feed) is None, "such an event leaves no trace"
        assert not found.can_end(0, of_a_feed)
        named = catalogue({"starts": of_a_feed, "ends": "feed.*"})
        assert [hit.roles for hit in named.hits(of_a_feed, look)] == [Role.START | Role.END]


HERE = 1_762_000_000_000_000


@pytest.mark.parametrize(
    ("where", "holds", "fails"),
    [
        ("{within: 24h}", [0, 1, 24 * HOUR - 1, -1, -400 * DAY], [24 * HOUR, 25 * HOUR]),
        ("{beyond: 24h}", [24 * HOUR, 90 * DAY], [24 * HOUR - 1, 0, -24 * HOUR]),
        ("{within: 2d, beyond: 1d}", [24 * HOUR, 48 * HOUR - 1], [24 * HOUR - 1, 48 * HOUR]),
        ("{beyond: 500ms}", [500_000], [499_999]),
    ],
)
def test_within_and_beyond_hold_the_instant_against_the_events_own(
    where: str, holds: list[int], fails: list[int]
) -> None:
    found = catalogue({"starts": f"{{on: room.begun, where: {{attributes.start_at: {where}}}}}", "ends": "room.done"})
    assert found.dated

    def started(away: int, *, own: int = HERE) -> bool:
        look = {"attributes.start_at": rfc3339(own + away), OCCURRED_AT: own}.get
        return bool(found.hits("touchpoint.room.begun", look))

    assert [away for away in holds if not started(away)] == []
    assert [away for away in fails if started(away)] == []
    # the same field, and another instant of the event
    assert all(started(away, own=HERE + 7 * HOUR) for away in holds)


@pytest.mark.parametrize("value", [None, "soon", "2026-11-02T10:00:00", True, 1.5])
@pytest.mark.parametrize("kind", ["within", "beyond"])
def test_what_is_no_instant_is_neither_within_nor_beyond(kind: str, value: object) -> None:
    found = catalogue({"starts": f"{{on: room.begun, where: {{attributes.x: {{{kind}: 1h}}}}}}", "ends": "room.done"})
    assert not found.hits("touchpoint.room.begun", {"attributes.x": value, OCCURRED_AT: HERE}.get)
    assert not found.hits("touchpoint.room.begun", {"attributes.x": HERE}.get), "nor where nobody knows when it was"


def test_a_condition_on_time_is_decided_by_more_than_fields_and_only_where_there_is_one() -> None:
    found = catalogue(
        {
            "starts": "{on: order.placed, where: {promised_at: {within: 1h}, tier: vip}}",
            "ends": "{on: order.ready, where: {channel: app}}",
        }
    )
    assert found.decisive("order.placed") is None
    assert found.decisive("order.ready") == ("channel",)
    assert "promised_at" in (found.keeps("order.placed") or ())
    assert OCCURRED_AT not in (found.keeps("order.placed") or ())
    assert not catalogue({"starts": "order.placed", "ends": "order.ready"}).dated


def test_a_target_that_asks_for_the_time_makes_the_catalogue_dated() -> None:
    targets = "{after: 1h, targets: [{when: {promised_at: {within: 1h}}, after: 5m}]}"
    moment = {"starts": "order.placed", "ends": "order.ready"}
    text = "name: test\nmoments:\n" + MOMENT.format(id="m").replace("{at: due_at, else: 1h}", targets)
    text += "".join(f"    {role}: {trigger}\n" for role, trigger in moment.items())
    found = compile_texts([("test", text)])
    assert found.dated
    assert found.decisive("order.placed") == ()


@pytest.mark.parametrize("field", ["priority", "score", "tenant", "region", "source", "attributes.a.b", "store_id"])
def test_conditions_look_at_fields_attributes_and_the_envelope(field: str) -> None:
    assert started("x", "x", field=field)
    assert not started("x", None, field=field)


def test_all_conditions_of_a_trigger_must_hold() -> None:
    found = catalogue({"starts": "{on: order.placed, where: {tier: vip, channel: app}}", "ends": "order.ready"})
    assert found.hits("order.placed", {"tier": "vip", "channel": "app"}.get)
    assert not found.hits("order.placed", {"tier": "vip"}.get)


def test_a_type_whose_triggers_have_no_conditions_costs_no_look() -> None:
    found = catalogue({"starts": "order.placed", "ends": "order.ready"})

    def look(path: str) -> object:
        raise AssertionError(f"looked at {path}")

    first = found.hits("order.placed", look)
    assert first == (Hit(0, Role.START),)
    assert found.hits("order.placed", look) is first
    assert found.hits("order.paid", look) == ()


def test_patterns_take_their_prefix_and_no_more() -> None:
    found = catalogue({"starts": "ticket.opened", "ends": "ticket.*"}, {"starts": "room.*", "ends": "'*'"})
    assert found.hits("ticket.closed", nothing) == (Hit(0, Role.END), Hit(1, Role.END))
    assert found.hits("ticket.opened", nothing) == (Hit(0, Role.START | Role.END), Hit(1, Role.END))
    assert found.hits("touchpoint.room.a.b", nothing) == (Hit(1, Role.START | Role.END),)
    assert found.hits("touchpoint.rooms.a", nothing) == (Hit(1, Role.END),)
    assert found.hits("touchpoint.ticket.closed", nothing) == (Hit(1, Role.END),)


def test_one_event_may_play_every_role() -> None:
    roles = ("starts", "ends", "cancels", "pauses", "resumes", "revises", "reopens")
    found = catalogue(dict.fromkeys(roles, "order.placed"))
    assert found.hits("order.placed", nothing) == (
        Hit(0, sum(set(Role) - {Role.REFUSE, Role.NEXT, Role.COUNT}), "due_at"),
    )


def test_an_event_is_every_part_of_a_closing_that_it_matches_and_any_part_can_end() -> None:
    found = catalogue(
        {
            "starts": "order.placed",
            "ends": "[{on: order.ready, times: 3}, order.paid, {all: [order.*, {on: order.ready, where: {tier: vip}}]}]",
            "cancels": "{all: [order.ready, order.shipped]}",
        }
    )
    part = [int(Role.COUNT) << number for number in range(5)]
    assert found.hits("order.ready", nothing) == (Hit(0, part[0] | part[1] | part[3]),)
    assert found.hits("order.ready", {"tier": "vip"}.get) == (Hit(0, sum(part[:4])),)
    assert found.hits("order.shipped", nothing) == (Hit(0, part[1] | part[4]),)
    assert found.hits("order.paid", nothing) == (Hit(0, Role.END | part[1]),)
    assert [(each.role, each.first) for each in found.moments[0].several] == [
        (Role.END, 0), (Role.END, 1), (Role.CANCEL, 3),
    ]  # fmt: skip
    assert [part for each in found.moments[0].several for part in each.parts] == [
        ("order.ready", 3), ("order.*", 1), ("order.ready where tier = vip", 1), ("order.ready", 1), ("order.shipped", 1),
    ]  # fmt: skip
    assert found.can_end(0, "order.ready")
    assert found.can_end(0, "order.shipped")
    assert found.decisive("order.ready") == ("tier",)


def test_pauses_that_name_their_end_have_roles_of_their_own_after_those_of_the_parts() -> None:
    found = catalogue(
        {
            "starts": "order.placed",
            "ends": "{on: order.ready, times: 2}",
            "pauses": (
                "[order.confirmed, {on: order.paid, until: [order.ready, order.shipped]}, {on: order.paid, until: '*'}]"
            ),
            "resumes": "order.shipped",
        }
    )
    part, pauses, goes_on, also_pauses, also_goes_on = (int(Role.COUNT) << number for number in range(5))
    assert found.moments[0].holds == ((pauses, goes_on), (also_pauses, also_goes_on))
    assert found.hits("order.confirmed", nothing) == (Hit(0, Role.PAUSE | also_goes_on),)
    assert found.hits("order.paid", nothing) == (Hit(0, pauses | also_pauses | also_goes_on),)
    assert found.hits("order.ready", nothing) == (Hit(0, part | goes_on | also_goes_on),)
    assert found.hits("order.shipped", nothing) == (Hit(0, Role.RESUME | goes_on | also_goes_on),)
    assert found.keeps("ticket.opened") is not None


def test_a_pause_may_end_with_the_end_of_another_moment() -> None:
    found = catalogue(
        {"starts": "order.placed", "ends": "order.ready", "pauses": "{on: order.paid, until: {moment: m1}}"},
        {"starts": "order.placed", "ends": "order.shipped"},
    )
    paused = found.moments[found.position("m0") or 0]
    assert paused.follows == (Hit(found.position("m1") or 0, paused.holds[0].ends),)


def test_rounds_that_only_from_begins_do_not_begin_with_their_event() -> None:
    rounds = "    expects: {on: order.ready, every: 1h, from: order.placed, until: order.cancelled, begins: from}\n"
    text = "name: test\nmoments:\n" + MOMENT.format(id="m").replace("    deadline: {at: due_at, else: 1h}\n", rounds)
    found = compile_texts([("test", text)])
    assert found.hits("order.ready", nothing) == (Hit(0, Role.NEXT),)
    assert found.hits("order.placed", nothing) == (Hit(0, Role.START),)
    assert found.can_end(0, "order.ready")
    assert found.can_begin(0, "order.ready")


def test_what_only_cancels_together_cannot_end() -> None:
    found = catalogue({"starts": "order.placed", "ends": "order.ready", "cancels": "{all: [order.paid, order.shipped]}"})
    assert not found.can_end(0, "order.paid")
    assert found.keeps("order.paid") is not None


def test_a_revision_without_what_it_needs_is_refused_unless_another_one_holds() -> None:
    revises = (
        "[{on: order.paid, due: ship_by, needs: {tier: vip}}, {on: order.paid, due: promised_at, where: {channel: app}}]"
    )
    found = catalogue({"starts": "order.placed", "ends": "order.ready", "revises": revises})
    assert found.hits("order.paid", {"tier": "vip"}.get) == (Hit(0, Role.REVISE, "ship_by"),)
    assert found.hits("order.paid", nothing) == (Hit(0, Role.REFUSE, "ship_by"),)
    assert found.hits("order.paid", {"channel": "app"}.get) == (Hit(0, Role.REVISE, "promised_at"),)
    assert found.hits("order.paid", {"channel": "app", "tier": "vip"}.get) == (Hit(0, Role.REVISE, "ship_by"),)
    assert found.moments[0].needs == ("tier = vip",)
    assert found.decisive("order.paid") == ("channel", "tier")


def test_of_several_revisions_the_first_that_holds_names_the_field() -> None:
    revises = "[{on: order.paid, due: ship_by, where: {tier: vip}}, {on: order.paid, due: promised_at}]"
    found = catalogue({"starts": "order.placed", "ends": "order.ready", "revises": revises})
    assert [hit.due for hit in found.hits("order.paid", {"tier": "vip"}.get)] == ["ship_by"]
    assert [hit.due for hit in found.hits("order.paid", nothing)] == ["promised_at"]


def test_the_stores_region_counts_in_conditions() -> None:
    found = catalogue(
        {"starts": "{on: order.placed, where: {region: east}}", "ends": "order.ready"},
        head="stores: {s1: {region: east}}\n",
    )
    assert found.hits("order.placed", {"store_id": "s1"}.get)
    assert not found.hits("order.placed", {"store_id": "s1", "region": "west"}.get)
    assert not found.hits("order.placed", {"store_id": "s2"}.get)


def test_what_is_kept_is_what_a_moment_may_look_at_and_the_type_can_carry() -> None:
    found = catalogue(
        {
            "starts": "{on: order.placed, where: {tier: vip, attributes.cups: {gt: 1}, source: app}}",
            "ends": "{on: delivery.delivered, where: {score: {exists: false}}}",
            "revises": "{on: delivery.eta_revised, due: promised_at}",
        },
    )
    labels = ("channel", "payment_provider", "store_id")
    assert found.keeps("order.placed") == tuple(sorted((*labels, "attributes.cups", "promised_at", "source", "tier")))
    assert "courier_fleet" in (found.keeps("delivery.delivered") or ())
    assert "score" not in (found.keeps("delivery.delivered") or ())
    assert found.keeps("order.paid") is None
    assert found.keeps("touchpoint.order.placed") is None


def test_the_zone_is_kept_where_a_calendar_counts() -> None:
    calendar = 'calendars: {desk: {weekly: {mon: ["09:00-18:00"]}}}\n'
    plain = {"starts": "order.placed", "ends": "order.ready"}
    assert "time_zone" not in (catalogue(plain, head=calendar).keeps("order.placed") or ())
    assert "time_zone" in (catalogue({**plain, "calendar": "desk"}, head=calendar).keeps("order.placed") or ())


def test_types_without_end_are_answered_without_being_remembered_without_end() -> None:
    found = compile_texts(
        [("test", "name: t\nmoments:\n" + MOMENT.format(id="m") + "    starts: room.*\n    ends: order.*\n")]
    )
    for number in range(5000):
        assert found.hits(f"touchpoint.room.n{number}", nothing)
        assert found.keeps(f"touchpoint.room.n{number}")
    assert found.hits("order.placed", nothing) == (Hit(0, Role.END),)
    assert len(found.matcher._plans) <= 4096
    assert len(found.matcher._kept) <= 4096


# Against a matcher written from the description of the language, which goes through everything for every event.

ROLES = {"starts": 1, "ends": 2, "cancels": 4, "pauses": 8, "resumes": 16, "reopens": 64}
TYPES = ["order.placed", "order.ready", "ticket.opened", "touchpoint.room.begun", "touchpoint.room.done"]
PATTERNS = ["order.placed", "order.*", "ticket.opened", "room.begun", "room.*", "touchpoint.*", "*"]
FIELDS = ["tier", "channel", "attributes.n"]
VALUES: list[Any] = ["a", "b", 0, 1, 2, True, False]
TIMES = [1000, 2000, 3000, "1970-01-01T00:00:00.001Z"]

conditions = st.one_of(
    st.sampled_from(VALUES),
    st.lists(st.sampled_from(VALUES), min_size=1, max_size=3),
    st.fixed_dictionaries(
        {"not": st.lists(st.sampled_from(VALUES), min_size=1, max_size=2)},
        optional={"in": st.lists(st.sampled_from(VALUES), min_size=1, max_size=3)},
    ),
    st.fixed_dictionaries({"ge": st.integers(0, 2)}, optional={"lt": st.integers(0, 3)}),
    st.fixed_dictionaries({"exists": st.booleans()}),
    st.fixed_dictionaries({"within": st.sampled_from(["1ms", "2ms"])}),
    st.fixed_dictionaries({"beyond": st.sampled_from(["1ms", "2ms"])}, optional={"in": st.just([3000])}),
)
triggers = st.fixed_dictionaries(
    {"on": st.sampled_from(PATTERNS)},
    optional={"where": st.dictionaries(st.sampled_from(FIELDS), conditions, min_size=1, max_size=2)},
)
declared = st.lists(
    st.fixed_dictionaries(
        {"starts": st.lists(triggers, min_size=1, max_size=3)},
        optional={role: st.lists(triggers, max_size=2) for role in ROLES if role != "starts"},
    ),
    min_size=1,
    max_size=4,
)
events = st.tuples(
    st.sampled_from(TYPES),
    st.dictionaries(st.sampled_from(FIELDS), st.sampled_from([*VALUES, 1.0, "c", *TIMES]), max_size=3),
    st.sampled_from([0, 999, 1000, 1001]),
)


def same(one: object, other: object) -> bool:
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def away(value: Any, at: int) -> float | None:
    """How many milliseconds after the event."""
    if value == TIMES[-1]:
        value = 1000
    return (value - at) / 1000 if isinstance(value, int) and not isinstance(value, bool) else None


def holds(condition: Any, value: Any, at: int) -> bool:
    if isinstance(condition, list):
        return any(same(value, wanted) for wanted in condition)
    if not isinstance(condition, dict):
        return same(value, condition)
    number = isinstance(value, int | float) and not isinstance(value, bool)
    ahead = away(value, at)
    return (
        ("within" not in condition or (ahead is not None and ahead < int(condition["within"][0])))
        and ("beyond" not in condition or (ahead is not None and ahead >= int(condition["beyond"][0])))
        and ("in" not in condition or any(same(value, wanted) for wanted in condition["in"]))
        and not any(same(value, unwanted) for unwanted in condition.get("not", ()))
        and ("ge" not in condition or (number and value >= condition["ge"]))
        and ("lt" not in condition or (number and value < condition["lt"]))
        and ("exists" not in condition or (value is not None) == condition["exists"])
    )


def naive(moments: list[dict[str, Any]], event_type: str, fields: dict[str, Any], at: int) -> list[tuple[int, int]]:
    found = []
    for index, moment in enumerate(moments):
        roles = 0
        for role, bit in ROLES.items():
            for trigger in moment.get(role, ()):
                pattern = trigger["on"]
                full = (
                    pattern
                    if pattern.split(".")[0] in ("order", "ticket", "touchpoint", "*")
                    else f"touchpoint.{pattern}"
                )
                where = trigger.get("where", {})
                if fnmatch.fnmatchcase(event_type, full) and all(
                    holds(c, fields.get(name), at) for name, c in where.items()
                ):
                    roles |= bit
        if roles:
            found.append((index, roles))
    return found


@settings(max_examples=150, deadline=None)
@given(declared, st.lists(events, min_size=1, max_size=12))
def test_the_compiled_matcher_finds_what_a_naive_one_finds(
    moments: list[dict[str, Any]], happened: list[tuple[str, dict[str, Any], int]]
) -> None:
    text = {
        "name": "test",
        "moments": [
            {
                "id": f"m{index}",
                "title": {"en": "Test"},
                "stage": "execution",
                "owner": "tester",
                "severity": "low",
                "deadline": "1h",
                **moment,
            }
            for index, moment in enumerate(moments)
        ],
    }
    from_source = compile_source('{"format": 1, "catalogues": [' + json.dumps(text) + "]}")
    again = compile_source(from_source.source)
    for event_type, fields, at in happened:
        expected = naive(moments, event_type, fields, at)
        look = {**fields, OCCURRED_AT: at}.get
        assert [(hit.moment, hit.roles) for hit in from_source.hits(event_type, look)] == expected
        assert [(hit.moment, hit.roles) for hit in again.hits(event_type, look)] == expected


def test_a_delivered_order_matters_to_its_delivery_in_the_tea_chain() -> None:
    found = load(["pack:tea_chain"])
    assert [found.moments[hit.moment].id for hit in found.hits("delivery.delivered", nothing)] == ["delivery.on_time"]
    placed = found.hits("order.placed", {"promised_at": 1, "category": "delivery"}.get)
    assert [found.moments[hit.moment].id for hit in placed] == ["order.confirm", "delivery.on_time"]
    picked_up = found.hits("order.placed", {"promised_at": 1, "category": "pick_up"}.get)
    assert [found.moments[hit.moment].id for hit in picked_up] == ["order.confirm"]
