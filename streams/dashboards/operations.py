"""Operations: whether the monitor itself is well, stage by stage."""

from typing import Final

from grafana_foundation_sdk.builders import dashboard as build

from streams.dashboards import promql as q
from streams.dashboards.page import Made, page, trust
from streams.dashboards.palette import AT_RISK, BROKEN, UNKNOWN
from streams.dashboards.panels import TEXT, Column, Panels, Place, Query, Steps
from streams.dashboards.words import Words

_PROCESSES: Final = 'up{job=~"moments-worker|moments-console"}'
_ANY: Final[Steps] = ((None, TEXT), (1, BROKEN))
_HALVES: Final = ((0.5, "50 %"), (0.99, "99 %"))


def operations(words: Words) -> build.Dashboard:
    """The dashboard."""
    panels = Panels(words)
    made = [
        trust(panels, Place(0, 0, 24, 2)),
        *_standing(panels),
        *_reading(panels),
        *_refusing(panels),
        *_restoring(panels),
        *_telling(panels),
        *_console(panels),
    ]
    return page("operations", words, made)


def _standing(panels: Panels) -> Made:
    """Processes and shards."""
    down = f"count({_PROCESSES} == 0) or (count({_PROCESSES}) * 0) or vector({q.UNKNOWN})"
    lost = f"sum(increase(moments_records_lost_total{q.DAY})) or vector({q.UNKNOWN})"
    given_up = f'sum(increase(moments_notifications_total{{outcome="given_up"}}{q.DAY})) or vector({q.UNKNOWN})'
    versions = f"count(count by (version) (moments_catalogue_info)) or vector({q.UNKNOWN})"
    facts = (("down", down, _ANY), ("lost", lost, _ANY), ("given_up", given_up, _ANY))
    small = [
        panels.figures(f"operations.{name}", Place(0, 2 + at * 3, 5, 3), [Query(query)], steps=steps, decimals=0)
        for at, (name, query, steps) in enumerate(facts)
    ]
    catalogues: Steps = ((None, TEXT), (2, AT_RISK))
    owned, partitions = "sum by (role) (moments_shards_owned)", "max by (role) (moments_partitions)"
    oldest = " or ".join(
        f'label_replace(max({q.clock_age(role)}), "role", "{role}", "", "")'
        for role in ("detect", "feed", "alert", "group", "notify")
    )
    return [
        *small,
        panels.figures("operations.catalogues", Place(0, 11, 5, 3), [Query(versions)], steps=catalogues),
        panels.table(
            "operations.stages",
            Place(5, 2, 12, 12),
            {"role": "operations.role"},
            [
                Column("count by (role) (moments_worker_info)", "operations.processes"),
                Column(owned, "operations.owned"),
                Column(partitions, "operations.partitions"),
                Column(f"{partitions} - {owned}", "operations.unowned", steps=_ANY, says={}),
                Column(oldest, "operations.clock_age", "s", 1, ((None, TEXT), (q.STALE_AFTER, UNKNOWN))),
                Column("sum by (role) (moments_input_lag)", "operations.lag"),
            ],
            sort="operations.unowned",
        ),
        panels.table(
            "operations.versions",
            Place(17, 2, 7, 12),
            {"role": "operations.role", "version": "operations.version"},
            [
                Column("count by (role, version) (moments_worker_info)", "operations.processes"),
                Column(
                    'label_replace(count by (version) (moments_catalogue_info), "role", "catalogue", "", "")',
                    "operations.catalogue",
                ),
            ],
            sort="operations.processes",
        ),
    ]


def _reading(panels: Panels) -> Made:
    """How far they have read, and how quickly."""
    ages = [Query(f"max({q.clock_age(role)})", role) for role in ("detect", "feed", "alert", "group", "notify")]
    return [
        panels.row("operations.row.reading", 14),
        panels.series("operations.lag", Place(0, 15, 8, 8), [_by("role, topic", "sum", "moments_input_lag")]),
        panels.series(
            "operations.clock_age",
            Place(8, 15, 8, 8),
            ages,
            unit="s",
            steps=((None, TEXT), (q.STALE_AFTER, UNKNOWN)),
        ),
        panels.series(
            "operations.positions",
            Place(16, 15, 8, 8),
            [_by("role, topic", "sum", f"rate(moments_input_position{q.RATE})")],
            unit="cps",
        ),
        panels.series(
            "operations.transactions",
            Place(0, 23, 8, 8),
            [_by("role", "sum", f"rate(moments_transactions_total{q.RATE})")],
            unit="cps",
        ),
        panels.series(
            "operations.records",
            Place(8, 23, 8, 8),
            [_by("role", "sum", f"rate(moments_records_written_total{q.RATE})")],
            unit="cps",
        ),
        panels.series(
            "operations.transaction_seconds",
            Place(16, 23, 8, 8),
            _quantiles("moments_transaction_seconds", "role"),
            unit="s",
        ),
    ]


def _refusing(panels: Panels) -> Made:
    """What could not be used."""
    refused = f"increase(moments_events_refused_total{q.RATE})"
    without = f"increase(moments_events_without_effect_total{q.RATE})"
    applied = f"sum(rate(moments_events_applied_total{q.RATE}))"
    share = f'sum(rate(moments_events_refused_total{{role="detect"}}{q.RATE})) / ({applied} > 0)'
    unknown = Query(f"sum(increase(moments_unknown_fields_total{q.RATE}))", panels.words("operations.unknown_fields"))
    return [
        panels.row("operations.row.refusing", 31),
        panels.series(
            "operations.dead_letters",
            Place(0, 32, 8, 8),
            [Query(f"sum by (role, topic, reason) ({refused}) > 0", "{{role}} {{topic}} {{reason}}")],
            bars=True,
        ),
        panels.series(
            "operations.refused_share",
            Place(8, 32, 8, 8),
            [Query(share, panels.words("operations.refused"))],
            unit="percentunit",
        ),
        panels.series(
            "operations.without_effect",
            Place(16, 32, 8, 8),
            [Query(f"sum by (why) ({without})", "{{why}}"), unknown],
            bars=True,
        ),
    ]


def _restoring(panels: Panels) -> Made:
    """What restarts take, and what the memory holds."""
    words = panels.words
    restores = f"sum by (role) (increase(moments_restore_seconds_count{q.RATE}))"
    slowest = f"histogram_quantile(0.99, sum by (le, role) (increase(moments_restore_seconds_bucket{q.DAY})))"
    return [
        panels.row("operations.row.restoring", 40),
        panels.series("operations.restores", Place(0, 41, 6, 8), [Query(restores, "{{role}}")], bars=True),
        panels.figures(
            "operations.restore_seconds", Place(6, 41, 6, 8), [Query(slowest, "{{role}}")], unit="s", rows=True, size=24
        ),
        panels.series(
            "operations.rereads",
            Place(12, 41, 6, 8),
            [
                Query(f"sum by (role) (increase(moments_rereads_total{q.RATE}))", words("operations.reread")),
                Query(f"sum by (role) (rate(moments_records_restored_total{q.RATE}))", words("operations.restored")),
            ],
        ),
        panels.series(
            "operations.cases", Place(18, 41, 6, 8), [Query("sum(moments_cases)", words("operations.in_memory"))]
        ),
    ]


def _telling(panels: Panels) -> Made:
    """From the due to the person."""
    outcomes = f"sum by (receiver, outcome) (increase(moments_notifications_total{q.RATE})) > 0"
    return [
        panels.row("operations.row.telling", 49),
        panels.series(
            "operations.due_to_transition",
            Place(0, 50, 6, 8),
            _quantiles("moments_due_to_transition_seconds"),
            unit="s",
        ),
        panels.series(
            "operations.due_to_delivery",
            Place(6, 50, 6, 8),
            _quantiles("moments_due_to_delivery_seconds", over="[1h]"),
            unit="s",
        ),
        panels.series(
            "operations.notifications",
            Place(12, 50, 6, 8),
            [Query(outcomes, "{{receiver}} {{outcome}}")],
            bars=True,
        ),
        panels.series("operations.waiting", Place(18, 50, 6, 8), [_by("receiver", "sum", "moments_outbox_waiting")]),
        panels.series(
            "operations.alerts",
            Place(0, 58, 6, 8),
            [Query('sum by (severity, state) (moments_alerts{tenant=~"$tenant"}) > 0', "{{severity}} {{state}}")],
        ),
        panels.series(
            "operations.alert_changes",
            Place(6, 58, 6, 8),
            [Query(f"sum by (what) (increase(moments_alert_changes_total{q.RATE})) > 0", "{{what}}")],
            bars=True,
        ),
        panels.series(
            "operations.notices",
            Place(12, 58, 6, 8),
            [
                Query(f"sum by (reason) (increase(moments_notices_total{q.RATE})) > 0", "{{reason}}"),
                Query(
                    f"sum by (cause) (increase(moments_notices_held_total{q.RATE})) > 0",
                    panels.words("operations.held") + " {{cause}}",
                ),
            ],
            bars=True,
        ),
        panels.series(
            "operations.groups",
            Place(18, 58, 6, 8),
            [Query('sum by (kind) (moments_groups{tenant=~"$tenant"})', "{{kind}}")],
        ),
        panels.series(
            "operations.found_late",
            Place(0, 66, 24, 6),
            [Query(f"sum by (moment) (increase(moments_found_late_total{{{q.MOMENT}}}{q.RATE})) > 0", "{{moment}}")],
            bars=True,
        ),
    ]


def _console(panels: Panels) -> Made:
    """The console."""
    words = panels.words
    requests = f"sum by (status) (rate(moments_console_requests_total{q.RATE}))"
    return [
        panels.row("operations.row.console", 72),
        panels.series(
            "operations.pages",
            Place(0, 73, 8, 7),
            [Query("sum(moments_console_open_pages)", words("operations.open_pages"))],
        ),
        panels.series("operations.requests", Place(8, 73, 8, 7), [Query(requests, "{{status}}")], unit="reqps"),
        panels.series(
            "operations.board_age",
            Place(16, 73, 8, 7),
            [Query("max(moments_console_board_age_seconds)", words("operations.board"))],
            unit="s",
        ),
    ]


def _by(labels: str, how: str, what: str) -> Query:
    return Query(f"{how} by ({labels}) ({what})", " ".join(f"{{{{{label}}}}}" for label in labels.split(", ")))


def _quantiles(histogram: str, label: str = "", over: str = q.RATE) -> list[Query]:
    by = f"le, {label}" if label else "le"
    name = f"{{{{{label}}}}} " if label else ""
    return [
        Query(f"histogram_quantile({share}, sum by ({by}) (rate({histogram}_bucket{over})))", name + words)
        for share, words in _HALVES
    ]
