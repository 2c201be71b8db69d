"""The examples are the contract as people read it: each says the truth, by the monitor and by the published schemas."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

import schemas
from schemas.events import MODELS
from streams.ingest.decode import decode
from streams.ingest.event import Event, Reason, Rejection
from streams.ingest.policy import Policy
from tests.contract.records import Raw

ROOT = Path(schemas.__file__).parent
VALID = sorted((ROOT / "examples/valid").glob("*.json"))
INVALID = sorted((ROOT / "examples/invalid").glob("*.json"))


def schema_of(event_type: str) -> Draft202012Validator:
    """The published schema of an event type, read from the tree."""
    name = "touchpoint" if event_type.startswith("touchpoint.") else event_type
    schema = json.loads((ROOT / "generated" / f"{name}.schema.json").read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=FormatChecker())


def read(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


def record_of(example: dict[str, Any]) -> Raw:
    """The Kafka record an invalid example describes: text as it stands, anything else as JSON."""
    held = example["record"]
    value = held["value"]
    raw = None if value is None else (value if isinstance(value, str) else json.dumps(value)).encode()
    headers = tuple((name, text.encode()) for name, text in held["headers"].items())
    return Raw(raw, None if held["key"] is None else held["key"].encode(), headers, held["timestamp"])


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.stem)
def test_a_valid_example_is_accepted_by_the_monitor_and_by_its_schema(path: Path) -> None:
    event = read(path)
    (answer,) = decode([Raw(path.read_bytes(), event["subject"].encode(), timestamp=-1)])
    assert isinstance(answer, Event), answer
    schema_of(event["type"]).validate(event)


def test_every_event_type_has_a_valid_example() -> None:
    assert {read(path)["type"] for path in VALID} >= {*MODELS, "touchpoint.room.prepared"}


@pytest.mark.parametrize("path", INVALID, ids=lambda path: path.stem)
def test_an_invalid_example_is_refused_as_it_says(path: Path) -> None:
    example = read(path)
    (answer,) = decode([record_of(example)], Policy(**example.get("policy", {})))
    assert isinstance(answer, Rejection), answer
    assert (answer.reason, answer.field) == (example["reason"], example["field"])
    assert example["why"]


def test_every_reason_has_an_invalid_example() -> None:
    assert {read(path)["reason"] for path in INVALID} == set(Reason)


SHAPE = {Reason.MISSING_FIELD, Reason.BAD_FIELD, Reason.TIME_WITHOUT_OFFSET}
BEYOND_A_PATTERN = {"no-such-day"}  # formats are notes to most validators of JSON Schema, and patterns know no calendar
SHAPELESS = [
    path
    for path in INVALID
    if read(path)["reason"] in SHAPE and "binary" not in path.stem and path.stem not in BEYOND_A_PATTERN
]


@pytest.mark.parametrize("path", SHAPELESS, ids=lambda path: path.stem)
def test_what_is_wrong_in_shape_is_refused_by_the_published_schema_too(path: Path) -> None:
    event = read(path)["record"]["value"]
    event_type = event.get("type", "order.placed")
    assert not schema_of(event_type).is_valid(event)
