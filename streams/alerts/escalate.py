"""How an alert climbs its chain, and what time alone does to it: steps, the end of an acknowledgement or a snooze.

What is to be told waits in the record: the next step of the climb (`next_step_at`), or a word owed to the people of the
present step (`owed_at`). Nothing is told while somebody holds the alert, it is snoozed, or its feed is blind.
"""

from schemas.alert import What
from schemas.notice import Reason
from streams.alerts.audience import Audience, Telling
from streams.alerts.journal import Journal
from streams.alerts.lifecycle import Event, move
from streams.alerts.policy import AlertPolicy
from streams.alerts.record import Record


def begin(record: Record, first: Reason, start: int | None, audience: Audience) -> None:
    """Let it climb from the first step on, which is told `first`; the steps count from `start`. None: it stays down."""
    record.level, record.first, record.climb_from = 0, first, start
    record.owed = record.owed_at = None
    plan(record, audience)


def plan(record: Record, audience: Audience) -> None:
    """Work out the next step, by the chain as it is now."""
    steps = audience.steps(record)
    climbs = record.climb_from is not None and record.level < len(steps)
    record.next_step_at = (record.climb_from or 0) + steps[record.level][0] if climbs else None


def owe(record: Record, reason: Reason, at: int | None) -> None:
    """From `at` on, the people of the present step are to be told this; None: nobody is."""
    if at is not None:
        record.owed, record.owed_at = reason, at


def hush(record: Record) -> None:
    """Nothing more is to be told until somebody lets it go."""
    record.next_step_at = record.owed = record.owed_at = None


def tell_due(record: Record, audience: Audience, policy: AlertPolicy, now: int) -> list[Telling]:
    """Tell what is due. A person is told once, whatever the number of steps.

    A step that is taken late (nobody was there to take it) moves the ones after it, so that everybody keeps the time to
    act that the chain gives them.
    """
    tellings: list[Telling] = []
    if record.state != "firing":
        return tellings
    if record.owed is not None and record.owed_at is not None and record.owed_at <= now:
        if not _is_past_saving(record, now):
            tellings.append(audience.page(record, record.owed, max(record.level - 1, 0), now))
        record.owed = record.owed_at = None
    while record.next_step_at is not None and record.next_step_at <= now:
        if record.level >= len(audience.steps(record)):
            record.next_step_at = None  # the chain has become shorter meanwhile
            break
        late = now - record.next_step_at
        if late > policy.settle and record.climb_from is not None:
            record.climb_from += late
        spared = [person.id for telling in tellings for person in telling.people]
        reason: Reason = "escalated" if record.level else record.first
        tellings.append(audience.page(record, reason, record.level, now, spared))
        record.level += 1
        plan(record, audience)
    return tellings


def _is_past_saving(record: Record, now: int) -> bool:
    """A warning is for whoever can still save the case."""
    return record.owed == "warned" and record.due_at is not None and record.due_at <= now


def wake(record: Record, audience: Audience, policy: AlertPolicy, journal: Journal) -> None:
    """Time has come for the alert: end what was to end by now, and tell what is due."""
    if record.state in ("acknowledged", "snoozed"):
        _release(record, audience, policy, journal)
        return
    planned = record.next_step_at
    tellings = tell_due(record, audience, policy, journal.now)
    if tellings:
        move(record.state, Event.STEPPED)
        reasons = [telling.reason for telling in tellings]
        owed: What | None = "warned" if "warned" in reasons else "worsened" if reasons == ["worsened"] else None
        why = ", ".join(f"step {telling.step}: {telling.reason}" for telling in tellings)
        journal.change(record, record.state, owed or "escalated", why, tellings=tellings)
    elif record.next_step_at != planned:
        journal.change(record, record.state, "moved", "its chain has no further step any more")


def _release(record: Record, audience: Audience, policy: AlertPolicy, journal: Journal) -> None:
    """Nobody holds it any more: whoever is at the present step hears of it again, and it climbs on from there."""
    before, now = record.state, journal.now
    what: What = "acknowledgement_expired" if before == "acknowledged" else "snooze_ended"
    holder = record.acknowledged_by
    record.state = move(before, Event.RELEASED, blind=record.is_blind)
    record.quiet_until = record.acknowledged_by = record.acknowledged_at = None
    steps = audience.steps(record)
    if record.broken_at is None:
        owe(record, "again", now)
    elif record.level == 0:
        begin(record, "again" if record.climb_from is None else record.first, now, audience)
    else:
        owe(record, "again", now)
        record.climb_from = now - steps[min(record.level, len(steps)) - 1][0]
        plan(record, audience)
    why = f"{holder} had it" if what == "acknowledgement_expired" and holder else ""
    journal.change(record, before, what, why, tellings=tell_due(record, audience, policy, now))
