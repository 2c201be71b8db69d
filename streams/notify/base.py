"""What a receiver is given, what it answers, and how it fails.

A receiver makes one attempt and says what came of it. It never retries, never sleeps and keeps nothing: when to try
again is the outbox's business, and one idempotency id (the message's) covers all attempts.
"""

from dataclasses import dataclass
from typing import Protocol

from schemas.alert import Alert, Severity
from schemas.notice import Reason
from schemas.organisation import Language
from streams.errors import ReceiverError

OVER: frozenset[Reason] = frozenset({"ended", "retracted"})
"""Reasons that say that an alert is over."""


@dataclass(frozen=True, slots=True)
class Message:
    """One notice, ready for any channel. A receiver takes the form that its channel knows, and escapes what it adds."""

    id: str
    """The notice's id: the idempotency id over all attempts."""
    title: str
    """One line, plain."""
    text: str
    """Plain, with line breaks."""
    markdown: str
    """The same in plain Markdown; event text in it is escaped."""
    html: str
    """The same as an HTML fragment; event text in it is escaped."""
    link: str | None
    """Where the alert can be acknowledged, or None without a console."""
    alert: Alert
    """As it stood when the notice was made; its id ties messages of one alert together."""
    reason: Reason
    language: Language
    severity: Severity

    @property
    def over(self) -> bool:
        """Whether it says that the alert is over."""
        return self.reason in OVER


class NotifyError(ReceiverError):
    """An attempt failed. The message names status and cause, never an address, a URL or a secret."""

    def __init__(self, message: str, *, permanent: bool, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.permanent = permanent
        """True: the same attempt can never succeed. False: it may later."""
        self.retry_after = retry_after
        """Seconds that the receiver asked us to wait, if it did."""


class Receiver(Protocol):
    """A channel, as the operator configured it under a name. Built as `<Type>(name, config, http)`."""

    @property
    def name(self) -> str:
        """The name in the receivers' file."""

    async def send(self, message: Message, address: str) -> str:
        """Make one attempt to tell `address` (what it means is the receiver's own; may be empty).

        Returns a short detail for the receipt once the receiver has taken the message. Raises NotifyError.
        """
