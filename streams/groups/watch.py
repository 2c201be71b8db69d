"""What the stage asks of whoever watches for incidents."""

from collections.abc import Sequence
from typing import Literal, Protocol

from schemas.alert import Alert
from schemas.ask import Ask
from schemas.group import Group
from streams.state.codec import NO_WAKE


class Said(Protocol):
    """An incident as it stands now, and where `reason` is given, what the people on duty for it are told. `first` is the
    alert to look at first."""

    @property
    def group(self) -> Group: ...
    @property
    def reason(self) -> Literal["incident", "incident_over"] | None: ...
    @property
    def first(self) -> Alert: ...


class Unwatched:
    """A `Watch` that finds nothing."""

    def restore(self, key: bytes, value: bytes | None) -> None:
        """What was found while incidents were watched for stays as it is."""

    def ready(self) -> None: ...

    def take_changes(self) -> dict[bytes, bytes | None]:
        return {}

    def observe(self, ask: Ask, now: int) -> None: ...

    def covering(self, _alert: Alert) -> str | None:
        return None

    def wake(self) -> int:
        return NO_WAKE

    def fire(self, now: int) -> None: ...

    def take_said(self) -> Sequence[Said]:
        return ()


class Watch(Protocol):
    """Watches for breaches that share a cause. Its records have keys that begin with `i/`."""

    def restore(self, key: bytes, value: bytes | None) -> None:
        """Take a stored record."""

    def ready(self) -> None:
        """All records have been restored."""

    def take_changes(self) -> dict[bytes, bytes | None]:
        """What has changed since the last time, as stored."""

    def observe(self, ask: Ask, now: int) -> None:
        """An alert has changed."""

    def covering(self, alert: Alert) -> str | None:
        """The open incident that the alert belongs to."""

    def wake(self) -> int:
        """The next instant at which time alone changes something."""

    def fire(self, now: int) -> None:
        """Let time do its work."""

    def take_said(self) -> Sequence[Said]:
        """What is to be said since the last time."""
