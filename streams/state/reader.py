"""What it takes to read the case records of a shard, and is stored beside them: catalogue sources and the dictionary."""

from collections.abc import Callable, Container
from typing import Final

from streams.catalogue.model import Catalogue
from streams.engine.case import Case
from streams.engine.plain import unfold
from streams.engine.rules import Rules
from streams.errors import StateError
from streams.state.codec import decode
from streams.state.dictionary import PREFIX, Dictionary
from streams.state.lane import Lane
from streams.state.plain import LANE, LAYOUT, OLD_LAYOUT, facts_of, is_plain, lane_number
from streams.state.ways import Ways

CATALOGUE_KEY = b"~catalogue/"
_LANE_WORD: Final = "@"
"""What the dictionary's entry of a lane begins with; no event type does."""
MOST_LANES: Final = 4096
"""Cases of further regions go the long way; the names of regions come from producers."""
RECENT: Final = 8
"""So many versions that no case uses stay beside those in use, the latest. A worker of an earlier release does not know
that a source was forgotten while the changelog still has it, and would not store it again under cases of its own: it
is the latest versions to which anyone goes back."""


class CaseReader:
    """Turns stored records into rules and cases. `fresh` are changelog records that have come up and are to be stored."""

    def __init__(self, compile_source: Callable[[str], Catalogue]) -> None:
        self.fresh: dict[bytes, bytes | None] = {}
        self._compile = compile_source
        self._dictionary = Dictionary()
        self._rules: dict[str, Rules] = {}
        self._sources: dict[str, str] = {}
        self._forgotten: dict[str, str] = {}
        self._ways: dict[str, Ways] = {}
        self._lanes: dict[tuple[str, str, str | None], Lane | None] = {}
        self._lane_by_number: dict[bytes, Lane] = {}

    def restore(self, key: bytes, value: bytes | None) -> bool:
        """Take a record of the changelog. False if it is none of those kept here."""
        if key.startswith(CATALOGUE_KEY):
            version = key[len(CATALOGUE_KEY) :].decode()
            known = self._sources.pop(version, None)  # so that they stand in the order in which they were stored last
            if value is not None:
                self._sources[version] = value.decode()
            elif known is not None:
                self._forgotten[version] = known
        elif key.startswith(PREFIX):
            if value is not None:
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

    def forget(self, used: Container[str]) -> None:
        """Forget the sources of versions that are not `used`, but for the latest ones. To be asked before the first
        decision, with all that have cases or are in force."""
        idle = [version for version in self._sources if version not in used]
        for version in idle[:-RECENT]:
            del self._sources[version]
            self.fresh[CATALOGUE_KEY + version.encode()] = None
        self._forgotten = {}

    def read(self, value: bytes) -> tuple[Rules, Case]:
        """The rules of a case and its whole record, whatever its layout. StateError where the bytes are damaged or what
        they need is not in the state."""
        if not is_plain(value):
            case = decode(value)
            return self._rules_of(case.version), case
        if value[0] == OLD_LAYOUT:
            rules, region = self._rules_of(self._dictionary.text(lane_number(value))), ""
        else:
            version, _, region = self._lane_word(lane_number(value))
            rules = self._rules_of(version)
        return rules, unfold(rules, facts_of(value, self._dictionary), region)

    def lane(self, rules: Rules, tenant: str, region: str | None) -> Lane | None:
        """The short way for cases of a tenant and region that begin under these rules; None where there are too many."""
        key = rules.version, tenant, region
        try:
            return self._lanes[key]
        except KeyError:
            pass
        word = (_LANE_WORD, rules.version, tenant, region or "")
        number = self._dictionary.number(word) if len(self._lanes) < MOST_LANES else None
        lane = self._lanes[key] = None if number is None else self._open(number, rules, tenant, region or "")
        return lane

    def lane_of(self, value: bytes) -> Lane | None:
        """The short way for a case with this record; None where it is not plain."""
        if value[0] != LAYOUT:
            return None
        lane = self._lane_by_number.get(value[LANE])
        return self.lane_by(lane_number(value)) if lane is None else lane

    def lane_by(self, number: int) -> Lane:
        """The lane of that number. StateError if it was never given to one."""
        lane = self._lane_by_number.get(number.to_bytes(2, "big"))
        if lane is not None:
            return lane
        version, tenant, region = self._lane_word(number)
        return self._open(number, self._rules_of(version), tenant, region)

    def _open(self, number: int, rules: Rules, tenant: str, region: str) -> Lane:
        ways = self._ways.get(rules.version)
        if ways is None:
            ways = self._ways[rules.version] = Ways(rules, self._dictionary)
        name = number.to_bytes(2, "big")
        if name not in self._lane_by_number:
            self._lane_by_number[name] = Lane(ways, number, self._dictionary, tenant, region)
        return self._lane_by_number[name]

    def _lane_word(self, number: int) -> tuple[str, str, str]:
        """Version, tenant and region of a lane."""
        _, version, tenant, region = self._dictionary.texts(number)
        return version, tenant, region

    def lanes(self) -> list[Lane]:
        """Those in use."""
        return list(self._lane_by_number.values())

    def take_fresh(self) -> dict[bytes, bytes | None]:
        """The changelog records that have come up since the last time."""
        fresh = self.fresh | self._dictionary.fresh
        self.fresh, self._dictionary.fresh = {}, {}
        return fresh

    def _rules_of(self, version: str) -> Rules:
        rules = self._rules.get(version)
        if rules is None:
            source = self._sources.get(version)
            if source is None and version in self._forgotten:  # and a worker that did not know began cases under it
                source = self._sources[version] = self._forgotten.pop(version)
                self.fresh[CATALOGUE_KEY + version.encode()] = source.encode()
            if source is None:
                raise StateError(f"a case runs under catalogue {version}, whose source is not in the state")
            rules = self._rules[version] = Rules(self._compile(source))
        return rules
