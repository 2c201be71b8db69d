"""What the group stage keeps beside alerts: lanes, persons, groups, mutes, and what is the same for all of a moment.

Fields may be added at the end with a default, never moved or removed: stored records outlive releases. Instants in
microseconds.
"""

from functools import lru_cache
from hashlib import blake2b

import msgspec

from schemas.alert import Severity
from schemas.group import GroupKind
from schemas.organisation import Language
from streams.state.codec import NO_WAKE


class Lane(msgspec.Struct, array_like=True, gc=False):
    """One person has just been told of one moment in one region, of its breaches or of its warnings: until `until` more
    of it is gathered."""

    tenant: str
    region: str
    moment: str
    broken: bool
    person: str
    until: int

    def wake(self, kept_for: int) -> int:  # noqa: ARG002  (of the form of the others)
        """When the window ends."""
        return self.until


class Person(msgspec.Struct, array_like=True, gc=False):
    """Somebody who was told, or is to be, and how they are reached, as last heard.

    sent: when they had their last messages, as many as the cap. paced_until: before then they are told nothing that was
    learnt of late. pace_at, digest_at: when what waits for that, or for a digest, is looked at. digest_by: when the
    digest goes whatever the cap. heard_at: when they were last heard of, to the hour.
    """

    tenant: str
    id: str
    name: str
    language: Language
    time_zone: str
    contacts: list[tuple[str, str]]
    heard_at: int
    sent: list[int] = msgspec.field(default_factory=list)
    paced_until: int = 0
    pace_at: int = NO_WAKE
    digest_at: int = NO_WAKE
    digest_by: int = NO_WAKE

    def wake(self, kept_for: int) -> int:
        """When they want a look."""
        return min(self.pace_at, self.digest_at, self.heard_at + kept_for)


class Told(msgspec.Struct, array_like=True, gc=False):
    """Several alerts that were told as one.

    origin: the key of the lane, or of the person for a digest; empty for an incident. persons: who was told of it.
    retracted: alerts of it that were never true, which nobody was told yet; at most as many as a notice lists.
    say_at: when retractions that came after its end are told. over_at: since when all of it is over.
    """

    id: str
    kind: GroupKind
    tenant: str
    region: str | None
    moment: str | None
    title: dict[str, str]
    origin: bytes
    persons: list[str]
    since: int
    severity: Severity = "low"
    version: int = 0
    ended: int = 0
    retracted: list[str] = msgspec.field(default_factory=list)
    retracted_more: int = 0
    say_at: int = NO_WAKE
    over_at: int | None = None

    def wake(self, kept_for: int) -> int:
        """When it wants a look; NO_WAKE for never."""
        return NO_WAKE if self.over_at is None else min(self.say_at, self.over_at + kept_for)


class Silence(msgspec.Struct, array_like=True, gc=False):
    """A mute. over_at: since when it has ended. look_at: what it holds is to be judged again then. commands: the last
    that were about it."""

    id: str
    tenant: str
    region: str | None
    store: str | None
    moment: str | None
    start: int
    until: int
    because: str
    by: str
    held: int = 0
    version: int = 0
    commands: list[str] = msgspec.field(default_factory=list)
    look_at: int = NO_WAKE
    over_at: int | None = None

    def wake(self, kept_for: int) -> int:
        """When it wants a look."""
        return min(self.look_at, self.until if self.over_at is None else self.over_at + kept_for)


class Facts(msgspec.Struct, array_like=True, gc=False):
    """What is the same for all alerts of a moment."""

    stage: str
    owner: str
    playbook: dict[str, list[str]]

    def wake(self, kept_for: int) -> int:  # noqa: ARG002  (of the form of the others)
        """Never."""
        return NO_WAKE


def digest(*parts: str) -> str:
    """128 bits in hex over what makes something itself. Each part is told from its neighbours by its length."""
    text = "".join(f"{len(part)}:{part}" for part in parts)
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


@lru_cache(16_384)  # the lanes and people of a storm are asked for again and again
def lane_key(tenant: str, region: str, moment: str, broken: bool, person: str) -> bytes:
    """The key of a lane."""
    return b"l/" + digest(tenant, region, moment, "broken" if broken else "risk", person).encode()


@lru_cache(16_384)
def person_key(tenant: str, person: str) -> bytes:
    """The key of a person."""
    return b"p/" + digest(tenant, person).encode()


def mute_name(tenant: str, mute: str) -> bytes:
    """`tenant/id`: a mute's id is its tenant's own, so only the two together name it. A slash in a tenant's name is
    written as %2F, or one tenant's mute could pass for another's."""
    return f"{tenant.replace('%', '%25').replace('/', '%2F')}/{mute}".encode()


@lru_cache(1024)
def facts_key(tenant: str, moment: str) -> bytes:
    """The key of what is known of a moment."""
    return b"k/" + digest(tenant, moment).encode()
