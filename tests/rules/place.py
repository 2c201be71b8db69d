"""The files under test, and the tools of Prometheus, without which tests skip and say so."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]
PROMETHEUS = ROOT / "deploy" / "prometheus"
ALERTMANAGER = ROOT / "deploy" / "alertmanager" / "alertmanager.yml"
RUNBOOKS = ROOT / "docs" / "runbooks"
PACKS = ["pack:tea_chain"]
"""The catalogue of the committed rule files."""


def tool(name: str) -> str:
    """Where a program is; the test is skipped where it is not installed."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed (Debian: prometheus, prometheus-alertmanager)")
    return found


def run(name: str, *arguments: str | Path) -> str:
    """What the program says. The test fails with it where the exit status is not 0."""
    done = subprocess.run(
        [tool(name), *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        env={"GOGC": "400", **os.environ},  # these tools spend a third of their time on collecting garbage otherwise
    )
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    return said


def read(path: Path) -> Any:
    return YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))


def rules(alerts: bool) -> list[dict[str, Any]]:
    """The alerts, or the recording rules, of the committed files."""
    found = [
        rule
        for path in sorted((PROMETHEUS / "rules").glob("*.yml"))
        for group in read(path)["groups"]
        for rule in group["rules"]
    ]
    return [rule for rule in found if ("alert" in rule) == alerts]


def alert_names() -> list[str]:
    return sorted({rule["alert"] for rule in rules(alerts=True)})
