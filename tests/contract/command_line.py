"""The command line as a user meets it: arguments in; exit status, output and complaints out."""

import io
import sys
from typing import NamedTuple

import pytest

from streams.cli.main import main


class Outcome(NamedTuple):
    """What a command did."""

    status: int
    out: str
    err: str


class CommandLine:
    """Runs `moments` in this process."""

    def __init__(self, capture: pytest.CaptureFixture[str], patch: pytest.MonkeyPatch) -> None:
        self._capture, self._patch = capture, patch

    def __call__(self, *arguments: object, stdin: bytes = b"") -> Outcome:
        self._patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        self._capture.readouterr()
        with pytest.raises(SystemExit) as end:
            main([str(argument) for argument in arguments])
        out, err = self._capture.readouterr()
        status = end.value.code
        return Outcome(status if isinstance(status, int) else int(status is not None), out, err)
