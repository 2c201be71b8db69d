"""What is published of the contract is generated from the models, and hangs together."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import schemas
from schemas.asyncapi import OWN, document
from schemas.dead_letter import HEADERS, PREFIX
from schemas.events import MODELS, TOPICS
from streams.cli.schemas import VERSION, find_drift, generate
from streams.ingest.dead_letter import Refusal
from tests.contract.records import order

GENERATED = Path(schemas.__file__).parent / "generated"


def test_the_published_schemas_are_what_the_models_say() -> None:
    assert find_drift(GENERATED) == [], "run: moments schemas write"


def test_a_changed_a_missing_and_a_left_over_schema_are_each_drift(tmp_path: Path) -> None:
    for name, text in generate().items():
        (tmp_path / name).write_text(text, "utf-8")
    assert find_drift(tmp_path) == []
    changed = tmp_path / "order.placed.schema.json"
    changed.write_text(changed.read_text("utf-8").replace("257", "256").replace('"string"', '"text"', 1), "utf-8")
    (tmp_path / "order.paid.schema.json").unlink()
    (tmp_path / "order.lost.schema.json").write_text("{}", "utf-8")
    assert find_drift(tmp_path) == ["order.lost.schema.json", "order.paid.schema.json", "order.placed.schema.json"]


@pytest.mark.parametrize("name", sorted(MODELS))
def test_the_schema_of_a_type_takes_no_other_type(name: str) -> None:
    schema = json.loads((GENERATED / f"{name}.schema.json").read_text("utf-8"))
    other = "ticket.opened" if name != "ticket.opened" else "ticket.closed"
    data = {
        "promised_at": "2026-11-01T08:30:00Z",
        "due_at": "2026-11-01T08:30:00Z",
        "by": "bot",
        "score": 3,
        "interval": 9,
    }
    assert Draft202012Validator(schema).is_valid(order(type=name, data=data))
    assert not Draft202012Validator(schema).is_valid(order(type=other, data=data))


def test_the_asyncapi_document_names_every_topic_and_every_message_once() -> None:
    api = document(VERSION)
    inputs = set(TOPICS.values())
    assert set(api["channels"]) == inputs | {f"{topic}.dlq" for topic in inputs} | set(OWN)
    messages = [name for topic in inputs for name in api["channels"][topic]["messages"]]
    assert sorted(messages) == sorted([*MODELS, "touchpoint"])
    assert (
        {name.removeprefix(PREFIX) for name in api["components"]["messages"]["deadLetter"]["headers"]["required"]}
        == {*Refusal._fields}
        == set(HEADERS)
    )


def test_every_reference_of_the_asyncapi_document_leads_somewhere() -> None:
    api = document(VERSION)
    found = list(_references(api))
    assert len(found) > 80
    for reference in found:
        if reference.startswith("./"):
            assert (GENERATED / reference[2:]).is_file(), reference
        else:
            place: Any = api
            for step in reference.removeprefix("#/").split("/"):
                place = place[step]


def _references(held: Any) -> Any:
    if isinstance(held, dict):
        yield from ([held["$ref"]] if "$ref" in held else [])
        held = list(held.values())
    if isinstance(held, list):
        for inner in held:
            yield from _references(inner)
