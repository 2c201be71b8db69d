"""Each pack has example events: they are what the pack says, and valid by the monitor and by the published schemas."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import schemas
from streams.catalogue.load import load, packs
from streams.catalogue.vocabulary import ENVELOPE
from streams.cli.main import build
from streams.cli.schemas import find_examples_drift
from streams.clock import DAY, HOUR, SECOND, as_datetime, parse_rfc3339
from streams.demo.pack.examples import examples
from streams.ingest.decode import decode
from streams.ingest.event import Event
from tests.contract.records import Raw
from tests.contract.test_examples import schema_of

EXAMPLES = Path(schemas.__file__).parent / "examples/packs"
PAGES = Path(__file__).parents[2] / "docs" / "packs"


def events_of(pack: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (EXAMPLES / f"{pack}.jsonl").read_text("utf-8").splitlines()]


def test_the_examples_in_the_tree_are_what_the_packs_say() -> None:
    assert find_examples_drift(EXAMPLES) == [], "run: moments schemas write"


@pytest.mark.parametrize("pack", packs())
def test_every_type_that_a_pack_speaks_of_stands_in_its_examples(pack: str) -> None:
    page = (PAGES / f"{pack}.md").read_text("utf-8")
    named = set(re.findall(r"^\| `([a-z0-9_.]+)` \| `[a-z]+\.events\.v1` \|", page, re.MULTILINE))
    assert len(named) > 5
    assert {event["type"] for event in events_of(pack)} == named


@pytest.mark.parametrize("pack", packs())
def test_replayed_examples_have_moments_that_are_kept_and_some_that_break(pack: str, tmp_path: Path) -> None:
    told = tmp_path / "told.jsonl"
    command = ["replay", f"pack:{pack}", str(EXAMPLES / f"{pack}.jsonl"), "--out", str(told), "--workers", "1"]
    build()(args=command, standalone_mode=False)
    kinds = Counter(json.loads(line)["kind"] for line in told.read_text("utf-8").splitlines())
    assert kinds["met"] > 0
    assert kinds["breached"] > 0
    assert kinds["recovered"] == kinds["breached"]
    assert kinds["expired"] == kinds["retracted"] == 0


@pytest.mark.parametrize("pack", packs())
def test_examples_are_told_in_the_order_of_their_times_by_day(pack: str) -> None:
    events = events_of(pack)
    times = [parse_rfc3339(event["time"]) for event in events]
    assert times == sorted(times)
    assert all(at % SECOND == 0 for at in times)
    first = [at for at, event in zip(times, events, strict=True) if event["id"].endswith(".1")]
    assert all(9 <= as_datetime(at + 8 * HOUR).hour < 18 for at in first)


def test_promised_instants_lie_as_far_ahead_as_in_life() -> None:
    by_type = {event["type"]: event for pack in ("trade", "project") for event in events_of(pack)}
    contract, milestone = by_type["touchpoint.contract.signed"], by_type["touchpoint.milestone.planned"]
    for event, field in ((contract, "ship_by"), (milestone, "due_at")):
        assert parse_rfc3339(event["data"][field]) - parse_rfc3339(event["time"]) > 14 * DAY
    categories = {
        event["data"].get("category")
        for event in events_of("trade")
        if event["type"] == "touchpoint.requirement.confirmed"
    }
    assert categories <= {None, "custom_made"}


def test_a_case_of_the_examples_begins_before_it_is_opened_again() -> None:
    cases: dict[str, list[str]] = {}
    for event in events_of("common"):
        cases.setdefault(event["subject"], []).append(event["type"])
    again = [kinds for kinds in cases.values() if "ticket.reopened" in kinds]
    assert again
    assert all(kinds[0] == "ticket.opened" for kinds in again)


def test_drift_is_named(tmp_path: Path) -> None:
    for path in EXAMPLES.glob("*.jsonl"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "hotel.jsonl").write_text(examples("hotel").replace("key.issued", "key.lost"), "utf-8")
    (tmp_path / "circus.jsonl").write_text("", "utf-8")
    (tmp_path / "bank.jsonl").unlink()
    assert find_examples_drift(tmp_path) == ["bank.jsonl", "circus.jsonl", "hotel.jsonl"]


@pytest.mark.parametrize("pack", packs())
def test_every_example_is_accepted_by_the_monitor_and_by_its_schema(pack: str) -> None:
    events = events_of(pack)
    raw = [Raw(json.dumps(event).encode(), event["subject"].encode(), timestamp=-1) for event in events]
    answers = decode(raw)
    assert [answer for answer in answers if not isinstance(answer, Event)] == []
    for event in events:
        schema_of(event["type"]).validate(event)
    assert len({(event["source"], event["id"]) for event in events}) == len(events)


@pytest.mark.parametrize("pack", packs())
def test_the_examples_begin_every_moment_that_an_event_begins(pack: str) -> None:
    catalogue = load([f"pack:{pack}"])
    hit: set[str] = set()
    for event in events_of(pack):
        data = event["data"]
        flat = {**data, **{f"attributes.{name}": value for name, value in data.get("attributes", {}).items()}}
        flat |= {name: event[name] for name in ENVELOPE}
        hit |= {catalogue.moments[one.moment].id for one in catalogue.hits(event["type"], flat.get)}
    assert hit == {moment.id for moment in catalogue.moments}
