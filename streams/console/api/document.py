"""The OpenAPI 3.1 document of the API, from the same table as its routes."""

import json
from functools import cache
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from streams.console.api.operation import Operation
from streams.console.api.problem import MEDIA_TYPE, Conflict, Problem
from streams.console.api.table import OPERATIONS, ROOT

API_VERSION = "1.0.0"
"""Version of the contract of the API; it is not the version of this software."""

_SCHEMA = "#/components/schemas/"
_ABOUT = (
    "What the pages of the on-call console show and do. Instants are RFC 3339 with an offset. What is not named here, "
    "in a query or a body, is refused. Problems are application/problem+json (RFC 9457); programs go by their "
    "`reason`. What belongs to a tenant that is not the caller's is not found. Calls that come with a session's cookie "
    "and change something need its form token in the header X-CSRF-Token."
)
_COOKIE = "Who signed in by the page; over https its name begins with __Host-."
_SAYS = {
    "BadRequest": "The query or the body cannot be read.",
    "NotSignedIn": "Nobody is signed in, or the token is none.",
    "Forbidden": "The caller's role does not reach, or the form token of a session is missing.",
    "NotFound": "There is no such thing, or it is none of the caller's business.",
    "TooSlow": "The body took too long to come.",
    "TooLarge": "The body is larger than any that is needed.",
    "WrongMediaType": "The body is not application/json.",
    "Invalid": "Something is not as this document has it; `errors` says what.",
    "WrongHost": "This is not an address of the console.",
    "TooMany": "Too many calls; Retry-After says when to come again.",
    "Internal": "A defect of the console.",
    "Away": "The brokers do not answer.",
}
_ANYWHERE = {"400": "BadRequest", "401": "NotSignedIn", "421": "WrongHost", "429": "TooMany"}
_EVENT: dict[str, Any] = {
    "description": "Each event, by the names of its fields.",
    "type": "object",
    "required": ["event", "id", "data"],
    "properties": {
        "event": {"const": "version"},
        "id": {"type": "string", "pattern": "^[0-9]+$"},
        "retry": {"type": "integer"},
        "data": {
            "type": "string",
            "contentMediaType": "application/json",
            "contentSchema": {
                "type": "object",
                "required": ["version"],
                "properties": {"version": {"type": "integer", "minimum": 0}},
            },
        },
    },
}


class _Untitled(GenerateJsonSchema):
    """Without the titles that only repeat the names of fields."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002
        return False


def openapi() -> dict[str, Any]:
    """The whole document; the same from the same models, whatever console runs."""
    documents = _Schemas()
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation, documents)
    paths[f"{ROOT}/openapi.json"] = {"get": _itself()}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Service-moment monitor: the console",
            "version": API_VERSION,
            "description": _ABOUT,
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "jsonSchemaDialect": "https://spec.openapis.org/oas/3.1/dialect/base",
        "security": [{"token": []}, {"session": []}],
        "tags": [{"name": name} for name in dict.fromkeys(operation.tag for operation in OPERATIONS)],
        "paths": paths,
        "components": {
            "schemas": documents.components(),
            "responses": {name: _problem(says) for name, says in _SAYS.items()},
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "A machine's token."},
                "session": {"type": "apiKey", "in": "cookie", "name": "moments_session", "description": _COOKIE},
            },
        },
    }


@cache
def document_text() -> str:
    """The document as it is served."""
    return json.dumps(openapi(), ensure_ascii=False)


class _Schemas:
    """All the schemas, named once over both ways."""

    def __init__(self) -> None:
        asked = {model for row in OPERATIONS for model in (row.at_path, row.query, row.body) if model is not None}
        said = {row.answer for row in OPERATIONS if row.answer is not None} | {Problem, Conflict}
        ways: list[tuple[type[BaseModel], Any]] = [(model, "validation") for model in sorted(asked, key=_name)]
        ways += [(model, "serialization") for model in sorted(said, key=_name)]
        self._refs, whole = models_json_schema(ways, ref_template=_SCHEMA + "{model}", schema_generator=_Untitled)
        self._all: dict[str, Any] = whole["$defs"]
        # parameters are written out one by one where they are asked for
        apart = {model for row in OPERATIONS for model in (row.at_path, row.query) if model is not None}
        self._apart = {self.ref(model, "validation")["$ref"].removeprefix(_SCHEMA) for model in apart}

    def ref(self, model: type[BaseModel], way: Any) -> dict[str, Any]:
        return self._refs[model, way]

    def parameters(self, model: type[BaseModel] | None, place: str) -> list[dict[str, Any]]:
        if model is None:
            return []
        schema = self._all[self.ref(model, "validation")["$ref"].removeprefix(_SCHEMA)]
        required = schema.get("required", [])
        return [
            _parameter(name, place, value, place == "path" or name in required)
            for name, value in schema.get("properties", {}).items()
        ]

    def components(self) -> dict[str, Any]:
        return {name: schema for name, schema in sorted(self._all.items()) if name not in self._apart}


def _name(model: type[BaseModel]) -> str:
    return model.__name__


def _parameter(name: str, place: str, schema: dict[str, Any], required: bool) -> dict[str, Any]:
    said = dict(schema)
    if "anyOf" in said:  # there is no null in a query: it is given or it is not
        (given,) = (way for way in said.pop("anyOf") if way != {"type": "null"})
        said |= given
        said.pop("default", None)
    description = said.pop("description", None)
    parameter = {"name": name, "in": place, "required": required, "schema": said}
    return parameter | ({"description": description} if description else {})


def _operation(row: Operation, documents: _Schemas) -> dict[str, Any]:
    said: dict[str, Any] = {
        "operationId": row.name,
        "tags": [row.tag],
        "summary": row.summary,
        "description": " ".join(part for part in (row.says, f"Role: {row.role}.") if part),
        "x-role": row.role,
        "parameters": documents.parameters(row.at_path, "path") + documents.parameters(row.query, "query"),
    }
    if row.steady:
        said["parameters"].append(
            {
                "name": "If-None-Match",
                "in": "header",
                "required": False,
                "description": "Tags of answers that are there already.",
                "schema": {"type": "string"},
            }
        )
    if row.body is not None:
        schema = documents.ref(row.body, "validation")
        said["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return said | {"responses": _responses(row, documents)}


def _responses(row: Operation, documents: _Schemas) -> dict[str, Any]:
    if row.answer is None:
        content: dict[str, Any] = {"text/event-stream": {"schema": _EVENT}}
    else:
        content = {"application/json": {"schema": documents.ref(row.answer, "serialization")}}
    done: dict[str, Any] = {"description": row.summary, "content": content}
    said: dict[str, Any] = {"200": done}
    if row.steady:
        done["headers"] = {"ETag": {"description": "For If-None-Match.", "schema": {"type": "string"}}}
        said["304"] = {"description": "The same as the caller has."}
    if row.unanswered:
        said["202"] = {"description": "Written; the stage has not spoken yet.", "content": content}
    said |= {status: _known(name) for status, name in _ANYWHERE.items()}
    said |= {"403": _known("Forbidden"), "404": _known("NotFound"), "422": _known("Invalid"), "500": _known("Internal")}
    if row.conflict:
        conflict = {MEDIA_TYPE: {"schema": documents.ref(Conflict, "serialization")}}
        said["409"] = {"description": "ConflictError as things are; `present` says how.", "content": conflict}
    if row.body is not None:
        said |= {"408": _known("TooSlow"), "413": _known("TooLarge"), "415": _known("WrongMediaType")}
    if row.waits:
        said["503"] = _known("Away")
    return dict(sorted(said.items()))


def _itself() -> dict[str, Any]:
    content = {"application/json": {"schema": {"type": "object"}}}
    return {
        "operationId": "getDocument",
        "tags": ["board"],
        "summary": "This document",
        "description": "The only call that takes no sign-in.",
        "security": [],
        "responses": {
            "200": {"description": "This document", "content": content},
            **{status: _known(name) for status, name in _ANYWHERE.items()},
        },
    }


def _known(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/responses/{name}"}


def _problem(says: str) -> dict[str, Any]:
    return {"description": says, "content": {MEDIA_TYPE: {"schema": {"$ref": f"{_SCHEMA}Problem"}}}}
