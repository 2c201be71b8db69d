"""The units for a single machine: read by systemd's own tool where it is there, and against what the monitor knows."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from streams.stages import WORDS
from tests.deploy.files import BESIDE, DEPLOY, variables

UNITS = DEPLOY / "systemd"
SERVICES = ("moments-worker@.service", "moments-console.service")


@pytest.fixture
def analyze(tmp_path: Path) -> str:
    """systemd-analyze; the units are in `tmp_path`, with a command that is there."""
    found = shutil.which("systemd-analyze")
    if found is None:
        pytest.skip("systemd-analyze is not installed")
    command = Path(sys.executable).with_name("moments")
    for unit in UNITS.glob("moments*.*"):
        text = unit.read_text(encoding="utf-8").replace("/opt/moments/bin/moments", str(command))
        (tmp_path / unit.name.replace("@.", "@detect.")).write_text(text)
    return found


def test_systemd_takes_the_units_as_they_are(analyze: str, tmp_path: Path) -> None:
    units = [str(tmp_path / name.replace("@.", "@detect.")) for name in (*SERVICES, "moments.target")]
    done = subprocess.run([analyze, "verify", *units], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@pytest.mark.parametrize("name", SERVICES)
def test_a_unit_is_shut_in(analyze: str, tmp_path: Path, name: str) -> None:
    unit = str(tmp_path / name.replace("@.", "@detect."))
    command = [analyze, "security", "--offline=yes", "--threshold=15", "--no-pager", unit]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if "offline" in done.stderr:
        pytest.skip(f"this systemd-analyze judges no files: {done.stderr.strip()}")
    assert done.returncode == 0, done.stdout


def test_the_target_starts_a_worker_for_each_word_of_roles_and_the_console() -> None:
    (wanted,) = re.findall(r"^Wants=(.*)$", (UNITS / "moments.target").read_text(), re.MULTILINE)
    assert wanted.split() == [*(f"moments-worker@{word}.service" for word in WORDS), "moments-console.service"]


def test_no_two_workers_want_the_same_port() -> None:
    taken: list[int] = []
    for word, stages in WORDS.items():
        (first,) = re.findall(r"^MOMENTS_METRICS_PORT=(\d+)$", (UNITS / f"{word}.env").read_text(), re.MULTILINE)
        taken += range(int(first), int(first) + len(stages))
    assert len(set(taken)) == len(taken)


def test_the_settings_know_every_variable() -> None:
    known = {*variables(), *BESIDE}
    for file in UNITS.iterdir():
        assert set(re.findall(r"MOMENTS_[A-Z0-9_]+", file.read_text(encoding="utf-8"))) <= known, file.name
