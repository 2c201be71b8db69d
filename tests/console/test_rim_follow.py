"""What is on the topics is on the board: at once, again after a restart, and honestly late while the broker is away."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from kafka.admin import KafkaAdminClient, NewTopic

from schemas.feed import Feed
from schemas.followed import Followed
from schemas.organisation import Contact, Organisation
from schemas.organisation import Person as Known
from streams.alerts.organisation_records import to_records
from streams.broker.topics import declare
from streams.clock import DAY, HOUR, SECOND, as_datetime, now
from streams.console.board import Board
from streams.console.follow import Pace
from streams.console.views import Filter, Freshness, PromiseFilter
from streams.settings import Settings
from tests.console.board_records import followed
from tests.console.rim_place import (
    EVERYBODY,
    PARTITIONS,
    alert_of,
    create,
    following,
    fresh,
    line_of,
    put,
    settings_of,
    shown,
)
from tests.notify.sample import make_notice
from tests.support.kafka import Broker
from tests.support.stage import producing

pytestmark = pytest.mark.kafka

SOON = Pace(behind=1.0, tell=0.1, look_again=0.2, first_pause=0.1, longest_pause=0.3)
"""For those who wait for it."""
CATALOGUE = """
name: shop
time_zone: Asia/Shanghai
moments:
  - id: order.confirm
    title: {zh: 门店接单, en: Store accepts the order}
    stage: execution
    class: basic
    owner: store_manager
    severity: high
    starts: order.placed
    ends: order.accepted
    deadline: {after: 3m}
"""


async def test_an_alert_is_on_the_board_within_a_second_and_so_is_its_end(kafka: str) -> None:
    settings = settings_of(kafka)
    create(settings)
    topic = settings.alerting.alerts
    async with following(settings) as rim:
        await rim.caught_up()
        alert = alert_of("8812")
        async with producing(kafka, transactional_id=settings.app_id) as producer:
            async with producer.transaction():
                await producer.send(topic, alert.model_dump_json().encode(), key=alert.id.encode(), partition=2)
            written = now()
            await rim.until(lambda board: board.alert(EVERYBODY, alert.id, now()))
            assert now() - written < SECOND
            view = rim.board.alert(EVERYBODY, alert.id, now())
            assert view is not None
            assert (view.partition, view.row.alert) == (2, alert)
            assert rim.hub.version == rim.board.version
            # what is taken back was never there
            async with producer.transaction():
                await producer.send(topic, None, key=alert.id.encode(), partition=2)
                await producer.send(topic, alert_of("8813").model_dump_json().encode(), key=b"alert-8813", partition=2)
            await rim.until(lambda board: board.alert(EVERYBODY, "alert-8813", now()))
            assert rim.board.alert(EVERYBODY, alert.id, now()) is None


async def test_what_was_not_committed_is_not_shown(kafka: str) -> None:
    settings = settings_of(kafka)
    create(settings)
    async with following(settings) as rim:
        async with producing(kafka, transactional_id=settings.app_id) as producer:
            await producer.begin_transaction()
            await producer.send_and_wait(settings.alerting.alerts, b"{", key=b"a", partition=0)
            await producer.abort_transaction()
        await put(settings, (settings.alerting.alerts, 0, "alert-1", alert_of("1")))
        await rim.until(lambda board: board.alert(EVERYBODY, "alert-1", now()))
        assert rim.board.unreadable == 0


async def test_a_follower_that_is_started_again_shows_the_same_board(kafka: str) -> None:
    settings = settings_of(kafka)
    create(settings)
    names = settings.alerting
    alerts = [alert_of(str(number), state="acknowledged" if number % 3 else "firing") for number in range(40)]
    records = [(names.alerts, number % PARTITIONS, alert.id, alert) for number, alert in enumerate(alerts)]
    gone = [(names.alerts, number % PARTITIONS, alerts[number].id, None) for number in range(0, 40, 10)]
    said = [(names.audit, number % PARTITIONS, alert.id, line_of(alert, None)) for number, alert in enumerate(alerts)]
    told = [(names.notices, 1 % PARTITIONS, alerts[1].id, make_notice(alerts[1]))]
    await put(settings, *records, *gone, *said, *told)

    pages = []
    at = now()
    for _ in range(2):
        async with following(settings) as rim:
            await rim.caught_up()
            view = rim.board.alert(EVERYBODY, alerts[1].id, at)
            assert view is not None
            assert rim.board.alert(EVERYBODY, alerts[10].id, at) is None
            pages.append((replace(shown(rim.board, at), fresh=Freshness(None)), view))
    assert pages[0] == pages[1]
    assert sum(pages[0][0].totals.values()) == 36
    assert {entry.notice.id for entry in pages[0][1].timeline if entry.notice} == {told[0][3].id}


async def test_of_what_is_only_appended_to_the_last_three_days_are_read(kafka: str) -> None:
    settings = settings_of(kafka)
    create(settings)
    names = settings.alerting
    alert = alert_of("1")
    await put(settings, (names.alerts, 0, alert.id, alert), at=now() - 5 * DAY)
    await put(settings, (names.audit, 0, alert.id, line_of(alert, "old")), at=now() - 3 * DAY - HOUR)
    await put(settings, (names.audit, 0, alert.id, line_of(alert, "new")), at=now() - 3 * DAY + HOUR)
    await put(settings, (names.audit, 1, alert.id, line_of(alert, "older")), at=now() - 4 * DAY)
    async with following(settings) as rim:
        await rim.caught_up()
        assert rim.board.outcome("new") is not None
        assert rim.board.outcome("old") is None
        assert rim.board.outcome("older") is None
        assert rim.board.alert(EVERYBODY, alert.id, now()) is not None
        await put(settings, (names.audit, 1, alert.id, line_of(alert, "newest")))
        await rim.until(lambda board: board.outcome("newest"))


def word(state: str, at: int) -> Feed:
    return Feed(
        tenant="tea", source="/riders", region="east", state=state, until=as_datetime(at - SECOND),
        changed_at=as_datetime(at), silent_seconds=1, usual_per_minute=42,
    )  # fmt: skip


async def test_feeds_are_followed_from_their_beginning_and_what_is_gone_is_no_feed(kafka: str) -> None:
    settings = settings_of(kafka)
    create(settings, but=[settings.feeds.topic])
    admin = KafkaAdminClient(bootstrap_servers=kafka)  # with a clock of the writer's, so that its records can be old
    admin.create_topics([NewTopic(settings.feeds.topic, PARTITIONS, 1, topic_configs={"cleanup.policy": "compact"})])
    admin.close()
    topic, name, at = settings.feeds.topic, "tea\x1f/riders\x1feast", now()

    def everywhere(said: Feed | None) -> list[tuple[str, int, str, Feed | None]]:
        return [(topic, partition, name, said) for partition in range(PARTITIONS)]

    def states(board: Board) -> list[str]:
        return [one.state for one in board.feeds(EVERYBODY, now()).sources]

    old = [*everywhere(word("suspect", at - 2)), *everywhere(word("blind", at - 1))]
    await put(settings, *old, at=now() - 9 * DAY)
    async with following(settings, SOON) as rim:
        await rim.caught_up()
        assert states(rim.board) == ["blind"]
        assert [one.source for one in shown(rim.board, now()).unheard] == ["/riders"]
        await put(settings, *everywhere(word("heard", at)))
        await rim.until(lambda board: states(board) == ["heard"])
        await put(settings, *everywhere(None))
        await rim.until(lambda board: states(board) == [])
        assert rim.board.unreadable == 0


async def test_a_console_that_is_started_again_has_the_same_promises_however_old_they_are(kafka: str) -> None:
    settings = settings_of(kafka)
    create(settings)
    topic, long_ago = settings.followed, now() - 40 * DAY

    def promise(name: str, state: str) -> tuple[str, int, str, Followed]:
        return topic, 1, name, Followed.model_validate(followed(name, state=state))

    def ledger(board: Board) -> list[tuple[str, str]]:
        said = board.promises(EVERYBODY, PromiseFilter(), now())
        return [(one.id, one.state) for one in said.open]

    await put(settings, promise("a", "running"), promise("b", "running"), promise("a", "broken"), at=long_ago)
    async with following(settings, SOON) as rim:
        await rim.until(lambda board: ledger(board) == [("a", "broken"), ("b", "running")])
        await put(settings, (topic, 1, "a", None))
        await rim.until(lambda board: ledger(board) == [("b", "running")])
    async with following(settings, SOON) as again:
        await again.caught_up()
        assert ledger(again.board) == [("b", "running")]


async def test_feeds_that_nobody_watches_are_not_waited_for(kafka: str) -> None:
    settings = settings_of(kafka)
    settings = settings.model_copy(update={"feeds": settings.feeds.model_copy(update={"watch": False})})
    create(settings, but=[settings.feeds.topic, settings.feeds.pulses, settings.feeds.state])
    async with following(settings, SOON) as rim:
        await rim.caught_up()
        assert rim.follower.unready(now(), SECOND) == []


async def test_topics_that_are_missing_are_named_and_waited_for(kafka: str) -> None:
    settings = settings_of(kafka)
    names = settings.alerting
    create(settings, but=[names.groups, names.mutes])
    async with following(settings, SOON) as rim:
        await rim.caught_up()
        await rim.until(lambda board: "topics" in fresh(board).stale)
        assert fresh(rim.board).stale["topics"].en == f"topics are missing: {names.groups}, {names.mutes}"
        assert rim.follower.unready(now(), SECOND) == [f"topics are missing: {names.groups}, {names.mutes}"]
        await put(settings, (names.alerts, 0, "alert-1", alert_of("1")))
        await rim.until(lambda board: board.alert(EVERYBODY, "alert-1", now()))
        create(settings, but=set(every(settings)) - {names.groups, names.mutes})
        await rim.until(lambda board: "topics" not in fresh(board).stale)
        await put(settings, (names.alerts, 0, "alert-2", alert_of("2")))
        await rim.until(lambda board: board.alert(EVERYBODY, "alert-2", now()))
        assert sum(shown(rim.board, now()).totals.values()) == 2


def every(settings: Settings) -> list[str]:
    return [topic.name for topic in declare(settings, partitions=PARTITIONS, replication=1)]


async def test_people_come_from_the_topic_and_moments_from_the_files(kafka: str, tmp_path: Path) -> None:
    catalogue = tmp_path / "shop.yaml"
    catalogue.write_text(CATALOGUE)
    settings = settings_of(kafka, catalogue=(str(catalogue),))
    create(settings)
    async with following(settings) as rim:
        await rim.caught_up()
        person = Known(id="li.na", name="Li Na", contacts=[Contact(receiver="mail")])
        records = to_records(Organisation(tenant="tea", people=[person]))
        topic = settings.alerting.organisation_topic
        await put(settings, *((topic, 0, key.decode(), value) for key, value in records))
        await rim.until(lambda board: [known.name for known in board.people(EVERYBODY, "tea")] == ["Li Na"])

        def moments() -> list[str]:
            return [count.moment for stage in rim.board.journey(EVERYBODY, Filter(), now()) for count in stage.moments]

        await rim.until(lambda _: moments() == ["order.confirm"])
        catalogue.write_text(CATALOGUE.replace("order.confirm", "order.taken"))
        await rim.until(lambda _: moments() == ["order.taken"])
        catalogue.write_text("moments: [")
        await asyncio.sleep(0)  # a broken file changes nothing: see test_catalogue_source; it must not end the follower
        await put(settings, (settings.alerting.alerts, 0, "alert-1", alert_of("1")))
        await rim.until(lambda board: board.alert(EVERYBODY, "alert-1", now()))


async def test_a_broker_that_comes_late_or_goes_away_is_waited_for_and_the_board_is_said_to_be_old(
    own_kafka: Broker,
) -> None:
    settings = settings_of(own_kafka.bootstrap)
    create(settings)
    names = settings.alerting
    await put(settings, (names.alerts, 0, "alert-1", alert_of("1")))
    own_kafka.kill()
    async with following(settings, SOON) as rim:
        await rim.until(lambda board: "console" in fresh(board).stale, within=20)
        assert rim.follower.read_at is None
        await asyncio.to_thread(own_kafka.start)
        await rim.until(lambda board: board.alert(EVERYBODY, "alert-1", now()), within=40)
        await rim.until(lambda board: not fresh(board).stale, within=30)

        own_kafka.kill()
        away = now()
        await rim.until(lambda board: "console" in fresh(board).stale, within=20)
        assert fresh(rim.board).read_at < away + SECOND
        assert sum(shown(rim.board, now()).totals.values()) == 1
        await asyncio.to_thread(own_kafka.start)
        back = now()
        await put(settings, (names.alerts, 1, "alert-2", alert_of("2")))
        await rim.until(lambda board: board.alert(EVERYBODY, "alert-2", now()), within=30)
        await rim.until(lambda board: not fresh(board).stale and fresh(board).read_at > back, within=30)
        assert sum(shown(rim.board, now()).totals.values()) == 2


async def test_what_was_read_before_the_broker_went_away_is_not_read_twice(own_kafka: Broker) -> None:
    settings = settings_of(own_kafka.bootstrap)
    names = settings.alerting
    create(settings, but=[names.mutes])  # it is looked for again and again, so the reading breaks off with the broker
    alert = alert_of("1")
    await put(settings, (names.alerts, 0, alert.id, alert), (names.audit, 0, alert.id, line_of(alert, "c-1")))
    async with following(settings, SOON) as rim:
        await rim.caught_up()
        own_kafka.kill()
        await rim.until(lambda board: "console" in fresh(board).stale, within=20)
        await asyncio.to_thread(own_kafka.start)
        await put(settings, (names.audit, 0, alert.id, line_of(alert, "c-2")))
        await rim.until(lambda board: board.outcome("c-2"), within=45)
        view = rim.board.alert(EVERYBODY, alert.id, now())
        assert view is not None
        assert [entry.line.command for entry in view.timeline if entry.line] == ["c-1", "c-2"]


async def test_a_topic_that_is_made_anew_is_read_from_its_beginning(kafka: str) -> None:
    settings = settings_of(kafka)
    create(settings)
    topic = settings.alerting.alerts
    await put(settings, *((topic, 0, f"alert-{number}", alert_of(str(number))) for number in range(5)))
    async with following(settings) as rim:
        await rim.caught_up()
        admin = KafkaAdminClient(bootstrap_servers=kafka)
        admin.delete_topics([topic])
        while topic in await asyncio.to_thread(admin.list_topics):  # noqa: ASYNC110  Kafka does not tell when it is gone
            await asyncio.sleep(0.05)
        admin.close()
        create(settings, but=set(every(settings)) - {topic})
        await put(settings, (topic, 0, "alert-new", alert_of("new")))
        await rim.until(lambda board: board.alert(EVERYBODY, "alert-new", now()), within=30)
