"""The short way of an event through a shard: from its fields to the new bytes of its case, without making the record.

Most events of most cases begin or end a moment in time, and nothing is told. For these the record in memory is read only
in front and the fact is put behind the others. Everything else is refused here and goes the long way (engine/detect.py);
both come to the same.
"""

from collections import Counter
from typing import Any, Final

from streams.catalogue.model import Look
from streams.catalogue.vocabulary import LABELS
from streams.engine.case import Kind
from streams.engine.detect import MAX_FACTS
from streams.engine.plain import Course
from streams.ingest.event import Event
from streams.state.dictionary import Dictionary
from streams.state.plain import NOTHING, encode_fact, front_of, look_into, pack
from streams.state.ways import Shape, Ways

_STORE: Final = LABELS["store"]

Masks = tuple[int, int, int]
"""The moments that were opened, met, cancelled."""

SAID: Final = (Kind.OPENED, Kind.MET, Kind.CANCELLED)
"""What is said of the moments of each mask."""

Done = tuple[bytes, int, bool, Masks, Shape, tuple[Any, ...]]
"""What an event did to a plain case: its new record, the wake in it, and whether that is another than before; the moments
that were opened, met, cancelled; shape and values of the fact. A tuple without names, as it is made for every event."""


class Lane:
    """The short way of the cases of one tenant and region under one catalogue version. `number` is the lane's in the
    dictionary of the shard.

    What is counted here is drained by whoever counts: `steps` by what was said, `started` the moments that began by
    store, `spans` from start to end of those that were met, by the index of the moment.
    """

    def __init__(self, ways: Ways, number: int, dictionary: Dictionary, tenant: str, region: str) -> None:
        self.rules = ways.rules
        self.number = number
        self.tenant, self.region = tenant, region
        self.steps: Counter[Masks] = Counter()
        self.started: dict[str | None, int] = {}
        self.spans: list[list[int]] = [[] for _ in self.rules.moments]
        self._ways = ways
        self._dictionary = dictionary

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
        found = self._ways.fit(event)
        if found is None:
            return None
        shape, values = found
        course = self._ways.course_of(event.type, shape, values, at)
        if course is None or opened & course.bar_open or begun & ~opened & course.bar_closed or ~begun & course.bar_fresh:
            return None
        starting = course.starts & ~begun
        if starting & course.may_be_off:
            starting = self._on(course, starting, at, value, shape, values)
        closing = opened & (course.ends | course.cancels)
        ended: tuple[int, ...] = ()
        if closing:
            if len(timers) == 3:
                ended, timers = timers, ()
            else:
                ended, timers = _part(timers, closing)
        if starting:
            timers += self._begin(course, starting, at, value, shape, values)
        soonest = min(timers[1::3]) if timers else at + self.rules.catalogue.corrections - 1
        if soonest < until or soonest < at:
            return None
        source = self._dictionary.number(event.source)
        fact = encode_fact((shape.number, event.source if source is None else source, at, event.id, *values))
        masks = starting, closing & course.ends, closing & course.cancels
        self.steps[masks] += 1
        self._note(event, starting, ended, masks[1])
        begun |= starting
        front = pack(soonest, at, begun, opened & ~closing | starting, self.number, timers, count + 1)
        record = front + fact if value is None else front + value[size:] + fact
        return record, soonest, soonest != wake, masks, shape, values

    def _note(self, event: Event, starting: int, ended: tuple[int, ...], met: int) -> None:
        """Count what began, and how long what was met has taken."""
        if starting:
            store, started = event.fields.get(_STORE), self.started
            if type(store) is not str:
                store = None
            started[store] = started.get(store, 0) + starting.bit_count()
        if met:
            at = event.occurred_at
            for place in range(0, len(ended), 3):
                if met >> ended[place] & 1:
                    self.spans[ended[place]].append(at - ended[place + 2])

    def drain(self) -> tuple[Counter[Masks], dict[str | None, int], list[list[int]]]:
        """Steps, starts and spans since the last time."""
        found = self.steps, self.started, self.spans
        self.steps, self.started, self.spans = Counter(), {}, [[] for _ in self.rules.moments]
        return found

    def _on(
        self, course: Course, starting: int, at: int, value: bytes | None, shape: Shape, values: tuple[Any, ...]
    ) -> int:
        """What of `starting` is not switched off for the case."""
        look = self.look(value, shape, values, at)
        for begin in course.begins:
            if starting & begin.bit and begin.off is not None and begin.off(look):
                starting &= ~begin.bit
        return starting

    def _begin(
        self, course: Course, starting: int, at: int, value: bytes | None, shape: Shape, values: tuple[Any, ...]
    ) -> tuple[int, ...]:
        """Timers and starts of the moments that begin."""
        timers: list[int] = []
        look: Look | None = None
        for moment, bit, offset, first, _ in course.begins:
            if not starting & bit:
                continue
            if offset is not None:
                timers += (moment, at + offset, at)
            else:
                look = look or self.look(value, shape, values, at)
                timers += (moment, first(at, look), at)
        return tuple(timers)

    def look(self, value: bytes | None, shape: Shape, values: tuple[Any, ...], at: int) -> Look:
        """A look at a fact, of this instant, of a case with this record."""
        own = self._ways.look(shape, values, at)
        if value is None:
            return own
        earlier = look_into(value, self._dictionary)

        def look(path: str) -> Any:
            found = own(path)
            return found if found is not None else earlier(path)

        return look


def _part(timers: tuple[int, ...], closing: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The timers of the moments that close, and the others."""
    ended: tuple[int, ...] = ()
    left: tuple[int, ...] = ()
    for place in range(0, len(timers), 3):
        if closing >> timers[place] & 1:
            ended += timers[place : place + 3]
        else:
            left += timers[place : place + 3]
    return ended, left
