"""Starts and ends the development broker as a child process."""

import select
import subprocess
import sys
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import IO, Self

from streams.errors import OperatorError

_ANSWER_WITHIN = 20.0  # seconds; a start takes about 0.2 s on an idle machine


class EmbeddedBroker:
    """Context manager: a broker of its own for whoever enters, gone when it is left.

    `topics` maps names to partition counts. The child runs in its own session, so that Ctrl-C does not take it from
    under its clients; it ends when its standard input closes, and so also when this process is killed.
    """

    def __init__(self, topics: Mapping[str, int]) -> None:
        self._topics = dict(topics)
        self._child: subprocess.Popen[str] | None = None
        self._bootstrap = ""

    @property
    def bootstrap(self) -> str:
        """`127.0.0.1:port`."""
        return self._bootstrap

    @property
    def pid(self) -> int:
        return self._running().pid

    def __enter__(self) -> Self:
        """Start it. OperatorError where it does not start (the message says what is missing)."""
        topics = [f"--topic={name}:{partitions}" for name, partitions in self._topics.items()]
        self._child = subprocess.Popen(
            [sys.executable, "-m", "streams.broker.embedded", *topics],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        try:
            self._bootstrap = self._read()
        except OperatorError:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._child is None:
            return
        child, self._child = self._child, None
        _pipe(child.stdin).close()
        try:
            child.wait(timeout=5)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        _pipe(child.stdout).close()

    def set_round_trip(self, milliseconds: int) -> None:
        """Every answer takes that long from now on; 0 ends it."""
        self._order("rtt", milliseconds)

    def go_down(self) -> None:
        """Cut all connections and refuse new ones; what the topics hold stays."""
        self._order("down")

    def come_up(self) -> None:
        """Take connections again."""
        self._order("up")

    def fail_next(self, api_key: int, errors: Sequence[int]) -> None:
        """The next requests of that kind (Kafka's API key) fail with these Kafka error codes, one each, in order."""
        self._order("fail", api_key, *errors)

    def _order(self, *words: str | int) -> None:
        stdin = _pipe(self._running().stdin)
        stdin.write(" ".join(str(word) for word in words) + "\n")
        stdin.flush()
        self._read()

    def _read(self) -> str:
        """The child's next line. OperatorError where it is an error, or none comes."""
        child = self._running()
        stdout = _pipe(child.stdout)
        # one line is asked for at a time and the child never writes two, so none can hide in the text buffer
        ready, _, _ = select.select([stdout], [], [], _ANSWER_WITHIN)
        line = stdout.readline().strip() if ready else ""
        if line.startswith("error: "):
            raise OperatorError(f"development broker: {line.removeprefix('error: ')}")
        if not line:
            raise OperatorError(
                f"development broker: no answer within {_ANSWER_WITHIN:.0f} s"
                if not ready
                else f"development broker: ended by itself with status {child.wait()}"
            )
        return line

    def _running(self) -> subprocess.Popen[str]:
        if self._child is None:
            raise OperatorError("the development broker is not running; use it as a context manager")
        return self._child


def _pipe(pipe: IO[str] | None) -> IO[str]:
    assert pipe is not None  # both are PIPE in Popen above
    return pipe
