"""What a decision of the alert stage says to the world: alerts, audit lines, notices and dead letters, in order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import msgspec

from schemas.alert import State, What
from schemas.command import Command
from schemas.organisation import Person
from streams.alerts.audience import Telling
from streams.alerts.record import Record, publish
from streams.alerts.tally import AlertTally
from streams.clock import rfc3339
from streams.ingest import event
from streams.ingest.dead_letter import bury
from streams.state.decision import Output

MONITOR = "monitor"

_write = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class AlertTopics:
    """Names of the topics that the alert stage reads (the first two) and writes."""

    transitions: str
    commands: str
    alerts: str
    audit: str
    notices: str


class Journal:
    """Collects the outputs of one decision at `now`."""

    def __init__(self, topics: AlertTopics, tally: AlertTally, now: int) -> None:
        self.outputs: list[Output] = []
        self.now = now
        self._topics, self._tally = topics, tally

    def change(
        self,
        record: Record,
        before: State | None,
        what: What,
        why: str = "",
        *,
        command: Command | None = None,
        tellings: Sequence[Telling] = (),
    ) -> None:
        """The record has changed: its next version, the line about it, and the notices that it brings about."""
        record.version += 1
        record.changed_at = self.now
        alert = publish(record)
        self.outputs.append(Output(self._topics.alerts, record.id.encode(), alert))
        self._line(record, before, what, why, command)
        self._tally.changes[what] += 1
        for telling in tellings:
            if telling.missing:
                self._line(record, record.state, "nobody_to_tell", telling.missing, None)
                self._tally.nobody_to_tell += 1
            for person in telling.people:
                self._notify(record, alert, telling, person)

    def remark(self, record: Record, what: What, why: str, command: Command) -> None:
        """A command that changed nothing."""
        self._line(record, record.state, what, why, command)

    def turn_away(self, command: Command, why: str) -> None:
        """A command about an alert that there is not, or that is none of its business: the line tells it no state."""
        line = self._about(command.alert, 0, command.tenant, command.case, "", "refused", why, command)
        self._say(command.alert, line | {"before": None, "after": None})

    def bury(self, record: event.Record, rejection: event.Rejection) -> None:
        """A record that cannot be read."""
        self.outputs.append(Output(*bury(record, rejection)))
        self._tally.refused[record.topic, rejection.reason.value] += 1

    def forget(self, record: Record) -> None:
        """The alert has been over for long enough."""
        self.outputs.append(Output(self._topics.alerts, record.id.encode(), None))

    def _line(self, record: Record, before: State | None, what: What, why: str, command: Command | None) -> None:
        line = self._about(record.id, record.version, record.tenant, record.case, record.moment, what, why, command)
        self._say(record.id, line | {"before": before, "after": record.state})

    def _about(
        self, alert: str, version: int, tenant: str, case: str, moment: str, what: What, why: str, command: Command | None
    ) -> dict[str, Any]:
        return {
            "alert": alert,
            "version": version,
            "tenant": tenant,
            "case": case,
            "moment": moment,
            "at": rfc3339(self.now),
            "by": MONITOR if command is None else command.by,
            "what": what,
            "why": why,
            "command": None if command is None else command.id,
        }

    def _say(self, alert: str, line: Mapping[str, Any]) -> None:
        self.outputs.append(Output(self._topics.audit, alert.encode(), _write(line)))

    def _notify(self, record: Record, alert: bytes, telling: Telling, person: Person) -> None:
        # the transition is in it, because an alert that was forgotten and is raised again counts its versions anew
        said = (record.id, telling.reason, person.id, str(telling.step), str(record.version), record.transition)
        notice = {
            "id": blake2b("\x1f".join(said).encode(), digest_size=16).hexdigest(),
            "reason": telling.reason,
            "person": person.id,
            "name": person.name,
            "language": person.language,
            "time_zone": person.time_zone,
            "contacts": [contact.model_dump(mode="json") for contact in person.contacts],
            "at": rfc3339(self.now),
            "step": telling.step,
            "alert": msgspec.Raw(alert),
        }
        self.outputs.append(Output(self._topics.notices, record.case.encode(), _write(notice)))
        self._tally.notices[telling.reason] += 1
