"""What a moment may declare, one story each: pauses, revisions, warnings, rises, reopening, rounds, steps, giving up."""

import pytest

from tests.support.story import Story
from tests.support.story_catalogues import DELIVERY, catalogue, moment

TICKET = """
    starts: ticket.opened
    ends: ticket.solution_told
    pauses: ticket.waiting
    resumes: ticket.resumed
    deadline: 60m
"""


def ticket(more: str = "") -> Story:
    """A ticket opened at noon that is to be solved within the hour."""
    return Story(catalogue(moment(TICKET + more))).at("12:00").send("ticket.opened", "t1")


def test_a_pause_stops_the_clock_and_what_was_left_goes_on_after_it() -> None:
    story = ticket().at("12:40").send("ticket.waiting", "t1").at("15:00").send("ticket.resumed", "t1")
    story.at("15:20").expect_nothing()
    said = story.at("15:20:01").expect("breached", "t1", due="15:20")
    assert said.proof is not None
    assert [move.kind for move in said.proof.moves] == ["paused", "resumed"]


def test_what_ends_in_a_pause_is_met() -> None:
    ticket().at("12:40").send("ticket.waiting", "t1").at("15:00").send("ticket.solution_told", "t1").at(
        "20:00"
    ).expect_nothing()


def test_what_is_broken_cannot_be_paused_any_more() -> None:
    story = ticket("rises: [{after: 30m, to: high}]").at("13:01").send("ticket.waiting", "t1")
    story.expect("breached", "t1")
    story.at("13:31").expect("worsened", "t1", at="13:30", severity="high")
    story.expect_nothing()


def test_a_revision_moves_the_due_and_the_proof_keeps_both() -> None:
    story = Story(DELIVERY).at("12:00").send("order.placed", "o1", promised_at="12:30")
    story.at("12:20").send("delivery.eta_revised", "o1", promised_at="12:50").at("12:50").expect_nothing()
    said = story.at("12:51").expect("breached", "o1", due="12:50")
    assert said.proof is not None
    assert said.proof.first_due_at is not None
    assert (said.proof.first_due_at.minute, said.proof.moves[0].kind) == (30, "revised")


def test_a_new_promise_does_not_unmake_a_broken_one() -> None:
    story = Story(DELIVERY).at("12:00").send("order.placed", "o1", promised_at="12:30").at("12:31")
    story.expect("breached", "o1", due="12:30")
    story.send("delivery.eta_revised", "o1", promised_at="13:00").at("12:50").send("delivery.delivered", "o1")
    story.expect("recovered", "o1", due="12:30")
    story.expect_nothing()


def test_what_has_no_due_yet_says_nothing_until_it_is_given_one() -> None:
    text = catalogue(
        moment("""
            starts: order.placed
            ends: delivery.delivered
            revises: delivery.promised
            deadline: {at: promised_at}
            warnings: [10m]
        """)
    )
    story = Story(text).at("12:00").send("order.placed", "o1").at("15:00").expect_nothing()
    story.send("delivery.promised", "o1", promised_at="16:00")
    story.at("15:50:01").expect("at_risk", "o1", at="15:50", due="16:00")
    story.at("16:00:01").expect("breached", "o1", due="16:00")


def test_each_warning_is_given_once_and_the_saved_moment_is_said() -> None:
    story = ticket("warnings: [30m, 10m]")
    story.at("12:30:01").expect("at_risk", "t1", at="12:30", due="13:00")
    assert story.at("12:50:01").expect("at_risk", "t1", at="12:50").revision == 1
    story.at("12:55").send("ticket.solution_told", "t1").expect("met", "t1")
    story.at("14:00").expect_nothing()


def test_a_warning_by_share_counts_what_a_pause_left() -> None:
    story = ticket("warnings: [50%]").at("12:10").send("ticket.waiting", "t1").at("14:00").send("ticket.resumed", "t1")
    story.at("14:50:01").expect("at_risk", "t1", at="14:20", due="14:50")
    story.expect("breached", "t1", due="14:50")


def test_a_later_due_takes_a_warning_back_and_gives_it_again() -> None:
    story = ticket("warnings: [10m]\nrevises: {on: ticket.assigned, due: due_at}").at("12:51")
    story.expect("at_risk", "t1", due="13:00")
    story.send("ticket.assigned", "t1", due_at="14:00").expect("revised", "t1", due="14:00")
    assert story.at("13:51").expect("at_risk", "t1", due="14:00").revision == 1


def test_a_later_due_given_in_a_pause_is_warned_of_again() -> None:
    story = ticket("warnings: [10m]\nrevises: {on: ticket.assigned, due: due_at}").at("12:51")
    story.expect("at_risk", "t1", due="13:00")
    story.send("ticket.waiting", "t1").expect("paused", "t1")
    story.at("12:55").send("ticket.assigned", "t1", due_at="15:00").expect("revised", "t1", due="15:00")
    story.at("13:30").send("ticket.resumed", "t1").expect("resumed", "t1", due="15:00")
    assert story.at("14:51").expect("at_risk", "t1", at="14:50", due="15:00").revision == 1


def test_the_severity_rises_while_it_stays_broken_and_recovery_has_the_severity_it_had() -> None:
    story = ticket("rises: [{after: 20m, to: high}, {after: 40m, to: critical}]").at("13:00:01")
    story.expect("breached", "t1", severity="medium")
    story.at("13:20:01").expect("worsened", "t1", severity="high", at="13:20")
    story.at("13:40:01").expect("worsened", "t1", severity="critical", at="13:40")
    story.at("13:50").send("ticket.solution_told", "t1").expect("recovered", "t1", severity="critical")
    story.at("15:00").expect_nothing()


@pytest.mark.parametrize(
    ("reopening", "due", "occurrence"), [("new", "14:30", 2), ("continue", "13:45", 1), ("nothing", None, None)]
)
def test_a_case_that_opens_again_begins_anew_or_goes_on_or_does_neither(
    reopening: str, due: str | None, occurrence: int | None
) -> None:
    story = ticket(f"reopens: ticket.reopened\nreopening: {reopening}")
    story.at("12:45").send("ticket.solution_told", "t1").at("13:30").send("ticket.reopened", "t1").expect_nothing()
    story.at("16:00")
    if due is not None:
        story.expect("breached", "t1", due=due, occurrence=occurrence)
    story.expect_nothing()


def test_what_was_broken_once_goes_on_broken_when_it_opens_again() -> None:
    story = ticket("reopens: ticket.reopened\nreopening: continue").at("13:10").send("ticket.solution_told", "t1")
    story.expect("breached", "t1")
    story.expect("recovered", "t1")
    story.at("14:00").send("ticket.reopened", "t1").expect("opened", "t1", due="13:00")
    story.at("14:30").send("ticket.solution_told", "t1").expect("recovered", "t1")
    story.expect_nothing()


def test_a_repeating_moment_has_an_occurrence_for_each_start_after_an_end() -> None:
    text = catalogue(
        moment("""
            starts: ticket.customer_replied
            ends: ticket.replied
            repeats: true
            deadline: 30m
        """)
    )
    story = Story(text).at("12:00").send("ticket.customer_replied", "t1")
    story.at("12:10").send("ticket.replied", "t1", by="human")
    story.at("13:00").send("ticket.customer_replied", "t1").at("13:20").send("ticket.customer_replied", "t1")
    story.at("13:30:01").expect("breached", "t1", due="13:30", occurrence=2)


ROUND = catalogue(
    moment("""
        expects: {on: round.made, every: 30m, from: stay.begun, until: stay.ended}
    """)
)


def test_silence_breaks_a_round_and_the_round_that_comes_begins_the_next() -> None:
    story = Story(ROUND).at("12:00").send("stay.begun", "s1").at("12:20").send("round.made", "s1")
    story.at("12:50").expect_nothing()
    story.at("12:50:01").expect("breached", "s1", due="12:50", occurrence=2)
    story.at("13:00").send("round.made", "s1").expect("recovered", "s1", occurrence=2)
    story.at("13:10").send("stay.ended", "s1").at("15:00").expect_nothing()


def test_two_rounds_in_one_instant_do_not_end_the_watch() -> None:
    story = Story(ROUND).at("12:00").send("round.made", "s1", name="a").send("round.made", "s1", name="b")
    story.at("12:30:01").expect("breached", "s1", due="12:30")


def test_a_step_begins_when_the_step_before_it_is_met_or_recovered() -> None:
    text = catalogue(
        moment("starts: ticket.opened\nends: ticket.apologised\ndeadline: 10m", name="apology"),
        moment("starts: {moment: apology}\nends: ticket.facts_collected\ndeadline: 30m", name="facts"),
    )
    story = Story(text).at("12:00").send("ticket.opened", "t1").at("12:20").send("ticket.apologised", "t1")
    story.expect("breached", "t1", moment="apology", due="12:10")
    story.expect("recovered", "t1", moment="apology")
    story.at("12:50:01").expect("breached", "t1", moment="facts", due="12:50")
    story.send("ticket.facts_collected", "t1", time="12:40").expect("retracted", "t1", moment="facts")
    story.expect("met", "t1", moment="facts")


def test_what_stays_broken_is_given_up_after_its_time_to_live() -> None:
    story = ticket("time_to_live: 2h").at("13:00:01")
    story.expect("breached", "t1")
    story.at("15:00").expect_nothing()
    story.at("15:00:01").expect("expired", "t1", at="15:00")
    story.send("ticket.solution_told", "t1").expect_nothing()


def test_what_nobody_resumes_is_given_up_in_silence() -> None:
    story = ticket("time_to_live: 2h").at("12:10").send("ticket.waiting", "t1").at("14:10:01")
    story.send("ticket.resumed", "t1").at("18:00").expect_nothing()


def test_quiet_steps_are_published_where_the_moment_keeps_a_journal() -> None:
    story = ticket("journal: true")
    story.expect("opened", "t1", due="13:00")
    story.at("12:10").send("ticket.waiting", "t1").expect("paused", "t1")
    story.at("12:20").send("ticket.resumed", "t1").expect("resumed", "t1", due="13:10")
    story.send("ticket.solution_told", "t1").expect("met", "t1", due="13:10")
    story.expect_nothing()


def test_quiet_steps_are_counted_where_nobody_hears_of_them() -> None:
    story = ticket().at("12:10").send("ticket.solution_told", "t1").expect_nothing()
    assert story.processor.tally.steps == {("acme", "", "arrival", "opened"): 1, ("acme", "", "arrival", "met"): 1}


@pytest.mark.parametrize("journal", ["true", "false"])
def test_what_is_met_after_a_warning_and_was_never_said_to_be_broken_is_saved(journal: str) -> None:
    story = ticket(f"warnings: [10m]\njournal: {journal}").at("12:51").send("ticket.solution_told", "t1")
    story.send("ticket.opened", "t2").send("ticket.solution_told", "t2").send("ticket.opened", "t3").at("15:00")
    story.send("ticket.solution_told", "t3", time="13:00")
    assert "retracted" in [said.kind for said in story.unheard if said.case == "t3"]
    assert story.processor.tally.saved == {("acme", "", "arrival"): 1}


def test_a_desk_that_is_closed_at_night_is_not_late_at_night() -> None:
    text = catalogue(moment("starts: ticket.opened\nends: ticket.replied\ncalendar: desk\ndeadline: 4h")).replace(
        "moments:", 'calendars: {desk: {weekly: {mon-fri: ["09:00-12:00", "13:00-18:00"]}}}\nmoments:'
    )
    story = Story(text, zone="UTC").at("16:00").send("ticket.opened", "t1").at("+1d 11:00").expect_nothing()
    story.at("+1d 11:00:01").expect("breached", "t1", due="+1d 11:00")


def test_every_word_about_a_breach_is_explained_in_both_languages() -> None:
    said = ticket().at("13:01").expect("breached", "t1")
    assert said.sentence is not None
    assert "13:00" in said.sentence.en
    assert "13:00" in said.sentence.zh
    assert (said.stage, said.owner, said.title.en) == ("execution", "shift_lead", "Moment arrival")
