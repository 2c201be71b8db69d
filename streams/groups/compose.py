"""Alerts and groups as documents, as schemas.alert.Alert and schemas.group.Group read them.

An alert that is told later than it was asked for is written from its note: its proof, comments and the persons told of
it are left out, and can be seen on the alert itself.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from heapq import nsmallest
from typing import Any, Final

import msgspec

from streams.clock import rfc3339
from streams.groups.note import Note
from streams.groups.rank import GRAVITY, rank
from streams.groups.records import Facts, Told

LISTED: Final = 20
"""As many members, and stores, as a group lists."""
_RETRACTED: Final = 5
"""Places among them that are kept for what was never true."""
_NOTHING: Final = Facts("", "", {})

_write = msgspec.json.Encoder().encode


def alert_document(note: Note, facts: Facts | None) -> dict[str, Any]:
    """The alert as far as it is known here."""
    known = facts or _NOTHING
    return {
        "id": note.id,
        "version": note.version,
        "state": note.state,
        "kind": note.kind,
        "tenant": note.tenant,
        "case": note.case,
        "moment": note.moment,
        "occurrence": note.occurrence,
        "stage": known.stage,
        "severity": note.severity,
        "owner": known.owner,
        "title": note.title,
        "labels": note.labels,
        "sentence": note.sentence,
        "playbook": known.playbook,
        "transition": note.transition,
        "raised_at": rfc3339(note.raised_at),
        "changed_at": rfc3339(note.changed_at),
        "due_at": _stamp(note.due_at),
        "broken_at": _stamp(note.broken_at),
        "ended_at": _stamp(note.ended_at),
        "assignee": note.assignee,
        "level": note.level,
        "next_step_at": _stamp(note.next_step_at),
    }


def write_alert(note: Note, facts: Facts | None) -> bytes:
    """The same as JSON."""
    return _write(alert_document(note, facts))


def group_document(told: Told, members: Sequence[Note], retracted: Sequence[Note], now: int) -> Mapping[str, Any]:
    """A group as it stands: its open members, and what has to be said of those that were never true."""
    places = min(len(retracted), max(_RETRACTED, LISTED - len(members)))
    first = nsmallest(LISTED - places, members, key=lambda note: rank(note, now))
    listed = [*first, *retracted[:places]]
    stores = Counter(note.labels.get("store") for note in members)
    ranked = sorted(stores.items(), key=lambda entry: (-entry[1], entry[0] is None, entry[0] or ""))
    return {
        "id": told.id,
        "version": told.version,
        "kind": told.kind,
        "state": "firing" if told.over_at is None else "resolved",
        "tenant": told.tenant,
        "region": told.region,
        "moment": told.moment,
        "title": told.title,
        "severity": told.severity,
        "since": rfc3339(told.since),
        "until": _stamp(told.over_at),
        "changed_at": rfc3339(now),
        "open": len(members),
        "broken": sum(note.broken_at is not None for note in members),
        "ended": told.ended,
        "stores": [{"store": store, "open": count} for store, count in ranked[:LISTED]],
        "stores_left_out": max(0, len(ranked) - LISTED),
        "members": [_member(note) for note in listed],
        "members_left_out": len(members) + len(retracted) + told.retracted_more - len(listed),
    }


def gravest(members: Sequence[Note], otherwise: Told) -> None:
    """Note the worst severity among the open members; it stays as it was where there are none."""
    if members:
        otherwise.severity = max((note.severity for note in members), key=GRAVITY.__getitem__)


def _member(note: Note) -> dict[str, Any]:
    return {
        "alert": note.id,
        "case": note.case,
        "moment": note.moment,
        "title": note.title,
        "store": note.labels.get("store"),
        "severity": note.severity,
        "state": note.state,
        "due_at": _stamp(note.due_at),
        "broken_at": _stamp(note.broken_at),
    }


def _stamp(at: int | None) -> str | None:
    return None if at is None else rfc3339(at)
