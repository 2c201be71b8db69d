"""Incidents as they are told: the record of each, and who is on duty for it."""

from schemas import organisation as written
from streams.alerts.organisation import Directory
from streams.clock import instant
from streams.groups.compose import LISTED
from streams.groups.journal import Journal
from streams.groups.policy import GroupPolicy
from streams.groups.records import Person, Told, person_key
from streams.groups.store import Store, group_key
from streams.groups.watch import Said, Watch


class RollUp:
    """Says what the watch found, in one decision."""

    def __init__(self, store: Store, policy: GroupPolicy, journal: Journal, directory: Directory, watch: Watch) -> None:
        self._store, self._policy, self._journal = store, policy, journal
        self._directory, self._watch = directory, watch

    def speak(self) -> None:
        """Publish every incident that has changed, and tell whom it concerns."""
        for said in self._watch.take_said():
            self._say(said)

    def _say(self, said: Said) -> None:
        group, now = said.group, self._journal.now
        key = group_key(group.id)
        told = self._store.groups.get(key)
        if told is None:
            title = {"zh": group.title.zh, "en": group.title.en}
            since = instant(group.since)
            told = Told(group.id, "incident", group.tenant, group.region, None, title, b"", [], since)
        told.version, told.severity, told.ended = group.version, group.severity, group.ended
        if group.state == "firing":
            told.over_at = None
            self._store.open_group(told)
        else:
            self._store.groups.put(key, told)
            self._store.close_group(told, now)
        document = group.model_dump(mode="json")
        self._journal.group(document)
        if said.reason is None:
            return
        alert = said.first.model_dump_json().encode()
        for person in self._audience(said, told):
            self._journal.tell_group(document, alert, said.reason, 0, person)
            person.sent = [*person.sent, now][-self._policy.remembered :]
            person.heard_at = now
            self._store.persons.touch(person_key(group.tenant, person.id))

    def _audience(self, said: Said, told: Told) -> list[Person]:
        """Those on duty when it begins; those who were told, when it is over."""
        if said.reason == "incident_over":
            return [person for name in told.persons if (person := self._known(told.tenant, name)) is not None]
        group = said.group
        store = group.value if group.shared == "store" else None
        region = group.region or (group.value if group.shared == "region" else None)
        found = self._directory.duty(group.tenant, store, region, "region", self._journal.now).people
        if not found:
            self._journal.remark(group.id, group.version, group.tenant, "nobody_to_tell", "incident: nobody on duty")
        told.persons = list(dict.fromkeys([*told.persons, *(person.id for person in found)]))[-LISTED:]
        return [self._meet(told.tenant, person) for person in found]

    def _known(self, tenant: str, name: str) -> Person | None:
        """As the organisation has them now; else as they were last reached."""
        person = self._directory.person(tenant, name)
        return self._store.persons.get(person_key(tenant, name)) if person is None else self._meet(tenant, person)

    def _meet(self, tenant: str, person: written.Person) -> Person:
        key = person_key(tenant, person.id)
        contacts = [(contact.receiver, contact.address) for contact in person.contacts]
        known = self._store.persons.get(key)
        if known is None:
            known = Person(tenant, person.id, person.name, person.language, person.time_zone, contacts, self._journal.now)
            return self._store.persons.put(key, known)
        known.name, known.language, known.time_zone = person.name, person.language, person.time_zone
        known.contacts = contacts
        self._store.persons.touch(key)
        return known
