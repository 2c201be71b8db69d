"""`where` and `when`: conditions on the fields of an event, broken into atoms of one field and one question."""

import json
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from streams.catalogue.document import Condition
from streams.catalogue.model import Look
from streams.catalogue.values import Scalar

_ORDERS: Mapping[str, tuple[str, Callable[[float, float], bool]]] = {
    "lt": ("<", operator.lt),
    "le": ("<=", operator.le),
    "gt": (">", operator.gt),
    "ge": (">=", operator.ge),
}


@dataclass(frozen=True, slots=True)
class Atom:
    """One question to one field. `kind`: in, not, lt, le, gt, ge, exists; `values` are what it is held against."""

    path: str
    kind: str
    values: tuple[Scalar, ...]

    @property
    def key(self) -> str:
        """The same for atoms that always answer alike (and unlike `==`, other for 1 than for true)."""
        return json.dumps((self.path, self.kind, self.values), ensure_ascii=False)

    def test(self) -> Callable[[object], bool]:
        """The question as a function of the field's value, None where the field is absent. Never raises for a scalar."""
        if self.kind == "exists":
            wanted = bool(self.values[0])
            return lambda value: (value is not None) is wanted
        if self.kind in _ORDERS:
            return _compare(_ORDERS[self.kind][1], self.values[0])
        # 1 is not true and 0 is not false here, though Python says so
        among = frozenset((isinstance(value, bool), value) for value in self.values)
        if self.kind == "in":
            return lambda value: (isinstance(value, bool), value) in among
        return lambda value: (isinstance(value, bool), value) not in among

    def words(self) -> str:
        """`tier = vip`, `score < 3`: for the proof."""
        values = ", ".join(json.dumps(v) if isinstance(v, bool) else str(v) for v in self.values)
        if self.kind == "exists":
            return f"{self.path} {'exists' if self.values[0] else 'is absent'}"
        if self.kind in _ORDERS:
            return f"{self.path} {_ORDERS[self.kind][0]} {values}"
        if self.kind == "in":
            return f"{self.path} {'=' if len(self.values) == 1 else 'in'} {values}"
        return f"{self.path} not {values}"


def _compare(order: Callable[[float, float], bool], bound: Scalar) -> Callable[[object], bool]:
    assert isinstance(bound, int | float)
    limit = bound

    def test(value: object) -> bool:
        return isinstance(value, int | float) and not isinstance(value, bool) and order(value, limit)

    return test


def atoms(where: Mapping[str, Condition]) -> tuple[Atom, ...]:
    """The atoms of a `where`, all of which must hold; sorted by field, so that the order in the file means nothing."""
    found = []
    for path, condition in sorted(where.items()):
        if condition.equals is not None:
            found.append(Atom(path, "in", (condition.equals,)))
        if condition.in_ is not None:
            found.append(Atom(path, "in", tuple(condition.in_)))
        if condition.not_ is not None:
            found.append(Atom(path, "not", tuple(condition.not_)))
        for kind in _ORDERS:
            bound = getattr(condition, kind)
            if bound is not None:
                found.append(Atom(path, kind, (bound,)))
        if condition.exists is not None:
            found.append(Atom(path, "exists", (condition.exists,)))
    return tuple(found)


def all_hold(conditions: tuple[Atom, ...]) -> Callable[[Look], bool]:
    """Whether all of them hold for what `look` shows."""
    tests = tuple((atom.path, atom.test()) for atom in conditions)
    return lambda look: all(test(look(path)) for path, test in tests)


def words(conditions: tuple[Atom, ...]) -> str:
    """`priority = p1 and tier in vip, gold`."""
    return " and ".join(atom.words() for atom in conditions)
