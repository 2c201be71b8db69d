"""`python -m tests.bench`: measure, print, and write docs/benchmarks.md. See `--help`."""

import argparse
import os
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from datetime import UTC
from functools import cached_property
from multiprocessing import get_context
from pathlib import Path
from typing import ParamSpec, TypeVar
from uuid import uuid4

from streams.clock import as_datetime, now
from tests.bench import console, core, job, latency, memory, replay, scrape, storm, tea_job, throughput, told
from tests.bench.installation import Installation, broker
from tests.bench.machine import calibrate, describe, load
from tests.bench.page import Measured, Part, Run, page, text
from tests.support.kafka import Unavailable

PARTS = ("kafka", "restore", "scale", "tea", "latency", "told", "storm", "console", "scrape", "core", "memory", "replay")
ON_KAFKA = frozenset(PARTS[:8])
HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "benchmarks.md"
ONE_MOMENT, TEA_CHAIN = str(HERE / "one_moment.yaml"), "pack:tea_chain"
CASES = 1_000_000
SETTING = "broker unpinned on the same cores"

P = ParamSpec("P")
T = TypeVar("T")


def alone(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """The result of `work` in a fresh process."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(work, *args, **kwargs).result()


class Bench:
    """The parts, and what several of them need: a broker, the published jobs, the run of one worker."""

    def __init__(self, share: float, folder: Path, bootstrap: str) -> None:
        self.share, self.folder, self.bootstrap = share, folder, bootstrap
        self.run = uuid4().hex[:6]
        self.job, self.tea = job.Job().scaled(share).just_over(), tea_job.TeaJob().scaled(share).just_over()

    def installation(self, name: str, *, inputs: str = "", partitions: int = 4) -> Installation:
        # a broker of somebody else's may have seen an earlier run
        return Installation(f"bench-{self.run}-{name}", self.bootstrap, self.folder, partitions, inputs).create_topics()

    @cached_property
    def standard(self) -> tuple[Installation, throughput.Done]:
        """The standard job, published and judged by one worker."""
        place = self.installation("standard")
        place.publish(job.messages(self.job))
        return place, throughput.drain(place, ONE_MOMENT, self.job.events, job.truth(self.job))

    def kafka(self) -> Iterator[Part]:
        place, done = self.standard
        again = self.installation("standard-sampled", inputs=place.name)
        shares = throughput.sampled(again, ONE_MOMENT, done.events, self.folder / "one.json")
        yield throughput.like_for_like(done, shares, SETTING)

    def restore(self) -> Iterator[Part]:
        yield throughput.restore(self.standard[0], ONE_MOMENT, self.job.orders)

    def scale(self) -> Iterator[Part]:
        place, one = self.standard
        again = self.installation("pair", inputs=place.name)
        two = throughput.drain(again, ONE_MOMENT, one.events, job.truth(self.job), workers=2)
        yield throughput.scale(one, two, os.cpu_count() or 1)

    def tea_chain(self) -> Iterator[Part]:
        place = self.installation("tea")
        events = sum(1 for order in tea_job.orders(self.tea) for _ in order.events)
        place.publish(tea_job.messages(self.tea))
        done = throughput.drain(place, TEA_CHAIN, events, tea_job.truth(self.tea))
        again = self.installation("tea-sampled", inputs=place.name)
        yield throughput.chain(done, throughput.sampled(again, TEA_CHAIN, events, self.folder / "tea.json"), SETTING)

    def latency(self) -> Iterator[Part]:
        yield latency.measure(self.installation("live", partitions=12), ONE_MOMENT, self.share)

    def told(self) -> Iterator[Part]:
        yield told.measure(f"bench-{self.run}-told", self.bootstrap, self.folder, ONE_MOMENT, self.share)

    def storm(self) -> Iterator[Part]:
        yield storm.measure(f"bench-{self.run}-storm", self.bootstrap, self.folder, ONE_MOMENT, self.share)

    def console(self) -> Iterator[Part]:
        asked = (self.bootstrap, self.folder, ONE_MOMENT, self.share)
        yield console.two_hundred(f"bench-{self.run}-pages", *asked)
        yield console.whole_way(f"bench-{self.run}-way", *asked)

    def scrape(self) -> Iterator[Part]:
        yield alone(scrape.measure, self.share)

    def core(self) -> Iterator[Part]:
        yield alone(core.one_moment, self.share, ONE_MOMENT)
        yield alone(core.tea_chain, self.share, TEA_CHAIN)

    def memory(self) -> Iterator[Part]:
        cases = int(CASES * self.share)
        one = alone(memory.grow, "placed", cases, ONE_MOMENT)
        tea = alone(memory.grow, "placed", cases, TEA_CHAIN)
        way = alone(memory.grow, "on their way", int(cases * memory.ON_ITS_WAY), TEA_CHAIN)
        yield memory.part(cases, (one, tea, way))

    def replay(self) -> Iterator[Part]:
        yield alone(replay.measure, self.share, ONE_MOMENT, TEA_CHAIN, self.folder)

    def part(self, name: str) -> Iterator[Part]:
        parts: dict[str, Callable[[], Iterator[Part]]] = {
            "kafka": self.kafka,
            "restore": self.restore,
            "scale": self.scale,
            "tea": self.tea_chain,
            "latency": self.latency,
            "told": self.told,
            "storm": self.storm,
            "console": self.console,
            "scrape": self.scrape,
            "core": self.core,
            "memory": self.memory,
            "replay": self.replay,
        }
        return parts[name]()


def main() -> int:
    """Exit status 1 if a part could not be measured; a missed target is a finding and no failure."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"some of: {' '.join(PARTS)}; all if none is named")
    parser.add_argument("--share", type=float, default=1.0, help="share of the full sizes, for a quick look; default 1.0")
    parser.add_argument("--out", type=Path, help="page to write; a whole run at full size writes docs/benchmarks.md")
    parser.add_argument("--date", help="date on the page; default: today, UTC")
    asked = parser.parse_args()
    if unknown := set(asked.parts) - set(PARTS):
        parser.error(f"unknown parts: {' '.join(sorted(unknown))}")
    wanted = [name for name in PARTS if not asked.parts or name in asked.parts]
    whole = not asked.parts and asked.share == 1.0
    failed: list[str] = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="moments-bench-")))
        bootstrap, kafka = "", None
        if ON_KAFKA.intersection(wanted):
            try:
                bootstrap, kafka = stack.enter_context(broker(folder / "kafka"))
            except Unavailable as reason:
                print(f"no Kafka: {reason}", file=sys.stderr)
                failed = [name for name in wanted if name in ON_KAFKA]
                wanted = [name for name in wanted if name not in ON_KAFKA]
        bench = Bench(asked.share, folder, bootstrap)
        date = asked.date or as_datetime(now()).astimezone(UTC).date().isoformat()
        run = Run(" ".join(["python -m tests.bench", *sys.argv[1:]]), date, asked.share, describe(kafka))
        for name in wanted:
            before, busy = calibrate(), load()
            try:
                found = list(bench.part(name))
                after = calibrate()
                for part in found:
                    run.parts.append(Measured(name, part, before, after, busy))
                    print(text(run.parts[-1]), end="\n\n", flush=True)
            except Exception:  # noqa: BLE001 the other parts are worth having; the exit status tells
                traceback.print_exc()
                failed.append(name)
    if failed:
        print(f"not measured: {' '.join(failed)}; no page is written", file=sys.stderr)
        return 1
    out = asked.out or (PAGE if whole else None)
    if out is not None:
        out.write_text(page(run))
        print(f"written: {out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
