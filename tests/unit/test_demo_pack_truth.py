"""The demo's own judge of packs, on cases worked out by hand from docs/rules.md; and how a pack is made quick."""

import random
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from streams.catalogue.conditions import all_hold, atoms
from streams.catalogue.document.triggers import Condition
from streams.catalogue.load import packs
from streams.catalogue.model import OCCURRED_AT
from streams.clock import DAY, MINUTE, SECOND, parse_duration, rfc3339
from streams.demo.pack.conditions import fits, fitting
from streams.demo.pack.hours import Opening, hours_of
from streams.demo.pack.law import law_of
from streams.demo.pack.roles import Happening
from streams.demo.pack.script import UnplayableError, read
from streams.demo.pack.shrink import LONGEST, SHORTEST, shrink, source_of_pack
from streams.demo.pack.truth import Clock, judge, obligation

OPENING = 1_793_498_400 * SECOND
HEAD = {"title": {"en": "One"}, "stage": "execution", "owner": "somebody", "severity": "high"}


def clocks(
    moments: list[dict[str, Any]], *story: tuple[float, str] | tuple[float, str, dict[str, Any]], **more: Any
) -> list[Clock]:
    """Every clock of a story told in seconds since the opening; fields that are numbers are such seconds, too. `more` is
    what the catalogue says besides."""
    law = law_of([{"name": "one", **more, "moments": [{**HEAD, **moment} for moment in moments]}])
    history = []
    for second, kind, *rest in story:
        fields: dict[str, Any] = dict(*rest)
        told = {path: stamp(value) if type(value) is int else value for path, value in fields.items()}
        history.append(Happening(OPENING + round(second * SECOND), kind, told))
    return judge(law, "c", history)


def stamp(second: float) -> str:
    return rfc3339(OPENING + round(second * SECOND))


def seen(found: list[Clock]) -> list[tuple[str, float | None, float | None]]:
    """Of each clock its name, the second at which it broke, and the one at which it ended."""

    def second(at: int | None) -> float | None:
        return None if at is None else (at - OPENING) / SECOND

    return [(clock.name, second(clock.broke), second(clock.ended)) for clock in found]


ORDER = {"id": "m", "starts": "order.placed", "ends": "order.ready", "cancels": "order.cancelled", "deadline": "10s"}
PAUSED = {**ORDER, "pauses": "room.shut", "resumes": "room.open"}


def test_on_the_dot_is_in_time_and_the_least_later_is_not() -> None:
    assert seen(clocks([ORDER], (0, "order.placed"), (10, "order.ready"))) == [("m", None, 10)]
    assert seen(clocks([ORDER], (0, "order.placed"), (10.000001, "order.ready"))) == [("m", 10, 10.000001)]
    assert seen(clocks([ORDER], (0, "order.placed"), (10.5, "order.cancelled"))) == [("m", 10, 10.5)]
    assert seen(clocks([ORDER], (0, "order.placed"))) == [("m", 10, None)]


def test_what_was_left_at_a_pause_is_left_after_it() -> None:
    story = ((0, "order.placed"), (4, "touchpoint.room.shut"), (30, "touchpoint.room.open"))
    assert seen(clocks([PAUSED], *story)) == [("m", 36, None)]
    assert seen(clocks([PAUSED], *story, (36, "order.ready"))) == [("m", None, 36)]
    assert seen(clocks([PAUSED], *story[:2], (99, "order.ready"))) == [("m", None, 99)]
    assert seen(clocks([PAUSED], (0, "order.placed"), (11, "touchpoint.room.shut"))) == [("m", 10, None)]


def test_a_clock_that_two_pauses_hold_goes_on_with_the_end_of_the_last() -> None:
    own = {**PAUSED, "pauses": ["room.shut", {"on": "key.lost", "until": "key.found"}]}
    shut, opened = (4, "touchpoint.room.shut"), (20, "touchpoint.room.open")
    lost, found = (5, "touchpoint.key.lost"), (30, "touchpoint.key.found")
    assert seen(clocks([own], (0, "order.placed"), shut, lost, opened, found)) == [("m", 36, None)]
    assert seen(clocks([own], (0, "order.placed"), shut, lost, opened)) == [("m", None, None)]
    assert seen(clocks([own], (0, "order.placed"), shut, opened, found)) == [("m", 26, None)]
    assert seen(clocks([own], (0, "order.placed"), lost, opened)) == [("m", None, None)]


def test_rounds_that_only_from_begins_do_not_begin_with_a_round() -> None:
    expects = {"on": "round.made", "every": "10s", "from": "stay.begun", "until": "stay.ended", "begins": "from"}
    made, begun = (2, "touchpoint.round.made"), (3, "touchpoint.stay.begun")
    again, ended = (8, "touchpoint.round.made"), (9, "touchpoint.stay.ended")
    story = (made, begun, again, ended, (12, "touchpoint.round.made"))
    assert seen(clocks([{"id": "r", "expects": expects}], *story)) == [("r", None, 8), ("r #2", None, 9)]


def test_a_due_moves_only_with_consent_and_not_once_it_is_broken() -> None:
    promise = {
        "id": "p",
        "starts": "promise.made",
        "ends": "promise.fulfilled",
        "revises": {"on": "promise.revised", "due": "due_at", "needs": {"agreed": True}},
        "deadline": {"at": "due_at"},
    }
    made = (0, "promise.made", {"due_at": 10})
    assert seen(clocks([promise], made, (5, "promise.revised", {"due_at": 20, "agreed": True}))) == [("p", 20, None)]
    assert seen(clocks([promise], made, (5, "promise.revised", {"due_at": 20}))) == [("p", 10, None)]
    assert seen(clocks([promise], made, (15, "promise.revised", {"due_at": 20, "agreed": True}))) == [("p", 10, None)]


def test_a_revision_of_the_field_that_the_deadline_reads_keeps_its_lead() -> None:
    room = {
        "id": "r",
        "starts": "booking.made",
        "ends": "room.prepared",
        "revises": {"on": "booking.moved", "due": "attributes.arrival_at"},
        "deadline": {"before": "attributes.arrival_at", "lead": "4s"},
    }
    made = (0, "touchpoint.booking.made", {"attributes.arrival_at": 10})
    moved = (1, "touchpoint.booking.moved", {"attributes.arrival_at": 30})
    assert seen(clocks([room], made)) == [("r", 6, None)]
    assert seen(clocks([room], made, moved)) == [("r", 26, None)]


def test_a_clock_that_comes_without_a_time_breaks_only_once_it_has_one() -> None:
    parcel = {**ORDER, "deadline": {"at": "promised_at"}, "revises": {"on": "delivery.eta_revised"}}
    told = (3, "delivery.eta_revised", {"promised_at": 7})
    assert seen(clocks([parcel], (0, "order.placed"))) == [("m", None, None)]
    assert seen(clocks([parcel], (0, "order.placed"), told)) == [("m", 7, None)]


def test_targets_go_by_the_latest_that_is_known_of_a_case() -> None:
    fast = {"after": "10s", "targets": [{"when": {"tier": "vip"}, "after": "3s"}]}
    step = {**ORDER, "id": "n", "starts": "order.accepted", "deadline": fast}
    story = ((0, "order.placed", {"tier": "vip"}), (1, "order.accepted"))
    assert seen(clocks([ORDER, step], *story)) == [("m", 10, None), ("n", 4, None)]


def test_rounds_are_counted_and_end() -> None:
    rounds = {"id": "r", "expects": {"on": "round.made", "every": "10s", "from": "stay.begun", "until": "stay.ended"}}
    story = (
        (0, "touchpoint.stay.begun"),
        (8, "touchpoint.round.made"),
        (20, "touchpoint.round.made"),
        (25, "touchpoint.stay.ended"),
    )
    assert seen(clocks([rounds], *story)) == [("r", None, 8), ("r #2", 18, 20), ("r #3", None, 25)]


def test_an_end_of_several_events_takes_all_of_them_since_the_start() -> None:
    told = {**ORDER, "starts": "exam.done", "ends": {"all": ["exam.reported", "patient.told"]}, "repeats": True}
    begun, reported = (0, "touchpoint.exam.done"), (2, "touchpoint.exam.reported")
    assert seen(clocks([told], begun, reported)) == [("m", 10, None)]
    assert seen(clocks([told], begun, reported, (3, "touchpoint.patient.told"))) == [("m", None, 3)]
    again = ((4, "touchpoint.exam.done"), (5, "touchpoint.patient.told"))
    assert seen(clocks([told], begun, reported, (3, "touchpoint.patient.told"), *again))[1] == ("m #2", 14, None)


def test_so_many_times_are_so_many() -> None:
    tried = {**ORDER, "ends": {"on": "order.accepted", "times": 3}}
    story = [(second, "order.accepted") for second in (1, 2, 3)]
    assert seen(clocks([tried], (0, "order.placed"), *story[:2])) == [("m", 10, None)]
    assert seen(clocks([tried], (0, "order.placed"), *story)) == [("m", None, 3)]


def test_steps_follow_each_other_even_when_the_first_is_late() -> None:
    second = {**ORDER, "id": "n", "starts": {"moment": "m"}, "ends": "order.shipped"}
    story = ((0, "order.placed"), (12, "order.ready"), (23, "order.shipped"))
    assert seen(clocks([ORDER, second], *story)) == [("m", 10, 12), ("n", 22, 23)]


@pytest.mark.parametrize(
    ("reopening", "expected"),
    [
        ("new", [("m", None, 4), ("m #2", 30, None)]),
        ("continue", [("m", 26, None)]),
        ("nothing", [("m", None, 4)]),
    ],
)
def test_what_is_opened_again_begins_anew_or_goes_on(reopening: str, expected: list[object]) -> None:
    again = {**ORDER, "reopens": "ticket.reopened", "reopening": reopening}
    assert seen(clocks([again], (0, "order.placed"), (4, "order.ready"), (20, "ticket.reopened"))) == expected


def test_promises_with_an_id_are_cases_of_their_own() -> None:
    promise = {"id": "p", "starts": "promise.made", "ends": "promise.fulfilled", "deadline": {"at": "due_at"}}
    made = [(at, "promise.made", {"due_at": 10, "promise_id": name}) for at, name in ((0, "a"), (1, "b"))]
    found = clocks([promise], *made, (2, "promise.fulfilled", {"promise_id": "b"}))
    assert [(clock.case, clock.broke is None) for clock in found] == [("c#a", False), ("c#b", True)]


def test_an_event_that_moves_a_due_into_the_past_and_calls_off_breaks_nothing() -> None:
    visit = {
        **ORDER,
        "revises": {"on": "order.cancelled", "due": "promised_at"},
        "deadline": {"at": "promised_at"},
    }
    story = ((0, "order.placed", {"promised_at": 10}), (5, "order.cancelled", {"promised_at": 3}))
    (clock,) = clocks([visit], *story)
    owed = obligation(clock)
    assert owed is not None
    assert not owed.broken


# how a pack is made quick


def durations(value: Any) -> list[int]:
    """Every duration of a moment that says how long something may take."""
    if isinstance(value, dict):
        own = [
            parse_duration(value[key]) for key in ("after", "every", "lead", "within") if isinstance(value.get(key), str)
        ]
        return own + [found for inner in value.values() for found in durations(inner)]
    return [found for inner in value for found in durations(inner)] if isinstance(value, list) else []


@pytest.mark.parametrize("pack", packs())
def test_every_pack_takes_seconds(pack: str) -> None:
    _, catalogues = source_of_pack(pack)
    for catalogue in shrink(catalogues, OPENING):
        for moment in catalogue["moments"]:
            found = durations({key: value for key, value in moment.items() if key != "rises"})
            assert all(SHORTEST <= span <= LONGEST for span in found)


@given(spans=st.lists(st.integers(min_value=1, max_value=60), min_size=2, max_size=6, unique=True))
def test_what_was_longer_stays_longer(spans: list[int]) -> None:
    moments = [{**ORDER, "id": f"m{number}", "deadline": {"after": f"{span}h"}} for number, span in enumerate(spans)]
    (short,) = shrink([{"name": "one", "moments": moments}], OPENING)
    found = [parse_duration(moment["deadline"]["after"]) for moment in short["moments"]]
    assert sorted(range(len(spans)), key=lambda n: spans[n]) == sorted(range(len(spans)), key=lambda n: found[n])
    assert len(set(found)) == len(found)


def test_business_days_become_open_time_of_days_and_the_end_of_patience_is_left_out() -> None:
    targets = [{"when": {"tier": "vip"}, "workdays": 1, "calendar": "desk"}]
    moment = {
        **ORDER,
        "deadline": {"workdays": 5, "targets": targets},
        "calendar": "desk",
        "time_to_live": "30d",
        "warnings": ["2h", "1h"],
    }
    other = {**ORDER, "id": "n", "deadline": {"after": "5d"}}
    (short,) = shrink([{"name": "one", "calendars": {"desk": {}}, "moments": [moment, other]}], OPENING)
    quick, plain = short["moments"]
    assert quick["deadline"]["after"] == plain["deadline"]["after"] == "20s"
    assert quick["deadline"]["targets"] == [{"when": {"tier": "vip"}, "after": "4s", "calendar": "desk"}]
    assert quick["calendar"] == "desk"
    assert "time_to_live" not in quick
    assert quick["warnings"] == ["63%", "76%"]


def test_hours_open_and_close_by_the_minute_and_in_unions_stores_and_policies_as_they_were() -> None:
    catalogue = {
        "name": "one",
        "calendars": {"desk": {"weekly": {"mon-fri": ["09:00-18:00"]}, "time_zone": "UTC"}, "both": {"any": ["desk"]}},
        "stores": {"s1": {"hours": {"mon-sun": ["10:00-22:00"]}, "brand": "fresh"}},
        "policies": [{"brand": "fresh", "moments": {"m": {"deadline": "9h"}}, "calendars": {"desk": "both"}}],
        "moments": [{**ORDER, "calendar": "both"}],
    }
    (short,) = shrink([catalogue], OPENING)
    assert short["calendars"]["both"] == {"any": ["desk"]}
    own = short["stores"]["s1"].pop("calendars")["opening_hours"]
    assert short["stores"] == {"s1": {"brand": "fresh"}}
    assert short["policies"][0]["moments"] == {"m": {"deadline": {"after": "20s"}}}
    for name in ("desk", own):
        opening = Opening(((hours_of(short["calendars"][name]), "UTC"),))
        minute = OPENING - OPENING % MINUTE
        for at in range(minute, minute + 10 * MINUTE, MINUTE):  # never open or closed for long
            assert 0 < opening.between(at, at + 3 * MINUTE) < 3 * MINUTE


# conditions

values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.floats(-3, 3),
    st.sampled_from(["a", "ab", "abc", "b", rfc3339(OPENING + DAY)]),
)
scalars = st.one_of(st.booleans(), st.integers(-3, 3), st.sampled_from(["a", "b"]))
conditions = st.fixed_dictionaries(
    {},
    optional={
        "equals": scalars,
        "in": st.lists(scalars, min_size=1, max_size=3),
        "not": st.lists(scalars, min_size=1, max_size=3),
        "lt": st.integers(-3, 3),
        "ge": st.integers(-3, 3),
        "exists": st.booleans(),
        "starts": st.lists(st.sampled_from(["a", "ab", "2"]), min_size=1, max_size=2),
        "within": st.sampled_from(["1h", "2d"]),
        "beyond": st.sampled_from(["1h", "2d"]),
    },
).filter(bool)


@given(condition=conditions, value=values)
def test_a_condition_holds_for_the_demo_where_it_holds_for_the_monitor(condition: dict[str, Any], value: Any) -> None:
    # to the monitor a whole number is an instant, too: so it has the contract's own times; publishers write texts
    assume(not {"within", "beyond"} & condition.keys() or not isinstance(value, int))
    asked = Condition.model_validate(condition)
    wanted = all_hold(atoms({"tier": asked}))
    assert fits(asked, value, OPENING) == wanted({"tier": value, OCCURRED_AT: OPENING}.get)


@given(condition=conditions, seed=st.integers(0, 3))
def test_a_value_that_is_made_up_for_a_condition_fits(condition: dict[str, Any], seed: int) -> None:
    asked = Condition.model_validate(condition)
    found, value = fitting(asked, OPENING, random.Random(seed), None)
    assert not found or fits(asked, value, OPENING)


def test_a_start_that_no_event_can_make_is_named() -> None:
    never = {**HEAD, **ORDER, "starts": {"on": "order.placed", "where": {"tier": {"equals": "vip", "not": ["vip"]}}}}
    with pytest.raises(UnplayableError, match=r"m cannot be played: .* whose `tier` is as the catalogue asks"):
        read("one", [{"name": "one", "moments": [never]}])
