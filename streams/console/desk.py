"""Takes what people ask to the stages, and waits for what these say about it (`ports.CommandDesk`)."""

import asyncio

from schemas.command import Command, Mute, Unmute
from streams.console.board import Board
from streams.console.hub import Hub
from streams.console.views import Outcome
from streams.console.writing import PATIENCE, Writer
from streams.errors import InvariantError
from streams.partition import partition_of
from streams.settings import Settings

ANSWER_WITHIN = 3.0
"""Seconds in which the stages should have spoken of a command."""


class Desk:
    """Writes commands, idempotently, and looks for their lines in the audit. `stop` it at the end."""

    def __init__(
        self, settings: Settings, board: Board, hub: Hub, answer_within: float = ANSWER_WITHIN, patience: float = PATIENCE
    ) -> None:
        """Seconds in which the stages should have spoken, and in which the brokers must take a command."""
        self._topic = settings.alerting.commands
        self._board, self._hub = board, hub
        self._answer_within = answer_within
        self._writer = Writer(settings, patience)

    async def send(self, command: Command, partition: int | None) -> Outcome:
        """See `ports.CommandDesk`. A command that was answered before is not sent again: the answer is the same."""
        answered = self._board.outcome(command.id, command.tenant)
        if answered is not None:
            return answered
        if isinstance(command, Mute | Unmute):
            key = command.tenant
            partition = partition_of(key, await self._writer.partitions(self._topic))
        elif partition is None:
            raise InvariantError(f"a command about an alert goes to the partition of its case; {command.id} has none")
        else:
            key = command.case
        await self._writer.write(self._topic, key.encode(), command.model_dump_json().encode(), partition)
        return await self._answer(command)

    async def stop(self) -> None:
        """Let go of the connections."""
        await self._writer.stop()

    async def _answer(self, command: Command) -> Outcome:
        loop = asyncio.get_running_loop()
        until = loop.time() + self._answer_within
        while (outcome := self._board.outcome(command.id, command.tenant)) is None:
            left = until - loop.time()
            if left <= 0:
                return Outcome("unanswered", "", None)
            await self._hub.wait(self._board.version, left)
        return outcome
