"""What can become of a feed, as a table, and what the present instant makes of it."""

from dataclasses import dataclass
from typing import Final

from schemas.feed import FeedState
from streams.errors import InvariantError
from streams.feeds.policy import FeedPolicy
from streams.feeds.records import Standing

MOVES: Final[dict[FeedState, tuple[FeedState, ...]]] = {
    "heard": ("suspect", "blind"),
    "suspect": ("heard", "blind"),
    "blind": ("returning",),
    "returning": ("heard", "blind"),
}


@dataclass(frozen=True, slots=True)
class Silence:
    """When the silence of a feed becomes suspect, when too long; and when it is too long again after its return.

    since: it was surely heard up to there.
    """

    since: int
    suspect_at: int
    blind_at: int
    again_at: int


def next_state(
    standing: Standing, silence: Silence, at: int, policy: FeedPolicy, *, believed: bool = True
) -> FeedState | None:
    """What becomes of the feed at this instant, and whether what comes of it can be `believed` to be all; None where it
    stays what it is.
    """
    state = standing.state
    if state in ("heard", "suspect"):
        if at >= silence.blind_at:
            return "blind"
        if at >= silence.suspect_at:
            return "suspect" if state == "heard" else None
        is_over = state == "suspect" and (believed or at - standing.changed_at >= policy.doubt_most)
        return "heard" if is_over else None
    if state == "blind":
        return "returning" if standing.spoke else None
    if at >= silence.again_at:
        return "blind"
    settled = believed and at - max(standing.returned_at, standing.old_at) >= policy.settle
    if (settled or at - standing.returned_at >= policy.settle_most) and at < silence.suspect_at:
        return "heard"
    return None


def move(standing: Standing, to: FeedState, silence: Silence, at: int) -> None:
    """The feed stands so from the instant `at` on. InvariantError for a move that there is not; then nothing changes."""
    before = standing.state
    if to not in MOVES[before]:
        raise InvariantError(f"a feed that is {before} cannot become {to}")
    if to == "heard":
        standing.until = at
    elif before == "heard":
        standing.until = min(silence.since, at)
    elif before == "suspect":
        standing.until = min(silence.since, standing.until)
    if to == "returning":
        standing.returned_at, standing.old_at = at, 0
    if to == "blind":
        standing.spoke = False
        if not standing.told:
            standing.due, standing.returned_at = min(silence.blind_at, at), 0
    standing.state, standing.changed_at = to, at
