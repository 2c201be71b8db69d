"""A worker with several stages: a process for each, so that none can slow or stop another, and this one to see to them.

Detection is what everything hangs on: if it ends, all end with its exit status, and whoever runs the worker starts it
again. A stage behind it that ends by itself is started again here, after a pause that grows; what it has not done by then
waits on Kafka.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from threading import Event

import structlog

from streams.errors import OperatorError
from streams.settings import Settings
from streams.stages import Role

log = structlog.stdlib.get_logger(__name__)

LOOK = 0.2
"""Seconds between two looks at the processes."""
PAUSES = (1.0, 2.0, 5.0, 15.0, 60.0)
"""Seconds before a stage is started again, by how often it has ended."""
STEADY = 120.0
"""A stage that ran so many seconds begins with the first pause again."""
GRACE = 35.0
"""Seconds in which the stages may end; a stage itself gives up after thirty."""


class Member:
    """One stage and its process. The process ends by itself when this one is gone (see leash)."""

    def __init__(self, role: Role, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self.role = role
        self._command, self._environment = list(command), dict(environment)
        self._ends = 0
        self._again_at: float | None = None
        self._start()

    def _start(self) -> None:
        self._started, self._again_at = time.monotonic(), None
        self.process = subprocess.Popen(self._command, env=self._environment, stdin=subprocess.PIPE)

    def look(self) -> int | None:
        """The exit status where it has ended since the last look. Once its pause is over it is started again."""
        now = time.monotonic()
        if self._again_at is not None:
            if now >= self._again_at:
                self._start()
            return None
        status = self.process.poll()
        if status is not None:
            if now - self._started > STEADY:
                self._ends = 0
            self._again_at = now + PAUSES[min(self._ends, len(PAUSES) - 1)]
            self._ends += 1
        return status


def team(settings: Settings, roles: Sequence[Role], flags: Sequence[str]) -> int:
    """Run `moments worker` with these flags once for each stage, until told to stop or until detection ends. The exit
    status."""
    stop = Event()
    names = (signal.SIGTERM, signal.SIGINT)
    before = {name: signal.signal(name, lambda *_: stop.set()) for name in names}
    members: list[Member] = []
    try:
        for place, role in enumerate(roles):
            command = [sys.executable, "-m", "streams.cli.leash", "worker", *flags, "--stage", role]
            port = settings.metrics_port
            if port:
                command += ["--metrics-port", str(port + place)]
            members.append(Member(role, command, os.environ))
        return _watch(members, stop)
    finally:
        _end(members)
        for name, handler in before.items():
            signal.signal(name, handler)


def _watch(members: Sequence[Member], stop: Event) -> int:
    while not stop.wait(LOOK):
        for member in members:
            status = member.look()
            if status is None:
                continue
            if member.role == "detect" or status == OperatorError.exit_status:
                # what is to be set right is not set right by starting again
                log.error("a stage has ended, and the worker with it", role=member.role, status=status)
                return status if status > 0 else 1
            log.error("a stage has ended and will be started again", role=member.role, status=status)
    return 0


def _end(members: Sequence[Member]) -> None:
    for member in members:
        if member.process.poll() is None:
            member.process.terminate()
    until = time.monotonic() + GRACE
    for member in members:
        try:
            member.process.wait(max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            log.critical("a stage did not end and is killed", role=member.role)
            member.process.kill()
            member.process.wait()
        if member.process.stdin is not None:
            member.process.stdin.close()
