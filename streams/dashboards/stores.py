"""Stores and regions: where it breaks more often than chance explains.

A store with one breach in three orders is not the worst of the chain. Each store begins with the share of its region, as
if it had had `weight` more orders with exactly that share, and moves away from it as its own orders come in:

    share = (breaches + weight x share of the region) / (started + weight)

which is the mean of a beta posterior whose prior is the region. Small regions lean on their tenant in the same way.
"""

from typing import Final

from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.builders import table
from grafana_foundation_sdk.models import dashboard as model

from streams.dashboards import promql as q
from streams.dashboards.journey import SHARES
from streams.dashboards.page import Made, page, trust
from streams.dashboards.palette import AT_RISK, BROKEN, UNKNOWN
from streams.dashboards.panels import TEXT, Column, Panels, Place, Query
from streams.dashboards.words import Words

WEIGHTS: Final = ("10", "20", "50", "100")
_REGION_WEIGHT: Final = 200
"""Orders by which a region begins as its tenant."""


def _breaches(by: str) -> str:
    return f"sum by ({by}) (increase(moments_store_breaches_total{{{q.PLACE}}}{q.DAY}))"


def _started(by: str) -> str:
    return f"sum by ({by}) (increase(moments_store_started_total{{{q.PLACE}}}{q.DAY}))"


_TENANT: Final = f"({_breaches('tenant')} / ({_started('tenant')} > 0))"
REGION: Final = (
    f"(({_breaches('tenant, region')} + on (tenant) group_left () {_REGION_WEIGHT} * {_TENANT})"
    f" / ({_started('tenant, region')} + {_REGION_WEIGHT}))"
)
"""The share of broken in a region, leaning on its tenant's."""
_STORE: Final = "tenant, region, store"
CORRECTED: Final = (
    f"clamp_max(({_breaches(_STORE)} + on (tenant, region) group_left () $weight * {REGION})"
    f" / ({_started(_STORE)} + $weight), 1)"
)
"""The share of broken in a store, leaning on its region's."""


def stores(words: Words) -> build.Dashboard:
    """The dashboard."""
    panels = Panels(words)
    made: Made = [
        trust(panels, Place(0, 0, 24, 2)),
        panels.row("stores.row.stores", 2),
        _ranking(panels),
        panels.row("stores.row.regions", 17),
        _regions(panels),
        panels.series(
            "stores.by_region",
            Place(0, 28, 12, 9),
            [Query(q.named(q.open_now("broken", "region"), "region", words("all.no_region")), "{{region}}")],
        ),
        panels.series(
            "stores.share_by_region",
            Place(12, 28, 12, 9),
            [Query(q.named(q.in_time("[1h]", "region"), "region", words("all.no_region")), "{{region}}")],
            unit="percentunit",
            most=1,
        ),
    ]
    weight = (
        build.CustomVariable("weight")
        .label(words("stores.weight"))
        .values(",".join(WEIGHTS))
        .current(model.VariableOption(selected=True, text="20", value="20"))
    )
    return page("stores", words, made, start="now-24h", more=[weight])


def _ranking(panels: Panels) -> table.Panel:
    """Named stores, the worst first."""

    def rows(query: str) -> str:
        return _rows(panels, _only_named(query))

    times = f"({CORRECTED}) / on (tenant, region) group_left () ({REGION} > 0)"
    return panels.table(
        "stores.ranking",
        Place(0, 3, 24, 14),
        {"tenant": "all.tenant", "region": "all.region", "store": "stores.store"},
        [
            Column(rows(CORRECTED), "stores.corrected", "percentunit", 1, ((None, TEXT), (0.05, AT_RISK), (0.1, BROKEN))),
            Column(rows(times), "stores.times", "none", 1),
            Column(rows(_breaches(_STORE)), "all.name.broke", decimals=0),
            Column(rows(_started(_STORE)), "all.name.started", decimals=0),
            Column(rows(f"{_breaches(_STORE)} / ({_started(_STORE)} > 0)"), "stores.plain", "percentunit", 1),
        ],
        sort="stores.corrected",
        link=("store", "all.link.now", "${console}/now?store=${__value.text:percentencode}"),
    )


def _regions(panels: Panels) -> table.Panel:
    """Regions as they stand now and how they did. A region of which a feed is not heard says so."""

    def rows(query: str) -> str:
        return _rows(panels, query)

    def now(state: str) -> str:
        """As a figure on the wall: a zero is told only where there is no doubt."""
        number, blind = q.open_now(state, "region"), f"max by (region) ({q.BLIND})"
        return rows(f"({number} > 0) or ({blind} * 0 + {q.UNKNOWN}) or {number}")

    states = [Column(now(state), f"all.name.{state}") for state in ("running", "at_risk")]
    return panels.table(
        "stores.regions",
        Place(0, 18, 24, 10),
        {"region": "all.region"},
        [
            *states,
            Column(now("broken"), "all.name.broken", steps=((None, TEXT), (1, BROKEN))),
            Column(now("unknown"), "all.name.unknown", steps=((None, TEXT), (1, UNKNOWN))),
            Column(rows(q.happened("opened", by="region")), "all.name.started", decimals=0),
            Column(rows(q.broke(by="region")), "all.name.broke", decimals=0),
            Column(rows(q.in_time(by="region")), "all.name.share", "percentunit", 1, SHARES),
        ],
        sort="all.name.broken",
        link=("region", "all.link.now", "${console}/now?region=${__value.text:percentencode}"),
    )


def _rows(panels: Panels, query: str) -> str:
    return q.among(q.named(query, "region", panels.words("all.no_region")))


def _only_named(query: str) -> str:
    """Without those that are `other`, which is no store."""
    return f'({query}) unless on (store) label_replace(vector(1), "store", "other", "", "")'
