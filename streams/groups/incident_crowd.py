"""The members of one incident, counted, and how it is said: schemas.group.Group."""

from collections import Counter
from datetime import datetime
from heapq import nsmallest
from typing import Final, TypeVar

from schemas.alert import Severity
from schemas.group import Dimension, Group, Member, StoreCount, Usual
from schemas.transition import Text
from streams.clock import SECOND, as_datetime
from streams.groups.incident_policy import IncidentPolicy
from streams.groups.incident_records import Breach, Incident

LISTED: Final = 20
"""As many members, and stores, are listed."""

K = TypeVar("K")

_GRAVITY: Final[dict[Severity, int]] = {"critical": 0, "high": 1, "medium": 2, "low": 3}
_ZH: Final[dict[Dimension, str]] = {"fleet": "运力", "provider": "支付渠道", "region": "区域", "store": "门店"}
_EN: Final[dict[Dimension, str]] = {
    "fleet": "courier fleet",
    "provider": "payment provider",
    "region": "region",
    "store": "store",
}


class Crowd:
    """The members of an incident. A view of their records, made anew on restore."""

    def __init__(self) -> None:
        self.members: dict[str, Breach] = {}
        self.open = 0
        self._open_stores: Counter[str | None] = Counter()
        self._regions: Counter[str | None] = Counter()
        self._gravities: Counter[tuple[bool, Severity]] = Counter()

    def add(self, breach: Breach) -> None:
        """Another member."""
        self.members[breach.alert] = breach
        self._count(breach, 1)

    def take_out(self, breach: Breach) -> None:
        """It is a member no longer; as it was when it was added or last changed."""
        del self.members[breach.alert]
        self._count(breach, -1)

    def _count(self, breach: Breach, by: int) -> None:
        _tally(self._regions, breach.region, by)
        _tally(self._gravities, (breach.is_open, breach.severity), by)
        if breach.is_open:
            self.open += by
            _tally(self._open_stores, breach.store, by)

    @property
    def severity(self) -> Severity:
        """The worst of those that are open; where none is, of all."""
        nobody: tuple[bool, Severity] = (False, "low")
        return min(self._gravities, key=lambda each: (not each[0], _GRAVITY[each[1]]), default=nobody)[1]

    @property
    def region(self) -> str | None:
        """The region, where all are in the same."""
        return next(iter(self._regions)) if len(self._regions) == 1 else None

    def stores(self) -> list[StoreCount]:
        """The stores with most open members, most first."""
        most = nsmallest(LISTED, self._open_stores.items(), key=lambda each: (-each[1], each[0] is None, each[0] or ""))
        return [StoreCount(store=store, open=count) for store, count in most]

    def listed(self) -> list[Member]:
        """The members to look at first: what is open and untaken, the gravest, the latest."""
        return [_member(breach) for breach in nsmallest(LISTED, self.members.values(), key=_rank)]

    def group(self, incident: Incident, now: int, policy: IncidentPolicy) -> Group:
        """How the incident stands."""
        total, stores, members = len(self.members), self.stores(), self.listed()
        return Group(
            id=incident.id,
            version=incident.version,
            kind="incident",
            state="resolved" if incident.over else "firing",
            tenant=incident.tenant,
            region=incident.value if incident.dimension == "region" else self.region,
            title=title(incident.dimension, incident.value, total),
            severity=self.severity,
            shared=incident.dimension,
            value=incident.value,
            usual=Usual(
                span_seconds=policy.span // SECOND,
                usual=round(incident.usual, 3),
                threshold=incident.threshold,
                counted=incident.counted,
            ),
            since=as_datetime(incident.since),
            until=_moment(incident.until),
            changed_at=as_datetime(now),
            open=self.open,
            broken=self.open,  # nothing becomes a member before it is broken
            ended=total - self.open,
            stores=stores,
            stores_left_out=len(self._open_stores) - len(stores),
            members=members,
            members_left_out=total - len(members),
        )


def title(dimension: Dimension, value: str, count: int) -> Text:
    """How many cases are late, and what they share."""
    cases = "1 case" if count == 1 else f"{count} cases"
    return Text(zh=f"{_ZH[dimension]} {value}: {count} 单超时", en=f"{cases} late, same {_EN[dimension]} {value}")


def _rank(breach: Breach) -> tuple[bool, bool, int, int, str]:
    taken = breach.state in ("acknowledged", "snoozed")
    return not breach.is_open, taken, _GRAVITY[breach.severity], -breach.broken_at, breach.alert


def _member(breach: Breach) -> Member:
    return Member(
        alert=breach.alert,
        case=breach.case,
        moment=breach.moment,
        title=Text(zh=breach.zh, en=breach.en),
        store=breach.store,
        severity=breach.severity,
        state=breach.state,
        due_at=_moment(breach.due_at),
        broken_at=as_datetime(breach.broken_at),
    )


def _moment(at: int | None) -> datetime | None:
    return None if at is None else as_datetime(at)


def _tally(counter: Counter[K], key: K, by: int) -> None:
    counter[key] += by
    if not counter[key]:
        del counter[key]
