"""What a shift leaves to the next."""

from collections.abc import Iterator
from dataclasses import replace

from schemas.group import MuteInForce
from streams.console.board.alerts import Alerts
from streams.console.board.audit import Audit
from streams.console.board.histories import entry_of
from streams.console.board.looking import Look
from streams.console.board.rows import Rows
from streams.console.board.sighting import Sighting
from streams.console.views import Entry, Handover, Now, Row

MOST = 500
"""Rows of each kind; `counts` has the whole number."""


def hand_over(
    look: Look, alerts: Alerts, audit: Audit, rows: Rows, first: Now, mutes: tuple[MuteInForce, ...], since: int
) -> Handover:
    """What is open as the first page has it, the members of incidents in their incident.

    remarks: the snoozes that are running, first to end first; then what else was said since, oldest first. closed, saved,
    recovered, retracted: what is over since, the last one first, each in one of them. counts: open, at_risk, broken,
    unknown, untaken (nobody has it) as of now; raised, broke, saved, recovered, lapsed (over by itself otherwise),
    retracted, closed since.
    """
    own = look.narrow(one for _, shelf in look.shelves(alerts.shelves) for one in shelf.all())
    ended = [one for one in own if one.plight == "over" and one.ended is not None and one.ended >= since]
    ended.sort(key=lambda one: (-(one.ended or 0), one.id))
    fates: dict[str, list[Sighting]] = {"closed": [], "saved": [], "recovered": [], "lapsed": [], "retracted": []}
    for one in ended:
        fates[_fate(one)].append(one)
    by_itself = [one for one in ended if _fate(one) in ("recovered", "lapsed")]
    return Handover(
        since=since,
        at=first.at,
        open=first.at_risk + first.broken + first.unknown,
        incidents=first.incidents,
        remarks=tuple(_remarks(look, alerts, audit, own, since)),
        closed=tuple(_closed(one, audit, rows, first.at) for one in fates["closed"][:MOST]),
        mutes=mutes,
        counts={
            "open": sum(first.totals.values()),
            **{str(plight): count for plight, count in first.totals.items()},
            "untaken": sum(one.plight != "over" and one.holder is None for one in own),
            "raised": sum(one.raised >= since for one in own),
            "broke": sum(one.broken is not None and one.broken >= since for one in own),
            **{fate: len(some) for fate, some in fates.items()},
        },
        saved=rows.rows(fates["saved"][:MOST], first.at),
        recovered=rows.rows(by_itself[:MOST], first.at),
        retracted=rows.rows(fates["retracted"][:MOST], first.at),
        unheard=first.unheard,
    )


def _fate(one: Sighting) -> str:
    """How it came to be over."""
    if one.kind == "retracted":
        return "retracted"
    if one.closed:
        return "closed"
    if any(feat == "saved" for feat, _ in one.feats):
        return "saved"
    return "recovered" if one.kind == "recovered" else "lapsed"


def _closed(one: Sighting, audit: Audit, rows: Rows, at: int) -> Row:
    by = audit.closed_by(one.id)
    return replace(rows.row(one, at), closed_by=None if by is None else rows.person_name(one.tenant, by))


def _remarks(look: Look, alerts: Alerts, audit: Audit, own: list[Sighting], since: int) -> Iterator[Entry]:
    asleep = sorted((one.snoozed_until, one.id) for one in own if one.snoozed_until is not None)
    running = [line for _, name in asleep if (line := audit.last_snooze(name)) is not None]
    yield from map(entry_of, running)
    tenants = (tenant for tenant in audit.tenants() if look.sees(tenant))
    others = [line for tenant in tenants for line in audit.remarks(tenant, since) if line not in running]
    for line in sorted(others, key=lambda line: (line.at, line.alert)):
        about = alerts.get(line.alert)
        known = about is not None and about.tenant == line.tenant and look.narrow([about])
        if known or line.what in ("muted", "unmuted"):
            yield entry_of(line)
