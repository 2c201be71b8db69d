"""Where in a catalogue file something stands, and the list of what is wrong there."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from streams.errors import CatalogueError

Path = tuple[str | int, ...]
"""Keys and indices from the top of a file down to a value: `("moments", 0, "deadline", "after")`."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Line and column, both from 1, of a key (for what is wrong with the key) and of its value; and the file where that
    is another than the one it counts in, as with what an override says. Line 0: no line, what `file` names is all of it.
    """

    key: tuple[int, int]
    value: tuple[int, int]
    file: str = ""

    def within(self, file: str) -> "Spot":
        """The same spot, for whoever stands in another file."""
        return self if self.file else replace(self, file=file)


@dataclass(frozen=True, slots=True)
class Places:
    """The spot of every value of one file. A file that never was text (`compile_source`) has none."""

    file: str
    spots: Mapping[Path, Spot] = field(default_factory=dict)

    def find(self, path: Path) -> Path:
        """The deepest known place on the way to `path`.

        Where the file uses a short form (`starts: order.placed` for a list of one trigger) the path names steps that the
        file does not have; they are passed over.
        """
        found: Path = ()
        for step in path:
            if (deeper := (*found, step)) in self.spots:
                found = deeper
        return found

    def at(self, path: Path, *, key: bool = False) -> str:
        """`file:line:column` of the value at `path`, or of its key."""
        if not self.spots:
            return f"{self.file}: {'.'.join(str(step) for step in path)}"
        spot = self.spots[self.find(path)]
        line, column = spot.key if key else spot.value
        file = spot.file or self.file
        return f"{file}:{line}:{column}" if line else file

    def keep(self, moments: Sequence[int]) -> "Places":
        """The places as they are when only these of the moments are left, in this order."""
        moved = {index: position for position, index in enumerate(moments)}
        spots: dict[Path, Spot] = {}
        for path, spot in self.spots.items():
            if len(path) < 2 or path[0] != "moments":
                spots[path] = spot
            elif isinstance(path[1], int) and path[1] in moved:
                spots["moments", moved[path[1]], *path[2:]] = spot
        return Places(self.file, spots)

    def beside(self, path: Path) -> str:
        """The place of the override of the moment in which `path` lies, where what stands at `path` is not the override's
        own; else nothing."""
        spot, around = self.spots.get(self.find(path)), self.spots.get(path[:2])
        if path[:1] != ("moments",) or spot is None or spot.file or around is None or not around.file:
            return ""
        return self.at(path[:2], key=True)


class Problem(NamedTuple):
    """One fault. The first two sort it the way the files read."""

    file: str
    spot: tuple[int, int]
    place: str
    text: str

    def line(self) -> str:
        """`file:line:column: what is wrong; what would be right`"""
        return f"{self.place}: {self.text}"


@dataclass(slots=True)
class Problems:
    """What was found wrong so far, each with where it stands; said in the order of the files."""

    found: list[Problem] = field(default_factory=list)

    def add(self, places: Places, path: Path, text: str, *, key: bool = False) -> None:
        """Note a fault of the value at `path`, or of its key."""
        spot = places.spots.get(places.find(path))
        where = (spot.key if key else spot.value) if spot else (0, 0)
        if override := places.beside(path):
            text = f"{text} (with the override at {override})"
        file = spot.file if spot is not None and spot.file else places.file
        self.found.append(Problem(file, where, places.at(path, key=key), text))

    def add_at(self, file: str, line: int, column: int, text: str) -> None:
        """Note a fault where there is no value yet."""
        self.found.append(Problem(file, (line, column), f"{file}:{line}:{column}", text))

    def raise_any(self) -> None:
        """CatalogueError with a line for each, in reading order, if there is one."""
        if self.found:
            raise CatalogueError(list(dict.fromkeys(problem.line() for problem in sorted(self.found))))


def nearest(word: str, words: Iterable[str], otherwise: str = "") -> str:
    """`; did you mean 'x'?` for a misspelt word, else `otherwise`, which says what would be right."""
    close = difflib.get_close_matches(word, list(words), n=1, cutoff=0.6)
    if close:
        return f"; did you mean '{close[0]}'?"
    return f"; {otherwise}" if otherwise else ""
