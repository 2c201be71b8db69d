"""The first page worked out the long way: every alert is looked at, and nothing is kept from one question to the next."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from schemas.alert import OPEN_STATES, Alert
from schemas.group import Group
from streams.clock import EPOCH, as_datetime, instant
from streams.console.viewer import Viewer
from streams.console.views import Filter

STAGES = ("pre_contact", "decision", "execution", "after_sales")
SEVERITIES = ("critical", "high", "medium", "low")


class Model:
    """What has been said of alerts and incidents, last word first."""

    def __init__(self) -> None:
        self.alerts: dict[str, Alert] = {}
        self.groups: dict[str, Group] = {}

    def now(self, viewer: Viewer, filter: Filter, at: int, limit: int) -> dict[str, Any]:
        """The parts of the first page, as plain values."""
        seen = [one for one in self.alerts.values() if viewer.sees(one.tenant) and fits(one, filter)]
        at_risk = sorted((one for one in seen if plight(one) == "at_risk"), key=by_due)
        unknown = sorted((one for one in seen if plight(one) == "unknown"), key=by_due)
        broken = sorted((one for one in seen if plight(one) == "broken"), key=by_wait)
        incident_of = {one.id: self.incident(one) for one in broken}
        single = [one for one in broken if incident_of[one.id] is None]
        folded = [group for one in broken if (group := incident_of[one.id]) is not None]
        opened = at_risk + broken + unknown
        day = local_day(at, viewer.time_zone)
        return {
            "at_risk": ids(at_risk[:limit]),
            "broken": ids(single[:limit]),
            "unknown": ids(unknown[:limit]),
            "totals": {"at_risk": len(at_risk), "broken": len(broken), "unknown": len(unknown)},
            "left_out": {
                "at_risk": max(len(at_risk) - limit, 0),
                "broken": max(len(single) - limit, 0),
                "unknown": max(len(unknown) - limit, 0),
            },
            "incidents": [
                (group.id, sum(one.id == group.id for one in folded), self.holders(group, broken))
                for group in sorted(
                    {group.id: group for group in folded}.values(),
                    key=lambda group: (SEVERITIES.index(group.severity), group.since, group.id),
                )
            ],
            "soonest": min((instant(one.due_at) for one in at_risk if one.due_at), default=None),
            "oldest": min((instant(one.broken_at) for one in broken if one.broken_at), default=None),
            "saved_today": sum(was_saved(one) and within(one.ended_at, day) for one in seen),
            "warned_today": sum(was_warned(one) and within(one.raised_at, day) for one in seen),
            "broken_today": sum(within(one.broken_at, day) for one in seen),
            "stages": [(stage, *counts(one for one in opened if one.stage == stage)) for stage in STAGES],
            "stores": places(opened, "store"),
            "regions": places(opened, "region"),
        }

    def incident(self, alert: Alert) -> Group | None:
        """The earliest incident that goes on and has a broken alert."""
        own = [group for group in self.groups.values() if group.state == "firing" and belongs(alert, group)]
        return min(own, key=lambda group: (group.since, group.id), default=None)

    def holders(self, group: Group, broken: Iterable[Alert]) -> list[str]:
        own = (one for one in broken if (its := self.incident(one)) is not None and its.id == group.id)
        holding = Counter(who for one in own if (who := one.assignee or one.acknowledged_by))
        return sorted(holding, key=lambda who: (-holding[who], who))


def ids(alerts: Iterable[Alert]) -> list[str]:
    return [one.id for one in alerts]


def plight(alert: Alert) -> str:
    if alert.state not in OPEN_STATES:
        return "over"
    if alert.broken_at:
        return "broken"
    return "unknown" if alert.state == "unknown" or alert.kind == "unknown" else "at_risk"


def by_due(alert: Alert) -> tuple[bool, datetime, int, str]:
    return alert.due_at is None, alert.due_at or EPOCH, SEVERITIES.index(alert.severity), alert.id


def by_wait(alert: Alert) -> tuple[int, datetime, str]:
    return SEVERITIES.index(alert.severity), alert.broken_at or alert.raised_at, alert.id


def fits(alert: Alert, filter: Filter) -> bool:
    words = "\n".join((alert.case, alert.labels.store or "", alert.moment, alert.title.zh, alert.title.en))
    return (
        filter.tenant in (None, alert.tenant)
        and filter.region in (None, alert.labels.region)
        and filter.store in (None, alert.labels.store)
        and filter.moment in (None, alert.moment)
        and filter.stage in (None, alert.stage)
        and filter.severity in (None, alert.severity)
        and filter.mine in (None, alert.assignee, alert.acknowledged_by)
        and (filter.text or "").casefold() in words.casefold()
    )


def belongs(alert: Alert, group: Group) -> bool:
    if group.kind != "incident" or group.tenant != alert.tenant or alert.broken_at is None or group.shared is None:
        return False
    label = getattr(alert.labels, group.shared)
    in_span = group.since <= alert.broken_at and (group.until is None or alert.broken_at < group.until)
    return label is not None and label == group.value and in_span


def was_saved(alert: Alert) -> bool:
    return alert.state == "resolved" and alert.kind == "met" and alert.broken_at is None


def was_warned(alert: Alert) -> bool:
    if alert.broken_at is not None:
        return alert.raised_at < alert.broken_at
    return alert.state != "retracted" or alert.due_at is None or alert.raised_at < alert.due_at


def local_day(at: int, zone: str) -> tuple[datetime, datetime]:
    day = as_datetime(at).astimezone(ZoneInfo(zone)).date()
    start, end = (datetime.combine(one, time(), ZoneInfo(zone)) for one in (day, day + timedelta(days=1)))
    return start, end


def within(moment: datetime | None, day: tuple[datetime, datetime]) -> bool:
    return moment is not None and day[0] <= moment < day[1]


def counts(alerts: Iterable[Alert]) -> tuple[int, int, int]:
    found = Counter(plight(one) for one in alerts)
    return found["at_risk"], found["broken"], found["unknown"]


def places(opened: list[Alert], label: str) -> list[tuple[str, int, int, int]]:
    """By tenant, too: stores of two tenants may have one name."""
    names = {(one.tenant, name) for one in opened if (name := getattr(one.labels, label))}
    rows = [
        (place, *counts(one for one in opened if (one.tenant, getattr(one.labels, label)) == (tenant, place)))
        for tenant, place in names
    ]
    return sorted(rows, key=lambda row: (-row[2], -row[1], -row[3], row[0]))
