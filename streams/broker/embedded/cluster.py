"""The mock cluster of librdkafka, in this process. One broker, whose id is 1."""

import ctypes
from collections.abc import Mapping, Sequence

from streams.broker.embedded.library import find_library, load_library
from streams.errors import OperatorError

_PRODUCER = 0
_ALL_BROKERS = -1


class MockCluster:
    """A running mock cluster; `close` ends it. Its threads are librdkafka's own, so nothing here blocks."""

    def __init__(self, topics: Mapping[str, int]) -> None:
        """Start it with these topics (name -> partition count)."""
        self._library = load_library(find_library())
        said = ctypes.create_string_buffer(512)
        settings = self._library.rd_kafka_conf_new()
        self._library.rd_kafka_conf_set(settings, b"log_level", b"0", said, len(said))
        self._client = self._library.rd_kafka_new(_PRODUCER, settings, said, len(said))
        if not self._client:
            raise OperatorError(f"librdkafka did not start: {said.value.decode()}")
        self._cluster = self._library.rd_kafka_mock_cluster_new(self._client, 1)
        if not self._cluster:
            raise OperatorError("librdkafka could not open a listener on 127.0.0.1 for its mock cluster")
        self._library.rd_kafka_mock_group_initial_rebalance_delay_ms(self._cluster, 0)
        for name, partitions in topics.items():
            self._check(self._library.rd_kafka_mock_topic_create(self._cluster, name.encode(), partitions, 1), name)

    @property
    def bootstrap(self) -> str:
        """`host:port` to connect to."""
        address: bytes = self._library.rd_kafka_mock_cluster_bootstraps(self._cluster)
        return address.decode()

    def set_round_trip(self, milliseconds: int) -> None:
        """Every answer takes that long; 0 ends it."""
        self._check(self._library.rd_kafka_mock_broker_set_rtt(self._cluster, _ALL_BROKERS, milliseconds), "round trip")

    def go_down(self) -> None:
        """Cut all connections and refuse new ones. What the topics hold stays."""
        self._check(self._library.rd_kafka_mock_broker_set_down(self._cluster, _ALL_BROKERS), "down")

    def come_up(self) -> None:
        """Take connections again."""
        self._check(self._library.rd_kafka_mock_broker_set_up(self._cluster, _ALL_BROKERS), "up")

    def fail_next(self, api_key: int, errors: Sequence[int]) -> None:
        """The next requests of that kind fail with these Kafka error codes, one each, in order.

        -195 (librdkafka's own "transport" code) cuts the connection instead.
        """
        codes = (ctypes.c_int * len(errors))(*errors)
        self._library.rd_kafka_mock_push_request_errors_array(self._cluster, api_key, len(errors), codes)

    def close(self) -> None:
        self._library.rd_kafka_mock_cluster_destroy(self._cluster)
        self._library.rd_kafka_destroy(self._client)

    def _check(self, error: int, what: str) -> None:
        if error:
            said: bytes = self._library.rd_kafka_err2str(error)
            raise OperatorError(f"mock cluster: {what}: {said.decode()}")
