"""`moments publish` and `moments dlq` against a broker: what goes out, under which key, and what comes back."""

import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaProducer
from kafka.admin import KafkaAdminClient, NewTopic

from schemas.events import TOPICS
from streams.broker.embedded.process import EmbeddedBroker
from streams.cli.clients import Publisher, connection, read_to_end
from streams.clock import MINUTE, now, parse_rfc3339
from streams.errors import OperatorError
from streams.ingest.dead_letter import bury
from streams.ingest.decode import decode
from streams.ingest.event import Event, Reason, Rejection
from tests.contract.command_line import CommandLine
from tests.contract.records import Raw, order, structured

API = "2.3"  # what the development broker and kafka-python have in common
EVENTS = [
    order(),
    order(type="delivery.delivered", subject="o-2", time="2026-11-01T08:00:01+08:00"),
    order(type="feedback.received", subject="o-2", data={"score": 1}),
    order(type="touchpoint.room.prepared", subject="stay-1"),
]


class Cluster:
    """A broker as the commands are told of it."""

    def __init__(self, bootstrap: str, *, api: str | None) -> None:
        self.options = connection(bootstrap, None, api)
        self.flags = ["--broker", bootstrap, *([f"--api-version={api}"] if api else [])]

    def read(self, topic: str) -> list[Any]:
        return list(read_to_end(self.options, topic))

    def bury(self, topic: str, *bad: Raw) -> None:
        """Put the dead letters of these records where a worker would."""
        with Publisher(self.options) as publisher:
            for record in bad:
                (rejection,) = decode([record])
                assert isinstance(rejection, Rejection)
                letter = bury(record._replace(topic=topic), rejection)
                publisher.send(*letter)
            publisher.flush()


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """A development broker with the topics of the contract."""
    topics = {name: 4 for topic in TOPICS.values() for name in (topic, f"{topic}.dlq")}
    with EmbeddedBroker(topics) as broker:
        yield Cluster(broker.bootstrap, api=API)


def lines(folder: Path, *events: object) -> Path:
    path = folder / "events.jsonl"
    path.write_text("".join(json.dumps(event) + "\n" if not isinstance(event, str) else event + "\n" for event in events))
    return path


def test_each_event_goes_to_its_topic_under_its_subject(moments: CommandLine, cluster: Cluster, tmp_path: Path) -> None:
    status, out, _ = moments("publish", lines(tmp_path, *EVENTS), *cluster.flags)
    assert status == 0
    assert out.splitlines() == [
        "1 events to deliveries.events.v1",
        "1 events to orders.events.v1",
        "1 events to tickets.events.v1",
        "1 events to touchpoints.events.v1",
    ]
    found = [record for topic in sorted({*TOPICS.values()}) for record in cluster.read(topic)]
    assert [json.loads(record.value) for record in found] == [EVENTS[1], EVENTS[0], EVENTS[2], EVENTS[3]]
    # the same key has the same partition number in every topic: deliveries and tickets both speak of o-2
    assert found[0].partition == found[2].partition
    answers = decode([Raw(record.value, record.key, tuple(record.headers)) for record in found])
    assert [answer.case for answer in answers if isinstance(answer, Event)] == ["o-2", "o-1", "o-2", "stay-1"]


def test_a_promise_goes_under_its_subject_beside_its_case(moments: CommandLine, cluster: Cluster, tmp_path: Path) -> None:
    promise = order(type="promise.made", id="p-1", data={"promise_id": "pr-1", "due_at": "2026-11-01T09:00:00Z"})
    assert moments("publish", lines(tmp_path, promise, order(type="ticket.opened")), *cluster.flags)[0] == 0
    found = cluster.read("tickets.events.v1")
    assert {record.key for record in found} == {b"o-1"}
    answers = decode([Raw(record.value, record.key, tuple(record.headers)) for record in found])
    assert sorted(answer.case for answer in answers if isinstance(answer, Event)) == ["o-1", "o-1#pr-1"]


def test_nothing_is_sent_where_one_event_is_refused(moments: CommandLine, cluster: Cluster, tmp_path: Path) -> None:
    path = lines(tmp_path, *EVENTS, order(tenant=None))
    status, out, err = moments("publish", path, *cluster.flags)
    assert (status, out) == (1, "")
    assert f"{path}:5: missing_field: tenant: " in err
    assert "1 of 5 events refused, nothing sent" in err
    assert [cluster.read(topic) for topic in sorted({*TOPICS.values()})] == [[], [], [], []]


def test_by_force_bad_events_are_sent_as_they_are(moments: CommandLine, cluster: Cluster, tmp_path: Path) -> None:
    path = lines(tmp_path, order(), order(tenant=None), "{", "[1]")
    status, out, _ = moments("publish", path, "--force", "--topic", "orders.events.v1", *cluster.flags)
    assert (status, out) == (0, "4 events to orders.events.v1\n")
    found = {(record.key, record.value[:1]) for record in cluster.read("orders.events.v1")}
    assert found == {(b"o-1", b"{"), (None, b"{"), (None, b"[")}


def test_by_force_an_event_without_a_topic_is_named(moments: CommandLine, cluster: Cluster, tmp_path: Path) -> None:
    path = lines(tmp_path, "{")
    status, _, err = moments("publish", path, "--force", *cluster.flags)
    assert status == 2
    assert f"moments: {path}:1: no topic for type ''; name one with --topic" in err


def test_shifted_events_are_now_and_keep_their_distances_in_scaled_time(
    moments: CommandLine, cluster: Cluster, tmp_path: Path
) -> None:
    second = order(type="order.ready", time="2026-11-01T08:10:00+08:00")
    before = now()
    path = lines(tmp_path, order(), second)
    status, _, _ = moments("publish", "-", "--shift-to-now", "--speed", 3000, *cluster.flags, stdin=path.read_bytes())
    assert status == 0
    placed, ready = [json.loads(record.value) for record in cluster.read("orders.events.v1")]
    started = parse_rfc3339(placed["time"])
    assert before <= started <= now()
    assert parse_rfc3339(placed["data"]["promised_at"]) == started + 30 * MINUTE // 3000
    assert parse_rfc3339(ready["time"]) == started + 10 * MINUTE // 3000
    assert now() >= started + 10 * MINUTE // 3000  # it was sent when it was due, 0.2 s later, not at once
    assert placed["time"].endswith("+08:00")


def test_dead_letters_are_counted_shown_and_sent_again(moments: CommandLine, cluster: Cluster) -> None:
    late = structured(order(type="order.lost"), headers=(("traceparent", b"00-1"),))
    cluster.bury("orders.events.v1", structured(order(tenant=None)), late, late, Raw(b"\xff{", key=None))

    status, out, _ = moments("dlq", "list", "orders.events.v1", *cluster.flags)
    assert status == 0
    assert out.splitlines()[0] == "       2  unknown_type          type"
    assert sorted(out.splitlines()[1:]) == [
        "       1  missing_field         tenant",
        "       1  not_json",
        "4 dead letters in orders.events.v1.dlq",
    ]

    out = moments("dlq", "show", "orders.events.v1.dlq", "--reason", "not_json", *cluster.flags).out
    assert "orders.events.v1 partition 3 offset 41, 2026-11-01T00:00:05Z" in out
    assert "not_json: event: Send UTF-8 JSON" in out
    assert "key   None" in out
    assert "value \\xff{" in out
    shown = moments("dlq", "show", "orders.events.v1", "--json", "--limit", 2, *cluster.flags).out
    assert {json.loads(line)["topic"] for line in shown.splitlines()} == {"orders.events.v1"}
    assert len(shown.splitlines()) == 2

    again = ("dlq", "retry", "orders.events.v1", "--reason", "unknown_type")
    assert moments(*again, "--dry-run", *cluster.flags).out == "2 events would be sent to orders.events.v1\n"
    assert cluster.read("orders.events.v1") == []
    assert moments(*again, *cluster.flags).out == "2 events sent to orders.events.v1\n"
    sent = cluster.read("orders.events.v1")
    assert [(record.key, record.value, tuple(record.headers)) for record in sent] == [
        (late.key, late.value, late.headers)
    ] * 2
    nothing = moments("dlq", "retry", "orders.events.v1", "--reason", Reason.TOO_OLD, *cluster.flags)
    assert nothing == (0, "no dead letters to send in orders.events.v1.dlq\n", "")


def test_a_topic_that_holds_something_else_is_not_taken_for_dead_letters(moments: CommandLine, cluster: Cluster) -> None:
    with Publisher(cluster.options) as publisher:
        publisher.send("orders.events.v1.dlq", b"k", b"v", ())
        publisher.flush()
    status, _, err = moments("dlq", "list", "orders.events.v1", *cluster.flags)
    assert status == 2
    assert "not a dead letter of this monitor" in err


@pytest.mark.kafka
def test_on_a_real_broker_only_committed_dead_letters_are_seen_to_the_very_end(moments: CommandLine, kafka: str) -> None:
    topic = f"contract-{uuid.uuid4().hex[:8]}"
    cluster = Cluster(kafka, api=None)
    admin = KafkaAdminClient(bootstrap_servers=kafka)
    admin.create_topics([NewTopic(name, 2, 1) for name in (topic, f"{topic}.dlq")])
    admin.close()
    producer = KafkaProducer(bootstrap_servers=kafka, transactional_id=topic)
    producer.init_transactions()
    for commit in (False, True, True, False):
        producer.begin_transaction()
        for number in range(3):
            record = structured(order(type="order.lost"))._replace(topic=topic, offset=number)
            (rejection,) = decode([record])
            assert isinstance(rejection, Rejection)
            letter = bury(record, rejection)
            producer.send(
                letter.topic, value=letter.value, key=letter.key, headers=list(letter.headers), partition=number % 2
            )
        if commit:
            producer.commit_transaction()
        else:
            producer.flush()
            producer.abort_transaction()
    producer.close()
    assert moments("dlq", "list", topic, *cluster.flags).out.splitlines()[-1] == f"6 dead letters in {topic}.dlq"
    assert moments("dlq", "retry", topic, *cluster.flags).out == f"6 events sent to {topic}\n"
    assert len(cluster.read(topic)) == 6


@pytest.mark.kafka
def test_on_a_real_broker_a_topic_that_is_not_there_is_one_line(moments: CommandLine, kafka: str, tmp_path: Path) -> None:
    status, _, err = moments("dlq", "list", "no-such-topic", "--broker", kafka)
    assert (status, err) == (2, f"moments: no-such-topic.dlq: no such topic on {kafka}\n")


def test_an_api_version_that_is_none_is_refused() -> None:
    with pytest.raises(OperatorError, match=r"write it like 2\.3"):
        connection("127.0.0.1:1", None, "new")
