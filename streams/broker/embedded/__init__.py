"""The development broker: a Kafka cluster inside one child process, without Java and without a download.

The confluent-kafka wheel carries librdkafka, and librdkafka carries a mock cluster: a real TCP server on 127.0.0.1 that
speaks the Kafka protocol. `python -m streams.broker.embedded` runs it; `EmbeddedBroker` starts and ends that process.

    with EmbeddedBroker({"orders.events.v1": 4}) as broker:
        producer = AIOKafkaProducer(bootstrap_servers=broker.bootstrap)

It is right for the demo, quick tests and injected faults. It proves nothing about durability, because it

- keeps everything in memory, at most 5 MiB or 100,000 batches a partition, and drops the oldest beyond that;
- never compacts, whatever a topic is meant to be;
- shows the records of aborted transactions to read_committed readers, and gives every transactional producer a fresh
  id, so that an earlier owner of the same `transactional.id` is not fenced;
- writes the markers that end transactions without a checksum: aiokafka consumers need `check_crcs=False`;
- answers no CreateTopics (topics are made at the start; an unknown one appears with 4 partitions when a client asks for
  it), no ACL and no TLS;
- is reached by kafka-python only with a fixed `api_version=(2, 6)`.
"""

from streams.broker.embedded.process import EmbeddedBroker

__all__ = ["EmbeddedBroker"]
