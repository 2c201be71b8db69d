"""Mutes: begun, changed and ended by commands and by time. What they hold is judged again when they end or change."""

from enum import StrEnum

from schemas.alert import MONITOR, What
from schemas.command import Mute, Unmute
from streams.clock import format_duration, instant, rfc3339
from streams.groups.journal import Journal
from streams.groups.note import Note
from streams.groups.policy import GroupPolicy
from streams.groups.records import Silence
from streams.groups.store import Store, mute_key
from streams.groups.tally import GroupTally
from streams.state.codec import NO_WAKE

_REMEMBERED = 32


class Refused(StrEnum):
    """Why a command about a mute was refused."""

    UNKNOWN_MUTE = "unknown_mute"
    OVER_BEFORE_IT_BEGINS = "over_before_it_begins"
    MUTE_TOO_LONG = "mute_too_long"
    TOO_MANY_MUTES = "too_many_mutes"


class Mutes:
    """The mutes of a shard, for one decision."""

    def __init__(self, store: Store, policy: GroupPolicy, journal: Journal, tally: GroupTally) -> None:
        self._store, self._policy, self._journal, self._tally = store, policy, journal, tally
        self._shown: set[bytes] = set()

    def covering(self, note: Note) -> Silence | None:
        """The mute in force that the alert lies in; of several the one that ends last, so that it is judged once."""
        mutes = self._store.mutes_of(note.tenant)
        if not mutes:
            return None
        now, labels = self._journal.now, note.labels
        fitting = [
            mute
            for mute in mutes
            if mute.over_at is None
            and mute.start <= now < mute.until
            and mute.region in (None, labels.get("region"))
            and mute.store in (None, labels.get("store"))
            and mute.moment in (None, note.moment)
        ]
        return max(fitting, key=lambda mute: mute.until, default=None)

    def count(self, mute: Silence) -> None:
        """It holds one message more."""
        mute.held += 1
        self._change(mute)

    def obey(self, command: Mute | Unmute) -> None:
        """Carry out or refuse; either stands in the audit."""
        mute = self._store.mutes.get(mute_key(command.tenant, command.mute))
        if mute is not None:
            if command.id in mute.commands:
                self._tally.repeated += 1
                return
            mute.commands = [*mute.commands, command.id][-_REMEMBERED:]
            self._store.mutes.touch(_key(mute))
        if isinstance(command, Mute):
            self._mute(mute, command)
        elif mute is None:
            self._refuse(command, 0, Refused.UNKNOWN_MUTE, "there is no such mute")
        elif mute.over_at is not None:
            self._say(mute, "no_effect", "unmute: it has ended", command)
        else:
            self._end(mute)
            self._say(mute, "unmuted", command.why, command)

    def look(self, mute: Silence) -> bool:
        """Its time has come. Whether what it holds is to be judged again."""
        now, key = self._journal.now, _key(mute)
        if mute.over_at is None and mute.until <= now:
            self._end(mute)
            self._say(mute, "unmuted", f"until {rfc3339(mute.until)}")
        if mute.look_at <= now:
            mute.look_at = NO_WAKE
            self._store.mutes.touch(key)
            return True
        if mute.over_at is not None and mute.over_at + self._policy.kept_for <= now:
            self._store.drop_mute(key, mute)
        return False

    def publish(self) -> None:
        """End of the decision: say how the mutes stand that have changed."""
        for key in sorted(self._shown):
            self._journal.mute(self._store.mutes.need(key))
        self._shown = set()

    def _mute(self, mute: Silence | None, command: Mute) -> None:
        now = self._journal.now
        until = instant(command.until)
        known = mute is not None and mute.over_at is None
        start = instant(command.start) if command.start is not None else mute.start if mute and known else now
        version = mute.version if mute is not None else 0
        if until <= max(start, now):
            self._refuse(command, version, Refused.OVER_BEFORE_IT_BEGINS, f"until {rfc3339(until)}")
            return
        if until - now > self._policy.longest_mute:
            longest = format_duration(self._policy.longest_mute)
            self._refuse(command, version, Refused.MUTE_TOO_LONG, f"{longest} from now at most")
            return
        others = sum(other.over_at is None for other in self._store.mutes_of(command.tenant))
        if not known and others >= self._policy.most_mutes:
            self._refuse(command, version, Refused.TOO_MANY_MUTES, f"there are {others}; end one of them")
            return
        scope = command.scope
        if mute is None:
            mute = Silence(command.mute, command.tenant, scope.region, scope.store, scope.moment, start, until, "", "", 0)
            mute.commands = [command.id]
            self._store.add_mute(_key(mute), mute)
        elif (mute.region, mute.store, mute.moment, mute.start) != (scope.region, scope.store, scope.moment, start):
            mute.look_at = now
        if not known:
            mute.held, mute.over_at = 0, None
        mute.region, mute.store, mute.moment = scope.region, scope.store, scope.moment
        mute.start, mute.until, mute.because, mute.by = start, until, command.because, command.by
        mute.version += 1
        self._change(mute)
        self._say(mute, "muted", ": ".join(part for part in (command.because, command.why) if part), command)

    def _end(self, mute: Silence) -> None:
        now = self._journal.now
        mute.over_at = mute.look_at = now
        mute.version += 1
        self._change(mute)

    def _change(self, mute: Silence) -> None:
        key = _key(mute)
        self._store.mutes.touch(key)
        self._shown.add(key)

    def _say(self, mute: Silence, what: What, why: str, command: Mute | Unmute | None = None) -> None:
        by, name = (MONITOR, None) if command is None else (command.by, command.id)
        self._journal.remark(mute.id, mute.version, mute.tenant, what, why, by, name, mute.moment or "")

    def _refuse(self, command: Mute | Unmute, version: int, reason: Refused, sentence: str) -> None:
        self._tally.refused_commands[reason.value] += 1
        why = f"{reason.value}: {command.do}: {sentence}"
        self._journal.remark(command.mute, version, command.tenant, "refused", why, command.by, command.id)


def _key(mute: Silence) -> bytes:
    return mute_key(mute.tenant, mute.id)
