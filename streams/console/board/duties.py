"""Who is on duty at each place, until when, and who is next."""

from collections.abc import Iterator

from schemas.organisation import Duty, Level, Organisation
from streams.alerts.organisation import Directory
from streams.alerts.rota import Roster, handovers
from streams.clock import DAY
from streams.console.views import OnCall

_AHEAD = 8 * DAY


def on_duty(directory: Directory, tenant: str, at: int) -> Iterator[OnCall]:
    """The places of a tenant that have a duty of their own, from the fallback down to the stores. Where nobody is on duty
    the level above answers; `until` is None where nothing changes within eight days."""
    whole = directory.organisation(tenant)
    if whole is None:
        return
    for level, name, label, duty in _places(whole):
        if duty == Duty():
            continue
        roster = directory.roster(tenant, level, name)
        spare = tuple(_name(directory, tenant, person) for person in duty.people if directory.person(tenant, person))
        now, until, then = _turns(directory, tenant, roster, spare, at)
        yield OnCall(tenant, level, name, label or name, now, until, then)


def _places(whole: Organisation) -> Iterator[tuple[Level, str, str, Duty]]:
    yield "fallback", "", "", whole.fallback
    yield from (("brand", brand.id, brand.name, brand.duty) for brand in whole.brands)
    yield from (("region", region.id, region.name, region.duty) for region in whole.regions)
    yield from (("area", area.id, area.name, area.duty) for area in whole.areas)
    yield from (("store", store.id, store.name, store.duty) for store in whole.stores)


def _turns(
    directory: Directory, tenant: str, roster: Roster | None, spare: tuple[str, ...], at: int
) -> tuple[tuple[str, ...], int | None, tuple[str, ...]]:
    """Now, until when, and then. Turns of the same people are one."""
    if roster is None:
        return spare, None, ()

    def who(person: str | None) -> tuple[str, ...]:
        known = person is not None and directory.person(tenant, person) is not None
        return (_name(directory, tenant, person or ""),) if known else spare

    first, *rest = handovers(roster, at, at + _AHEAD)
    now = who(first.person)
    for turn in rest:
        if (then := who(turn.person)) != now:
            return now, turn.start, then
    return now, None, ()


def _name(directory: Directory, tenant: str, person: str) -> str:
    known = directory.person(tenant, person)
    return known.name if known is not None and known.name else person
