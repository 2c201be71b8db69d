"""As much of PromQL as is needed to see which series an expression asks for, by which labels, and what it groups by."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from streams.metrics.contract import BY_NAME

ALWAYS = frozenset({"job", "instance"})
"""Labels that Prometheus adds to whatever it scrapes."""

FOREIGN: Mapping[str, frozenset[str]] = {"up": frozenset()}

_NAME = re.compile(r"\b(up|moments_[a-z_]+|[a-z_]+:[a-z_]+:[a-z0-9_]+)\b\s*(?:\{([^}]*)\})?")
_MATCHER = re.compile(r'([a-zA-Z_]+)\s*(=~|!~|!=|=)\s*"([^"]*)"')
_GROUPED = re.compile(r"\b(?:by|on|without)\s*\(([^)]*)\)")


class Asked(NamedTuple):
    """A series that an expression names, with its matchers."""

    name: str
    matchers: tuple[tuple[str, str, str], ...]


def asked(expression: str) -> Iterator[Asked]:
    """Every series that the expression names."""
    for found in _NAME.finditer(re.sub(r'label_replace\(|"[^"]*"(?=\s*[,)])', "", expression)):
        yield Asked(found[1], tuple(_MATCHER.findall(found[2] or "")))


def grouped(expression: str) -> set[str]:
    """Every label that the expression groups or joins by."""
    return {label.strip() for found in _GROUPED.finditer(expression) for label in found[1].split(",") if label.strip()}


def faults(expression: str, recorded: Mapping[str, frozenset[str]]) -> list[str]:
    """What is not as the contract of the metrics says. `recorded`: series of recording rules with their labels."""
    found: list[str] = []
    carried: set[str] = set()
    for name, matchers in asked(expression):
        labels = _labels(name, recorded)
        if labels is None:
            found.append(f"{name} is no metric")
            continue
        carried |= labels
        found += [f"{name} has no label {label}" for label, _, _ in matchers if label not in labels]
        found += list(_strange(name, matchers))
    return found + [f"nothing here has the label {label}" for label in sorted(grouped(expression) - carried)]


def _labels(name: str, recorded: Mapping[str, frozenset[str]]) -> frozenset[str] | None:
    if name in FOREIGN:
        return FOREIGN[name] | ALWAYS
    if name in recorded:
        return recorded[name]
    metric, more = BY_NAME.get(name), frozenset[str]()
    if metric is None:
        stem = re.sub(r"_(bucket|sum|count)$", "", name)
        metric = BY_NAME.get(stem)
        more = frozenset({"le"}) if name.endswith("_bucket") else more
        if metric is None or metric.kind != "histogram":
            return None
    elif metric.kind == "histogram":
        return None  # only its parts are series
    return frozenset(metric.labels) | ALWAYS | more


def _strange(name: str, matchers: tuple[tuple[str, str, str], ...]) -> Iterator[str]:
    """Values that the label never has."""
    metric = BY_NAME.get(name) or BY_NAME.get(name.removesuffix("_bucket"))
    if metric is None:
        return
    for label, operator, value in matchers:
        known: set[str] | None = set(metric.values.get(label, ())) or None
        if label == "role":
            known = set(metric.processes)
        if label == "le":
            known = {str(bound) for bound in metric.buckets} | {"+Inf"}
        for one in value.split("|") if "~" in operator else [value]:
            if known is not None and one not in known:
                yield f"{name}: {label} is never {one!r}"
