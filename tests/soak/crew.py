"""The processes of the monitor, and what the system and they themselves say of them."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import aiohttp
import psutil

from streams.clock import SECOND, now
from streams.demo.hired import Hired
from streams.stages import ROLES
from tests.soak.exposition import Page, parse

TEAM: Final = "team"
CONSOLE: Final = "console"
BROKER: Final = "broker"
OURS: Final = (*ROLES, TEAM, CONSOLE)
MOMENTS: Final = str(Path(sys.executable).with_name("moments"))
_READY_WITHIN: Final = 90.0


class Crewed(Hired):
    """A process of which the id is known."""

    @property
    def pid(self) -> int:
        return self._process.pid


@dataclass(frozen=True, slots=True)
class Usage:
    """Of one process: memory in bytes, the share of a core since the last look, open files, threads."""

    pid: int
    memory: int
    share: float
    files: int
    threads: int


@dataclass(slots=True)
class Crew:
    """The worker, the console and the broker."""

    settings: Mapping[str, str]
    folder: Path
    broker: int
    session: aiohttp.ClientSession
    worker: Crewed | None = None
    desk: Crewed | None = None
    leaving: bool = False
    _watched: dict[int, psutil.Process] = field(default_factory=dict)
    _lives: int = 0

    async def start_worker(self) -> None:
        self._lives += 1
        self.worker = await Crewed.worker(self.settings, self.folder / f"worker-{self._lives}.log")
        self.leaving = False

    async def start_desk(self) -> None:
        self.desk = await Crewed.console(self.settings, self.folder / "console.log")

    async def stop_worker(self) -> int:
        """SIGTERM; the exit status."""
        assert self.worker is not None
        self.leaving = True
        return await self.worker.stop()

    async def stop_desk(self) -> None:
        assert self.desk is not None
        await self.desk.stop()

    async def stop(self) -> None:
        for hired in (self.worker, self.desk):
            if hired is not None:
                await hired.stop()

    async def watch(self) -> None:
        """MonitorError when the worker or the console ends by itself."""
        while True:
            worker = self.worker
            assert worker is not None
            try:
                await worker.watch()
            except Exception:
                if not self.leaving and worker is self.worker:
                    raise
            await asyncio.sleep(0.2)

    def kill_stage(self, role: str) -> None:
        """SIGKILL to the process of a stage."""
        process = self._processes()[role]
        process.send_signal(signal.SIGKILL)

    def _processes(self) -> dict[str, psutil.Process]:
        assert self.worker is not None
        assert self.desk is not None
        team = psutil.Process(self.worker.pid)
        found = {TEAM: team, CONSOLE: psutil.Process(self.desk.pid), BROKER: psutil.Process(self.broker)}
        for child in team.children():
            with suppress(psutil.NoSuchProcess, IndexError):
                command = child.cmdline()
                found[command[command.index("--stage") + 1]] = child
        return found

    def usage(self) -> dict[str, Usage]:
        """Of every process that is there, by its name."""
        found: dict[str, Usage] = {}
        try:
            processes = self._processes()
        except psutil.NoSuchProcess:
            return found
        for name, process in processes.items():
            # the same object again, for the share of processor time is that since the last call on it
            known = self._watched.setdefault(process.pid, process)
            with suppress(psutil.NoSuchProcess), known.oneshot():
                found[name] = Usage(
                    known.pid,
                    known.memory_info().rss,
                    known.cpu_percent() / 100,
                    known.num_fds(),
                    known.num_threads(),
                )
        return found

    def addresses(self) -> dict[str, str]:
        """Where each process serves its metrics."""
        assert self.worker is not None
        assert self.desk is not None
        return dict(zip((*ROLES, CONSOLE), (*self.worker.scraped, *self.desk.scraped), strict=True))

    async def page(self, name: str) -> Page | None:
        """What it says now; None if it does not answer."""
        address, asked = self.addresses()[name], now()
        try:
            async with self.session.get(f"http://{address}/metrics") as answer:
                text = await answer.text()
            answered = now()
            async with self.session.get(f"http://{address}/readyz") as answer:
                ready = answer.status == 200
        except (aiohttp.ClientError, TimeoutError, OSError):
            return None
        return Page(asked, answered, parse(text), ready)

    async def pages(self) -> dict[str, Page]:
        """Of all that answer."""
        found = {name: await self.page(name) for name in self.addresses()}
        return {name: page for name, page in found.items() if page is not None}

    async def until_ready(self) -> float:
        """Seconds until every process is ready. TimeoutError after a minute and a half."""
        began = now()
        while now() - began < _READY_WITHIN * SECOND:
            pages = await self.pages()
            if len(pages) == len(self.addresses()) and all(page.ready for page in pages.values()):
                return (now() - began) / SECOND
            await asyncio.sleep(0.2)
        waiting = sorted(self.addresses().keys() - {name for name, page in pages.items() if page.ready})
        raise TimeoutError(f"not ready within {_READY_WITHIN:.0f} s: {', '.join(waiting)}")

    async def look_at_board(self) -> int:
        """The console's first page, as a browser gets it: its status."""
        assert self.desk is not None
        async with self.session.get(f"{self.desk.address}/") as answer:
            await answer.read()
            return answer.status

    def complaints(self) -> list[str]:
        """Lines of the logs that tell of errors."""
        return [
            f"{log.name}: {line}"
            for log in sorted(self.folder.glob("*.log"))
            for line in log.read_text(errors="replace").splitlines()
            if "[error" in line or "[critical" in line or line.startswith("Traceback")
        ]


def create_topics(settings: Mapping[str, str], environment: Mapping[str, str], partitions: int) -> None:
    """`moments topics create`."""
    command = [MOMENTS, "topics", "create", "--partitions", str(partitions), "--replication", "1"]
    own = {key: value for key, value in environment.items() if not key.startswith("MOMENTS_")}
    done = subprocess.run(command, env={**own, **settings}, capture_output=True, text=True, check=False)
    if done.returncode:
        raise AssertionError(f"moments topics create: {done.stdout}{done.stderr}")
