"""A replay by several processes: each reads all lines and judges its share of the cases, and what they say is put in the
order in which a single one would have said it.

Every process decodes every line, so each has the same clock and refuses the same lines; what is divided is the judging.
"""

import os
import signal
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from multiprocessing import get_context
from multiprocessing.connection import Connection

import msgspec

from streams.errors import InvariantError, OperatorError
from streams.state.replay import Line, Refused, Replay, Share, Told

MOST = 8
"""Past so many processes, most of the work of each is to decode."""

Lines = Callable[[], Iterable[Line]]
"""Opens the lines anew."""

Refusal = tuple[str, int, str, str, str]
"""File, line, reason, field and message of a line that was left out."""


class Part(msgspec.Struct, array_like=True, gc=False):
    """What is said of the next lines, how many events there were and which lines were left out; `failed` where the lines
    cannot be read any further."""

    told: list[Told]
    events: int
    refused: list[Refusal]
    failed: str | None = None


def cores() -> int:
    """How many processes can work at once, as far as it pays."""
    return min(MOST, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)


def alone(run: Replay, lines: Iterable[Line], until: int | None) -> Iterator[Part]:
    """The replay in this process."""
    return (_part(run, told) for told in run.tell(lines, until))


@contextmanager
def shared(replay: Callable[[Share], Replay], lines: Lines, until: int | None, workers: int) -> Iterator[Iterator[Part]]:
    """The replay in so many processes, which end with the block. `replay` and `lines` are called in each of them.

    What comes is the same as from one. OperatorError where the lines cannot be read.
    """
    fork = get_context("fork")  # what is loaded need not be loaded again
    pipes: list[Connection] = []
    processes = []
    for number in range(workers):
        ours, theirs = fork.Pipe(duplex=False)
        pipes.append(ours)
        arguments = (replay, Share(number, workers), lines, until, theirs, tuple(pipes))
        processes.append(fork.Process(target=_work, args=arguments, daemon=True))
        processes[-1].start()
        theirs.close()
    try:
        yield _together(pipes)
    finally:
        for process in processes:
            process.terminate()
            process.join()


def _together(pipes: Sequence[Connection]) -> Iterator[Part]:
    decode = msgspec.msgpack.Decoder(Part | None).decode
    while True:
        try:
            parts = [decode(pipe.recv_bytes()) for pipe in pipes]
        except EOFError as error:
            raise InvariantError("a process of the replay ended before its work was done") from error
        first = parts[0]
        if first is None:
            return
        if first.failed is not None:
            raise OperatorError(first.failed)
        there = [part.told for part in parts if part is not None]
        if len(there) < len(parts):
            raise OperatorError("the files changed while they were read")
        yield Part(sorted(chain.from_iterable(there)), first.events, first.refused)


def _work(
    replay: Callable[[Share], Replay],
    share: Share,
    lines: Lines,
    until: int | None,
    pipe: Connection,
    inherited: Sequence[Connection],
) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the one who gathers is told, and ends this one
    for other in inherited:
        other.close()  # so that a pipe breaks when the one who gathers is gone
    encode = msgspec.msgpack.Encoder().encode
    try:
        for part in alone(replay(share), lines(), until):
            pipe.send_bytes(encode(part))
        pipe.send_bytes(encode(None))
    except OperatorError as error:
        pipe.send_bytes(encode(Part([], 0, [], str(error))))
    except BrokenPipeError:
        return  # nobody listens any more


def _part(run: Replay, told: list[Told]) -> Part:
    events, refused = run.take_read()
    return Part(told, events, [_refusal(each) for each in refused])


def _refusal(refused: Refused) -> Refusal:
    line, rejection = refused
    return line.topic, line.offset, rejection.reason.value, rejection.field, rejection.message
