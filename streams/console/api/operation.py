"""One call of the API: what is declared of it once, and what its handler is given and gives back."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple

from pydantic import BaseModel
from starlette.responses import Response

from streams.console.api.questions import Nothing
from streams.console.context import Console
from streams.console.viewer import Role, Viewer


class Asked(NamedTuple):
    """Who asks, when (microseconds UTC), of which console."""

    console: Console
    viewer: Viewer
    at: int


class Said(NamedTuple):
    """An answer and its status."""

    model: BaseModel
    status: int = 200


Handler = Callable[..., Awaitable[Said | Response]]
"""Given Asked and, by name, `path`, `query` and `body` where the operation declares them. Raises CallError, or
OperatorError where the brokers do not answer."""


@dataclass(frozen=True, slots=True)
class Operation:
    """A row of the table. `steady`: the answer depends on the board alone, so it has an ETag. `waits`: it needs the
    brokers, and may be answered 503. `conflict`: it may be refused by the present state."""

    method: Literal["GET", "POST"]
    path: str
    name: str
    tag: str
    summary: str
    role: Role
    handle: Handler
    answer: type[BaseModel] | None
    says: str = ""
    at_path: type[BaseModel] | None = None
    query: type[BaseModel] = Nothing
    body: type[BaseModel] | None = None
    steady: bool = False
    waits: bool = False
    conflict: bool = False
    unanswered: bool = False
