"""What the pages and the API show: plain values, worked out by the board from what the topics say. Pure.

Instants are int microseconds UTC; `None` says that it is not known. Rows come in the order in which they are to be shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from schemas.alert import Alert, AuditLine
from schemas.feed import FeedState
from schemas.followed import FollowedState
from schemas.group import Group, MuteInForce
from schemas.notice import Notice, Receipt
from schemas.transition import Proof, Text

Plight = Literal["at_risk", "broken", "unknown", "over"]
"""What is the matter with a case: it can still be saved, a customer waits, nobody knows, or nothing any more."""


class Filter(NamedTuple):
    """What is looked for; None: any. `text` is found in case, store, moment or title. `mine`: held by this person."""

    tenant: str | None = None
    region: str | None = None
    store: str | None = None
    moment: str | None = None
    stage: str | None = None
    severity: str | None = None
    text: str | None = None
    mine: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One alert in a list. `store_name` is that of the organisation data, or the id. `next_level` is whom the next step
    of its chain asks, at `alert.next_step_at`. `closed_by` is told in handovers alone. unheard: a feed of its region is
    not heard, so what is missing proves nothing, and it stands as it stood."""

    alert: Alert
    plight: Plight
    store_name: str | None
    holder: str | None
    next_level: str | None = None
    incident: str | None = None
    muted_until: int | None = None
    closed_by: str | None = None
    unheard: bool = False


@dataclass(frozen=True, slots=True)
class IncidentRow:
    """An incident: its group as last said, and what of it is open now. `owed`: customers not yet served."""

    group: Group
    owed: int
    holders: tuple[str, ...] = ()


class Count(NamedTuple):
    """Of one store, region, stage or moment: alerts at risk, broken and unknown now. unheard: a feed is not heard that
    could tell of more."""

    name: str
    label: str
    at_risk: int
    broken: int
    unknown: int
    unheard: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """A feed: what one source publishes for one region of a tenant, and what can be believed of it. Source and region `*`
    are all feeds of the tenant together.

    silent_since: up to when it was surely heard; None while it is heard. usual_per_minute: events a minute that were
    usual when the state changed; 0 where that was not known.
    """

    tenant: str
    source: str
    region: str | None
    region_name: str | None
    state: FeedState
    changed_at: int
    silent_since: int | None
    usual_per_minute: float


@dataclass(frozen=True, slots=True)
class Freshness:
    """How far what is shown can be trusted.

    read_at: when the topics were last seen to be read to their end; None before that. stale: names of the stages whose
    work lags or has not been heard of, with what is wrong in words of both languages. judged_to: up to when detection has
    judged, the least over its shards; None where it cannot be told.
    """

    read_at: int | None
    judged_to: int | None = None
    stale: Mapping[str, Text] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Now:
    """The first page. Lists are cut at `limit` rows each; `left_out` says how many more there are, by plight. unheard:
    feeds of what is looked at that are blind or returning; of what is theirs nobody knows how it stands."""

    at: int
    at_risk: tuple[Row, ...]
    incidents: tuple[IncidentRow, ...]
    broken: tuple[Row, ...]
    unknown: tuple[Row, ...]
    totals: Mapping[Plight, int]
    left_out: Mapping[Plight, int]
    soonest: int | None
    oldest: int | None
    saved_today: int
    warned_today: int
    broken_today: int
    stages: tuple[Count, ...]
    stores: tuple[Count, ...]
    regions: tuple[Count, ...]
    mutes: tuple[MuteInForce, ...]
    fresh: Freshness
    unheard: tuple[Source, ...] = ()


Said = Literal["event", "alert", "person", "message", "clock"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a timeline. Exactly one of the last four has it, by `said` (clock: a sentence of a clock)."""

    at: int
    said: Said
    line: AuditLine | None = None
    notice: Notice | None = None
    receipt: Receipt | None = None
    text: Text | None = None
    moment: str | None = None


StepState = FollowedState | Literal["not_begun"]


@dataclass(frozen=True, slots=True)
class StepRow:
    """One step of a chain, as its last occurrence stands in a case. `alert` where there is one.

    A step that ended before a lower step began once more has not begun; `last` is then how it ended, at `last_at`.
    """

    moment: str
    title: Text
    step: int
    state: StepState
    started_at: int | None = None
    due_at: int | None = None
    ended_at: int | None = None
    alert: str | None = None
    last: FollowedState | None = None
    last_at: int | None = None


@dataclass(frozen=True, slots=True)
class Chain:
    """The moments of a chain in their order, in one case. of: how many steps it has. title: what it is called; None
    where the catalogue in force has nothing but the name."""

    name: str
    of: int
    steps: tuple[StepRow, ...]
    title: Text | None = None


@dataclass(frozen=True, slots=True)
class PromiseRow:
    """A promise to a customer as it stands. `within` is the case that it was made in, `case` its own if it has an id.
    `store_name` and `person_name` are those of the organisation data, or the ids. `alert` where there is one."""

    id: str
    tenant: str
    case: str
    within: str
    promise: str | None
    person: str | None
    person_name: str | None
    text: str | None
    moment: str
    title: Text
    severity: str
    region: str | None
    store: str | None
    store_name: str | None
    state: FollowedState
    started_at: int
    due_at: int | None
    ended_at: int | None
    alert: str | None


class PromiseFilter(NamedTuple):
    """Whose promises are looked for; None: anybody's. A case is the promise's own or the one that it was made in."""

    tenant: str | None = None
    case: str | None = None
    person: str | None = None
    store: str | None = None


@dataclass(frozen=True, slots=True)
class Promises:
    """The open promises, the first to be kept first, cut at a limit; and those that ended on the viewer's day, the last
    first. `total`: how many are open, `late` how many of them are not kept in time."""

    at: int
    open: tuple[PromiseRow, ...]
    ended: tuple[PromiseRow, ...]
    total: int
    late: int
    left_out: int
    fresh: Freshness


@dataclass(frozen=True, slots=True)
class AlertView:
    """One alert with its whole history, oldest first. `partition`: where commands about it go."""

    row: Row
    partition: int
    timeline: tuple[Entry, ...]
    told: tuple[tuple[str, str, str, int], ...]
    """Messages: (person, receiver, outcome, instant), the last of each person and receiver."""
    siblings: tuple[Row, ...]
    incident: IncidentRow | None
    mute: MuteInForce | None
    chain: Chain | None = None
    promise: PromiseRow | None = None
    owner_title: Text | None = None
    """What the owner is called; None where the catalogue in force has nothing but the id."""


@dataclass(frozen=True, slots=True)
class Clock:
    """One clock of a case: the sentence in both languages, its arithmetic a step a line, and the proof of its due,
    None where its start is forgotten."""

    moment: str
    title: Text
    occurrence: int
    phase: str
    severity: str
    due_at: int | None
    sentence: Text
    arithmetic: tuple[str, ...]
    proof: Proof | None = None


@dataclass(frozen=True, slots=True)
class CaseRecord:
    """A case as detection keeps it: its events as (instant, type, id, source) and its clocks. `judged_to` as in
    Freshness."""

    tenant: str
    case: str
    events: tuple[tuple[int, str, str, str], ...]
    clocks: tuple[Clock, ...]
    catalogue: str
    judged_to: int | None


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case: its alerts, one timeline of events, clocks, warnings, people and messages; `record` None where detection
    has forgotten it, or cannot be asked. `promises` are those made in it,
    or the one that it is."""

    tenant: str
    case: str
    rows: tuple[Row, ...]
    timeline: tuple[Entry, ...]
    record: CaseRecord | None
    chains: tuple[Chain, ...] = ()
    promises: tuple[PromiseRow, ...] = ()


@dataclass(frozen=True, slots=True)
class MomentCount:
    """A moment on the map. Today is the viewer's day."""

    moment: str
    title: Text
    severity: str
    at_risk: int
    broken: int
    unknown: int
    warned_today: int
    broken_today: int
    saved_today: int
    retracted_today: int


@dataclass(frozen=True, slots=True)
class Stage:
    """One of the four stages of the journey."""

    stage: Literal["pre_contact", "decision", "execution", "after_sales"]
    moments: tuple[MomentCount, ...]


@dataclass(frozen=True, slots=True)
class Handover:
    """What a shift leaves to the next: what is open and who holds it, promises (snoozes, comments) first to come due,
    incidents, mutes; and what became of the rest since `since`: closed by people and why, saved after a warning, over by
    itself (recovered), retracted."""

    since: int
    at: int
    open: tuple[Row, ...]
    incidents: tuple[IncidentRow, ...]
    remarks: tuple[Entry, ...]
    closed: tuple[Row, ...]
    mutes: tuple[MuteInForce, ...]
    counts: Mapping[str, int]
    saved: tuple[Row, ...] = ()
    recovered: tuple[Row, ...] = ()
    retracted: tuple[Row, ...] = ()
    unheard: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A refused record of an input topic. `field` and `message` say what to correct."""

    topic: str
    partition: int
    offset: int
    at: int
    reason: str
    field: str
    message: str
    key: str
    value: str
    retried: bool = False


@dataclass(frozen=True, slots=True)
class FeedRow:
    """One input topic: records in it, how far detection has read, and since when nothing has come."""

    topic: str
    partitions: int
    lag: int | None
    last_at: int | None
    refused_today: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Feeds:
    """The input topics, what was refused of them by reason, the last dead letters, newest first; and the feeds in these
    topics. watched: False where nobody tells whether a feed is heard."""

    feeds: tuple[FeedRow, ...]
    letters: tuple[DeadLetter, ...]
    fresh: Freshness
    sources: tuple[Source, ...] = ()
    watched: bool = True


@dataclass(frozen=True, slots=True)
class OnCall:
    """Who is on duty for a place now, until when, and who is next; `level` is store, area, region, brand or fallback."""

    tenant: str
    level: str
    name: str
    label: str
    now: tuple[str, ...]
    until: int | None
    then: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a command. done: it changed the alert. refused: somebody was faster, or it may not be; `why` says
    which, `present` is the alert as it is. unanswered: the alert stage has not spoken yet (it may be down)."""

    result: Literal["done", "refused", "no_effect", "unanswered"]
    why: str
    present: Alert | None
