"""The short way of an event through a shard comes to what the long way comes to, step for step."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from streams.catalogue.load import compile_source
from streams.catalogue.model import Catalogue, Role
from streams.engine.case import Case
from streams.engine.publish import encode_transition
from streams.ingest.event import Event, Record, Rejection
from streams.state.decision import Batch, Output
from streams.state.plain import is_plain
from streams.state.processor import DetectProcessor
from streams.state.reader import CaseReader
from streams.state.standing import Standing, shares_of
from tests.support.effort import EFFORT
from tests.support.hand_built import After, DayAndNight, HandBuilt, Trigger, moment
from tests.support.histories import BEGIN, FAR, TYPES, Rolled, make_catalogue, make_closings, make_fact, rolled
from tests.support.record import Made
from tests.support.reference_drive import Arrives, Moves, Step
from tests.unit.test_shard_laws import CATALOGUE, END, ORDERS, TOPICS, calls, make_log

EVENTS, CLOCK = "events", "clock"
TENANT, CASE = "t", "c"


class Carried(Made):
    """A record that carries its event as it is."""

    event: Event


class LongReader(CaseReader):
    """A reader without a short way."""

    def lane(self, rules: Any, tenant: str, region: str | None) -> None:
        return None


def shard(catalogue: Catalogue, topics: Sequence[str], *, short: bool, **options: Any) -> DetectProcessor:
    made = DetectProcessor(topics, catalogue, compile_source, transitions="transitions", **options)
    if not short:
        made._judge.reader = LongReader(compile_source)
        made.use(catalogue)
    return made


# online, and as replay has it: every quiet step is said too
MODES = pytest.mark.parametrize("offline", [None, "steps"], ids=["online", "replay"])


def carried(records: Sequence[Record]) -> list[Event | Rejection]:
    """What `Carried` records carry."""
    return [record.event for record in records if isinstance(record, Carried)]


def batches(steps: Iterable[Step]) -> Iterator[list[Batch]]:
    """Facts on one topic; the clock moves by what is heard of both."""
    yield [Batch(topic, (), 0, 0, BEGIN) for topic in (EVENTS, CLOCK)]
    for step in steps:
        if isinstance(step, Moves):
            yield [Batch(topic, (), 0, 0, step.until) for topic in (EVENTS, CLOCK)]
            continue
        fact = step.fact
        record = Carried(EVENTS, 0, 0)
        record.event = Event(fact.id, fact.source, fact.type, TENANT, None, CASE, fact.at, fact.fields, 0)
        yield [Batch(EVENTS, [record], 0, 1, None)]


def told(outputs: Sequence[Output]) -> list[tuple[str, bytes | None]]:
    return [(output.topic, output.value) for output in outputs]


def both(
    catalogue: Catalogue,
    topics: Sequence[str],
    decisions: Sequence[list[Batch]],
    cases: Sequence[tuple[str, str]],
    **options: Any,
) -> Iterator[tuple[DetectProcessor, DetectProcessor]]:
    """Two shards after each decision, one of which knows no short way; they say, count and know the same."""
    short, long = (shard(catalogue, topics, short=which, **options) for which in (True, False))
    for number, decision in enumerate(decisions):
        one, other = short.decide(decision, END), long.decide(decision, END)
        assert told(one.outputs) == told(other.outputs), f"decision {number}"
        assert short.write() == long.write(), f"decision {number}"
        assert list(map(encode_transition, short.said)) == short.write()[1], f"decision {number}"
        assert counted(short) == counted(long), f"decision {number}"
        assert standing(short) == counted_anew(short) == standing(long), f"decision {number}"
        for tenant, case in cases:
            assert known(short, tenant, case) == known(long, tenant, case), f"decision {number}"
        yield short, long


def counted(processor: DetectProcessor) -> tuple[Any, ...]:
    tally = processor.tally
    return (
        {step: n for step, n in tally.steps.items() if n},
        {store: n for store, n in tally.started.items() if n},
        {moment: sorted(spans) for moment, spans in tally.spans.items()},
        (tally.duplicates, tally.beyond, tally.unmentioned),
    )


def standing(processor: DetectProcessor) -> tuple[Any, ...]:
    """How many occurrences are in each state, and since when the oldest is broken."""
    return {place: n for place, n in processor.standing.counts.items() if n}, processor.standing.oldest()


def counted_anew(processor: DetectProcessor) -> tuple[Any, ...]:
    """The same, from the records alone."""
    judge, found = processor._judge, Standing()
    for key, value in judge.cases.items():
        found.add(shares_of(key.partition(b"\x1f")[0].decode(), judge.reader.read(value)[1]))
    return {place: n for place, n in found.counts.items() if n}, found.oldest()


def known(processor: DetectProcessor, tenant: str, case: str) -> Case | None:
    """The record of a case; what is worked out anew with each look is left out."""
    found = processor.case(tenant, case)
    if found is None:
        return None
    found[1].forget_at = None
    return found[1]


def wild(seed: int) -> tuple[HandBuilt, list[Step]]:
    """A random catalogue and a random history."""
    catalogue, history = rolled(seed, corrections=(1_000_000, 5)[seed % 2])
    return catalogue, history.steps


def calm(seed: int) -> tuple[HandBuilt, list[Step]]:
    """A random catalogue without what never goes the short way, and facts that come mostly in order."""
    pick = Rolled(seed)
    made = make_catalogue(pick, corrections=pick.one((1_000_000, 5)))
    moments = tuple(replace(moment, journal=False, follows=()) for moment in made.moments)
    catalogue = replace(made, moments=moments)
    types = [name for name in TYPES if catalogue.keeps(name) is not None]
    at, until, steps = BEGIN, BEGIN, list[Step]()
    for number in range(12):
        at += pick.one((0, 1, 1, 2, 2, 3, 5))
        fact = make_fact(pick, pick.one((types[number % len(types)], pick.one(types))), 0, 0)
        fact.at, fact.id = at - pick.one((0,) * 9 + (4,)), f"f{number - pick.one((0,) * 19 + (1,))}"
        steps.append(Arrives(fact))
        if pick.one((True, False)):
            until = max(until, at + pick.whole(-6, 3))
            steps.append(Moves(until))
    return catalogue, [*steps, Moves(FAR)]


def joint(seed: int) -> tuple[HandBuilt, list[Step]]:
    """Closings that take several events and revisions that need something, and a case that has little else."""
    pick = Rolled(seed)
    several, triggers = make_closings(pick, 0)
    many = moment(0, After(DayAndNight(), 28), DayAndNight(), several=several, repeats=pick.one((True, False)))
    triggers += [
        Trigger(0, "start", int(Role.START)),
        Trigger(0, "reopen", int(Role.END)),
        Trigger(0, "revise", int(Role.REVISE), None, "due", "x"),
    ]
    at, steps = BEGIN, list[Step]()
    parts = sorted({trigger.type for trigger in triggers} - {"reopen"})
    for number in range(8):
        at += pick.one((0, 1, 1, 2, 2, 3))
        fact = make_fact(pick, "start" if not number else pick.one(parts), 0, 0)
        fact.at, fact.id = at, f"f{number}"
        steps += [Arrives(fact), Moves(at)]
    return HandBuilt((many,), tuple(triggers)), [*steps, Moves(FAR)]


@MODES
@pytest.mark.parametrize("kind", [calm, wild, joint], ids=["calm", "wild", "joint"])
def test_any_history_comes_to_the_same_both_ways(
    kind: Callable[[int], tuple[HandBuilt, list[Step]]], offline: str | None
) -> None:
    went_short = 0
    for seed in range(600 * EFFORT):
        catalogue, steps = kind(seed)
        # in replay the events themselves move the clock; at times there, too, it stays behind them
        topics = (EVENTS, CLOCK) if offline is None or seed % 4 == 0 else (EVENTS,)
        cut = [[batch for batch in call if batch.topic in topics] for call in batches(steps)]
        try:
            for short, _ in both(catalogue, topics, cut, [(TENANT, CASE)], decode=carried, offline=offline):
                went_short += any(map(is_plain, short._judge.cases.values()))
        except AssertionError as error:
            raise AssertionError(f"seed {seed}: {error}") from error
    assert went_short > (1_000 if kind is calm else 200)


@MODES
@pytest.mark.parametrize("in_order", [True, False], ids=["in order", "in any order"])
def test_any_log_comes_to_the_same_both_ways(in_order: bool, offline: str | None) -> None:
    topics = TOPICS if offline is None else (ORDERS,)
    went_short = 0
    for seed in range(20 * EFFORT):
        random = Random(seed)
        log = make_log(random, 120, in_order=in_order)
        if offline is not None:  # replay has one log
            log = [Made(ORDERS, 0, place, record.timestamp, record.key, record.value) for place, record in enumerate(log)]
        cut = [*calls(random, log, 9), [Batch(topic, [], 0, 0, END) for topic in topics]]
        cases = [("acme", f"c{number}") for number in range(6)]
        for short, _ in both(CATALOGUE, topics, cut, cases, offline=offline):
            went_short += any(map(is_plain, short._judge.cases.values()))
    assert went_short > 20


def test_replay_can_go_on_from_records_that_were_stored() -> None:
    random = Random(1)
    log = [
        Made(ORDERS, 0, place, -1, record.key, record.value)
        for place, record in enumerate(make_log(random, 60, in_order=True))
    ]
    first, *rest = calls(random, log, 30)
    stored = shard(CATALOGUE, [ORDERS], short=True).decide(first, END).changes
    short, long = (shard(CATALOGUE, [ORDERS], short=which, offline="steps") for which in (True, False))
    for processor in (short, long):
        processor.restore(stored.items())
        processor.ready()
    assert any(map(is_plain, short._judge.cases.values()))
    for decision in rest:
        short.decide(decision, END)
        long.decide(decision, END)
        assert short.write() == long.write()
