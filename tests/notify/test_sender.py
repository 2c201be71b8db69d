"""The sender in front of real receivers in this process: the slow, the dead, the raising and the lying among them."""

import asyncio

import pytest
from structlog.testing import capture_logs

from schemas.notice import Notice, Receipt
from streams.clock import HOUR, MILLISECOND, MINUTE, SECOND, instant
from streams.notify.backoff import LONGEST, LONGEST_ASKED, delay
from streams.notify.base import FollowUp, Message, NotifyError
from streams.notify.outbox import OutboxProcessor
from streams.notify.sender import Sender, SenderLimits
from tests.notify.outbox_receivers import Good, Post, Raising, Slow, Stubborn, render
from tests.notify.outbox_story import BEGIN, Shard, make_alert, make_group, make_notice

BRIEF = SenderLimits(timeout=20 * MILLISECOND, tick=MILLISECOND, patience=20 * MILLISECOND)


def notices(count: int, receiver: str) -> list[Notice]:
    """So many notices, each to another person."""
    return [
        make_notice(f"{receiver}-{number:03}", person=f"{receiver}-{number:03}", contacts=(receiver,))
        for number in range(count)
    ]


async def test_what_is_due_is_delivered_and_done() -> None:
    good = Good("wecom")
    async with Post([good]).open() as post:
        post.shard.take(make_notice())
        receipt = await post.receipt()
        assert (receipt.notice, receipt.outcome, receipt.detail, receipt.attempt) == ("n1", "delivered", "200", 1)
        assert good.taken == [("n1", "lin@wecom")]
        assert len(post.shard.processor) == 0


async def test_a_slow_receiver_never_delays_another() -> None:
    slow, good = Slow("slow"), Good("good")
    post = Post([slow, good])
    post.shard.take(*notices(50, "slow"), *notices(50, "good"))
    async with post.open():
        for _ in range(8):
            await post.begun(slow)
        said = [await post.receipt() for _ in range(50)]
        assert {receipt.receiver for receipt in said} == {"good"}
        assert post.sender.under_way == {"slow": 8}
        assert slow.begun.empty()
        post.shard.take(make_notice("late", person="late", contacts=("good",)))
        assert (await post.receipt()).notice == "late"
        slow.gate.release()
        assert await post.begun(slow) == "slow-008"
        for _ in range(49):
            slow.gate.release()
        assert len([await post.receipt() for _ in range(50)]) == 50
        assert len(post.shard.processor) == 0


async def test_a_dead_receiver_is_given_its_time_and_put_off() -> None:
    dead = Slow("dead")
    async with Post([dead], limits=BRIEF).open() as post:
        post.shard.take(make_notice(contacts=("dead",)))
        receipt = await post.receipt()
        assert (receipt.outcome, receipt.detail) == ("deferred", "no answer within 0.02 s")
        assert receipt.next_at is not None
        assert instant(receipt.next_at) == BEGIN + delay("n1", 1)
        post.shard.now = 2 * SECOND
        assert (await post.receipt()).attempt == 2


async def test_a_receiver_that_cannot_be_interrupted_holds_up_only_its_own_pool() -> None:
    stubborn, good = Stubborn("stubborn"), Good("good")
    post = Post([stubborn, good], limits=BRIEF)
    post.shard.take(*notices(9, "stubborn"))
    async with post.open():
        for _ in range(8):
            await post.begun(stubborn)
        post.shard.take(*notices(20, "good"))
        assert {(await post.receipt()).receiver for _ in range(20)} == {"good"}
    assert stubborn.begun.empty()
    for _ in range(8):
        stubborn.gate.release()


async def test_a_permanent_failure_goes_on_to_the_next_contact_at_once() -> None:
    gone, mail = Raising("gone", NotifyError("404", permanent=True)), Good("mail")
    async with Post([gone, mail]).open() as post:
        post.shard.take(make_notice(contacts=("gone", "mail")))
        first, second = await post.receipt(), await post.receipt()
    assert (first.receiver, first.outcome, first.detail, first.next_at) == ("gone", "refused", "404", None)
    assert (second.receiver, second.outcome, second.attempt) == ("mail", "delivered", 2)


async def test_a_passing_failure_is_tried_again_when_the_receiver_asked_for_it() -> None:
    busy = Raising("busy", NotifyError("429", permanent=False, retry_after=90.0))
    async with Post([busy]).open() as post:
        post.shard.take(make_notice(contacts=("busy",)))
        receipt = await post.receipt()
        assert (receipt.outcome, receipt.detail) == ("deferred", "429")
        assert receipt.next_at is not None
        assert BEGIN + 90 * SECOND <= instant(receipt.next_at) <= BEGIN + 99 * SECOND
        post.shard.now = 99 * SECOND
        assert (await post.receipt()).outcome == "delivered"
    assert busy.attempts == ["n1", "n1"]  # one idempotency id


async def test_a_receipt_of_what_is_told_of_a_group_names_the_group() -> None:
    async with Post([Good("wecom")]).open() as post:
        post.shard.take(make_notice(reason="grouped", group=make_group()))
        receipt = await post.receipt()
    assert (receipt.alert, receipt.case, receipt.outcome) == ("g1", "case of a1", "delivered")


async def test_what_is_sent_again_while_it_is_open_waits_after_a_failure_as_if_it_had_never_succeeded() -> None:
    fleet = Raising("fleet")
    post = Post([fleet], Shard(follow_ups={"fleet": FollowUp(repeat_every=5 * MINUTE)}))
    async with post.open():
        post.shard.take(make_alert(), make_notice(contacts=("fleet",)))
        for repeat in range(12):
            post.shard.at(repeat * 5 * MINUTE)
            assert (await post.receipt()).outcome == "delivered"
        fleet.errors = [NotifyError("500", permanent=False)]
        post.shard.at(HOUR)
        failed = await post.receipt()
        assert (failed.notice, failed.attempt, failed.outcome) == ("n1", 13, "deferred")
        assert failed.next_at is not None
        assert instant(failed.next_at) == BEGIN + HOUR + delay("n1", 1)
        post.shard.at(HOUR + 2 * SECOND)
        assert ((await post.receipt()).attempt, set(fleet.attempts)) == (14, {"n1"})  # one idempotency id


async def test_a_receiver_that_is_not_configured_is_a_refusal() -> None:
    mail = Good("mail")
    async with Post([mail]).open() as post:
        post.shard.take(make_notice(contacts=("pigeon", "mail")))
        first, second = await post.receipt(), await post.receipt()
    assert (first.receiver, first.outcome, first.detail) == (
        "pigeon",
        "refused",
        "no receiver of this name is configured",
    )
    assert (second.receiver, second.outcome) == ("mail", "delivered")


@pytest.mark.parametrize(
    "error", [ValueError("to lin@wecom"), TimeoutError("its own"), asyncio.CancelledError(), KeyError("token")]
)
async def test_a_defect_is_seen_in_the_log_and_the_notice_is_not_lost(error: BaseException) -> None:
    broken, good = Raising("broken", error), Good("good")
    with capture_logs() as logs:
        async with Post([broken, good]).open() as post:
            post.shard.take(make_notice(contacts=("broken",)), make_notice("other", person="wu", contacts=("good",)))
            said = {receipt.notice: receipt for receipt in [await post.receipt(), await post.receipt()]}
            assert said["other"].outcome == "delivered"
            assert said["n1"].outcome == "deferred"
            assert said["n1"].detail == f"internal error: {type(error).__name__}"
            post.shard.now = 2 * SECOND
            assert (await post.receipt()).outcome == "delivered"
    (line,) = [entry for entry in logs if entry["log_level"] == "error"]
    assert (line["notice"], line["receiver"], line["exc_info"]) == ("n1", "broken", error)
    assert error.__traceback__ is not None


async def test_a_message_that_cannot_be_rendered_loses_no_notice_and_stops_no_other() -> None:
    def render_some(notice: Notice) -> Message:
        if notice.id == "n1":
            raise LookupError("no template")
        return render(notice)

    async with Post([Good("wecom")], render=render_some).open() as post:
        post.shard.take(make_notice("n1"), make_notice("n2", person="wu"))
        said = {receipt.notice: receipt.outcome for receipt in [await post.receipt(), await post.receipt()]}
    assert said == {"n1": "deferred", "n2": "delivered"}


async def test_a_receipt_that_could_not_be_written_is_written_again_and_nothing_is_told_twice() -> None:
    good = Good("wecom")
    post = Post([good])
    post.broken = [ConnectionError("away"), ConnectionError("away")]
    async with post.open():
        post.shard.take(make_notice())
        assert (await post.receipt()).outcome == "delivered"
    assert good.taken == [("n1", "lin@wecom")]


async def test_receipts_go_to_the_partition_of_the_shard_and_shards_take_turns() -> None:
    slow = Slow("slow")
    shards = [Shard(partition=3), Shard(partition=7)]
    post = Post([slow], *shards, limits=SenderLimits(at_once=1, tick=MILLISECOND, patience=MILLISECOND))
    for shard in shards:
        shard.take(*notices(20, "slow"))
    async with post.open():
        for _ in range(10):
            slow.gate.release()
            await post.receipt()
    assert sorted(post.partitions) == [3] * 5 + [7] * 5


async def test_what_was_committed_is_sent_when_the_sender_is_woken_and_at_the_latest_a_tick_later() -> None:
    good = Good("wecom")
    async with Post([good], limits=SenderLimits(tick=HOUR)).open() as post:
        await asyncio.sleep(0)
        post.shard.take(make_notice())
        post.sender.wake()
        await post.receipt()
    async with Post([good], limits=SenderLimits(tick=MILLISECOND)).open() as post:
        await asyncio.sleep(0)
        post.shard.take(make_notice("n2"))
        await post.receipt()


async def test_an_alert_that_ends_while_its_notice_waits_for_the_receiver_is_not_told() -> None:
    slow = Slow("slow")
    post = Post([slow], limits=SenderLimits(at_once=1, tick=MILLISECOND, patience=MILLISECOND))
    post.shard.take(
        make_notice("n1", contacts=("slow",)),
        make_notice("n2", person="wu", contacts=("slow",), alert=make_alert(id="a2")),
        make_notice("n3", person="wu", contacts=("slow",), alert=make_alert(id="a3")),
    )
    async with post.open():
        await post.begun(slow)
        post.shard.take(make_alert(2, "resolved", id="a2"))
        slow.gate.release()
        assert await post.begun(slow) == "n3"
        slow.gate.release()
        assert [(await post.receipt()).notice for _ in range(2)] == ["n1", "n3"]


async def test_stopping_waits_for_attempts_under_way() -> None:
    slow = Slow("slow")
    post = Post([slow], limits=SenderLimits(tick=MILLISECOND, patience=5 * SECOND))
    post.shard.take(*notices(2, "slow"))
    async with post.open():
        await post.begun(slow)
        await post.begun(slow)
        stopping = asyncio.create_task(post.sender.stop())
        done, _ = await asyncio.wait([stopping], timeout=0.05)
        assert not done
        post.shard.take(make_notice("late", contacts=("slow",)))
        slow.gate.release()
        slow.gate.release()
        await stopping
    assert post.receipts.qsize() == 2
    assert post.shard.names() == ["late"]
    assert slow.begun.empty()


async def test_what_was_not_finished_when_the_worker_stopped_is_made_again_under_the_same_id() -> None:
    slow = Slow("slow")
    post = Post([slow], limits=SenderLimits(tick=MILLISECOND, patience=MILLISECOND))
    post.shard.take(make_notice(contacts=("slow",)))
    async with post.open():
        assert await post.begun(slow) == "n1"
    assert post.receipts.empty()
    assert post.sender.under_way == {}
    slow.gate.release()
    async with Post([slow], post.shard.restart()).open() as next_life:
        assert await post.begun(slow) == "n1"
        assert (await next_life.receipt()).outcome == "delivered"


async def test_what_ends_the_sender_does_not_go_unseen() -> None:
    failed = asyncio.get_running_loop().create_future()

    def lost() -> list[OutboxProcessor]:
        raise LookupError("the shards are gone")

    async def write(partition: int, receipt: Receipt) -> None:
        raise AssertionError("there was nothing to write")

    sender = Sender(lost, {}, write, render, lambda: BEGIN, failed=failed.set_result)
    sender.start()
    async with asyncio.timeout(5):
        assert isinstance(await failed, LookupError)
    await sender.stop()


async def test_what_breaks_an_attempt_does_not_go_unseen() -> None:
    class Quit(BaseException):
        pass

    post = Post([Raising("wecom", Quit())])
    post.shard.take(make_notice())
    post.sender.start()
    async with asyncio.timeout(5):
        await post.failed.wait()
    await post.sender.stop()
    assert isinstance(post.failures[0], Quit)


async def test_the_outboxes_are_asked_again_when_an_attempt_has_ended() -> None:
    slow = Slow("slow")
    post = Post([slow], limits=SenderLimits(at_once=1, tick=HOUR, patience=MILLISECOND))
    post.broken = [ConnectionError("away")] * 10  # no receipt wakes the sender
    post.shard.take(*notices(2, "slow"))
    async with post.open():
        await post.begun(slow)
        slow.gate.release()
        assert await post.begun(slow) == "slow-001"
        assert post.receipts.empty()


async def test_a_receipt_names_no_address_and_is_cut_to_what_fits() -> None:
    chatty = Raising("wecom", NotifyError("no such user lin@wecom " + "x" * 2_000, permanent=True))
    async with Post([chatty]).open() as post:
        post.shard.take(make_notice())
        receipt = await post.receipt()
    assert receipt.detail.startswith("no such user … xxx")
    assert len(receipt.detail) == 512


def test_the_same_attempt_waits_the_same_time_and_others_another() -> None:
    assert delay("n1", 1) == delay("n1", 1)
    assert len({delay(f"n{number}", 5) for number in range(100)}) > 95


def test_waits_grow_and_are_spread_over_their_whole_range_up_to_ten_minutes() -> None:
    for attempt, longest in ((1, 2 * SECOND), (2, 4 * SECOND), (5, 32 * SECOND), (10, LONGEST), (10_000, LONGEST)):
        waits = [delay(f"n{number}", attempt) for number in range(2_000)]
        assert max(waits) <= longest
        assert max(waits) > 0.95 * longest
        assert longest * 0.45 < sum(waits) / len(waits) < longest * 0.6
    assert LONGEST == 10 * MINUTE


def test_what_a_receiver_asks_for_is_respected_within_bounds() -> None:
    for number in range(100):
        assert 30 * SECOND <= delay(f"n{number}", 1, 30.0) <= 33 * SECOND
        assert delay(f"n{number}", 1, 1e12) == LONGEST_ASKED
        for nonsense in (float("nan"), float("inf"), -5.0, 0.0):
            assert delay(f"n{number}", 1, nonsense) == delay(f"n{number}", 1)
        assert delay(f"n{number}", 8, 1.0) >= delay(f"n{number}", 8)
