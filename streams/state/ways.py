"""What the lanes of one catalogue version have in common: how a kept fact is cut from an event, and what it does.

What was found once for events of one kind is remembered, within bounds: what is remembered comes from producers.
"""

from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import Any, Final, NamedTuple

from streams.catalogue.model import OCCURRED_AT, Hit, Look
from streams.engine.plain import Course, course_of
from streams.engine.rules import Rules
from streams.ingest.event import Event
from streams.state.cut import kept_fields
from streams.state.dictionary import Dictionary

_REMEMBERED: Final = 1 << 14


class Shape(NamedTuple):
    """What facts of one type with the same fields have in common. `decisive` are the places of the values on which their
    course depends, None where it has to be asked for each time; `courses` those known so far, by these values."""

    number: int
    names: tuple[str, ...]
    decisive: tuple[int, ...] | None
    courses: dict[tuple[Any, ...], Course | None]


class Cut(NamedTuple):
    """How the values of a shape are read from an event whose data has the same names in the same order; None where each
    event has to be looked at by itself."""

    shape: Shape | None
    values: Callable[[Mapping[str, object]], tuple[Any, ...]] | None


class Ways:
    """Shapes and courses under one catalogue version."""

    def __init__(self, rules: Rules, dictionary: Dictionary) -> None:
        self.rules = rules
        self._dictionary = dictionary
        self._cuts: dict[tuple[object, ...], Cut] = {}
        self._shapes: dict[tuple[str, ...], Shape] = {}
        self._courses: dict[int, tuple[tuple[Hit, ...], Course | None]] = {}

    def fit(self, event: Event) -> tuple[Shape, tuple[Any, ...]] | None:
        """The shape of the fact to be kept of an event, and its values; None where the dictionary is full."""
        fields, region = event.fields, event.region
        key = (event.type, region is None, *fields)
        shape, read = self._cuts.get(key) or self._cut(key, event)
        if shape is not None and read is not None:
            values = read(fields)
            if None not in values:
                return shape, values if region is None else (*values, region)
        kept = kept_fields(event, self.rules.kept_of(event.type) or frozenset())
        shape = self._shape(event.type, tuple(kept))
        return None if shape is None else (shape, tuple(kept.values()))

    def course_of(self, event_type: str, shape: Shape, values: tuple[Any, ...], at: int) -> Course | None:
        """The course of a fact of this shape, with these values, at this instant."""
        decisive = shape.decisive
        key = None
        if decisive is not None:
            key = tuple([values[place] for place in decisive])
            if key in shape.courses:
                return shape.courses[key]
        hits = self.rules.hits(event_type, self.look(shape, values, at))
        known = self._courses.get(id(hits))
        course = known[1] if known is not None else course_of(self.rules, hits)
        if known is None and len(self._courses) < _REMEMBERED:
            self._courses[id(hits)] = hits, course  # kept, so that no other tuple can have its id
        # only texts: True, 1 and 1.0 would stand for each other
        if key is not None and len(shape.courses) < _REMEMBERED and all(isinstance(value, str) for value in key):
            shape.courses[key] = course
        return course

    def look(self, shape: Shape, values: tuple[Any, ...], at: int) -> Look:
        """A look at the own values of a fact of this shape, at this instant."""
        fields = dict(zip(shape.names, values, strict=True))
        if self.rules.dated:
            fields[OCCURRED_AT] = at
        return fields.get

    def _shape(self, event_type: str, names: tuple[str, ...]) -> Shape | None:
        key = (event_type, *names)
        shape = self._shapes.get(key)
        if shape is None:
            number = self._dictionary.number(key)
            if number is None:
                return None
            paths = self.rules.catalogue.decisive(event_type)
            places = None if paths is None else tuple(names.index(path) for path in paths if path in names)
            shape = self._shapes[key] = Shape(number, names, places, {})
        return shape

    def _cut(self, key: tuple[object, ...], event: Event) -> Cut:
        kept = self.rules.kept_of(event.type) or frozenset()
        names = [name for name in event.fields if name in kept]
        cut = Cut(None, None)
        if "attributes" not in event.fields and not kept & {"tenant", "source"}:
            shape = self._shape(event.type, (*names, "region") if event.region is not None else tuple(names))
            cut = Cut(shape, _reader(names))
        if len(self._cuts) < _REMEMBERED:
            self._cuts[key] = cut
        return cut


def _reader(names: list[str]) -> Callable[[Mapping[str, object]], tuple[Any, ...]]:
    if len(names) < 2:
        return lambda fields: tuple(fields[name] for name in names)
    return itemgetter(*names)
