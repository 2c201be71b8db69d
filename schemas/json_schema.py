"""JSON Schema 2020-12 of everything published to the monitor or by it, from the models."""

from typing import Any, Literal

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from schemas.alert import Alert, AuditLine
from schemas.ask import Ask
from schemas.command import Command
from schemas.events import MODELS
from schemas.events.touchpoint import TouchpointEvent
from schemas.followed import Followed
from schemas.group import Group, MuteInForce
from schemas.notice import Notice, Receipt
from schemas.organisation import Organisation
from schemas.transition import Transition

DIALECT = "https://json-schema.org/draft/2020-12/schema"
TRANSITION, FOLLOWED = "moments.transition", "moments.followed"
ALERT, AUDIT, COMMAND = "moments.alert", "moments.audit", "moments.command"
ASK, GROUP, MUTE = "moments.ask", "moments.group", "moments.mute"
NOTICE, RECEIPT, ORGANISATION = "moments.notice", "moments.receipt", "organisation"
TOUCHPOINT = "touchpoint"


class _Untitled(GenerateJsonSchema):
    """Without the titles that only repeat the names of fields."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002
        return False


def file_of(name: str) -> str:
    """The file, under `schemas/generated`, of a schema: `order.placed.schema.json`."""
    return f"{name}.schema.json"


def event_schemas() -> dict[str, dict[str, Any]]:
    """Schema by event type; `touchpoint` stands for all of the open types."""
    schemas = {name: _narrow(_describe(model, name), name) for name, model in sorted(MODELS.items())}
    return schemas | {TOUCHPOINT: _describe(TouchpointEvent, TOUCHPOINT)}


def monitor_schemas() -> dict[str, dict[str, Any]]:
    """What the monitor itself publishes, and what it is told about alerts, by name."""
    said: dict[str, Any] = {TRANSITION: Transition, ALERT: Alert, AUDIT: AuditLine, NOTICE: Notice, RECEIPT: Receipt}
    said |= {FOLLOWED: Followed, ASK: Ask, GROUP: Group, MUTE: MuteInForce}
    heard: dict[str, Any] = {COMMAND: Command, ORGANISATION: Organisation}
    return {name: _describe(model, name) for name, model in said.items()} | {
        name: _describe(model, name, "validation") for name, model in heard.items()
    }


def _describe(model: Any, name: str, mode: Literal["serialization", "validation"] = "serialization") -> dict[str, Any]:
    schema = TypeAdapter[Any](model).json_schema(mode=mode, schema_generator=_Untitled)
    return {"$schema": DIALECT, "$id": file_of(name), **schema, "title": name}


def _narrow(schema: dict[str, Any], name: str) -> dict[str, Any]:
    """The schema of a model that serves several types, for one of them."""
    return schema | {"properties": schema["properties"] | {"type": {"const": name, "type": "string"}}}
