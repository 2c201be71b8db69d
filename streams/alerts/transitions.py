"""What a transition of the detect stage does to the alert of its occurrence."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from schemas.alert import State, What
from schemas.transition import Kind, Transition
from streams.alerts import escalate
from streams.alerts.audience import Audience, Telling
from streams.alerts.journal import Journal
from streams.alerts.late import went_unseen, when_to_tell
from streams.alerts.lifecycle import Event, is_over, move
from streams.alerts.policy import AlertPolicy
from streams.alerts.record import Record, alert_id
from streams.clock import instant

_OVER: Final[tuple[State, ...]] = ("resolved", "retracted", "found_late")

PlaybookOf = Callable[[str], Mapping[str, Sequence[str]]]

RAISING: Final = ("at_risk", "breached", "worsened")
"""The kinds that somebody should know of; before one of them there is no alert."""

EVENTS: Final[dict[Kind, Event]] = {
    "opened": Event.REOPENED,
    "at_risk": Event.WARNED,
    "breached": Event.BROKE,
    "worsened": Event.WORSENED,
    "met": Event.ENDED,
    "recovered": Event.ENDED,
    "cancelled": Event.ENDED,
    "expired": Event.ENDED,
    "retracted": Event.RETRACTED,
    "paused": Event.MOVED,
    "resumed": Event.MOVED,
    "revised": Event.MOVED,
    "unknown": Event.BLINDED,
}

_WHAT: Final[dict[Event, What]] = {
    Event.WARNED: "warned",
    Event.BROKE: "broke",
    Event.WORSENED: "worsened",
    Event.MOVED: "moved",
    Event.REOPENED: "moved",
    Event.ENDED: "ended",
    Event.BOOKED_LATE: "booked_late",
    Event.RETRACTED: "retracted",
    Event.BLINDED: "turned_unknown",
}


class Intake:
    """Applies transitions by one policy. `playbook_of` gives the steps by language for a moment's id."""

    def __init__(self, policy: AlertPolicy, playbook_of: PlaybookOf) -> None:
        self._policy, self._playbook_of = policy, playbook_of

    def counts(self, record: Record | None, said: Transition) -> str | None:
        """None where the transition counts; else why it has no effect.

        Of each kind the revisions count up, so one that is not above the last was heard before. Across kinds the order
        of arrival is that of the case's log; only what was found well before the last that counted is from an older
        one. (Instants of becoming true say nothing here: corrections are dated back.)
        """
        if record is None:
            return None if said.kind in RAISING else "nobody_was_told"
        if said.revision <= record.seen.get(said.kind, -1):
            return None if _begins_anew(record, said) else "repeated"
        return "older" if instant(said.found_at) < record.heard_at - self._policy.clocks_apart else None

    def apply(
        self, record: Record | None, said: Transition, audience: Audience, journal: Journal, *, more: bool
    ) -> Record:
        """The alert after a transition that counts. With `more` another one of the same occurrence follows in the same
        decision: what is to be told waits for it.
        """
        now = journal.now
        before = None if record is None else record.state
        if record is None:
            record = _raise(said, now)
        elif said.revision <= record.seen.get(said.kind, -1):
            _forget_life(record, now)
        was_broken = record.broken_at is not None
        self._note(record, said)
        event = EVENTS[said.kind]
        if event is Event.ENDED and went_unseen(self._policy, record, instant(said.at), instant(said.found_at)):
            event = Event.BOOKED_LATE
        after = move(before, event, blind=record.is_blind, closed=record.closed_because is not None)
        reopened = before is not None and is_over(before) and not is_over(after)
        if reopened:
            _reopen(record)
        record.state = after
        if is_over(after):
            tellings = self._end(record, event, instant(said.at), audience, now, was_open=before not in _OVER)
        else:
            self._ask(record, event, instant(said.at), audience, now, was_broken=was_broken, anew=reopened)
            tellings = [] if more else escalate.tell_due(record, audience, self._policy, now)
        what = _what(event, before, after)
        journal.change(record, before, what, self._why(said, event, now), tellings=tellings)
        return record

    def _ask(
        self, record: Record, event: Event, at: int, audience: Audience, now: int, *, was_broken: bool, anew: bool
    ) -> None:
        """Of an alert that is open: note what is to be told, and from when on."""
        from_when = when_to_tell(self._policy, at, now)
        breaks = anew or not was_broken
        if event is Event.WARNED and not was_broken:
            escalate.owe(record, "warned", from_when)
        elif event is Event.BROKE and breaks:
            escalate.begin(record, "broke", from_when, audience)
        elif event is Event.WORSENED and breaks:
            escalate.begin(record, "worsened", from_when, audience)
        elif event is Event.WORSENED:
            _worsen(record, from_when, audience)
        elif event is Event.REOPENED and anew and was_broken:
            escalate.begin(record, "again", from_when, audience)
        if record.state in ("acknowledged", "snoozed"):
            escalate.hush(record)

    def _end(
        self, record: Record, event: Event, at: int, audience: Audience, now: int, *, was_open: bool
    ) -> list[Telling]:
        """Of an alert that is over, now or before: tell those who have to hear it."""
        tellings: list[Telling] = []
        if event is Event.RETRACTED:
            tellings = audience.tell_told(record, "retracted", record.hear_retraction)
            record.broken_at = record.broke_found = None
            record.hear_end, record.hear_retraction = [], []
        elif was_open:
            tellings = audience.tell_told(record, "ended", record.hear_end)
            record.hear_end = []
        if event in (Event.ENDED, Event.BOOKED_LATE, Event.RETRACTED):
            record.ended_at = at
        record.over_at = now
        record.quiet_until = None
        escalate.hush(record)
        return tellings

    def _why(self, said: Transition, event: Event, now: int) -> str:
        loud = event in (Event.WARNED, Event.BROKE, Event.WORSENED)
        if loud and when_to_tell(self._policy, instant(said.at), now) is None:
            return f"{said.kind}: found too late to page anybody"
        return said.kind if said.sentence is None else f"{said.kind}: {said.sentence.en}"

    def _note(self, record: Record, said: Transition) -> None:
        """Take over what the transition says of the occurrence as it is now."""
        record.kind, record.transition = said.kind, said.id
        record.seen[said.kind] = said.revision
        record.heard_at = max(record.heard_at, instant(said.found_at))
        record.last_at = max(record.last_at, instant(said.at))
        record.stage, record.severity, record.owner = said.stage, said.severity, said.owner
        record.title = said.title.model_dump()
        record.labels = said.labels.model_dump()
        record.chain = None if said.chain is None else said.chain.model_dump()
        record.promise = None if said.promise is None else said.promise.model_dump()
        record.due_at = None if said.due_at is None else instant(said.due_at)
        if said.kind == "breached":
            record.broken_at, record.broke_found = instant(said.at), instant(said.found_at)
        elif said.kind == "worsened" and record.broken_at is None:  # its breach did not come this way
            record.broken_at = instant(said.at) if record.due_at is None else record.due_at
            record.broke_found = instant(said.found_at)
        if said.sentence is not None:
            record.sentence = said.sentence.model_dump()
        if said.proof is not None:
            record.proof = said.proof.model_dump_json().encode()
        record.playbook = {language: list(steps) for language, steps in self._playbook_of(said.moment).items()}


def _begins_anew(record: Record, said: Transition) -> bool:
    """Whether a transition with a known id is news: the detect stage has forgotten the case, which was over, and counts
    from the first occurrence again. What is only repeated became true when it did before.
    """
    return (
        is_over(record.state)
        and said.kind in RAISING
        and instant(said.at) > record.last_at
        and instant(said.found_at) >= record.heard_at
    )


def _forget_life(record: Record, now: int) -> None:
    """The alert is raised for another life of its case: nothing of the one before counts. What people wrote stays."""
    record.raised_at, record.seen = now, {}
    record.broken_at = record.broke_found = None
    record.closed_because = record.useful = record.assignee = None
    record.told, record.hear_end, record.hear_retraction = [], [], []


def _raise(said: Transition, now: int) -> Record:
    return Record(
        alert_id(said.tenant, said.case, said.moment, said.occurrence),
        said.tenant,
        said.case,
        said.moment,
        said.occurrence,
        now,
        "firing",
        said.kind,
        said.id,
        now,
    )


def _reopen(record: Record) -> None:
    """It is open again after it was over: nobody has it, and nobody climbs yet."""
    record.level, record.climb_from = 0, None
    escalate.hush(record)
    record.over_at = record.ended_at = None
    record.closed_because = record.useful = None
    record.quiet_until = record.acknowledged_by = record.acknowledged_at = None


def _worsen(record: Record, from_when: int | None, audience: Audience) -> None:
    if record.level:
        escalate.owe(record, "worsened", from_when)
        escalate.plan(record, audience)  # another severity can have another chain
    elif record.climb_from is None:
        escalate.begin(record, "worsened", from_when, audience)  # its breach was found too late to page; this was not


def _what(event: Event, before: State | None, after: State) -> What:
    if before is None:
        return "raised"
    if event is Event.REOPENED and before in _OVER and after not in _OVER:
        return "reopened"
    if event is Event.BOOKED_LATE and after != "found_late":
        return "ended"
    return _WHAT[event]
