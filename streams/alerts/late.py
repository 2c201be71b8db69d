"""Honest catch-up: what was learnt of too late to help is not told as if it had just happened."""

from streams.alerts.policy import AlertPolicy
from streams.alerts.record import Record


def when_to_tell(policy: AlertPolicy, at: int, now: int) -> int | None:
    """From when on somebody may be told of what became true at `at`; None for not at all.

    At once where it is learnt of promptly. Learnt of later it waits a little, because in a backlog its end follows it
    closely; and past a stated age it can be seen on the alert and pages nobody.
    """
    age = now - at
    if age <= policy.prompt:
        return now
    return now + policy.settle if age <= policy.page_age else None


def went_unseen(policy: AlertPolicy, record: Record, ended_at: int, found_at: int) -> bool:
    """Whether the breach and its end, found at `found_at`, both happened while nobody looked: they were found together,
    or the breach was found long after its end.
    """
    if record.broken_at is None or record.broke_found is None:
        return False
    return found_at == record.broke_found or record.broke_found - ended_at >= policy.unseen_after
