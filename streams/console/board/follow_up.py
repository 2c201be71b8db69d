"""Who of an incident, or of a group, still waits."""

from schemas.group import Group
from streams.console.board.alerts import Alerts
from streams.console.board.ranking import in_order
from streams.console.board.rows import Rows
from streams.console.board.shelf import Shelf
from streams.console.board.sighting import Sighting
from streams.console.views import IncidentRow, Row


def follow_up(group: Group, alerts: Alerts, rows: Rows, at: int, limit: int) -> tuple[IncidentRow, tuple[Row, ...]]:
    """Its row, and the first of those who wait: the gravest, and of these the one that has waited longest, first.

    Of an incident they are its broken members; of a group the open alerts of its moment in its region; of a digest those
    of its members that are open.
    """
    shelf = alerts.shelves.get(group.tenant, Shelf())
    if group.kind == "incident":
        found = [one for one in shelf.broken() if alerts.incidents.of(one, firing=False) == group.id]
    elif group.kind == "group":
        found = [one for one in shelf.all() if _is_of(one, group)]
    else:
        members = [alerts.get(member.alert) for member in group.members]
        found = [one for one in members if one is not None and one.tenant == group.tenant and one.plight != "over"]
    holders: dict[str, int] = {}
    for one in found:
        if one.holder is not None:
            holders[one.holder] = holders.get(one.holder, 0) + 1
    waiting = [one for one in found if one.plight == "broken"]
    others = [one for one in found if one.plight != "broken"]
    first = in_order(waiting) + in_order(others)
    return rows.incident(group.id, group.tenant, len(found), holders), rows.rows(first[:limit], at)


def _is_of(one: Sighting, group: Group) -> bool:
    return one.plight != "over" and one.facet.moment == group.moment and one.facet.region == group.region
