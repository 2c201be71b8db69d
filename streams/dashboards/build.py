"""All dashboards as files: the same bytes from the same source."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from grafana_foundation_sdk.builders.dashboard import Dashboard
from grafana_foundation_sdk.cog.encoder import JSONEncoder

from streams.dashboards.feeds import feeds
from streams.dashboards.journey import journey
from streams.dashboards.moment import moment
from streams.dashboards.operations import operations
from streams.dashboards.stores import stores
from streams.dashboards.wall import wall
from streams.dashboards.words import LANGUAGES, Words, table

DASHBOARDS: Final[Mapping[str, Callable[[Words], Dashboard]]] = {
    "wall": wall,
    "journey": journey,
    "stores": stores,
    "moment": moment,
    "operations": operations,
    "feeds": feeds,
}


def documents() -> dict[str, str]:
    """Path under the dashboards' folder to the text it must have, for every dashboard in every language."""
    found = {}
    for language in LANGUAGES:
        for name, make in DASHBOARDS.items():
            text = json.dumps(make(Words(language)).build(), cls=JSONEncoder, ensure_ascii=False, indent=2)
            found[f"{language}/moments-{name}.json"] = text + "\n"
    return found


def idle_words() -> set[str]:
    """Entries of the table of words that no dashboard has."""
    words = Words(LANGUAGES[0])
    for make in DASHBOARDS.values():
        make(words)
    return set(table()) - words.used


def find_drift(folder: Path) -> list[str]:
    """The files that are missing, differ from what would be written, or that nothing writes any more."""
    wanted = documents()
    found = {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in folder.glob("*/*.json")}
    return sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))


def write(folder: Path) -> list[str]:
    """Write all of them, take away what nothing writes any more, and give the names of the files."""
    wanted = documents()
    for path in folder.glob("*/*.json"):
        if path.relative_to(folder).as_posix() not in wanted:
            path.unlink()
    for name, text in wanted.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return sorted(wanted)
