"""A client that ends badly takes nobody with it."""

import asyncio

import pytest

from streams.broker.consuming import consuming
from streams.broker.embedded.process import EmbeddedBroker
from streams.broker.ending import end
from tests.console.rim_place import settings_of


class Connections:
    """Somebody's, that are to be closed."""

    closed = False

    async def close(self) -> None:
        self.closed = True


async def test_a_consumer_that_is_stopped_as_soon_as_it_is_started_cancels_nobody() -> None:
    with EmbeddedBroker({"orders": 1}) as broker:
        for _ in range(3):
            async with consuming(settings_of(broker.bootstrap)):
                pass


async def test_a_cancellation_that_leaks_out_of_a_stop_ends_with_it_and_the_connections_are_closed() -> None:
    async def leaking() -> None:
        raise asyncio.CancelledError

    connections = Connections()
    await end(leaking, connections)
    assert connections.closed


async def test_a_stop_that_hangs_is_given_up() -> None:
    async def hanging() -> None:
        await asyncio.Event().wait()

    connections = Connections()
    await end(hanging, connections, within=0.01)
    assert connections.closed


async def test_what_a_stop_raises_is_raised() -> None:
    async def failing() -> None:
        raise OSError("no more")

    with pytest.raises(OSError, match="no more"):
        await end(failing, Connections())
