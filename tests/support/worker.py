"""A worker as a process of its own: started, watched by what it logs, and ended in every way a worker can end."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from pydantic import SecretStr

from streams.settings import Settings

READY_WITHIN = 90.0


class WorkerProcess:
    """`python -m <module>` with the settings in its environment. Leaving the context kills what is still there."""

    def __init__(
        self, settings: Settings, log: Path, module: str = "tests.support.tally_worker", *arguments: str
    ) -> None:
        self.log = log
        clean = {name: value for name, value in os.environ.items() if not name.startswith("MOMENTS_")}
        with log.open("ab") as out:
            self._process = subprocess.Popen(
                [sys.executable, "-m", module, *arguments],
                env=clean | environment(settings),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                cwd=Path(__file__).parents[2],
                start_new_session=True,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.poll() is None:
            self.thaw()
            self._process.kill()
            self._process.wait()

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def status(self) -> int | None:
        """Exit status, None while it runs."""
        return self._process.poll()

    def events(self, name: str | None = None) -> Iterator[dict[str, Any]]:
        """The JSON lines logged so far, those of one event if named."""
        for line in self.log.read_text(errors="replace").splitlines():
            if line.startswith("{"):
                try:
                    event = json.loads(line)
                except ValueError:
                    continue  # the last line, half written
                if name is None or event["event"] == name:
                    yield event

    def wait_for(self, name: str, count: int = 1, within: float = READY_WITHIN) -> list[dict[str, Any]]:
        """The events of that name once there are `count` of them. AssertionError with the log if they do not come."""
        found: list[dict[str, Any]] = []

        def enough() -> bool:
            found[:] = self.events(name)
            return len(found) >= count

        self._wait(enough, f"{count} x {name!r}", within)
        return found

    def wait_for_shards(self, count: int, within: float = READY_WITHIN) -> None:
        """Until the latest assignment is of so many shards, and each of them reads."""

        def reads() -> bool:
            latest: set[int] | None = None
            for event in self.events():
                if event["event"] == "shards assigned":
                    latest = set(event["shards"])
                    begun: set[int] = set()
                elif event["event"] == "shard reads" and latest is not None:
                    begun.add(event["shard"])
            return latest is not None and len(latest) == count and begun >= latest

        self._wait(reads, f"{count} shards", within)

    def _wait(self, condition: Callable[[], bool], what: str, within: float) -> None:
        deadline = time.monotonic() + within
        while not condition():
            if self._process.poll() is not None and not condition():
                raise AssertionError(f"the worker ended with {self.status} before {what}:\n{self.tail()}")
            if time.monotonic() > deadline:
                raise AssertionError(f"no {what} within {within} s:\n{self.tail()}")
            time.sleep(0.02)

    def tail(self, lines: int = 30) -> str:
        """The end of the log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def kill(self) -> None:
        """As a power cut would: SIGKILL."""
        self._process.kill()
        self._process.wait()

    def terminate(self, within: float = 40.0) -> int:
        """SIGTERM; the exit status."""
        self._process.terminate()
        return self.wait(within)

    def wait(self, within: float = 40.0) -> int:
        """The exit status once it has ended. AssertionError with the log if it does not."""
        try:
            return self._process.wait(within)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"the worker did not end within {within} s:\n{self.tail()}") from None

    def freeze(self) -> None:
        """SIGSTOP: the process stands still and keeps its connections."""
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """SIGCONT."""
        self._process.send_signal(signal.SIGCONT)


def environment(settings: Settings) -> dict[str, str]:
    """The environment that makes a worker load these settings again."""
    given = settings.model_dump(exclude_unset=True, exclude={"security"}, mode="json")
    lines = {"MOMENTS_LOG_FORMAT": "json"}
    for name, value in settings.security.model_dump(exclude_unset=True).items():
        plain = value.get_secret_value() if isinstance(value, SecretStr) else value
        lines[f"MOMENTS_SECURITY__{name.upper()}"] = str(plain)
    for name, value in given.items():
        text = (
            ",".join(value) if isinstance(value, list) else json.dumps(value) if isinstance(value, dict) else str(value)
        )
        lines[f"MOMENTS_{name.upper()}"] = f"{value // 1000}ms" if name in SPANS and value is not None else text
    return lines


SPANS = {
    "session_timeout",
    "heartbeat_interval",
    "rebalance_timeout",
    "fetch_wait",
    "gather",
    "broker_patience",
    "offsets_interval",
    "stall_after",
}
