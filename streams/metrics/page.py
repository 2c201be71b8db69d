"""`docs/metrics.md`, written from the declarations."""

from collections.abc import Iterable, Iterator
from typing import Final

from streams.metrics.contract import LABELS, METRICS, PROCESSES, STAGES, Metric

_TITLES: Final = {
    "detect": "The detect stage",
    "feed": "The feed stage",
    "alert": "The alert stage",
    "group": "The group stage",
    "notify": "The notify stage",
    "console": "The console",
}

_HEAD: Final = """# Metrics

Generated from `streams/metrics/contract.py` by `make docs`.

Every stage of a worker is a process with `/metrics` of its own: with `--metrics-port 9100` the first stage that runs
serves port 9100, the next 9101, and so on in the order of the stages. The console serves `/metrics` on its own port.
Beside it, `/healthz` tells whether the process lives and its positions move, `/readyz` whether every shard that it was
given is claimed and has read up to the present; both answer 503 with a line for each thing that is wrong.

A process has the metrics of its stage and those of every stage, and no others. What has known labels is there from the
start, with 0. What is counted by place (tenant, region and moment) is there as soon as the place is heard of; and of
every moment of the catalogue, without a region, as soon as the tenant is. (Of the kinds of transitions these are those
that shares are worked out of: opened, at_risk, breached, met, recovered, retracted; the others come with their first.)

- **Counters** begin at 0 in a new process: ask for `rate` or `increase`. A decision is counted once, by the process that
  made it; after a restart nothing is decided twice, so nothing is counted twice.
- **Gauges** come from the state, also right after a restart. Each worker tells the part of its own shards: sum over
  workers.
- **A breach that late truth withdraws** stays in the counter of breaches, counts in the counter of retractions, and is
  gone from the gauges.
- **Stores** with most breaches are named, the rest is `other`. Ask for increases, summed over workers: every count is
  added to one series, once, and stays there whoever enters or leaves the list. The values alone lack what stands in
  series that are not told any more. Each worker ranks the stores of its own shards, so a store can have a name at one
  worker and be among the others at another.
"""


def metrics_page() -> str:
    """The whole page."""
    parts = [_HEAD]
    for process in PROCESSES:
        own = [metric for metric in METRICS if metric.processes == (process,)]
        parts.append(f"## {_TITLES[process]}\n\n{_table(own)}")
    every = [metric for metric in METRICS if metric.processes == STAGES]
    parts.append(f"## Every stage\n\n{_table(every)}")
    histograms = "".join(f"- `{one.name}`: {_bounds(one)}\n" for one in METRICS if one.kind == "histogram")
    parts.append(f"## Buckets\n\nUpper bounds in seconds.\n\n{histograms}")
    labels = "".join(f"- `{name}`: {words}\n" for name, words in LABELS.items() if words)
    parts.append(f"## Labels\n\n{labels}")
    return "\n".join(parts)


def _table(metrics: Iterable[Metric]) -> str:
    rows = "".join(f"| `{one.name}` | {one.kind} | {_labels(one)} | {one.help} |\n" for one in metrics)
    return f"| name | type | labels | meaning |\n| --- | --- | --- | --- |\n{rows}"


def _labels(metric: Metric) -> str:
    return ", ".join(_label(metric, name) for name in metric.labels) or "none"


def _label(metric: Metric, name: str) -> str:
    values = metric.values.get(name)
    return f"`{name}`" if values is None else f"`{name}` ({', '.join(values)})"


def _bounds(metric: Metric) -> str:
    return ", ".join(_texts(metric.buckets))


def _texts(bounds: Iterable[float]) -> Iterator[str]:
    for bound in bounds:
        yield f"{bound:g}"
