"""What the detect stage counts: how occurrences stand, and what was said of them."""

from collections.abc import Mapping, Sequence
from typing import Final

from streams.catalogue.grades import may_begin_with
from streams.catalogue.model import Catalogue, Moment
from streams.clock import HOUR, SECOND
from streams.engine.case import Kind
from streams.engine.transition import Transition
from streams.metrics.bounded import Bounds, Regions
from streams.metrics.contract import STATES, Labels
from streams.metrics.families import Families
from streams.metrics.series import Values
from streams.metrics.standings import ByShard
from streams.metrics.top_stores import TopStores

Place = tuple[str, str, str]
"""Tenant, region ("" for none) and moment."""

SHARES: Final = ("opened", "at_risk", "breached", "met", "recovered", "retracted")
"""Kinds that shares are worked out of: there with 0 as soon as a place is known, so that their first is an increase."""

_REMEMBERED: Final = 1 << 16
"""Bound of what is remembered by names that producers choose."""


class Detection:
    """The instruments of the detect stage; `Instruments.detection`. One thread calls it, any may scrape.

    A decision is counted once, by the process that made it. After a restart nothing is decided twice, so nothing is
    counted twice: counters begin at 0 in a new process, as Prometheus expects, and gauges come from the state.
    """

    def __init__(self, families: Families, bounds: Bounds) -> None:
        self._regions = Regions(bounds)
        self._moments: dict[str, Moment] = {}
        self._stages: dict[str, str] = {}
        self._places: dict[Place, Labels] = {}
        self._zeros: dict[Labels, float] = {}
        self._tenants: set[str] = set()
        self._sizes: dict[int, int] = {}
        self._stores = TopStores(bounds.stores)
        self._counts: ByShard[tuple[Place, str]] = ByShard()
        self._oldest: ByShard[Place] = ByShard()
        self._cases: ByShard[int] = ByShard()

        families.at_scrape("moments_occurrences", self._occurrences)
        families.at_scrape("moments_oldest_breach_timestamp_seconds", self._oldest_breaches)
        families.at_scrape("moments_store_breaches_total", self._stores.breaches)
        families.at_scrape("moments_store_started_total", self._stores.starts)
        families.at_scrape("moments_cases", self._kept)
        self._transitions = families.series("moments_transitions_total")
        self._breaches = families.series("moments_breaches_total")
        self._retractions = families.series("moments_retractions_total")
        self._saved = families.series("moments_saved_total")
        self._found_late = families.series("moments_found_late_total")
        self._lateness = families.spans("moments_lateness_seconds")
        self._to_end = families.spans("moments_time_to_end_seconds")
        self._to_transition = families.spans("moments_due_to_transition_seconds", [()])
        self._applied = families.series("moments_events_applied_total")
        self._without_effect = families.counter("moments_events_without_effect_total", "why")
        self._unknown_fields = families.series("moments_unknown_fields_total", [()])
        self._catalogue = families.series("moments_catalogue_info")
        self._moment_info = families.series("moments_moment_info")
        self._objectives = families.series("moments_moment_objective")

    # what is in force, and what is read

    def catalogue(self, catalogue: Catalogue) -> None:
        """These moments are in force from now on."""
        self._moments = {moment.id: moment for moment in catalogue.moments}
        self._stages |= {moment.id: moment.stage for moment in catalogue.moments}
        self._places = {}  # a moment may have come to another stage
        self._catalogue.put({(catalogue.version,): 1})
        self._moment_info.put({_info(moment): 1 for moment in catalogue.moments})
        self._objectives.put({(moment.id,): moment.objective for moment in catalogue.moments})
        for tenant in sorted(self._tenants):
            self._expect(tenant)

    def inputs(self, topics: Sequence[str]) -> None:
        """These topics are read."""
        self.applied(dict.fromkeys(topics, 0))

    def applied(self, counts: Mapping[str, int]) -> None:
        """So many events were taken, by topic."""
        for topic, count in counts.items():
            self._applied.add((topic,), count)

    def without_effect(self, counts: Mapping[str, int]) -> None:
        """So many events changed nothing, by why: duplicate, beyond or unmentioned."""
        for why, count in counts.items():
            self._without_effect.add((why,), count)

    def unknown_fields(self, count: int) -> None:
        """So many fields were ignored."""
        self._unknown_fields.add((), count)

    # what a decision did

    def occurred(self, steps: Mapping[tuple[str, str, str, str], int]) -> None:
        """So many steps, by tenant, region, moment and kind. A count that is negative is left to whoever counts: it is
        made good before it comes again (see streams.state.tally)."""
        for (tenant, region, moment, kind), count in steps.items():
            if count > 0:
                self._transitions.add((*self._where(tenant, region, moment), kind), count)

    def started(self, stores: Mapping[tuple[str, str, str | None], int]) -> None:
        """So many occurrences began, by tenant, region and store. Those of no store, and negative counts, are passed
        over."""
        for (tenant, region, store), count in stores.items():
            if store and count > 0:
                self._stores.started((*self._regions(tenant, region), store), count)

    def durations(self, spans: Mapping[tuple[str, str], Sequence[int]]) -> None:
        """From start to end of occurrences that were met or recovered, in microseconds, by tenant and moment."""
        for (tenant, moment), some in spans.items():
            self._to_end.add((self._regions.tenant(tenant), moment), some)

    def said(self, said: Sequence[Transition]) -> None:
        """The transitions that a decision publishes, in order."""
        for one in said:
            self._stages.setdefault(one.moment, one.stage)
            where = self._where(one.tenant, one.labels.get("region") or "", one.moment)
            if one.kind == Kind.BREACHED:
                self._breaches.add((*where, one.severity))
                self._breached(one, where)
            elif one.kind == Kind.RETRACTED:
                self._retractions.add((*where, one.severity))
            elif one.kind == Kind.RECOVERED and one.due_at is not None:  # the due that was missed
                self._lateness.add((where[0], one.moment), [max(0, one.at - one.due_at)])

    def saved(self, counts: Mapping[Place, int]) -> None:
        """So many were met after a warning, and never said to be broken, by place."""
        for (tenant, region, moment), count in counts.items():
            self._saved.add(self._where(tenant, region, moment), count)

    def _breached(self, one: Transition, where: Labels) -> None:
        after = max(0, one.found_at - one.at)  # a breach is dated by its due
        if after <= HOUR:
            self._to_transition.add((), [after])
        else:
            self._found_late.add((where[0], one.moment))
        if store := one.labels.get("store"):
            self._stores.breached((where[0], where[1], store))

    # how the shards stand

    def occurrences(self, partition: int, counts: Mapping[tuple[Place, str], int]) -> None:
        """How many open occurrences of a shard are in each state, by place and state. What is served is the sum over the
        shards of this worker. The counts are copied."""
        if self._sizes.get(partition) != len(counts):  # there may be a place that nothing has been counted of yet
            self._sizes[partition] = len(counts)
            for place, _ in counts:
                self._where(*place)
        self._counts.put(partition, counts)

    def oldest(self, partition: int, instants: Mapping[Place, int]) -> None:
        """Since when the oldest broken occurrence of each place of a shard is broken."""
        self._oldest.put(partition, instants)

    def cases(self, partition: int, count: int) -> None:
        """How many cases a shard keeps."""
        self._cases.put(partition, {partition: count})

    def gone(self, partition: int) -> None:
        """The shard has left this worker; so has its part of every gauge."""
        self._sizes.pop(partition, None)
        for parts in (self._counts, self._oldest, self._cases):
            parts.gone(partition)

    # at a scrape, in another thread

    def _occurrences(self) -> Values:
        found = self._zeros.copy()
        places = self._places
        for (place, state), count in self._counts.sums().items():
            labels = (*(places.get(place) or self._labels(*place)), state)
            found[labels] = found.get(labels, 0) + count
        return found

    def _oldest_breaches(self) -> Values:
        found: dict[Labels, float] = {}
        for (tenant, region, moment), at in self._oldest.least().items():
            labels = (*self._regions(tenant, region), moment)
            found[labels] = min(found.get(labels, at / SECOND), at / SECOND)
        return found

    def _kept(self) -> Values:
        return {(str(partition),): count for partition, count in sorted(self._cases.sums().items())}

    # labels

    def _labels(self, tenant: str, region: str, moment: str) -> Labels:
        return (*self._regions(tenant, region), moment, self._stages.get(moment, ""))

    def _where(self, tenant: str, region: str, moment: str) -> Labels:
        """Tenant, region, moment and stage as they are counted. Of a place that is new, zeros are there from now on."""
        place = tenant, region, moment
        known = self._places.get(place)
        if known is None:
            if len(self._places) >= _REMEMBERED:
                self._places = {}
            known = self._places[place] = self._labels(*place)
            if known[0] not in self._tenants:
                self._tenants.add(known[0])
                self._expect(known[0])
            self._begin(known)
        return known

    def _expect(self, tenant: str) -> None:
        """Every moment of the catalogue has a zero for the tenant, so that what never happened is not missing."""
        for moment in self._moments.values():
            self._begin((tenant, "", moment.id, moment.stage))

    def _begin(self, where: Labels) -> None:
        if self._saved.has(where):
            return
        self._saved.add(where, 0)
        for kind in SHARES:
            self._transitions.add((*where, kind), 0)
        if (moment := self._moments.get(where[2])) is not None:
            for severity in may_begin_with(moment):
                for series in (self._breaches, self._retractions):
                    series.add((*where, severity), 0)
        short = where[0], where[2]
        self._found_late.add(short, 0)
        self._lateness.add(short, ())
        self._to_end.add(short, ())
        self._zeros |= {(*where, state): 0 for state in STATES}


def _info(moment: Moment) -> Labels:
    title = moment.title
    return moment.id, moment.stage, moment.severity, moment.owner, title.get("zh", ""), title.get("en", "")
