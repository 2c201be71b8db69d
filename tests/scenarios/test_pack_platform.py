"""What is special in the pack platform; the life of each of its moments is in lives_platform.py."""

from tests.support.story import Story


def platform() -> Story:
    """A story of the pack, on Monday at ten."""
    return Story(["pack:platform"], zone="Asia/Shanghai").at("10:00")


def test_nobody_is_accused_while_the_user_is_with_the_bank() -> None:
    story = platform().send("payment.initiated", "k1").send("payment.challenge_started", "k1")
    story.at("10:20").send("payment.challenge_completed", "k1").expect_nothing()
    story.at("10:22:01").expect("at_risk", "k1", at="10:21", severity="critical")
    story.expect("breached", "k1", due="10:22")


def test_every_attempt_to_pay_has_a_clock_of_its_own() -> None:
    story = platform().send("payment.initiated", "k1")
    story.at("10:01").send("payment.failed", "k1")
    story.at("10:03").send("payment.initiated", "k1").expect_nothing()
    story.at("10:05:01").expect("at_risk", "k1", moment="payment.settled", at="10:04", occurrence=2)
    story.expect("breached", "k1", moment="payment.settled", due="10:05", occurrence=2)
    story.expect_nothing()


def test_a_failed_payment_is_a_result_and_the_user_is_not_left_alone_with_it() -> None:
    story = platform().send("payment.initiated", "k1")
    story.at("10:01").send("payment.failed", "k1")
    story.at("10:06:01").expect("at_risk", "k1", moment="payment.rescued", at="10:04")
    story.expect("breached", "k1", moment="payment.rescued", due="10:06", severity="medium")
    story.expect_nothing()


def test_what_the_system_refunds_by_itself_is_not_missing() -> None:
    story = platform().send("payment.succeeded", "k1")
    story.at("10:00:20").send("order.refunded", "k1")
    story.at("10:05").expect_nothing()


def test_an_identity_that_is_refused_without_a_reason_leaves_the_account_locked() -> None:
    story = platform().send("account.locked", "a1").send("identity.refused", "a1")
    story.send("account.locked", "a2").send("identity.refused", "a2", reason="blurred")
    story.at("10:30:01").expect("at_risk", "a1", at="10:20")
    story.expect("breached", "a1", due="10:30")
    story.expect_nothing()


def test_an_order_that_was_created_in_time_and_published_late_takes_the_accusation_back() -> None:
    story = platform().send("payment.succeeded", "k1")
    story.at("10:01:01").expect("at_risk", "k1", at="10:00:30")
    story.expect("breached", "k1", due="10:01", severity="critical")
    story.at("10:02").send("touchpoint.order.created", "k1", time="10:00:50").expect("retracted", "k1")
    story.expect("met", "k1")
    story.expect_nothing()
