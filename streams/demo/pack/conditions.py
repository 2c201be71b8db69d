"""Whether the fields of an event fit what a catalogue asks of them, and which value would fit.

Written from the catalogue's page a second time, for the demo alone: what the monitor compiles is not asked.
"""

import operator
import random
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from streams.catalogue.document.triggers import Condition
from streams.clock import DAY, SECOND, parse_duration, parse_rfc3339, rfc3339

Value = str | bool | int | float
Look = Callable[[str], Value | None]
Where = Mapping[str, Condition]

_BOUNDS: Final = {"lt": operator.lt, "le": operator.le, "gt": operator.gt, "ge": operator.ge}


def instant_of(value: Value | None) -> int | None:
    """The instant that a field's text means; None where it means none."""
    if not isinstance(value, str):
        return None
    try:
        return parse_rfc3339(value)
    except ValueError:
        return None


def length_of(value: Value | None, unit: int | None) -> int | None:
    """How long a field says that something may take, in microseconds; None where it says nothing of the kind."""
    length: float = 0
    if isinstance(value, str):
        try:
            length = parse_duration(value)
        except ValueError:
            return None
    elif value is not None and not isinstance(value, bool) and unit is not None:
        length = value * unit
    return round(length) if 0.5 < length <= 3660 * DAY else None


def holds(where: Where, look: Look, at: int) -> bool:
    """Whether all of it holds for what `look` shows of an event of the instant `at`."""
    return all(fits(condition, look(path), at) for path, condition in where.items())


def fits(condition: Condition, value: Value | None, at: int) -> bool:
    """Whether the value of one field (None: absent) is as asked."""
    if condition.equals is not None and not _same(value, condition.equals):
        return False
    if condition.in_ is not None and not any(_same(value, one) for one in condition.in_):
        return False
    if condition.not_ is not None and any(_same(value, one) for one in condition.not_):
        return False
    if condition.exists is not None and (value is not None) is not condition.exists:
        return False
    for name, compare in _BOUNDS.items():
        bound = getattr(condition, name)
        if bound is not None and (isinstance(value, bool | str | None) or not compare(value, bound)):
            return False
    if condition.starts is not None and not (isinstance(value, str) and any(map(value.startswith, condition.starts))):
        return False
    if condition.within is None and condition.beyond is None:
        return True
    named = instant_of(value)
    if named is None or (condition.within is not None and named >= at + condition.within):
        return False
    return condition.beyond is None or named >= at + condition.beyond


def _same(value: Value | None, other: Value) -> bool:
    """1 is not true."""
    return value == other and isinstance(value, bool) is isinstance(other, bool)


def named_values(condition: Condition) -> Iterator[Value]:
    """The values that a condition speaks of, those just at and beside its bounds included."""
    if condition.equals is not None:
        yield condition.equals
    yield from condition.in_ or ()
    yield from condition.not_ or ()
    for prefix in condition.starts or ():
        yield prefix if prefix[-1].isalnum() else f"{prefix}x"
    for name in _BOUNDS:
        bound = getattr(condition, name)
        if bound is not None:
            yield from (bound, bound - 1, bound + 1)


def fitting(condition: Condition, at: int, chance: random.Random, usual: Value | None) -> tuple[bool, Value | None]:
    """(True, a value for which the condition holds; None to leave the field out), or (False, None) where none is found.

    `usual` is taken where it fits.
    """
    if fits(condition, usual, at):
        return True, usual
    candidates: list[Value | None] = list(named_values(condition))
    candidates += [f"{prefix}-x" for prefix in condition.starts or ()]
    bounds = [bound for name in _BOUNDS if (bound := getattr(condition, name)) is not None]
    candidates += [sum(bounds) / len(bounds)] if bounds else []
    if condition.within is not None or condition.beyond is not None:
        least, most = condition.beyond or SECOND, condition.within or (condition.beyond or 0) + 12 * SECOND
        candidates += [rfc3339(at + least + round((most - least) * share)) for share in (0.5, 0.25, 0.1)]
    candidates += ["other", True, False, 1, rfc3339(at + 8 * SECOND)]
    found = [value for value in candidates if fits(condition, value, at)]
    if found:
        named = [value for value in found if condition.in_ is not None and value in condition.in_]
        return True, chance.choice(named) if named else found[0]
    return fits(condition, None, at), None
