"""What is special in the pack bank; the life of each of its moments is in lives_bank.py."""

import pytest

from tests.support.story import Story


def bank() -> Story:
    """A story of the pack, on Monday at ten."""
    return Story(["pack:bank"], zone="Asia/Shanghai").at("10:00")


@pytest.mark.parametrize(
    ("submitted", "warned", "due"),
    [
        ("18:00", "+2d 15:00", "+2d 17:00"),  # after the close, Tuesday is the day of the start
        ("+4d 16:59", "+7d 15:00", "+7d 17:00"),  # Friday, the next business day is Monday
        ("+5d 12:00", "+8d 15:00", "+8d 17:00"),  # Saturday counts as Monday's opening
        ("+59d 10:00", "+63d 15:00", "+63d 17:00"),  # New Year's Eve; Friday 1 January is a holiday
    ],
)
def test_one_business_day_ends_when_the_next_one_closes(submitted: str, warned: str, due: str) -> None:
    story = bank().at(submitted).send("application.submitted", "a1", category="account")
    story.at(due).expect("at_risk", "a1", at=warned, due=due)
    story.at(due, 1).expect("breached", "a1", due=due)


def test_a_private_customer_has_the_account_in_four_hours_and_the_proof_names_the_target() -> None:
    story = bank().send("application.submitted", "a1", category="account", tier="private")
    story.at("14:00:01").expect("at_risk", "a1", at="12:00")
    said = story.expect("breached", "a1", due="14:00")
    assert said.proof is not None
    assert said.proof.deadline is not None
    assert "tier" in said.proof.deadline["target"]


def test_an_application_that_is_declined_is_over_when_the_customer_knows() -> None:
    story = bank().send("application.submitted", "a1", category="account")
    story.at("11:00").send("application.declined", "a1")
    story.at("+1d 15:00:01").expect("at_risk", "a1", due="+1d 17:00")
    story.send("decision.told", "a1", category="account").expect("met", "a1")
    story.at("+9d 10:00").expect_nothing()


def test_a_loan_counts_from_the_day_on_which_all_papers_are_there() -> None:
    story = bank().send("application.submitted", "a1", category="loan", attributes={"complete": False})
    story.send("terms.explained", "a1")
    story.at("+1d 10:00").send("application.completed", "a1", category="loan")
    story.at("+4d 17:00:01").expect("at_risk", "a1", moment="loan.decided", at="+3d 17:00")
    story.expect("breached", "a1", moment="loan.decided", due="+4d 17:00", severity="high")
    story.expect_nothing()


@pytest.mark.parametrize(
    ("product", "due"), [("consumer", "+2d 17:00"), ("car", "+3d 17:00"), ("mortgage", "+14d 17:00")]
)
def test_a_loan_is_decided_by_its_product(product: str, due: str) -> None:
    story = bank().send("application.submitted", "a1", category="loan", attributes={"product": product})
    story.send("terms.explained", "a1")
    story.at(due, 1).expect("at_risk", "a1", due=due)
    story.expect("breached", "a1", moment="loan.decided", due=due)


def test_the_day_that_the_customer_agrees_to_is_the_day_of_the_explanation() -> None:
    story = bank().send("application.submitted", "a1", category="loan", attributes={"product": "mortgage"})
    story.at("11:00").send("explanation.put_off", "a1")
    story.at("12:00").send("explanation.agreed", "a1", due_at="+4d 15:00").expect_nothing()
    story.at("+4d 15:00:01").expect("at_risk", "a1", at="+4d 13:00")
    story.expect("breached", "a1", moment="loan.explained", due="+4d 15:00")


def test_what_was_explained_at_the_application_is_explained_again_after_the_decision() -> None:
    story = bank().send("application.submitted", "a1", category="loan").send("terms.explained", "a1")
    story.at("+1d 10:00").send("decision.told", "a1", category="loan", attributes={"approved": True}).expect_nothing()
    story.at("+2d 17:00:01").expect("at_risk", "a1", at="+2d 15:00", occurrence=2)
    story.expect("breached", "a1", moment="loan.explained", due="+2d 17:00", occurrence=2)


def test_nobody_explains_a_loan_that_is_refused() -> None:
    story = bank().send("application.submitted", "a1", category="loan")
    story.at("12:00").send("decision.told", "a1", category="loan", attributes={"approved": False})
    story.at("+9d 10:00").expect_nothing()


def test_a_contract_that_names_no_day_is_paid_out_in_three_business_days() -> None:
    story = bank().send("contract.signed", "a1")
    story.at("+3d 17:00:01").expect("at_risk", "a1", at="+2d 17:00")
    story.expect("at_risk", "a1", at="+3d 15:00")
    story.expect("breached", "a1", due="+3d 17:00", severity="critical")


def test_a_lost_card_is_blocked_on_sunday_night() -> None:
    story = bank().at("+6d 23:58").send("card.reported_lost", "k1")
    story.at("+7d 00:03:01").expect("at_risk", "k1", at="+7d 00:01")
    story.expect("breached", "k1", due="+7d 00:03", severity="critical")


def test_money_that_was_paid_out_in_time_and_booked_late_takes_the_accusation_back() -> None:
    story = bank().send("contract.signed", "a1", attributes={"pay_out_at": "2026-11-02T16:00:00+08:00"})
    story.at("16:00:01").expect("at_risk", "a1")
    story.expect("at_risk", "a1", at="14:00")
    story.expect("breached", "a1", due="16:00")
    story.at("18:00").send("loan.disbursed", "a1", time="15:30").expect("retracted", "a1")
    story.expect("met", "a1")
    story.expect_nothing()
