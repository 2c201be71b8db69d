"""How long to wait before a deferred notice is tried again.

Exponential growth with full jitter: many notices that one dead receiver deferred at once come back spread out. The
jitter is drawn from the attempt itself, so the same attempt gives the same delay on every replay.
"""

from datetime import datetime
from hashlib import blake2b
from math import isfinite
from typing import Final

from streams.clock import HOUR, MILLISECOND, MINUTE, SECOND, instant

FIRST: Final = 2 * SECOND
"""The first failed attempt waits at most so long; each further one at most twice as long as the one before."""
LEAST: Final = 200 * MILLISECOND
LONGEST: Final = 10 * MINUTE
LONGEST_ASKED: Final = HOUR
"""A receiver that asks for more patience than this (Retry-After) is tried after this."""


def delay(notice: str, attempt: int, retry_after: float | None = None) -> int:
    """Microseconds to wait after `attempt` (1 is the first) of a notice has failed for now.

    `retry_after` is what the receiver asked for, in seconds. It is respected (never sooner, at most a tenth later) up
    to LONGEST_ASKED; a value that is no number of seconds is ignored.
    """
    share = _share(notice, attempt)
    ceiling = min(LONGEST, FIRST << (attempt - 1))
    jittered = max(LEAST, int(ceiling * share))
    if retry_after is None or not isfinite(retry_after) or retry_after <= 0:
        return jittered
    asked = int(min(retry_after, LONGEST_ASKED / SECOND) * SECOND)
    return max(jittered, min(LONGEST_ASKED, asked + int(asked / 10 * share)))


def try_at(now: int, notice: str, failures: int, asked: datetime | None) -> int:
    """When a notice that was deferred is tried again: when its receipt asks for it, within LONGEST_ASKED of now, or by
    the delay after so many failures where it asks for nothing.
    """
    if asked is None:
        return now + delay(notice, failures)
    return min(instant(asked), now + LONGEST_ASKED)


def _share(notice: str, attempt: int) -> float:
    """A number in [0, 1) that only this attempt has."""
    digest = blake2b(f"{notice}\x1f{attempt}".encode(), digest_size=8).digest()
    return int.from_bytes(digest[:6]) / (1 << 48)
