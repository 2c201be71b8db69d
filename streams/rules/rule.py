"""Recording and alerting rules as values, and their form in a rule file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from io import StringIO
from textwrap import dedent
from typing import Any, Literal, NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import LiteralScalarString

Grave = Literal["critical", "high", "medium", "low", "none"]
"""critical and high wake people, medium and low can wait for the morning. none: proves that the way is open."""

About = Literal["service", "feed", "monitor"]
"""Whom it is for: those who answer for the moments, for upstream, for the monitor itself."""

RUNBOOKS = "docs/runbooks/"
"""Where runbooks are, unless an installation says where it serves them."""


class Said(NamedTuple):
    """The same words in both languages. Templates of Prometheus may stand in them."""

    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class Record:
    """A series that is worked out at every evaluation."""

    name: str
    expr: str
    labels: Mapping[str, str] = field(default_factory=dict)

    def lines(self, runbooks: str) -> dict[str, Any]:  # noqa: ARG002  (an alert's alone)
        """As a rule file has it."""
        return {"record": self.name, "expr": _expression(self.expr)} | ({"labels": self.labels} if self.labels else {})


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert. `wait`: how long it must hold before it fires; `stay`: how long it goes on when it holds no more."""

    name: str
    expr: str
    severity: Grave
    about: About
    summary: Said
    description: Said
    wait: str = "0s"
    stay: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)

    def lines(self, runbooks: str) -> dict[str, Any]:
        """As a rule file has it."""
        found: dict[str, Any] = {"alert": self.name, "expr": _expression(self.expr)}
        if self.wait != "0s":
            found["for"] = self.wait
        if self.stay:
            found["keep_firing_for"] = self.stay
        found["labels"] = {"severity": self.severity, "about": self.about, **self.labels}
        found["annotations"] = {
            "summary": self.summary.en,
            "description": self.description.en,
            "summary_zh": self.summary.zh,
            "description_zh": self.description.zh,
            "runbook_url": f"{runbooks.rstrip('/')}/{self.name}.md",
        }
        return found


Rule = Record | Alert


@dataclass(frozen=True, slots=True)
class Group:
    """Rules that are evaluated in this order, each seeing what those before it have just recorded."""

    name: str
    interval: str
    rules: Sequence[Rule]


def as_text(head: str, groups: Sequence[Group], runbooks: str = RUNBOOKS) -> str:
    """A rule file. `head`: what it says of itself, each line a comment."""
    writer = YAML()
    writer.width = 4096
    writer.indent(mapping=2, sequence=4, offset=2)
    document = {
        "groups": [
            {"name": group.name, "interval": group.interval, "rules": [rule.lines(runbooks) for rule in group.rules]}
            for group in groups
        ]
    }
    out = StringIO()
    out.writelines(f"# {line}\n" for line in head.splitlines())
    writer.dump(document, out)
    return out.getvalue()


def _expression(text: str) -> str:
    plain = dedent(text).strip()
    return LiteralScalarString(plain + "\n") if "\n" in plain else plain
