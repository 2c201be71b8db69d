"""The metrics of one process, made from their declarations and put into the registry that is handed in."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from prometheus_client import CollectorRegistry

from streams.errors import InvariantError
from streams.metrics.contract import BY_NAME, Labels, Metric, Process, metrics_of
from streams.metrics.series import AtScrape, Series, Spans, Values

S = TypeVar("S", Series, Spans)


class Families:
    """Hands out the series of each metric that the process has, once each. InvariantError for any other."""

    def __init__(self, registry: CollectorRegistry, process: Process) -> None:
        self.process = process
        self._registry = registry
        self._all: dict[str, Series | Spans] = {}

    def series(self, name: str, zeros: Iterable[Labels] = ()) -> Series:
        """The series of a counter or gauge; those of `zeros` are there from now on."""
        made = self._keep(Series(self._declared(name)))
        for labels in zeros:
            made.add(labels, 0)
        return made

    def counter(self, name: str, label: str) -> Series:
        """The series of a counter with one label whose values are known beforehand."""
        return self.series(name, [(value,) for value in BY_NAME[name].values[label]])

    def spans(self, name: str, zeros: Iterable[Labels] = ()) -> Spans:
        """The series of a histogram; those of `zeros` are there from now on."""
        made = self._keep(Spans(self._declared(name)))
        for labels in zeros:
            made.add(labels, ())
        return made

    def at_scrape(self, name: str, work_out: Callable[[], Values]) -> None:
        """The series of a metric that is worked out when it is asked for, in the thread that asks."""
        self._keep(AtScrape(self._declared(name), work_out))

    def text(self) -> str:
        """All of them in the text format, in the order of their declarations. Any thread may ask."""
        return "".join([self._all[metric.name].text() for metric in metrics_of(self.process)])

    def see_that_none_is_missing(self) -> None:
        """InvariantError where a declared metric has no series."""
        if missing := {metric.name for metric in metrics_of(self.process)} - set(self._all):
            raise InvariantError(f"declared for {self.process} and not made: {', '.join(sorted(missing))}")

    def _declared(self, name: str) -> Metric:
        metric = BY_NAME[name]
        if self.process not in metric.processes or name in self._all:
            raise InvariantError(f"the process {self.process} has no {name}, or has it twice")
        return metric

    def _keep(self, made: S) -> S:
        self._all[made.metric.name] = made
        self._registry.register(made)
        return made
