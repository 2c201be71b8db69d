"""The short way of an event through a shard: from its fields to the new bytes of its case, without making the record.

Most events of most cases begin or end a moment in time, and nothing is told. For these the record in memory is read only
in front and the fact is put behind the others. Everything else is refused here and goes the long way (engine/detect.py);
both come to the same.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from operator import itemgetter
from typing import Any, Final, NamedTuple

from streams.catalogue.model import Hit, Look
from streams.engine.case import Kind
from streams.engine.detect import MAX_FACTS
from streams.engine.plain import Course, course_of
from streams.engine.rules import Rules
from streams.ingest.event import Event
from streams.state.cut import kept_fields
from streams.state.dictionary import Dictionary
from streams.state.plain import NOTHING, encode_fact, front_of, look_into, pack

_REMEMBERED: Final = 1 << 14
"""Bound of each memory here; what is remembered comes from producers."""


Masks = tuple[int, int, int]
"""The moments that were opened, met, cancelled."""

SAID: Final = (Kind.OPENED, Kind.MET, Kind.CANCELLED)
"""What is said of the moments of each mask."""


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


Done = tuple[bytes, int, bool, Masks, Shape, tuple[Any, ...]]
"""What an event did to a plain case: its new record, the wake in it, and whether that is another than before; the moments
that were opened, met, cancelled; shape and values of the fact. A tuple without names, as it is made for every event."""


class Lane:
    """The short way under one catalogue version. `number` is the version's in the dictionary of the shard."""

    def __init__(self, rules: Rules, number: int, dictionary: Dictionary) -> None:
        self.rules = rules
        self.number = number
        self._steps: Counter[Masks] = Counter()
        self._dictionary = dictionary
        self._cuts: dict[tuple[object, ...], Cut] = {}
        self._shapes: dict[tuple[str, ...], Shape] = {}
        self._courses: dict[int, tuple[tuple[Hit, ...], Course | None]] = {}

    def take(self, event: Event, value: bytes | None, until: int) -> Done | None:
        """What the event does; None for the long way.

        `value` is the plain record of the case, None for a new one; the event is one that the catalogue mentions.
        """
        at = event.occurred_at
        wake, last, begun, opened, timers, count, size = NOTHING if value is None else front_of(value)
        if value is not None and (
            at <= last or (opened and wake < at) or count == MAX_FACTS or event.id.encode() in value
        ):
            return None
        found = self._fit(event)
        if found is None:
            return None
        shape, values = found
        course = self._course_of(event.type, shape, values)
        if course is None or opened & course.bar_open or begun & ~opened & course.bar_closed or ~begun & course.bar_fresh:
            return None
        starting = course.starts & ~begun
        closing = opened & (course.ends | course.cancels)
        if closing:
            timers = _without(timers, closing)
        if starting:
            timers += self._begin(course, starting, at, value, shape, values)
        soonest = min(timers[1::2]) if timers else at + self.rules.catalogue.corrections - 1
        if soonest < until or soonest < at:
            return None
        source = self._dictionary.number(event.source)
        fact = encode_fact((shape.number, event.source if source is None else source, at, event.id, *values))
        masks = starting, closing & course.ends, closing & course.cancels
        self._steps[masks] += 1
        begun |= starting
        front = pack(soonest, at, begun, opened & ~closing | starting, self.number, timers, count + 1)
        record = front + fact if value is None else front + value[size:] + fact
        return record, soonest, soonest != wake, masks, shape, values

    def take_steps(self) -> Iterator[tuple[str, Kind, int]]:
        """Moment, kind and count of what was said since the last time."""
        steps, self._steps = self._steps, Counter()
        for masks, count in steps.items():
            for mask, kind in zip(masks, SAID, strict=True):
                for index, moment in enumerate(self.rules.moments):
                    if mask >> index & 1:
                        yield moment.id, kind, count

    def _fit(self, event: Event) -> tuple[Shape, tuple[Any, ...]] | None:
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

    def _begin(
        self, course: Course, starting: int, at: int, value: bytes | None, shape: Shape, values: tuple[Any, ...]
    ) -> tuple[int, ...]:
        """The timers of the moments that begin."""
        timers: list[int] = []
        look: Look | None = None
        for moment, bit, offset, first in course.begins:
            if not starting & bit:
                continue
            if offset is not None:
                timers += (moment, at + offset)
            else:
                look = look or self.look(value, shape, values)
                timers += (moment, first(at, look))
        return tuple(timers)

    def look(self, value: bytes | None, shape: Shape, values: tuple[Any, ...]) -> Look:
        """A look at a fact of a case with this record."""
        own = dict(zip(shape.names, values, strict=True)).get
        if value is None:
            return own
        earlier = look_into(value, self._dictionary)

        def look(path: str) -> Any:
            found = own(path)
            return found if found is not None else earlier(path)

        return look

    def _course_of(self, event_type: str, shape: Shape, values: tuple[Any, ...]) -> Course | None:
        """The course of a fact of this shape and with these values."""
        decisive = shape.decisive
        key = None
        if decisive is not None:
            key = tuple([values[place] for place in decisive])
            if key in shape.courses:
                return shape.courses[key]
        hits = self.rules.hits(event_type, dict(zip(shape.names, values, strict=True)).get)
        known = self._courses.get(id(hits))
        course = known[1] if known is not None else course_of(self.rules, hits)
        if known is None and len(self._courses) < _REMEMBERED:
            self._courses[id(hits)] = hits, course  # kept, so that no other tuple can have its id
        # only texts: True, 1 and 1.0 would stand for each other
        if key is not None and len(shape.courses) < _REMEMBERED and all(isinstance(value, str) for value in key):
            shape.courses[key] = course
        return course

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


def _without(timers: tuple[int, ...], closing: int) -> tuple[int, ...]:
    """The timers but for those of the moments that close."""
    if len(timers) == 2:
        return ()
    return tuple(part for at in range(0, len(timers), 2) if not closing >> timers[at] & 1 for part in timers[at : at + 2])


def _reader(names: list[str]) -> Callable[[Mapping[str, object]], tuple[Any, ...]]:
    if len(names) < 2:
        return lambda fields: tuple(fields[name] for name in names)
    return itemgetter(*names)
