"""What time alone does: mutes end, stores open, windows close, digests fall due, and what is long over is forgotten."""

from streams.groups.journal import Journal
from streams.groups.judge import Judge
from streams.groups.mutes import Mutes
from streams.groups.policy import GroupPolicy
from streams.groups.rollup import RollUp
from streams.groups.speaker import Item, Speaker
from streams.groups.store import Store
from streams.groups.watch import Watch


class Timers:
    """Lets everything whose time has come speak, in one decision."""

    def __init__(
        self,
        store: Store,
        policy: GroupPolicy,
        journal: Journal,
        speaker: Speaker,
        judge: Judge,
        mutes: Mutes,
        rollup: RollUp,
        watch: Watch,
    ) -> None:
        self._store, self._policy, self._journal, self._speaker = store, policy, journal, speaker
        self._judge, self._mutes, self._rollup, self._watch = judge, mutes, rollup, watch

    def fire(self) -> None:
        """In the order in which the reasons to wait are asked, and again as long as something is due."""
        now = self._journal.now
        if self._watch.wake() <= now:
            self._watch.fire(now)
            self._rollup.speak()
        while keys := self._store.due(now):
            due: dict[bytes, list[bytes]] = {}
            for key in keys:
                due.setdefault(key[:2], []).append(key)
            self._judge.judge_again(self._freed(due.get(b"m/", []), due.get(b"a/", [])))
            for key in due.get(b"g/", []):
                self._look_at_group(key)
            self._look_at_persons(due.get(b"p/", []), due.get(b"l/", []))

    def _freed(self, mutes: list[bytes], notes: list[bytes]) -> list[Item]:
        """What waited for the end of a mute, or for an instant that has come."""
        now, freed = self._journal.now, []
        for key in mutes:
            if self._mutes.look(self._store.mutes.need(key)):
                waiting = self._store.waiting(key)
                freed += [Item(at, note, hold) for at, note in waiting for hold in note.holds if hold.place == key]
        for key in notes:
            note = self._store.notes.need(key)
            freed += [Item(key, note, hold) for hold in note.holds if hold.until <= now]
            if note.over_at is not None and note.over_at + self._policy.kept_for <= now:
                self._store.notes.drop(key)
        return freed

    def _look_at_group(self, key: bytes) -> None:
        now, told = self._journal.now, self._store.groups.need(key)
        if told.retracted and told.over_at is not None:
            self._speaker.say_retracted(told)
        if told.over_at is not None and told.over_at + self._policy.kept_for <= now:
            self._store.groups.drop(key)
            self._journal.forget_group(told.id)

    def _look_at_persons(self, persons: list[bytes], lanes: list[bytes]) -> None:
        """First what was learnt of late, then what was gathered, then digests."""
        now = self._journal.now
        for key in persons:
            person = self._store.persons.need(key)
            if person.pace_at <= now:
                self._judge.catch_up(key, person)
        for key in lanes:
            lane = self._store.lanes.get(key)
            if lane is not None and lane.until <= now:
                self._judge.end_window(key, lane)
        for key in persons:
            person = self._store.persons.need(key)
            if person.digest_at <= now:
                self._judge.give_digest(key, person)
            if person.heard_at + self._policy.kept_for <= now:
                self._forget(key)

    def _forget(self, key: bytes) -> None:
        """Somebody was not heard of for long; where something still waits for them they are kept."""
        if self._store.is_named(key):
            self._store.persons.need(key).heard_at = self._journal.now
            self._store.persons.touch(key)
        else:
            self._store.persons.drop(key)
