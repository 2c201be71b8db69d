"""Whether somebody is told now, with others, later, or not at all: the order in which the reasons to wait are asked.

A mute, a closed store, an alert that flaps, an incident, the pace of a catch-up, the window of the lane, the cap.
"""

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from schemas.alert import Alert
from streams.clock import rfc3339
from streams.groups.compose import alert_document
from streams.groups.flap import steady_at
from streams.groups.hours import StoreHours
from streams.groups.journal import Journal
from streams.groups.mutes import Mutes
from streams.groups.note import Cause, Hold, Note
from streams.groups.policy import GroupPolicy
from streams.groups.rank import rank
from streams.groups.records import Lane, Person, facts_key, lane_key, person_key
from streams.groups.speaker import Item, Speaker
from streams.groups.store import Store, mute_key
from streams.groups.tally import GroupTally
from streams.groups.watch import Watch
from streams.state.codec import NO_WAKE


class Judge:
    """Judges tellings in one decision."""

    def __init__(
        self,
        store: Store,
        policy: GroupPolicy,
        journal: Journal,
        tally: GroupTally,
        speaker: Speaker,
        mutes: Mutes,
        hours: StoreHours,
        watch: Watch,
    ) -> None:
        self._store, self._policy, self._journal, self._tally = store, policy, journal, tally
        self._speaker, self._mutes, self._hours, self._watch = speaker, mutes, hours, watch

    def hear(self, key: bytes, note: Note, hold: Hold) -> None:
        """Somebody is to be told something new. What they have not been told yet of the same is replaced by it."""
        for other in note.holds:
            if (other.person, other.broken) == (hold.person, hold.broken):
                self._store.release(key, note, other)
                self._let_go(note, other, f"now it is {hold.reason}")
        item = Item(key, note, hold)
        if not self._passes(item):
            return
        if hold.late:
            self._wait_for_turn(item)
        else:
            self._admit(item)

    def let_go_all(self, key: bytes, note: Note) -> None:
        """Nobody has to hear of it any more: it is over, or somebody has it."""
        for hold in note.holds:
            self._store.release(key, note, hold)
            self._let_go(note, hold, f"it is {note.state}")

    def judge_again(self, items: Iterable[Item]) -> None:
        """What held these has ended. Those that nothing else holds are told, several of one lane as a group."""
        lanes: dict[bytes, list[Item]] = {}
        for item in self._ranked(items):
            self._store.release(*item)
            if not self._passes(item):
                continue
            if item.hold.late:
                self._wait_for_turn(item)
            else:
                lanes.setdefault(_lane_of(item), []).append(item)
        for lane, several in lanes.items():
            if len(several) == 1 or self._store.lanes.get(lane) is not None:
                for item in several:
                    self._admit(item)
            else:
                self._open_lane(lane, several[0])
                self._speaker.together("group", lane, several)

    def end_window(self, key: bytes, lane: Lane) -> None:
        """The window of a lane has ended: tell what was gathered and open the next one, or close the lane."""
        now = self._journal.now
        items = self._items(key)
        if items and all(item.hold.late for item in items):
            person = self._store.persons.need(person_key(lane.tenant, lane.person))
            if person.paced_until > now:
                lane.until = person.paced_until
                self._store.lanes.touch(key)
                return
        if passed := self._pass_on(items):
            self._speaker.together("group", key, passed)
            lane.until = now + self._policy.window(lane.broken)
            self._store.lanes.touch(key)
        else:
            self._store.lanes.drop(key)

    def catch_up(self, key: bytes, person: Person) -> None:
        """Tell one person the first of what was learnt of late, and gather what belongs to lanes that are open."""
        now, place = self._journal.now, key + b"/late"
        spoken = person.paced_until > now
        for item in self._items(place):
            if spoken and self._store.lanes.get(_lane_of(item)) is None:
                continue
            self._store.release(*item)
            if self._passes(item):
                spoken |= self._admit(item)
        person.pace_at = NO_WAKE if self._store.is_empty(place) else person.paced_until
        self._store.persons.touch(key)

    def give_digest(self, key: bytes, person: Person) -> None:
        """Tell one person what the cap kept back, if it is time."""
        items = self._items(key + b"/cap")
        if items and not self._speaker.is_digest_due(person):
            return
        person.digest_at = person.digest_by = NO_WAKE
        self._store.persons.touch(key)
        if passed := self._pass_on(items):
            self._speaker.together("digest", key, passed)

    # the reasons to wait

    def _passes(self, item: Item) -> bool:
        """Whether nothing but pace, window and cap stands in its way; where something does, it is seen to."""
        note, hold = item.note, item.hold
        now = self._journal.now
        if note.is_over or note.is_taken:
            self._let_go(note, hold, f"it is {note.state}")
        elif hold.reason == "warned" and note.broken_at is not None:
            self._let_go(note, hold, "it is broken")
        elif hold.reason == "warned" and note.due_at is not None and note.due_at <= now:
            self._let_go(note, hold, "there is no time left to save it")
        elif (mute := self._mutes.covering(note)) is not None:
            self._mutes.count(mute)
            self._hold(item, "mute", mute.id, place=mute_key(mute.tenant, mute.id))
        elif (
            self._policy.closed_stores
            and note.severity != "critical"
            and (opens := self._hours.opens_at(note.tenant, note.labels.get("store")))
        ):
            self._hold(item, "closed", f"until {rfc3339(opens)}", until=opens)
        elif (steady := steady_at(note, self._policy, now)) is not None:
            self._hold(item, "flap", f"until {rfc3339(steady)}", until=steady)
        elif (incident := self._incident(note)) is not None:
            self._tally.rolled_up += 1
            self._journal.line(note, "rolled_up", f"{incident}: {hold.reason} for {hold.person}")
        else:
            return True
        return False

    def _incident(self, note: Note) -> str | None:
        if not self._store.has_incident(note.tenant):
            return None
        heard = self._speaker.heard
        if heard is None or heard.id != note.id:
            facts = self._store.facts.get(facts_key(note.tenant, note.moment))
            heard = Alert.model_validate(alert_document(note, facts))
        return self._watch.covering(heard)

    def _wait_for_turn(self, item: Item) -> None:
        key = person_key(item.note.tenant, item.hold.person)
        person = self._store.persons.need(key)
        person.pace_at = min(person.pace_at, max(self._journal.now, person.paced_until))
        self._store.persons.touch(key)
        self._hold(item, "late", "others may come first", place=key + b"/late")

    def _admit(self, item: Item) -> bool:
        """Tell it, or gather it where the lane is open. Whether a message was sent."""
        key = _lane_of(item)
        lane = self._store.lanes.get(key)
        if lane is None:
            self._open_lane(key, item)
            return self._speaker.alone(item)
        self._hold(item, "window", f"until {rfc3339(lane.until)}", place=key)
        return False

    def _open_lane(self, key: bytes, item: Item) -> None:
        note, hold = item.note, item.hold
        until = self._journal.now + self._policy.window(hold.broken)
        region = note.labels.get("region", "")
        self._store.lanes.put(key, Lane(note.tenant, region, note.moment, hold.broken, hold.person, until))

    def _hold(self, item: Item, cause: Cause, why: str, *, place: bytes = b"", until: int = NO_WAKE) -> None:
        held = replace(item.hold, cause=cause, place=place, until=until)
        self._store.hold(item.key, item.note, held)
        self._tally.held[cause] += 1
        self._journal.line(item.note, "held", f"{cause}: {held.reason} for {held.person}: {why}")

    def _let_go(self, note: Note, hold: Hold, why: str) -> None:
        self._tally.let_go[hold.cause or "at_once"] += 1
        before = "" if hold.cause is None else f"{hold.cause}: "
        self._journal.line(note, "let_go", f"{before}{hold.reason} for {hold.person}: {why}")

    # what waits at a place

    def _items(self, place: bytes) -> list[Item]:
        waiting = self._store.waiting(place)
        return self._ranked(Item(key, note, hold) for key, note in waiting for hold in note.holds if hold.place == place)

    def _ranked(self, items: Iterable[Item]) -> list[Item]:
        now = self._journal.now
        return sorted(items, key=lambda item: (rank(item.note, now), item.hold.person, item.hold.broken))

    def _pass_on(self, items: Sequence[Item]) -> list[Item]:
        """Take them from where they wait; those that nothing else holds."""
        passed = []
        for item in items:
            self._store.release(*item)
            if self._passes(item):
                passed.append(item)
        return passed


def _lane_of(item: Item) -> bytes:
    note = item.note
    return lane_key(note.tenant, note.labels.get("region", ""), note.moment, item.hold.broken, item.hold.person)
