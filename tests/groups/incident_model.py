"""Incidents worked out slowly, from the rules: every question is answered by looking at everything that ever happened."""

from dataclasses import dataclass, field
from math import ceil, sqrt

from streams.groups.incident import IncidentPolicy

ORDER = ("store", "fleet", "provider", "region")
Cause = tuple[str, str]


@dataclass(eq=False)
class Case:
    """An alert that broke."""

    name: str
    labels: dict[str, str | None]
    broken_at: int
    bucket: int
    is_open: bool = True
    incident: "Cluster | None" = None
    learnt_from: bool = False

    def has(self, cause: Cause) -> bool:
        return self.labels[cause[0]] == cause[1]


@dataclass(eq=False)
class Cluster:
    """An incident."""

    cause: Cause
    since: int
    opened_at: int
    usual: float
    threshold: int
    counted: int
    newest_at: int
    until: int | None = None
    over: bool = False


@dataclass
class Model:
    """The incidents of one tenant."""

    policy: IncidentPolicy
    cases: list[Case] = field(default_factory=list)
    clusters: list[Cluster] = field(default_factory=list)
    settled: dict[int, dict[Cause, int]] = field(default_factory=dict)
    unwatched: list[tuple[Cause, int, int]] = field(default_factory=list)
    accepted: list[tuple[Cause, int, int, int]] = field(default_factory=list)
    told: list[tuple[str, Cause]] = field(default_factory=list)
    now: int = 0

    # time

    def advance(self, to: int) -> None:
        span = self.policy.span
        while True:
            ends = [self._ends(each) for each in self.clusters if each.until is None]
            at = min([(self.now // span + 1) * span, *ends])
            if at > to:
                break
            self.now = max(self.now, at)
            self._settle()
            for cluster in self.clusters:
                if cluster.until is None and self._ends(cluster) <= self.now:
                    self._close(cluster)
            self._finish()
        self.now = to
        self._finish()

    def _ends(self, cluster: Cluster) -> int:
        return min(cluster.newest_at + self.policy.span, cluster.opened_at + self.policy.longest)

    def _settle(self) -> None:
        last = self.now // self.policy.span - 2
        for case in self.cases:
            span = case.bucket // self.policy.buckets
            if case.incident is None and not case.learnt_from and span <= last:
                case.learnt_from = True
                for cause in self._causes(case):
                    if not any(each.cause == cause and each.until is None for each in self.clusters):
                        counts = self.settled.setdefault(span, {})
                        counts[cause] = counts.get(cause, 0) + 1

    def _close(self, cluster: Cluster) -> None:
        span = self.policy.span
        cluster.until = self._ends(cluster)
        last = cluster.until // span
        first = last
        if cluster.until == cluster.opened_at + self.policy.longest:
            spans = self.policy.longest // span
            first = last - spans
            count = sum(case.incident is cluster for case in self.cases) // spans
            self.accepted.append((cluster.cause, first, last, count))
        self.unwatched.append((cluster.cause, cluster.opened_at // span - 1, first))

    def _finish(self) -> None:
        for cluster in self.clusters:
            served = not any(case.incident is cluster and case.is_open for case in self.cases)
            if cluster.until is not None and served and not cluster.over:
                cluster.over = True
                self.told.append(("incident_over", cluster.cause))

    # what happens

    def find(self, name: str) -> Case | None:
        for case in self.cases:
            if case.name == name and not case.learnt_from and (case.incident is None or not case.incident.over):
                return case
        return None

    def becomes(self, name: str, *, is_open: bool) -> None:
        case = self.find(name)
        if case is not None:
            case.is_open = is_open
            self._finish()

    def retract(self, name: str) -> None:
        case = self.find(name)
        if case is not None:
            self.cases.remove(case)
            self._finish()

    def breaks(self, name: str, labels: dict[str, str | None], broken_at: int) -> None:
        if self.find(name) is not None:
            self.becomes(name, is_open=True)
            return
        case = Case(name, labels, broken_at, min(broken_at, self.now) // self.policy.bucket)
        for kind in ORDER:
            for cluster in self.clusters:
                if (
                    cluster.cause[0] == kind
                    and case.has(cluster.cause)
                    and cluster.until is None
                    and broken_at >= cluster.since
                ):
                    case.incident, cluster.newest_at = cluster, self.now
                    self.cases.append(case)
                    return
        if not self._is_recent(case):
            return
        self.cases.append(case)
        past = []
        for cause in self._causes(case):
            if any(each.cause == cause and each.until is None for each in self.clusters):
                continue
            sharing = self._sharing(cause)
            usual, threshold = self.bound(cause)
            stores = {each.labels["store"] for each in sharing} - {None}
            if len(sharing) > threshold and (cause[0] == "store" or len(stores) >= self.policy.stores_at_least):
                past.append((cause, sharing, usual, threshold))
        most = max((len(sharing) for _, sharing, _, _ in past), default=0)
        for cause, sharing, usual, threshold in past:
            if len(sharing) >= self.policy.near * most:
                since = min(each.broken_at for each in sharing if each.is_open)
                cluster = Cluster(cause, since, self.now, usual, threshold, len(sharing), self.now)
                self.clusters.append(cluster)
                for each in sharing:
                    if each.broken_at >= since:
                        each.incident = cluster
                self.told.append(("incident", cause))
                break

    # questions

    def _causes(self, case: Case) -> list[Cause]:
        return [(kind, value) for kind in ORDER if (value := case.labels[kind])]

    def _is_recent(self, case: Case) -> bool:
        return case.bucket > self.now // self.policy.bucket - self.policy.buckets

    def _sharing(self, cause: Cause) -> list[Case]:
        free = [case for case in self.cases if case.incident is None and not case.learnt_from]
        return [case for case in free if case.has(cause) and self._is_recent(case)]

    def bound(self, cause: Cause) -> tuple[float, int]:
        """What is usual now, worked out from the first span on."""
        policy, floor = self.policy, self.policy.floors[cause[0]]  # type: ignore[index]
        counts = {span: counts[cause] for span, counts in self.settled.items() if cause in counts}
        accepted = {
            span: count
            for each, first, last, count in self.accepted
            if each == cause
            for span in range(first + 1, last + 1)
        }
        dark = {span for each, first, last in self.unwatched if each == cause for span in range(first, last + 1)}
        dark -= accepted.keys()
        closings = {last for each, _, last in self.unwatched if each == cause}
        newest = max([self.now // policy.span - 2, *accepted])
        mean = variance = 0.0
        watched = silent = 0
        known = False
        for span in range(min([newest + 1, *counts, *closings, *accepted]), newest + 1):
            count = 0 if span in dark else accepted.get(span, counts.get(span, 0))
            silent = 0 if count or (not known and span in closings) else silent + 1
            known = known or count > 0 or span in closings
            if span in dark or not known:
                continue
            watched += 1
            weight = 1 / min(watched, policy.memory)
            mean, variance = mean + weight * (count - mean), (1 - weight) * (variance + weight * (count - mean) ** 2)
            if mean < 0.01 and silent >= policy.forget_after // policy.span and span not in accepted:
                mean, variance, watched, known = 0.0, 0.0, 0, False
        return mean, max(floor, ceil(mean + policy.deviations * sqrt(max(mean, variance))))
