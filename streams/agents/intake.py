"""A stage's place in Faust: an agent for each input topic, all feeding the shards of this worker."""

from collections.abc import Sequence
from typing import Any, Protocol

from streams.runtime.delivery import Delivery


class Shards(Protocol):
    """Who takes what the agents are given."""

    def feed(self, delivery: Delivery) -> None:
        """Hand a delivery to its shard. Does not wait and does not raise."""


def register(app: Any, role: str, inputs: Sequence[str], shards: Shards) -> None:
    """Declare the agents on a Faust app. Back-pressure is the transport's: it polls only for shards with room."""
    for name in inputs:
        topic = app.topic(name, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw")

        async def intake(stream: Any) -> None:
            async for event in stream.noack().events():
                shards.feed(event.value)
                event.ack()

        app.agent(topic, name=f"{role}.{name}")(intake)
