"""What an installation may decide about its alerts; spans in microseconds."""

from dataclasses import dataclass

from streams.clock import DAY, HOUR, MINUTE, SECOND


@dataclass(frozen=True, slots=True)
class AlertPolicy:
    """The ages and limits of the alert stage.

    prompt: a warning or breach learnt of within this span of its instant is told at once. settle: one learnt of later
    waits so long first, because its end may follow in the same backlog. page_age: one learnt of later than this is
    raised and pages nobody. unseen_after: a breach that was found so long after its end is booked as found late.
    steps: the chain (after, whom) where the organisation names none. kept_for: how long an alert that is over is kept.
    clocks_apart: how far the clocks of two detecting workers may differ; a transition found longer than that before the
    last one that counted is an older one. The rest bounds what one alert may grow to.
    """

    prompt: int = 10 * SECOND
    settle: int = 5 * SECOND
    page_age: int = 2 * HOUR
    unseen_after: int = MINUTE
    steps: tuple[tuple[int, str], ...] = ((0, "store"), (10 * MINUTE, "area"), (20 * MINUTE, "region"))
    kept_for: int = 7 * DAY
    clocks_apart: int = MINUTE
    longest_snooze: int = 7 * DAY
    comment_room: int = 32_000
    """Characters of all comments of one alert."""
    commands_remembered: int = 128
    transition_bytes: int = 256 * 1024
    command_bytes: int = 64 * 1024
