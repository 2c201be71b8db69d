"""What the queries have in common, and what it takes for a figure to be believed.

Two numbers stand for what is no number, as figures are never negative:

    UNKNOWN  -1   nothing is known: shown as a question mark in the colour of the unknown, never as 0
    NONE     -2   there is nothing to tell, and that is known: shown as a dash

A figure is told only while it is whole (`WHOLE`). That takes, of the detect stage: every shard is judged by exactly one
worker, every shard has read its inputs to their ends within the last 30 seconds, no process that may be of this stage
keeps silent, and of the chosen tenants at least one is not silent altogether. Absent series make it not whole: without
data nothing compares, and nothing is left. The age of a clock counts from now, not from the scrape: when Prometheus
itself hangs, the figures become unknown, too.

A zero is told only if there is no doubt (`DOUBT`) either: while a feed of the chosen tenants and regions is blind, or
nobody judges the feeds, nothing broken may mean nothing heard. What is counted in spite of it is true and is shown.

Gauges are summed over workers, as each tells the part of its own shards. Counters are asked for their increases: they
begin at 0 in a new process.
"""

from typing import Final

UNKNOWN: Final = -1
NONE: Final = -2

STALE_AFTER: Final = 30
"""Seconds after which the clock of a shard proves nothing any more."""

PLACE: Final = 'tenant=~"$tenant",region=~"$region"'
WHERE: Final = PLACE + ',moment=~"$moment"'
MOMENT: Final = 'tenant=~"$tenant",moment=~"$moment"'
FEEDS: Final = 'tenant=~"$tenant",region=~"$region|[*]|"'
"""The feeds that the chosen regions hang on: their own, those of no region, and all feeds of a tenant together (`*`)."""

WORKERS: Final = 'job="moments-worker"'
DAY: Final = "[$__range]"
RATE: Final = "[$__rate_interval]"
WEEK_AGO: Final = " offset 7d"

_SHARDS: Final = 'max(moments_partitions{role="detect"})'
_OWNED: Final = 'sum(moments_shards_owned{role="detect"})'


def clock_age(role: str = "detect") -> str:
    """How old each shard's last proof is now, by partition. A shard that moves is told by two workers: the younger
    counts."""
    age = f'moments_shard_clock_age_seconds{{role="{role}"}}'
    return f"min by (partition) ({age} + (time() - timestamp({age})))"


CURRENT: Final = f"count({clock_age()} <= {STALE_AFTER})"
DOWN: Final = (
    f'count(up{{{WORKERS}}} == 0 unless on (instance) last_over_time(moments_worker_info{{role!="detect"}}[1d]))'
)
"""Processes that do not answer and are not known to be of another stage."""
SILENT: Final = f'(max by (tenant) (moments_feed_state{{{FEEDS},source="*",state="blind"}}) == 1)'
"""Tenants of which nothing is heard at all."""
_SPEAKING: Final = f"count(count by (tenant) (moments_occurrences{{{WHERE}}}) unless on (tenant) {SILENT})"

WHOLE: Final = f"((({CURRENT} >= {_SHARDS}) and ({_OWNED} == {_SHARDS}) and {_SPEAKING}) unless {DOWN})"

BLIND: Final = f'(max by (tenant, source, region) (moments_feed_state{{{FEEDS},state=~"blind|returning"}}) == 1)'
"""Feeds that are not heard, or not yet to be believed again."""
_JUDGED: Final = '(sum(moments_shards_owned{role="feed"}) == max(moments_partitions{role="feed"}))'
DOUBT: Final = f"(count({BLIND}) or absent{_JUDGED})"

TRUST: Final = (
    f"((vector(7) and count({BLIND})) and {WHOLE}) or ((vector(8) and absent{_JUDGED}) and {WHOLE}) or "
    f"(vector(0) and {WHOLE}) or ({DOWN} * 0 + 2) or (({_OWNED} != {_SHARDS}) * 0 + 3) or "
    f"((({CURRENT} or {_OWNED} * 0) < {_SHARDS}) * 0 + 4) or "
    f"(count({SILENT}) * 0 + 5) or (count(up{{{WORKERS}}}) * 0 + 6) or vector(1)"
)
"""0: figures are whole. 7: they are, and feeds are not heard; 8: they are, and nobody judges the feeds. Else why they are
not: 1 no data, 2 a process does not answer, 3 shards unowned or moving, 4 clocks stand still, 5 tenant silent, 6 nothing
of the chosen has been heard yet."""


def figure(number: str) -> str:
    """A number without labels, told only while it is whole, and as 0 only without doubt."""
    return f"(({number} > 0) and {WHOLE}) or (({number} and {WHOLE}) unless {DOUBT}) or vector({UNKNOWN})"


def told(number: str) -> str:
    """A number without labels that may be missing because there is nothing to tell: told only while figures are whole."""
    return f"({number} and {WHOLE}) or ({WHOLE} * 0 + {NONE}) or vector({UNKNOWN})"


def among(rows: str) -> str:
    """Rows, told only while figures are whole."""
    return f"({rows}) and on () {WHOLE}"


def rest(number: str) -> str:
    """What a list of rows ends with: NONE where the number behind all rows is a zero without doubt, UNKNOWN where nothing
    is known, nothing where there are rows."""
    number = f"({figure(number)})"
    return f"(({number} == 0) + {NONE}) or ({number} == {UNKNOWN})"


def open_now(state: str, by: str = "") -> str:
    """Open occurrences in a state (a regular expression), over all workers."""
    return f'sum{_by(by)}(moments_occurrences{{{WHERE},state=~"{state}"}})'


def happened(kind: str, over: str = DAY, by: str = "", ago: str = "") -> str:
    """Transitions of a kind over a time."""
    return f'sum{_by(by)}(increase(moments_transitions_total{{{WHERE},kind="{kind}"}}{over}{ago}))'


def broke(over: str = DAY, by: str = "", ago: str = "") -> str:
    """Breaches that were true: those that were said, less those that late truth withdrew. A withdrawal counts when it is
    found, so that a short time may have more of them than breaches: then it is 0."""
    breaches = f"sum{_by(by)}(increase(moments_breaches_total{{{WHERE}}}{over}{ago}))"
    withdrawn = f"sum{_by(by)}(increase(moments_retractions_total{{{WHERE}}}{over}{ago}))"
    return f"clamp_min({breaches} - {withdrawn}, 0)"


def saved(over: str = DAY, by: str = "", ago: str = "") -> str:
    """Occurrences that were met after a warning."""
    return f"sum{_by(by)}(increase(moments_saved_total{{{WHERE}}}{over}{ago}))"


def judged(over: str = DAY, by: str = "", ago: str = "") -> str:
    """Occurrences that were met or broke."""
    return f"({happened('met', over, by, ago)} + {broke(over, by, ago)})"


def in_time(over: str = DAY, by: str = "", ago: str = "") -> str:
    """The share that was met in time. Missing where nothing was judged: there is no share of nothing."""
    return f"({happened('met', over, by, ago)} / ({judged(over, by, ago)} > 0))"


def objective(over: str = DAY) -> str:
    """The share that is wanted, each moment weighed by how many of it were judged."""
    weights = judged(over, "moment")
    wanted = "max by (moment) (moments_moment_objective)"
    return f"(sum({wanted} * on (moment) {weights}) / (sum({weights}) > 0))"


def known_last_week(number: str) -> str:
    """A number of the same hours a week ago, where Prometheus was there at their beginning and at their end."""
    there = 'max(moments_partitions{role="detect"}'
    return f"({number} and {there} @ ${{__from:date:seconds}} offset 7d) and {there} offset 7d)) or vector({NONE})"


def titled(rows: str, language: str) -> str:
    """Rows by moment with its title in `title`: that of the catalogue in force, else its id. While workers change to a
    new catalogue there may be two titles; either will do."""
    name = f"title_{language}"
    one = f'topk by (moment) (1, max by (moment, {name}) (moments_moment_info{{{name}!=""}}))'
    info = f'label_replace({one}, "title", "$1", "{name}", "(.*)")'
    return (
        f"(({rows}) * on (moment) group_left (title) {info} "
        f'or on (moment) label_replace({rows}, "title", "$1", "moment", "(.*)"))'
    )


def named(rows: str, label: str, nobody: str) -> str:
    """Rows whose label, where it is empty, says so in words."""
    return f'label_replace({rows}, "{label}", "{nobody}", "{label}", "")'


def _by(labels: str) -> str:
    return f" by ({labels}) " if labels else ""
