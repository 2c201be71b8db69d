"""What the console's pages and API need of the world outside; the rim implements it on Kafka."""

from collections.abc import Sequence
from typing import Protocol

from schemas.command import Command
from streams.console.views import CaseRecord, Outcome
from streams.errors import OperatorError


class StrangeLettersError(OperatorError):
    """`letters` (topic, partition, offset) are no dead letters of the topics that they are in; nothing was sent."""

    def __init__(self, letters: Sequence[tuple[str, int, int]]) -> None:
        places = ", ".join("/".join(map(str, letter)) for letter in letters)
        super().__init__(f"not a dead letter of this monitor: {places}")
        self.letters = tuple(letters)


class CommandDesk(Protocol):
    """Carries commands to the stages, and waits for what they say."""

    async def send(self, command: Command, partition: int | None) -> Outcome:
        """Write a command and wait, a few seconds at the most, for its line in the audit.

        `partition` is that of the alert; None for mutes, which go to the partition of their tenant. OperatorError where
        the brokers do not take it.
        """


class CaseSource(Protocol):
    """Reads what detection keeps of a case."""

    async def read(self, tenant: str, case: str, partition: int | None) -> CaseRecord | None:
        """The case, None where it is unknown or forgotten. With its partition only that is searched. OperatorError where
        the brokers do not answer, or the state is of another release."""


class DeadLetterDesk(Protocol):
    """Sends refused records again."""

    async def retry(self, letters: Sequence[tuple[str, int, int]], by: str, why: str = "") -> int:
        """Send these (dead letter topic, partition, offset) to the topics they came from; how many were sent. Those that
        are gone are left out. Each is a line of the audit, written with it or not at all; `why` stands there.

        StrangeLettersError where one of them is no dead letter: then none is sent. OperatorError where the brokers do not
        take them.
        """
