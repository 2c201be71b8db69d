"""What is kept of incidents: each breach that is counted or a member, the incidents, and what was learnt.

Fields may be added at the end with a default, never moved or removed: stored records outlive releases. Instants and spans
in microseconds.
"""

from hashlib import blake2b
from sys import intern
from typing import Any, Final, NamedTuple, TypeVar

import msgspec

from schemas.alert import OPEN_STATES, Alert, Severity, State
from schemas.group import Dimension
from streams.clock import instant
from streams.errors import StateError
from streams.groups.incident_policy import DIMENSIONS
from streams.groups.learning import Learnt

VERSION: Final = b"\x01"
BREACHES: Final = b"i/b/"
INCIDENTS: Final = b"i/i/"
FIRSTS: Final = b"i/a/"
LEARNT: Final = b"i/l/"

T = TypeVar("T")


class Value(NamedTuple):
    """One value of a dimension, of one tenant: what breaches can share."""

    tenant: str
    dimension: Dimension
    value: str

    @property
    def key(self) -> bytes:
        """The key of what was learnt of it."""
        return LEARNT + msgspec.json.encode(self)


def value_of(key: bytes) -> Value:
    """The value whose key this is."""
    return msgspec.json.decode(key.removeprefix(LEARNT), type=Value)


class Breach(msgspec.Struct, array_like=True, gc=False):
    """An alert that broke. Its labels are those it had then.

    bucket: the one it is counted in. incident: the id of the one that it is a member of; empty while it is counted.
    """

    alert: str
    tenant: str
    case: str
    moment: str
    zh: str
    en: str
    region: str | None
    store: str | None
    fleet: str | None
    provider: str | None
    severity: Severity
    state: State
    due_at: int | None
    broken_at: int
    bucket: int
    incident: str = ""

    @property
    def is_open(self) -> bool:
        """Whether it is not over."""
        return self.state in OPEN_STATES

    def values(self) -> list[Value]:
        """What it may share with others, the narrowest first."""
        shared = ((name, getattr(self, name)) for name in DIMENSIONS)
        return [Value(self.tenant, name, value) for name, value in shared if value]


class Incident(msgspec.Struct, array_like=True):
    """Many breaches with one cause. usual, threshold, counted: as it opened. newest_at: when its last member came.

    said_at: when it was last said how it stands; stale: something has changed since. until: since when it takes nothing
    more. over: every member is over, and what is left of it is being forgotten. number: of those there are, a later one
    has a higher one.
    """

    id: str
    tenant: str
    dimension: Dimension
    value: str
    since: int
    opened_at: int
    usual: float
    threshold: int
    counted: int
    newest_at: int
    version: int = 0
    said_at: int = 0
    stale: bool = False
    until: int | None = None
    over: bool = False
    number: int = 0

    @property
    def shared(self) -> Value:
        """What its members share."""
        return Value(self.tenant, self.dimension, self.value)


def incident_id(shared: Value, since: int) -> str:
    """128 bits in hex over what makes an incident itself."""
    return blake2b("\x1f".join(("incident", *shared, str(since))).encode(), digest_size=16).hexdigest()


def breach_of(alert: Alert, broken_at: int, bucket: int) -> Breach:
    """The breach of an alert. Words that many have in common are kept once."""
    labels = alert.labels
    return Breach(
        alert.id,
        intern(alert.tenant),
        alert.case,
        intern(alert.moment),
        intern(alert.title.zh),
        intern(alert.title.en),
        _once(labels.region),
        _once(labels.store),
        _once(labels.fleet),
        _once(labels.provider),
        alert.severity,
        alert.state,
        None if alert.due_at is None else instant(alert.due_at),
        broken_at,
        bucket,
    )


def _once(text: str | None) -> str | None:
    return intern(text) if text else None


_pack = msgspec.msgpack.Encoder().encode
_READERS: Final[dict[type, Any]] = {kind: msgspec.msgpack.Decoder(kind) for kind in (Breach, Incident, Learnt)}


def encode(record: Breach | Incident | Learnt) -> bytes:
    """The record as stored."""
    return VERSION + _pack(record)


def decode(value: bytes, kind: type[T]) -> T:
    """The record of the stored bytes. StateError where they are none of this release."""
    if value[:1] != VERSION:
        raise StateError("the state has an incident that this release cannot read; start a later release")
    try:
        found: T = _READERS[kind].decode(value[1:])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise StateError(f"the state has an incident that is not readable: {error}") from error
    return found
