"""Feeds: which are heard, and how silent they are against what is usual."""

from grafana_foundation_sdk.builders import dashboard as build

from streams.dashboards import promql as q
from streams.dashboards.page import page, trust
from streams.dashboards.palette import AT_RISK, CALM, OTHER, UNKNOWN
from streams.dashboards.panels import TEXT, Column, Panels, Place, Query
from streams.dashboards.words import Words

_FEED = "tenant, source, region"
_SILENCE = f"max by ({_FEED}) (moments_feed_silence_seconds{{{q.FEEDS}}})"
_USUAL = f"max by ({_FEED}) (moments_feed_usual_events_per_minute{{{q.FEEDS}}})"
_MISSING = f"{_SILENCE} * {_USUAL} / 60"
WEIGHTS = {"heard": 0, "suspect": 1, "returning": 2, "blind": 3}
"""The states as numbers, the gravest last. While a shard moves two workers may tell of a feed: the graver counts."""
STATE = (
    f"max by ({_FEED}) ("
    + " or ".join(
        f'(moments_feed_state{{{q.FEEDS},state="{state}"}} == 1) * {weight}' for state, weight in WEIGHTS.items()
    )
    + ")"
)


def feeds(words: Words) -> build.Dashboard:
    """The dashboard."""
    panels, nobody = Panels(words), words("all.no_region")
    colors = {"heard": CALM, "suspect": AT_RISK, "returning": OTHER, "blind": UNKNOWN}
    says = {weight: (words(f"feeds.state.{state}"), colors[state]) for state, weight in WEIGHTS.items()}
    name = "{{tenant}} · {{region}} · {{source}}"

    def rows(query: str) -> str:
        return q.named(query, "region", nobody)

    counts = [
        Query(f"count({STATE} == {weight}) or (count({STATE}) * 0) or vector({q.UNKNOWN})", says[weight][0])
        for weight in says
    ]
    heard = f"sum by ({_FEED}) (rate(moments_feed_events_total{{{q.FEEDS}}}{q.RATE})) * 60"
    made = [
        trust(panels, Place(0, 0, 24, 2)),
        panels.figures("feeds.counts", Place(0, 2, 24, 4), counts, link=("all.link.feeds", "${console}/feeds")),
        panels.timeline("feeds.states", Place(0, 6, 24, 9), Query(rows(STATE), name), says),
        panels.table(
            "feeds.table",
            Place(0, 15, 24, 9),
            {"tenant": "all.tenant", "region": "all.region", "source": "feeds.source"},
            [
                Column(rows(STATE), "feeds.state.title", "none", 0, says=says),
                Column(rows(_SILENCE), "feeds.silence_now", "s", 0),
                Column(rows(_USUAL), "feeds.usual", "none", 1),
                Column(rows(_MISSING), "feeds.missing", "none", 1, ((None, TEXT), (5, AT_RISK), (12, UNKNOWN))),
                Column(
                    rows(f"sum by ({_FEED}) (increase(moments_feed_events_total{{{q.FEEDS}}}[1h]))"),
                    "feeds.last_hour",
                    decimals=0,
                ),
            ],
            sort="feeds.missing",
        ),
        panels.series("feeds.silence", Place(0, 24, 8, 9), [Query(rows(_SILENCE), name)], unit="s"),
        panels.series("feeds.against", Place(8, 24, 8, 9), [Query(rows(_MISSING), name)], unit="none"),
        panels.series(
            "feeds.events",
            Place(16, 24, 8, 9),
            [Query(rows(heard), name), Query(rows(_USUAL), words("feeds.usual_of") + " " + name)],
            unit="none",
        ),
    ]
    return page("feeds", words, made)
