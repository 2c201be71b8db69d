"""Series of one metric, kept so that a scrape costs little: one dictionary of label values and numbers, and for each
series the beginning of its line, written out once. `prometheus_client` takes many times as long for the same text, and
while the main thread judges events the scrape has every other slice of the processor at best.

One thread adds, any may read: what a reader iterates over is a copy, made in one piece.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric as Sampled
from prometheus_client.registry import Collector

from streams.clock import SECOND
from streams.metrics.contract import Labels, Metric

Values = Mapping[Labels, float]
"""Numbers by label values, these in the order in which the metric declares its labels."""

_ESCAPES: Final = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})


class Series(Collector):
    """The series of a counter or gauge."""

    def __init__(self, metric: Metric) -> None:
        self.metric = metric
        self._values: dict[Labels, float] = {}
        self._lines = Lines(metric.name, metric.labels)

    def add(self, labels: Labels, number: float = 1) -> None:
        """Count so many more; with 0 the series is there."""
        self._values[labels] = self._values.get(labels, 0) + number

    def put(self, values: Values) -> None:
        """These are all the series that there are now."""
        self._values = dict(values)

    def has(self, labels: Labels) -> bool:
        """Whether there is such a series."""
        return labels in self._values

    def values(self) -> Values:
        """All series as they are now."""
        return self._values.copy()

    def text(self) -> str:
        """The lines of the text format."""
        lines = self._lines
        return head(self.metric) + "".join([f"{lines(labels)}{number}\n" for labels, number in self.values().items()])

    def collect(self) -> Iterable[Sampled]:
        """The same for a registry of prometheus_client."""
        metric = self.metric
        kind = CounterMetricFamily if metric.kind == "counter" else GaugeMetricFamily
        family = kind(metric.name.removesuffix("_total"), metric.help, labels=metric.labels)
        for labels, number in self.values().items():
            family.add_metric(labels, number)
        yield family

    def describe(self) -> Iterable[Sampled]:
        """The name, for a registry that looks for doubles without asking for values."""
        yield from Series(self.metric).collect()


class AtScrape(Series):
    """The series of a metric that is worked out when it is asked for."""

    def __init__(self, metric: Metric, work_out: Callable[[], Values]) -> None:
        super().__init__(metric)
        self._work_out = work_out

    def values(self) -> Values:
        return self._work_out()


class Spans(Collector):
    """The series of a histogram of spans: given in microseconds, told in seconds."""

    def __init__(self, metric: Metric) -> None:
        self.metric = metric
        self._bounds = [round(bound * SECOND) for bound in metric.buckets]
        self._names = [*(str(bound) for bound in metric.buckets), "+Inf"]
        # by series: how many lie at or below each bound, then how many there are, then their sum
        self._values: dict[Labels, tuple[int, ...]] = {}
        self._buckets = Lines(metric.name + "_bucket", (*metric.labels, "le"))
        self._sums = Lines(metric.name + "_sum", metric.labels)
        self._counts = Lines(metric.name + "_count", metric.labels)

    def add(self, labels: Labels, spans: Sequence[int]) -> None:
        """Count these; with none the series is there. Many at once cost little more than one."""
        before = self._values.get(labels) or (0,) * (len(self._bounds) + 2)
        ordered = sorted(spans)
        below = [known + bisect_right(ordered, bound) for known, bound in zip(before, self._bounds, strict=False)]
        self._values[labels] = (*below, before[-2] + len(ordered), before[-1] + sum(ordered))

    def values(self) -> Mapping[Labels, tuple[int, ...]]:
        """By series: how many lie at or below each bound, then how many there are, then their sum in microseconds."""
        return self._values.copy()

    def text(self) -> str:
        """The lines of the text format."""
        return head(self.metric) + "".join(self._texts())

    def _texts(self) -> Iterator[str]:
        for labels, (*below, total) in self.values().items():
            for name, count in zip(self._names, below, strict=True):
                yield f"{self._buckets((*labels, name))}{count}\n"
            yield f"{self._sums(labels)}{total / SECOND}\n{self._counts(labels)}{below[-1]}\n"

    def collect(self) -> Iterable[Sampled]:
        """The same for a registry of prometheus_client."""
        family = HistogramMetricFamily(self.metric.name, self.metric.help, labels=self.metric.labels)
        for labels, (*below, total) in self.values().items():
            family.add_metric(labels, list(zip(self._names, below, strict=True)), sum_value=total / SECOND)
        yield family

    def describe(self) -> Iterable[Sampled]:
        """The name, for a registry that looks for doubles without asking for values."""
        yield from Spans(self.metric).collect()


class Lines:
    """The beginning of a series' line, up to its number."""

    def __init__(self, name: str, labels: Labels) -> None:
        self._name, self._labels = name, labels
        self._known: dict[Labels, str] = {}

    def __call__(self, values: Labels) -> str:
        """Name and labels, escaped, and a space."""
        known = self._known.get(values)
        if known is None:
            if len(self._known) > MOST_LINES:
                self._known.clear()
            pairs = zip(self._labels, values, strict=True)
            inside = ",".join(f'{label}="{value.translate(_ESCAPES)}"' for label, value in pairs)
            known = self._known[values] = f"{self._name}{{{inside}}} " if inside else f"{self._name} "
        return known


MOST_LINES: Final = 200_000
"""Bound of what is written out once, in lines of one metric."""


def head(metric: Metric) -> str:
    """The lines before the series of a metric."""
    words = metric.help.replace("\\", r"\\").replace("\n", r"\n")
    return f"# HELP {metric.name} {words}\n# TYPE {metric.name} {metric.kind}\n"
