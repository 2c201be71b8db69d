"""The alerts of all tenants, each in its place, and the incidents that they belong to."""

from collections.abc import Iterable

from schemas.alert import Alert
from schemas.group import Group
from streams.console.board.audit import Line
from streams.console.board.incidents import Cause, Incidents
from streams.console.board.shelf import Named, Shelf
from streams.console.board.sighting import Sighting, sight

_READ = 4096


class Alerts:
    """Keeps shelves and incidents in step."""

    def __init__(self) -> None:
        self.shelves: dict[str, Shelf] = {}
        self.incidents = Incidents()
        self._by_id: dict[str, Sighting] = {}
        self._by_case: dict[tuple[str, str], tuple[str, ...]] = {}
        self._read: dict[str, Alert] = {}

    def __len__(self) -> int:
        return len(self._by_id)

    def __contains__(self, alert_id: object) -> bool:
        return alert_id in self._by_id

    def get(self, alert_id: str) -> Sighting | None:
        """What was last said of it."""
        return self._by_id.get(alert_id)

    def of_case(self, tenant: str, case: str) -> list[Sighting]:
        """The alerts of a case: those that are open first, the oldest first among each."""
        own = [self._by_id[name] for name in self._by_case.get((tenant, case), ())]
        return sorted(own, key=lambda one: (one.plight == "over", one.raised, one.id))

    def read(self, sighting: Sighting) -> Alert:
        """The alert in full. Those that were read last are kept."""
        alert = self._read.get(sighting.id)
        if alert is None:
            if len(self._read) >= _READ:
                self._read.clear()
            alert = self._read[sighting.id] = Alert.model_validate_json(sighting.value)
        return alert

    def put(self, alert: Alert, value: bytes, partition: int, taken: Line | None) -> bool:
        """The alert as it is now; False where nothing is new. `taken`: the line of the audit by which it was last taken,
        if there is one."""
        before = self._by_id.get(alert.id)
        if before is not None and before.value == value and before.partition == partition:
            return False
        sighting = sight(alert, value, partition)
        if before is not None:
            self._lift(before)
        sighting.holder = _holder(sighting, taken)
        self._by_id[sighting.id] = sighting
        case = (sighting.tenant, sighting.case)
        self._by_case[case] = (*self._by_case.get(case, ()), sighting.id)
        shelf = self.shelves.get(sighting.tenant)
        if shelf is None:
            shelf = self.shelves[sighting.tenant] = Shelf()
        shelf.moments[alert.moment] = Named(alert.stage, alert.title, alert.severity)
        self._lay(shelf, sighting)
        return True

    def drop(self, alert_id: str) -> bool:
        """The alert is forgotten; False where it was not known."""
        sighting = self._by_id.pop(alert_id, None)
        if sighting is None:
            return False
        self._lift(sighting)
        return True

    def hand(self, taken: Line) -> bool:
        """An alert was taken as this line says; False where it has the same holder as before."""
        sighting = self._by_id.get(taken.alert)
        if sighting is None or sighting.holder == _holder(sighting, taken):
            return False
        shelf = self.shelves[sighting.tenant]
        shelf.drop(sighting)
        sighting.holder = _holder(sighting, taken)
        shelf.put(sighting)
        return True

    def put_group(self, group: Group) -> bool:
        """A group as it is now; False where nothing is new."""
        if self.incidents.groups.get(group.id) == group:
            return False
        self._fold(self.incidents.put(group))
        return True

    def drop_group(self, group_id: str) -> bool:
        """A group is forgotten; False where it was not known."""
        known = group_id in self.incidents.groups
        self._fold(self.incidents.drop(group_id))
        return known

    def _lay(self, shelf: Shelf, sighting: Sighting) -> None:
        sighting.incident = self.incidents.of(sighting, firing=True) if sighting.plight == "broken" else None
        shelf.put(sighting)

    def _lift(self, sighting: Sighting) -> None:
        self._read.pop(sighting.id, None)
        case = (sighting.tenant, sighting.case)
        rest = tuple(name for name in self._by_case[case] if name != sighting.id)
        if rest:
            self._by_case[case] = rest
        else:
            del self._by_case[case]
        self.shelves[sighting.tenant].drop(sighting)

    def _fold(self, causes: Iterable[Cause]) -> None:
        """Lay anew what is broken and shares one of these causes."""
        for tenant, dimension, value in causes:
            shelf = self.shelves.get(tenant)
            for sighting in [one for one in shelf.broken() if one.label(dimension) == value] if shelf else ():
                assert shelf is not None
                shelf.drop(sighting)
                self._lay(shelf, sighting)


def _holder(sighting: Sighting, taken: Line | None) -> str | None:
    return sighting.holder_after(None, "") if taken is None else sighting.holder_after(taken.what, taken.by)
