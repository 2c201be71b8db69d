"""The demo's monitor: `moments worker` and `moments console` in processes of their own, with settings from the
environment.
"""

import asyncio
import os
import random
import signal
import socket
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

from streams.errors import MonitorError
from streams.stages import ROLES

CATALOGUE = Path(__file__).with_name("tea_chain_demo.yaml")
CONSOLE_PORT = 8080
"""Where the console is if nobody else is there."""
_LEAVES_WITHIN = 40.0  # seconds; a worker drains in a few
_SHOWN_LINES = 15
_PORTS = (15_000, 30_000)
_chance = random.Random()


class Hired:
    """A process under way. Its log goes to a file, so that it does not write across the view."""

    def __init__(
        self, process: asyncio.subprocess.Process, name: str, address: str, log: Path, scraped: Sequence[str] = ()
    ) -> None:
        self._process, self._name, self._log = process, name, log
        self.address, self.scraped = address, scraped

    @classmethod
    async def worker(cls, settings: Mapping[str, str], log: Path) -> Self:
        """All stages. `address` is that of detection's metrics; the other stages have the ports after it."""
        port = free_ports(len(ROLES))
        metrics = {"MOMENTS_METRICS_HOST": "127.0.0.1", "MOMENTS_METRICS_PORT": str(port)}
        scraped = [f"127.0.0.1:{port + place}" for place in range(len(ROLES))]
        address = f"http://{scraped[0]}/metrics"
        return await cls._start("worker", ("worker",), address, {**settings, **metrics}, log, scraped)

    @classmethod
    async def console(cls, settings: Mapping[str, str], log: Path) -> Self:
        """The console, open to everybody on this machine."""
        port = CONSOLE_PORT if _is_free(CONSOLE_PORT) else free_ports(1)
        measured = free_ports(1)
        own = {
            "MOMENTS_CONSOLE__PORT": str(port),
            "MOMENTS_CONSOLE__OPEN_TO_ALL": "true",
            "MOMENTS_METRICS_HOST": "127.0.0.1",
            "MOMENTS_METRICS_PORT": str(measured),
        }
        address, scraped = f"http://127.0.0.1:{port}", [f"127.0.0.1:{measured}"]
        return await cls._start("console", ("console",), address, {**settings, **own}, log, scraped)

    @classmethod
    async def _start(
        cls,
        name: str,
        command: Sequence[str],
        address: str,
        settings: Mapping[str, str],
        log: Path,
        scraped: Sequence[str] = (),
    ) -> Self:
        environment = {key: value for key, value in os.environ.items() if not key.startswith("MOMENTS_")}
        with log.open("wb") as out:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "streams.cli.leash", *command),
                env={**environment, **settings},
                stdin=asyncio.subprocess.PIPE,
                stdout=out,
                stderr=out,
                start_new_session=True,  # Ctrl-C is for the demo, which then ends its processes in order
            )
        return cls(process, name, address, log, scraped)

    async def watch(self) -> None:
        """Returns never: MonitorError with the end of its log when the process ends by itself."""
        status = await self._process.wait()
        last = "\n".join(self._log.read_text(errors="replace").splitlines()[-_SHOWN_LINES:])
        raise MonitorError(f"the {self._name} ended by itself with status {status}; the end of its log:\n{last}")

    async def stop(self) -> int:
        """SIGTERM, and SIGKILL if it does not leave; its exit status."""
        if self._process.returncode is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                await asyncio.wait_for(self._process.wait(), _LEAVES_WITHIN)
            except TimeoutError:
                self._process.kill()
        return await self._process.wait()


def free_ports(count: int) -> int:
    """The first of so many free ports in a row, below those that the system gives to connections: whoever knocks at a
    process that has not opened its port yet may be given that very port to knock from, and then holds it."""
    while True:
        first = _chance.randrange(*_PORTS)
        if all(_is_free(first + step) for step in range(count)):
            return first


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as a server does: what has just closed is free
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
