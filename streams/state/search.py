"""Looks for one case in what a changelog says: its record, the rules it runs under, and how far its shard has judged."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import NamedTuple

from streams.catalogue.model import Catalogue
from streams.engine.case import Case
from streams.engine.rules import Rules
from streams.state.processor import CLOCK_KEY
from streams.state.reader import CaseReader


class Found(NamedTuple):
    """A case of a tenant. `judged` is the instant up to which its shard has judged, None where that is not stored."""

    tenant: str
    rules: Rules
    case: Case
    judged: int | None


class Search:
    """Takes the records of a changelog, each partition in order and whole, and knows the case at the end.

    `tenant` None looks for the case of every tenant.
    """

    def __init__(self, case: str, compile_source: Callable[[str], Catalogue], tenant: str | None = None) -> None:
        self._suffix = b"\x1f" + case.encode()
        self._key = None if tenant is None else tenant.encode() + self._suffix
        self._records: dict[bytes, tuple[int, bytes]] = {}
        self._readers: defaultdict[int, CaseReader] = defaultdict(lambda: CaseReader(compile_source))
        self._clocks: dict[int, int] = {}

    def take(self, partition: int, key: bytes, value: bytes | None) -> None:
        """The next record of a partition."""
        if key.startswith(b"~") and b"\x1f" not in key:
            if value is None:
                return
            if key == CLOCK_KEY:
                self._clocks[partition] = json.loads(value)["until"]
            else:
                self._readers[partition].restore(key, value)
        elif key == self._key if self._key is not None else key.endswith(self._suffix):
            if value is None:
                self._records.pop(key, None)
            else:
                self._records[key] = partition, value

    def found(self) -> Iterator[Found]:
        """The case, of each tenant that has it. StateError where a record cannot be read."""
        for key, (partition, value) in self._records.items():
            rules, case = self._readers[partition].read(value)
            yield Found(key[: -len(self._suffix)].decode(), rules, case, self._clocks.get(partition))
