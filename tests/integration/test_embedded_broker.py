"""The development broker is a real Kafka listener, has the topics asked for, and never outlives who started it."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaConnectionError, KafkaError

from streams.broker.embedded import EmbeddedBroker, library
from streams.errors import OperatorError

PRODUCE, UNKNOWN_SERVER_ERROR = 0, -1


@pytest.fixture
def broker() -> Iterator[EmbeddedBroker]:
    with EmbeddedBroker({"orders": 3, "moments": 7}) as running:
        yield running


def consumer(broker: EmbeddedBroker) -> AIOKafkaConsumer:
    # the mock writes transaction markers without a checksum
    return AIOKafkaConsumer(bootstrap_servers=broker.bootstrap, isolation_level="read_committed", check_crcs=False)


async def test_what_is_produced_in_a_transaction_is_read_committed_back(broker: EmbeddedBroker) -> None:
    async with AIOKafkaProducer(bootstrap_servers=broker.bootstrap, transactional_id="shard-1") as producer:
        for number in range(3):
            async with producer.transaction():
                await producer.send("orders", f"order {number}".encode(), key=b"o", partition=1, headers=[("h", b"1")])
                await producer.send("moments", f"moment {number}".encode(), partition=6)
    async with consumer(broker) as reader:
        reader.assign([TopicPartition("orders", 1), TopicPartition("moments", 6)])
        await reader.seek_to_beginning()
        read = [await asyncio.wait_for(reader.getone(), 10) for _ in range(6)]
    values = {topic: [record.value for record in read if record.topic == topic] for topic in ("orders", "moments")}
    assert values == {"orders": [b"order 0", b"order 1", b"order 2"], "moments": [b"moment 0", b"moment 1", b"moment 2"]}
    assert all(record.headers == (("h", b"1"),) for record in read if record.topic == "orders")


async def test_topics_have_the_partitions_asked_for(broker: EmbeddedBroker) -> None:
    async with consumer(broker) as reader:
        assert await reader.topics() == {"orders", "moments"}
    async with AIOKafkaProducer(bootstrap_servers=broker.bootstrap) as producer:
        assert await producer.partitions_for("orders") == set(range(3))
        assert await producer.partitions_for("moments") == set(range(7))


async def test_a_broker_that_is_down_refuses_and_one_that_is_up_again_has_kept_its_topics(broker: EmbeddedBroker) -> None:
    async with AIOKafkaProducer(bootstrap_servers=broker.bootstrap) as producer:
        await producer.send_and_wait("orders", b"kept", partition=0)
    broker.go_down()
    away = AIOKafkaProducer(bootstrap_servers=broker.bootstrap)
    with pytest.raises(KafkaConnectionError):
        await away.start()
    await away.stop()
    broker.come_up()
    async with consumer(broker) as reader:
        reader.assign([TopicPartition("orders", 0)])
        await reader.seek_to_beginning()
        assert (await asyncio.wait_for(reader.getone(), 10)).value == b"kept"


async def test_an_injected_error_reaches_the_client_once(broker: EmbeddedBroker) -> None:
    async with AIOKafkaProducer(bootstrap_servers=broker.bootstrap) as producer:
        await producer.send_and_wait("orders", b"first", partition=0)
        broker.fail_next(PRODUCE, [UNKNOWN_SERVER_ERROR])
        with pytest.raises(KafkaError):
            await producer.send_and_wait("orders", b"refused", partition=0)
        after = await producer.send_and_wait("orders", b"second", partition=0)
    assert after.offset == 1


async def test_an_injected_round_trip_delays_every_answer(broker: EmbeddedBroker) -> None:
    clock = asyncio.get_running_loop()
    async with AIOKafkaProducer(bootstrap_servers=broker.bootstrap) as producer:
        await producer.send_and_wait("orders", b"quick", partition=0)
        broker.set_round_trip(300)
        begun = clock.time()
        await producer.send_and_wait("orders", b"slow", partition=0)
        assert clock.time() - begun >= 0.3
        broker.set_round_trip(0)


def test_leaving_the_context_ends_the_child() -> None:
    with EmbeddedBroker({"orders": 1}) as broker:
        child = psutil.Process(broker.pid)
        assert child.is_running()
    assert not child.is_running()


def test_the_broker_ends_when_its_parent_is_killed() -> None:
    story = (
        "import sys\n"
        "from streams.broker.embedded import EmbeddedBroker\n"
        "with EmbeddedBroker({'orders': 1}) as broker:\n"
        "    print(broker.pid, flush=True)\n"
        "    sys.stdin.read()\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", story], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    with parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        assert child.is_running()
        parent.kill()
    gone, alive = psutil.wait_procs([child], timeout=10)
    assert gone == [child]
    assert alive == []


def test_a_topic_that_cannot_be_is_an_operator_error() -> None:
    with pytest.raises(OperatorError, match="should be NAME:PARTITIONS"), EmbeddedBroker({"orders": 0}):
        pytest.fail("it started")


def test_a_missing_library_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "confluent_kafka").mkdir()
    (tmp_path / "confluent_kafka" / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "confluent_kafka", raising=False)
    monkeypatch.setattr("ctypes.util.find_library", lambda _: None)
    with pytest.raises(OperatorError, match="confluent-kafka wheel"):
        library.find_library()


def test_the_library_is_found_in_the_layout_of_the_macos_wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dylibs = tmp_path / "confluent_kafka" / ".dylibs"
    dylibs.mkdir(parents=True)
    (dylibs.parent / "__init__.py").touch()
    (dylibs / "librdkafka.1.dylib").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "confluent_kafka", raising=False)
    assert library.find_library() == str(dylibs / "librdkafka.1.dylib")
