"""Who answers for what: stores, areas, regions, people and their rota. A file, or records of `organisation.v1`.

The topic is compacted; a record's key is `<tenant>/<kind>/<id>` (kind: store, area, region, brand, person, chain, policy,
fallback) and its value one entry as JSON, a tombstone to take it away. A tenant has one fallback,
`<tenant>/fallback/fallback`; its value is a Duty. The id of a policy is where it holds, the nearest level first:
`store=SH01`, `region=east&brand=fresh`, or `tenant`. The file form is one YAML document with the same entries in lists; a
tenant's entries may be spread over several files.

What one value shows to be wrong is said here, with what would be right; time zones and opening hours are judged in
`streams.alerts.judge`, which knows them, and so is what takes a second look elsewhere.
"""

import re
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
)

_SPAN = re.compile(r"([0-9]+(ms|[smhdw]))+")
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_MOMENTS = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*(\.\*)?")
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")


def _seen(value: str) -> str:
    if found := _UNSEEN.search(value):
        raise ValueError(f"there is a character in it that cannot be seen (U+{ord(found[0]):04X}); take it out")
    return value


def _trimmed(value: str) -> str:
    if value != value.strip():
        raise ValueError(f"'{value}' begins or ends with a space; take it away")
    return _seen(value)


def _no_slash(value: str) -> str:
    if "/" in value:
        raise ValueError(f"'{value}' has a slash, which parts the keys of the records; write a tenant without one")
    return value


def _span(value: str) -> str:
    if not _SPAN.fullmatch(value):
        raise ValueError(f"'{value}' is not a duration; write it like 0s, 10m or 1h30m")
    return value


def _time(value: str) -> str:
    if not _TIME.fullmatch(value):
        raise ValueError(f"'{value}' is not a time of day; write it like 09:00 or 22:30")
    return value


def _moments(value: str) -> str:
    if not _MOMENTS.fullmatch(value):
        raise ValueError(
            f"'{value}' names no moments; write an id like order.confirm, or delivery.* for all that begin so"
        )
    return value


def _instant(value: Any) -> Any:
    """Only a text (or, in code, a datetime) with an offset: a number would pass for seconds since 1970, a date for its
    midnight somewhere."""
    try:
        at = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    except (TypeError, ValueError):
        at = None
    if at is None or at.tzinfo is None:
        said = f"{value!s:.60}"
        raise ValueError(f"'{said}' is not an instant with an offset; write it like 2026-11-01T08:00:00+08:00")
    if not 1970 < at.year < 2200:  # so far from the ends of the calendar every zone can be worked out
        raise ValueError(f"'{value}' lies outside the years 1971 to 2199; write one within")
    return at


def _written(pattern: re.Pattern[str], *examples: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": f"^{pattern.pattern}$", "examples": list(examples)})


Name = Annotated[str, StringConstraints(min_length=1, max_length=128), AfterValidator(_trimmed)]
Tenant = Annotated[Name, AfterValidator(_no_slash)]
Line = Annotated[str, StringConstraints(max_length=128), AfterValidator(_seen)]
Address = Annotated[str, StringConstraints(max_length=512), AfterValidator(_seen)]
Brief = Annotated[str, StringConstraints(max_length=64)]
Zone = Annotated[Brief, Field(examples=["Asia/Shanghai", "Europe/Berlin"])]
Time = Annotated[Brief, AfterValidator(_time), _written(_TIME, "09:00", "22:30")]
Duration = Annotated[str, StringConstraints(max_length=32), AfterValidator(_span), _written(_SPAN, "0s", "10m", "1h30m")]
Moments = Annotated[
    str, StringConstraints(max_length=128), AfterValidator(_moments), _written(_MOMENTS, "order.confirm", "delivery.*")
]
Instant = Annotated[
    AwareDatetime,
    BeforeValidator(_instant),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-11-01T08:00:00+08:00"]}),
]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Severity = Literal["low", "medium", "high", "critical"]
Language = Literal["zh", "en"]
Level = Literal["store", "area", "region", "brand", "fallback"]
"""Whom a step of a chain tells, from the one nearest to the customer up to the one who answers when nobody else does."""


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Contact(_Entry):
    """One way to reach a person: a receiver of the notifier settings, and the address there (a mobile number, a user
    id, a mail address; whatever the receiver needs)."""

    receiver: Name = Field(examples=["wecom"])
    address: Address = ""


class Person(_Entry):
    """Somebody who can be told."""

    id: Name = Field(examples=["chen.wei"])
    name: Line = Field(examples=["陈伟"])
    language: Language = "zh"
    time_zone: Zone = "Asia/Shanghai"
    contacts: list[Contact] = Field(
        min_length=1,
        description="In the order in which they are tried.",
        examples=[[{"receiver": "wecom", "address": "chenwei"}]],
    )


class Shift(_Entry):
    """A turn of a rota: from `start` (local `HH:MM`) on the days named, one of these people, in turn by week.

    The shift lasts until the next one begins, whoever's it is. `people` with several entries rotate weekly, counted
    from the week of the rota's `since`; the week of a shift is the one in which it begins. A shift of nobody ends the
    one before it.
    """

    days: list[Weekday] = Field(min_length=1, examples=[["mon", "tue"]])
    start: Time = Field(examples=["09:00"])
    people: list[Name] = Field(
        description="One is on call, the next one the week after. Empty: nobody until the next shift begins.",
        examples=[["chen.wei", "li.na"]],
    )


class Rota(_Entry):
    """Who is on call when, in local time; safe over changes of daylight saving time. `instead` are swaps for a while;
    where two of them overlap, the later one in the list counts."""

    time_zone: Zone = "Asia/Shanghai"
    since: Instant | None = Field(
        default=None,
        description="The rotation of people is counted from this week (Monday to Sunday, local); from that of "
        "1970-01-05 if not given.",
    )
    shifts: list[Shift] = Field(default_factory=list)
    instead: list["Swap"] = Field(default_factory=list)


class Swap(_Entry):
    """For this span, its start included and its end not, this person is on call."""

    start: Instant = Field(examples=["2026-11-01T18:00:00+08:00"])
    end: Instant = Field(examples=["2026-11-02T09:00:00+08:00"])
    person: Name = Field(examples=["chen.wei"])


class Duty(_Entry):
    """Who answers: the rota, and somebody for the hours in which it has nobody."""

    rota: Rota | None = None
    people: list[Name] = Field(default_factory=list, description="Told where the rota names nobody, all of them.")


class Store(_Entry):
    """A store, branch, hotel, clinic or team."""

    id: Name = Field(examples=["SH01"])
    name: Line = ""
    area: Name | None = None
    region: Name | None = Field(default=None, description="Where it is not given, the one that its area lies in.")
    brand: Name | None = None
    time_zone: Zone = "Asia/Shanghai"
    hours: dict[Brief, list[Brief]] = Field(
        default_factory=dict, description="Opening hours, as in a catalogue's calendars."
    )
    language: Language = "zh"
    duty: Duty = Duty()


class Unit(_Entry):
    """An area, a region or a brand."""

    id: Name = Field(examples=["east"])
    name: Line = ""
    region: Name | None = Field(default=None, description="Of an area: the region it lies in.")
    duty: Duty = Duty()


class Step(_Entry):
    """One step of a chain: whom to tell, `after` so long since the alert was raised (`0s`, `10m`; a year at most)."""

    after: Duration = Field(examples=["10m"])
    tell: Level = Field(examples=["area"])


class Chain(_Entry):
    """How an alert climbs. The first chain that fits severity and moment counts.

    Chains are looked through by ascending `rank`; those of one rank as the file has them, or by id where they are
    records. Whoever publishes a file writes the order of the file into the ranks.
    """

    id: Name = Field(examples=["standard"])
    rank: int = Field(default=0, ge=0, le=1_000_000)
    severities: list[Severity] = Field(default_factory=list, description="Empty: all.")
    moments: list[Moments] = Field(default_factory=list, description="Ids, or `prefix.*`; empty: all.")
    steps: list[Step] = Field(min_length=1, examples=[[{"after": "0s", "tell": "store"}]])


class OwnMoment(_Entry):
    """What is other for one moment; what is not given is as the catalogue, or a level further away, has it."""

    off: bool | None = None
    deadline: Duration | dict[str, Any] | None = Field(default=None, description="As in a catalogue, whole.")
    calendar: Name | None = None
    severity: Severity | None = None


class Policy(_Entry):
    """What is other for a brand, a region or a store of the tenant; without any of these keys, for the whole tenant.

    With several keys, where all of them hold. The nearest level wins, field by field: store, region, brand, tenant.
    """

    tenant: Tenant | None = Field(default=None, description="None other than that of the file.")
    brand: Name | None = Field(default=None, examples=["fresh"])
    region: Name | None = Field(default=None, examples=["east"])
    store: Name | None = Field(default=None, examples=["SH01"])
    moments: dict[str, OwnMoment] = Field(
        default_factory=dict, examples=[{"order.confirm": {"deadline": "4m", "severity": "critical"}}]
    )
    calendars: dict[str, Name] = Field(
        default_factory=dict, description="For a calendar of the catalogue, the one that counts here instead."
    )


class Organisation(_Entry):
    """The file form: everything of one tenant, or a part of it."""

    tenant: Tenant = Field(examples=["tea"])
    fallback: Duty = Duty()
    people: list[Person] = Field(default_factory=list)
    stores: list[Store] = Field(default_factory=list)
    areas: list[Unit] = Field(default_factory=list)
    regions: list[Unit] = Field(default_factory=list)
    brands: list[Unit] = Field(default_factory=list, description="Those whose duty somebody has; stores may name others.")
    chains: list[Chain] = Field(default_factory=list)
    policies: list[Policy] = Field(
        default_factory=list,
        description="Compiled with the catalogue where cases are judged; those of one place are one.",
    )
