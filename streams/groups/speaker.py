"""What is told, and to whom: by itself or as a group, and that it is over. It heeds the cap on messages, and whoever is
told is noted, because nobody hears the end of what they were not told."""

from collections.abc import Sequence
from typing import NamedTuple

from msgspec.structs import replace

from schemas.alert import Alert
from schemas.ask import Telling
from schemas.group import GroupKind
from schemas.notice import Reason
from streams.clock import HOUR
from streams.groups.compose import LISTED, gravest, group_document, write_alert
from streams.groups.journal import Journal
from streams.groups.note import ALONE, Hold, Note
from streams.groups.policy import GroupPolicy
from streams.groups.rank import GRAVITY
from streams.groups.records import Person, Told, digest, facts_key, person_key
from streams.groups.store import Store, group_key, note_key
from streams.groups.tally import GroupTally
from streams.state.codec import NO_WAKE

_DIGEST = {"zh": "此前未逐条发送的提醒", "en": "What was kept back so far"}


class Item(NamedTuple):
    """Something to be told to somebody of an alert."""

    key: bytes
    note: Note
    hold: Hold


class Speaker:
    """Says what is decided, in one decision. `heard` is the alert of the ask in hand, which is told as it came."""

    def __init__(self, store: Store, policy: GroupPolicy, journal: Journal, tally: GroupTally) -> None:
        self._store, self._policy, self._journal, self._tally = store, policy, journal, tally
        self.heard: Alert | None = None

    # news

    def alone(self, item: Item) -> bool:
        """Tell it by itself. False: the cap keeps it for the digest."""
        key, note, hold = item
        person = self._store.persons.need(person_key(note.tenant, hold.person))
        if GRAVITY[note.severity] < GRAVITY["critical"] and not self._has_room(person):
            self._keep(item, person)
            return False
        self._journal.tell(note, self._alert(note), hold.notice, hold.reason, hold.step, person)
        note.ends[hold.person] = note.truths[hold.person] = ALONE
        self._store.notes.touch(key)
        self._count(person, late=hold.late)
        if hold.cause is not None:
            self._journal.line(note, "let_go", f"{hold.cause}: {_words(hold)}: told")
        return True

    def together(self, kind: GroupKind, origin: bytes, items: Sequence[Item]) -> None:
        """Tell one person of these at once, the first of them first; or keep all of it for the digest."""
        first = items[0]
        key = person_key(first.note.tenant, first.hold.person)
        person = self._store.persons.need(key)
        critical = any(item.note.severity == "critical" for item in items)
        if kind == "group" and not critical and not self._has_room(person):
            for item in items:
                self._keep(item, person)
            return
        told = self._store.firing(origin) or self._begin(kind, origin, first)
        for item in items:
            self._store.join(item.key, item.note, told)
            item.note.ends.setdefault(person.id, told.id)
            item.note.truths.setdefault(person.id, told.id)
            if item.hold.cause is not None:
                self._journal.line(item.note, "let_go", f"{item.hold.cause}: {_words(item.hold)}: told with {told.id}")
        reason: Reason = "grouped" if kind == "group" else "digest"
        self._say(told, reason, self._alert(first.note), first.hold.step, person)
        self._count(person, late=any(item.hold.late for item in items))

    def _begin(self, kind: GroupKind, origin: bytes, first: Item) -> Told:
        now, note = self._journal.now, first.note
        name = digest(origin.decode(), str(now))
        known = self._store.groups.get(group_key(name))
        if known is not None:  # it began and ended at this very instant
            known.over_at, known.say_at = None, NO_WAKE
            return self._store.open_group(known)
        told = Told(name, kind, note.tenant, None, None, _DIGEST, origin, [first.hold.person], now)
        if kind == "group":
            told.region, told.moment, told.title = note.labels.get("region"), note.moment, note.title
        return self._store.open_group(told)

    # the cap

    def _has_room(self, person: Person) -> bool:
        return self._room_at(person) <= self._journal.now

    def _room_at(self, person: Person) -> int:
        """When they may have another message."""
        cap = self._policy.cap
        return person.sent[-cap] + self._policy.cap_span if 0 < cap <= len(person.sent) else self._journal.now

    def _keep(self, item: Item, person: Person) -> None:
        """Keep it for the digest."""
        key = person_key(person.tenant, person.id)
        person.digest_by = min(person.digest_by, self._journal.now + self._policy.digest_wait)
        person.digest_at = min(person.digest_by, self._room_at(person))
        self._store.persons.touch(key)
        self._store.hold(item.key, item.note, replace(item.hold, cause="cap", place=key + b"/cap", until=NO_WAKE))
        self._tally.held["cap"] += 1
        self._journal.line(item.note, "held", f"cap: {_words(item.hold)}: {self._policy.cap} messages within the hour")

    def is_digest_due(self, person: Person) -> bool:
        """Whether what the cap kept back is told now; if not, it is looked at again when there is room."""
        if person.digest_by <= self._journal.now or self._has_room(person):
            return True
        person.digest_at = min(person.digest_by, self._room_at(person))
        self._store.persons.touch(person_key(person.tenant, person.id))
        return False

    def _count(self, person: Person, *, late: bool = False) -> None:
        """They have had a message."""
        now = self._journal.now
        person.sent = [*person.sent, now][-self._policy.remembered :]
        person.heard_at = now
        if late:
            person.paced_until = now + self._policy.pace
        self._store.persons.touch(person_key(person.tenant, person.id))

    # that it is over

    def end(self, note: Note, telling: Telling) -> None:
        """Tell them that it is over, or was never true, as they were told of it. Whoever was not told hears nothing."""
        retracted = telling.reason == "retracted"
        how = (note.truths if retracted else note.ends).pop(telling.person, None)
        words = f"{telling.reason} for {telling.person}"
        if how is None:
            self._let_go(note, "not_told", f"{words}: they were not told of it")
            return
        if how == ALONE:
            person = self._store.persons.need(person_key(note.tenant, telling.person))
            self._journal.tell(note, self._alert(note), telling.id, telling.reason, telling.step, person)
            self._count(person)
            return
        told = self._store.groups.get(group_key(how))
        if told is None:
            self._let_go(note, "long_over", f"{words}: {how} has been over for long")
            return
        if retracted:
            self._retract(told, note)
        self._let_go(note, "with_group", f"{words}: told with {how}")

    def leave(self, key: bytes, note: Note) -> None:
        """It is over: where all of a group is, that is told."""
        for group in note.groups:
            told = self._store.groups.need(group_key(group))
            self._store.leave(key, note, group)
            told.ended += 1
            self._store.groups.touch(group_key(group))
            if self._store.is_empty(group_key(group)):
                self._store.close_group(told, self._journal.now)
                self._say_over(told, self._alert(note))

    def say_retracted(self, told: Told) -> None:
        """Tell of what turned out, after the group was over, never to have been true."""
        told.say_at = NO_WAKE
        self._store.groups.touch(group_key(told.id))
        if retracted := self._retracted(told):
            self._say_over(told, self._alert(retracted[0]))
        told.retracted, told.retracted_more = [], 0

    def _retract(self, told: Told, note: Note) -> None:
        if note.id in told.retracted:
            return
        if len(told.retracted) < LISTED:
            told.retracted.append(note.id)
        else:
            told.retracted_more += 1
        if told.over_at is not None:
            told.say_at = min(told.say_at, self._journal.now + self._policy.broken_window)
        self._store.groups.touch(group_key(told.id))

    def _retracted(self, told: Told) -> list[Note]:
        """Those that are still not true: one may have broken again since, and is told as that."""
        notes = (self._store.notes.get(note_key(name)) for name in told.retracted)
        return [note for note in notes if note is not None and note.state == "retracted"]

    def _say_over(self, told: Told, alert: bytes) -> None:
        for name in told.persons:
            person = self._store.persons.need(person_key(told.tenant, name))
            self._say(told, "group_over", alert, 0, person)
            self._count(person)

    def _say(self, told: Told, reason: Reason, alert: bytes, step: int, person: Person) -> None:
        """The group as it is now, and the notice of it."""
        members = [note for _, note in self._store.waiting(group_key(told.id))]
        told.version += 1
        gravest(members, told)
        document = group_document(told, members, self._retracted(told), self._journal.now)
        told.retracted, told.retracted_more = [], 0
        self._store.groups.touch(group_key(told.id))
        self._journal.group(document)
        self._journal.tell_group(document, alert, reason, step, person)

    # what is the same for all

    def meet(self, tenant: str, telling: Telling) -> None:
        """Note how this person is reached."""
        key, now = person_key(tenant, telling.person), self._journal.now
        contacts = [(contact.receiver, contact.address) for contact in telling.contacts]
        person = self._store.persons.get(key)
        if person is None:
            self._store.persons.put(
                key,
                Person(tenant, telling.person, telling.name, telling.language, telling.time_zone, contacts, now),
            )
            return
        if (person.name, person.language, person.time_zone) != (telling.name, telling.language, telling.time_zone):
            person.name, person.language, person.time_zone = telling.name, telling.language, telling.time_zone
            self._store.persons.touch(key)
        if person.contacts != contacts:
            person.contacts = contacts
            self._store.persons.touch(key)
        if now - person.heard_at >= HOUR:
            person.heard_at = now
            self._store.persons.touch(key)

    def _alert(self, note: Note) -> bytes:
        if self.heard is not None and self.heard.id == note.id:
            return self.heard.model_dump_json().encode()
        return write_alert(note, self._store.facts.get(facts_key(note.tenant, note.moment)))

    def _let_go(self, note: Note, cause: str, why: str) -> None:
        self._tally.let_go[cause] += 1
        self._journal.line(note, "let_go", why)


def _words(hold: Hold) -> str:
    return f"{hold.reason} for {hold.person}"
