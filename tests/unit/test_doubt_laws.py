"""Whatever is said of the feeds meanwhile: once all are heard again, people know what they would have known anyway; and
while nothing is heard, nobody is told of an absence."""

from collections import Counter
from collections.abc import Iterator
from itertools import chain
from random import Random

import pytest

from schemas.feed import Feed, FeedState, feed_key
from streams.catalogue.load import compile_source
from streams.clock import as_datetime
from streams.engine.case import Kind
from streams.engine.transition import Transition
from streams.state.decision import Batch
from streams.state.feeds import Feeds
from streams.state.processor import DetectProcessor
from tests.support.effort import EFFORT
from tests.support.hand_built import HandBuilt
from tests.support.histories import BEGIN, FAR, rolled
from tests.support.record import Made
from tests.support.reference_drive import Moves, Step
from tests.unit.test_short_way import CLOCK, EVENTS, TENANT, batches, carried

FEEDS = "feeds"
STATES: tuple[FeedState, ...] = ("suspect", "blind", "returning", "heard")
Occurrence = tuple[str, int]


def shard(catalogue: HandBuilt) -> DetectProcessor:
    feeds = Feeds(FEEDS, "pulses", 0, 1)
    return DetectProcessor(
        (EVENTS, CLOCK), catalogue, compile_source, transitions="transitions", decode=carried, feeds=feeds
    )


def word(state: FeedState, source: str = "*", region: str = "*") -> Batch:
    at = as_datetime(0)
    feed = Feed(
        tenant=TENANT,
        source=source,
        region=region or None,
        state=state,
        until=at,
        changed_at=at,
        silent_seconds=0,
        usual_per_minute=1,
    )
    record = Made(FEEDS, 0, 0, -1, feed_key(TENANT, source, region), feed.model_dump_json().encode())
    return Batch(FEEDS, [record], 0, 1, None)


def with_clock(steps: list[Step]) -> Iterator[list[Batch]]:
    """The history; the topic of the feeds is always heard as far as the clock."""
    yield [Batch(FEEDS, (), 0, 0, BEGIN)]
    for step, call in zip([None, *steps], batches(steps), strict=True):
        yield [*call, Batch(FEEDS, (), 0, 0, step.until)] if isinstance(step, Moves) else call


def play(
    catalogue: HandBuilt, steps: list[Step], random: Random | None
) -> tuple[DetectProcessor, list[list[Transition]]]:
    """The history in one shard, with words about feeds strewn in where there is a `random`; what each decision said."""
    one, said, state = shard(catalogue), [], dict[bytes, bytes]()
    silent = False
    calls = list(with_clock(steps))
    for number, call in enumerate(calls):
        words: list[Batch] = []
        if number == len(calls) - 1:  # the last one is far ahead: what was never heard again would be given up there
            words, silent = [word("heard"), word("heard", "s", ""), word("heard", "t", "")], False
        elif random is not None and random.random() < 0.3:
            total = random.random() < 0.7
            chosen = random.choice(STATES)
            silent = chosen != "heard" if total else silent
            words = [word(chosen) if total else word(chosen, random.choice(("s", "t")), "")]
        decision = one.decide([*words, *call], FAR)
        said.append(one.said)
        if silent:
            expect_no_absence(one.said)
        state |= {key: value for key, value in decision.changes.items() if value is not None}
        for key in [key for key, value in decision.changes.items() if value is None]:
            state.pop(key, None)
        if random is not None and random.random() < 0.1:
            one = shard(catalogue)
            one.restore(state.items())
            one.ready()
    return one, said


def expect_no_absence(said: list[Transition]) -> None:
    """A breach is said where its end is said with it, and no warning at all."""
    for place, each in enumerate(said):
        assert each.kind not in (Kind.AT_RISK, Kind.WORSENED)
        if each.kind is Kind.BREACHED:
            after = [other.kind for other in said[place + 1 :] if name_of(other) == name_of(each)]
            assert Kind.RECOVERED in after


def everything(*decisions: list[Transition]) -> Iterator[Transition]:
    return chain.from_iterable(decisions)


def name_of(said: Transition) -> Occurrence:
    return said.moment, said.occurrence


def known(said: list[list[Transition]]) -> dict[Occurrence, tuple[int, bool]]:
    """Of each occurrence that people know as broken: how often it was said to be less how often that was withdrawn, and
    whether it is known to have recovered."""
    broken: Counter[Occurrence] = Counter()
    over: dict[Occurrence, bool] = {}
    for each in everything(*said):
        name = name_of(each)
        if each.kind is Kind.BREACHED:
            broken[name] += 1
        elif each.kind is Kind.RETRACTED:
            broken[name] -= 1
        if each.kind in (Kind.RECOVERED, Kind.MET, Kind.CANCELLED, Kind.EXPIRED):
            over[name] = each.kind is Kind.RECOVERED
        elif each.kind is Kind.OPENED:
            over.pop(name, None)
    return {name: (count, over.get(name, False)) for name, count in broken.items() if count}


@pytest.mark.parametrize("block", range(6))
def test_in_the_end_people_know_what_they_would_have_known(block: int) -> None:
    doubted = 0
    for seed in range(block * 100 * EFFORT, (block + 1) * 100 * EFFORT):
        catalogue, history = rolled(seed, corrections=(1_000_000, 5)[seed % 2])
        _, sure = play(catalogue, history.steps, None)
        _, said = play(catalogue, history.steps, Random(seed))
        doubted += any(each.kind is Kind.UNKNOWN for each in everything(*said))
        heard, would = known(said), known(sure)
        if seed % 2:  # cases are forgotten at once, even those that were over before their feed was heard again
            over = {name_of(each) for each in everything(*sure) if each.kind in (Kind.EXPIRED, Kind.CANCELLED)}
            heard, would = ({name: what for name, what in one.items() if name not in over} for one in (heard, would))
        assert heard == would, f"seed {seed}"
    assert doubted > 5
