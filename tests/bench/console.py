"""Part `console`: two hundred people with the first page open, and how soon each of them sees what happened."""

import asyncio
import json
import statistics
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import psutil

from streams.console.access.passwords import hash_password
from tests.bench import storm
from tests.bench.happening import AGO, Cases, Writing
from tests.bench.installation import MOMENTS, Installation, Worker
from tests.bench.job import TENANT
from tests.bench.machine import pin
from tests.bench.open_page import ADDRESSES, OpenPage, Sight, Traffic
from tests.bench.page import Figure, Part

PAGES, OPEN = 200, 2_000
RATE, SECONDS = 5.0, 60.0
WAY_RATE, WAY_SECONDS = 2.0, 50.0
AT_ONCE = 4
"""Browsers that sign in at a time: the console checks passwords on the core it serves from."""
PATIENCE = 20.0
PASSWORD = "two hundred pages"
ROLES = "detect,alert,notify"


Write = Callable[[Sequence[dict[str, Any]]], int]


class Served(Worker):
    """A console process, on one core if one is named, with accounts of its own."""

    def __init__(self, place: Installation, catalogue: str, core: int | None) -> None:
        accounts = place.folder / f"{place.name}-accounts.yaml"
        hashed = hash_password(PASSWORD)
        users = [
            {
                "id": person(number),
                "name": f"Person {number}",
                "role": "responder",
                "tenants": [TENANT],
                "password": hashed,
            }
            for number in range(PAGES)
        ]
        accounts.write_text(json.dumps({"users": users}))  # JSON is YAML
        accounts.chmod(0o600)
        self.log = place.folder / f"{place.name}-console.log"
        files = ("--catalogue", catalogue, "--accounts", str(accounts))
        with self.log.open("wb") as out:
            self.process = psutil.Popen(
                [MOMENTS, "console", *files, "--port", "0"],
                env=dict(place.environment),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
            )
        if core is not None:
            pin(core, self.process.pid)

    def address(self) -> str:
        """Where it is, once it has read the topics."""
        self.wait_for("the topics are read", 1)
        return str(self.wait_for("the console is served", 1)[0][1]["address"])

    def used(self) -> float:
        """Processor seconds so far."""
        times = self.process.cpu_times()
        return float(times.user + times.system)


class Watched(NamedTuple):
    """What came of one run of pages: what they saw, what was sent for it, and what the console used. The latter two while
    things happened, for so many seconds.
    """

    sight: Sight
    traffic: Traffic
    share: float
    resident: int
    seconds: float

    def cuts(self) -> tuple[float, float, float]:
        """Median, 99 of 100, and the largest."""
        late = self.sight.late
        cuts = statistics.quantiles(late, n=100)
        return cuts[49], cuts[98], max(late)


def person(number: int) -> str:
    return f"person-{number:03d}"


async def watch(served: Served, pages: int, cases: Cases, write: Write, rate: float, seconds: float) -> Watched:
    """Open the pages, let things happen at that rate, and see them seen."""
    sight, address = Sight(), served.address()
    stores = (None if number % 4 < 2 else f"store-{number:03d}" for number in range(pages))  # half of each language
    opened = [OpenPage(address, number, (person(number), PASSWORD), store, sight) for number, store in enumerate(stores)]
    limit = asyncio.Semaphore(AT_ONCE)
    loop = asyncio.get_running_loop()

    async def open_one(page: OpenPage) -> None:
        async with limit:
            await asyncio.wait_for(page.open(), PATIENCE)

    try:
        await asyncio.gather(*(open_one(page) for page in opened))
        await asyncio.sleep(3.0)  # what happened while they were opened has been shown by now
        sight.traffic = Traffic()
        began, used, random = loop.time(), served.used(), Random(11)
        at = began
        while (at := at + random.uniform(0.5, 1.5) / rate) < began + seconds:
            await asyncio.sleep(at - loop.time())
            change, said = cases.next()
            sight.changes.append(change)
            change.acked = await asyncio.to_thread(write, [said])
        passed = loop.time() - began
        share, resident = (served.used() - used) / passed, served.process.memory_info().rss
        found = Watched(sight, replace(sight.traffic), share, resident, passed)
        await asyncio.wait([asyncio.create_task(page.sees_all()) for page in opened], timeout=PATIENCE)
        for error in filter(None, (page.broken for page in opened)):
            raise error
    finally:
        await asyncio.gather(*(page.close() for page in opened))
    wanted = sum(page.shows(change) for page in opened for change in sight.changes)
    if len(sight.seen) != wanted:
        raise AssertionError(f"{len(sight.seen)} of {wanted} times a change was seen on a page")
    return found


def two_hundred(name: str, bootstrap: str, folder: Path, catalogue: str, share: float) -> Part:
    """A console on one core, alert records written as the alert stage writes them."""
    alerting = storm.files(folder / name, "http://127.0.0.1/")
    place = Installation(name, bootstrap, folder, 4, roles=ROLES, alerting=alerting).create_topics()
    cases, writing = Cases(), Writing(place)
    standing = list(cases.standing(OPEN))
    for number in range(0, len(standing), 100):
        writing.alerts(standing[number : number + 100], AGO)
    with Served(place, catalogue, core=0) as served:
        seconds = max(SECONDS * share, 8.0)
        found = asyncio.run(watch(served, PAGES, cases, writing.alerts, RATE, seconds))
        served.stop()
    sight, traffic, (median, late, largest) = found.sight, found.traffic, found.cuts()
    return Part(
        "The console",
        f"{PAGES} people signed in, each with the first page open: its stream, and its part fetched anew at the pace of "
        "the page's script. Half of them look at everything and half at a store each, half in each language, from "
        f"{ADDRESSES} addresses. {len(standing):,} alerts are "
        f"open; {RATE:.0f} a second change for {found.seconds:.0f} s, {len(sight.changes)} in all, written as the alert "
        "stage writes them. From the broker's acknowledgement to the moment at which a page has what shows the change; "
        f"{len(sight.seen):,} of these. `moments console` on one core, which it shares with whatever runs there.",
        [
            Figure("median", median, "s"),
            Figure("99 of 100", late, "s", 1.0, at_most=True),
            Figure("largest", largest, "s"),
            Figure("share of a core the console used", found.share, "", 1.0, at_most=True),
            Figure("parts fetched, all pages", traffic.fetched / found.seconds, "a second"),
            Figure("of these refused or failed", traffic.failed, "", 0, at_most=True),
            Figure("received by a page", traffic.received / PAGES / found.seconds / 1000, "kB/s"),
            Figure("memory of the console", found.resident / (1 << 20), "MiB"),
        ],
    )


def whole_way(name: str, bootstrap: str, folder: Path, catalogue: str, share: float) -> Part:
    """A transition through the alert stage to one open page."""
    alerting = storm.files(folder / name, "http://127.0.0.1/")
    place = Installation(name, bootstrap, folder, 4, roles=ROLES, alerting=alerting).create_topics()
    cases, writing = Cases(), Writing(place)
    workers = Installation(name, bootstrap, folder, 4, roles="alert", alerting=alerting)
    with workers.worker(catalogue, core=None) as worker, Served(place, catalogue, core=0) as served:
        worker.wait_for("shard reads", 2 * place.partitions)
        seconds = max(WAY_SECONDS * share, 8.0)
        found = asyncio.run(watch(served, 1, cases, writing.transitions, WAY_RATE, seconds))
        served.stop()
        worker.stop()
    median, late, largest = found.cuts()
    return Part(
        "From a transition to a page",
        f"{len(found.sight.changes)} transitions, {WAY_RATE:.0f} a second, written as detection writes them; `moments "
        "worker --roles alert`, `moments console` on one core, and one open page. From the broker's acknowledgement of "
        "the transition to the moment at which the page has what shows it.",
        [
            Figure("median", median, "s"),
            Figure("99 of 100", late, "s", 1.0, at_most=True),
            Figure("largest", largest, "s"),
        ],
    )
