"""A worker as an operating system process: run a shard app under Faust's worker, and end with a status that says why.

0 after SIGTERM or SIGINT; the `exit_status` of the error that no shard survived; 1 where Faust itself came down, or where
the end had to be forced. Whatever was not committed by then is not visible to anyone and is done again by the next owner.
"""

import asyncio
import os
import signal
import threading
from collections.abc import Callable

import faust
import structlog

from streams.errors import MonitorError
from streams.runtime.transport import ShardApp

log = structlog.stdlib.get_logger(__name__)

GRACE = 30.0
"""Seconds a worker may take to end; a supervisor waits about that long before it kills."""


def run(build: Callable[[Callable[[BaseException], None]], ShardApp]) -> int:
    """Run the app that `build` makes until it is told to stop or has to. Returns the exit status.

    `build` is handed what the app must call with the exception that no shard survives.
    """
    failures: list[BaseException] = []

    def fail(error: BaseException) -> None:
        failures.append(error)
        _see_to_the_end(_status(error))
        os.kill(os.getpid(), signal.SIGTERM)

    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    app = build(fail)
    worker = _Worker(app, loop=loop, quiet=True, override_logging=False, redirect_stdouts=False)
    try:
        worker.execute_from_commandline()
    except SystemExit as stop:
        status = stop.code if isinstance(stop.code, int) else 1
    return _status(failures[0]) if failures else status


class _Worker(faust.Worker):  # type: ignore[misc]
    """Faust's worker without its spinner, its logging and its process title; with an end to its patience."""

    def __init__(self, app: ShardApp, **options: object) -> None:
        super().__init__(app, **options)
        self.spinner = None

    def _setproctitle(self, *_: object, **__: object) -> None: ...

    def _on_sigterm(self) -> None:
        _see_to_the_end(1)
        super()._on_sigterm()

    def _on_sigint(self) -> None:
        self._on_sigterm()


def _status(error: BaseException) -> int:
    return error.exit_status if isinstance(error, MonitorError) else 1


def _see_to_the_end(status: int) -> None:
    def force() -> None:
        log.critical("the worker did not end by itself", seconds=GRACE)
        os._exit(status)

    timer = threading.Timer(GRACE, force)
    timer.daemon = True
    timer.start()
