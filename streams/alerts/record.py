"""The record of one alert: the state of the alert stage, and the document that is published of it.

Fields may be added at the end with a default, never moved or removed: stored records outlive releases.
"""

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

import msgspec

from schemas.alert import ClosedBecause, Severity, State
from schemas.notice import Reason
from schemas.transition import Kind
from streams.alerts.lifecycle import is_over
from streams.clock import rfc3339
from streams.errors import StateError
from streams.state.codec import NO_WAKE

VERSION = b"\x01"


class Remark(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A comment; `at` is an instant."""

    at: int
    by: str
    text: str


class Record(msgspec.Struct, array_like=True, gc=False):
    """An alert and what its stage knows of it. Instants and spans in microseconds, texts by language.

    Down to `comments` the fields are those of schemas.alert.Alert; `proof` is JSON. Then: seen: the last revision of
    each kind that counted. heard_at: the latest `found_at` of them. broke_found: `found_at` of the breach. owed and
    owed_at: something to be told once, to the people of the present step, from that instant on. first: as what the
    first step of the climb is told. climb_from: the instant from which the steps of the chain count; None while
    nobody is to climb. span: of the acknowledgement. hear_end, hear_retraction: persons who have been told and have not
    heard yet that it is over, or was never true. commands: fingerprints of the last commands. over_at: since when it
    is over. last_at: the latest instant that a transition which counted was dated. chain, promise: as in the alert.
    """

    id: str
    tenant: str
    case: str
    moment: str
    occurrence: int
    raised_at: int
    state: State
    kind: Kind
    transition: str
    changed_at: int
    version: int = 0
    stage: str = ""
    severity: Severity = "low"
    owner: str = ""
    title: dict[str, str] = msgspec.field(default_factory=dict)
    labels: dict[str, str | None] = msgspec.field(default_factory=dict)
    sentence: dict[str, str] | None = None
    playbook: dict[str, list[str]] = msgspec.field(default_factory=dict)
    proof: bytes | None = None
    due_at: int | None = None
    broken_at: int | None = None
    ended_at: int | None = None
    acknowledged_by: str | None = None
    acknowledged_at: int | None = None
    assignee: str | None = None
    quiet_until: int | None = None
    closed_because: ClosedBecause | None = None
    useful: bool | None = None
    level: int = 0
    next_step_at: int | None = None
    told: list[str] = msgspec.field(default_factory=list)
    comments: list[Remark] = msgspec.field(default_factory=list)
    seen: dict[str, int] = msgspec.field(default_factory=dict)
    heard_at: int = 0
    broke_found: int | None = None
    owed: Reason | None = None
    owed_at: int | None = None
    first: Reason = "broke"
    climb_from: int | None = None
    span: int = 0
    hear_end: list[str] = msgspec.field(default_factory=list)
    hear_retraction: list[str] = msgspec.field(default_factory=list)
    commands: list[str] = msgspec.field(default_factory=list)
    over_at: int | None = None
    last_at: int = 0
    chain: dict[str, str | int] | None = None
    promise: dict[str, str | None] | None = None

    @property
    def is_blind(self) -> bool:
        """Whether the last that was said of its occurrence is that its feed is blind."""
        return self.kind == "unknown"


def alert_id(tenant: str, case: str, moment: str, occurrence: int) -> str:
    """128 bits in hex over what makes an alert itself."""
    return blake2b(f"{tenant}\x1f{case}\x1f{moment}\x1f{occurrence}".encode(), digest_size=16).hexdigest()


def wake_of(record: Record, kept_for: int) -> int:
    """The instant at which the alert wants a look; NO_WAKE for never."""
    if record.over_at is not None and is_over(record.state):
        return record.over_at + kept_for
    if record.state in ("acknowledged", "snoozed"):
        return NO_WAKE if record.quiet_until is None else record.quiet_until
    if record.state != "firing":
        return NO_WAKE
    instants = [at for at in (record.next_step_at, record.owed_at) if at is not None]
    return min(instants, default=NO_WAKE)


_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder(Record).decode
_write = msgspec.json.Encoder().encode


def encode(record: Record) -> bytes:
    """The record as stored."""
    return VERSION + _pack(record)


def decode(value: bytes) -> Record:
    """The record of the stored bytes. StateError where they are none of this release."""
    if value[:1] != VERSION:
        raise StateError("the state has an alert that this release cannot read; start a later release")
    try:
        return _unpack(value[1:])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise StateError(f"the state has an alert that is not readable: {error}") from error


def publish(record: Record) -> bytes:
    """The alert as JSON, as schemas.alert.Alert reads it: the same record gives the same bytes."""
    return _write(_document(record))


def _document(record: Record) -> Mapping[str, Any]:
    return {
        "id": record.id,
        "version": record.version,
        "state": record.state,
        "kind": record.kind,
        "tenant": record.tenant,
        "case": record.case,
        "moment": record.moment,
        "occurrence": record.occurrence,
        "stage": record.stage,
        "severity": record.severity,
        "owner": record.owner,
        "title": record.title,
        "labels": record.labels,
        "sentence": record.sentence,
        "playbook": record.playbook,
        "proof": None if record.proof is None else msgspec.Raw(record.proof),
        "transition": record.transition,
        "raised_at": rfc3339(record.raised_at),
        "changed_at": rfc3339(record.changed_at),
        "due_at": _stamp(record.due_at),
        "broken_at": _stamp(record.broken_at),
        "ended_at": _stamp(record.ended_at),
        "acknowledged_by": record.acknowledged_by,
        "acknowledged_at": _stamp(record.acknowledged_at),
        "assignee": record.assignee,
        "quiet_until": _stamp(record.quiet_until),
        "closed_because": record.closed_because,
        "useful": record.useful,
        "level": record.level,
        "next_step_at": _stamp(record.next_step_at),
        "told": record.told,
        "comments": [{"at": rfc3339(said.at), "by": said.by, "text": said.text} for said in record.comments],
        "chain": record.chain,
        "promise": record.promise,
    }


def _stamp(at: int | None) -> str | None:
    return None if at is None else rfc3339(at)
