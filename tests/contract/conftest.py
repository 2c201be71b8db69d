"""What the tests of the contract share."""

import pytest

from tests.contract.command_line import CommandLine


@pytest.fixture
def moments(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """The `moments` command."""
    return CommandLine(capsys, monkeypatch)
