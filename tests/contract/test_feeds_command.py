"""`moments feeds` against a broker: what it shows, and what it publishes of a feed that is retired."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from kafka import KafkaProducer

from schemas.feed import Feed, FeedState, feed_key
from streams.broker.embedded.process import EmbeddedBroker
from streams.cli.clients import connection, read_to_end
from streams.clock import SECOND, now
from streams.ingest.decode import decode
from streams.ingest.event import Event
from streams.settings import INPUTS
from tests.contract.command_line import CommandLine
from tests.contract.records import Raw

API = "2.3"  # what the development broker and kafka-python have in common
TOPIC = "moments.feeds.v1"
AT = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
WORDS: tuple[tuple[str, str, str | None, FeedState | None], ...] = (
    ("acme", "/pos", "east", "suspect"),
    ("acme", "/pos", "east", "blind"),
    ("acme", "/pos", "west", "heard"),
    ("acme", "/crm", None, "returning"),
    ("acme", "/gone", "east", "blind"),
    ("acme", "/gone", "east", None),
    ("acme", "*", "*", "heard"),
    ("other", "/tills", "north", "suspect"),
)


class Cluster:
    """A broker on which the feed stage has spoken; every word of it lies in both partitions."""

    def __init__(self, bootstrap: str) -> None:
        self.options = connection(bootstrap, None, API)
        self.flags = ["--broker", bootstrap, f"--api-version={API}"]

    def say(self, key: bytes, value: bytes | None) -> None:
        producer = KafkaProducer(**self.options)
        for partition in range(2):
            producer.send(TOPIC, key=key, value=value, partition=partition)
        producer.close()

    def say_all(self) -> "Cluster":
        for tenant, source, region, state in WORDS:
            value = None
            if state is not None:
                feed = Feed(
                    tenant=tenant,
                    source=source,
                    region=region,
                    state=state,
                    until=AT,
                    changed_at=AT,
                    silent_seconds=0,
                    usual_per_minute=61.25 if state == "blind" else 7,
                )
                value = feed.model_dump_json().encode()
            self.say(feed_key(tenant, source, region), value)
        return self

    def sent(self) -> list[Any]:
        """Every record of the inputs."""
        return [record for topic in INPUTS for record in read_to_end(self.options, topic)]


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    with EmbeddedBroker({TOPIC: 2} | dict.fromkeys(INPUTS, 2)) as broker:
        yield Cluster(broker.bootstrap)


def test_every_feed_is_shown_once_as_it_stands_and_those_that_are_gone_are_not(
    moments: CommandLine, cluster: Cluster
) -> None:
    assert moments("feeds", "list", *cluster.flags) == (0, "0 feeds, 0 not heard\n", "")
    cluster.say_all()
    status, out, _ = moments("feeds", "list", *cluster.flags)
    assert status == 0
    assert out.splitlines() == [
        "tenant  source  region  state      since                 usual a minute",
        "acme    *       *       heard      2026-11-02T12:00:00Z             7.0",
        "acme    /crm    -       returning  2026-11-02T12:00:00Z             7.0",
        "acme    /pos    east    blind      2026-11-02T12:00:00Z            61.2",
        "acme    /pos    west    heard      2026-11-02T12:00:00Z             7.0",
        "other   /tills  north   suspect    2026-11-02T12:00:00Z             7.0",
        "5 feeds, 3 not heard",
    ]
    status, out, _ = moments("feeds", "list", "--unheard", *cluster.flags)
    assert status == 0
    shown = [line.split()[1:4] for line in out.splitlines()[1:-1]]
    assert shown == [["/crm", "-", "returning"], ["/pos", "east", "blind"], ["/tills", "north", "suspect"]]


def test_a_retirement_is_one_valid_event_on_the_first_input_under_its_subject(
    moments: CommandLine, cluster: Cluster
) -> None:
    cluster.say_all()
    before = now()
    status, out, _ = moments("feeds", "retire", "/pos", "--tenant", "acme", "--region", "east", *cluster.flags)
    assert status == 0
    assert out.splitlines()[0] == (
        "feed.retired to orders.events.v1: /pos of region east of acme, "
        "blind since 2026-11-02T12:00:00Z, heard up to 2026-11-02T12:00:00Z"
    )
    (record,) = cluster.sent()
    assert (record.topic, record.key) == ("orders.events.v1", b"/pos")
    (event,) = decode([Raw(record.value, record.key, tuple(record.headers), record.timestamp)])
    assert isinstance(event, Event)
    assert (event.type, event.tenant, event.source, event.region) == ("feed.retired", "acme", "/pos", "east")
    assert before - SECOND < event.occurred_at <= now()


def test_a_feed_without_a_region_is_retired_without_one_and_by_the_topic_that_is_named(
    moments: CommandLine, cluster: Cluster
) -> None:
    cluster.say_all()
    retire = ("feeds", "retire", "/crm", "--tenant", "acme", "--topic", INPUTS[3])
    assert moments(*retire, *cluster.flags).status == 0
    (record,) = cluster.sent()
    assert record.topic == INPUTS[3]
    assert "region" not in json.loads(record.value)


def test_of_a_feed_that_is_heard_it_says_that_its_source_has_to_stop(moments: CommandLine, cluster: Cluster) -> None:
    cluster.say_all()
    out = moments("feeds", "retire", "/pos", "--tenant", "acme", "--region", "west", *cluster.flags).out
    assert "which is heard: see that the source is stopped" in out.splitlines()[0]


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (["/pos", "--tenant", "acme"], "acme has no feed /pos without a region; it has /pos of region east, /pos of"),
        (["/poss", "--tenant", "acme", "--region", "east"], "; it has /pos of region east, /pos of region west; noth"),
        (["/x", "--tenant", "acme"], "; it has /crm without a region, /pos of region east, /pos of region west; noth"),
        (["/gone", "--tenant", "acme", "--region", "east"], "acme has no feed /gone of region east; it has "),
        (["/pos", "--tenant", "acne"], "acne has no feed /pos without a region; tenants with feeds are acme, other; n"),
    ],
)
def test_a_feed_that_there_is_not_is_an_error_that_names_near_ones_and_nothing_is_sent(
    moments: CommandLine, cluster: Cluster, wanted: list[str], said: str
) -> None:
    cluster.say_all()
    status, out, err = moments("feeds", "retire", *wanted, *cluster.flags)
    assert (status, out) == (1, "")
    assert said in err
    assert cluster.sent() == []


def test_by_force_it_is_sent_without_a_look(moments: CommandLine, cluster: Cluster) -> None:
    status, out, _ = moments("feeds", "retire", "/old", "--tenant", "acme", "--force", *cluster.flags)
    assert status == 0
    assert out.splitlines()[0] == "feed.retired to orders.events.v1: /old without a region of acme"
    assert len(cluster.sent()) == 1


def test_what_can_be_no_feed_is_refused_even_by_force(moments: CommandLine, cluster: Cluster) -> None:
    status, _, err = moments("feeds", "retire", "*", "--tenant", "acme", "--region", "*", "--force", *cluster.flags)
    assert (status, err) == (2, "moments: * stands for all feeds of a tenant together; retire each of them\n")
    status, _, err = moments("feeds", "retire", "/p\x01s", "--tenant", "acme", "--force", *cluster.flags)
    assert status == 2
    assert err.startswith("moments: source: ")
    assert cluster.sent() == []


def test_a_topic_that_holds_something_else_is_not_taken_for_feeds(moments: CommandLine, cluster: Cluster) -> None:
    cluster.say(b"k", b"{}")
    status, _, err = moments("feeds", "list", *cluster.flags)
    assert status == 2
    assert f"{TOPIC} partition 0 offset 0 is no feed of this monitor" in err
