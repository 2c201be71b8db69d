"""What the stages behind detection count: alerts that are open, what is told as one, and what is on its way to people."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import product

from schemas.alert import OPEN_STATES
from schemas.notice import Outcome
from streams.metrics.bounded import Bounded, Bounds
from streams.metrics.contract import BY_NAME, OTHER, SEVERITIES, Labels
from streams.metrics.families import Families
from streams.metrics.series import Values
from streams.metrics.standings import ByShard

_GROUP_KINDS = BY_NAME["moments_groups"].values["kind"]
_OUTCOMES = BY_NAME["moments_notifications_total"].values["outcome"]


class Alerts:
    """The instruments of the alert stage; `Instruments.alerts`."""

    def __init__(self, families: Families, bounds: Bounds) -> None:
        self._tenant = Bounded(bounds.tenants, OTHER)
        self._open: ByShard[tuple[str, str, str]] = ByShard()
        self._zeros: dict[Labels, float] = {}
        self._changes = families.counter("moments_alert_changes_total", "what")
        families.at_scrape("moments_alerts", self._alerts)

    def changed(self, counts: Mapping[str, int]) -> None:
        """So many changes of alerts, by what."""
        for what, count in counts.items():
            self._changes.add((what,), count)

    def open(self, partition: int, counts: Mapping[tuple[str, str, str], int]) -> None:
        """How many alerts of a shard are not over, by tenant, severity and state."""
        self._open.put(partition, counts)

    def gone(self, partition: int) -> None:
        """The shard has left this worker."""
        self._open.gone(partition)

    def _alerts(self) -> Values:
        counts = [((self._tenant(tenant), *rest), count) for (tenant, *rest), count in self._open.sums().items()]
        tenants = {labels[0] for labels, _ in counts}
        zeros = [(tenant, *rest) for tenant in tenants for rest in product(SEVERITIES, OPEN_STATES)]
        return _total(self._zeros, zeros, counts)


class Groups:
    """The instruments of the group stage; `Instruments.groups`."""

    def __init__(self, families: Families, bounds: Bounds) -> None:
        self._tenant = Bounded(bounds.tenants, OTHER)
        self._open: ByShard[tuple[str, str]] = ByShard()
        self._zeros: dict[Labels, float] = {}
        self._notices = families.counter("moments_notices_total", "reason")
        self._held = families.counter("moments_notices_held_total", "cause")
        families.at_scrape("moments_groups", self._groups)

    def told(self, counts: Mapping[str, int]) -> None:
        """So many notices, by reason."""
        for reason, count in counts.items():
            self._notices.add((reason,), count)

    def held(self, counts: Mapping[str, int]) -> None:
        """So many tellings were held, by cause."""
        for cause, count in counts.items():
            self._held.add((cause,), count)

    def open(self, partition: int, counts: Mapping[tuple[str, str], int]) -> None:
        """How many groups and incidents of a shard are not over, by tenant and kind."""
        self._open.put(partition, counts)

    def gone(self, partition: int) -> None:
        """The shard has left this worker."""
        self._open.gone(partition)

    def _groups(self) -> Values:
        counts = [((self._tenant(tenant), kind), count) for (tenant, kind), count in self._open.sums().items()]
        tenants = {labels[0] for labels, _ in counts}
        zeros = [(tenant, kind) for tenant in tenants for kind in _GROUP_KINDS]
        return _total(self._zeros, zeros, counts)


class Outbox:
    """The instruments of the notify stage; `Instruments.outbox`."""

    def __init__(self, families: Families, bounds: Bounds) -> None:
        self._receiver = Bounded(bounds.receivers, OTHER)
        self._waiting: ByShard[str] = ByShard()
        self._zeros: dict[Labels, float] = {}
        self._outcomes = families.series("moments_notifications_total")
        self._delivered = families.spans("moments_due_to_delivery_seconds", [()])
        families.at_scrape("moments_outbox_waiting", self._queued)

    def receivers(self, names: Iterable[str]) -> None:
        """These receivers are set up."""
        for name in names:
            receiver = self._receiver(name)
            self._zeros |= {(receiver,): 0}
            for outcome in _OUTCOMES:
                self._outcomes.add((receiver, outcome), 0)

    def came_of_it(self, counts: Mapping[tuple[str, Outcome], int]) -> None:
        """So many attempts, by receiver and outcome."""
        for (receiver, outcome), count in counts.items():
            self._outcomes.add((self._receiver(receiver), outcome), count)

    def delivered(self, spans: Sequence[int]) -> None:
        """So long after their breaches people were told of them, in microseconds."""
        self._delivered.add((), spans)

    def waiting(self, partition: int, counts: Mapping[str, int]) -> None:
        """How many notices of a shard wait for each receiver."""
        self._waiting.put(partition, counts)

    def gone(self, partition: int) -> None:
        """The shard has left this worker."""
        self._waiting.gone(partition)

    def _queued(self) -> Values:
        counts: list[tuple[Labels, int]] = [
            ((self._receiver(name),), count) for name, count in self._waiting.sums().items()
        ]
        return _total(self._zeros, [], counts)


def _total(known: dict[Labels, float], zeros: Iterable[Labels], counts: Iterable[tuple[Labels, int]]) -> Values:
    """The counts by labels. What is known once stays known, with 0."""
    known |= dict.fromkeys(zeros, 0)
    found = known.copy()
    for labels, count in counts:
        known.setdefault(labels, 0)
        found[labels] = found.get(labels, 0) + count
    return found
