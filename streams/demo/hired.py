"""The demo's worker: `moments worker` in a process of its own, with settings from the environment."""

import asyncio
import os
import signal
import socket
import sys
from pathlib import Path

from streams.errors import MonitorError

CATALOGUE = Path(__file__).with_name("tea_chain_demo.yaml")
_LEAVES_WITHIN = 15.0  # seconds; a worker drains in a few
_SHOWN_LINES = 15


class Worker:
    """A worker under way. Its log goes to a file, so that it does not write across the view."""

    def __init__(self, process: asyncio.subprocess.Process, port: int, log: Path) -> None:
        self._process, self._log = process, log
        self.metrics = f"http://127.0.0.1:{port}/metrics"

    @classmethod
    async def start(cls, bootstrap: str, log: Path) -> "Worker":
        port = _free_port()
        own = {name: value for name, value in os.environ.items() if not name.startswith("MOMENTS_")}
        settings = {
            "MOMENTS_BROKERS": bootstrap,
            "MOMENTS_CATALOGUE": str(CATALOGUE),
            "MOMENTS_METRICS_HOST": "127.0.0.1",
            "MOMENTS_METRICS_PORT": str(port),
            "MOMENTS_LOG_FORMAT": "console",
            "MOMENTS_CHECK_CRCS": "false",  # the development broker writes its markers without a checksum
        }
        with log.open("wb") as out:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "streams.cli.leash", "worker", "--roles", "detect"),
                env=own | settings,
                stdin=asyncio.subprocess.PIPE,
                stdout=out,
                stderr=out,
                start_new_session=True,  # Ctrl-C is for the demo, which then ends the worker in order
            )
        return cls(process, port, log)

    async def watch(self) -> None:
        """Returns never: MonitorError with the end of its log when the worker ends by itself."""
        status = await self._process.wait()
        last = "\n".join(self._log.read_text(errors="replace").splitlines()[-_SHOWN_LINES:])
        raise MonitorError(f"the worker ended by itself with status {status}; the end of its log:\n{last}")

    async def stop(self) -> int:
        """SIGTERM, and SIGKILL if it does not leave; its exit status."""
        if self._process.returncode is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                await asyncio.wait_for(self._process.wait(), _LEAVES_WITHIN)
            except TimeoutError:
                self._process.kill()
        return await self._process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
