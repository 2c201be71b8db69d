"""What replay says of plain cases: the quiet steps of the short way, with what their record does not hold.

A plain record is made to judge by, and the transitions of its steps also need labels and dues. These are kept beside the
records, in memory alone: replay stores nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from operator import itemgetter
from typing import Any, Final

from streams.catalogue.deadline import Field
from streams.catalogue.model import Look, Moment, Severity
from streams.catalogue.vocabulary import LABELS
from streams.engine.case import Kind
from streams.engine.plain import SURELY_A_DATE
from streams.engine.quiet import NO_LABELS, Form, Labels, Quiet
from streams.engine.severity import first_severity, is_various
from streams.ingest.event import Event
from streams.state.lane import SAID, Done, Lane, Masks
from streams.state.ways import Shape

_REMEMBERED: Final = 1 << 14
_LABEL_PATHS: Final = tuple(LABELS.values())

Dues = tuple[int | None, ...]
"""Moment and due in turn."""

FirstDue = Callable[[int, Look], int | None]
"""The due of a moment that begins at the instant."""

Steps = tuple[tuple[int, Form, FirstDue | None], ...]
"""The steps of an event in the order in which they are said: the moment, the form, and the due if the moment begins."""


class Narrator:
    """Says the quiet steps of the plain cases of one shard."""

    def __init__(self) -> None:
        self._kept: dict[bytes, tuple[Labels, Dues]] = {}
        self._steps: dict[tuple[int, Masks], Steps] = {}
        self._labels: dict[tuple[object, ...], Labels] = {NO_LABELS.values: NO_LABELS}
        self._severities: dict[tuple[bytes, int], Severity] = {}
        self._graded: dict[tuple[str, str, Kind, Severity], Form] = {}
        self._places: dict[int, Callable[[tuple[Any, ...]], tuple[Any, ...]]] = {}

    def knows(self, key: bytes) -> bool:
        """Whether the plain case can be spoken of; else it has to go the long way."""
        return key in self._kept

    def forget(self, key: bytes) -> None:
        """The case is not plain any more, or over."""
        _, dues = self._kept.pop(key, (NO_LABELS, ()))
        if self._severities:
            for moment in dues[::2]:
                self._severities.pop((key, moment or 0), None)

    def tell(
        self, lane: Lane, key: bytes, event: Event, before: bytes | None, done: Done, found_at: int
    ) -> Sequence[Quiet]:
        """What is said of an event that went the short way; `before` is the record of the case before it."""
        _, _, _, masks, shape, values = done
        labels, dues = (NO_LABELS, ()) if before is None else self._kept[key]
        labels = self._label(shape, values, labels)
        steps = self._steps.get((lane.number, masks))
        if steps is None:
            steps = self._order(lane, masks)
        said = []
        look: Look | None = None
        for moment, form, first_due in steps:
            if first_due is not None:
                look = look or lane.look(before, shape, values, event.occurred_at)
                due = first_due(event.occurred_at, look)
                dues += (moment, due)
                if is_various(form.moment):
                    self._severities[key, moment] = first_severity(form.moment, event.occurred_at, look)
            else:
                due = dues[dues[::2].index(moment) * 2 + 1]
            if is_various(form.moment):
                form = self._grade(form, self._severities[key, moment])  # noqa: PLW2901  (the same step, told for this place)
            said.append(Quiet(form, key, event, found_at, due, labels))
        self._kept[key] = labels, dues
        return said

    def _order(self, lane: Lane, masks: Masks) -> Steps:
        rules = lane.rules
        steps = tuple(
            (index, Form(rules, moment, kind), _first_due(moment) if kind is Kind.OPENED else None)
            for index, moment in enumerate(rules.moments)
            for mask, kind in zip(masks, SAID, strict=True)
            if mask >> index & 1
        )
        if len(self._steps) < _REMEMBERED:
            self._steps[lane.number, masks] = steps
        return steps

    def _grade(self, form: Form, severity: Severity) -> Form:
        """The form of the same step with the severity that the case's occurrence began with."""
        place = form.rules.version, form.moment.id, form.kind, severity
        graded = self._graded.get(place)
        if graded is None:
            graded = self._graded[place] = Form(form.rules, replace(form.moment, severity=severity), form.kind)
        return graded

    def _label(self, shape: Shape, values: tuple[Any, ...], earlier: Labels) -> Labels:
        """The labels of a case after another fact."""
        places = self._places.get(shape.number)
        if places is None:
            count = len(shape.names)
            places = self._places[shape.number] = itemgetter(
                *(shape.names.index(name) if name in shape.names else count + at for at, name in enumerate(_LABEL_PATHS))
            )
        key = places(values + earlier.values)
        labels = self._labels.get(key)
        if labels is None:
            labels = Labels(key)
            # only texts: True, 1 and 1.0 would stand for each other
            if len(self._labels) < _REMEMBERED and all(value is None or isinstance(value, str) for value in key):
                self._labels[key] = labels
        return labels


def _first_due(moment: Moment) -> FirstDue:
    deadline = moment.deadline
    if not moment.calendar.always:
        return lambda at, look: deadline.resolve(at, look, moment.zone(look) or "UTC").at
    if not isinstance(deadline, Field):
        return lambda at, look: deadline.resolve(at, look, "UTC").at
    field, shift = deadline.field, deadline.shift

    def dated(at: int, look: Look) -> int | None:
        value = look(field)
        if type(value) is int and 0 <= value < SURELY_A_DATE:
            return value + shift
        return deadline.resolve(at, look, "UTC").at

    return dated
