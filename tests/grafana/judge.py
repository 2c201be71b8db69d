"""Asks Prometheus' own `promtool` what queries give for series that a test writes down; no server is started."""

import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

PROMTOOL = shutil.which("promtool")
Rows = Mapping[str, float]
"""Values by labels, these as Prometheus writes them: `{region="east"}`, or `{}`."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What a query gives; `expr` has its variables filled in."""

    expr: str
    rows: Rows


@dataclass(slots=True)
class World:
    """Series as promtool writes them (`0+1x10`, `_` for no sample), by metric with labels, with a sample every so many
    seconds, and what is to come of them `at` seconds after the first."""

    series: dict[str, str] = field(default_factory=dict)
    at: int = 600
    interval: int = 10

    def judge(self, expected: Sequence[Expected], folder: Path) -> str:
        """What promtool has to say against it; nothing if all is as expected. Values are compared to four decimals."""
        tests = [
            {
                "expr": f"round({one.expr}, 0.0001)",
                "eval_time": f"{self.at}s",
                "exp_samples": [{"labels": labels, "value": value} for labels, value in one.rows.items()],
            }
            for one in expected
        ]
        story = {
            "evaluation_interval": "10s",
            "tests": [
                {
                    "interval": f"{self.interval}s",
                    "input_series": [{"series": name, "values": values} for name, values in self.series.items()],
                    "promql_expr_test": tests,
                }
            ],
        }
        file = folder / "story.yml"
        file.write_text(json.dumps(story), encoding="utf-8")
        assert PROMTOOL is not None
        done = subprocess.run(
            [PROMTOOL, "test", "rules", str(file)], capture_output=True, text=True, check=False, timeout=60
        )
        return "" if done.returncode == 0 else done.stdout + done.stderr
