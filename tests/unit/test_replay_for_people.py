"""What `moments replay` says to people, and under whose policies it judges."""

import json
import re
from pathlib import Path

import pytest

from streams.cli.main import build
from streams.errors import OperatorError
from tests.unit.test_replay import moments

MINE = """
name: mine
time_zone: Asia/Shanghai
calendars: {desk: {weekly: {mon-fri: ["09:00-18:00"]}}}
moments:
  - id: order.confirm
    title: {zh: 门店接单, en: Store accepts the order}
    stage: execution
    owner: store_manager
    severity: high
    starts: order.placed
    ends: order.accepted
    deadline: {after: 3m}
    calendar: opening_hours
  - id: order.ready
    title: {zh: 出餐, en: Ready}
    stage: execution
    owner: store_manager
    severity: low
    starts: order.placed
    ends: order.ready
    deadline: {after: 1h}
"""
ACME = """
tenant: acme
stores:
  - {id: s1, name: One, time_zone: Asia/Shanghai, hours: {mon-sun: ["10:00-22:00"]}}
fallback: {people: [li]}
people:
  - {id: li, name: Li, contacts: [{receiver: mail}]}
policies:
  - {store: s1, moments: {order.confirm: {deadline: {after: 5m}}}}
"""


def event(name: str, kind: str, case: str, time: str) -> str:
    """A line; the time is of the second of November, in Shanghai."""
    stamps = {"specversion": "1.0", "id": name, "source": "/pos", "type": kind, "subject": case, "tenant": "acme"}
    return json.dumps({**stamps, "time": f"2026-11-02T{time}+08:00", "data": {"store_id": "s1"}})


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """Two orders at nine, one of them accepted in time and one never."""
    (tmp_path / "mine.yaml").write_text(MINE, encoding="utf-8")
    (tmp_path / "acme.yaml").write_text(ACME, encoding="utf-8")
    lines = [
        event("1", "order.placed", "o\u202e-1", "09:00:00"),
        event("2", "order.placed", "o-2", "09:00:30"),
        event("3", "order.accepted", "o-2", "09:01:30"),
        event("4", "order.ready", "o-2", "09:31:00"),
    ]
    (tmp_path / "events.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return tmp_path


def replay(files: Path, *more: str) -> str:
    """What is written."""
    out = files / "out"
    given = ["replay", str(files / "mine.yaml"), str(files / "events.jsonl"), "--out", str(out), "--workers", "1"]
    done = moments(*given, *more)
    assert done.returncode == 0, done.stderr
    return out.read_text(encoding="utf-8")


def test_each_step_is_a_line_in_local_time_with_its_sentence_below_and_a_table_at_the_end(files: Path) -> None:
    text = replay(files, "--format", "text").splitlines()
    assert text[0] == "times in Asia/Shanghai"
    place = text.index("2026-11-02 09:03:00  breached   order.confirm  o?-1 #1  high  due 2026-11-02 09:03:00")
    assert text[place + 1].startswith("    Store accepts the order: was due at 09:03")
    assert "2026-11-02 09:01:30  met        order.confirm  o-2 #1  high  due 2026-11-02 09:03:30" in text
    assert [re.split(r"\s{2,}", line)[:5] for line in text[-3:]] == [
        ["moment", "begun", "met", "at risk", "breached"],
        ["order.confirm", "2", "1", "0", "1"],
        ["order.ready", "2", "1", "0", "0"],
    ]


def test_the_same_in_chinese(files: Path) -> None:
    text = replay(files, "--format", "text", "--lang", "zh")
    assert text.startswith("时间按 Asia/Shanghai\n")
    assert (
        "2026-11-02 09:03:00  超时        order.confirm  o?-1 #1  high  期限 2026-11-02 09:03:00\n    门店接单：" in text
    )
    assert re.search(r"关键时刻 +开始 +按时完成 +预警 +超时", text)


def test_the_table_comes_alone_where_it_is_asked_for(files: Path) -> None:
    table = replay(files, "--format", "table")
    assert table.startswith("moment         begun  met")
    assert len(table.splitlines()) == 3
    assert replay(files, "--format", "text").endswith(f"\n\n{table}")


def test_stores_and_policies_of_an_organisation_file_count(files: Path) -> None:
    said = [json.loads(line) for line in replay(files, "--organisation", str(files / "acme.yaml")).splitlines()]
    dues = {(one["case"], one["moment"]): one["due_at"] for one in said if one["kind"] == "opened"}
    assert dues["o-2", "order.confirm"] == "2026-11-02T02:05:00Z", "five minutes after the store has opened"
    assert not any(one["kind"] == "breached" for one in said)


@pytest.mark.parametrize("wrong", [("--format", "yaml"), ("--lang", "de")])
def test_another_form_or_language_is_refused(files: Path, wrong: tuple[str, str]) -> None:
    with pytest.raises(OperatorError, match=f"{wrong[0]} {wrong[1]}: choose"):
        build()(["replay", "pack:hotel", str(files / "events.jsonl"), *wrong], standalone_mode=False)
