"""Patience with brokers that are away: what they cannot give now is asked for again, for as long as it takes."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import NamedTuple

import structlog
from aiokafka.errors import KafkaError

from streams.errors import OperatorError

log = structlog.stdlib.get_logger(__name__)


class Pauses(NamedTuple):
    """Seconds between two attempts: the first pause, which doubles up to the longest until all goes well."""

    first: float = 0.5
    longest: float = 5.0


USUAL = Pauses()


async def persist(follow: Callable[[Callable[[], None]], Awaitable[None]], trouble: str, pauses: Pauses = USUAL) -> None:
    """Follow for ever. `follow` is handed what it calls when all goes well; what the brokers cannot give it is logged as
    `trouble` and tried again. What else goes wrong is raised, and so is a cancellation from outside."""
    pause = pauses.first

    def well() -> None:
        nonlocal pause
        pause = pauses.first

    while True:
        try:
            await follow(well)
        except (KafkaError, OSError, OperatorError) as error:
            log.warning(trouble, error=repr(error), again_in=pause)
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            log.warning(trouble, error="cut off by its own client", again_in=pause)  # see streams.broker.ending
        await asyncio.sleep(pause)
        pause = min(2 * pause, pauses.longest)
