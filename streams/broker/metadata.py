"""What a worker has to know of the topics before it starts: that they are there, and equal in partitions (rule 12)."""

from collections.abc import Sequence

from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError

from streams.broker.connection import aiokafka_options
from streams.broker.topics import unequal
from streams.errors import OperatorError, TopicError
from streams.settings import Settings


async def partition_counts(settings: Settings, topics: Sequence[str]) -> dict[str, int | None]:
    """Partitions of each topic, None where there is no such topic. OperatorError where no broker answers."""
    client = AIOKafkaClient(**aiokafka_options(settings))
    try:
        await client.bootstrap()
        cluster = await client.fetch_all_metadata()
        return {
            topic: len(partitions) if (partitions := cluster.partitions_for_topic(topic)) else None for topic in topics
        }
    except KafkaError as error:
        raise OperatorError(f"cannot reach the brokers {', '.join(settings.brokers)}: {error!r}") from error
    finally:
        await client.close()


async def see_that_topics_fit(settings: Settings, topics: Sequence[str]) -> int:
    """How many partitions the topics have. TopicError unless every one of them is there and all have the same number."""
    counts = await partition_counts(settings, topics)
    problems = unequal(counts)
    if problems:
        raise TopicError("\n".join(problems))
    return next(count for count in counts.values() if count is not None)
