"""Writes what docs/deployment.md and docs/sizing.md take from the code and from docs/benchmarks.md:
`python deploy/tables.py`.
"""

import sys
from collections.abc import Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from acls import MAKES, grants, together
from measured import Benchmarks, example, figures

from streams.broker.topics import declare
from streams.settings import Settings

DOCS = Path(__file__).parents[1] / "docs"


def pages() -> dict[Path, str]:
    """Each page as it is to be: what is written here stands between `<!-- NAME -->` and `<!-- end -->`."""
    found, settings = Benchmarks.read(DOCS / "benchmarks.md"), Settings()
    parts = {
        "deployment.md": {"topics": topics(settings), "acls": acls(settings)},
        "sizing.md": {"figures": figures(found), "example": example(found)},
    }
    return {DOCS / name: _filled((DOCS / name).read_text(encoding="utf-8"), some) for name, some in parts.items()}


def _filled(page: str, parts: Mapping[str, str]) -> str:
    """ValueError where the page has no place for one of the parts."""
    for name, text in parts.items():
        before, begin, rest = page.partition(f"<!-- {name} -->\n")
        _, end, after = rest.partition("<!-- end -->")
        if not end:
            raise ValueError(f"the page has no place for {name}")
        page = f"{before}{begin}{text}{end}{after}"
    return page


def acls(settings: Settings) -> str:
    """Who may do what on Kafka."""
    lines = ["| user | may | on |", "| --- | --- | --- |"]
    for one in together(grants(settings)):
        if one.operations == MAKES:
            shown = "every other topic of the monitor"
        else:
            shown = ", ".join(f"`{name}{'*' if one.prefixed else ''}`" for name in one.names)
        lines.append(f"| {one.user} | {', '.join(one.operations)} | {one.kind.replace('-', ' ')} {shown} |")
    return "\n".join(lines) + "\n"


def topics(settings: Settings) -> str:
    """What `moments topics create` makes, and with which settings of its own."""
    kinds: dict[tuple[str, tuple[tuple[str, str], ...]], list[str]] = {}
    for topic in declare(settings, partitions=12, replication=3):
        kinds.setdefault((topic.role, tuple(topic.config.items())), []).append(topic.name)
    lines = ["| topics | what | settings of their own |", "| --- | --- | --- |"]
    for (role, config), names in kinds.items():
        dead = role == "dead letters"
        shown = "`<topic>.dlq` of every topic that a stage reads" if dead else ", ".join(f"`{name}`" for name in names)
        own = ", ".join(f"`{name}={value}`" for name, value in config) or "none"
        lines.append(f"| {shown} | {role} | {own} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    for page, text in pages().items():
        page.write_text(text, encoding="utf-8")
