"""The records that incidents live in, and which of them have changed."""

from typing import TypeVar

from schemas.alert import Alert
from streams.groups.incident_records import (
    BREACHES,
    FIRSTS,
    INCIDENTS,
    LEARNT,
    Breach,
    Incident,
    Value,
    decode,
    encode,
    value_of,
)
from streams.groups.learning import Learnt

K = TypeVar("K")
V = TypeVar("V")


class Ledger:
    """Breaches by alert, incidents and the alert to look at first of each by id, and what was learnt of each value.

    Whoever changes a record that is in it puts it again: what is stored is the record as it is when changes are taken.
    """

    def __init__(self) -> None:
        self.breaches: dict[str, Breach] = {}
        self.incidents: dict[str, Incident] = {}
        self.firsts: dict[str, Alert] = {}
        self.learnt: dict[Value, Learnt] = {}
        self._changes: dict[bytes, Breach | Incident | Learnt | Alert | None] = {}

    def restore(self, key: bytes, value: bytes | None) -> None:
        """One record of the state, the latest of its key last. StateError where it cannot be read."""
        if key.startswith(BREACHES):
            _put(self.breaches, key.removeprefix(BREACHES).decode(), None if value is None else decode(value, Breach))
        elif key.startswith(INCIDENTS):
            name = key.removeprefix(INCIDENTS).decode()
            _put(self.incidents, name, None if value is None else decode(value, Incident))
        elif key.startswith(FIRSTS):
            name = key.removeprefix(FIRSTS).decode()
            _put(self.firsts, name, None if value is None else Alert.model_validate_json(value))
        elif key.startswith(LEARNT):
            _put(self.learnt, value_of(key), None if value is None else decode(value, Learnt))

    def take_changes(self) -> dict[bytes, bytes | None]:
        """The records that have changed since the last time this was asked; None: it is no more."""
        changes, self._changes = self._changes, {}
        return {key: None if record is None else _write(record) for key, record in changes.items()}

    def put_breach(self, breach: Breach) -> None:
        """It is new, or has changed."""
        self.breaches[breach.alert] = breach
        self._changes[BREACHES + breach.alert.encode()] = breach

    def drop_breach(self, breach: Breach) -> None:
        """It counts for nothing any more."""
        del self.breaches[breach.alert]
        self._changes[BREACHES + breach.alert.encode()] = None

    def put_incident(self, incident: Incident) -> None:
        """It is new, or has changed."""
        self.incidents[incident.id] = incident
        self._changes[INCIDENTS + incident.id.encode()] = incident

    def put_first(self, incident: Incident, alert: Alert) -> None:
        """This is its alert to look at first."""
        self.firsts[incident.id] = alert
        self._changes[FIRSTS + incident.id.encode()] = alert

    def drop_incident(self, incident: Incident) -> None:
        """There is nothing left of it."""
        del self.incidents[incident.id], self.firsts[incident.id]
        self._changes[INCIDENTS + incident.id.encode()] = self._changes[FIRSTS + incident.id.encode()] = None

    def put_learnt(self, value: Value, learnt: Learnt) -> None:
        """Something was learnt."""
        self.learnt[value] = learnt
        self._changes[value.key] = learnt

    def drop_learnt(self, value: Value) -> None:
        """The value is as if never seen."""
        del self.learnt[value]
        self._changes[value.key] = None


def _put(records: dict[K, V], key: K, record: V | None) -> None:
    if record is None:
        records.pop(key, None)
    else:
        records[key] = record


def _write(record: Breach | Incident | Learnt | Alert) -> bytes:
    return record.model_dump_json().encode() if isinstance(record, Alert) else encode(record)
