"""The replay says every verdict of every rule of two real logs, to the instant, in whatever order the events come."""

import gzip
import subprocess
import sys
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from random import Random

import pytest

from streams.catalogue.load import compile_source, load
from streams.clock import DAY, rfc3339
from streams.engine.publish import encode_transition
from streams.state.decision import Batch
from streams.state.processor import DetectProcessor
from streams.state.replay import Replay
from tests.parity.judged import Said, counted, differences, expected_counts, hear, made, published
from tests.parity.replaying import Replayed, catalogue_file, lines, replay
from tests.support.public_logs import PublicLog, Published, write_lines

pytestmark = pytest.mark.data


@pytest.fixture(params=["olist", "helpdesk"])
def log(request: pytest.FixtureRequest) -> PublicLog:
    found: PublicLog = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def replayed(log: PublicLog, request: pytest.FixtureRequest) -> Replayed:
    found: Replayed = request.getfixturevalue(f"replayed_{log.name}")
    return found


def test_every_obligation_of_the_log_gets_its_verdict_to_the_instant(log: PublicLog, replayed: Replayed) -> None:
    assert replayed.refused == 0
    assert differences(replayed.said, log) == []
    assert counted(replayed.said) == expected_counts(log)


def test_what_is_kept_of_each_case_is_what_was_said_of_it(replayed: Replayed) -> None:
    assert replayed.known == replayed.said


def test_events_up_to_a_month_late_come_to_the_same_verdicts(helpdesk: PublicLog) -> None:
    run = replay(helpdesk, late(helpdesk.events, 30 * DAY, seed=3))
    assert run.kinds["retracted"] > 1_000, "the events were hardly late"
    assert differences(run.known, helpdesk) == []
    for key, verdicts in helpdesk.obligations.items():
        assert [one.verdict for one in run.said[key]] == [one.verdict for one in verdicts], key


def test_a_log_that_comes_case_by_case_is_all_late_truth_and_judged_alike(olist: PublicLog) -> None:
    run = replay(olist, sorted(olist.events, key=lambda event: event.key))
    assert run.kinds["retracted"] > 1_000, "the cases overlapped little"
    assert differences(run.known, olist) == []
    for key, verdicts in olist.obligations.items():
        assert [one.verdict for one in run.said[key]] == [one.verdict for one in verdicts], key


def late(events: Sequence[Published], window: int, seed: int) -> list[Published]:
    """The events in another order: each up to `window` late. Those of one case at one instant keep theirs."""
    random = Random(seed)
    arrival = {(event.key, event.at): event.at + random.randrange(window) for event in events}
    return sorted(events, key=lambda event: arrival[event.key, event.at])


def test_topics_that_are_read_unevenly_hold_the_clock_until_all_have_been_heard(
    olist: PublicLog, replayed_olist: Replayed
) -> None:
    random = Random(3)
    topics = sorted({event.topic for event in olist.events})
    assert len(topics) == 3
    catalogue = load([str(catalogue_file(olist))])
    processor = DetectProcessor(topics, catalogue, compile_source, transitions="transitions", offline="steps")
    unread = {topic: lines([event for event in olist.events if event.topic == topic]) for topic in topics}
    steps: list[Said] = []
    while unread:
        topic = random.choice(sorted(unread))
        records = list(islice(unread[topic], random.randrange(1, 2_000)))
        if not records:
            del unread[topic]
        processor.decide([Batch(topic, records, 0, 0, None if records else olist.last)], 0)
        steps += map(made, processor.said)
    assert differences(hear(steps), olist) == []
    assert len(steps) == len(replayed_olist.steps)
    assert set(steps) == set(replayed_olist.steps), "something was said too soon"


def test_the_command_writes_what_the_engine_says_and_the_same_bytes_again(helpdesk: PublicLog, tmp_path: Path) -> None:
    cases = {event.key for event in helpdesk.events[:400]}
    events = [event for event in helpdesk.events if event.key in cases]
    plain, packed = write_lines(events, tmp_path / "events.jsonl"), tmp_path / "events.jsonl.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    first = moments_replay(catalogue_file(helpdesk), plain, tmp_path / "first.jsonl", helpdesk.last)
    again = moments_replay(catalogue_file(helpdesk), packed, tmp_path / "again.jsonl", helpdesk.last)
    run = Replay(load([str(catalogue_file(helpdesk))]), compile_source)
    transitions = list(run.run(lines(events), helpdesk.last))
    assert first == again == b"".join(encode_transition(said) + b"\n" for said in transitions)
    assert [published(line) for line in first.splitlines()] == [made(said) for said in transitions]


def moments_replay(catalogue: Path, events: Path, out: Path, until: int) -> bytes:
    """What `moments replay` writes."""
    program = "import sys; from streams.cli.main import main; sys.exit(main())"
    arguments = ["replay", str(catalogue), str(events), "--out", str(out), "--until", rfc3339(until)]
    done = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return out.read_bytes()
