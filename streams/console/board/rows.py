"""Rows: an alert with what the organisation data, the incidents and the mutes say of it."""

from collections.abc import Iterable, Mapping

from streams.alerts.chain import USUAL
from streams.alerts.organisation import Directory
from streams.alerts.policy import AlertPolicy
from streams.clock import instant
from streams.console.board.alerts import Alerts
from streams.console.board.hearing import Hearing
from streams.console.board.mutes import Mutes
from streams.console.board.sighting import Sighting
from streams.console.views import IncidentRow, Row
from streams.feeds.journal import MOMENT as FEED_HEARD

_STEPS = AlertPolicy().steps
"""The chain of an alert where the organisation data names none, as the alert stage has it."""


class Rows:
    """Makes rows of sightings, and only of those that are shown."""

    def __init__(self, alerts: Alerts, mutes: Mutes, hearing: Hearing) -> None:
        self._alerts, self._mutes, self._hearing = alerts, mutes, hearing
        self._regions: dict[tuple[str, str], str] = {}
        self.directory = Directory()

    def use(self, directory: Directory) -> None:
        """Names and chains are those of this organisation data from now on."""
        self.directory = directory
        wholes = [whole for tenant in directory.tenants() if (whole := directory.organisation(tenant)) is not None]
        self._regions = {(whole.tenant, region.id): region.name for whole in wholes for region in whole.regions}

    def row(self, one: Sighting, at: int) -> Row:
        """The row of an alert."""
        alert = self._alerts.read(one)
        next_level = None
        if alert.next_step_at is not None:
            chain = self.directory.chain(one.tenant, alert.severity, alert.moment)
            steps: tuple[tuple[int, str], ...] = _STEPS if chain is USUAL else chain
            next_level = steps[alert.level][1] if alert.level < len(steps) else None
        mute = self._mutes.over(one, at)
        return Row(
            alert=alert,
            plight=one.plight,
            store_name=None if one.facet.store is None else self.store_name(one.tenant, one.facet.store),
            holder=None if one.holder is None else self.person_name(one.tenant, one.holder),
            next_level=next_level,
            incident=self._alerts.incidents.of(one, firing=False),
            muted_until=None if mute is None else instant(mute.until),
            unheard=self._is_unheard(one),
        )

    def _is_unheard(self, one: Sighting) -> bool:
        """The alert of a feed itself is about that, and as certain as ever."""
        if one.plight == "over" or one.facet.moment == FEED_HEARD:
            return False
        return not self._hearing.is_heard(one.tenant, one.facet.region)

    def rows(self, some: Iterable[Sighting], at: int) -> tuple[Row, ...]:
        """Rows in the same order."""
        return tuple(self.row(one, at) for one in some)

    def incident(self, group_id: str, tenant: str, owed: int, holders: Mapping[str, int]) -> IncidentRow:
        """The row of an incident of which so many are still owed something; whoever holds most of them comes first."""
        names = sorted(holders, key=lambda name: (-holders[name], name))
        return IncidentRow(
            self._alerts.incidents.groups[group_id], owed, tuple(self.person_name(tenant, name) for name in names)
        )

    def person_name(self, tenant: str, person: str) -> str:
        """Their name in the organisation data, else the id."""
        known = self.directory.person(tenant, person)
        return known.name if known is not None and known.name else person

    def store_name(self, tenant: str, store: str) -> str:
        """Its name in the organisation data, else the id."""
        known = self.directory.store(tenant, store)
        return known.name if known is not None and known.name else store

    def region_name(self, tenant: str, region: str) -> str:
        """Its name in the organisation data, else the id."""
        return self._regions.get((tenant, region)) or region
