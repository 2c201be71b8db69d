"""What is asked for: commands about alerts and mutes, and dead letters to send again.

A command goes to the stage that decides, and the answer is what the stage says. Its id is computed from who asks, for
what and the caller's own id for it, so a call that is repeated is one command, and nobody can use up another's ids.
"""

import re
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from pydantic import TypeAdapter

from schemas.alert import Alert
from schemas.command import Command
from streams.clock import as_datetime
from streams.console.api.answers import Ordered, Sent
from streams.console.api.operation import Asked, Said
from streams.console.api.problem import MOST_FAULTS, CallError, ConflictError, Fault, Reason, not_found
from streams.console.api.questions import (
    AcknowledgeBody,
    AssignBody,
    ById,
    CloseBody,
    CommentBody,
    EndBody,
    MuteBody,
    RetryBody,
    SnoozeBody,
)
from streams.console.ports import StrangeLettersError
from streams.console.views import AlertView, Outcome

_COMMAND: TypeAdapter[Command] = TypeAdapter(Command)
_NAMED = re.compile(r"([a-z][a-z_]*)(?::|\Z)")


async def acknowledge(asked: Asked, path: ById, body: AcknowledgeBody) -> Said:
    """I have it."""
    return await _about_alert(asked, _seen(asked, path), "acknowledge", body, minutes=body.minutes)


async def assign(asked: Asked, path: ById, body: AssignBody) -> Said:
    """Somebody has it: a person of the tenant, or whoever asks."""
    view = _seen(asked, path)
    tenant = view.row.alert.tenant
    known = {person.id for person in asked.console.board.people(asked.viewer, tenant)}
    if body.to != asked.viewer.id and body.to not in known:
        raise ConflictError(
            Reason.UNKNOWN_PERSON, "nobody of this id is in the tenant's organisation", present=view.row.alert
        )
    return await _about_alert(asked, view, "assign", body, to=body.to)


async def comment(asked: Asked, path: ById, body: CommentBody) -> Said:
    """A remark for everybody."""
    return await _about_alert(asked, _seen(asked, path), "comment", body, text=body.text)


async def snooze(asked: Asked, path: ById, body: SnoozeBody) -> Said:
    """Say nothing until then."""
    return await _about_alert(asked, _seen(asked, path), "snooze", body, until=as_datetime(body.until))


async def close(asked: Asked, path: ById, body: CloseBody) -> Said:
    """It is over for us."""
    view = _seen(asked, path)
    return await _about_alert(asked, view, "close", body, because=body.because, useful=body.useful)


async def mute(asked: Asked, body: MuteBody) -> Said:
    """Tell nobody of what lies in this scope for a while."""
    if not asked.viewer.sees(body.tenant):
        raise not_found("tenant")
    given = body.id or uuid4().hex
    rest = {
        "mute": _computed(asked, "a mute", body.tenant, given),
        "scope": body.scope.model_dump(),
        "start": None if body.start is None else as_datetime(body.start),
        "until": as_datetime(body.until),
        "because": body.because,
    }
    return await _about_mute(asked, body.tenant, "mute", given, body.why, rest)


async def end_mute(asked: Asked, path: ById, body: EndBody) -> Said:
    """End a mute now."""
    own = asked.console.board.mutes(asked.viewer, asked.at)
    found = [mute for mute in own if mute.id == path.id and body.tenant in (None, mute.tenant)]
    if not found:
        raise not_found("mute")
    if len(found) > 1:
        raise ConflictError(
            Reason.SEVERAL_TENANTS, "several tenants have a mute of this id: name one of them as `tenant`"
        )
    return await _about_mute(asked, found[0].tenant, "unmute", body.id or uuid4().hex, body.why, {"mute": found[0].id})


async def retry(asked: Asked, body: RetryBody) -> Said:
    """Send dead letters of the inputs again, those that the caller may see; each once, however often it is named."""
    console, viewer = asked.console, asked.viewer
    own = console.settings.dead_letters
    wanted = {(letter.topic, letter.partition, letter.offset) for letter in body.letters if letter.topic in own}
    if viewer.tenants is not None:  # whose a letter is can only be told of those that the board has read
        shown = console.board.feeds(viewer, asked.at).letters
        wanted &= {(letter.topic, letter.partition, letter.offset) for letter in shown}
    try:
        sent = await console.letters.retry(sorted(wanted), viewer.id, body.why or "") if wanted else 0
    except StrangeLettersError as error:
        raise _strange(body, error.letters) from error
    return Said(Sent(sent=sent, left_out=len(body.letters) - sent))


def _strange(body: RetryBody, letters: Sequence[tuple[str, int, int]]) -> CallError:
    """Which of those that were named cannot be sent again, ever."""
    faults = [
        Fault(
            where=f"body.letters.{index}",
            reason=Reason.NOT_A_DEAD_LETTER,
            message="what lies there is no dead letter that the monitor wrote",
        )
        for index, letter in enumerate(body.letters)
        if (letter.topic, letter.partition, letter.offset) in letters
    ]
    return CallError(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        Reason.NOT_A_DEAD_LETTER,
        "nothing was sent: not all of these are dead letters",
        errors=faults[:MOST_FAULTS],
    )


def _seen(asked: Asked, path: ById) -> AlertView:
    view = asked.console.board.alert(asked.viewer, path.id, asked.at)
    if view is None:
        raise not_found("alert")
    return view


async def _about_alert(asked: Asked, view: AlertView, do: str, body: Any, **rest: Any) -> Said:
    alert, given = view.row.alert, body.id or uuid4().hex
    command = _command(asked, do, alert.id, given, alert.tenant, body.why, rest) | {
        "case": alert.case,
        "alert": alert.id,
        "version": body.version,
    }
    return _said(await _send(asked, command, view.partition), given, alert)


async def _about_mute(asked: Asked, tenant: str, do: str, given: str, why: str | None, rest: Mapping[str, Any]) -> Said:
    command = _command(asked, do, f"{tenant}\x1f{rest['mute']}", given, tenant, why, rest)
    return _said(await _send(asked, command, None), given, None, mute=rest["mute"])


def _command(
    asked: Asked, do: str, about: str, given: str, tenant: str, why: str | None, rest: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        "do": do,
        "id": _computed(asked, do, about, given),
        "tenant": tenant,
        "by": asked.viewer.id,
        "at": as_datetime(asked.at),
        "why": why or "",
        **rest,
    }


def _computed(asked: Asked, do: str, about: str, given: str) -> str:
    # the first of the parts cannot hold the separator: nobody's id has control characters, and `do` is ours
    parts = "\x1f".join((do, asked.viewer.id, about, given))
    return blake2b(parts.encode(), digest_size=16).hexdigest()


async def _send(asked: Asked, command: dict[str, Any], partition: int | None) -> Outcome:
    """What is known to have come of it already, or what comes of it now."""
    known = asked.console.board.outcome(command["id"], command["tenant"])
    return known or await asked.console.desk.send(_COMMAND.validate_python(command), partition)


def _said(outcome: Outcome, given: str, seen: Alert | None, mute: str | None = None) -> Said:
    present = outcome.present or seen
    if outcome.result == "refused":
        named = _NAMED.match(outcome.why)
        raise ConflictError(
            named[1] if named else Reason.REFUSED, outcome.why or "the stage refused it", present=present, id=given
        )
    ordered = Ordered(result=outcome.result, why=outcome.why, id=given, present=present, mute=mute)
    return Said(ordered, 202 if outcome.result == "unanswered" else 200)
