"""The clocks that people follow from their beginning on: the ledger of promises, and the steps of chains."""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from schemas.followed import FOLLOWED_OPEN, Followed
from schemas.transition import Text
from streams.catalogue.model import Catalogue
from streams.clock import instant
from streams.console.board.alerts import Alerts
from streams.console.board.days import local_day
from streams.console.board.rows import Rows
from streams.console.board.sighting import NEVER
from streams.console.viewer import Viewer
from streams.console.views import Chain, Freshness, PromiseFilter, PromiseRow, Promises, StepRow

_ENDED = 100
"""So many of those that ended today are shown, at the most."""


class _Clock(msgspec.Struct, gc=False, eq=False):
    """A followed clock and its instants."""

    told: Followed
    partition: int
    started: int
    due: int | None
    ended: int | None

    @property
    def is_open(self) -> bool:
        return self.told.state in FOLLOWED_OPEN


class Following:
    """Followed clocks by id and by case; promises also under the case that they were made in."""

    def __init__(self, alerts: Alerts, rows: Rows) -> None:
        self._alerts, self._rows = alerts, rows
        self._by_id: dict[str, _Clock] = {}
        self._by_case: dict[tuple[str, str], dict[str, None]] = {}
        self._promises: dict[str, dict[str, None]] = {}
        self._catalogue: Catalogue | None = None

    def use(self, catalogue: Catalogue | None) -> None:
        """The catalogue that says which steps a chain has, for those that have not begun, and what is called how."""
        self._catalogue = catalogue

    def owner(self, moment_id: str, owner: str) -> Text | None:
        """What the owner of a moment is called, as far as the catalogue says so."""
        position = None if self._catalogue is None else self._catalogue.position(moment_id)
        if self._catalogue is None or position is None:
            return None
        moment = self._catalogue.moments[position]
        return Text(**moment.owner_title) if moment.owner == owner and moment.owner_title is not None else None

    def put(self, told: Followed, partition: int) -> bool:
        """A clock as it stands; False where nothing is new."""
        before = self._by_id.get(told.id)
        if before is not None:
            if before.told == told:
                return False
            self._forget(before.told)
        due = None if told.due_at is None else instant(told.due_at)
        ended = None if told.ended_at is None else instant(told.ended_at)
        self._by_id[told.id] = _Clock(told, partition, instant(told.started_at), due, ended)
        for case in {told.case, told.within}:
            self._by_case.setdefault((told.tenant, case), {})[told.id] = None
        if told.promise is not None:
            self._promises.setdefault(told.tenant, {})[told.id] = None
        return True

    def drop(self, name: str) -> bool:
        """It is followed no more; False where it was not known."""
        known = self._by_id.pop(name, None)
        if known is not None:
            self._forget(known.told)
        return known is not None

    def _forget(self, told: Followed) -> None:
        for case in {told.case, told.within}:
            own = self._by_case[told.tenant, case]
            del own[told.id]
            if not own:
                del self._by_case[told.tenant, case]
        if told.promise is not None:
            del self._promises[told.tenant][told.id]

    def partition_of(self, tenant: str, case: str) -> int | None:
        """The partition that everything of a case lies in; None where nothing of it is followed."""
        return next((clock.partition for clock in self._own(tenant, case)), None)

    # promises

    def promises(self, viewer: Viewer, wanted: PromiseFilter, at: int, limit: int, fresh: Freshness) -> Promises:
        """The ledger, as `views.Promises` has it."""
        start, end = local_day(at, viewer.time_zone)
        opened, ended = [], []
        for clock in self._looked_for(viewer, wanted):
            if clock.is_open:
                opened.append(clock)
            elif clock.ended is not None and start <= clock.ended < end:
                ended.append(clock)
        opened.sort(key=_by_due)
        ended.sort(key=lambda clock: (-(clock.ended or 0), clock.told.id))
        return Promises(
            at=at,
            open=tuple(self._row(clock) for clock in opened[:limit]),
            ended=tuple(self._row(clock) for clock in ended[:_ENDED]),
            total=len(opened),
            late=sum(_is_late(clock, at) for clock in opened),
            left_out=max(0, len(opened) - limit),
            fresh=fresh,
        )

    def of_case(self, tenant: str, case: str) -> tuple[PromiseRow, ...]:
        """The promises of a case: those that are open first, the first to be kept first."""
        own = [clock for clock in self._own(tenant, case) if clock.told.promise is not None]
        return tuple(self._row(clock) for clock in sorted(own, key=lambda clock: (not clock.is_open, *_by_due(clock))))

    def promise(self, alert_id: str) -> PromiseRow | None:
        """The promise that an alert is about."""
        clock = self._by_id.get(alert_id)
        return None if clock is None or clock.told.promise is None else self._row(clock)

    def people(self, viewer: Viewer) -> list[tuple[str, str]]:
        """Who has promised something that is open, with their names, by name."""
        found = {
            (told.tenant, promise.person)
            for clock in self._looked_for(viewer, PromiseFilter())
            if clock.is_open and (promise := (told := clock.told).promise) is not None and promise.person
        }
        return sorted({(person, self._rows.person_name(tenant, person)) for tenant, person in found}, key=_named)

    def stores(self, viewer: Viewer) -> list[tuple[str, str]]:
        """The stores in which something that is open was promised, with their names, by name."""
        found = {
            (clock.told.tenant, store)
            for clock in self._looked_for(viewer, PromiseFilter())
            if clock.is_open and (store := clock.told.labels.store)
        }
        return sorted({(store, self._rows.store_name(tenant, store)) for tenant, store in found}, key=_named)

    def _looked_for(self, viewer: Viewer, wanted: PromiseFilter) -> Iterator[_Clock]:
        for tenant, names in self._promises.items():
            if not viewer.sees(tenant) or wanted.tenant not in (None, tenant):
                continue
            some: Iterable[str] = names if wanted.case is None else self._by_case.get((tenant, wanted.case), ())
            for clock in map(self._by_id.__getitem__, some):
                promise = clock.told.promise
                if (
                    promise is not None
                    and wanted.person in (None, promise.person)
                    and wanted.store in (None, clock.told.labels.store)
                ):
                    yield clock

    def _row(self, clock: _Clock) -> PromiseRow:
        told, rows = clock.told, self._rows
        promise, store = told.promise, told.labels.store
        person = None if promise is None else promise.person
        return PromiseRow(
            id=told.id,
            tenant=told.tenant,
            case=told.case,
            within=told.within,
            promise=None if promise is None else promise.id,
            person=person,
            person_name=None if person is None else rows.person_name(told.tenant, person),
            text=None if promise is None else promise.text,
            moment=told.moment,
            title=told.title,
            severity=told.severity,
            region=told.labels.region,
            store=store,
            store_name=None if store is None else rows.store_name(told.tenant, store),
            state=told.state,
            started_at=clock.started,
            due_at=clock.due,
            ended_at=clock.ended,
            alert=told.id if told.id in self._alerts else None,
        )

    # chains

    def chain(self, alert_id: str) -> Chain | None:
        """The chain that an alert is a step of, in its case."""
        clock = self._by_id.get(alert_id)
        if clock is None or clock.told.chain is None:
            return None
        name, told = clock.told.chain.name, clock.told
        return next(chain for chain in self.chains(told.tenant, told.case) if chain.name == name)

    def chains(self, tenant: str, case: str) -> tuple[Chain, ...]:
        """The chains of a case of which a step has begun, by name."""
        found: dict[str, dict[str, _Clock]] = {}
        for clock in sorted(self._own(tenant, case), key=lambda clock: clock.told.occurrence):
            if clock.told.chain is not None and clock.told.case == case:
                found.setdefault(clock.told.chain.name, {})[clock.told.moment] = clock
        return tuple(self._chain(name, found[name]) for name in sorted(found))

    def _chain(self, name: str, clocks: dict[str, _Clock]) -> Chain:
        steps = [self._step(clock, of_now=not _is_of_before(clock, clocks.values())) for clock in clocks.values()]
        declared = () if self._catalogue is None else self._catalogue.moments
        for moment in declared:
            if moment.chain is not None and moment.chain[0] == name and moment.id not in clocks:
                steps.append(StepRow(moment.id, Text(**moment.title), moment.chain[1], "not_begun"))
        of = max(
            len({step.step for step in steps}), *(told.of for clock in clocks.values() if (told := clock.told.chain))
        )
        titles = (moment.chain_title for moment in declared if moment.chain is not None and moment.chain[0] == name)
        title = next(filter(None, titles), None)
        in_order = tuple(sorted(steps, key=lambda step: (step.step, step.moment)))
        return Chain(name, of, in_order, None if title is None else Text(**title))

    def _step(self, clock: _Clock, *, of_now: bool) -> StepRow:
        told = clock.told
        if not of_now:
            return StepRow(
                moment=told.moment,
                title=told.title,
                step=1 if told.chain is None else told.chain.step,
                state="not_begun",
                alert=told.id if told.id in self._alerts else None,
                last=told.state,
                last_at=clock.ended,
            )
        return StepRow(
            moment=told.moment,
            title=told.title,
            step=1 if told.chain is None else told.chain.step,
            state=told.state,
            started_at=clock.started,
            due_at=clock.due,
            ended_at=clock.ended,
            alert=told.id if told.id in self._alerts else None,
        )

    def _own(self, tenant: str, case: str) -> Sequence[_Clock]:
        return [self._by_id[name] for name in self._by_case.get((tenant, case), ())]


def _by_due(clock: _Clock) -> tuple[int, str]:
    return NEVER if clock.due is None else clock.due, clock.told.id


def _is_late(clock: _Clock, at: int) -> bool:
    """Past its due, whether detection has said so yet or not."""
    state = clock.told.state
    return state == "broken" or (state in ("running", "at_risk") and clock.due is not None and clock.due < at)


def _is_of_before(clock: _Clock, chain: Iterable[_Clock]) -> bool:
    """Whether a step ended before a lower step began once more, so that its turn has yet to come again.

    A later step may well be over before an earlier one begins, in one and the same round: a lower step speaks of a new
    round only where it has begun more often than this one.
    """
    if clock.ended is None or clock.told.chain is None:
        return False
    step = clock.told.chain.step
    return any(
        other.told.chain.step < step
        and other.told.occurrence > clock.told.occurrence
        and clock.started < other.started >= clock.ended
        for other in chain
        if other.told.chain is not None
    )


def _named(one: tuple[str, str]) -> tuple[str, str]:
    return one[1], one[0]
