"""Part `memory`: what a million open cases take, as the growth of a process that holds them."""

import gc
from collections.abc import Iterator

import psutil

from streams.cli.collector import calm_collector
from streams.clock import MINUTE, SECOND, rfc3339
from streams.state.tally import Tally
from tests.bench.job import BEGIN, Message, message
from tests.bench.machine import pin
from tests.bench.page import Figure, Part
from tests.bench.shards import processors, turns

ON_ITS_WAY = 0.2
"""Five events a case take long; this share of the cases is enough to see what one takes."""

AT_ONCE = 500
"""Events for a shard at once: what they leave behind when they are gone is not what is measured."""


def placed(cases: int) -> Iterator[Message]:
    """Orders that were placed a moment ago."""
    for number in range(cases):
        at = BEGIN + number
        due = {"promised_at": rfc3339(at + 45 * MINUTE), "promised_ready_at": rfc3339(at + 15 * MINUTE)}
        yield message(at, number, "order.placed", {"channel": "app", "category": "delivery", **due})


def on_their_way(cases: int) -> Iterator[Message]:
    """Orders whose courier has left: five events each."""
    yield from placed(cases)
    kinds = ("order.accepted", "order.ready", "delivery.courier_assigned", "delivery.picked_up")
    for step, kind in enumerate(kinds, 1):
        for number in range(cases):
            data: dict[str, object] = {"category": "delivery"} if kind == "order.ready" else {}
            yield message(BEGIN + step * 2 * SECOND + number, number, kind, data)


def grow(stories: str, cases: int, catalogue: str) -> float:
    """Bytes by which this process, a fresh one, grows a case."""
    pin(1)
    shards = processors(catalogue)
    for shard, batches in turns(placed(1)):  # what is made once is made before the measuring
        shards[shard].decide(batches, 0)
    shards = processors(catalogue)
    calm_collector()
    before = psutil.Process().memory_info().rss
    events = placed(cases) if stories == "placed" else on_their_way(cases)
    for shard, batches in turns(events, AT_ONCE):
        shards[shard].decide(batches, 0)
        shards[shard].tally = Tally()  # a worker takes what was counted after each decision, too
    del events, batches
    gc.collect()
    kept = sum(map(len, shards))
    if kept != cases:
        raise AssertionError(f"{kept} cases are kept, {cases} are open")
    return (psutil.Process().memory_info().rss - before) / cases


def part(cases: int, figures: tuple[float, float, float]) -> Part:
    """The figures of `grow`: one moment, the tea chain, the tea chain under way."""
    one, tea, way = figures
    few = int(cases * ON_ITS_WAY)
    return Part(
        "Memory",
        f"{cases:,} open cases in the four shards of one fresh process: growth of its resident memory by the cases, "
        "the deadline "
        "queue and whatever the events left behind, for each case.",
        [
            Figure("one moment, order placed", one, "bytes a case", 800, at_most=True),
            Figure("tea chain, order placed (two clocks run)", tea, "bytes a case", 800, at_most=True),
            Figure(f"tea chain, courier under way (five events; {few:,} cases)", way, "bytes a case", 800, at_most=True),
        ],
    )
