"""Who is to be told: stores, areas, regions, brands and people of each tenant, asked for an instant.

An alert goes to the duty of its store. Where that has nobody at the instant, the next level up answers: the store's area,
its region, its brand, at last the tenant's fallback, so that an alert finds somebody as long as the tenant has anybody.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from schemas.organisation import Duty, Level, Organisation, Person, Store, Unit
from streams.alerts.chain import USUAL, Chain, Step_, climb, in_order
from streams.alerts.judge import find_gaps, judge
from streams.alerts.organisation_records import Fault, Ledger, Raw
from streams.alerts.rota import Roster
from streams.errors import OperatorError

__all__ = ["LEVELS", "Directory", "Found", "Loaded", "Rung", "Step_"]

LEVELS: tuple[Level, ...] = ("store", "area", "region", "brand", "fallback")
"""From the one nearest to the customer on."""


class Found(NamedTuple):
    """Who is to be told.

    known: False where the store (or, of a case without one, the region) is not in the data and the fallback answered.
    by: the level that answered, which is above the one asked where that had nobody; None where nobody at all was found.
    """

    people: tuple[Person, ...]
    known: bool
    by: Level | None = None


class Rung(NamedTuple):
    """Who answers at one level above a store at an instant; `name` is the id of the unit, empty for the fallback."""

    level: Level
    name: str
    people: tuple[Person, ...]


class Loaded(NamedTuple):
    """A directory from records, and the records that it had to do without."""

    directory: "Directory"
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class _Post:
    """A duty, worked out."""

    roster: Roster | None
    people: tuple[str, ...]

    @classmethod
    def of(cls, duty: Duty) -> "_Post":
        return cls(None if duty.rota is None else Roster.of(duty.rota), tuple(dict.fromkeys(duty.people)))

    def at(self, at: int, people: Mapping[str, Person]) -> tuple[Person, ...]:
        """Whoever is on call and known; else those of the duty's people who are known."""
        on_call = people.get(self.roster.person_at(at) or "") if self.roster is not None else None
        if on_call is not None:
            return (on_call,)
        return tuple(people[name] for name in self.people if name in people)


@dataclass(frozen=True, slots=True)
class _Tenant:
    """One tenant's data, laid out for questions."""

    whole: Organisation
    people: Mapping[str, Person]
    stores: Mapping[str, Store]
    areas: Mapping[str, Unit]
    regions: Mapping[str, Unit]
    brands: Mapping[str, Unit]
    posts: Mapping[tuple[Level, str], _Post]
    chains: tuple[Chain, ...]

    @classmethod
    def of(cls, whole: Organisation) -> "_Tenant":
        posts: dict[tuple[Level, str], _Post] = {("fallback", ""): _Post.of(whole.fallback)}
        posts |= {("store", store.id): _Post.of(store.duty) for store in whole.stores}
        posts |= {("area", area.id): _Post.of(area.duty) for area in whole.areas}
        posts |= {("region", region.id): _Post.of(region.duty) for region in whole.regions}
        posts |= {("brand", brand.id): _Post.of(brand.duty) for brand in whole.brands}
        return cls(
            whole,
            {person.id: person for person in whole.people},
            {store.id: store for store in whole.stores},
            {area.id: area for area in whole.areas},
            {region.id: region for region in whole.regions},
            {brand.id: brand for brand in whole.brands},
            posts,
            tuple(Chain.of(chain) for chain in whole.chains),
        )

    def duty(self, store: str | None, region: str | None, tell: Level, at: int) -> Found:
        place = self.stores.get(store) if store is not None else None
        known = place is not None if store is not None else region is None or region in self.regions
        for rung in self.ladder(store, region, tell, at):
            if rung.people:
                return Found(rung.people, known, rung.level)
        return Found((), known)

    def ladder(self, store: str | None, region: str | None, tell: Level, at: int) -> Iterator[Rung]:
        """The levels of a store from `tell` on, as far as it has them; of an unknown store the fallback alone."""
        place = self.stores.get(store) if store is not None else None
        area = self.areas.get(place.area or "") if place is not None else None
        lies_in = (place.region if place else None, area.region if area else None, region)
        brand = place.brand if place is not None and place.brand in self.brands else None
        names: dict[Level, str | None] = {"fallback": ""}
        if store is None or place is not None:
            names |= {
                "store": store,
                "area": area.id if area else None,
                "region": next((name for name in lies_in if name in self.regions), None),
                "brand": brand,
            }
        for level in LEVELS[LEVELS.index(tell) :]:
            if (name := names.get(level)) is not None:
                yield Rung(level, name, self.posts[level, name].at(at, self.people))


@dataclass(frozen=True, slots=True)
class Directory:
    """The organisation data in force. Immutable; new data is a new directory."""

    _tenants: Mapping[str, _Tenant] = field(default_factory=dict)

    @classmethod
    def of(cls, entries: Iterable[Organisation]) -> "Directory":
        """A directory of these. Several entries of one tenant are joined, and of two with one id the later counts.

        OperatorError where an entry cannot be used (an unknown time zone, two shifts that begin at once). Names that
        lead nowhere are passed over in every answer; `gaps` lists them.
        """
        tenants = {whole.tenant: whole for whole in _joined(entries)}
        faults = [
            f"{whole.tenant}: {'.'.join(str(step) for step in flaw.path)}: {flaw.text}"
            for whole in tenants.values()
            for flaw in judge(whole)
        ]
        if faults:
            raise OperatorError("\n".join(faults))
        return cls({name: _Tenant.of(whole) for name, whole in tenants.items()})

    @classmethod
    def from_records(cls, records: Iterable[Raw]) -> Loaded:
        """The directory that the records of the topic leave, in the order of their offsets; no record stops it."""
        ledger = Ledger()
        ledger.take(records)
        return cls.from_ledger(ledger)

    @classmethod
    def from_ledger(cls, ledger: Ledger) -> Loaded:
        """The same from a ledger that goes on taking records as the topic brings them."""
        return Loaded(cls.of(ledger.organisations()), tuple(ledger.faults.values()))

    def duty(
        self,
        tenant: str,
        store: str | None,
        region: str | None,
        tell: Level,
        at: int,
    ) -> Found:
        """Who is to be told at the level `tell` at this instant.

        The store's own data says which area and region it lies in and of which brand it is; `region`, as the event has
        it, counts only where that says nothing. A level that has nobody then, or that the store does not have, passes
        the question on to the next one. An unknown store goes to the fallback whatever is asked for; a case without a
        store goes to its region. Of an unknown tenant nobody is known.
        """
        known = self._tenants.get(tenant)
        return Found((), False) if known is None else known.duty(store, region, tell, at)

    def ladder(self, tenant: str, store: str | None, at: int) -> tuple[Rung, ...]:
        """The levels above a store, itself first, and who answers at each at this instant: of whom `duty` takes the first
        that somebody is at. Of an unknown store there is the fallback alone, of an unknown tenant nothing."""
        known = self._tenants.get(tenant)
        return () if known is None else tuple(known.ladder(store, None, "store", at))

    def chain(self, tenant: str, severity: str, moment: str) -> tuple[Step_, ...]:
        """How an alert of this severity about this moment climbs, in ascending time; never empty.

        Where no chain of the tenant fits, the store is told at once.
        """
        known = self._tenants.get(tenant)
        return USUAL if known is None else climb(known.chains, severity, moment)

    def person(self, tenant: str, person_id: str) -> Person | None:
        """Somebody by id."""
        known = self._tenants.get(tenant)
        return None if known is None else known.people.get(person_id)

    def store(self, tenant: str, store: str) -> Store | None:
        """A store by id."""
        known = self._tenants.get(tenant)
        return None if known is None else known.stores.get(store)

    def roster(self, tenant: str, level: Level, name: str = "") -> Roster | None:
        """The rota of a store, area, region or brand by id, or of the fallback (without one); None where it has none."""
        known = self._tenants.get(tenant)
        post = None if known is None else known.posts.get((level, name))
        return None if post is None else post.roster

    def tenants(self) -> tuple[str, ...]:
        """The tenants of whom there is data."""
        return tuple(sorted(self._tenants))

    def organisation(self, tenant: str) -> Organisation | None:
        """All of one tenant's data, chains in the order in which they are looked through."""
        known = self._tenants.get(tenant)
        return None if known is None else known.whole

    def gaps(self) -> tuple[str, ...]:
        """Names in the data that lead nowhere, a line each: such a place has nobody, and the next level answers."""
        return tuple(
            f"{name}: {'.'.join(str(step) for step in gap.path)}: {gap.text}"
            for name, known in sorted(self._tenants.items())
            for gap in find_gaps(known.whole)
        )


def _joined(entries: Iterable[Organisation]) -> Iterator[Organisation]:
    """One organisation a tenant."""
    parts: dict[str, list[Organisation]] = {}
    for entry in entries:
        parts.setdefault(entry.tenant, []).append(entry)
    for tenant, own in parts.items():
        fallbacks = [part.fallback for part in own if part.fallback != Duty()]
        yield Organisation(
            tenant=tenant,
            fallback=fallbacks[-1] if fallbacks else Duty(),
            people=list({person.id: person for part in own for person in part.people}.values()),
            stores=list({store.id: store for part in own for store in part.stores}.values()),
            areas=list({area.id: area for part in own for area in part.areas}.values()),
            regions=list({region.id: region for part in own for region in part.regions}.values()),
            brands=list({brand.id: brand for part in own for brand in part.brands}.values()),
            chains=in_order({chain.id: chain for part in own for chain in part.chains}.values()),
            policies=[policy for part in own for policy in part.policies],
        )
