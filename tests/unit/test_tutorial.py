"""The tutorial, done as it is written: from an empty file to the pack beside it, with what it says is seen."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.contract.command_line import CommandLine

TUTORIAL = Path(__file__).parents[2] / "docs" / "tutorial"
PACK = "car_workshop.yaml"
BLOCK = re.compile(r"^```(\w+) ?(.*)\n((?:.*\n)*?)```$", re.MULTILINE)
HASH = re.compile(r"@[0-9a-f]{12}\b")


class Reader:
    """Somebody who follows the page in a folder of their own."""

    def __init__(self, folder: Path, moments: CommandLine, patch: pytest.MonkeyPatch) -> None:
        shutil.copytree(TUTORIAL, folder / "docs" / "tutorial")
        self._moments, self._patch = moments, patch
        self.folder = folder
        self._patch.chdir(folder)

    def write(self, where: str, text: str) -> None:
        """Puts a block where the page says: into a new file, or at a place of the pack."""
        pack = self.folder / PACK
        match where:
            case "at the end":
                pack.write_text(pack.read_text(encoding="utf-8") + text, encoding="utf-8")
            case "above moments":
                self._insert(pack, "\nmoments:\n", f"\n{text}moments:\n")
            case "under calendars":
                self._insert(pack, "\ncalendars:\n", f"\ncalendars:\n{text}")
            case _:
                new = self.folder / where
                assert not new.exists(), where
                new.write_text(text, encoding="utf-8")

    @staticmethod
    def _insert(file: Path, line: str, instead: str) -> None:
        text = file.read_text(encoding="utf-8")
        assert text.count(line) == 1, line
        file.write_text(text.replace(line, instead), encoding="utf-8")

    def run(self, commands: str) -> str:
        """What is seen of a block of commands, each of which succeeds. `moments` runs in this process, for speed."""
        if "moments " not in commands:
            return self._shell(commands)
        return "".join(self._line(line) for line in commands.splitlines())

    def _line(self, line: str) -> str:
        *before, last = line.split(" | ")
        seen, passed = "", ""
        for part in (*before, last):
            if not part.startswith("moments "):
                passed = self._shell(part, passed)
                continue
            status, passed, complaints = self._moments(*shlex.split(part)[1:], stdin=passed.encode())
            assert status == 0, (part, passed, complaints)
            seen += complaints
        return seen + passed

    def _shell(self, commands: str, stdin: str = "") -> str:
        place = self.folder / ".place"
        done = subprocess.run(
            ["bash", "-euc", f"{commands}\npwd > {shlex.quote(str(place))}"],
            input=stdin, capture_output=True, text=True, cwd=self.folder, check=False,
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, ""), (commands, done)
        self.folder = Path(place.read_text(encoding="utf-8").strip())
        self._patch.chdir(self.folder)
        place.unlink()
        return done.stdout


@pytest.fixture
def reader(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Reader:
    return Reader(tmp_path, CommandLine(capsys, monkeypatch), monkeypatch)


def test_whoever_follows_the_tutorial_sees_what_it_says_and_has_the_pack_in_the_end(reader: Reader) -> None:
    page = (TUTORIAL / "README.md").read_text(encoding="utf-8")
    seen, compared = "", 0
    for language, where, text in BLOCK.findall(page):
        match language, where:
            case "sh", "":
                seen = reader.run(text)
            case "sh", "live":  # starts a broker; the demo has tests of its own
                assert text.startswith("moments demo --pack ")
            case "text", "":
                assert HASH.sub("@...", seen) == text
                compared += 1
            case _:
                assert where, f"where does this go?\n{text}"
                reader.write(where, text)
    assert compared > 10
    written = (reader.folder / PACK).read_text(encoding="utf-8")
    assert written == (TUTORIAL / PACK).read_text(encoding="utf-8")
    told = (reader.folder / "told.txt").read_text(encoding="utf-8")
    assert told == (TUTORIAL / "expected.txt").read_text(encoding="utf-8")
