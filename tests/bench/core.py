"""Part `core`: decoding and deciding in memory, one process, no Kafka."""

import gc
import time
from collections.abc import Sequence

from streams.ingest.decode import decode
from streams.state.processor import DetectProcessor
from tests.bench import job, tea_job
from tests.bench.machine import pin
from tests.bench.page import Figure, Part
from tests.bench.sampling import Sampler
from tests.bench.shards import Turn, last, processors, turns


def one_moment(share: float, catalogue: str) -> Part:
    """The standard job."""
    wanted = job.Job().scaled(share)
    return _core("In memory: one moment", list(job.messages(wanted)), list(job.truth(wanted)), catalogue)


def tea_chain(share: float, catalogue: str) -> Part:
    """The tea chain's job."""
    wanted = tea_job.TeaJob().scaled(share)
    return _core("In memory: the tea chain", list(tea_job.messages(wanted)), list(tea_job.truth(wanted)), catalogue)


def _core(title: str, messages: list[job.Message], truth: list[job.Told], catalogue: str) -> Part:
    pin(1)
    prepared, end = list(turns(messages)), messages[-1].at
    gc.collect()
    gc.freeze()  # what is prepared here would not lie about in a worker
    began = time.process_time()
    for _, batches in prepared:
        for batch in batches:
            decode(batch.records)
    decoding = time.process_time() - began
    began = time.process_time()
    said = _decide([*prepared, *last(end)], processors(catalogue))
    whole = time.process_time() - began
    if said != len(truth):
        raise AssertionError(f"{said} transitions were published, {len(truth)} are true")
    with Sampler() as sampler:
        _decide([*prepared, *last(end)], processors(catalogue))
    count = len(messages)
    return Part(
        title,
        f"`DetectProcessor` takes {count:,} events, bytes in and bytes out, in one process on one core without Kafka, and publishes "
        f"{said:,} transitions, as many as are true. Processor time.",
        [
            Figure("events", count / whole, "a second"),
            Figure("an event in all", whole / count * 1e6, "µs"),
            Figure("of which decode and validate", decoding / count * 1e6, "µs"),
        ],
        shares=[(f"{name} ({share * whole / count * 1e6:.1f} µs)", share) for name, share in sampler.shares],
    )


def _decide(prepared: Sequence[Turn], shards: list[DetectProcessor]) -> int:
    return sum(len(shards[shard].decide(batches, 0).outputs) for shard, batches in prepared)
