"""What is usual for each value, kept in the ledger: asked for when a breach is counted, and learnt as spans settle."""

from collections.abc import Container
from typing import NamedTuple

from streams.groups.incident_ledger import Ledger
from streams.groups.incident_policy import IncidentPolicy
from streams.groups.incident_records import Value
from streams.groups.learning import Learnt, threshold


class Bound(NamedTuple):
    """Breaches in a span on average, and how many are not unusual yet."""

    usual: float
    threshold: int


class Usuals:
    """Everything that was learnt, by value."""

    def __init__(self, policy: IncidentPolicy, ledger: Ledger) -> None:
        self._policy, self._ledger = policy, ledger

    def bound(self, value: Value, settled: int) -> Bound:
        """What is usual for the value, as learnt up to that span."""
        floor = self._policy.floors[value.dimension]
        learnt = self._known(value, settled)
        if learnt is None:
            return Bound(0.0, floor)
        return Bound(learnt.usual, threshold(learnt.usual, learnt.variance, floor, self._policy))

    def learn(self, value: Value, span: int, count: int) -> None:
        """So many breaches of this span belong to no incident."""
        learnt = self._known(value, span - 1)
        if learnt is None:
            if len(self._ledger.learnt) >= self._policy.most_values:
                return
            learnt = Learnt(span - 1, span)
        if learnt.judged < span:
            learnt.take(count, self._policy)
            self._ledger.put_learnt(value, learnt)

    def hold(self, value: Value) -> None:
        """An incident of the value begins: what was learnt up to now stands, and nothing passes until it takes nothing
        more.
        """
        learnt = self._ledger.learnt.get(value)
        if learnt is not None:
            self._ledger.put_learnt(value, learnt)  # with the silent spans before, which no record has yet

    def skip(self, value: Value, span: int) -> None:
        """An incident of the value went on until this span: nothing is learnt of it."""
        learnt = self._ledger.learnt.get(value) or Learnt(span, span)
        learnt.skip_to(span)
        self._ledger.put_learnt(value, learnt)

    def accept(self, value: Value, span: int, spans: int, count: int) -> None:
        """An incident of the value was too long to be one: so many breaches in each of the `spans` up to this one are
        what is usual.
        """
        learnt = self._ledger.learnt.get(value) or Learnt(span - spans, span)
        learnt.skip_to(span - spans)
        while learnt.judged < span:
            learnt.take(count, self._policy)
        self._ledger.put_learnt(value, learnt)

    def _known(self, value: Value, span: int) -> Learnt | None:
        learnt = self._ledger.learnt.get(value)
        if learnt is not None and not learnt.pass_to(span, self._policy):
            self._ledger.drop_learnt(value)
            return None
        return learnt

    def sweep(self, settled: int, spared: Container[Value]) -> None:
        """Forget the values that have been silent for long and for which nothing is usual, but for those `spared`."""
        for value in list(self._ledger.learnt):
            if value not in spared:
                self._known(value, settled)
