"""What the group stage keeps of an alert: enough to tell it later, and who was told of it how.

Fields may be added at the end with a default, never moved or removed: stored records outlive releases.
"""

from datetime import datetime
from typing import Final, Literal

import msgspec

from schemas.alert import Alert, Severity, State
from schemas.ask import Ask
from schemas.notice import Reason
from schemas.transition import Kind
from streams.alerts.lifecycle import is_over
from streams.clock import instant
from streams.state.codec import NO_WAKE

Cause = Literal["window", "mute", "closed", "flap", "late", "cap"]
"""Why somebody has not been told yet. window: they were told of the group just before. mute: a mute is in force. closed:
the store is closed. flap: the alert comes and goes. late: it was learnt of late, and others come first. cap: they have
had as many messages as they are to have in an hour."""

ALONE: Final = ""
"""How somebody was told: by a notice about this alert. Any other value is the id of the group they were told of."""


class Hold(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Something that a person has not been told yet.

    notice: its id where it is told by itself. place: the key of what it waits at, a lane, a mute or a person; empty
    where it waits for an instant, `until`. cause: None as long as it has not waited.
    """

    person: str
    broken: bool
    reason: Reason
    step: int
    notice: str
    late: bool = False
    cause: Cause | None = None
    place: bytes = b""
    until: int = NO_WAKE


class Note(msgspec.Struct, array_like=True, gc=False):
    """An alert in short. Instants in microseconds.

    sentence: only while something is held. ends, truths: persons who were told and have not heard yet that it is over,
    or was never true, with how they were told. groups: those that it is an open member of. ended: when it ended, the
    last times. turned_at: when it last opened or ended. over_at: since when it is over.
    """

    id: str
    tenant: str
    case: str
    moment: str
    occurrence: int
    partition: int
    raised_at: int
    turned_at: int
    version: int = 0
    state: State = "firing"
    kind: Kind = "breached"
    severity: Severity = "low"
    title: dict[str, str] = msgspec.field(default_factory=dict)
    labels: dict[str, str] = msgspec.field(default_factory=dict)
    transition: str = ""
    changed_at: int = 0
    due_at: int | None = None
    broken_at: int | None = None
    ended_at: int | None = None
    assignee: str | None = None
    level: int = 0
    next_step_at: int | None = None
    sentence: dict[str, str] | None = None
    holds: list[Hold] = msgspec.field(default_factory=list)
    ends: dict[str, str] = msgspec.field(default_factory=dict)
    truths: dict[str, str] = msgspec.field(default_factory=dict)
    groups: list[str] = msgspec.field(default_factory=list)
    ended: list[int] = msgspec.field(default_factory=list)
    over_at: int | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing more is asked of anybody."""
        return self.over_at is not None

    @property
    def is_taken(self) -> bool:
        """Whether somebody has it, or has asked for silence."""
        return self.state in ("acknowledged", "snoozed")

    def hear(self, alert: Alert, at: int, kept: int) -> None:
        """Take over what the alert is now. `kept`: so many endings are remembered."""
        raised_at = instant(alert.raised_at)
        if raised_at != self.raised_at:  # another life of its case
            self.raised_at, self.ends, self.truths = raised_at, {}, {}
        over = is_over(alert.state)
        if over and self.over_at is None:
            self.turned_at = self.over_at = at
            self.ended = [*self.ended, at][-kept:]
        elif not over and self.over_at is not None:
            self.turned_at, self.over_at = at, None
        self.version, self.state, self.kind = alert.version, alert.state, alert.kind
        self.severity, self.transition, self.level = alert.severity, alert.transition, alert.level
        self.title = {"zh": alert.title.zh, "en": alert.title.en}
        self.labels = alert.labels.model_dump(exclude_none=True)
        self.sentence = None if alert.sentence is None else {"zh": alert.sentence.zh, "en": alert.sentence.en}
        self.changed_at, self.due_at = instant(alert.changed_at), _instant(alert.due_at)
        self.broken_at, self.ended_at = _instant(alert.broken_at), _instant(alert.ended_at)
        self.assignee, self.next_step_at = alert.assignee, _instant(alert.next_step_at)

    def wake(self, kept_for: int) -> int:
        """When it wants a look; NO_WAKE for never."""
        if self.over_at is not None:
            return self.over_at + kept_for
        return min((hold.until for hold in self.holds), default=NO_WAKE)


def note_of(ask: Ask, at: int) -> Note:
    """The note of an alert that is heard of for the first time; it has yet to `hear`."""
    alert = ask.alert
    return Note(
        alert.id,
        alert.tenant,
        alert.case,
        alert.moment,
        alert.occurrence,
        ask.partition,
        instant(alert.raised_at),
        at,
    )


def _instant(moment: datetime | None) -> int | None:
    return None if moment is None else instant(moment)
