"""What an installation may decide about how much a person is told; spans in microseconds."""

from dataclasses import dataclass, field

from streams.clock import DAY, HOUR, MINUTE, SECOND
from streams.groups.incident_policy import IncidentPolicy


@dataclass(frozen=True, slots=True)
class GroupPolicy:
    """The windows and limits of the group stage.

    broken_window, risk_window: after somebody was told of a group, more of it waits so long and is told as one. cap:
    so many messages a person within `cap_span`, 0 for any number; above it is a digest, `digest_wait` later at most.
    pace: what is learnt of late is told at most one message a person in this span. prompt: an ask that is read later
    than this after it was made is late, too. settle: how long the end of an input is waited for. An alert that ended
    `flap_count` times within `flap_span` flaps: it is told once it has been open for `steady`. kept_for: how long
    alerts and groups that are over are remembered. The rest bounds what comes in.
    """

    broken_window: int = 5 * MINUTE
    risk_window: int = MINUTE
    cap: int = 20
    cap_span: int = HOUR
    digest_wait: int = 15 * MINUTE
    pace: int = 30 * SECOND
    prompt: int = 30 * SECOND
    settle: int = 5 * SECOND
    flap_count: int = 4
    flap_span: int = 30 * MINUTE
    steady: int = 15 * MINUTE
    kept_for: int = DAY
    incidents: IncidentPolicy = field(default_factory=IncidentPolicy)
    longest_mute: int = 31 * DAY
    most_mutes: int = 200
    """Mutes of one tenant at a time."""
    ask_bytes: int = 512 * 1024
    command_bytes: int = 64 * 1024
    closed_stores: bool = True
    """Whether people are spared what is not critical while its store is closed."""

    @property
    def remembered(self) -> int:
        """Of so many messages to a person it is known when they were sent."""
        return max(self.cap, 1)

    def window(self, broken: bool) -> int:
        """The window of the lane of breaches, or of that of warnings."""
        return self.broken_window if broken else self.risk_window
