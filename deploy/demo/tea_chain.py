"""The simulated tea chain, published to the brokers of MOMENTS_BROKERS until it is told to stop.

It is the chain of `moments demo`, without its own broker and its view. SEED in the environment chooses another day.
"""

import asyncio
import os
import signal
import sys

from aiokafka import AIOKafkaProducer

from streams.broker.connection import aiokafka_options
from streams.clock import now
from streams.demo.publisher import Publisher
from streams.demo.simulate import Simulation
from streams.settings import load


async def play() -> None:
    """Publish each record at its time. Raises KafkaError where the brokers do not take them."""
    stopped = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stopped.set)
    async with AIOKafkaProducer(**aiokafka_options(load()), enable_idempotence=True) as producer:
        simulation = Simulation(int(os.environ.get("SEED", "7")), now())
        publishing = asyncio.create_task(Publisher(producer, simulation).run())
        told = asyncio.create_task(stopped.wait())
        await asyncio.wait({publishing, told}, return_when=asyncio.FIRST_COMPLETED)
        told.cancel()
        publishing.cancel()
        try:
            await publishing
        except asyncio.CancelledError:
            sys.stdout.write("the chain is closed\n")


if __name__ == "__main__":
    asyncio.run(play())
