"""From the bytes of a request to checked values. Every fault has a name, and nothing is guessed.

JSON is read strictly: UTF-8, each name once in its object, no NaN or infinity, no half of a surrogate pair (which could
be written nowhere), a bounded depth. The same for queries: each parameter once, in UTF-8.
"""

import json
import re
from http import HTTPStatus
from math import isfinite
from typing import Any, TypeVar
from urllib.parse import parse_qsl

from pydantic import BaseModel, ValidationError
from starlette.requests import Request

from streams.console.api.problem import MOST_FAULTS, CallError, Fault, Reason

MOST_BYTES = 64 * 1024
DEEPEST = 16
MOST_PARAMETERS = 32
_JSON = re.compile(r'application/json *(; *charset="?utf-8"? *)?\Z', re.IGNORECASE)
_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]', re.DOTALL)
_SURROGATE = re.compile("[\ud800-\udfff]")

Model = TypeVar("Model", bound=BaseModel)


class _RepeatedError(ValueError):
    """A name stands twice in one object."""


class _NumberError(ValueError):
    """NaN, an infinity, or more digits than any number here has."""


def read_query(request: Request) -> dict[str, str]:
    """The parameters by name. CallError for a repeated one, too many, or bytes that are no UTF-8."""
    raw: bytes = request.scope.get("query_string", b"")
    if raw.count(b"&") >= MOST_PARAMETERS:
        raise CallError(
            HTTPStatus.BAD_REQUEST, Reason.TOO_MANY_PARAMETERS, f"a query has {MOST_PARAMETERS} parameters at the most"
        )
    try:
        pairs = parse_qsl(raw.decode("utf-8"), keep_blank_values=True, encoding="utf-8", errors="strict")
    except UnicodeDecodeError as error:
        raise CallError(HTTPStatus.BAD_REQUEST, Reason.NOT_UTF8, "the query is not UTF-8") from error
    if len(found := dict(pairs)) != len(pairs):
        raise CallError(HTTPStatus.BAD_REQUEST, Reason.REPEATED_NAME, "a parameter stands in the query more than once")
    return found


async def read_body(request: Request) -> Any:
    """The JSON value of the body. CallError for another media type, more bytes than fit, and what is no strict JSON."""
    # an encoded body would be no JSON until it is decoded, to a size that its length does not tell
    if not _JSON.match(request.headers.get("content-type", "")) or "content-encoding" in request.headers:
        raise CallError(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE, Reason.WRONG_MEDIA_TYPE, "send application/json in UTF-8, not encoded"
        )
    length = request.headers.get("content-length", "0")
    if length.isdecimal() and int(length[:20]) > MOST_BYTES:
        raise _too_large()
    taken = bytearray()
    async for chunk in request.stream():
        taken += chunk
        if len(taken) > MOST_BYTES:
            raise _too_large()
    return parse(bytes(taken))


def parse(raw: bytes) -> Any:
    """The value of strict JSON. CallError with the reason for anything else."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _bad(Reason.NOT_UTF8, "the body is not UTF-8") from error
    if _depth(text) > DEEPEST:
        raise _bad(Reason.TOO_DEEP, f"the body nests deeper than {DEEPEST} levels")
    try:
        value = json.loads(
            text, object_pairs_hook=_once, parse_constant=_refuse_number, parse_float=_number, parse_int=_int
        )
    except _RepeatedError as error:
        raise _bad(Reason.REPEATED_NAME, "a name stands more than once in one object of the body") from error
    except _NumberError as error:
        raise _bad(Reason.NOT_A_NUMBER, "there is a number in the body that is none, or beyond every limit") from error
    except ValueError as error:
        raise _bad(Reason.NOT_JSON, "the body is not JSON") from error
    if "\\u" in text and _has_surrogate(value):
        raise _bad(Reason.LONE_SURROGATE, "there is half of a surrogate pair in a text of the body")
    return value


def check(model: type[Model], where: str, value: Any) -> Model:
    """The value as its model has it. CallError (422) that lists what is wrong, and where."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        faults = [
            Fault(
                where=".".join((where, *(f"{step!s:.64}" for step in fault["loc"]))),
                reason=fault["type"],
                message=fault["msg"].removeprefix("Value error, "),
            )
            for fault in error.errors(include_url=False, include_input=False, include_context=False)[:MOST_FAULTS]
        ]
        raise CallError(
            HTTPStatus.UNPROCESSABLE_ENTITY, Reason.INVALID, "some values are not as the document has them", errors=faults
        ) from error


def _depth(text: str) -> int:
    """How deep brackets nest, those within strings apart; the parser itself would go as deep as the stack lets it."""
    depth = deepest = 0
    for found in _BRACKET.finditer(text):
        if found[0] in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif found[0] in "]}":
            depth -= 1
    return deepest


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(found := dict(pairs)) != len(pairs):
        raise _RepeatedError
    return found


def _refuse_number(_text: str) -> Any:
    raise _NumberError


def _number(text: str) -> float:
    """JSON knows numbers, not their kinds: 5.0 is the whole number 5."""
    if not isfinite(value := float(text)):
        raise _NumberError
    return int(value) if value.is_integer() and abs(value) < 2**53 else value


def _int(text: str) -> int:
    if len(text) > 20:
        raise _NumberError
    return int(text)


def _has_surrogate(value: Any) -> bool:
    if isinstance(value, str):
        return _SURROGATE.search(value) is not None
    if isinstance(value, dict):
        return any(_has_surrogate(part) for pair in value.items() for part in pair)
    return isinstance(value, list) and any(map(_has_surrogate, value))


def _bad(reason: Reason, detail: str) -> CallError:
    return CallError(HTTPStatus.BAD_REQUEST, reason, detail)


def _too_large() -> CallError:
    # the rest of the body is not read, so the connection cannot be used again
    return CallError(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        Reason.TOO_LARGE,
        f"a body has {MOST_BYTES} bytes at the most",
        headers={"Connection": "close"},
    )
