"""What a receiver is given, what it answers, and how it fails.

A receiver makes one attempt and says what came of it. It never retries, never sleeps and keeps nothing: when to try
again is the outbox's business, and one idempotency id (the message's) covers all attempts.
"""

from dataclasses import dataclass
from typing import Protocol

from schemas.alert import Alert, Severity
from schemas.group import Group
from schemas.notice import Reason
from schemas.organisation import Language
from streams.errors import ReceiverError
from streams.notify.actions import Action, offer

OVER: frozenset[Reason] = frozenset({"ended", "retracted", "group_over", "incident_over"})
"""Reasons that say that an alert, or all that a group told of, is over."""
SEVERAL: frozenset[Reason] = frozenset({"grouped", "group_over", "incident", "incident_over", "digest"})
"""Reasons for which several alerts are told as one."""


@dataclass(frozen=True, slots=True)
class Message:
    """One notice, ready for any channel. A receiver takes the form that its channel knows, and escapes what it adds."""

    id: str
    """The notice's id: the idempotency id over all attempts."""
    key: str
    """The id of what is told of, an alert or a group: it ties messages together where a channel can do that."""
    title: str
    """One line, plain."""
    text: str
    """Plain, with line breaks."""
    markdown: str
    """The same in plain Markdown; event text in it is escaped."""
    html: str
    """The same as an HTML fragment; event text in it is escaped."""
    link: str | None
    """The console's page about it, or None without a console."""
    alert: Alert
    """As it stood when the notice was made; of several, the one to look at first."""
    reason: Reason
    language: Language
    severity: Severity
    group: Group | None = None
    """Where several alerts are told as one."""
    acknowledge: str | None = None
    """The link by which its person, and nobody else, takes the alert; in the text it is a line of its own."""

    @property
    def over(self) -> bool:
        """Whether it says that what it tells of is over."""
        return self.reason in OVER

    @property
    def actions(self) -> tuple[Action, ...]:
        """The links under it, the one to press first first."""
        claimable = not self.over and self.group is None
        return offer(self.language, self.link, self.acknowledge, claimable=claimable)

    @property
    def report(self) -> str:
        """The text for systems that many people read: without the acknowledging link, which would be anybody's there."""
        if self.acknowledge is None:
            return self.text
        return "\n".join(line for line in self.text.split("\n") if self.acknowledge not in line)


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What a receiver wants to be told of what it has taken, for as long as that is not over.

    repeat_every: the same again, in microseconds, because it lets go of what it hears no more of. acknowledgements: that
    somebody has it now.
    """

    repeat_every: int | None = None
    acknowledgements: bool = False


class NotifyError(ReceiverError):
    """An attempt failed. The message names status and cause, never an address, a URL or a secret."""

    def __init__(self, message: str, *, permanent: bool, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.permanent = permanent
        """True: the same attempt can never succeed. False: it may later."""
        self.retry_after = retry_after
        """Seconds that the receiver asked us to wait, if it did."""


class Receiver(Protocol):
    """A channel, as the operator configured it under a name. Built as `<Type>(name, config, http)`.

    A configuration may have the properties of FollowUp (`repeat_every`, `acknowledgements`); see `registry.follow_ups`.
    """

    @property
    def name(self) -> str:
        """The name in the receivers' file."""

    async def send(self, message: Message, address: str) -> str:
        """Make one attempt to tell `address` (what it means is the receiver's own; may be empty).

        Returns a short detail for the receipt once the receiver has taken the message. Raises NotifyError.
        """
