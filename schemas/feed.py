"""Whether upstream can be heard: `moments.pulses.v1`, what the shards have heard, and `moments.feeds.v1`, what follows
from it for each feed, compacted by tenant, source and region and written to every partition.

A feed is what one source publishes for one region of a tenant. Absence proves something only while its feed is heard.
"""

from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field


class Heard(BaseModel):
    """What a shard has heard of one feed since its last pulse."""

    model_config = ConfigDict(frozen=True)

    source: str
    region: str | None = None
    count: int = Field(ge=0, description="Events, those refused as duplicates too.")
    last: AwareDatetime = Field(description="The latest `occurred_at` among them; where there are none, of a retirement.")
    first: AwareDatetime = Field(description="The earliest.")
    heartbeat: int | None = Field(default=None, ge=1, description="Seconds between heartbeats, where one was among them.")
    retired: bool = Field(default=False, description="Upstream says that nothing more will come; that is no event.")


class Pulse(BaseModel):
    """One shard of the detect stage says how far it has judged and what it heard of a tenant.

    It goes to the partition of the tenant, at most once a second while there is something to say, and now and then
    without.
    """

    model_config = ConfigDict(frozen=True)

    tenant: str
    shard: int = Field(ge=0)
    shards: int = Field(ge=1, description="How many there are.")
    clock: AwareDatetime = Field(description="The shard's clock: it has heard everything up to there.")
    feeds: list[Heard] = Field(default_factory=list)


FeedState = Literal["heard", "suspect", "blind", "returning"]
"""heard: absence counts. suspect: silent for longer than it should be; nothing is said of its cases yet. blind: what is
due is unknown. returning: it speaks again, and what it kept back may still come."""


class Feed(BaseModel):
    """A feed and what can be believed of it.

    `until` is the instant up to which it has surely been heard: time stands there for the cases of its region while it is
    not in the state `heard`. Source and region `*` stand for all of a tenant's feeds: total silence.
    """

    model_config = ConfigDict(frozen=True)

    tenant: str
    source: str
    region: str | None = None
    state: FeedState
    until: AwareDatetime
    changed_at: AwareDatetime
    silent_seconds: float = Field(ge=0, description="Between `until` and `changed_at`.")
    usual_per_minute: float = Field(ge=0, description="Events a minute that are usual at this hour of the week.")


def feed_key(tenant: str, source: str, region: str | None) -> bytes:
    """The key of a feed's records: compaction keeps the last word about each."""
    return "\x1f".join((tenant, source, region or "")).encode()
