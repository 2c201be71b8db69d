"""Values that recur in case records, by number: sources, and the shapes of facts.

A number is given once and never again for anything else; each entry is a record of its own in the changelog. What comes
from producers is bounded: past the last number there are no more, and records hold the values themselves.
"""

import json
from typing import Final

from streams.errors import StateError

PREFIX: Final = b"~word/"
MOST: Final = 1 << 16

Word = str | tuple[str, ...]


class Dictionary:
    """Words of one shard, in the order of their numbers."""

    __slots__ = ("_numbers", "_words", "fresh")

    def __init__(self) -> None:
        self._words: dict[int, Word] = {}
        self._numbers: dict[Word, int] = {}
        self.fresh: dict[bytes, bytes | None] = {}
        """Changelog records of the words that are new; whoever stores them clears this."""

    def number(self, word: Word) -> int | None:
        """The number of a word, given now if it has none yet; None where there are no more numbers."""
        number = self._numbers.get(word)
        if number is None and len(self._words) < MOST:
            number = len(self._words)
            self._words[number] = word
            self._numbers[word] = number
            self.fresh[PREFIX + b"%d" % number] = json.dumps(word, ensure_ascii=False).encode()
        return number

    def text(self, number: int) -> str:
        """The text of a number. StateError if it was never given to a text."""
        word = self._words.get(number)
        if not isinstance(word, str):
            raise _missing(number)
        return word

    def texts(self, number: int) -> tuple[str, ...]:
        """The texts of a number. StateError if it was never given to several."""
        word = self._words.get(number)
        if not isinstance(word, tuple):
            raise _missing(number)
        return word

    def restore(self, key: bytes, value: bytes) -> None:
        """Take an entry from the changelog."""
        number, word = int(key[len(PREFIX) :]), json.loads(value)
        word = word if isinstance(word, str) else tuple(word)
        self._words[number] = word
        self._numbers[word] = number


def _missing(number: int) -> StateError:
    return StateError(f"a case record names entry {number} of the dictionary, which is not in the state")
