"""Part `core`: decoding and deciding in memory, one process, no Kafka."""

import time
from collections.abc import Sequence

from streams.cli.collector import calm_collector
from streams.ingest.decode import decode
from streams.state.processor import DetectProcessor
from tests.bench import job, tea_job
from tests.bench.machine import pin
from tests.bench.page import Figure, Part
from tests.bench.sampling import Sampler
from tests.bench.shards import Turn, last, processors, turns

SAMPLED = 0.3
"""Share of the job's size at which it is run again under the sampler."""


def one_moment(share: float, catalogue: str) -> Part:
    """The standard job."""
    wanted, fewer = job.Job().scaled(share), job.Job().scaled(share * SAMPLED)
    few = list(job.messages(fewer))
    return _core("In memory: one moment", list(job.messages(wanted)), len(list(job.truth(wanted))), few, catalogue)


def tea_chain(share: float, catalogue: str) -> Part:
    """The tea chain's job."""
    wanted, fewer = tea_job.TeaJob().scaled(share), tea_job.TeaJob().scaled(share * SAMPLED)
    few = list(tea_job.messages(fewer))
    true = len(list(tea_job.truth(wanted)))
    return _core("In memory: the tea chain", list(tea_job.messages(wanted)), true, few, catalogue)


def _core(title: str, messages: list[job.Message], true: int, few: list[job.Message], catalogue: str) -> Part:
    pin(1)
    prepared = [*turns(messages), *last(messages[-1].at)]
    sample = [*turns(few), *last(few[-1].at)]
    calm_collector()  # as a worker does; what is prepared here would not lie about in one
    began = time.process_time()
    for _, batches in prepared:
        for batch in batches:
            decode(batch.records)
    decoding = time.process_time() - began
    began = time.process_time()
    said = _decide(prepared, processors(catalogue))
    whole = time.process_time() - began
    if said != true:
        raise AssertionError(f"{said} transitions were published, {true} are true")
    with Sampler() as sampler:
        _decide(sample, processors(catalogue))
    count = len(messages)
    return Part(
        title,
        f"`DetectProcessor` takes {count:,} events, bytes in and bytes out, in one process on one core without Kafka, "
        "and "
        f"publishes {said:,} transitions, as many as are true. Processor time.",
        [
            Figure("events", count / whole, "a second"),
            Figure("an event in all", whole / count * 1e6, "µs"),
            Figure("of which decode and validate", decoding / count * 1e6, "µs"),
        ],
        shares=[(f"{name} ({share * whole / count * 1e6:.1f} µs)", share) for name, share in sampler.shares],
        remarks=[
            f"The shares are of another run over {len(few):,} events under a sampler, right to some points of per cent."
        ],
    )


def _decide(prepared: Sequence[Turn], shards: list[DetectProcessor]) -> int:
    return sum(len(shards[shard].decide(batches, 0).outputs) for shard, batches in prepared)
