"""The chart, rendered by helm. `python -m tests.deploy.chart` writes the golden files again."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Final

CHART: Final = Path(__file__).parents[2] / "deploy" / "helm" / "moments"
VALUES: Final = Path(__file__).with_name("values")
GOLDEN: Final = Path(__file__).with_name("golden")
SETS: Final = ("minimal", "production", "single")


class Unavailable(Exception):  # noqa: N818 it names a state, and is told as one
    """There is no helm here."""


def helm(*arguments: str) -> str:
    """What helm prints. AssertionError with what it says where it fails, Unavailable where there is none.

    `MOMENTS_TEST_HELM` names one that is not on the PATH.
    """
    command = os.environ.get("MOMENTS_TEST_HELM") or shutil.which("helm")
    if command is None:
        raise Unavailable("helm is neither on the PATH nor named by MOMENTS_TEST_HELM")
    done = subprocess.run([command, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def template(*arguments: str) -> str:
    """Every manifest, hooks included. A helm that was built from source believes in a Kubernetes of long ago."""
    return helm("template", "moments", str(CHART), "--namespace", "moments", "--kube-version", "1.37.0", *arguments)


def render(name: str) -> str:
    """Every manifest for a set of values."""
    return template("--values", str(VALUES / f"{name}.yaml"))


def elided(manifests: str) -> str:
    """Without what the chart only passes on, and others answer for: rules and dashboards."""
    kept = []
    for document in re.split(r"^---\n", manifests, flags=re.MULTILINE):
        if re.search(r"^kind: PrometheusRule$", document, re.MULTILINE):
            continue
        if re.search(r"^  name: \S+-dashboard-\S+$", document, re.MULTILINE):
            continue
        kept.append(document.rstrip() + "\n")
    return "---\n".join(kept).lstrip()


def main() -> None:
    for name in SETS:
        (GOLDEN / f"{name}.yaml").write_text(elided(render(name)), encoding="utf-8")


if __name__ == "__main__":
    main()
