"""The dashboards as they are committed, and their queries with variables filled in as Grafana does."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[2] / "grafana"
DASHBOARDS = ROOT / "dashboards"


class Asked(NamedTuple):
    """A query of a panel."""

    dashboard: str
    panel: str
    ref: str
    expr: str
    instant: bool

    @property
    def where(self) -> str:
        """For messages and lists."""
        return f"{self.dashboard} / {self.panel} / {self.ref}"


def committed() -> dict[str, Any]:
    """By language and name, as `zh/moments-wall`."""
    return {
        path.relative_to(DASHBOARDS).with_suffix("").as_posix(): json.loads(path.read_text("utf-8"))
        for path in sorted(DASHBOARDS.glob("*/*.json"))
    }


def panels(dashboard: Any) -> list[Any]:
    """Its panels, without the headings."""
    return [panel for panel in dashboard["panels"] if panel["type"] != "row"]


def asked() -> Iterator[Asked]:
    """Every query of every dashboard."""
    for name, dashboard in committed().items():
        for panel in panels(dashboard):
            for target in panel["targets"]:
                yield Asked(name, panel["title"], target["refId"], target["expr"], target["instant"])


def filled(expr: str, *, start: int, end: int, values: Mapping[str, str] | None = None) -> str:
    """The query as Grafana sends it, with All chosen unless `values` say otherwise; `start` and `end` in seconds."""
    variables = {
        "__rate_interval": "1m",
        "__range": f"{end - start}s",
        "tenant": ".*",
        "region": ".*",
        "moment": ".*",
        "weight": "20",
        **(values or {}),
    }
    expr = expr.replace("${__from:date:seconds}", str(start))
    for name in sorted(variables, key=len, reverse=True):
        expr = expr.replace(f"${name}", variables[name])
    return expr
