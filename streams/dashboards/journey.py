"""The journey: the four stages from left to right, then every moment."""

from typing import Final, get_args

from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.builders import table

from streams.catalogue.model import Stage
from streams.dashboards import promql as q
from streams.dashboards.page import Made, page, trust
from streams.dashboards.palette import AT_RISK, BROKEN, IN_TIME, RUNNING, STATES, UNKNOWN
from streams.dashboards.panels import TEXT, Column, Panels, Place, Query, Steps
from streams.dashboards.words import Words

_STAGES: Final[tuple[str, ...]] = get_args(Stage)
SHARES: Final[Steps] = ((None, TEXT), (0, BROKEN), (0.90, AT_RISK), (0.95, IN_TIME))


def journey(words: Words) -> build.Dashboard:
    """The dashboard."""
    panels = Panels(words)
    made = [trust(panels, Place(0, 0, 24, 2))]
    stages = [panel for at, stage in enumerate(_STAGES) for panel in _stage(panels, stage, at * 6)]
    return page("journey", words, [*made, *stages, _moments(panels)])


def _stage(panels: Panels, stage: str, x: int) -> Made:
    """How a stage stands now, its share in time, and what came of it over time."""
    words, only = panels.words, f'{q.WHERE},stage="{stage}"'

    def here(query: str) -> str:
        return query.replace(q.WHERE, only)

    states = [
        Query(here(q.figure(q.open_now(state))), words(f"all.name.{state}"), color=STATES[state])
        for state in ("running", "at_risk", "broken", "unknown")
    ]
    outcomes = [
        Query(here(q.happened("met", q.RATE)), words("all.name.met"), color=RUNNING),
        Query(here(q.broke(q.RATE)), words("all.name.broke"), color=BROKEN),
        Query(here(q.happened("unknown", q.RATE)), words("all.name.unknown"), color=UNKNOWN),
    ]
    return [
        panels.figures(
            f"journey.{stage}", Place(x, 2, 6, 6), states, size=36, link=("all.link.journey", "${console}/journey")
        ),
        panels.figures(
            "journey.share",
            Place(x, 8, 6, 3),
            [Query(here(q.told(q.in_time())), words("all.name.share"))],
            unit="percentunit",
            decimals=1,
            steps=SHARES,
        ),
        panels.series("journey.outcomes", Place(x, 11, 6, 7), outcomes, bars=True),
    ]


def _moments(panels: Panels) -> table.Panel:
    """Every moment in a row."""
    language = panels.words.language

    def rows(query: str) -> str:
        return q.among(q.titled(query, language))

    columns = [Column(rows(q.open_now(state, "moment")), f"all.name.{state}") for state in ("running", "at_risk")]
    columns += [
        Column(rows(q.open_now("broken", "moment")), "all.name.broken", steps=((None, TEXT), (1, BROKEN))),
        Column(rows(q.open_now("unknown", "moment")), "all.name.unknown", steps=((None, TEXT), (1, UNKNOWN))),
        Column(rows(q.happened("opened", by="moment")), "all.name.started", decimals=0),
        Column(rows(q.broke(by="moment")), "all.name.broke", decimals=0),
        Column(rows(q.in_time(by="moment")), "all.name.share", "percentunit", 1, SHARES),
        Column(rows("max by (moment) (moments_moment_objective)"), "all.name.objective", "percentunit", 1),
    ]
    return panels.table(
        "journey.moments",
        Place(0, 18, 24, 12),
        {"title": "all.moment", "moment": "all.id"},
        columns,
        sort="all.name.broken",
        link=("moment", "all.link.now", "${console}/now?moment=${__value.text:percentencode}"),
    )
