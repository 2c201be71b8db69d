"""`where` and `when`: conditions on the fields of an event, broken into atoms of one field and one question.

Most questions are about the field's value alone. Two, `within` and `beyond`, hold the instant in the field against the
event's own: those atoms are `dated`, and their answer is another for each event, whatever the fields say.
"""

import json
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from streams.catalogue.document.triggers import Condition
from streams.catalogue.instants import as_instant
from streams.catalogue.model import OCCURRED_AT, Look
from streams.catalogue.values import Scalar
from streams.clock import format_duration

_ORDERS: Mapping[str, tuple[str, Callable[[float, float], bool]]] = {
    "lt": ("<", operator.lt),
    "le": ("<=", operator.le),
    "gt": (">", operator.gt),
    "ge": (">=", operator.ge),
}


_DATED = ("within", "beyond")

Dated = Callable[[object, int], bool]
"""A question to a field's value, given the event's own instant."""


@dataclass(frozen=True, slots=True)
class Atom:
    """One question to one field. `kind`: in, not, lt, le, gt, ge, exists, starts, within, beyond; `values` are what it
    is held against, of the last two a span."""

    path: str
    kind: str
    values: tuple[Scalar, ...]

    @property
    def key(self) -> str:
        """The same for atoms that always answer alike (and unlike `==`, other for 1 than for true)."""
        return json.dumps((self.path, self.kind, self.values), ensure_ascii=False)

    @property
    def dated(self) -> bool:
        """Whether the answer depends on the event's own instant as well; then ask `dated_test`, else `test`."""
        return self.kind in _DATED

    def dated_test(self) -> Dated:
        """The question as a function of the field's value and the event's instant; without an instant in the field it
        does not hold. Never raises for a scalar."""
        span = self.values[0]
        assert isinstance(span, int)
        return _near(span, beyond=self.kind == "beyond")

    def test(self) -> Callable[[object], bool]:
        """The question as a function of the field's value, None where the field is absent. Never raises for a scalar."""
        assert not self.dated
        if self.kind == "exists":
            wanted = bool(self.values[0])
            return lambda value: (value is not None) is wanted
        if self.kind in _ORDERS:
            return _compare(_ORDERS[self.kind][1], self.values[0])
        if self.kind == "starts":
            prefixes = tuple(map(str, self.values))
            return lambda value: isinstance(value, str) and value.startswith(prefixes)
        # 1 is not true and 0 is not false here, though Python says so
        among = frozenset((isinstance(value, bool), value) for value in self.values)
        if self.kind == "in":
            return lambda value: (isinstance(value, bool), value) in among
        return lambda value: (isinstance(value, bool), value) not in among

    def words(self) -> str:
        """`tier = vip`, `score < 3`: for the proof."""
        if self.dated:
            return f"{self.path} {self.kind} {format_duration(int(self.values[0]))}"
        values = ", ".join(json.dumps(v) if isinstance(v, bool) else str(v) for v in self.values)
        if self.kind == "exists":
            return f"{self.path} {'exists' if self.values[0] else 'is absent'}"
        if self.kind == "starts":
            return f"{self.path} starts with {' or '.join(map(str, self.values))}"
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


def _near(span: int, *, beyond: bool) -> Dated:
    def test(value: object, at: int) -> bool:
        instant = as_instant(value)
        return instant is not None and (instant - at >= span) is beyond

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
        if condition.starts is not None:
            found.append(Atom(path, "starts", tuple(condition.starts)))
        for kind in _DATED:
            span = getattr(condition, kind)
            if span is not None:
                found.append(Atom(path, kind, (span,)))
    return tuple(found)


def all_hold(conditions: tuple[Atom, ...]) -> Callable[[Look], bool]:
    """Whether all of them hold for what `look` shows."""
    tests = tuple((atom.path, atom.test()) for atom in conditions if not atom.dated)
    dated = tuple((atom.path, atom.dated_test()) for atom in conditions if atom.dated)

    def plain(look: Look) -> bool:
        return all(test(look(path)) for path, test in tests)

    def all_of_them(look: Look) -> bool:
        at = look(OCCURRED_AT)
        return isinstance(at, int) and plain(look) and all(test(look(path), at) for path, test in dated)

    return all_of_them if dated else plain


def words(conditions: tuple[Atom, ...]) -> str:
    """`priority = p1 and tier in vip, gold`."""
    return " and ".join(atom.words() for atom in conditions)
