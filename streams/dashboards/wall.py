"""The wall: 1920x1080, unattended, read from five metres.

27 rows of Grafana's grid are 1,018 pixels: the whole screen in kiosk mode, without scrolling. What is read from afar is
in figures of 100 pixels and lists of 28; Grafana's tables, with 14, are for the other dashboards. Each panel says `?`
for what is not known, see promql.py.
"""

from collections.abc import Sequence
from typing import Final

from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.builders import stat

from streams.dashboards import promql as q
from streams.dashboards.page import page, trust
from streams.dashboards.palette import AT_RISK, BROKEN, CALM, IN_TIME, UNKNOWN
from streams.dashboards.panels import TEXT, Panels, Place, Query, Steps
from streams.dashboards.words import Words

ROWS: Final = 27
HUGE: Final = 100
LIST: Final = 28
NAME: Final = 24

_ENOUGH: Final = 20
"""So many have to be judged before a share is compared with others."""
_ALL_OPEN: Final = q.open_now("broken|at_risk|unknown")
_OLDEST: Final = f"floor((time() - min(moments_oldest_breach_timestamp_seconds{{{q.WHERE}}})) / 60)"
"""In whole minutes: short, and the same in every language."""
SHARES: Final[Steps] = ((None, CALM), (0, BROKEN), (0.90, AT_RISK), (0.95, IN_TIME))
"""Of shares in time; 95 % is what a moment wants if nothing else is said."""


def wall(words: Words) -> build.Dashboard:
    """The dashboard."""
    panels = Panels(words)
    now = Query("vector(time() * 1000)")
    made = [
        trust(panels, Place(0, 0, 20, 3), size=36),
        panels.figures("wall.clock", Place(20, 0, 4, 3), [now], unit="time:HH:mm:ss", size=44),
    ]
    made += [*_figures(panels), *_beneath(panels), *_lists(panels), *_foot(panels)]
    return page("wall", words, made, start="now/d", refresh="5s")


def _figures(panels: Panels) -> list[stat.Panel]:
    """Broken, at risk, unknown, running, and today's share in time."""
    grave = {"broken": BROKEN, "at_risk": AT_RISK, "unknown": UNKNOWN, "running": CALM}
    made = []
    for x, width, state in ((0, 5, "broken"), (5, 5, "at_risk"), (10, 4, "unknown"), (14, 5, "running")):
        made.append(
            panels.figures(
                f"wall.{state}",
                Place(x, 3, width, 7),
                [Query(q.figure(q.open_now(state)), panels.words(f"all.name.{state}"))],
                steps=((None, CALM), (1, grave[state])),
                size=HUGE,
                name_size=28,
                fill=True,
                link=("all.link.now", "${console}/now"),
            )
        )
    share = panels.figures(
        "wall.share",
        Place(19, 3, 5, 7),
        [Query(q.told(q.in_time()), panels.words("wall.share.name"))],
        unit="percentunit",
        decimals=1,
        steps=SHARES,
        size=HUGE,
        name_size=28,
        fill=True,
        link=("all.link.journey", "${console}/journey"),
    )
    return [*made, share]


def _beneath(panels: Panels) -> list[stat.Panel]:
    """What each figure is seen against: the same hours a week ago, the oldest, what is wanted."""
    words = panels.words
    today, last_week = words("wall.today"), words("wall.last_week")
    none = f"((({q.figure(q.open_now('broken'))}) == 0) + {q.NONE})"
    oldest = f"({_OLDEST} and {q.WHOLE}) or {none} or vector({q.UNKNOWN})"
    feeds = f"({q.told(f'count({q.BLIND})')})"
    unjudged = f"((({feeds} == {q.NONE}) and {q.DOUBT}) + 1)"  # none is blind, as far as nobody looks
    return [
        _small(
            panels,
            "broken",
            Place(0, 10, 5, 4),
            Query(oldest, words("wall.oldest")),
            Query(q.told(q.broke()), today),
            Query(q.known_last_week(q.broke(ago=q.WEEK_AGO)), last_week),
        ),
        _small(
            panels,
            "at_risk",
            Place(5, 10, 5, 4),
            Query(q.told(q.saved()), words("wall.saved_today")),
            Query(q.known_last_week(q.saved(ago=q.WEEK_AGO)), last_week),
        ),
        _small(panels, "unknown", Place(10, 10, 4, 4), Query(f"{unjudged} or {feeds}", words("wall.blind_feeds"))),
        _small(
            panels,
            "running",
            Place(14, 10, 5, 4),
            Query(q.told(q.happened("opened")), words("wall.started_today")),
            Query(q.known_last_week(q.happened("opened", ago=q.WEEK_AGO)), last_week),
        ),
        _small(
            panels,
            "share",
            Place(19, 10, 5, 4),
            Query(q.told(q.objective()), words("wall.objective"), unit="percentunit"),
            Query(q.known_last_week(q.in_time(ago=q.WEEK_AGO)), last_week, unit="percentunit"),
        ),
    ]


def _small(panels: Panels, of: str, at: Place, *queries: Query) -> stat.Panel:
    shares = of == "share"
    return panels.figures(f"wall.beneath_{of}", at, queries, size=38, name_size=20, decimals=1 if shares else 0)


def _lists(panels: Panels) -> list[stat.Panel]:
    """By moment, by region, the lowest shares, and which feeds are not heard."""
    words, language = panels.words, panels.words.language
    moments = [
        Query(_top(3, q.titled(f"{q.open_now('broken', 'moment')} > 0", language)), "■ {{title}}", color=BROKEN),
        Query(_top(2, q.titled(f"{q.open_now('at_risk', 'moment')} > 0", language)), "▲ {{title}}", color=AT_RISK),
        Query(_top(1, q.titled(f"{q.open_now('unknown', 'moment')} > 0", language)), "? {{title}}", color=UNKNOWN),
        Query(q.rest(_ALL_OPEN), words("wall.all_moments")),
    ]
    nobody = words("all.no_region")
    blind = f"max by (region) ({q.BLIND}) * 0 + {q.UNKNOWN}"
    unknown = f"({q.open_now('unknown', 'region')} > 0) or {blind}"
    regions = [
        Query(_top(3, _region(f"{q.open_now('broken', 'region')} > 0", nobody)), "■ {{region}}", color=BROKEN),
        Query(_top(2, _region(f"{q.open_now('at_risk', 'region')} > 0", nobody)), "▲ {{region}}", color=AT_RISK),
        Query(_top(1, _region(unknown, nobody)), "? {{region}}", color=UNKNOWN),
        Query(q.rest(_ALL_OPEN), words("wall.all_regions")),
    ]
    by_moment = f"({q.in_time(by='moment')} and on (moment) ({q.judged(by='moment')} >= {_ENOUGH}))"
    lowest = f"sort({q.among(f'bottomk(5, {q.titled(by_moment, language)})')})"
    shares = [
        Query(lowest, "{{title}}"),
        Query(f"(({q.told(f'count({by_moment})')}) < 0)", words("wall.all_moments")),
    ]
    silences = f"max by (source, region) (moments_feed_silence_seconds{{{q.FEEDS}}})"
    feeds = [
        Query(_silent(silences, nobody), "? {{region}} · {{source}}"),
        Query(
            f"(({q.WHOLE} unless {q.DOUBT}) * 0 + {q.NONE}) or (vector({q.UNKNOWN}) unless on () {q.BLIND})",
            words("wall.all_feeds"),
            color=CALM,
        ),
    ]
    return [
        _list(panels, "by_moment", Place(0, 14, 7, 10), moments, "moment"),
        _list(panels, "by_region", Place(7, 14, 5, 10), regions, "region"),
        panels.figures(
            "wall.lowest",
            Place(12, 14, 6, 10),
            shares,
            unit="percentunit",
            decimals=1,
            steps=((None, TEXT), (0, BROKEN), (0.90, AT_RISK), (0.95, TEXT)),
            size=LIST,
            name_size=NAME,
            rows=True,
            link=("all.link.journey", "${console}/journey"),
        ),
        panels.figures(
            "wall.blind",
            Place(18, 14, 6, 10),
            feeds,
            unit="dtdhms",
            steps=((None, UNKNOWN),),
            size=LIST,
            name_size=NAME,
            fill=True,
            rows=True,
            says={q.NONE: (words("wall.all_heard"), CALM), q.UNKNOWN: (words("wall.nobody_listens"), UNKNOWN)},
            link=("all.link.feeds", "${console}/feeds"),
        ),
    ]


def _list(panels: Panels, key: str, at: Place, queries: Sequence[Query], label: str) -> stat.Panel:
    word, link = "all.link.now", f"${{console}}/now?{label}=${{__field.labels.{label}:percentencode}}"
    return panels.figures(f"wall.{key}", at, queries, size=LIST, name_size=NAME, rows=True, link=(word, link))


def _top(most: int, rows: str) -> str:
    return f"sort_desc({q.among(f'topk({most}, {rows})')})"


def _silent(silences: str, nobody: str) -> str:
    """What is heard of feeds does not hang on the detect stage."""
    return f"sort_desc(topk(5, {_region(f'{silences} and on (source, region) {q.BLIND}', nobody)}))"


def _region(rows: str, nobody: str) -> str:
    return q.named(rows, "region", nobody)


def _foot(panels: Panels) -> list[stat.Panel]:
    """The monitor itself, in six small figures."""
    words = panels.words
    processes = 'up{job=~"moments-worker|moments-console"}'
    applied = f"sum(increase(moments_events_applied_total{q.DAY}))"
    refused = f'sum(increase(moments_events_refused_total{{role="detect"}}{q.DAY}))'
    given_up = f'sum(increase(moments_notifications_total{{outcome="given_up"}}{q.DAY}))'
    queries = {
        "down": Query(f"count({processes} == 0) or (count({processes}) * 0)"),
        "age": Query(f"max({q.clock_age()})", unit="s"),
        "lag": Query('sum(moments_input_lag{role="detect"})'),
        "refused": Query(f"({refused} / ({applied} > 0)) or ({applied} * 0 + {q.NONE})", unit="percentunit"),
        "waiting": Query("sum(moments_outbox_waiting)"),
        "given_up": Query(given_up),
    }
    made = []
    for x, (name, query) in enumerate(queries.items()):
        alarm: Steps = ((None, TEXT), (q.STALE_AFTER, UNKNOWN)) if name == "age" else ((None, TEXT),)
        if name in {"down", "given_up"}:
            alarm = ((None, TEXT), (1, BROKEN))
        known = Query(f"({query.expr}) or vector({q.UNKNOWN})", words(f"wall.{name}.name"), query.unit)
        decimals = {"age": 1, "refused": 2}.get(name, 0)
        at = Place(x * 4, 24, 4, 3)
        made.append(panels.figures(f"wall.{name}", at, [known], steps=alarm, size=30, name_size=18, decimals=decimals))
    return made
