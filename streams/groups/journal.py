"""What a decision of the group stage says to the world: notices, groups, mutes, audit lines, dead letters; in order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from schemas.alert import MONITOR, What
from schemas.notice import Reason
from streams.alerts.audit_line import audit_line
from streams.clock import rfc3339
from streams.groups.note import Note
from streams.groups.records import Person, Silence, digest, mute_name
from streams.groups.tally import GroupTally
from streams.ingest import event
from streams.ingest.dead_letter import bury
from streams.state.decision import Output

_write = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class GroupTopics:
    """Names of the topics that the group stage reads (the first two) and writes."""

    asks: str
    commands: str
    notices: str
    groups: str
    mutes: str
    audit: str


class Journal:
    """Collects the outputs of one decision at `now`."""

    def __init__(self, topics: GroupTopics, tally: GroupTally, now: int) -> None:
        self.outputs: list[Output] = []
        self.now = now
        self._topics, self._tally = topics, tally

    def tell(self, note: Note, alert: bytes, name: str, reason: Reason, step: int, person: Person) -> None:
        """A notice about one alert, into the partition that the alert lies in."""
        document = self._notice(name, reason, step, person, alert)
        self.outputs.append(Output(self._topics.notices, note.case.encode(), _write(document), partition=note.partition))
        self._tally.told[reason] += 1

    def tell_group(self, group: Mapping[str, Any], alert: bytes, reason: Reason, step: int, person: Person) -> None:
        """A notice about several, into the partition that the group lies in. Its id comes from the group's version."""
        name = digest(group["id"], reason, person.id, str(group["version"]))
        document = self._notice(name, reason, step, person, alert) | {"group": group}
        self.outputs.append(Output(self._topics.notices, group["id"].encode(), _write(document)))
        self._tally.told[reason] += 1

    def group(self, group: Mapping[str, Any]) -> None:
        """A group as it stands."""
        self.outputs.append(Output(self._topics.groups, group["id"].encode(), _write(group)))

    def forget_group(self, group: str) -> None:
        """A group has been over for long enough."""
        self.outputs.append(Output(self._topics.groups, group.encode(), None))

    def mute(self, mute: Silence) -> None:
        """A mute as it stands; its tombstone once it has ended."""
        key = mute_name(mute.tenant, mute.id)
        self.outputs.append(Output(self._topics.mutes, key, None if mute.over_at is not None else _shown(mute)))

    def line(self, note: Note, what: What, why: str) -> None:
        """A line about an alert, into the partition that the alert lies in."""
        line = audit_line(
            self.now,
            what,
            why,
            alert=note.id,
            version=note.version,
            tenant=note.tenant,
            case=note.case,
            moment=note.moment,
            before=note.state,
            after=note.state,
        )
        self.outputs.append(Output(self._topics.audit, note.id.encode(), _write(line), partition=note.partition))

    def remark(
        self,
        name: str,
        version: int,
        tenant: str,
        what: What,
        why: str,
        by: str = MONITOR,
        command: str | None = None,
        moment: str = "",
    ) -> None:
        """A line about a mute, or about a group."""
        line = audit_line(
            self.now, what, why, alert=name, version=version, tenant=tenant, moment=moment, by=by, command=command
        )
        self.outputs.append(Output(self._topics.audit, name.encode(), _write(line)))

    def bury(self, record: event.Record, rejection: event.Rejection) -> None:
        """A record that cannot be read."""
        self.outputs.append(Output(*bury(record, rejection)))
        self._tally.refused[record.topic, rejection.reason.value] += 1
        self._tally.unreadable += 1

    def _notice(self, name: str, reason: Reason, step: int, person: Person, alert: bytes) -> dict[str, Any]:
        return {
            "id": name,
            "reason": reason,
            "person": person.id,
            "name": person.name,
            "language": person.language,
            "time_zone": person.time_zone,
            "contacts": _contacts(person.contacts),
            "at": rfc3339(self.now),
            "step": step,
            "alert": msgspec.Raw(alert),
        }


def _contacts(contacts: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"receiver": receiver, "address": address} for receiver, address in contacts]


def _shown(mute: Silence) -> bytes:
    return _write(
        {
            "id": mute.id,
            "tenant": mute.tenant,
            "scope": {"region": mute.region, "store": mute.store, "moment": mute.moment},
            "start": rfc3339(mute.start),
            "until": rfc3339(mute.until),
            "because": mute.because,
            "by": mute.by,
            "held": mute.held,
        }
    )
