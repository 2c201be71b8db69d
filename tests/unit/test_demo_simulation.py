"""The simulated tea chain: one seed tells one story, its events tell the truth, and its truth is the plain one."""

import json
from collections import Counter, defaultdict
from itertools import takewhile
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.clock import SECOND, parse_rfc3339
from streams.demo.events import DELIVERIES, INPUT_TOPICS, tellings
from streams.demo.journeys import Order, Ticket, journeys
from streams.demo.malformed import KINDS
from streams.demo.simulate import Sending, Simulation
from streams.demo.truth import obligations
from streams.demo.world import CYCLE, REGIONS, STORES, Trouble, incident_at, incidents

OPENING = parse_rfc3339("2026-11-01T10:00:00+08:00")
MINUTE_AND_A_HALF = OPENING + 90 * SECOND

seeds = st.integers(min_value=0, max_value=10_000)
few = settings(max_examples=8, deadline=None)


def arrived(simulation: Simulation, until: int) -> list[Sending]:
    return list(takewhile(lambda sending: sending.at <= until, simulation.sendings()))


@few
@given(seed=seeds)
def test_the_same_seed_tells_the_same_story(seed: int) -> None:
    first, again = Simulation(seed, OPENING), Simulation(seed, OPENING)
    assert arrived(first, MINUTE_AND_A_HALF) == arrived(again, MINUTE_AND_A_HALF)
    assert first.broken(MINUTE_AND_A_HALF) == again.broken(MINUTE_AND_A_HALF)


def test_another_seed_tells_another_story() -> None:
    assert arrived(Simulation(1, OPENING), MINUTE_AND_A_HALF) != arrived(Simulation(2, OPENING), MINUTE_AND_A_HALF)


@few
@given(seed=seeds, shift=st.integers(min_value=-(10**12), max_value=10**12))
def test_a_later_opening_shifts_everything_and_changes_nothing_else(seed: int, shift: int) -> None:
    here, there = Simulation(seed, OPENING), Simulation(seed, OPENING + shift)
    moved = {what: due + shift for what, due in here.broken(MINUTE_AND_A_HALF).items()}
    assert there.broken(MINUTE_AND_A_HALF + shift) == moved


@few
@given(seed=seeds)
def test_records_arrive_in_order_and_never_before_they_happened(seed: int) -> None:
    sent = arrived(Simulation(seed, OPENING), MINUTE_AND_A_HALF)
    assert [sending.at for sending in sent] == sorted(sending.at for sending in sent)
    assert all(sending.at >= sending.occurred_at >= OPENING for sending in sent)
    assert {sending.topic for sending in sent} <= set(INPUT_TOPICS)


@few
@given(seed=seeds)
def test_what_breaks_can_be_read_from_the_events_alone(seed: int) -> None:
    """A second judge, who knows only the catalogue's words and the good events, however late or often they came."""
    simulation = Simulation(seed, OPENING)
    until = MINUTE_AND_A_HALF
    by_case: dict[str, dict[str, Any]] = defaultdict(dict)
    for sending in arrived(simulation, until + 120 * SECOND):
        if sending.refused is None:
            event = json.loads(sending.value)
            by_case[event["subject"]][event["id"]] = event
    broken = {}
    for case, events in by_case.items():
        for moment, due in judge(list(events.values())):
            if due <= until:
                broken[case, moment] = due
    assert broken == simulation.broken(until)


def judge(events: list[dict[str, Any]]) -> list[tuple[str, int]]:
    """(moment, due) of everything broken in one case."""

    def when(kind: str, **where: object) -> int | None:
        times = [
            parse_rfc3339(event["time"])
            for event in events
            if event["type"] == kind and all(event["data"].get(name) == value for name, value in where.items())
        ]
        return min(times, default=None)

    def field(kind: str, name: str) -> int | None:
        found = [
            parse_rfc3339(event["data"][name]) for event in events if event["type"] == kind and name in event["data"]
        ]
        return found[0] if found else None

    def after(at: int | None, seconds: int) -> int | None:
        return None if at is None else at + seconds * SECOND

    urgent = when("ticket.opened", priority="urgent") is not None
    answer = after(when("ticket.opened"), 6 if urgent else 12)
    waiting, resumed = when("ticket.waiting"), when("ticket.resumed")
    if answer is not None and waiting is not None and resumed is not None:
        answer += resumed - waiting
    cancelled = when("order.cancelled")
    verdicts = [
        ("order.confirm", after(when("order.placed"), 4), [when("order.accepted"), cancelled]),
        ("order.make", after(when("order.accepted"), 8), [when("order.ready"), cancelled]),
        (
            "courier.assigned",
            after(when("order.ready", channel="delivery"), 4),
            [when("delivery.courier_assigned"), cancelled],
        ),
        (
            "delivery.on_time",
            field("delivery.eta_revised", "promised_at") or field("order.placed", "promised_at"),
            [when("delivery.delivered"), cancelled],
        ),
        ("store.hq_ticket", answer, [when("ticket.replied", by="human"), when("ticket.withdrawn")]),
        ("promise.kept", field("promise.made", "due_at"), [when("promise.fulfilled"), when("promise.released")]),
    ]
    return [
        (moment, due)
        for moment, due, ends in verdicts
        if due is not None and not any(end is not None and end <= due for end in ends)
    ]


@few
@given(seed=seeds)
def test_nothing_happens_to_an_order_after_it_was_cancelled(seed: int) -> None:
    for journey in takewhile(lambda journey: journey.begins < MINUTE_AND_A_HALF, journeys(seed, OPENING)):
        if isinstance(journey, Order) and journey.cancelled is not None:
            assert max(telling.occurred_at for telling in tellings(journey)) == journey.cancelled


@few
@given(seed=seeds)
def test_a_due_moves_only_while_its_clock_still_runs(seed: int) -> None:
    for journey in takewhile(lambda journey: journey.begins < MINUTE_AND_A_HALF, journeys(seed, OPENING)):
        if isinstance(journey, Order) and journey.revised is not None:
            assert journey.promised is not None
            assert journey.placed < journey.revised < journey.promised
        if isinstance(journey, Ticket) and journey.waiting is not None:
            assert journey.resumed is not None
            answer = next(owed for owed in obligations(journey) if owed.moment == "store.hq_ticket")
            assert journey.opened < journey.waiting < journey.resumed <= answer.due


def test_on_the_dot_is_in_time() -> None:
    order = Order("SH01-1", STORES[0], "pickup", "regular", placed=0, accepted=4 * SECOND, ready=12 * SECOND + 1)
    assert {owed.moment: owed.broken for owed in obligations(order)} == {"order.confirm": False, "order.make": True}


def test_a_cancellation_in_time_settles_and_one_too_late_does_not() -> None:
    for cancelled, broken in ((4 * SECOND, False), (4 * SECOND + 1, True)):
        order = Order("SH01-1", STORES[0], "pickup", "regular", placed=0, cancelled=cancelled)
        assert [owed.broken for owed in obligations(order)] == [broken]


def test_the_time_a_store_takes_to_answer_back_is_not_counted() -> None:
    ticket = Ticket("T1", STORES[0], "urgent", opened=0, waiting=2 * SECOND, resumed=9 * SECOND, replied=13 * SECOND)
    (owed,) = obligations(ticket)
    assert owed.due == 13 * SECOND
    assert not owed.broken


@pytest.mark.parametrize("seed", [1, 2, 7, 42])
def test_a_minute_and_a_half_shows_everything_that_can_go_wrong(seed: int) -> None:
    simulation = Simulation(seed, OPENING)
    sent = arrived(simulation, MINUTE_AND_A_HALF)
    assert {sending.refused for sending in sent} == {None, *KINDS}
    repeated = Counter((sending.topic, sending.value) for sending in sent)
    assert max(repeated.values()) > 1
    assert any(sending.at - sending.occurred_at > 5 * SECOND for sending in sent if sending.topic != DELIVERIES)
    owed = list(simulation.obligations(MINUTE_AND_A_HALF))
    breaks = Counter(one.moment for one in owed if one.broken)
    assert {"order.confirm", "order.make", "courier.assigned", "delivery.on_time"} <= set(breaks)
    assert 0.02 < sum(breaks.values()) / len(owed) < 0.25
    orders = list(takewhile(lambda journey: journey.begins < MINUTE_AND_A_HALF, journeys(seed, OPENING)))
    assert any(isinstance(journey, Order) and journey.revised is not None for journey in orders)
    withdrawn = in_time_but_told_late(simulation, sent)
    assert len(withdrawn) >= 3, "too few breaches would be told and then withdrawn"


def in_time_but_told_late(simulation: Simulation, sent: list[Sending]) -> list[tuple[str, str]]:
    """Moments that were kept, though the word of it came after the due."""
    came: dict[tuple[str, int], int] = {}
    for sending in sent:
        came.setdefault((sending.key.decode(), sending.occurred_at), sending.at)
    return [
        (owed.case, owed.moment)
        for owed in simulation.obligations(MINUTE_AND_A_HALF)
        if not owed.broken and owed.settled is not None and came.get((owed.case, owed.settled), 0) > owed.due + SECOND
    ]


@few
@given(seed=seeds, cycle=st.integers(min_value=0, max_value=50))
def test_each_cycle_has_each_trouble_once_and_elsewhere(seed: int, cycle: int) -> None:
    planned = incidents(seed, cycle)
    assert {incident.trouble for incident in planned} == set(Trouble)
    assert len({incident.region for incident in planned} & set(REGIONS)) == len(planned)
    for incident in planned:
        assert cycle * CYCLE <= incident.begins < incident.ends <= (cycle + 1) * CYCLE
        assert incident_at(seed, incident.begins, incident.trouble) == incident
        assert incident_at(seed, incident.ends, incident.trouble) != incident


def test_instants_are_told_to_the_microsecond() -> None:
    sending = arrived(Simulation(7, OPENING), OPENING + 2 * SECOND)[0]
    told = json.loads(sending.value)["time"]
    assert parse_rfc3339(told) == sending.occurred_at
