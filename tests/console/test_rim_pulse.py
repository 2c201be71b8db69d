"""What the console knows of the stages and the feeds, with real workers that work, die and never come."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from streams.clock import MINUTE, SECOND, now, rfc3339
from streams.console.cases import Cases
from streams.console.pulse import Pulse
from streams.console.views import DeadLetter
from streams.errors import OperatorError
from streams.settings import Settings
from tests.console.rim_place import EVERYBODY, PARTITIONS, Rim, alert_of, create, following, put, settings_of
from tests.console.test_rim_follow import CATALOGUE
from tests.console.test_rim_letters import BAD, bury_all
from tests.support.worker import WorkerProcess

pytestmark = pytest.mark.kafka


def event(number: int, kind: str, case: str, at: int, **data: object) -> bytes:
    return json.dumps(
        {
            "specversion": "1.0", "id": f"e-{number}", "source": "//pos", "type": kind, "time": rfc3339(at),
            "subject": case, "tenant": "acme", "region": "east", "data": {"order_id": case, **data},
        }
    ).encode()  # fmt: skip


async def looked(pulse: Pulse, seen: Callable[[Pulse], object], within: float = 25.0) -> None:
    """Let it look until it has found that."""
    running = asyncio.create_task(pulse.run())
    try:
        async with asyncio.timeout(within):
            while not seen(pulse):
                assert not running.done()
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError(f"not seen: {pulse.stale} {pulse.judged_to} {pulse.feeds}") from None
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def installed(kafka: str, folder: Path) -> Settings:
    catalogue = folder / "shop.yaml"
    catalogue.write_text(CATALOGUE)
    settings = settings_of(kafka, catalogue=(str(catalogue),), session_timeout=6_000_000, heartbeat_interval=1_000_000)
    create(settings)
    return settings


async def test_a_worker_is_seen_at_work_then_missed_and_the_case_it_judged_is_read(kafka: str, tmp_path: Path) -> None:
    settings = installed(kafka, tmp_path)
    orders = settings.inputs[0]
    placed = now() - 5 * MINUTE
    await put(
        settings,
        (orders, 1, "8812", event(1, "order.placed", "8812", placed)),
        (orders, 1, "8813", event(2, "order.placed", "8813", placed, tier="vip")),
        (orders, 2, "8814", event(3, "order.placed", "8814", now())),
        (orders, 0, "8815", event(4, "order.lost", "8815", now())),
    )
    with WorkerProcess(settings, tmp_path / "worker.log", "tests.parity.serve") as worker:
        await asyncio.to_thread(worker.wait_for, "shard reads", PARTITIONS)
        pulse = Pulse(settings, patience=SECOND)
        began = now()
        await looked(pulse, lambda pulse: pulse.judged_to is not None and pulse.judged_to > began and pulse.letters)
        assert "detect" not in pulse.stale
        feed, quiet = pulse.feeds
        assert (feed.topic, feed.partitions, feed.lag, feed.refused_today) == (orders, PARTITIONS, 0, {"unknown_type": 1})
        assert feed.last_at is not None
        assert began - 30 * SECOND < feed.last_at <= now()
        assert (quiet.lag, quiet.last_at, quiet.refused_today) == (0, None, {})
        (letter,) = pulse.letters
        assert (letter.topic, letter.reason, letter.field, letter.key) == (
            f"{orders}.dlq",
            "unknown_type",
            "type",
            "8815",
        )

        cases = Cases(settings)
        record = await cases.read("acme", "8812", 1)
        assert record is not None
        assert record.events == ((placed, "order.placed", "e-1", "//pos"),)
        (clock,) = record.clocks
        assert (clock.moment, clock.phase, clock.severity, clock.due_at) == (
            "order.confirm",
            "breached",
            "high",
            placed + 3 * MINUTE,
        )
        assert clock.title.zh == "门店接单"
        assert "门店接单" in clock.sentence.zh
        assert clock.arithmetic[-1] == f"due        {rfc3339(placed + 3 * MINUTE)}"
        assert record.judged_to is not None
        assert record.catalogue
        # without its partition all are searched; another tenant's is none
        assert (await cases.read("acme", "8814", None)) is not None
        assert await cases.read("tea", "8812", 1) is None
        assert await cases.read("acme", "8812", 0) is None
        assert await cases.read("acme", "9999", None) is None
        # a second look within seconds is the first
        assert await cases.read("acme", "8812", 1) is record
        assert await asyncio.to_thread(worker.terminate) == 0
    pulse = Pulse(settings, patience=SECOND)
    gone = now()
    await looked(pulse, lambda pulse: "detect" in pulse.stale)
    assert pulse.stale["detect"].en == "detection is not running"
    assert pulse.stale["detect"].zh == "判定环节没有在运行"
    # nothing can have been judged since
    assert pulse.judged_to is None or pulse.judged_to < gone
    await put(settings, (orders, 1, "8816", event(5, "order.placed", "8816", now())))
    await looked(pulse, lambda pulse: pulse.feeds[0].lag == 1)
    assert pulse.stale["detect"].en == "detection is not running; 1 records wait for it"


async def test_a_stage_nobody_ever_started_is_missed_as_soon_as_there_is_work_for_it(kafka: str) -> None:
    settings = settings_of(kafka)
    create(settings)
    await put(settings, (settings.alerting.alerts, 0, "alert-1", alert_of("1")))
    pulse = Pulse(settings, patience=SECOND)
    await looked(pulse, lambda pulse: pulse.stale)
    assert set(pulse.stale) == {"notify"}
    assert pulse.stale["notify"].en == "notification is not running; 1 records wait for it"
    assert pulse.judged_to is None
    assert [feed.lag for feed in pulse.feeds] == [None, None]


async def test_what_the_pulse_finds_is_on_the_board(kafka: str) -> None:
    settings = settings_of(kafka)
    create(settings)
    async with following(settings) as rim:
        await rim.until(lambda _: len(feeds(rim)) == 2)
        await put(settings, (settings.dead_letters[1], 0, "k", b"?"))
        await rim.until(lambda _: feeds(rim)[1][1] == {"not_a_dead_letter": 1})


async def test_a_letter_that_was_sent_again_is_marked_on_the_board(kafka: str) -> None:
    settings = settings_of(kafka)
    create(settings)
    topic = await bury_all(settings, *BAD)
    async with following(settings) as rim:
        await rim.until(lambda _: [letter.retried for letter in letters(rim)] == [False] * 6)
        assert [letter.offset for letter in letters(rim)] == [5, 4, 3, 2, 1, 0]
        await rim.letters.retry([(topic, 1, 2)], "li.na")
        await rim.until(lambda _: {letter.offset for letter in letters(rim) if letter.retried} == {2})


def letters(rim: Rim) -> tuple[DeadLetter, ...]:
    return rim.board.feeds(EVERYBODY, now()).letters


def feeds(rim: Rim) -> list[tuple[str, dict[str, int]]]:
    return [(feed.topic, dict(feed.refused_today)) for feed in rim.board.feeds(EVERYBODY, now()).feeds]


async def test_of_many_who_ask_for_cases_at_once_the_last_ones_are_not_kept_waiting() -> None:
    cases = Cases(settings_of("127.0.0.1:1"))
    asked = (cases.read("acme", str(number), 0) for number in range(20))
    found = await asyncio.gather(*asked, return_exceptions=True)
    assert all(isinstance(error, OperatorError) for error in found)
    assert sum("too many" in str(error) for error in found) == 4
    with pytest.raises(OperatorError, match=r"127\.0\.0\.1:1"):  # and nobody waits any more
        await cases.read("acme", "20", 0)


async def test_a_case_cannot_be_read_where_no_broker_answers() -> None:
    with pytest.raises(OperatorError, match=r"127\.0\.0\.1:1"):
        await Cases(settings_of("127.0.0.1:1")).read("acme", "8812", 0)
