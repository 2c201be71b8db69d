"""Records of the topic of asks as values, or the reason why they are refused."""

from datetime import datetime
from typing import Final

from schemas.ask import Ask
from schemas.notice import Reason as Why
from streams.ingest.event import Reason, Record, Rejection
from streams.ingest.handed_on import bad, read, within

_MOST: Final = 2**31
_INSTANTS: Final = ("raised_at", "changed_at", "due_at", "broken_at", "ended_at", "next_step_at")
ENDINGS: Final[tuple[Why, ...]] = ("ended", "retracted")
_TOLD: Final[tuple[Why, ...]] = ("warned", "broke", "worsened", "escalated", "again", *ENDINGS)


def read_ask(record: Record, most: int, partitions: int | None = None) -> Ask | Rejection:
    """The ask of a record of at most `most` bytes. With `partitions` its case has to lie in one of so many."""
    ask = read(Ask, record, most)
    if isinstance(ask, Rejection):
        return ask
    return _misfit(ask, partitions) or _keyed(record, ask) or ask


def _misfit(ask: Ask, partitions: int | None) -> Rejection | None:
    alert = ask.alert
    if not within(ask.at):
        return bad("at", "it lies outside of the years 1970 to 2199")
    for field in _INSTANTS:
        at: datetime | None = getattr(alert, field)
        if at is not None and not within(at):
            return bad(f"alert.{field}", "it lies outside of the years 1970 to 2199")
    if ask.partition >= (_MOST if partitions is None else partitions):
        return bad("partition", "there is no such partition")
    if not (alert.id and alert.tenant and alert.moment):
        return bad("alert", "its id, tenant and moment are not empty")
    if alert.version >= _MOST or alert.occurrence >= _MOST:
        return bad("alert", "version and occurrence are below 2147483648")
    for telling in ask.tell:
        if telling.reason not in _TOLD:
            return bad("tell.reason", f"write one of {', '.join(_TOLD)}")
        if not (telling.id and telling.person):
            return bad("tell", "id and person are not empty")
        if telling.step >= _MOST:
            return bad("tell.step", "it is no step of a chain")
    return None


def _keyed(record: Record, ask: Ask) -> Rejection | None:
    """Everything of one group lies in one order, which only the key ensures."""
    if record.key is None:
        return Rejection(Reason.KEY_MISSING, "", "Send tenant/region/moment as the record's key.")
    if record.key != "/".join((ask.alert.tenant, ask.alert.labels.region or "", ask.alert.moment)).encode():
        return Rejection(Reason.KEY_UNLIKE_SUBJECT, "alert", "Send tenant/region/moment of the alert as the key.")
    return None
