"""Alerts by a part of their case's name: what can be searched no other way than by looking at every name.

The names of some hundred alerts stand in one text, built when it is next looked for after one of them has changed. A
search looks through these texts, and at single alerts only where one has it. What all names of a block begin with is
known, too: `order` is in every `order_1234`.
"""

from streams.console.board.sighting import Sighting

_BLOCK = 512


class CaseNames:
    """The alerts of one tenant in blocks. Order is none: one that goes leaves its place to the next that comes."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {}
        self._free: list[int] = []
        self._blocks: list[list[Sighting | None]] = []
        self._names: list[list[str]] = []
        self._texts: list[str | None] = []
        self._shared: list[str] = []

    def __len__(self) -> int:
        return len(self._places)

    def put(self, sighting: Sighting) -> None:
        """One more; none of its id is in it."""
        if not self._free:
            first = len(self._blocks) * _BLOCK
            self._blocks.append([None] * _BLOCK)
            self._names.append([""] * _BLOCK)
            self._texts.append(None)
            self._shared.append("")
            self._free = list(range(first + _BLOCK - 1, first - 1, -1))
        place = self._free.pop()
        self._places[sighting.id] = place
        block, at = divmod(place, _BLOCK)
        self._blocks[block][at] = sighting
        if self._names[block][at] != sighting.name:  # another record of the same alert takes its old place
            self._names[block][at] = sighting.name
            self._texts[block] = None

    def drop(self, sighting: Sighting) -> None:
        """One that was put is gone. Its name may stay until another takes its place."""
        place = self._places.pop(sighting.id)
        self._blocks[place // _BLOCK][place % _BLOCK] = None
        self._free.append(place)

    def having(self, text: str) -> list[Sighting]:
        """Those whose case has this text, case-folded, in its name."""
        found: list[Sighting] = []
        for block, text_of in enumerate(self._texts):
            whole = self._write(block) if text_of is None else text_of
            if text not in whole:
                continue
            if text in self._shared[block]:
                found += [one for one in self._blocks[block] if one is not None]
            else:
                names = self._names[block]
                found += [one for at, one in enumerate(self._blocks[block]) if one is not None and text in names[at]]
        return found

    def _write(self, block: int) -> str:
        names = [name for name in self._names[block] if name]
        whole = self._texts[block] = "\n".join(names)
        self._shared[block] = _beginning(min(names, default=""), max(names, default=""))
        return whole


def _beginning(first: str, last: str) -> str:
    """What two names both begin with, and all that stand between them in order."""
    length = next((at for at, (one, other) in enumerate(zip(first, last, strict=False)) if one != other), len(first))
    return first[:length]
