"""A moment: what is wanted of it, what is left of the error budget, how late it is when it is late, and what is saved."""

from typing import Final

from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.builders import heatmap, stat, table, timeseries

from streams.dashboards import promql as q
from streams.dashboards.journey import SHARES
from streams.dashboards.page import page, trust
from streams.dashboards.palette import AT_RISK, BROKEN, RUNNING, STATES, UNKNOWN
from streams.dashboards.panels import TEXT, Column, Panels, Place, Query
from streams.dashboards.words import Words

PERIOD: Final = "[28d]"
_WANTED: Final = "max by (moment) (moments_moment_objective)"
_ALLOWED: Final = f"(1 - ({_WANTED} < 1))"
"""The share that may break; a moment of which none may break has no budget to spend."""
_ENOUGH: Final = 10
"""Below so many judged in the window a burn rate is chance, and is not drawn."""


def missed(over: str) -> str:
    """The share by moment that broke."""
    return f"({q.broke(over, 'moment')} / ({q.judged(over, 'moment')} > 0))"


def budget_left(over: str = PERIOD) -> str:
    """What is left of the error budget, by moment: 1 untouched, 0 spent, below 0 overdrawn."""
    return f"(1 - {missed(over)} / on (moment) {_ALLOWED})"


def burn(over: str) -> str:
    """How many times as fast as allowed the budget is spent, by moment."""
    enough = f"({q.judged(over, 'moment')} >= {_ENOUGH})"
    return f"({missed(over)} / on (moment) {_ALLOWED} and on (moment) {enough})"


def moment(words: Words) -> build.Dashboard:
    """The dashboard."""
    panels = Panels(words)
    states = [
        Query(q.figure(q.open_now(state)), words(f"all.name.{state}"), color=STATES[state])
        for state in ("running", "at_risk", "broken", "unknown", "paused")
    ]
    made = [
        trust(panels, Place(0, 0, 24, 2)),
        panels.figures("moment.now", Place(0, 2, 16, 4), states, link=("all.link.now", "${console}/now")),
        _saves(panels),
        _objectives(panels),
        *_over_time(panels),
    ]
    return page("moment", words, made, start="now-24h")


def _saves(panels: Panels) -> stat.Panel:
    """Of what was warned of, the share that was saved."""
    warned = f"({q.happened('at_risk')} > 0)"
    rate = f"({q.saved()} / (({q.saved()} + {q.broke()}) > 0) and {warned})"
    queries = [
        Query(q.told(rate), panels.words("moment.save_rate"), unit="percentunit"),
        Query(q.told(q.saved()), panels.words("moment.saved")),
    ]
    return panels.figures("moment.saves", Place(16, 2, 8, 4), queries, decimals=0)


def _objectives(panels: Panels) -> table.Panel:
    """What is wanted of each chosen moment, and how it did."""

    def rows(query: str) -> str:
        chosen = f"group by (moment) (moments_occurrences{{{q.WHERE}}})"
        return q.among(q.titled(f"({query}) and on (moment) {chosen}", panels.words.language))

    budget = ((None, BROKEN), (0, AT_RISK), (0.25, TEXT))
    burning = ((None, TEXT), (1, AT_RISK), (6, BROKEN))
    return panels.table(
        "moment.objectives",
        Place(0, 6, 24, 8),
        {"title": "all.moment", "moment": "all.id"},
        [
            Column(rows(_WANTED), "all.name.objective", "percentunit", 1),
            Column(rows(q.in_time(PERIOD, "moment")), "moment.share_28d", "percentunit", 2, SHARES),
            Column(rows(budget_left()), "moment.budget", "percentunit", 1, budget, says={}),
            Column(rows(burn("[1h]")), "moment.burn_1h", "none", 1, burning),
            Column(rows(burn("[6h]")), "moment.burn_6h", "none", 1, burning),
            Column(rows(q.judged(PERIOD, "moment")), "moment.judged_28d", decimals=0),
            Column(rows(q.broke(PERIOD, "moment")), "moment.broke_28d", decimals=0),
        ],
        sort="moment.burn_1h",
        link=("moment", "all.link.now", "${console}/now?moment=${__value.text:percentencode}"),
    )


def _over_time(panels: Panels) -> list[heatmap.Panel | timeseries.Panel]:
    words, language = panels.words, panels.words.language
    lateness = f"sum by (le) (increase(moments_lateness_seconds_bucket{{{q.MOMENT}}}{q.RATE}))"
    to_end = f"sum by (le) (rate(moments_time_to_end_seconds_bucket{{{q.MOMENT}}}{q.RATE}))"
    late = f"sum by (le) (rate(moments_lateness_seconds_bucket{{{q.MOMENT}}}[1h]))"
    halves = ((0.5, "50 %"), (0.9, "90 %"), (0.99, "99 %"))
    outcomes = [
        Query(q.happened("met", q.RATE), words("all.name.met"), color=RUNNING),
        Query(q.broke(q.RATE), words("all.name.broke"), color=BROKEN),
        Query(q.happened("unknown", q.RATE), words("all.name.unknown"), color=UNKNOWN),
        Query(q.happened("cancelled", q.RATE), words("all.name.cancelled")),
    ]
    return [
        panels.series(
            "moment.burn",
            Place(0, 14, 12, 9),
            [Query(q.titled(burn("[1h]"), language), "{{title}}")],
            unit="none",
            steps=((None, TEXT), (1, AT_RISK), (14.4, BROKEN)),
        ),
        panels.series("moment.outcomes", Place(12, 14, 12, 9), outcomes, bars=True),
        panels.spread("moment.lateness", Place(0, 23, 12, 10), lateness),
        panels.series(
            "moment.lateness_shares",
            Place(12, 23, 6, 10),
            [Query(f"histogram_quantile({share}, {late})", name) for share, name in halves],
            unit="s",
        ),
        panels.series(
            "moment.to_end",
            Place(18, 23, 6, 10),
            [Query(f"histogram_quantile({share}, {to_end})", name) for share, name in halves],
            unit="s",
        ),
    ]
