"""Events in files: JSON Lines, plain or gzip, standard input, or one event in a `.json` file."""

import gzip
import sys
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from streams.errors import OperatorError

STDIN = "-"


class Line(NamedTuple):
    """One event of a file: the file as the user named it, the line from 1, and the bytes without the line's end."""

    file: str
    number: int
    value: bytes


def read_lines(file: str) -> Iterator[Line]:
    """The lines of a file that are not blank. OperatorError where it cannot be read, to its end."""
    try:
        if file == STDIN:
            yield from _lines(file, sys.stdin.buffer)
        elif file.endswith(".json"):
            yield Line(file, 1, Path(file).read_bytes())
        elif file.endswith(".gz"):
            with gzip.open(file, "rb") as stream:
                yield from _lines(file, stream)
        else:
            with Path(file).open("rb") as stream:
                yield from _lines(file, stream)
    except (OSError, EOFError, zlib.error) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise OperatorError(f"{file}: cannot be read: {why}") from error


def _lines(file: str, stream: Iterable[bytes]) -> Iterator[Line]:
    for number, line in enumerate(stream, start=1):
        if value := line.strip():
            yield Line(file, number, value)
