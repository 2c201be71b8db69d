"""Parts `kafka`, `tea`, `scale`, `restore`: workers read a job from Kafka to its end; what they say must be the truth."""

import json
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from streams.clock import SECOND, now, parse_rfc3339
from tests.bench.installation import Installation, Sample, Worker
from tests.bench.job import Told
from tests.bench.page import Figure, Part

LOOK = 0.2
QUIET = 1.5
"""Seconds without a transaction after which a worker that has applied everything has also said everything."""
STALLED = 120.0
SHARES = (
    "The shares are of a second worker on the same events, stopped half way, under a sampler; "
    "they are of its Python threads' processor time, right to some points of per cent."
)


class Done(NamedTuple):
    """A job read to its end, in events a second.

    `whole`: from the first shard's start to the last transition. `warm`: the second half of the events, to the same end.
    `processor`: for each second of the workers' processor time.
    """

    events: int
    whole: float
    warm: float
    processor: float
    said: Counter[str]


def drain(installation: Installation, catalogue: str, events: int, truth: Iterable[Told], *, workers: int = 1) -> Done:
    """Workers, each on a core of its own, judge what lies in the topics; they must publish `truth`, each of it once."""
    with ExitStack() as stack:
        team = [stack.enter_context(installation.worker(catalogue, core=core)) for core in range(workers)]
        curve = watch(team, events)
        began = min(worker.wait_for("shard reads", 1)[0][0] for worker in team)
        for worker in team:
            worker.stop()
    ended, said = verify(installation, truth)
    half = _crossing(curve, events / 2)
    first, final = next(sample for _, sample in curve if sample.applied), curve[-1][1]
    spent = final.processor_seconds - first.processor_seconds
    return Done(
        events,
        events / ((ended - began) / SECOND),
        (events / 2) / ((ended - half) / SECOND),
        (events - first.applied) / spent if spent else 0.0,
        said,
    )


def watch(team: Sequence[Worker], events: int, *, upto: float = 1.0) -> list[tuple[int, Sample]]:
    """Samples of all workers together, with their instants, until `upto` of the events are applied; if all, also said."""
    curve: list[tuple[int, Sample]] = []
    moved, before, quiet = time.monotonic(), (-1.0, -1.0), 0.0
    while True:
        found = [worker.sample() for worker in team]
        total = Sample(processor_seconds=sum(sample.processor_seconds for sample in found))
        for sample in found:
            for name, value in sample.metrics.items():
                total.metrics[name] += value
        curve.append((now(), total))
        state = (total.applied, total.metrics["moments_transactions_total"])
        if state != before:
            moved, before = time.monotonic(), state
        quiet = time.monotonic() - moved
        if total.applied > events:
            raise AssertionError(f"{total.applied:.0f} of {events} events were applied; some of them twice")
        if total.applied >= events * upto and (upto < 1.0 or quiet > QUIET):
            return curve
        if quiet > STALLED:
            raise AssertionError(f"no progress at {total.applied:.0f} of {events} events:\n{team[0].tail()}")
        time.sleep(LOOK)


def _crossing(curve: list[tuple[int, Sample]], events: float) -> int:
    """The instant at which so many events had been applied."""
    for (before, less), (after, more) in pairwise(curve):
        if more.applied >= events:
            grown = more.applied - less.applied
            return int(before + (after - before) * ((events - less.applied) / grown if grown else 1.0))
    return curve[-1][0]


def verify(installation: Installation, truth: Iterable[Told]) -> tuple[int, Counter[str]]:
    """The instant of the last transition, and how many of each kind. AssertionError unless it is the truth, each once."""
    published = installation.read()
    said = Counter(Told(said["case"], said["moment"], said["kind"], parse_rfc3339(said["at"])) for _, said in published)
    wanted = set(truth)
    missing, extra = len(wanted - said.keys()), len(said.keys() - wanted)
    twice = len(published) - len({document["id"] for _, document in published})
    if missing or extra or twice or len(published) != len(wanted):
        raise AssertionError(f"{missing} transitions missing, {extra} not true, {twice} said twice")
    return max(at for at, _ in published), Counter(told.kind for told in said)


def sampled(installation: Installation, catalogue: str, events: int, findings: Path) -> list[tuple[str, float]]:
    """Shares of a worker's processor time by stage over the first half of the events."""
    with installation.worker(catalogue, core=0, sampled=findings) as worker:
        watch([worker], events, upto=0.5)
        worker.stop()
    return [(name, share) for name, share in json.loads(findings.read_text())]


def like_for_like(done: Done, shares: Sequence[tuple[str, float]], setting: str) -> Part:
    """Part `kafka`."""
    return Part(
        "Standard job on Kafka: one moment",
        f"{done.events:,} events over the orders and deliveries topics of four partitions, published before; one "
        "`moments "
        f"worker` pinned to one core, exactly once, every event fully validated; {setting}. Read by a read_committed "
        "consumer "
        f"afterwards: {_count(done.said)}, which is exactly what is true: none missing, none extra, none twice.",
        [
            Figure("second half, warm, to the last committed breach", done.warm, "events/s", 60_000),
            Figure("whole, from the first shard's start to the last committed breach", done.whole, "events/s"),
            Figure("for a second of the worker's processor time", done.processor, "events"),
        ],
        shares,
        [SHARES],
    )


def chain(done: Done, shares: Sequence[tuple[str, float]], setting: str) -> Part:
    """Part `tea`."""
    return Part(
        "Tea chain on Kafka: the whole pack with its warnings",
        f"{done.events:,} events (placed, accepted, ready, courier assigned, picked up, delivered, cancelled; the "
        "mixture is in "
        "`tests/bench/tea_job.py`), one `moments worker --catalogue pack:tea_chain` pinned to one core, as above; "
        f"{setting}. "
        f"Published: {_count(done.said)}; every one of them true, none missing, none twice.",
        [
            Figure("second half, warm, to the last committed transition", done.warm, "events/s", 25_000),
            Figure("whole, from the first shard's start to the last committed transition", done.whole, "events/s"),
            Figure("for a second of the worker's processor time", done.processor, "events"),
            Figure("transitions published for 100 events", 100 * done.said.total() / done.events),
        ],
        shares,
        [SHARES],
    )


def scale(one: Done, two: Done, cores: int) -> Part:
    """Part `scale`."""
    return Part(
        "Two workers",
        "The standard job again by two workers, two shards each, each pinned to a core, started together; the second "
        "half is "
        "worked on by both. The output is verified as above.",
        [
            Figure("one worker, second half", one.warm, "events/s"),
            Figure("two workers, second half", two.warm, "events/s"),
            Figure("two for one", two.warm / one.warm, "times", 1.7 if cores > 2 else None),
            Figure("for a second of the workers' processor time, two for one", two.processor / one.processor, "times"),
        ],
        remarks=[
            f"The machine has {cores} cores, and the broker runs on them too: one worker leaves it a core, two leave "
            "it what they "
            "do not use, so the factor tells of the machine as much as of the workers. The target of 1.7 times is "
            "for a machine with "
            "a core for each worker and more for the broker; it is judged only there. How the work divides is seen "
            "better in "
            "events for a second of processor time: near 1 means that two workers do not get in each other's way."
        ],
    )


def restore(installation: Installation, catalogue: str, cases: int) -> Part:
    """Part `restore`: a worker comes back to the state that the standard job has left."""
    with installation.worker(catalogue, core=0) as worker:
        restored = worker.wait_for("shard restored", installation.partitions)
        deadline = time.monotonic() + 30
        while (kept := worker.sample().metrics["moments_cases"]) != cases:
            if time.monotonic() > deadline:
                raise AssertionError(f"{kept:.0f} cases after the restore, {cases} before")
            time.sleep(LOOK)
        worker.stop()
    records = sum(entry["records"] for _, entry in restored)
    began = min(at - int(entry["seconds"] * SECOND) for at, entry in restored)
    seconds = (max(at for at, _ in restored) - began) / SECOND
    return Part(
        "Restore",
        f"The worker of the standard job is started again: {records:,} changelog records (compaction may have begun "
        "on more) become "
        f"{cases:,} cases in {installation.partitions} shards, all restored at once by one process on one core.",
        [
            Figure("changelog records", records / seconds, "records/s", 250_000),
            Figure("from the claim of the first shard to the last restored", seconds, "s"),
        ],
    )


def _count(said: Counter[str]) -> str:
    return ", ".join(f"{count:,} {kind}" for kind, count in sorted(said.items()))
