"""When silence is more than chance; every number of it. Spans in microseconds."""

from dataclasses import dataclass

from streams.clock import DAY, HOUR, MINUTE, SECOND


@dataclass(frozen=True, slots=True)
class FeedPolicy:
    """What an installation may decide about the judgement of feeds.

    Silence. suspect_every, blind_every: so seldom chance alone makes a feed that sends independent events suspect, or
    blind; from it and from the feed's volume follows how many expected events have to be missing, but never fewer than
    `suspect_missing` and `blind_missing`, nor silence of less than `suspect_after` and `blind_after`. A feed that sends
    fewer than `floor` events a minute at this hour is not judged by its rhythm.

    Heartbeats. Without events for so many intervals (`suspect_intervals`, `blind_intervals`) a feed that sends
    heartbeats is suspect, or blind. An interval is what the last heartbeat promised, `longest_interval` at most.

    Thin. In the last minutes, `thin_minutes` at most, there came at most `thin_share` of what is usual, and that is
    `thin_deviations` standard deviations below it, and `thin_stricter` more for every minute that is not waited for. It
    is over at `thin_over` of what is usual. What stays thin for `thin_lasts` is taken for the new usual, until
    `thin_forgotten` of the old one comes again.

    Return. A suspect feed is heard again once at least `believed` of what is usual has come since its last event before
    the suspicion, and after `doubt_most` in any case. A blind one is heard again after `settle` in which so much came,
    and no events from before its return, and after `settle_most` in any case. Either has to be current.

    Learning. learn_minutes: so many minutes have to be known before a feed is judged. memory: the weight of a week in
    its hour is 1/n for the nth, until that is 1/memory. hour_minutes: an hour is learnt if so many minutes of it were
    heard. lost_days: an hour of the day that is lost to blindness on so many days in a row is closed from then on.
    level_lasts: so long what came just before the silence says how much is missing, beyond what is usual.

    Bounds. most_feeds of a tenant; beyond them the one not heard of for longest is forgotten. forget_after: a feed that
    was not heard for so long is no feed any more. open_minutes: so far a shard may be ahead of the slowest before its
    counts are dropped. ahead: a pulse may be so far ahead of the wall clock. leap: time that moves on by more at once
    was listened to by nobody.
    """

    suspect_every: int = HOUR
    suspect_missing: float = 5.0
    suspect_after: int = 2 * SECOND
    blind_every: int = 3650 * DAY
    blind_missing: float = 12.0
    blind_after: int = 30 * SECOND
    floor: float = 1.0
    longest_interval: int = DAY
    suspect_intervals: int = 2
    blind_intervals: int = 3
    thin_minutes: int = 5
    thin_share: float = 0.2
    thin_deviations: float = 5.0
    thin_stricter: float = 0.25
    thin_over: float = 0.4
    thin_lasts: int = 2 * HOUR
    thin_forgotten: float = 0.6
    believed: float = 0.4
    doubt_most: int = 5 * MINUTE
    settle: int = MINUTE
    settle_most: int = 15 * MINUTE
    learn_minutes: int = 10
    memory: int = 6
    hour_minutes: int = 30
    lost_days: int = 3
    level_lasts: int = 30 * MINUTE
    horizon: int = 8 * DAY
    """Silence is looked ahead so far."""
    most_feeds: int = 1_000
    forget_after: int = 30 * DAY
    open_minutes: int = 120
    most_shards: int = 4_096
    ahead: int = 5 * MINUTE
    leap: int = DAY
    pulse_bytes: int = 1024 * 1024
    time_zone: str = "UTC"
    """Of the instants in sentences."""
