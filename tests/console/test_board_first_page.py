"""The first page, rule by rule."""

import json

import pytest

from streams.clock import DAY, HOUR, MINUTE, parse_rfc3339, rfc3339
from streams.console.board import Board
from streams.console.viewer import Viewer
from streams.console.views import Count, Filter
from tests.console.board_records import (
    BOSS,
    NOON,
    Fed,
    alert,
    broken,
    ids,
    incident,
    line,
    met,
    minutes,
    mute,
    organisation,
)


def test_a_warned_alert_is_listed_with_what_its_countdown_needs() -> None:
    fed = Fed().alerts(alert("a"))
    fed.board.use_directory(organisation())
    page = fed.page(at=minutes(10))
    (row,) = page.at_risk
    assert (row.alert.id, row.plight, row.store_name, row.holder) == ("a", "at_risk", "People's Square", None)
    assert page.soonest == minutes(30)
    assert page.oldest is None
    assert page.totals == {"at_risk": 1, "broken": 0, "unknown": 0}


def test_what_is_at_risk_stands_by_its_due_the_undated_last() -> None:
    later = alert("a", due_at=rfc3339(minutes(40)))
    undated = alert("b", due_at=None, severity="critical")
    sooner = alert("c", due_at=rfc3339(minutes(20)), severity="low")
    equal = alert("d", due_at=rfc3339(minutes(20)), severity="critical")
    assert ids(Fed().alerts(later, undated, sooner, equal).page().at_risk) == ["d", "c", "a", "b"]


def test_what_is_broken_stands_by_severity_then_by_how_long_a_customer_has_waited() -> None:
    young = broken("a", minutes(50))
    old = broken("b", minutes(31))
    critical = broken("c", minutes(55), severity="critical")
    page = Fed().alerts(young, old, critical).page()
    assert ids(page.broken) == ["c", "b", "a"]
    assert page.oldest == minutes(31)


def test_equals_stand_by_id() -> None:
    assert ids(Fed().alerts(broken("b"), broken("c"), broken("a")).page().broken) == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("changed", "plight"),
    [
        ({"state": "unknown", "kind": "unknown"}, "unknown"),
        ({"state": "acknowledged", "kind": "unknown"}, "unknown"),
        ({"state": "unknown", "kind": "unknown", "broken_at": rfc3339(NOON)}, "broken"),
        ({"state": "snoozed", "broken_at": rfc3339(NOON)}, "broken"),
        ({"state": "acknowledged"}, "at_risk"),
    ],
)
def test_the_plight_is_that_of_the_customer_not_of_the_alert(changed: dict[str, str], plight: str) -> None:
    page = Fed().alerts(alert("a", **changed)).page()
    assert {name for name, count in page.totals.items() if count} == {plight}
    assert ids(getattr(page, plight)) == ["a"]


@pytest.mark.parametrize("state", ["resolved", "retracted", "found_late"])
def test_what_is_over_leaves_the_page(state: str) -> None:
    fed = Fed().alerts(broken("a"))
    assert ids(fed.page().broken) == ["a"]
    fed.alerts(broken("a", state=state, version=2, ended_at=rfc3339(minutes(40))))
    page = fed.page()
    assert (page.broken, sum(page.totals.values()), page.oldest) == ((), 0, None)


def test_an_acknowledged_alert_is_still_listed_with_its_holder_by_name() -> None:
    taken = alert("a", state="acknowledged", acknowledged_by="shan", acknowledged_at=rfc3339(NOON))
    fed = Fed().alerts(taken)
    fed.board.use_directory(organisation())
    assert [row.holder for row in fed.page().at_risk] == ["Shan"]


def test_of_assignee_and_acknowledger_the_one_that_came_last_holds_it() -> None:
    both = alert("a", state="acknowledged", acknowledged_by="shan", assignee="ana")
    fed = Fed().alerts(both)
    fed.feed("audit", line("a", "assigned", minutes(1), "boss"), line("a", "acknowledged", minutes(2), "shan"))
    assert fed.page().at_risk[0].holder == "shan"
    fed.feed("audit", line("a", "assigned", minutes(3), "shan"))
    assert fed.page().at_risk[0].holder == "ana"
    # whichever topic is read first
    fed = Fed().feed("audit", line("a", "assigned", minutes(1), "boss"), line("a", "acknowledged", minutes(2), "shan"))
    assert fed.alerts(both).page().at_risk[0].holder == "shan"


def test_whoever_snoozed_an_alert_that_nobody_had_holds_it_while_it_sleeps() -> None:
    asleep = alert("a", state="snoozed", quiet_until=rfc3339(minutes(90)))
    fed = Fed().alerts(asleep).feed("audit", line("a", "snoozed", NOON, "shan"))
    assert fed.page().at_risk[0].holder == "shan"
    assert fed.alerts(alert("a", version=2)).page().at_risk[0].holder is None


def test_the_next_step_of_the_chain_is_named_by_its_level() -> None:
    climbing = broken("a", level=1, next_step_at=rfc3339(minutes(40)))
    fed = Fed().alerts(climbing, broken("b", level=2))
    assert [row.next_level for row in fed.page().broken] == ["area", None]
    steps = [{"after": "0s", "tell": "store"}, {"after": "9m", "tell": "fallback"}]
    fed.board.use_directory(organisation(chains=[{"id": "c", "steps": steps}]))
    assert [row.next_level for row in fed.page().broken] == ["fallback", None]


def test_an_incident_stands_for_its_members_and_says_who_is_owed() -> None:
    fed = Fed().alerts(broken("a"), broken("b", state="acknowledged", acknowledged_by="shan"), alert("c"))
    fed.alerts(broken("d", labels={"region": "east", "store": "s1", "fleet": "wasp"}))
    fed.feed("groups", incident("i"))
    page = fed.page()
    assert [(row.group.id, row.owed, row.holders) for row in page.incidents] == [("i", 2, ("shan",))]
    assert ids(page.broken) == ["d"]
    assert ids(page.at_risk) == ["c"]
    assert (page.totals["broken"], page.left_out["broken"]) == (3, 0)
    assert page.oldest == minutes(30)
    # one of them is served
    fed.alerts(broken("b", state="resolved", kind="recovered", ended_at=rfc3339(minutes(50)), version=2))
    assert [(row.owed, row.holders) for row in fed.page().incidents] == [(1, ())]


def test_only_what_broke_within_the_span_of_an_incident_belongs_to_it() -> None:
    fed = Fed().feed("groups", incident("i", since=minutes(10), until=rfc3339(minutes(20))))
    fed.alerts(*(broken(str(minute), minutes(minute)) for minute in (9, 10, 19, 20)))
    page = fed.page()
    assert page.incidents[0].owed == 2
    assert ids(page.broken) == ["9", "20"]


def test_members_are_listed_again_when_their_incident_ends_moves_or_is_forgotten() -> None:
    fed = Fed().alerts(broken("a")).feed("groups", incident("i"))
    assert fed.page().broken == ()
    fed.feed("groups", incident("i", value="wasp", version=2))
    assert (ids(fed.page().broken), fed.page().incidents) == (["a"], ())
    fed.feed("groups", incident("i", version=3))
    assert fed.page().broken == ()
    fed.feed("groups", incident("i", state="resolved", version=4, until=rfc3339(minutes(59))))
    assert ids(fed.page().broken) == ["a"]
    assert fed.page().broken[0].incident == "i"
    fed.feed("groups", incident("i", version=5)).forget("groups", "i")
    assert ids(fed.page().broken) == ["a"]
    assert fed.page().broken[0].incident is None


def test_of_two_incidents_the_earlier_one_that_goes_on_has_the_alert() -> None:
    fed = Fed().alerts(broken("a"))
    fed.feed("groups", incident("late", "store", "s1", minutes(5)), incident("early", "region", "east", minutes(1)))
    fed.feed("groups", incident("later", "fleet", "bee", minutes(6)))
    assert [row.group.id for row in fed.page().incidents] == ["early"]
    fed.feed("groups", incident("early", "region", "east", minutes(1), state="resolved", until=rfc3339(minutes(59))))
    assert [row.group.id for row in fed.page().incidents] == ["late"]


def test_an_incident_that_is_over_without_an_end_ended_when_that_was_said() -> None:
    over = incident("i", state="resolved", changed_at=rfc3339(minutes(20)))
    rows = Fed().feed("groups", over).alerts(broken("a", minutes(19)), broken("b", minutes(20))).page().broken
    assert [(row.alert.id, row.incident) for row in rows] == [("a", "i"), ("b", None)]


def test_whoever_holds_most_of_an_incident_comes_first() -> None:
    held = {"a": "ana", "b": "shan", "c": "shan", "d": "rui"}
    fed = Fed().alerts(*(broken(name, state="acknowledged", acknowledged_by=who) for name, who in held.items()))
    assert fed.feed("groups", incident("i")).page().incidents[0].holders == ("shan", "ana", "rui")


def test_a_row_is_that_of_the_last_record() -> None:
    fed = Fed().alerts(broken("a", version=2))
    assert fed.page().broken[0].alert.version == 2
    assert fed.alerts(broken("a", version=3)).page().broken[0].alert.version == 3


def test_many_that_change_between_two_looks_stand_in_order() -> None:
    fed = Fed().alerts(*(broken(f"a{number:03}") for number in range(300)))
    assert len(fed.page(limit=1000).broken) == 300
    fed.alerts(*(broken(f"a{number:03}", state="resolved", ended_at=rfc3339(minutes(45))) for number in range(0, 300, 2)))
    fed.alerts(*(broken(f"a{number:03}", minutes(number / 10), version=2) for number in range(100, 200)))
    page = fed.page(limit=1000)
    late = list(range(100, 200))
    rest = [number for number in range(300) if number % 2 and number not in late]
    assert ids(page.broken) == [f"a{number:03}" for number in [*late, *rest]]
    assert page.totals["broken"] == 200


def test_incidents_stand_by_severity_then_by_age() -> None:
    fed = Fed()
    for name, severity, since in (("a", "high", 2), ("b", "critical", 3), ("c", "high", 1)):
        fed.feed("groups", incident(name, "store", name, minutes(since), severity=severity))
        fed.alerts(broken(f"of-{name}", labels={"store": name}))
    assert [row.group.id for row in fed.page().incidents] == ["b", "c", "a"]


def test_lists_are_cut_and_say_what_they_leave_out() -> None:
    fed = Fed().alerts(*(broken(f"b{number:02}") for number in range(7)), *(alert(f"r{number}") for number in range(2)))
    page = fed.page(limit=3)
    assert ids(page.broken) == ["b00", "b01", "b02"]
    assert page.left_out == {"at_risk": 0, "broken": 4, "unknown": 0}
    assert page.totals == {"at_risk": 2, "broken": 7, "unknown": 0}


@pytest.mark.parametrize(
    "filter",
    [
        Filter(tenant="tea"),
        Filter(region="east"),
        Filter(store="s1"),
        Filter(moment="delivery.on_time"),
        Filter(stage="execution"),
        Filter(severity="high"),
        Filter(text="ORDER-A"),
        Filter(text="送达"),
        Filter(text="delivered"),
        Filter(mine="shan"),
        Filter(region="east", store="s1", text="order", mine="shan"),
    ],
)
def test_each_field_of_the_filter_narrows_rows_and_counts_alike(filter: Filter) -> None:
    mine = broken("a", assignee="shan")
    other = broken(
        "x",
        tenant="hotel",
        case="stay",
        moment="room.ready",
        stage="decision",
        severity="low",
        title={"zh": "客房", "en": "Room"},
        labels={"region": "west", "store": "s9"},
    )
    over = met("o", minutes(20), assignee="shan", case="order-a-over")
    strange = met("p", minutes(20), **{name: other[name] for name in ("tenant", "moment", "stage", "severity", "title")})
    strange |= {"labels": other["labels"], "case": "stay-2"}
    page = Fed().alerts(mine, other, over, strange).page(filter)
    assert ids(page.broken) == ["a"]
    assert page.totals["broken"] == 1
    assert page.stores == (Count("s1", "s1", 0, 1, 0),)
    assert page.regions == (Count("east", "east", 0, 1, 0),)
    assert {count.name: count.broken for count in page.stages} == {
        "pre_contact": 0,
        "decision": 0,
        "execution": 1,
        "after_sales": 0,
    }
    assert (page.saved_today, page.warned_today, page.broken_today) == (1, 2, 1)


def test_a_filter_counts_the_members_of_an_incident_that_fit_it() -> None:
    fed = Fed().feed("groups", incident("i"), incident("other", "store", "s9"))
    fed.alerts(broken("a"), broken("b", labels={"region": "west", "store": "s2", "fleet": "bee"}))
    fed.alerts(broken("c", labels={"region": "west", "store": "s9"}))
    assert [(row.group.id, row.owed) for row in fed.page(Filter(region="east")).incidents] == [("i", 1)]
    assert [(row.group.id, row.owed) for row in fed.page(Filter(text="order-c")).incidents] == [("other", 1)]
    assert fed.page(Filter(text="order-c")).totals["broken"] == 1
    assert fed.page(Filter(text="order-c")).stores == (Count("s9", "s9", 0, 1, 0),)


@pytest.mark.parametrize("who", ["shan", "ana"])
def test_what_two_people_have_is_among_the_alerts_of_both(who: str) -> None:
    fed = Fed().alerts(
        alert("a", state="acknowledged", acknowledged_by="shan", assignee="ana"), alert("b", assignee="rui")
    )
    assert ids(fed.page(Filter(mine=who)).at_risk) == ["a"]


def test_a_snoozed_alert_is_among_those_of_whoever_snoozed_it() -> None:
    fed = Fed().alerts(alert("a", state="snoozed", quiet_until=rfc3339(minutes(90))))
    fed.feed("audit", line("a", "snoozed", NOON, "shan"))
    assert ids(fed.page(Filter(mine="shan")).at_risk) == ["a"]
    assert fed.page(Filter(mine="ana")).at_risk == ()


def test_stores_stand_with_the_worst_first_under_their_names() -> None:
    fed = Fed().alerts(alert("a"), alert("b"), broken("c", labels={"store": "s2"}), alert("d", labels={}))
    fed.board.use_directory(organisation())
    assert fed.page().stores == (Count("s2", "s2", 0, 1, 0), Count("s1", "People's Square", 2, 0, 0))
    assert fed.page().regions == (Count("east", "East", 2, 0, 0),)


def test_nothing_of_another_tenant_is_on_the_page() -> None:
    fed = Fed().alerts(broken("a"), broken("x", tenant="hotel"), met("y", minutes(5), tenant="hotel"))
    fed.feed("groups", incident("i", tenant="hotel"))
    fed.feed("mutes", mute("m", {"store": "s1"}, NOON, minutes(120), tenant="hotel"))
    guest = Viewer("g", "G", "viewer", frozenset({"tea"}))
    page = fed.page(viewer=guest)
    assert (ids(page.broken), page.incidents, page.mutes) == (["a"], (), ())
    assert (page.totals["broken"], page.saved_today, page.broken_today) == (1, 0, 1)
    assert [row.muted_until for row in page.broken] == [None]
    nothing = fed.page(Filter(tenant="hotel"), viewer=guest)
    assert (nothing.broken, sum(nothing.totals.values()), nothing.oldest) == ((), 0, None)
    assert fed.page().totals["broken"] == 2  # the page of one viewer is not that of another


@pytest.mark.parametrize(
    ("zone", "count"), [("Asia/Shanghai", 1), ("UTC", 0), ("Asia/Kathmandu", 0), ("Pacific/Auckland", 1)]
)
def test_today_is_the_day_of_the_viewer(zone: str, count: int) -> None:
    # 00:10 on the 24th in Shanghai; still the 23rd in UTC, where the question is asked on the 24th
    saved = parse_rfc3339("2026-11-24T00:10:00+08:00")
    asked = parse_rfc3339("2026-11-24T09:00:00+08:00")
    raised = rfc3339(saved - 10 * MINUTE)
    fed = Fed().alerts(met("a", saved, raised_at=raised, due_at=rfc3339(saved + HOUR)))
    page = fed.page(at=asked, viewer=Viewer("v", "V", "viewer", None, time_zone=zone))
    assert (page.saved_today, page.warned_today) == (count, count)


def test_the_day_turns_while_nothing_happens() -> None:
    fed = Fed().alerts(met("a", minutes(10)))
    midnight = parse_rfc3339("2026-11-24T00:00:00+08:00")
    assert fed.page(at=midnight - 1).saved_today == 1
    assert fed.page(at=midnight).saved_today == 0


def test_saved_is_what_was_warned_of_and_met_without_ever_breaking() -> None:
    fed = Fed().alerts(
        met("saved", minutes(10)),
        broken("late", state="resolved", kind="recovered", ended_at=rfc3339(minutes(50))),
        alert("withdrawn", state="retracted", kind="retracted", raised_at=rfc3339(minutes(31))),
        alert("closed", state="resolved", kind="at_risk", ended_at=rfc3339(minutes(10)), closed_because="fixed"),
        broken("unwarned", raised_at=rfc3339(minutes(31))),
    )
    page = fed.page()
    assert (page.saved_today, page.warned_today, page.broken_today) == (1, 3, 2)


def test_a_mute_in_force_says_so_on_the_rows_it_covers_until_it_ends() -> None:
    fed = Fed().alerts(broken("a"), broken("b", labels={"region": "west", "store": "s2"}))
    fed.feed("mutes", mute("m", {"region": "east", "moment": "delivery.on_time"}, minutes(10), minutes(70)))
    fed.feed("mutes", mute("n", {"store": "s2", "moment": "room.ready"}, minutes(10), minutes(90)))

    def until(at: int) -> list[int | None]:
        return [row.muted_until for row in fed.page(at=at).broken]

    assert until(minutes(10) - 1) == [None, None]
    assert until(minutes(10)) == [minutes(70), None]
    assert until(minutes(70) - 1) == [minutes(70), None]
    assert until(minutes(70)) == [None, None]
    assert [one.id for one in fed.page(at=minutes(60)).mutes] == ["m", "n"]
    assert [one.id for one in fed.page(at=minutes(80)).mutes] == ["n"]
    fed.forget("mutes", "n")
    assert fed.page(at=minutes(80)).mutes == ()


def test_a_mute_that_is_to_begin_is_among_the_mutes_but_not_on_the_page() -> None:
    fed = Fed().feed("mutes", mute("m", {"store": "s1"}, minutes(90), minutes(120)))
    assert [one.id for one in fed.board.mutes(BOSS, NOON)] == ["m"]
    assert fed.page(at=NOON).mutes == ()


def test_equal_mutes_of_two_tenants_are_two() -> None:
    board = Board()
    for tenant in ("tea", "hotel"):
        value = json.dumps(mute("m", {"store": "s1"}, NOON, minutes(60), tenant=tenant)).encode()
        board.take("mutes", 0, f"{tenant}/m".encode(), value, NOON)
    assert [one.tenant for one in board.mutes(BOSS, NOON)] == ["hotel", "tea"]


def test_an_alert_of_yesterday_that_is_still_open_is_listed_but_counts_for_yesterday() -> None:
    page = Fed().alerts(broken("a", NOON - DAY, raised_at=rfc3339(NOON - DAY - HOUR))).page()
    assert ids(page.broken) == ["a"]
    assert (page.broken_today, page.warned_today) == (0, 0)
