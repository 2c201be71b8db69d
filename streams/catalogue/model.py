"""The compiled catalogue: what the engine asks of the moments in force. Values only; `load` makes them from YAML."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntFlag
from typing import Final, Literal, NamedTuple, Protocol

Look = Callable[[str], object]
"""Value of a field path (`promised_at`, `attributes.arrival_at`, `tenant`, `region`, `source`) or None where absent.

The engine's look asks the event itself first and then, for what the event does not carry, the earlier events of the
case. Instants come as integers (microseconds UTC) or as aware datetimes; `instants.as_instant` reads both, and RFC 3339
texts from `attributes`. Under a catalogue that is `dated`, `OCCURRED_AT` gives the event's own instant as an integer.
"""

OCCURRED_AT: Final = "occurred_at"
"""What a look answers with the instant of the event itself; no event carries a field of this name."""

REASON: Final = "reason"
"""The field that says why; of what pauses it is kept, for the proof."""

Severity = Literal["low", "medium", "high", "critical"]
SEVERITIES_ZH: Final[Mapping[str, str]] = {"low": "低", "medium": "中", "high": "高", "critical": "紧急"}
Stage = Literal["pre_contact", "decision", "execution", "after_sales"]
CustomerClass = Literal["basic", "expected", "excitement"]
Reopening = Literal["nothing", "new", "continue"]

OBJECTIVE: Final = 0.95
"""What a moment aims at where its file does not say."""


def zone_name(zone: str) -> str:
    """The IANA name in what `Moment.zone` gave.

    That is a plain IANA name, or `name@calendar` where a store or a target has a calendar of its own. Calendars and
    deadlines take it whole (so do not cut it before `add`, `between`, `spans`, `resolve` or `trace`); whoever shows a
    local time to a person takes this name.
    """
    return zone.partition("@")[0]


def calendar_name(calendar: "Calendar", zone: str) -> str:
    """The id of the calendar that counts under what `Moment.zone` gave, for whoever shows it to a person."""
    return zone.partition("@")[2] or calendar.id


class Role(IntFlag):
    """What an event does to the clock of a moment. One event may play several roles for one moment.

    An event that is both START and END first ends what is running, never the occurrence that it starts itself: so
    `ticket.opened -> ticket.*` runs to the next event, and rounds (`expects`) end one and begin the next.

    REFUSE: a revision without what it needs; never together with REVISE. NEXT: ends what is open and then begins the
    next; with nothing open it is nothing. COUNT: part 0 of the moment's closings that take several events; COUNT << n is
    part n, see `Several`. The bits after those of the parts are for pauses that have an end of their own, see `Hold`.
    """

    START = 1
    END = 2
    CANCEL = 4
    PAUSE = 8
    RESUME = 16
    REVISE = 32
    REOPEN = 64
    REFUSE = 128
    NEXT = 256
    COUNT = 512


class Hit(NamedTuple):
    """One moment an event matters to: index in `Catalogue.moments`, roles, and for REVISE or REFUSE the due field.

    The value of the due field becomes the new due through `deadline.revised_due`: where it is the field that the
    deadline itself reads, the deadline's `plus` or `lead` counts again; any other field is the new due as it stands.
    """

    moment: int
    roles: int
    due: str | None = None


class Calendar(Protocol):
    """Open time of a team or store. All instants and spans in microseconds; `zone` is what `Moment.zone` gave."""

    @property
    def id(self) -> str: ...

    @property
    def always(self) -> bool:
        """True for 24x7: `add(at, span) == at + span`, and callers may take that short cut."""

    def add(self, at: int, span: int, zone: str) -> int:
        """The first instant at which `span` of open time has gone by since `at`. `add(at, 0)` is `at` itself."""

    def between(self, start: int, end: int, zone: str) -> int:
        """Open time in [start, end); 0 where end <= start."""

    def spans(self, start: int, end: int, zone: str) -> list[tuple[int, int]]:
        """The open intervals inside [start, end), clipped, in order."""

    def closing(self, at: int, days: int, zone: str) -> int:
        """When it closes on the `days`th open day after the day of `at`; after `at` where `days` is at least 1.

        A day is open if it has any open time. Outside of hours the day is that of the next opening.
        """

    def ahead(self, due: int, days: int, zone: str) -> int:
        """The same time of day on the `days`th open day before that of the due, or as near to it as that day is open.

        The day of the due is the one whose hours last until then, else its date.
        """


class Due(NamedTuple):
    """A worked-out deadline. `at` None: it cannot be known yet (a field is missing and nothing stands in for it).

    `span` is the open time allowed where the deciding clause is a length, None where it is an instant from a field.
    """

    at: int | None
    span: int | None


@dataclass(frozen=True, slots=True)
class Trace:
    """How a deadline came about, for the proof; a tree as the catalogue wrote it.

    clause: after, workdays, at, before, earliest or latest. `target` names the target that matched (`tier = vip`), None
    where the default applied. `field`/`value` are the event field and the instant read from it; `span` the duration or
    lead, which of an `after` with a `field` is that field's; `days` how many workdays;
    `instead_of` the field that was missing where an `else` spoke. `parts` are the branches of earliest/latest, in order,
    and `chosen` the index of the one that decided.
    """

    clause: Literal["after", "workdays", "at", "before", "earliest", "latest"]
    due: int | None
    field: str | None = None
    value: int | None = None
    span: int | None = None
    target: str | None = None
    instead_of: str | None = None
    parts: tuple["Trace", ...] = ()
    chosen: int | None = None
    days: int | None = None


class Deadline(Protocol):
    """The deadline expression of a moment, compiled."""

    def resolve(self, at: int, look: Look, zone: str) -> Due:
        """The due of a clock that starts at `at`. Never raises for data: an unreadable field counts as missing."""

    def trace(self, at: int, look: Look, zone: str) -> Trace:
        """The same, with every step kept. `trace(...).due == resolve(...).at`."""


@dataclass(frozen=True, slots=True)
class Warning:
    """A warning before the deadline: `lead` before the due on the wall, once `share` of the allowed span is used, or
    `days` open days before the due."""

    lead: int | None = None
    share: float | None = None
    days: int | None = None


@dataclass(frozen=True, slots=True)
class Rise:
    """The severity from `after` (microseconds of wall time) past the due, while the occurrence is still broken."""

    after: int
    to: Severity


class Part(NamedTuple):
    """One of several events that close together: which, in words (`order.ready where tier = vip`), and how often."""

    words: str
    times: int


@dataclass(frozen=True, slots=True)
class Several:
    """A closing that takes several events, in any order. `role` is END or CANCEL; its parts have the numbers from `first`
    on among all parts of the moment, and an event that is part n has the role COUNT << n.
    """

    role: int
    first: int
    parts: tuple[Part, ...]


class Hold(NamedTuple):
    """A pause with an end of its own: an event whose roles have the bit `begins` begins it, one with `ends` ends it."""

    begins: int
    ends: int


class Pausing(NamedTuple):
    """What begins a pause of a kind (see `Moment.holds`): events of `pattern`, "" where it is the end of a moment; and in
    words (`parts.awaited where tier = vip`)."""

    kind: int
    pattern: str
    words: str

    def covers(self, event_type: str) -> bool:
        """Whether the pattern takes this type."""
        return event_type.startswith(self.pattern[:-1]) if self.pattern.endswith("*") else event_type == self.pattern

    def named(self, event_type: str) -> str:
        """The words, with the type that it was in place of the pattern that covers it."""
        return event_type + self.words.removeprefix(self.pattern)


Level = tuple[tuple[str, str], ...]
"""Where a policy holds, the nearest first: `(("region", "east"), ("brand", "fresh"))`."""


def level_words(level: Level) -> str:
    """`store s1`, `region east, brand fresh`; the tenant, whose case it is anyway, only where nothing else is named."""
    return ", ".join(f"{kind} {name}" for kind, name in level if kind != "tenant" or len(level) == 1)


NO_LEVELS: Final[Mapping[str, Level]] = {}
"""Everything is the moment's own."""


class Ruling(NamedTuple):
    """What the policies of a case's place make of a moment: its severity, and which level decided which of its fields
    (`deadline`, `calendar`, `severity`); a field that is the moment's own is not among them."""

    severity: Severity
    levels: Mapping[str, Level]


class Grade(NamedTuple):
    """What the start makes of an occurrence: which warnings count (0 the moment's own, n the nth of those that its
    targets have), the severity, and who says so (`("target", "priority = p1")`, `("field", "severity")`,
    `("policy", "store s1")`); None where the severity is the moment's own."""

    warnings: int
    severity: Severity
    origin: tuple[Literal["target", "field", "policy"], str] | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """A declared rule, compiled. Triggers are not here: `Catalogue.hits` answers for all moments at once.

    warnings are in the order in which they come due (longest lead first); rises in ascending order.
    reopening says what a REOPEN trigger does after the end; `repeats` that a START after the end begins a new occurrence
    (otherwise it does nothing). `follows` are the moments whose end (met or recovered) plays a role here, with the role.
    time_to_live: a broken, undated or paused occurrence expires that long after its due (else its start or pause).
    objective: the share of occurrences that shall be met in time, above 0 and below 1. The engine does not ask for it:
    alert rules and dashboards do. several: closings that take more than one event. holds: pauses with an end of their
    own, of kinds 1, 2, ...; those by PAUSE and RESUME are of kind 0. pauses: what begins them, for the proof.
    needs: what its revisions need, in words, for those that were refused. ruling: what policies make of it for a case, by
    the look at its start; None where no policy speaks of it. off: whether policies switch it off for a case, so that it
    does not begin; None where none ever does. chain: the procedure that it is a step of, and which step, the first being
    1. grade: what targets and fields make of an occurrence that starts at an instant, by the look there and the zone;
    None where they have no say in severity and warnings. own_warnings: those that targets have instead of `warnings`.
    severities: what an occurrence may begin with beside `severity`, as far as the catalogue says. lasting: the kinds of
    pauses that last until their end, a bit each: all but those that nothing ends, which hold what they meet and no more.
    alone: what ends it by itself where closings of `several` do as well, in words. owner_title, chain_title: what the
    owner and the chain are called, by language; None where the catalogue has nothing but their ids.
    """

    id: str
    title: Mapping[str, str]
    playbook: Mapping[str, tuple[str, ...]]
    stage: Stage
    owner: str
    severity: Severity
    customer_class: CustomerClass
    deadline: Deadline
    calendar: Calendar
    zone: Callable[[Look], str]
    warnings: tuple[Warning, ...]
    rises: tuple[Rise, ...]
    reopening: Reopening
    repeats: bool
    journal: bool
    time_to_live: int
    follows: tuple[Hit, ...] = ()
    objective: float = OBJECTIVE
    several: tuple[Several, ...] = ()
    needs: tuple[str, ...] = ()
    ruling: Callable[[Look], Ruling] | None = None
    off: Callable[[Look], bool] | None = None
    chain: tuple[str, int] | None = None
    holds: tuple[Hold, ...] = ()
    grade: Callable[[int, Look, str], Grade] | None = None
    own_warnings: tuple[tuple[Warning, ...], ...] = ()
    severities: tuple[Severity, ...] = ()
    pauses: tuple[Pausing, ...] = ()
    lasting: int = 0
    alone: tuple[str, ...] = ()
    owner_title: Mapping[str, str] | None = None
    chain_title: Mapping[str, str] | None = None


class Catalogue(Protocol):
    """The moments in force under one version."""

    @property
    def version(self) -> str:
        """`<name>@<12 hex of the content>`: the same content has the same version everywhere."""

    @property
    def source(self) -> str:
        """Canonical JSON from which `compile_source` makes this very catalogue again; stored beside the state."""

    @property
    def moments(self) -> tuple[Moment, ...]:
        """In an order in which each moment comes after those it follows."""

    @property
    def allowed_lateness(self) -> int:
        """How long the engine waits behind the shard clock before it speaks, microseconds."""

    @property
    def corrections(self) -> int:
        """How long after its last event a finished case is kept, so that late truth and duplicates meet it."""

    @property
    def dated(self) -> bool:
        """Whether some condition asks for the event's own instant, so that looks have to answer `OCCURRED_AT`."""

    def hits(self, event_type: str, look: Look) -> tuple[Hit, ...]:
        """The moments this event matters to, by type and conditions, in the order of `moments`."""

    def decisive(self, event_type: str) -> tuple[str, ...] | None:
        """The field paths whose values decide the hits of an event of the type, beside which fields it has at all; None
        where more than that decides."""

    def keeps(self, event_type: str) -> tuple[str, ...] | None:
        """Field paths the engine must keep of an event of this type (labels and whatever a moment may look at), or None
        where no moment mentions the type: such events are counted and leave no trace."""

    def can_begin(self, moment: int, event_type: str) -> bool:
        """Whether an event of this type, whatever its fields, may begin the moment with this index."""

    def can_end(self, moment: int, event_type: str) -> bool:
        """Whether an event of this type, whatever its fields, may end the moment with this index."""

    def position(self, moment_id: str) -> int | None:
        """Index in `moments`, or None."""
