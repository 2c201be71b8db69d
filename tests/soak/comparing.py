"""What the monitor shows and tells, held against the truth."""

import asyncio
from collections import Counter
from dataclasses import replace
from typing import Final

from streams.clock import MILLISECOND, SECOND, now
from streams.demo.reckoning import Reckoning, reckon
from tests.soak import judge
from tests.soak.cast import Cast
from tests.soak.chain import Upstream
from tests.soak.exposition import Page
from tests.soak.found import Found
from tests.soak.hearing import Count
from tests.soak.truth import given_up

_LATENESS: Final = 300 * MILLISECOND
"""Of the demo's catalogue: the clock of a case is so far behind that of its shard."""
_SLACK: Final = SECOND
_PROVEN: Final = 5.0
"""A shard whose clock is older than so many seconds is catching up, and shows the past."""

_ENDS: Final = {
    "order.confirm": "pos",
    "order.make": "pos",
    "courier.assigned": "couriers",
    "delivery.on_time": "couriers",
    "store.hq_ticket": "helpdesk",
    "promise.kept": "helpdesk",
}
"""Which system tells the end of a moment."""

Key = tuple[str, ...]


def _bounds(cast: Cast, since: int, until: int) -> tuple[Counter[Key], Counter[Key]]:
    least: Counter[Key] = Counter()
    most: Counter[Key] = Counter()
    for upstream in cast.upstreams:
        bounds = upstream.ledger.bounds(since, until)
        for into, some in ((least, bounds.least), (most, bounds.most)):
            into.update({(upstream.chain.tenant, *seat): count for seat, count in some.items()})
    return least, most


def _window(page: Page) -> tuple[int, int] | None:
    """From when to when the page may show the world; None while it shows the past."""
    age = page.most("moments_shard_clock_age_seconds")
    if age > _PROVEN:
        return None
    return page.asked - round(age * SECOND) - _LATENESS - _SLACK, page.answered


def _standing(page: Page) -> Counter[Key]:
    return page.by("moments_occurrences", "tenant", "region", "moment", "state")


async def compare(cast: Cast, found: Found, page: Page | None) -> None:
    """The gauges of occurrences against the truth. Whether something is known or only seems to be broken depends on what
    is thought of its feed just now, so here the two count as one."""
    window = None if page is None else _window(page)
    if page is None or window is None:
        found.passed_over += 1
        return
    standing: Counter[Key] = Counter()
    for (*place, state), count in _standing(page).items():
        standing[*place, "broken" if state == "unknown" else state] += count
    least, most = _bounds(cast, *window)
    found.compared += 1
    found.compared_values += len(standing)
    found.undecided.append((most.total() - least.total()) / max(1, most.total()))
    lines = judge.gauges(standing, least, most)
    found.off += [f"after {(page.asked - cast.begun) / SECOND:.0f} s: {line}" for line in lines]


async def compare_at_rest(cast: Cast, found: Found, closing: int) -> None:
    """Nothing moves any more, so every gauge has one value that is right."""
    deadline = now() + 60 * SECOND
    while True:
        page = await cast.crew.page("detect")
        assert page is not None
        window = _window(page)
        if window is not None:
            least, most = _bounds(cast, *window)
            seat = (cast.upstreams[0].chain.tenant, "head-office", "promise.kept", "broken")
            least[seat] += closing
            most[seat] += closing
            standing = _standing(page)
            lines = judge.gauges(standing, least, most)
            if least != most:
                lines.append("the world is not still")
            # a feed that was suspect when the world stopped is heard again with the next sign of life
            if not lines or now() > deadline:
                break
        await asyncio.sleep(1.0)
    found.wrong += [f"gauges at the end: {line}" for line in judge.first_of(lines, 20)]
    found.gauges_at_end = len(standing)
    for (_, _, _, state), count in standing.items():
        found.open_at_end[state] += count
    alerts = await cast.crew.page("alert")
    assert alerts is not None
    found.alerts_at_end = alerts.total("moments_alerts")


def counted(page: Page) -> Count:
    """The counters of breaches and retractions."""
    found: Count = Counter()
    for name, kind in (("moments_breaches_total", "breached"), ("moments_retractions_total", "retracted")):
        for (tenant, region, moment), count in page.by(name, "tenant", "region", "moment").items():
            if count:
                found[tenant, region, moment, kind] = count
    return found


def kinds(count: Count) -> Counter[str]:
    """All breaches, and all retractions."""
    found: Counter[str] = Counter()
    for (_, _, _, kind), number in count.items():
        found[kind] += number
    return found


def settle(cast: Cast, found: Found, until: int) -> None:
    """Everything that was told against what is true by the instant `until`."""
    malformed: Counter[str] = Counter()
    for upstream in cast.upstreams:
        tenant = upstream.chain.tenant
        reckoning = reckon(upstream.chain, cast.ear.boards[tenant], Counter(), until)
        excused = _excused(cast, upstream, reckoning, until)
        found.excused += sorted(f"{tenant} {case} {moment}" for case, moment in excused)
        found.reckonings[tenant] = reckoning
        owed = {name: due for name, due in reckoning.true.items() if name not in excused}
        lines = replace(reckoning, true=owed).differences()
        found.wrong += [f"told, {tenant}: {line}" for line in judge.first_of(lines, 10)]
        malformed.update(upstream.malformed)
        found.sent += upstream.sent
    found.wrong += judge.counters(cast.ear.refused, malformed, "refused:")
    if cast.ear.twice:
        found.wrong.append(f"told twice: {len(cast.ear.twice)} transitions, the first {cast.ear.twice[0]}")
    found.feeds = cast.ear.feeds
    found.words = [f"{(at - cast.begun) / SECOND / 60:.1f} min: {text}" for at, text in cast.ear.words]
    found.messages = cast.phone.messages.total()
    found.transitions = sum(board.told.total() for board in cast.ear.boards.values())


def _excused(cast: Cast, upstream: Upstream, reckoning: Reckoning, until: int) -> set[tuple[str, str]]:
    """Of what was not told: broken, then given up, and the feed that could have brought its end is not heard yet."""
    missed = reckoning.true.keys() - reckoning.told.keys()
    ended = given_up(upstream.chain, until) if missed else {}
    return {
        name for name in missed & ended.keys() if cast.ear.unheard(upstream.chain.tenant, _ENDS[name[1]], ended[name])
    }
