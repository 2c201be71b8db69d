"""What the API says when it does not do what was asked: problem details (RFC 9457) with a reason that programs can go by.

`reason` is one of a fixed list and stays; `detail` is a sentence for people and may change. Neither repeats what the
caller sent, and none of them says more than the caller may know: what is not theirs is not found.
"""

from collections.abc import Mapping
from enum import StrEnum
from http import HTTPStatus

from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from schemas.alert import Alert

MEDIA_TYPE = "application/problem+json"
MOST_FAULTS = 20
"""That many of them are told."""


class Reason(StrEnum):
    """Why a call was not followed."""

    NOT_JSON = "not_json"
    NOT_UTF8 = "not_utf8"
    REPEATED_NAME = "repeated_name"
    NOT_A_NUMBER = "not_a_number"
    LONE_SURROGATE = "lone_surrogate"
    TOO_DEEP = "too_deep"
    TOO_MANY_PARAMETERS = "too_many_parameters"
    SIGN_IN = "sign_in"
    ROLE = "role"
    NOT_FOUND = "not_found"
    NO_SUCH_PATH = "no_such_path"
    METHOD = "method"
    CHANGED = "changed"
    REFUSED = "refused"
    UNKNOWN_PERSON = "unknown_person"
    SEVERAL_TENANTS = "several_tenants"
    NOT_A_DEAD_LETTER = "not_a_dead_letter"
    TOO_LARGE = "too_large"
    WRONG_MEDIA_TYPE = "wrong_media_type"
    INVALID = "invalid"
    BROKERS_AWAY = "brokers_away"
    INTERNAL = "internal"


class Fault(BaseModel):
    """One thing that is wrong with a value. `where` is dotted and begins with path, query or body."""

    model_config = ConfigDict(frozen=True)

    where: str = Field(examples=["query.limit"])
    reason: str = Field(description="What kind of fault: missing, extra_forbidden, less_than_equal, ...")
    message: str


class Problem(BaseModel):
    """Problem details (RFC 9457). `type` is always about:blank; go by `reason`."""

    model_config = ConfigDict(frozen=True)

    type: str = "about:blank"
    title: str
    status: int = Field(ge=400, le=599)
    detail: str = ""
    reason: str = Field(description="Stable; one of a fixed list, or the alert stage's own word for it.")
    errors: list[Fault] = Field(default_factory=list, description="What is wrong with which value; at most 20.")


class Conflict(Problem):
    """A command that was refused, and the alert as it is now. `id` is that of the command."""

    present: Alert | None = None
    id: str | None = None


class CallError(Exception):
    """A call that is not followed; becomes a problem."""

    def __init__(
        self,
        status: HTTPStatus,
        reason: str,
        detail: str,
        *,
        errors: list[Fault] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.problem = Problem(title=status.phrase, status=status, detail=detail, reason=reason, errors=errors or [])
        self.headers = headers or {}


class ConflictError(CallError):
    """A command that the present state does not allow; says what that is."""

    def __init__(self, reason: str, detail: str, *, present: Alert | None = None, id: str | None = None) -> None:
        super().__init__(HTTPStatus.CONFLICT, reason, detail)
        self.problem = Conflict(**self.problem.model_dump(), present=present, id=id)


def not_found(what: str) -> CallError:
    """There is no such thing, or it is none of the caller's business; the two look alike."""
    return CallError(HTTPStatus.NOT_FOUND, Reason.NOT_FOUND, f"there is no such {what}")


def answer(refusal: CallError) -> Response:
    """The response that tells it."""
    problem = refusal.problem
    headers = {"Cache-Control": "no-store", **refusal.headers}
    return Response(problem.model_dump_json(), problem.status, headers, media_type=MEDIA_TYPE)
