"""The replay says the same however its log is cut and among however many its cases are divided, to the byte."""

import gzip
import json
import subprocess
import sys
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from random import Random

import pytest

from streams.catalogue.load import compile_source, compile_texts
from streams.clock import MINUTE, rfc3339
from streams.engine.publish import encode_transition
from streams.state.decision import Batch
from streams.state.replay import TOPIC, Line, Replay, Share, Told
from tests.support.effort import EFFORT
from tests.unit.test_shard_laws import BEGIN, CATALOGUE, END, make_log

FILE = "events.jsonl"


def a_log(seed: int, count: int = 300) -> list[Line]:
    """Lines of many cases, some of them late, some broken, many at the same instant."""
    log = make_log(Random(seed), count, in_order=seed % 3 == 0)
    values = [
        (record.value or b"").replace(b'"subject": "c', b'"subject": "%d-c' % (place // 40))
        for place, record in enumerate(log)
    ]
    return [Line(value, FILE, number) for number, value in enumerate(values, 1)]


def said(parts: Sequence[list[Told]]) -> tuple[bytes, bytes]:
    """Kinds and lines."""
    told = list(chain.from_iterable(parts))
    return b"".join(each.kinds for each in told), b"".join(each.lines for each in told)


def test_however_the_cases_are_divided_the_same_is_told_in_the_same_order() -> None:
    for seed in range(20 * EFFORT):
        lines = a_log(seed)
        one = Replay(CATALOGUE, compile_source)
        whole = said(list(one.tell(lines, END)))
        assert len(whole[0]) > 100
        for of in (1, 2, 5):
            runs = [Replay(CATALOGUE, compile_source, share=Share(number, of)) for number in range(of)]
            spans = zip(*(run.tell(lines, END) for run in runs), strict=True)
            assert said([sorted(chain.from_iterable(span)) for span in spans]) == whole, f"seed {seed}, {of} shares"
            assert all(run.refused == one.refused and run.events == one.events for run in runs)


def test_however_the_log_is_cut_the_same_is_found_at_the_same_time() -> None:
    for seed in range(20 * EFFORT):
        random, lines = Random(seed), a_log(seed)
        transitions = [encode_transition(each) for each in Replay(CATALOGUE, compile_source).run(lines, END)]
        found_at = [json.loads(each)["found_at"] for each in transitions]
        assert sorted(found_at) == found_at
        assert found_at[0] >= rfc3339(BEGIN - 30 * MINUTE)
        again, processor = list[bytes](), Replay(CATALOGUE, compile_source).processor
        rest = list(lines)
        while rest:
            some = random.choice((1, 7, 150))
            processor.decide([Batch(TOPIC, rest[:some], 0, 0, None)], 0)
            again += processor.write()[1]
            del rest[:some]
        processor.decide([Batch(TOPIC, [], 0, 0, END)], 0)
        assert again + processor.write()[1] == transitions, f"seed {seed}"


def test_a_quiet_step_is_written_as_its_transition_whatever_signs_are_in_it() -> None:
    catalogue = compile_texts([("forms.yaml", CATALOGUE_WITH_SIGNS)])
    lines: list[Line] = []
    for number, odd in enumerate(('50%d "off"', "%b%%", "\\\u2028/", "时刻 é 😀")):
        for minute, kind in enumerate(("order.placed", "order.paid", "order.cancelled")):
            later = {"order_id": "1", "store_id": f"s%{number}"}
            event = {
                "specversion": "1.0", "id": f"{kind} {odd}", "source": f"//{number}%s", "type": kind, "subject": odd,
                "time": f"2026-11-02T08:0{minute}:00{('', '.000001', '.5')[minute]}+08:00", "tenant": "a%cme",
                "region": '"%d', "data": later if minute else {"channel": "%r", "payment_provider": "p%%"},
            }  # fmt: skip
            lines.append(Line(json.dumps(event).encode(), FILE, len(lines)))
    run = Replay(catalogue, compile_source)
    told = b"".join(each.lines for each in chain.from_iterable(run.tell(lines)))
    assert run.refused == []
    assert run.processor.case("a%cme", "%b%%") is not None
    transitions = list(Replay(catalogue, compile_source).run(lines))
    assert told == b"".join(encode_transition(each) + b"\n" for each in transitions)
    documents = [json.loads(line) for line in told.splitlines()]
    assert [document["kind"] for document in documents] == ["opened", "opened", "met", "cancelled"] * 4
    assert documents[2]["labels"] == {
        "region": '"%d', "store": "s%0", "channel": "%r", "fleet": None, "provider": "p%%",
    }  # fmt: skip
    assert documents[2]["title"]["en"] == '100% "sure" %b'


CATALOGUE_WITH_SIGNS = """
name: signs
moments:
  - &one
    id: paid
    title: {zh: "100% 付款", en: '100% "sure" %b'}
    stage: execution
    class: basic
    owner: "50% desk"
    severity: high
    starts: [order.placed]
    ends: [order.paid]
    deadline: 30m
  - id: shipped
    title: {zh: 发货, en: Shipped}
    stage: execution
    class: basic
    owner: desk
    severity: low
    starts: [order.placed]
    ends: [order.shipped]
    cancels: [order.cancelled]
    deadline: {at: promised_at, else: {after: 2h}}
    warnings: [10m]
"""


def test_the_command_gives_the_same_bytes_from_several_processes_and_names_what_they_refuse(tmp_path: Path) -> None:
    log = a_log(2, 2_500)
    events, packed = tmp_path / "events.jsonl", tmp_path / "more.jsonl.gz"
    events.write_bytes(b"".join(line.value + b"\n" for line in log[:1_600]))
    packed.write_bytes(gzip.compress(b"".join(line.value + b"\n" for line in log[1_500:])))
    outcomes = []
    for workers in (1, 2, 3):
        out = tmp_path / f"{workers}.jsonl"
        done = moments(
            "replay", "pack:tea_chain", events, packed, "--out", out, "--until", rfc3339(END), "--workers", workers
        )
        assert done.returncode == 0, done.stderr
        outcomes.append((out.read_bytes(), done.stderr))
    assert outcomes[0][0].count(b"\n") > 1_000
    assert "not_json" in outcomes[0][1]
    assert outcomes[1] == outcomes[0]
    assert outcomes[2] == outcomes[0]


@pytest.mark.parametrize("workers", [1, 2])
def test_a_file_that_breaks_off_ends_the_replay_with_its_name(tmp_path: Path, workers: int) -> None:
    broken = tmp_path / "broken.jsonl.gz"
    whole = gzip.compress(b"".join(line.value + b"\n" for line in a_log(2)))
    broken.write_bytes(whole[: len(whole) // 2])
    done = moments("replay", "pack:tea_chain", broken, "--out", tmp_path / "out.jsonl", "--workers", workers)
    assert done.returncode == 2
    assert f"{broken}: cannot be read" in done.stderr
    assert "Traceback" not in done.stderr


def moments(*arguments: object) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own."""
    program = "import sys; from streams.cli.main import main; sys.exit(main())"
    command = [sys.executable, "-c", program, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)
