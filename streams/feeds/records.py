"""What the feed stage keeps: of a tenant what moves with every pulse, of a feed what moves with every minute, and its
week, which moves once an hour.

Fields may be added at the end with a default, never moved or removed: stored records outlive releases. Instants and
spans in microseconds, minutes counted since 1970.
"""

from functools import lru_cache
from hashlib import blake2b

import msgspec

from schemas.feed import FeedState

ALL = "*"
"""Source and region of the feed that stands for all of a tenant's."""


class Standing(msgspec.Struct, array_like=True, gc=False):
    """What is believed of a feed.

    until: it was surely heard up to there; it counts while the state is not heard. changed_at: when the state became
    what it is. returned_at: when it last spoke again, 0 where it has not since it turned blind. old_at: when it last
    said something from before its return. due: when it was silent for too long. turns: how often it turned blind; told:
    it was said so and not yet that it is over. spoke: it has spoken since it turned blind.
    """

    state: FeedState = "heard"
    until: int = 0
    changed_at: int = 0
    returned_at: int = 0
    old_at: int = 0
    due: int = 0
    turns: int = 0
    told: bool = False
    spoke: bool = False


class Ear(msgspec.Struct, array_like=True, gc=False):
    """What was heard of a feed since its minute ended.

    last: the latest `occurred_at`. heard_at: the clock of the shard that last heard it. counts: events by minute, as
    far as time has not passed it. deaf: minutes before this are not known. pauses, missed, squares: how often it was
    silent for a while before it spoke, and the sums of the events that were missing by then, and of their squares. came:
    events since the instant `since`; they are counted while the feed is not heard.
    """

    last: int
    heard_at: int
    counts: dict[int, int] = msgspec.field(default_factory=dict)
    deaf: int = 0
    pauses: int = 0
    missed: float = 0.0
    squares: float = 0.0
    since: int = 0
    came: int = 0


class Tenant(msgspec.Struct, array_like=True, gc=False):
    """Time of a tenant (the least of its shards' clocks, never back), the last minute that is over, and what was heard.

    total: what is believed of all of its feeds together. turns: the most of any feed that was
    forgotten; one that begins counts on from there, or two blindnesses of one name would be told as the same.
    """

    name: str
    time: int
    minute: int
    clocks: dict[int, int] = msgspec.field(default_factory=dict)
    ears: dict[bytes, Ear] = msgspec.field(default_factory=dict)
    total: Standing = msgspec.field(default_factory=Standing)
    turns: int = 0


class Listened(msgspec.Struct, array_like=True, gc=False):
    """A feed, how it stands, and what is known of it beside its week.

    recent: events a minute of late, learnt of `known` minutes. came, expected: faded sums of the events of late and of
    what was usual then; dry, parched: minutes since without any, and what was usual in them. pauses: how many were
    seen, with mean and variance of what was missing in them. minutes: the counts of the last few. share: what is usual
    now of what was; thin: since when it is too thin, 0 for not. interval: of its heartbeats, 0 for none. Then of the
    present hour: minutes heard, the sums of their counts and squares; the same of minutes lost; the present and the
    longest run of minutes without an event. levels: for each of `minutes`, which share of what is usual came before it;
    thinned: where the thin minutes begin.
    """

    tenant: str
    source: str
    region: str
    standing: Standing = msgspec.field(default_factory=Standing)
    recent: float = 0.0
    known: int = 0
    came: float = 0.0
    expected: float = 0.0
    dry: int = 0
    parched: float = 0.0
    pauses: int = 0
    pause: float = 1.0
    pause_variance: float = 1.0
    minutes: list[int] = msgspec.field(default_factory=list)
    share: float = 1.0
    thin: int = 0
    interval: int = 0
    heard: int = 0
    count: int = 0
    square: int = 0
    lost: int = 0
    lost_count: int = 0
    lost_square: int = 0
    run: int = 0
    longest: int = 0
    levels: list[float] = msgspec.field(default_factory=list)
    thinned: int = 0


class Week(msgspec.Struct, array_like=True, gc=False):
    """What is usual by hour of the week, from Monday 00:00 UTC: mean and variance of the counts of a minute, of how many
    weeks, the longest usual hole in minutes; and by hour of the day how many days in a row it was lost to blindness.
    """

    mean: list[float] = msgspec.field(default_factory=lambda: [0.0] * 168)
    variance: list[float] = msgspec.field(default_factory=lambda: [0.0] * 168)
    weeks: list[int] = msgspec.field(default_factory=lambda: [0] * 168)
    holes: list[int] = msgspec.field(default_factory=lambda: [0] * 168)
    lost: list[int] = msgspec.field(default_factory=lambda: [0] * 24)


@lru_cache(16_384)
def feed_name(tenant: str, source: str, region: str) -> bytes:
    """128 bits over what makes a feed itself. Each part is told from its neighbours by its length."""
    text = "".join(f"{len(part)}:{part}" for part in (tenant, source, region))
    return blake2b(text.encode(), digest_size=16).digest()


@lru_cache(1024)
def tenant_key(tenant: str) -> bytes:
    """The key of a tenant's record."""
    return b"t/" + tenant.encode()
