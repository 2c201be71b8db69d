"""Everybody who takes part in a soak, started and ended in order."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from json import dumps, loads
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import aiohttp
import psutil
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from streams.clock import SECOND, now
from streams.demo import people
from streams.demo.hired import CATALOGUE
from streams.demo.phone import SECRET, Phone, ringing
from streams.demo.stage import DEAD_LETTERS, PARTITIONS
from streams.settings import Settings
from tests.bench.installation import FullBroker
from tests.soak import chain
from tests.soak.chain import Upstream
from tests.soak.crew import Crew, create_topics
from tests.soak.found import Plan
from tests.soak.hearing import Ear
from tests.support.kafka import jars

_NAMES: Final = Settings()


@dataclass(slots=True)
class Cast:
    crew: Crew
    upstreams: list[Upstream]
    producer: AIOKafkaProducer
    ear: Ear
    phone: Phone
    begun: int = 0
    publishing: list["asyncio.Task[None]"] = field(default_factory=list)
    others: list["asyncio.Task[None]"] = field(default_factory=list)

    @property
    def elapsed(self) -> float:
        return (now() - self.begun) / SECOND


@asynccontextmanager
async def on_stage(plan: Plan) -> AsyncIterator[Cast]:
    """Start everybody; on the way out end them, the broker last."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="moments-soak-")))
        bootstrap, broker = _start_broker(stack, folder / "kafka")
        phone = await stack.enter_async_context(ringing())
        names = [one.tenant for one in chain.found(plan.chains, plan.seed, 0, plan.lasts)]
        settings = _settings(plan, bootstrap, folder, phone, names)
        await asyncio.to_thread(create_topics, settings, os.environ, PARTITIONS)
        session = await stack.enter_async_context(aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)))
        logs = plan.logs or folder
        logs.mkdir(parents=True, exist_ok=True)
        crew = Crew(settings, logs, broker, session)
        stack.push_async_callback(crew.stop)
        await crew.start_worker()
        await crew.start_desk()
        producer = await stack.enter_async_context(AIOKafkaProducer(bootstrap_servers=bootstrap))
        consumer = await stack.enter_async_context(
            AIOKafkaConsumer(bootstrap_servers=bootstrap, isolation_level="read_committed")
        )
        await crew.until_ready()
        begun = now()
        upstreams = [Upstream(producer, one) for one in chain.found(plan.chains, plan.seed, begun, plan.lasts)]
        ear = Ear(consumer, _NAMES.transitions, _NAMES.feeds.topic, names)
        await ear.begin(DEAD_LETTERS, PARTITIONS)
        cast = Cast(crew, upstreams, producer, ear, phone, begun)
        cast.publishing = [asyncio.create_task(upstream.run()) for upstream in upstreams]
        cast.others = [asyncio.create_task(ear.run()), asyncio.create_task(crew.watch())]
        try:
            yield cast
        finally:
            crew.leaving = True
            tasks = [*cast.publishing, *cast.others]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


def _start_broker(stack: AsyncExitStack, folder: Path) -> tuple[str, int]:
    """Address and process id of a broker of our own."""
    folder.mkdir()
    before = {child.pid for child in psutil.Process().children()}
    broker = FullBroker(jars(), folder).start()
    stack.callback(broker.stop)
    (process,) = (child.pid for child in psutil.Process().children() if child.pid not in before)
    return broker.bootstrap, process


def _settings(plan: Plan, bootstrap: str, folder: Path, phone: Phone, tenants: list[str]) -> dict[str, str]:
    """As the demo's, but that cases are forgotten and feeds are known after a sixth of the time, so that neither grows
    any more when the second half begins. Shorter runs have shorter silences, and hear them sooner."""
    catalogue = folder / "catalogue.yaml"
    corrections = f"corrections: {max(60, round(plan.minutes * 10))}s"
    text = CATALOGUE.read_text(encoding="utf-8")
    assert "corrections: 10m" in text
    catalogue.write_text(text.replace("corrections: 10m", corrections), encoding="utf-8")
    organisation, receivers = people.write(folder, phone.url, SECRET)
    files = []
    for tenant in tenants:
        files.append(folder / f"organisation-{tenant}.yaml")
        of_one = loads(organisation.read_text(encoding="utf-8")) | {"tenant": tenant}
        files[-1].write_text(dumps(of_one, ensure_ascii=False), encoding="utf-8")
    return {
        "MOMENTS_BROKERS": bootstrap,
        "MOMENTS_CATALOGUE": str(catalogue),
        "MOMENTS_ALERTING__ORGANISATION": ",".join(map(str, files)),
        "MOMENTS_ALERTING__RECEIVERS": str(receivers),
        "MOMENTS_ALERTING__GROUPING__BROKEN_WINDOW": "20s",
        "MOMENTS_ALERTING__GROUPING__RISK_WINDOW": "10s",
        "MOMENTS_ALERTING__GROUPING__MESSAGES_AN_HOUR": "0",
        "MOMENTS_FEEDS__LEARN_MINUTES": str(max(1, round(plan.minutes / 6))),
        "MOMENTS_FEEDS__BLIND_AFTER": f"{max(3, min(30, round(plan.minutes)))}s",
        "MOMENTS_FEEDS__SETTLE": f"{max(5, min(60, round(plan.minutes * 2)))}s",
        "MOMENTS_LOG_FORMAT": "console",
    }
