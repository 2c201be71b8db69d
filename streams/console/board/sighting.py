"""An alert as the board has it at hand: its bytes, and the few values by which it is found, counted and ranked."""

from sys import intern
from typing import Final, Literal, NamedTuple

import msgspec

from schemas.alert import OPEN_STATES, Alert, What
from schemas.events.fields import EARLIEST, LATEST
from schemas.group import Dimension
from streams.clock import MINUTE, instant
from streams.console.views import Plight

NEVER: Final = 1 << 62
"""Later than every instant."""
QUARTER: Final = 15 * MINUTE
"""Local days begin on quarters of an hour, wherever one lives."""
_WITHIN: Final = (instant(EARLIEST), instant(LATEST))
RANK: Final = {"critical": 0, "high": 1, "medium": 2, "low": 3}

Feat = Literal["warned", "broken", "saved", "retracted"]
"""What is counted by the day. saved: warned, and then met in time."""


class UnfitError(ValueError):
    """The record says what no stage would write."""


class Facet(NamedTuple):
    """What alerts are counted and filtered by. words: what a text is looked for in beside the case: store, moment and
    titles, case-folded."""

    region: str | None
    store: str | None
    moment: str
    stage: str
    severity: str
    words: str


class Sighting(msgspec.Struct, gc=False, eq=False):
    """One record of an alert. `gc=False`: there are many of them, and none refers to another.

    key: its place among those of its plight. broken, due, ended, raised: instants. claims: the assignee and whoever
    acknowledged it; `holder` is the one who took it last. feats: what it counts as, with the quarter of an hour in
    which it did, `last_feat` the last of these.
    incident: the one in whose row it is shown; None where it is shown by itself. name: the case, case-folded; a text
    is looked for in it and in the words of the facet.
    """

    id: str
    value: bytes
    partition: int
    tenant: str
    case: str
    facet: Facet
    fleet: str | None
    provider: str | None
    plight: Plight
    key: tuple[int, int, str]
    raised: int
    due: int | None
    broken: int | None
    ended: int | None
    claims: tuple[str, ...]
    holder: str | None
    snoozed_until: int | None
    closed: bool
    kind: str
    name: str
    feats: tuple[tuple[Feat, int], ...]
    last_feat: int
    incident: str | None = None

    def label(self, dimension: Dimension) -> str | None:
        """Its label of this name."""
        if dimension == "region":
            return self.facet.region
        if dimension == "store":
            return self.facet.store
        return self.fleet if dimension == "fleet" else self.provider

    def holder_after(self, what: What | None, by: str) -> str | None:
        """Who holds it, if the last that was done about that was this."""
        if self.claims:
            return self.claims[-1] if what == "acknowledged" else self.claims[0]
        return by if what == "snoozed" and self.snoozed_until is not None else None


def plight_of(alert: Alert) -> Plight:
    """What is the matter with it. One that broke is broken, also while its feed is blind."""
    if alert.state not in OPEN_STATES:
        return "over"
    if alert.broken_at is not None:
        return "broken"
    return "unknown" if "unknown" in (alert.state, alert.kind) else "at_risk"


def sight(alert: Alert, value: bytes, partition: int) -> Sighting:
    """The sighting of an alert that `value` says."""
    labels, plight = alert.labels, plight_of(alert)
    due = None if alert.due_at is None else instant(alert.due_at)
    broken = None if alert.broken_at is None else instant(alert.broken_at)
    ended = None if alert.ended_at is None else instant(alert.ended_at)
    raised, rank = instant(alert.raised_at), RANK[alert.severity]
    if not all(_WITHIN[0] <= at < _WITHIN[1] for at in (raised, due, broken, ended) if at is not None):
        raise UnfitError
    claims = tuple(dict.fromkeys(intern(who) for who in (alert.assignee, alert.acknowledged_by) if who))
    words = "\n".join((labels.store or "", alert.moment, alert.title.zh, alert.title.en)).casefold()
    feats = _feats(alert, raised, due, broken, ended)
    return Sighting(
        id=alert.id,
        value=value,
        partition=partition,
        tenant=intern(alert.tenant),
        case=alert.case,
        facet=Facet(labels.region, labels.store, alert.moment, alert.stage, alert.severity, words),
        fleet=labels.fleet and intern(labels.fleet),
        provider=labels.provider and intern(labels.provider),
        plight=plight,
        key=(rank, broken or 0, alert.id) if plight == "broken" else (NEVER if due is None else due, rank, alert.id),
        raised=raised,
        due=due,
        broken=broken,
        ended=ended,
        claims=claims,
        holder=None,
        snoozed_until=instant(alert.quiet_until) if alert.state == "snoozed" and alert.quiet_until else None,
        closed=alert.closed_because is not None,
        kind=alert.kind,
        name=alert.case.casefold(),
        feats=feats,
        last_feat=max((quarter for _, quarter in feats), default=0),
    )


def _feats(
    alert: Alert, raised: int, due: int | None, broken: int | None, ended: int | None
) -> tuple[tuple[Feat, int], ...]:
    """An alert that was never broken was raised by a warning, and so was one that is older than its breach. Of one that
    was retracted only its deadline tells."""
    never_broke = broken is None and alert.state != "retracted"
    first = broken if broken is not None else due
    feats: list[tuple[Feat, int]] = []
    if never_broke or first is None or raised < first:
        feats.append(("warned", raised // QUARTER))
    if broken is not None:
        feats.append(("broken", broken // QUARTER))
    if ended is not None and never_broke and alert.state == "resolved" and alert.kind == "met":
        feats.append(("saved", ended // QUARTER))
    if ended is not None and alert.state == "retracted":
        feats.append(("retracted", ended // QUARTER))
    return tuple(feats)
