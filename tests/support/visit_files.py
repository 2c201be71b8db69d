"""Catalogue files of visits to a shop, in a folder of their own, for tests of files that build on others."""

import json
from pathlib import Path

import pytest

from streams.catalogue.compile import Compiled

VISITS = """\
name: base
time_zone: Asia/Shanghai
time_to_live: 2d
calendars:
  desk: {weekly: {mon-sun: ["09:00-18:00"]}}
moments:
  - id: visit.greeted
    title: {zh: 迎接, en: Greeted}
    playbook: {zh: [去迎接], en: [Greet]}
    stage: execution
    owner: host
    severity: high
    starts: touchpoint.guest.arrived
    ends: touchpoint.guest.greeted
    deadline: {after: 10m}
    calendar: desk
    warnings: [5m]
  - id: visit.seated
    title: {zh: 入座, en: Seated}
    playbook: {zh: [领座], en: [Seat them]}
    stage: execution
    owner: host
    severity: medium
    starts: {moment: visit.greeted}
    ends: touchpoint.guest.seated
    deadline: {after: 20m}
"""

MOMENT = """\
  - id: visit.paid
    title: {zh: 结账, en: Paid}
    playbook: {zh: [结账], en: [Take the money]}
    stage: execution
    owner: host
    severity: low
    starts: touchpoint.bill.asked
    ends: touchpoint.bill.paid
    deadline: {after: 5m}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that paths are relative to."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "base.yaml").write_text(VISITS, encoding="utf-8")
    return tmp_path


def write(folder: Path, **files: str) -> None:
    """`sub__inner="..."` is the file sub/inner.yaml."""
    for name, text in files.items():
        path = folder / f"{name.replace('__', '/')}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")


def named(catalogue: Compiled, moment: str) -> dict[str, object]:
    """A moment as the stored catalogue declares it."""
    parts = json.loads(catalogue.source)["catalogues"]
    (found,) = [one for part in parts for one in part.get("moments", ()) if one["id"] == moment]
    assert isinstance(found, dict)
    return found


def ids(catalogue: Compiled) -> list[str]:
    """The moments in their order."""
    return [moment.id for moment in catalogue.moments]
