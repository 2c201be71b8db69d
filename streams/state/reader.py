"""What it takes to read the case records of a shard, and is stored beside them: catalogue sources and the dictionary."""

from collections.abc import Callable

from streams.catalogue.model import Catalogue
from streams.engine.case import Case
from streams.engine.plain import unfold
from streams.engine.rules import Rules
from streams.errors import StateError
from streams.state.codec import decode
from streams.state.dictionary import PREFIX, Dictionary
from streams.state.lane import Lane
from streams.state.plain import LAYOUT, VERSION, facts_of, is_plain, version_of

CATALOGUE_KEY = b"~catalogue/"


class CaseReader:
    """Turns stored records into rules and cases. `fresh` are changelog records that have come up and are to be stored."""

    def __init__(self, compile_source: Callable[[str], Catalogue]) -> None:
        self.fresh: dict[bytes, bytes | None] = {}
        self._compile = compile_source
        self._dictionary = Dictionary()
        self._rules: dict[str, Rules] = {}
        self._sources: dict[str, str] = {}
        self._lanes: dict[str, Lane | None] = {}
        self._lane_by_version: dict[bytes, Lane] = {}

    def restore(self, key: bytes, value: bytes) -> bool:
        """Take a record of the changelog. False if it is none of those kept here."""
        if key.startswith(CATALOGUE_KEY):
            self._sources[key[len(CATALOGUE_KEY) :].decode()] = value.decode()
        elif key.startswith(PREFIX):
            self._dictionary.restore(key, value)
        else:
            return False
        return True

    def use(self, catalogue: Catalogue) -> Rules:
        """The rules of a catalogue that is in force."""
        rules = self._rules.get(catalogue.version)
        if rules is None:
            rules = self._rules[catalogue.version] = Rules(catalogue)
        return rules

    def keep_source(self, rules: Rules) -> None:
        """A case runs under these rules from now on: their source is stored once, so that later releases find it."""
        if rules.version not in self._sources:
            self._sources[rules.version] = rules.catalogue.source
            self.fresh[CATALOGUE_KEY + rules.version.encode()] = rules.catalogue.source.encode()

    def read(self, value: bytes) -> tuple[Rules, Case]:
        """The rules of a case and its whole record, whatever its layout. StateError where the bytes are damaged or what
        they need is not in the state."""
        if is_plain(value):
            rules = self._rules_of(self._dictionary.text(version_of(value)))
            return rules, unfold(rules, facts_of(value, self._dictionary))
        case = decode(value)
        return self._rules_of(case.version), case

    def lane(self, rules: Rules) -> Lane | None:
        """The short way for cases that begin under these rules; None where the dictionary is full."""
        version = rules.version
        if version not in self._lanes:
            number = self._dictionary.number(version)
            self._lanes[version] = lane = None if number is None else Lane(rules, number, self._dictionary)
            if lane is not None:
                self._lane_by_version[lane.number.to_bytes(2, "big")] = lane
        return self._lanes[version]

    def lane_of(self, value: bytes) -> Lane | None:
        """The short way for a case with this record; None where it is not plain."""
        if value[0] != LAYOUT:
            return None
        lane = self._lane_by_version.get(value[VERSION])
        return self.lane(self._rules_of(self._dictionary.text(version_of(value)))) if lane is None else lane

    def lanes(self) -> list[Lane]:
        """Those in use."""
        return list(self._lane_by_version.values())

    def take_fresh(self) -> dict[bytes, bytes | None]:
        """The changelog records that have come up since the last time."""
        fresh = self.fresh | self._dictionary.fresh
        self.fresh, self._dictionary.fresh = {}, {}
        return fresh

    def _rules_of(self, version: str) -> Rules:
        rules = self._rules.get(version)
        if rules is None:
            source = self._sources.get(version)
            if source is None:
                raise StateError(f"a case runs under catalogue {version}, whose source is not in the state")
            rules = self._rules[version] = Rules(self._compile(source))
        return rules
