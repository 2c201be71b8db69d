"""What the pages say, in Chinese and English: one file a language, the same keys in both."""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from schemas.organisation import Language

__all__ = ["LANGUAGES", "Words", "words"]

LANGUAGES: tuple[Language, ...] = ("zh", "en")


class Words:
    """The texts of one language. A key that is missing is a KeyError: a page never shows a key."""

    __slots__ = ("_texts", "language")

    def __init__(self, language: Language, texts: Mapping[str, str | list[str]]) -> None:
        self.language, self._texts = language, texts

    def __call__(self, key: str, **values: object) -> str:
        """The text of a key, its places filled. Of a text with two forms the one for `n` is taken: one, or many."""
        text = self._texts[key]
        if isinstance(text, list):
            text = text[0 if values["n"] == 1 else 1]
        return text.format(**values) if values else text

    def named(self, prefix: str, name: str) -> str:
        """The word for a name of the contract (a state, a reason); the name itself where there is no word yet."""
        text = self._texts.get(f"{prefix}.{name}", name)
        return text if isinstance(text, str) else text[1]

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)


@cache
def words(language: Language) -> Words:
    """The texts of a language."""
    tables = tomllib.loads((files(__name__) / f"{language}.toml").read_text("utf-8"))
    return Words(language, dict(_flat(tables)))


def _flat(tables: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str | list[str]]]:
    for name, value in tables.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield prefix + name, value
