"""Every word that a reader of the dashboards sees, from the one table `words.toml`."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal, get_args

Language = Literal["zh", "en"]
LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)

TABLE: Final = Path(__file__).with_name("words.toml")


@cache
def table() -> Mapping[str, Mapping[str, str]]:
    """All entries: `dashboard.panel.what` to the text in each language."""
    found: dict[str, Mapping[str, str]] = {}

    def walk(at: str, node: Mapping[str, Any]) -> None:
        if texts := {name: below for name, below in node.items() if isinstance(below, str)}:
            found[at] = texts
        for name, below in node.items():
            if isinstance(below, Mapping):
                walk(f"{at}.{name}" if at else name, below)

    walk("", tomllib.loads(TABLE.read_text(encoding="utf-8")))
    return found


class Words:
    """The words of one language. It notes which were asked for, so that none is left over."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self.used: set[str] = set()

    def __call__(self, key: str) -> str:
        """The text of an entry; KeyError where there is none in this language."""
        self.used.add(key)
        return table()[key][self.language]
