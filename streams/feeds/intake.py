"""Records of the topic of pulses as values, or the reason why they are refused."""

from datetime import timedelta
from typing import Final

from schemas.feed import Pulse
from streams.alerts.journal import Place
from streams.clock import as_datetime, format_duration
from streams.feeds.policy import FeedPolicy
from streams.feeds.records import ALL
from streams.ingest.event import Reason, Record, Rejection
from streams.ingest.handed_on import bad, read, within
from streams.partition import partition_of

_MOST: Final = 2**31


def read_pulse(record: Record, policy: FeedPolicy, place: Place, now: int) -> Pulse | Rejection:
    """The pulse of a record. One from the future is refused, because time would never come back from it."""
    pulse = read(Pulse, record, policy.pulse_bytes)
    if isinstance(pulse, Rejection):
        return pulse
    return _misfit(pulse, policy, now) or _misplaced(record, pulse, place) or pulse


def _misfit(pulse: Pulse, policy: FeedPolicy, now: int) -> Rejection | None:
    if not _is_name(pulse.tenant):
        return bad("tenant", "it is a name without control characters")
    if pulse.shards > policy.most_shards:
        return bad("shards", f"there are at most {policy.most_shards}")
    if pulse.shard >= pulse.shards:
        return bad("shard", "there is no such shard")
    if not within(pulse.clock):
        return bad("clock", "it lies outside of the years 1970 to 2199")
    if pulse.clock > as_datetime(now) + timedelta(microseconds=policy.ahead):
        ahead = format_duration(policy.ahead)
        return Rejection(Reason.FROM_THE_FUTURE, "clock", f"Correct clock: it is more than {ahead} ahead of this worker.")
    for number, heard in enumerate(pulse.feeds):
        if not _is_name(heard.source) or not _is_name(heard.region or "none"):
            return bad(f"feeds.{number}", "source and region are names without control characters")
        if ALL in (heard.source, heard.region):
            return bad(f"feeds.{number}", f"{ALL} stands for all feeds and is no name of one")
        if heard.count >= _MOST:
            return bad(f"feeds.{number}.count", f"it is below {_MOST}")
        if heard.first > heard.last:
            return bad(f"feeds.{number}", "first lies after last")
    return None


def _misplaced(record: Record, pulse: Pulse, place: Place) -> Rejection | None:
    """All pulses of a tenant lie in one partition, or two shards would judge its feeds, each by a part."""
    if record.key is None:
        return Rejection(Reason.KEY_MISSING, "", "Send the tenant as the record's key.")
    if record.key != pulse.tenant.encode():
        return Rejection(Reason.KEY_UNLIKE_SUBJECT, "tenant", "Send the tenant as the record's key.")
    if partition_of(pulse.tenant, place.partitions) != place.partition:
        return bad("tenant", f"its pulses go to partition {partition_of(pulse.tenant, place.partitions)}")
    return None


def _is_name(text: str) -> bool:
    return 0 < len(text) <= 1024 and not any(sign < " " or sign == "\x7f" for sign in text)
