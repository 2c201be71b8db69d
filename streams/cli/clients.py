"""Kafka for the commands that publish and look: connections, an idempotent producer, and a topic read to its end."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from streams.errors import OperatorError

Broker = Annotated[
    str | None,
    typer.Option("--broker", metavar="HOST:PORT,...", help="Bootstrap brokers, if not those of the settings."),
]
SettingsFile = Annotated[Path | None, typer.Option("--settings", help="Settings file: brokers, SASL, TLS.")]
ApiVersion = Annotated[
    str | None,
    typer.Option(help="Kafka version to speak, where the broker does not tell: 2.3 for the development broker."),
]

_PATIENCE_MS = 15_000
_STILL = 40  # empty polls in a row, each of a quarter of a second, after which a topic cannot be read to its end


def connection(broker: str | None, settings_file: Path | None, api_version: str | None) -> dict[str, Any]:
    """Options for kafka-python's clients, from flags, environment and settings file."""
    from streams.broker.connection import kafka_python_options
    from streams.settings import load

    options = kafka_python_options(load({"brokers": broker}, settings_file))
    if api_version is not None:
        try:
            options["api_version"] = tuple(int(part) for part in api_version.split("."))
        except ValueError as error:
            raise OperatorError(f"--api-version {api_version}: write it like 2.3") from error
    return options


@contextmanager
def reaching(options: dict[str, Any]) -> Iterator[None]:
    """Turn what kafka-python raises into an OperatorError that names the brokers."""
    from kafka.errors import KafkaError

    try:
        yield
    except KafkaError as error:
        brokers = ",".join(options["bootstrap_servers"])
        # kafka-python's errors begin with their own name
        raise OperatorError(f"{brokers}: {str(error) or type(error).__name__}") from error


class Publisher:
    """An idempotent producer that knows whether everything it was given arrived. Context manager; leaving it flushes.

    The partition follows from the key alone (murmur2, as Kafka's own clients), so that the same key goes to the same
    partition number of every topic with as many partitions.
    """

    def __init__(self, options: dict[str, Any]) -> None:
        from kafka import KafkaProducer

        self._fault: BaseException | None = None
        self._options = options
        with reaching(options):
            self._producer = KafkaProducer(
                **options,
                acks="all",
                enable_idempotence=True,
                linger_ms=20,
                batch_size=256 * 1024,
                max_block_ms=_PATIENCE_MS,
                bootstrap_timeout_ms=_PATIENCE_MS,
                allow_auto_create_topics=False,
            )

    def __enter__(self) -> "Publisher":
        return self

    def __exit__(self, *_: object) -> None:
        self._producer.close(timeout=5)

    def send(self, topic: str, key: bytes | None, value: bytes | None, headers: tuple[tuple[str, bytes], ...]) -> None:
        """Hand a record over. OperatorError where the topic is not there or an earlier record was refused."""
        self._check()
        with reaching(self._options):
            future = self._producer.send(topic, value=value, key=key, headers=list(headers))
        future.add_errback(self._note)

    def flush(self) -> None:
        """Return once every record is acknowledged. OperatorError where one was not."""
        with reaching(self._options):
            self._producer.flush()
        self._check()

    def _note(self, fault: BaseException) -> None:
        self._fault = self._fault or fault

    def _check(self) -> None:
        if self._fault is not None:
            with reaching(self._options):
                raise self._fault


def read_to_end(options: dict[str, Any], topic: str) -> Iterator[Any]:
    """Every committed record that is in the topic now, by partition and offset.

    OperatorError where the topic is not there or cannot be read to its end.
    """
    from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition

    with reaching(options):
        # with a fixed API version a consumer waits without end for a broker that does not answer; this client does not
        KafkaAdminClient(**options, bootstrap_timeout_ms=_PATIENCE_MS).close()
        consumer = KafkaConsumer(
            **options,
            isolation_level="read_committed",
            auto_offset_reset="earliest",
            enable_auto_commit=False,
            bootstrap_timeout_ms=_PATIENCE_MS,
            allow_auto_create_topics=False,
        )
        try:
            partitions = consumer.partitions_for_topic(topic)
            if not partitions:
                raise OperatorError(f"{topic}: no such topic on {','.join(options['bootstrap_servers'])}")
            for partition in sorted(partitions):
                place = TopicPartition(topic, partition)
                consumer.assign([place])
                consumer.seek_to_beginning(place)
                end, still = consumer.end_offsets([place])[place], 0
                while consumer.position(place) < end:
                    records = consumer.poll(timeout_ms=250).get(place, ())
                    still = 0 if records else still + 1
                    if still > _STILL:
                        raise OperatorError(f"{topic}: partition {partition} cannot be read to its end {end}")
                    yield from (record for record in records if record.offset < end)
        finally:
            consumer.close(autocommit=False)
