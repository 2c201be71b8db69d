"""`includes` and `overrides`: files that build on others, resolved into parts that stand by themselves.

Every file stays a part of its own, with its own name; what an including file says otherwise is written into the parts
that it includes, before anything is compiled. So the stored source of a catalogue needs no file to be read again.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path as FilePath
from typing import Any

from streams.catalogue.entries import Document, entries, triggers
from streams.catalogue.override import Part, alter
from streams.catalogue.place import Places, Problems, Spot
from streams.catalogue.reader import read_yaml
from streams.catalogue.ways import joined, write
from streams.errors import CatalogueError

PACK = "pack:"


@lru_cache(64)  # the files are looked at every few seconds and hardly ever change
def included(text: str) -> tuple[str, ...]:
    """What a file's `includes` names, as far as that can be read; faults are left to whoever compiles it."""
    if "includes" not in text:
        return ()
    read = read_yaml("", text, Problems())
    found = read[0].get("includes") if read is not None else None
    return tuple(name for name in found if isinstance(name, str)) if isinstance(found, list) else ()


def path_of(name: str, including: str) -> str | None:
    """The path of what a file includes as `name`: relative paths begin at that file. None where a pack names a file."""
    if name.startswith(PACK):
        return name
    if including.startswith(PACK):
        return None
    return os.path.normpath(FilePath(including).parent / name)


class Library:
    """Included files, each read once, so that what is compiled is what was looked at."""

    def __init__(self, read: Callable[[str], str]) -> None:
        """`read` gives the text of a path, or raises CatalogueError."""
        self._read = read
        self.texts: dict[str, str] = {}
        self.missing: dict[str, str] = {}

    def text(self, path: str) -> str | None:
        """The text of a file, None where it cannot be read; `missing` then says why."""
        if path not in self.texts and path not in self.missing:
            try:
                self.texts[path] = self._read(path)
            except CatalogueError as error:
                self.missing[path] = error.problems[0]
        return self.texts.get(path)

    def gather(self, texts: Sequence[tuple[str, str]]) -> None:
        """Read everything that these files include, and what that includes."""
        waiting = list(texts)
        seen: set[str] = set()
        while waiting:
            including, text = waiting.pop()
            for name in included(text):
                path = path_of(name, including)
                if path is None or path in seen:
                    continue
                seen.add(path)
                inner = self.text(path)
                if inner is not None:
                    waiting.append((path, inner))


@dataclass(frozen=True, slots=True)
class Resolved:
    """Files with all that they include. `off` are the moments left out, with where that is said; `whole` is False where
    a file could not be read, so that more may be missing than what was said."""

    parts: tuple[Part, ...]
    off: Mapping[str, Spot]
    whole: bool


def resolve(texts: Sequence[tuple[str, str]], library: Library, problems: Problems) -> Resolved:
    """The parts that these texts and what they include come to; faults are added to `problems`."""
    resolver = _Resolver(library, problems)
    parts: list[Part] = []
    for name, text in texts:
        parts += resolver.resolve(name, text)
    written = [write(part, resolver.reach, problems) for part in joined(parts, resolver.reach)]
    off = {name: spot for _, gone in written for name, spot in gone.items()}
    return Resolved(tuple(part for part, _ in written), off, resolver.whole)


@dataclass(slots=True)
class _Resolver:
    library: Library
    problems: Problems
    whole: bool = True
    open: list[tuple[str, str]] = field(default_factory=list)
    """The files on the way to the one at hand: what each is, and its path."""
    done: dict[tuple[str, str], list[Part]] = field(default_factory=dict)
    reach: dict[str, frozenset[str]] = field(default_factory=dict)
    """By the origin of a file, those of all that it brings along."""

    def resolve(self, path: str, text: str) -> list[Part]:
        """The file's own part first, then those of what it includes, with what the file says otherwise."""
        origin = _origin(path)
        if (origin, text) in self.done:
            return self.done[origin, text]
        read = read_yaml(path, text, self.problems)
        if read is None:
            self.whole = False
            return []
        data, places = read
        self.open.append((origin, path))
        inner: list[Part] = []
        names = data.get("includes")
        for index, name in enumerate(names if isinstance(names, list) else ()):
            if isinstance(name, str):
                inner += self._include(path, places, index, name)
        self.open.pop()
        own = Part(origin, path, text, data, places)
        self.reach[origin] = frozenset(part.origin for part in inner)
        parts = [own, *alter(own, joined(inner, self.reach), self.reach, self.problems, whole=self.whole)]
        self.done[origin, text] = parts
        return parts

    def _include(self, including: str, places: Places, index: int, name: str) -> list[Part]:
        path = path_of(name, including)
        spot = ("includes", index)
        if path is None:
            self.problems.add(places, spot, f"a pack includes packs only; '{name}' is none, write pack:NAME")
        elif (origin := _origin(path)) in (opened := [one for one, _ in self.open]):
            circle = [shown for _, shown in self.open[opened.index(origin) :]]
            way = " -> ".join([*circle, circle[0]])
            self.problems.add(places, spot, f"these files include each other: {way}; take one of the includes out")
        elif (text := self.library.text(path)) is None:
            self.problems.add(places, spot, self.library.missing[path])
        else:
            return self.resolve(path, text)
        self.whole = False
        return []


def _origin(path: str) -> str:
    """The same for every way to write the path of a file."""
    return path if path.startswith(PACK) else os.path.realpath(path)


def without_includes(data: Mapping[str, Any]) -> dict[str, Any]:
    """What a file says when all that it includes stands beside it."""
    return {key: value for key, value in data.items() if key not in ("includes", "overrides")}


def report_followers(documents: Sequence[Document], off: Mapping[str, Spot], problems: Problems) -> set[str]:
    """Report the moments that wait for the end of one that is left out. The ids of those left out for good."""
    everything = entries(documents)
    gone = off.keys() - {entry.moment.id for entry in everything}
    for entry in everything:
        for _, trigger, path in triggers(entry.moment):
            if trigger.moment in gone:
                spot = off[trigger.moment]
                place = entry.document.places.at((*entry.path, *path))
                text = (
                    f"'{trigger.moment}' cannot be left out alone: '{entry.moment.id}' waits for its end ({place}); "
                    f"leave that out too, or override its triggers"
                )
                problems.add_at(spot.file, *spot.value, text)
    return gone
