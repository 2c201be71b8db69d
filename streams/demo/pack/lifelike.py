"""What the fields of example events say: words that a person would write there, and instants as far ahead as in life."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from streams.catalogue.document.deadlines import DeadlineClause
from streams.catalogue.document.moments import MomentFile
from streams.catalogue.document.triggers import Condition
from streams.catalogue.entries import clauses_in
from streams.clock import DAY, HOUR, MINUTE, as_datetime, instant
from streams.demo.pack.conditions import Value

WORDS: Final[Mapping[str, Value]] = {
    "attributes.preferences": "quiet room, extra pillow, late check-out",
    "attributes.update_every": "8h",
    "by": "human",
    "agreed": True,
    "score": 5,
    "reason": "the papers sent do not match",
    "refund.rejected reason": "used, and sent back after the 30 days agreed",
    "identity.refused reason": "the name in the document is another",
}
"""By field, or by type and field, where no condition asks for anything else."""

_SHARES: Final[Mapping[str, float]] = {"wakeup.made": 0.996, "technician.arrived": 0.93, "reminder.sent": 0.8}
"""The share of the time allowed after which it is done in time, where that is not about half."""

_SHIFTS: Final[Mapping[str, int]] = {"wakeup.moved": 45 * MINUTE}
_EARLY: Final = frozenset({"wakeup.booked", "wakeup.moved"})
"""They name instants at any hour."""

_AHEAD: Final[Mapping[str, int]] = {
    "appointment.checked_in attributes.start_at": 10 * MINUTE,
    "patient.checked_in attributes.start_at": 15 * MINUTE,
    "patient.back_from_test attributes.start_at": 10 * MINUTE,
    "attributes.start_at": 3 * DAY,
    "attributes.arrival_at": 2 * DAY,
    "attributes.checkin_from": 45 * MINUTE,
    "attributes.pay_out_at": 7 * DAY,
    "attributes.quoted_at": 2 * DAY,
    "attributes.window_end_at": 20 * HOUR,
    "guest.arrived promised_ready_at": 40 * MINUTE,
    "room.promised promised_ready_at": 40 * MINUTE,
    "order.accepted promised_ready_at": 12 * MINUTE,
    "order.placed promised_at": 40 * MINUTE,
    "wakeup.booked due_at": 17 * HOUR,
    "maintenance.planned due_at": 30 * DAY,
    "promise.made due_at": DAY,
    "return.received due_at": 2 * DAY,
    "refund.approved due_at": 2 * DAY,
    "contract.signed ship_by": 35 * DAY,
}
"""By type and field, or by field alone, where the deadline alone does not tell."""

_AT_LEAST: Final = 3
"""The due lies so many times as far ahead as the first warning comes before it."""
_HERE: Final = ZoneInfo("Asia/Shanghai")
_MORNING, _EVENING = 8, 20
_OFFICE: Final = 17
_SATURDAY: Final = 5


def ahead(moment: MomentFile, kind: str, path: str) -> int:
    """How far ahead of an event of the type the instant in its field lies."""
    for name in (f"{_short(kind)} {path}", path):
        if name in _AHEAD:
            return _AHEAD[name]
    usual = max((_length(clause) for clause in _instead(moment.allows, path)), default=0)
    warned = max((_lead(warning) for warning in moment.warnings), default=0)
    return max(usual, _AT_LEAST * warned) or 4 * HOUR


def word(kind: str, path: str) -> Value | None:
    """What an event of the type says in the field, if anything in particular."""
    return WORDS.get(f"{_short(kind)} {path}", WORDS.get(path))


def share(kind: str | None, usual: float) -> float:
    """The share of the time allowed after which the event comes, `usual` where there is nothing in particular."""
    return _SHARES.get(_short(kind or ""), usual)


def put_off(kind: str | None, usual: int) -> int:
    """How much later the new due is."""
    return _SHIFTS.get(_short(kind or ""), max(usual, 10 * MINUTE))


def rounded(at: int, since: int, kind: str) -> int:
    """The instant as people name one in an event of the type: on the quarter where it is some hours ahead, in the daytime
    where it is many, and on a weekday where it is days."""
    grain = 15 * MINUTE if at - since >= 2 * HOUR else MINUTE
    named = -(-at // grain) * grain
    if at - since < 8 * HOUR or _short(kind) in _EARLY:
        return named
    shown = as_datetime(named).astimezone(_HERE)
    if not _MORNING <= shown.hour < _EVENING:
        shown = shown.replace(hour=_OFFICE, minute=0)
    if at - since > 2 * DAY and shown.weekday() >= _SATURDAY:
        shown += timedelta(days=7 - shown.weekday())
    return instant(shown)


def unhurried(since: int, at: int) -> int:
    """The instant, or where nobody needs to hurry and it is night the next morning, and after days on a weekday."""
    if at - since <= 3 * HOUR:
        return at
    shown = as_datetime(at).astimezone(_HERE)
    day = shown.date() + timedelta(days=shown.hour >= _EVENING)
    weekend = at - since > DAY and day.weekday() >= _SATURDAY
    if weekend:
        day += timedelta(days=7 - day.weekday())
    elif _MORNING <= shown.hour < _EVENING:
        return at
    morning = datetime(day.year, day.month, day.day, _MORNING, 30, tzinfo=_HERE)
    return instant(morning) + at % HOUR


def _short(kind: str) -> str:
    return kind.removeprefix("touchpoint.")


def asked_for(condition: Condition) -> Iterator[Value]:
    """The values that a condition wants: those it names, and yes where it will not have a no."""
    if condition.equals is not None:
        yield condition.equals
    yield from condition.in_ or ()
    yield from condition.starts or ()
    if False in (condition.not_ or ()):
        yield True


def _instead(allows: DeadlineClause, path: str) -> Iterator[DeadlineClause]:
    """What counts where the field is missing: about so long it takes."""
    for clause, _ in clauses_in(allows, ()):
        if path in (clause.at, clause.before) and clause.else_ is not None:
            yield clause.else_


def _length(clause: DeadlineClause) -> int:
    return (clause.workdays or 0) * DAY + (clause.after or 0)


def _lead(warning: object) -> int:
    if isinstance(warning, float):  # a share of whatever time there is
        return 0
    return warning if isinstance(warning, int) else getattr(warning, "days", 0) * DAY
