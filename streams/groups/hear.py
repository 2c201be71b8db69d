"""What an ask does: the alert as it is now, who hears that it is over, and who is to be told something new."""

from schemas.alert import Alert
from schemas.ask import Ask, Telling
from streams.alerts.lifecycle import is_over
from streams.clock import instant
from streams.groups.intake import ENDINGS
from streams.groups.journal import Journal
from streams.groups.judge import Judge
from streams.groups.note import Hold, Note, note_of
from streams.groups.policy import GroupPolicy
from streams.groups.records import Facts, facts_key
from streams.groups.rollup import RollUp
from streams.groups.speaker import Speaker
from streams.groups.store import Store, note_key
from streams.groups.tally import GroupTally
from streams.groups.watch import Watch


class Hearing:
    """Takes asks in one decision."""

    def __init__(
        self,
        store: Store,
        policy: GroupPolicy,
        journal: Journal,
        tally: GroupTally,
        speaker: Speaker,
        judge: Judge,
        rollup: RollUp,
        watch: Watch,
    ) -> None:
        self._store, self._policy, self._journal, self._tally = store, policy, journal, tally
        self._speaker, self._judge, self._rollup, self._watch = speaker, judge, rollup, watch

    def hear(self, ask: Ask) -> None:
        """Take one ask."""
        alert, key = ask.alert, note_key(ask.alert.id)
        note = self._store.notes.get(key)
        if note is not None and _is_known(note, alert):
            self._tally.repeated += 1
            return
        at = min(instant(ask.at), self._journal.now)
        keep = note is not None or not is_over(alert.state)
        if note is None:
            note = note_of(ask, at)
            if keep:
                self._store.notes.put(key, note)
        note.hear(alert, at, self._policy.flap_count)
        if keep:
            self._store.notes.touch(key)
        self._learn(alert)
        for telling in ask.tell:
            self._speaker.meet(alert.tenant, telling)
        self._speaker.heard = alert
        self._watch.observe(ask, self._journal.now)
        self._rollup.speak()
        self._decide(key, note, ask, at)
        self._speaker.heard = None
        if not note.holds:
            note.sentence = None  # as it would be after a restart

    def _decide(self, key: bytes, note: Note, ask: Ask, at: int) -> None:
        if note.is_over or note.is_taken:
            self._judge.let_go_all(key, note)
        for telling in ask.tell:
            if telling.reason in ENDINGS:
                self._speaker.end(note, telling)
        if note.is_over:
            note.ends = {}  # whoever closed it is not told, and has not to hear of the end any more
            self._speaker.leave(key, note)
        late = ask.late or self._journal.now - at > self._policy.prompt
        for telling in ask.tell:
            if telling.reason not in ENDINGS:
                self._judge.hear(key, note, _hold(telling, late=late))

    def _learn(self, alert: Alert) -> None:
        """Note what is the same for all alerts of the moment."""
        key = facts_key(alert.tenant, alert.moment)
        facts = Facts(alert.stage, alert.owner, alert.playbook)
        if self._store.facts.get(key) != facts:
            self._store.facts.put(key, facts)


def _is_known(note: Note, alert: Alert) -> bool:
    """Whether this or something newer was heard of the alert. One that is raised anew counts its versions from one."""
    return alert.version <= note.version and instant(alert.raised_at) <= note.raised_at


def _hold(telling: Telling, *, late: bool) -> Hold:
    return Hold(telling.person, telling.reason != "warned", telling.reason, telling.step, telling.id, late)
