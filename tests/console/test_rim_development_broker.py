"""The console's rim on the development broker, which knows less than Kafka: no members of groups, no checksums."""

from streams.broker.embedded.process import EmbeddedBroker
from streams.broker.topics import declare
from streams.clock import now
from streams.console.board import Board
from streams.console.cases import Cases
from streams.console.views import FeedRow
from tests.console.rim_place import EVERYBODY, PARTITIONS, alert_of, following, fresh, put, settings_of
from tests.support.stage import producing


async def test_alerts_feeds_and_cases_are_read() -> None:
    settings = settings_of("127.0.0.1:1", check_crcs=False)
    topics = {topic.name: topic.partitions for topic in declare(settings, partitions=PARTITIONS, replication=1)}
    with EmbeddedBroker(topics) as broker:
        settings = settings.model_copy(update={"brokers": (broker.bootstrap,)})
        async with following(settings) as rim:
            async with producing(broker.bootstrap, transactional_id="alert.0") as producer, producer.transaction():
                value = alert_of("1").model_dump_json().encode()
                await producer.send(settings.alerting.alerts, value, key=b"alert-1", partition=0)
            await rim.until(lambda board: board.alert(EVERYBODY, "alert-1", now()))
            await put(settings, (settings.inputs[0], 0, "8812", b"{}"))
            await rim.until(lambda board: [feed.last_at is None for feed in fed(board)] == [False, True])
            assert "console" not in fresh(rim.board).stale
            assert await Cases(settings).read("acme", "8812", 0) is None


def fed(board: Board) -> tuple[FeedRow, ...]:
    return board.feeds(EVERYBODY, now()).feeds
