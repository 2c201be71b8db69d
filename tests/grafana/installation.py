"""An installation as Prometheus sees it: the real instruments of every process, fed with an afternoon of a tea chain,
served by the real server, and written down as history for the time before.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from prometheus_client import CollectorRegistry

from schemas.notice import Outcome
from streams.catalogue.load import compile_texts, read_texts
from streams.clock import SECOND, now
from streams.engine.case import Kind
from streams.metrics.contract import STATES, Process
from streams.metrics.feeds import FeedStanding
from streams.metrics.instruments import Instruments
from streams.metrics.server import MetricsServer, nothing
from tests.metrics.figures import said

TENANT = "acme"
REGIONS = ("上海", "杭州", "南京", "")
SILENT = ("delivery-hub", "杭州")
"""The feed that is blind."""
SOURCES = ("order-center", "delivery-hub", "ticket-desk")
EARLY = """
name: early
moments:
  - id: enquiry.answered
    title: {zh: 首次答复, en: First answer}
    stage: pre_contact
    owner: desk
    severity: low
    starts: touchpoint.enquiry.made
    ends: touchpoint.enquiry.answered
    deadline: {after: 5m}
    warnings: [2m]
    case: order
  - id: offer.made
    title: {zh: 报价, en: Offer}
    stage: decision
    owner: desk
    severity: medium
    starts: touchpoint.offer.asked
    ends: touchpoint.offer.made
    deadline: {after: 1h}
    warnings: [10m]
    case: order
"""
"""The tea chain has no moments of the first two stages."""
SHARDS = 12
TOPICS = ("moments.orders.v1", "moments.tickets.v1")
STORES = tuple(f"store-{number:02}" for number in range(1, 13))

_LINE = re.compile(r"^(?P<name>[a-zA-Z_:][\w:]*)(?:\{(?P<labels>.*)\})? (?P<value>\S+)$")


@dataclass(slots=True)
class Running:
    """A process: its instruments, and its server while it is served."""

    name: str
    role: Process
    shards: range
    instruments: Instruments
    port: int = 0
    stop: Callable[[], None] = field(default=lambda: None)

    @property
    def job(self) -> str:
        """The job that scrapes it."""
        return "moments-console" if self.role == "console" else "moments-worker"


class Installation:
    """Two workers with the detect stage, one of them with every other stage, and the console."""

    def __init__(self) -> None:
        self.catalogue = compile_texts([*read_texts(["pack:tea_chain"]), ("early.yaml", EARLY)])
        half = SHARDS // 2
        self.processes = [
            self._process("first", "detect", range(half)),
            self._process("second", "detect", range(half, SHARDS)),
            *(self._process("first", role, range(SHARDS)) for role in ("feed", "alert", "group", "notify")),
            self._process("console", "console", range(0)),
        ]
        self.steps = 0

    def _process(self, name: str, role: Process, shards: range) -> Running:
        instruments = Instruments(CollectorRegistry(), role)
        if role != "console":
            instruments.about("0.1.0", SHARDS, TOPICS)
            for _ in shards:
                instruments.restored(0.4, 1200)
        if role == "detect":
            instruments.detection.catalogue(self.catalogue)
        if role == "notify":
            instruments.outbox.receivers(["wecom", "mail"])
        return Running(name, role, shards, instruments)

    def serve(self, stack: ExitStack) -> None:
        """Serve every process on a port of its own, until the stack unwinds."""
        for process in self.processes:
            server = MetricsServer("127.0.0.1", 0, partial(self._scrape, process), nothing)
            process.port = server.port
            inner = ExitStack()
            inner.enter_context(server)
            process.stop = inner.close
            stack.callback(inner.close)

    def _scrape(self, process: Running) -> bytes:
        self._read_on(process)
        return process.instruments.scrape()

    def step(self, at: int) -> None:
        """One more half minute passes; `at` is its end, in microseconds."""
        self.steps += 1
        for process in self.processes:
            self._runtime(process)
            getattr(self, f"_{process.role}")(process, at)

    def history(self, at: int) -> Iterator[str]:
        """What a scrape would say at an instant (microseconds), as lines of OpenMetrics with their time."""
        for process in self.processes:
            target = f'job="{process.job}",instance="127.0.0.1:{process.port}"'
            yield f"up{{{target}}} 1 {at / SECOND}\n"
            for line in process.instruments.scrape().decode().splitlines():
                if match := _LINE.match(line):
                    labels = ",".join(part for part in (match["labels"], target) if part)
                    yield f"{match['name']}{{{labels}}} {match['value']} {at / SECOND}\n"

    def _runtime(self, process: Running) -> None:
        if process.role == "console":
            return
        for number in range(5):
            process.instruments.transaction(0.02 + 0.01 * number, 40)
        for topic in TOPICS:
            if self.steps % 4 == 0:
                process.instruments.reread(topic)
        self._read_on(process)
        process.instruments.refused({(TOPICS[0], "not_json"): 1})

    def _read_on(self, process: Running) -> None:
        """Every shard has read its inputs to their ends just now."""
        for topic in TOPICS if process.role != "console" else ():
            for shard in process.shards:
                position = 1000 + 7 * self.steps
                process.instruments.progress(topic, shard, position, position + shard % 2, now())

    def _detect(self, process: Running, at: int) -> None:
        detection, first = process.instruments.detection, process.shards.start == 0
        detection.applied(dict.fromkeys(TOPICS, 400))
        detection.without_effect({"duplicate": 3, "beyond": 1, "unmentioned": 40})
        detection.unknown_fields(2)
        places = [(TENANT, region, moment.id) for moment in self.catalogue.moments for region in REGIONS]
        odd = {place: number for number, place in enumerate(places) if number % 3 == 0}
        detection.occurred(
            {(*place, kind): count for place in places for kind, count in (("opened", 4), ("met", 4), ("at_risk", 1))}
            | {(*place, "breached"): 1 for place in odd}
            | {(*place, "recovered"): 1 for place in odd}
            | {(*place, "cancelled"): 1 for place in odd}
            | {(*place, "unknown"): 1 for place in places if place[1] == SILENT[1]}
        )
        detection.started(
            {(TENANT, region, store): 5 for number, store in enumerate(STORES) for region in (REGIONS[number % 3],)}
        )
        for place, number in odd.items():
            self._broke(process, place, STORES[number % len(STORES)], at)
        detection.durations({(TENANT, moment.id): [90 * SECOND, 600 * SECOND] for moment in self.catalogue.moments})
        for shard in process.shards:
            counts = dict.fromkeys(STATES, 0) | {"running": 30, "at_risk": 2, "broken": int(first)}
            detection.occurrences(
                shard,
                {
                    (place, state): count if place in odd or state == "running" else 0
                    for place in places
                    for state, count in (counts | {"unknown": 2 * (place[1] == SILENT[1])}).items()
                },
            )
            detection.cases(shard, 800 + shard)
            if first:
                detection.oldest(shard, dict.fromkeys(odd, at - 840 * SECOND))

    def _broke(self, process: Running, place: tuple[str, str, str], store: str, at: int) -> None:
        tenant, region, moment = place
        known = next(one for one in self.catalogue.moments if one.id == moment)
        rest: dict[str, Any] = {"tenant": tenant, "moment": moment, "stage": known.stage, "severity": known.severity}
        labels = {"region": region or None, "store": store}
        said_at: dict[str, Any] = {"at": at, "due_at": at, "labels": labels, **rest}
        kinds = [(Kind.BREACHED, 0.3), (Kind.MET, 0)] + ([(Kind.BREACHED, 5000)] if self.steps % 10 == 0 else [])
        for number, (kind, after) in enumerate(kinds):
            case = f"{moment}-{self.steps}-{number}"
            one = said(kind, case=case, **{**said_at, "found_at": at + round(after * SECOND)})
            process.instruments.detection.said([one])
        late: dict[str, Any] = {**said_at, "at": at + 420 * SECOND, "found_at": at + 420 * SECOND, "due_at": at}
        process.instruments.detection.said([said(Kind.RECOVERED, case=f"late-{self.steps}", **late)])
        if self.steps % 15 == 0:
            process.instruments.detection.said([said(Kind.RETRACTED, case=f"back-{self.steps}", **said_at)])

    def _feed(self, process: Running, at: int) -> None:
        feeds = [(TENANT, source, region) for source in SOURCES for region in REGIONS[:3]]
        process.instruments.feeds.heard({feed: 20 for feed in feeds if feed[1:] != SILENT})
        process.instruments.feeds.stand(
            0,
            {
                feed: FeedStanding("blind", 360 * SECOND, 40.0)
                if feed[1:] == SILENT
                else FeedStanding("heard", SECOND, 40.0)
                for feed in feeds
            },
        )

    def _alert(self, process: Running, at: int) -> None:
        process.instruments.alerts.changed({"raised": 4, "warned": 3, "broke": 2, "ended": 4})
        process.instruments.alerts.open(0, {(TENANT, "high", "firing"): 5, (TENANT, "critical", "acknowledged"): 1})

    def _group(self, process: Running, at: int) -> None:
        process.instruments.groups.told({"warned": 2, "broke": 1})
        process.instruments.groups.held({"window": 3})
        process.instruments.groups.open(0, {(TENANT, "group"): 2, (TENANT, "incident"): 1})

    def _notify(self, process: Running, at: int) -> None:
        outcomes: dict[tuple[str, Outcome], int] = {("wecom", "delivered"): 3, ("mail", "deferred"): 1}
        process.instruments.outbox.came_of_it(outcomes)
        process.instruments.outbox.delivered([2 * SECOND, 8 * SECOND])
        process.instruments.outbox.waiting(0, {"wecom": 1, "mail": 0})

    def _console(self, process: Running, at: int) -> None:
        process.instruments.console.open_pages(7)
        process.instruments.console.answered("/now", 200)
        process.instruments.console.board_age(SECOND // 2)
