"""What differs from place to place: calendars, stores and policies, as a file may write them."""

from typing import Self

from pydantic import BaseModel, Field, model_validator

from streams.catalogue.document.deadlines import DeadlineShape
from streams.catalogue.document.strict import STRICT
from streams.catalogue.model import Severity
from streams.catalogue.values import Country, Day, MomentId, Name, ShiftsShape, Weekdays, Zone
from streams.catalogue.workdays import check_region, expand_weekly


class _Model(BaseModel):
    model_config = STRICT


class Holidays(_Model):
    """Public holidays of a country, and of a region of it; make-up workdays included where the country has them."""

    country: Country = Field(examples=["CN", "DE"])
    region: str | None = Field(None, examples=["BY"])

    @model_validator(mode="after")
    def _known_region(self) -> Self:
        check_region(self.country, self.region)
        return self


class CalendarFile(_Model):
    """Open hours of a team or a store."""

    any_: list[Name] | None = Field(None, alias="any", min_length=1)
    """Open whenever one of these calendars is; nothing else stands beside it. Of one calendar, too: in a union it keeps
    its own time zone, whatever that of the case."""
    weekly: dict[Weekdays, ShiftsShape] = Field(
        {}, examples=[{"mon-fri": ["09:00-12:00", "13:00-18:00"], "sat": ["10:00-14:00"]}]
    )
    time_zone: Zone | None = None
    holidays: Holidays | None = None
    makeup: ShiftsShape | None = None
    """Hours of a make-up workday; without them, Monday's."""
    closed: list[Day] = []
    open: dict[Day, ShiftsShape] = {}
    """Hours of single days; they win over weekday, holiday, make-up day and `closed`."""

    @model_validator(mode="after")
    def _opens(self) -> Self:
        if self.any_ is None:
            expand_weekly(self.weekly)
        elif self.model_fields_set != {"any_"}:
            raise ValueError("`any` stands alone: hours and holidays belong to the calendars that it names")
        return self


class StoreFile(_Model):
    """What a store has of its own."""

    time_zone: Zone | None = None
    region: str | None = None
    brand: str | None = None
    tenant: str | None = None
    """Whose store it is, where another tenant may have one of the same id; without it, whoever's case names it."""
    hours: dict[Weekdays, ShiftsShape] = Field({}, examples=[{"mon-fri": ["09:00-18:00"], "sat,sun": ["10:00-22:00"]}])
    """When it is open: what `calendar: opening_hours` means there."""
    calendars: dict[Name, Name] = {}
    """For a calendar of the catalogue, the one that counts at this store instead."""

    @model_validator(mode="after")
    def _opens(self) -> Self:
        if self.hours:
            expand_weekly(self.hours)
        return self


class OwnMoment(_Model):
    """What a level has of its own for one moment; the rest is as the levels above say."""

    off: bool | None = None
    deadline: DeadlineShape | None = None
    calendar: Name | None = None
    severity: Severity | None = None


class Policy(_Model):
    """What holds for a tenant, a brand, a region or a store; with several of these keys, where all of them hold."""

    tenant: str | None = None
    brand: str | None = None
    region: str | None = None
    store: str | None = None
    moments: dict[MomentId, OwnMoment] = {}
    calendars: dict[Name, Name] = {}
    """For a calendar of the catalogue, the one that counts here instead."""

    @model_validator(mode="after")
    def _somewhere(self) -> Self:
        if not {"tenant", "brand", "region", "store"} & self.model_fields_set:
            raise ValueError("a policy holds somewhere; write tenant:, brand:, region: or store:")
        return self
