"""What the monitor tells Prometheus about itself, declared once, as values. The instruments are made from these
declarations, `docs/metrics.md` is written from them, and dashboards and alert rules are tested against them.

Names are as they are scraped: base units, counters end in `_total`. Every label is bounded; see `LABELS`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, get_args

from schemas.alert import OPEN_STATES, What
from schemas.alert import Severity as AnySeverity
from schemas.feed import FeedState
from schemas.notice import Outcome
from schemas.notice import Reason as NoticeReason
from schemas.transition import Kind as TransitionKind
from streams.catalogue.model import Stage
from streams.groups.note import Cause
from streams.ingest.event import Reason

Process = Literal["detect", "feed", "alert", "group", "notify", "console"]
"""What runs as a process of its own; each serves the metrics that name it. All but the console are stages."""

PROCESSES: Final[tuple[Process, ...]] = get_args(Process)
STAGES: Final[tuple[Process, ...]] = PROCESSES[:-1]

KINDS: Final[tuple[str, ...]] = get_args(TransitionKind)
SEVERITIES: Final[tuple[str, ...]] = get_args(AnySeverity)
FEED_STATES: Final[tuple[str, ...]] = get_args(FeedState)
STATES: Final = ("running", "at_risk", "paused", "broken", "unknown")
"""How an open occurrence can stand. unknown: it broke, or seems to have, while its feed was not heard."""
WHY: Final = ("duplicate", "beyond", "unmentioned")
REASONS: Final = tuple(reason.value for reason in Reason)

OTHER: Final = "other"
"""Stands for every label value beyond a bound."""

Labels = tuple[str, ...]
Buckets = tuple[float, ...]

TRANSACTION: Final[Buckets] = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
RESTORE: Final[Buckets] = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 180.0, 600.0)
SAID: Final[Buckets] = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3600.0)
"""A second is promised; a restart takes some, a lost worker up to a minute. The last is where it counts as found late."""
DELIVERED: Final[Buckets] = (0.5, 1.0, 2.0, 3.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 900.0, 3600.0, 21600.0)
"""Seconds while all is well, minutes while a receiver is tried again, six hours until a notice is given up."""
LATENESS: Final[Buckets] = (
    10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0, 7200.0, 14400.0, 28800.0, 86400.0, 259200.0,
)  # fmt: skip
"""From a tea that is a minute late to a ticket that is three days late."""
TO_END: Final[Buckets] = (
    30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1200.0, 1800.0, 2700.0, 3600.0, 7200.0, 14400.0, 28800.0, 86400.0, 259200.0,
    604800.0,
)  # fmt: skip
"""Deadlines run from a minute (a store accepts) to a week (a case is settled); closest where most of them lie."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric. `processes`: which have it. `values`: all values of a label, where they are known beforehand; they are
    there from the start, with 0, wherever the other labels are known, too. `help` is one plain sentence or two."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    help: str
    processes: tuple[Process, ...]
    labels: Labels = ()
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    buckets: Buckets = ()


LABELS: Final[Mapping[str, str]] = {
    "role": "the stage of the process",
    "tenant": "whose events they are; the first 200, the rest is `other`",
    "region": 'of the case or the feed, "" for none; the first 200 of a tenant, the rest is `other`',
    "store": "the stores with most breaches, 50 a worker by default; the rest is `other`",
    "moment": "its id in the catalogue",
    "stage": 'of the customer\'s journey; "" for a moment that only an earlier catalogue has',
    "source": "who publishes; of the first 2,000 feeds, the rest is source and region `other`",
    "receiver": "its name in the receivers' file; the first 200, the rest is `other`",
    "topic": "an input topic",
    "partition": "the number of a shard",
    "version": "of the catalogue, or of the program",
    "owner": "the role that answers for the moment",
    "title_zh": "the moment's title in Chinese",
    "title_en": "the moment's title in English",
    "route": "the pattern of the path, never the path itself",
    "status": "the HTTP status",
    "severity": "",
    "kind": "",
    "state": "",
    "why": "",
    "what": "",
    "reason": "",
    "cause": "",
    "outcome": "",
}
"""What a label means and how it is bounded; empty where its values say it."""

_WHERE: Final = ("tenant", "region", "moment", "stage")
_JOURNEY: Final = {"stage": get_args(Stage)}
_GRAVE: Final = _JOURNEY | {"severity": SEVERITIES}
_FEED: Final = ("tenant", "source", "region")
_DETECT: Final[tuple[Process, ...]] = ("detect",)
_HEARS: Final[tuple[Process, ...]] = ("feed",)
_ALERTS: Final[tuple[Process, ...]] = ("alert",)
_GROUPS: Final[tuple[Process, ...]] = ("group",)
_TELLS: Final[tuple[Process, ...]] = ("notify",)
_SHOWS: Final[tuple[Process, ...]] = ("console",)

METRICS: Final[tuple[Metric, ...]] = (
    Metric(
        "moments_occurrences",
        "gauge",
        "Open occurrences by how they stand now: each is in one state. Over several workers the sum counts.",
        _DETECT,
        (*_WHERE, "state"),
        _JOURNEY | {"state": STATES},
    ),
    Metric(
        "moments_oldest_breach_timestamp_seconds",
        "gauge",
        "Since when the oldest occurrence that is broken now is broken; absent where none is. Over several workers the "
        "least counts.",
        _DETECT,
        ("tenant", "region", "moment"),
    ),
    Metric(
        "moments_transitions_total",
        "counter",
        "Steps of occurrences by what was said, published or not.",
        _DETECT,
        (*_WHERE, "kind"),
        _JOURNEY | {"kind": KINDS},
    ),
    Metric(
        "moments_breaches_total",
        "counter",
        "Breaches that were said. One that late truth withdraws stays counted here, and counts as a retraction.",
        _DETECT,
        (*_WHERE, "severity"),
        _GRAVE,
    ),
    Metric(
        "moments_retractions_total",
        "counter",
        "Breaches that late truth withdrew: breaches less retractions are those that were true.",
        _DETECT,
        (*_WHERE, "severity"),
        _GRAVE,
    ),
    Metric(
        "moments_saved_total",
        "counter",
        "Occurrences that were met after a warning, and never said to be broken.",
        _DETECT,
        _WHERE,
        _JOURNEY,
    ),
    Metric(
        "moments_lateness_seconds",
        "histogram",
        "From the due to the end, of broken occurrences that came to their end after all.",
        _DETECT,
        ("tenant", "moment"),
        buckets=LATENESS,
    ),
    Metric(
        "moments_time_to_end_seconds",
        "histogram",
        "From the start to the end, of occurrences that were met or recovered.",
        _DETECT,
        ("tenant", "moment"),
        buckets=TO_END,
    ),
    Metric(
        "moments_store_breaches_total",
        "counter",
        "Breaches by store, of cases that name one. A store that enters the list begins at 0, what it had before stays "
        "with `other`: ask for increases, not for the value.",
        _DETECT,
        ("tenant", "region", "store"),
    ),
    Metric(
        "moments_store_started_total",
        "counter",
        "Occurrences begun by store, of cases that name one, for the same stores: the volume that breaches are to be "
        "seen against.",
        _DETECT,
        ("tenant", "region", "store"),
    ),
    Metric(
        "moments_due_to_transition_seconds",
        "histogram",
        "From the due to the decision that says the breach, of breaches found within an hour.",
        _DETECT,
        buckets=SAID,
    ),
    Metric(
        "moments_found_late_total",
        "counter",
        "Breaches found more than an hour after their due: what a catch-up or late facts bring.",
        _DETECT,
        ("tenant", "moment"),
    ),
    Metric("moments_cases", "gauge", "Cases in memory, finished ones among them.", _DETECT, ("partition",)),
    Metric(
        "moments_events_applied_total",
        "counter",
        "Events taken from an input topic, refused ones too.",
        _DETECT,
        ("topic",),
    ),
    Metric(
        "moments_events_refused_total",
        "counter",
        "Records sent to the dead letters.",
        STAGES,
        ("role", "topic", "reason"),
        {"reason": REASONS},
    ),
    Metric(
        "moments_events_without_effect_total",
        "counter",
        "Events that changed nothing. duplicate: known already. beyond: too late for a closed case. unmentioned: no "
        "moment asks for it.",
        _DETECT,
        ("why",),
        {"why": WHY},
    ),
    Metric(
        "moments_unknown_fields_total",
        "counter",
        "Data fields of events that the contract does not have, ignored.",
        _DETECT,
    ),
    Metric("moments_catalogue_info", "gauge", "1 for the catalogue in force.", _DETECT, ("version",)),
    Metric(
        "moments_moment_info",
        "gauge",
        "1 for each moment of the catalogue in force, with what it says of it.",
        _DETECT,
        ("moment", "stage", "severity", "owner", "title_zh", "title_en"),
        _GRAVE,
    ),
    Metric(
        "moments_moment_objective",
        "gauge",
        "The share of occurrences that shall be met in time, 0 to 1, as the catalogue wants it.",
        _DETECT,
        ("moment",),
    ),
    Metric(
        "moments_feed_silence_seconds",
        "gauge",
        "How long nothing has been heard of the feed, by the clock of its tenant: a worker that lags proves no silence.",
        _HEARS,
        _FEED,
    ),
    Metric(
        "moments_feed_usual_events_per_minute",
        "gauge",
        "Events a minute that are usual for the feed at this hour of the week.",
        _HEARS,
        _FEED,
    ),
    Metric(
        "moments_feed_state",
        "gauge",
        "1 for the state that the feed is in, 0 for the others.",
        _HEARS,
        (*_FEED, "state"),
        {"state": FEED_STATES},
    ),
    Metric("moments_feed_events_total", "counter", "Events heard of the feed.", _HEARS, _FEED),
    Metric(
        "moments_alerts",
        "gauge",
        "Alerts that are not over.",
        _ALERTS,
        ("tenant", "severity", "state"),
        {"severity": SEVERITIES, "state": OPEN_STATES},
    ),
    Metric(
        "moments_alert_changes_total",
        "counter",
        "Changes of alerts, as in the audit.",
        _ALERTS,
        ("what",),
        {"what": get_args(What)},
    ),
    Metric(
        "moments_notices_total",
        "counter",
        "Notices to people; one about many alerts is one.",
        _GROUPS,
        ("reason",),
        {"reason": get_args(NoticeReason)},
    ),
    Metric(
        "moments_notices_held_total",
        "counter",
        "What people were not told at once, by what held it.",
        _GROUPS,
        ("cause",),
        {"cause": get_args(Cause)},
    ),
    Metric(
        "moments_groups",
        "gauge",
        "Groups and incidents of which something is still open.",
        _GROUPS,
        ("tenant", "kind"),
        {"kind": ("group", "incident")},
    ),
    Metric(
        "moments_notifications_total",
        "counter",
        "Attempts to tell somebody, by what came of them.",
        _TELLS,
        ("receiver", "outcome"),
        {"outcome": get_args(Outcome)},
    ),
    Metric(
        "moments_due_to_delivery_seconds",
        "histogram",
        "From the breach to the receiver that took the news of it, of each person who was told of it by itself.",
        _TELLS,
        buckets=DELIVERED,
    ),
    Metric("moments_outbox_waiting", "gauge", "Notices that wait to be delivered.", _TELLS, ("receiver",)),
    Metric(
        "moments_input_position", "gauge", "The next offset to apply.", STAGES, ("role", "topic", "partition")
    ),
    Metric(
        "moments_input_lag", "gauge", "Records that are not applied yet.", STAGES, ("role", "topic", "partition")
    ),
    Metric(
        "moments_shard_clock_age_seconds",
        "gauge",
        "Age of the shard's last proof of having read every input to its end; deadlines younger than that wait.",
        STAGES,
        ("role", "partition"),
    ),
    Metric(
        "moments_shards_owned",
        "gauge",
        "Shards that this process judges. Over all workers the sum is the number of partitions, or some are nobody's.",
        STAGES,
        ("role",),
    ),
    Metric("moments_partitions", "gauge", "Partitions of the stage's topics, the same everywhere.", STAGES, ("role",)),
    Metric("moments_transactions_total", "counter", "Kafka transactions committed.", STAGES, ("role",)),
    Metric("moments_records_written_total", "counter", "Records in committed transactions.", STAGES, ("role",)),
    Metric(
        "moments_transaction_seconds",
        "histogram",
        "From the begin of a transaction to its commit.",
        STAGES,
        ("role",),
        buckets=TRANSACTION,
    ),
    Metric(
        "moments_restore_seconds",
        "histogram",
        "From the claim of a shard to its restored state.",
        STAGES,
        ("role",),
        buckets=RESTORE,
    ),
    Metric("moments_records_restored_total", "counter", "Changelog records read.", STAGES, ("role",)),
    Metric(
        "moments_records_lost_total",
        "counter",
        "Input records that retention took before they were read.",
        STAGES,
        ("role", "topic"),
    ),
    Metric(
        "moments_rereads_total", "counter", "Times a shard asked again from its position.", STAGES, ("role", "topic")
    ),
    Metric("moments_worker_info", "gauge", "1, with the version of the program.", STAGES, ("role", "version")),
    Metric("moments_console_open_pages", "gauge", "Pages that are open and renew themselves.", _SHOWS),
    Metric(
        "moments_console_requests_total", "counter", "Requests answered.", _SHOWS, ("route", "status")
    ),
    Metric(
        "moments_console_board_age_seconds",
        "gauge",
        "Age of the last proof that the console's picture has everything that was published.",
        _SHOWS,
    ),
)  # fmt: skip

BY_NAME: Final[Mapping[str, Metric]] = {metric.name: metric for metric in METRICS}


def metrics_of(process: Process) -> tuple[Metric, ...]:
    """The metrics that a process has."""
    return tuple(metric for metric in METRICS if process in metric.processes)
