"""Each pack has example events: they are what the pack says, and valid by the monitor and by the published schemas."""

import json
from pathlib import Path
from typing import Any

import pytest

import schemas
from streams.catalogue.load import load, packs
from streams.catalogue.vocabulary import ENVELOPE
from streams.cli.schemas import find_examples_drift
from streams.demo.pack.examples import examples
from streams.ingest.decode import decode
from streams.ingest.event import Event
from tests.contract.records import Raw
from tests.contract.test_examples import schema_of

EXAMPLES = Path(schemas.__file__).parent / "examples/packs"


def events_of(pack: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (EXAMPLES / f"{pack}.jsonl").read_text("utf-8").splitlines()]


def test_the_examples_in_the_tree_are_what_the_packs_say() -> None:
    assert find_examples_drift(EXAMPLES) == [], "run: moments schemas write"


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
