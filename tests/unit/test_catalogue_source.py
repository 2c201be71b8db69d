"""Catalogue files that change while the monitor runs, and `moments lint` on the command line."""

from pathlib import Path

import pytest

from streams.catalogue.compile import Compiled
from streams.catalogue.load import compile_texts
from streams.catalogue.source import PAUSE, CatalogueFiles, difference
from streams.cli.main import main
from streams.errors import CatalogueError

FOLDER = Path(__file__).parent / "catalogues"
SMALLEST = (FOLDER / "good" / "smallest.yaml").read_text(encoding="utf-8")


class Clock:
    """Each tick is late enough for another look at the files."""

    def __init__(self) -> None:
        self.now = 0

    def tick(self) -> int:
        self.now += PAUSE
        return self.now


def test_the_first_poll_gives_the_catalogue_and_the_next_nothing_until_it_changes(tmp_path: Path) -> None:
    path, clock = tmp_path / "c.yaml", Clock()
    path.write_text(SMALLEST, encoding="utf-8")
    files = CatalogueFiles([str(path)])
    first = files.poll(clock.tick())
    assert isinstance(first, Compiled)
    assert files.current is first
    assert files.poll(clock.tick()) is None
    path.write_text(SMALLEST.replace("3m", "5m"), encoding="utf-8")
    second = files.poll(clock.tick())
    assert isinstance(second, Compiled)
    assert second.version != first.version
    assert files.current is second


def test_a_broken_version_is_reported_once_and_leaves_the_old_one_in_force(tmp_path: Path) -> None:
    path, clock = tmp_path / "c.yaml", Clock()
    path.write_text(SMALLEST, encoding="utf-8")
    files = CatalogueFiles([str(path)])
    first = files.poll(clock.tick())
    path.write_text(SMALLEST.replace("3m", "soon"), encoding="utf-8")
    assert isinstance(files.poll(clock.tick()), CatalogueError)
    assert files.poll(clock.tick()) is None
    assert files.current is first
    path.unlink()
    assert isinstance(files.poll(clock.tick()), CatalogueError)
    assert files.poll(clock.tick()) is None
    path.write_text(SMALLEST, encoding="utf-8")  # back to what is in force
    assert files.poll(clock.tick()) is None
    assert files.current is first
    path.write_text(SMALLEST.replace("3m", "5m"), encoding="utf-8")
    assert isinstance(files.poll(clock.tick()), Compiled)


def test_a_change_of_layout_is_no_new_version(tmp_path: Path) -> None:
    path, clock = tmp_path / "c.yaml", Clock()
    path.write_text(SMALLEST, encoding="utf-8")
    files = CatalogueFiles([str(path)])
    files.poll(clock.tick())
    path.write_text("# a word on it\n" + SMALLEST, encoding="utf-8")
    assert files.poll(clock.tick()) is None


def test_the_files_are_not_read_at_every_poll(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(SMALLEST, encoding="utf-8")
    files = CatalogueFiles([str(path)])
    assert files.poll(0) is not None
    path.write_text(SMALLEST.replace("3m", "5m"), encoding="utf-8")
    assert files.poll(PAUSE - 1) is None
    assert files.poll(PAUSE) is not None


def compiled(*changes: tuple[str, str], more: str = "") -> Compiled:
    text = SMALLEST
    for was, is_ in changes:
        assert was in text
        text = text.replace(was, is_)
    return compile_texts([("c", text + more)])


OTHER = """
  - id: order.make
    title: {en: Made}
    stage: execution
    owner: store_manager
    severity: low
    starts: order.accepted
    ends: order.ready
    deadline: {after: 15m}
"""


def test_a_difference_is_told_in_words() -> None:
    old = compiled()
    assert difference(old, old) == []
    assert difference(old, compiled(more=OTHER)) == ["moment order.make added"]
    assert difference(compiled(more=OTHER), old) == ["moment order.make removed"]
    assert difference(old, compiled(("deadline: 3m", "deadline: {at: promised_at, else: 3m}"))) == [
        "moment order.confirm: deadline 3m -> {at: promised_at, else: 3m}"
    ]
    assert difference(old, compiled(("severity: high", "severity: low\n    warnings: [1m]"))) == [
        "moment order.confirm: severity, warnings changed"
    ]
    assert difference(old, compiled(("name: smallest", "name: smallest\nallowed_lateness: 5s"))) == [
        "smallest: allowed_lateness default -> 5s"
    ]
    assert difference(old, compiled(("name: smallest", "name: smallest\nstores: {s1: {region: x}}"))) == [
        "smallest: stores changed: s1"
    ]


@pytest.mark.parametrize(
    ("arguments", "status", "last"),
    [
        (["good/guided.yaml"], 0, "clean"),
        (["--strict", "good/smallest.yaml"], 0, "1 note"),
        (["doubtful/ends_and_cancels.yaml"], 0, "1 warning, 1 note"),
        (["--strict", "doubtful/ends_and_cancels.yaml"], 1, "1 warning, 1 note"),
        (["doubtful/nothing_ends_it.yaml"], 1, "1 error, 1 note"),
        (["bad/several_faults.yaml"], 1, "4 errors"),
        (["no/such/file.yaml"], 1, "1 error"),
    ],
)
def test_the_exit_status_of_lint_tells(
    arguments: list[str], status: int, last: str, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [argument if argument.startswith("-") else str(FOLDER / argument) for argument in arguments]
    with pytest.raises(SystemExit) as left:
        main(["lint", *paths])
    lines = capsys.readouterr().out.splitlines()
    assert (left.value.code, lines[-1]) == (status, last)
    assert all(line.startswith(str(FOLDER)) for line in lines[:-1])
