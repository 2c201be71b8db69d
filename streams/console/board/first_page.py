"""The first page: what can still be saved, what is broken, what is unknown, and how many of each where."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from streams.console.board.alerts import Alerts
from streams.console.board.days import BROKE, SAVED, WARNED
from streams.console.board.hearing import Hearing
from streams.console.board.looking import Look, Looked
from streams.console.board.mutes import Mutes, in_force
from streams.console.board.ranking import merge
from streams.console.board.rows import Rows
from streams.console.board.sighting import RANK
from streams.console.board.tally import Columns, Sums
from streams.console.views import Count, Freshness, IncidentRow, Now, Source
from streams.feeds.records import ALL

STAGES: Final = ("pre_contact", "decision", "execution", "after_sales")


def first_page(
    look: Look, alerts: Alerts, mutes: Mutes, rows: Rows, hearing: Hearing, at: int, limit: int, fresh: Freshness
) -> Now:
    """Lists are cut at `limit` rows each, but for the incidents: they are few, and stand for many."""
    shelves = list(look.shelves(alerts.shelves))
    seen = [look.open(tenant, shelf) for tenant, shelf in shelves]
    today = [look.happened(shelf, at) for _, shelf in shelves]
    at_risk = merge([one.at_risk for one in seen], limit)
    broken = merge([one.broken for one in seen], limit)
    unknown = merge([one.unknown for one in seen], limit)
    unheard = unheard_of(look, hearing, rows)
    sums = Sums.of([sum(column) for column in zip(*(one.tally.total for one in seen), strict=True)] or [0, 0, 0, 0])
    return Now(
        at=at,
        at_risk=rows.rows(at_risk, at),
        incidents=_incidents(seen, rows),
        broken=rows.rows(broken, at),
        unknown=rows.rows(unknown, at),
        totals={"at_risk": sums.at_risk, "broken": sums.broken, "unknown": sums.unknown},
        left_out={
            "at_risk": sums.at_risk - len(at_risk),
            "broken": sum(len(one.broken) for one in seen) - len(broken),
            "unknown": sums.unknown - len(unknown),
        },
        soonest=min((one.at_risk[0].due for one in seen if one.at_risk and one.at_risk[0].due is not None), default=None),
        oldest=min((since for one in seen for since in _since(one)), default=None),
        saved_today=sum(tally.total[SAVED] for tally in today),
        warned_today=sum(tally.total[WARNED] for tally in today),
        broken_today=sum(tally.total[BROKE] for tally in today),
        stages=_stages(seen, all_unheard=_nobody(unheard) or (look.filter.region is not None and bool(unheard))),
        stores=_worst_first(_stores(seen, rows, hearing)),
        regions=_worst_first([*_regions(seen, rows, hearing), *_silent_regions(seen, rows, unheard)]),
        mutes=in_force(mutes.to_come(look.sees, at), at),
        fresh=fresh,
        unheard=unheard,
    )


def unheard_of(look: Look, hearing: Hearing, rows: Rows) -> tuple[Source, ...]:
    """The feeds that are not heard, of the tenants and of the region (or the store's) that are looked at."""

    def region_of(tenant: str) -> str | None:
        wanted = look.filter
        store = None if wanted.store is None else rows.directory.store(tenant, wanted.store)
        return wanted.region or (None if store is None else store.region)

    return hearing.unheard(look.sees, region_of, rows.region_name)


def _nobody(unheard: Iterable[Source]) -> bool:
    """Whether nothing of a tenant is heard."""
    return any(one.source == ALL for one in unheard)


def _stores(seen: Sequence[Looked], rows: Rows, hearing: Hearing) -> Iterable[Count]:
    for one in seen:
        for name, columns in one.tally.stores.items():
            store = rows.directory.store(one.tenant, name)
            heard = hearing.is_heard(one.tenant, None if store is None else store.region)
            yield Count(name, rows.store_name(one.tenant, name), *Sums.of(columns), not heard)


def _regions(seen: Sequence[Looked], rows: Rows, hearing: Hearing) -> Iterable[Count]:
    for one in seen:
        for region, columns in one.tally.regions.items():
            label, heard = rows.region_name(one.tenant, region), hearing.is_heard(one.tenant, region)
            yield Count(region, label, *Sums.of(columns), not heard)


def _silent_regions(seen: Sequence[Looked], rows: Rows, unheard: Iterable[Source]) -> Iterable[Count]:
    """Regions in which nothing is known to be the matter, and a feed is not heard."""
    known = {(one.tenant, region) for one in seen for region in one.tally.regions}
    silent = {(one.tenant, one.region) for one in unheard if one.region not in (None, ALL)} - known
    return (Count(region, rows.region_name(tenant, region), 0, 0, 0, True) for tenant, region in silent if region)


def _incidents(seen: Sequence[Looked], rows: Rows) -> tuple[IncidentRow, ...]:
    """The gravest first, of these the one that has lasted longest."""
    found = [
        rows.incident(name, one.tenant, len(members.order), members.holders)
        for one in seen
        for name, members in one.folded.items()
    ]
    return tuple(sorted(found, key=_gravest))


def _gravest(row: IncidentRow) -> tuple[int, object, str]:
    return RANK[row.group.severity], row.group.since, row.group.id


def _since(one: Looked) -> Iterable[int]:
    """When those broke that are broken."""
    for order in (one.broken, *(members.order for members in one.folded.values())):
        yield from (broken.broken for broken in order if broken.broken is not None)


def _stages(seen: Sequence[Looked], *, all_unheard: bool) -> tuple[Count, ...]:
    """All four, also those in which nothing is the matter."""
    sums = sum_up(one.tally.stages for one in seen)
    return tuple(Count(stage, stage, *sums.get(stage, Sums()), all_unheard) for stage in STAGES)


def _worst_first(counts: Iterable[Count]) -> tuple[Count, ...]:
    return tuple(sorted(counts, key=lambda one: (-one.broken, -one.at_risk, -one.unknown, one.name, one.label)))


def sum_up(several: Iterable[Mapping[str, Columns]]) -> dict[str, Sums]:
    """The sums by name over several tallies."""
    sums: dict[str, Sums] = {}
    for counts in several:
        for name, columns in counts.items():
            sums[name] = Sums.of(columns).plus(sums.get(name, Sums()))
    return sums
