"""What a decision of the alert stage says to the world: alerts, audit lines, asks and dead letters, in order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Final

import msgspec

from schemas.alert import MONITOR, State, What
from schemas.command import AlertCommand
from schemas.organisation import Person
from streams.alerts.audience import Telling
from streams.alerts.audit_line import audit_line
from streams.alerts.record import Record, publish
from streams.alerts.tally import AlertTally
from streams.clock import SECOND, rfc3339
from streams.ingest import event
from streams.ingest.dead_letter import bury
from streams.partition import partition_of
from streams.state.decision import Output

_NEWS = frozenset({"warned", "broke", "worsened"})

_write = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class AlertTopics:
    """Names of the topics that the alert stage reads (the first two) and writes."""

    transitions: str
    commands: str
    alerts: str
    audit: str
    asks: str


@dataclass(frozen=True, slots=True)
class Place:
    """The partition of this shard, among so many."""

    partition: int = 0
    partitions: int = 1


ALONE: Final = Place()


class Journal:
    """Collects the outputs of one decision at `now`. What is learnt of later than `prompt` after it is true is late."""

    def __init__(
        self, topics: AlertTopics, tally: AlertTally, now: int, place: Place = ALONE, prompt: int = 10 * SECOND
    ) -> None:
        self.outputs: list[Output] = []
        self.now = now
        self._topics, self._tally = topics, tally
        self._place, self._prompt = place, prompt

    def change(
        self,
        record: Record,
        before: State | None,
        what: What,
        why: str = "",
        *,
        command: AlertCommand | None = None,
        tellings: Sequence[Telling] = (),
    ) -> None:
        """The record has changed: its next version, the line about it, and what is asked to be told of it."""
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
        self._ask(record, alert, what, tellings)

    def remark(self, record: Record, what: What, why: str, command: AlertCommand) -> None:
        """A command that changed nothing."""
        self._line(record, record.state, what, why, command)

    def turn_away(self, command: AlertCommand, why: str) -> None:
        """A command about an alert that there is not, or that is none of its business: the line tells it no state."""
        line = audit_line(
            self.now,
            "refused",
            why,
            alert=command.alert,
            version=0,
            tenant=command.tenant,
            case=command.case,
            by=command.by,
            command=command.id,
        )
        self._say(line)

    def bury(self, record: event.Record, rejection: event.Rejection) -> None:
        """A record that cannot be read."""
        self.outputs.append(Output(*bury(record, rejection)))
        self._tally.refused[record.topic, rejection.reason.value] += 1

    def forget(self, record: Record) -> None:
        """The alert has been over for long enough."""
        self.outputs.append(Output(self._topics.alerts, record.id.encode(), None))

    def _line(self, record: Record, before: State | None, what: What, why: str, command: AlertCommand | None) -> None:
        by, name = (MONITOR, None) if command is None else (command.by, command.id)
        line = audit_line(
            self.now,
            what,
            why,
            alert=record.id,
            version=record.version,
            tenant=record.tenant,
            case=record.case,
            moment=record.moment,
            before=before,
            after=record.state,
            by=by,
            command=name,
        )
        self._say(line)

    def _say(self, line: Mapping[str, Any]) -> None:
        self.outputs.append(Output(self._topics.audit, line["alert"].encode(), _write(line)))

    def _ask(self, record: Record, alert: bytes, what: What, tellings: Sequence[Telling]) -> None:
        """The change, and whom to tell, to where the groups of the tenant are decided."""
        tell = [self._telling(record, telling, person) for telling in tellings for person in telling.people]
        ask = {
            "partition": self._place.partition,
            "what": what,
            "at": rfc3339(self.now),
            "late": self.now - record.last_at > self._prompt and any(one["reason"] in _NEWS for one in tell),
            "alert": msgspec.Raw(alert),
            "tell": tell,
        }
        key = "/".join((record.tenant, record.labels.get("region") or "", record.moment)).encode()
        partition = partition_of(record.tenant, self._place.partitions)
        self.outputs.append(Output(self._topics.asks, key, _write(ask), partition=partition))

    def _telling(self, record: Record, telling: Telling, person: Person) -> dict[str, Any]:
        # the transition is in it, because an alert that was forgotten and is raised again counts its versions anew
        said = (record.id, telling.reason, person.id, str(telling.step), str(record.version), record.transition)
        self._tally.notices[telling.reason] += 1
        return {
            "id": blake2b("\x1f".join(said).encode(), digest_size=16).hexdigest(),
            "reason": telling.reason,
            "step": telling.step,
            "level": telling.level,
            "person": person.id,
            "name": person.name,
            "language": person.language,
            "time_zone": person.time_zone,
            "contacts": [contact.model_dump(mode="json") for contact in person.contacts],
        }
