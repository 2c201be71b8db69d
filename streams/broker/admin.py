"""Look at the cluster's topics and make the missing ones, with kafka-python's admin client."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient
from kafka.errors import KafkaError

from streams.broker.connection import kafka_python_options
from streams.broker.topics import Existing, Wanted
from streams.errors import OperatorError, TopicError
from streams.settings import Settings

_BOOTSTRAP_MS = 15_000


@contextmanager
def connect(settings: Settings) -> Iterator["Topics"]:
    """The cluster's topics. OperatorError where the brokers do not answer or do not let us in."""
    try:
        admin = KafkaAdminClient(**kafka_python_options(settings), bootstrap_timeout_ms=_BOOTSTRAP_MS)
    except KafkaError as error:
        raise OperatorError(f"cannot reach the brokers {', '.join(settings.brokers)}: {error!r}") from error
    try:
        yield Topics(admin)
    except KafkaError as error:
        raise OperatorError(f"the brokers refused: {error!r}") from error
    finally:
        admin.close()


class Topics:
    """Topics of a cluster. Every call asks the cluster anew."""

    def __init__(self, admin: Any) -> None:
        self._admin = admin

    def describe(self, names: Sequence[str]) -> dict[str, Existing]:
        """Those of `names` that exist, as they are."""
        there = set(self._admin.list_topics())
        known = [name for name in names if name in there]
        if not known:
            return {}
        resources = [ConfigResource(ConfigResourceType.TOPIC, name, None) for name in known]
        configs = self._admin.describe_configs(resources, config_filter="all")["topic"]
        return {
            topic["name"]: Existing(
                partitions=len(topic["partitions"]),
                replication=min(len(partition["replica_nodes"]) for partition in topic["partitions"]),
                config={name: config["value"] for name, config in configs[topic["name"]].items()},
            )
            for topic in self._admin.describe_topics(known)
        }

    def create(self, topics: Sequence[Wanted]) -> None:
        """Make the topics and wait until they have leaders. TopicError says which could not be made and why."""
        wanted = {
            topic.name: {
                "num_partitions": topic.partitions,
                "replication_factor": topic.replication,
                "configs": dict(topic.config),
            }
            for topic in topics
        }
        answer = self._admin.create_topics(wanted, raise_errors=False)
        faults = [
            f"{topic['name']}: {topic.get('error_message') or topic['error_code']}"
            for topic in answer["topics"]
            if topic["error_code"]
        ]
        if faults:
            raise TopicError("\n".join(faults))
        self._admin.wait_for_topics(list(wanted))
