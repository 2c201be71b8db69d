"""A moment that only several events together end: each of some kinds, or one kind so many times."""

import pytest

from streams.catalogue.model import Role
from streams.engine.arithmetic import arithmetic
from streams.engine.explain import clocks
from tests.support.story import Story
from tests.support.story_catalogues import catalogue, moment

EXAM = """
    starts: exam.done
    ends: {all: [exam.reported, patient.told]}
    deadline: 60m
"""
CALLS = """
    starts: ticket.opened
    ends: [ticket.customer_confirmed, {on: ticket.followed_up, times: 3}]
    reopens: ticket.reopened
    deadline: 60m
"""


def exam(rules: str = EXAM, more: str = "") -> Story:
    """An examination is done at noon."""
    return Story(catalogue(moment(rules + more))).at("12:00").send("exam.done", "v1")


def calls(more: str = "") -> Story:
    """A complaint comes up at noon."""
    return Story(catalogue(moment(CALLS + more))).at("12:00").send("ticket.opened", "t1")


ATTEMPTS = """
    starts: ticket.opened
    ends: {on: [ticket.followed_up, customer.unreachable], where: {channel: phone}, times: 3}
    deadline: 60m
"""


def test_any_of_several_events_counts_towards_the_times() -> None:
    story = Story(catalogue(moment(ATTEMPTS + "    journal: true\n"))).at("12:00").send("ticket.opened", "t1")
    story.expect("opened", "t1")
    for time, event, channel in (
        ("12:10", "ticket.followed_up", "phone"),
        ("12:20", "customer.unreachable", "phone"),
        ("12:30", "customer.unreachable", "mail"),
    ):
        story.at(time).send(event, "t1", channel=channel)
    story.restart().expect_nothing()
    story.at("12:40").send("ticket.followed_up", "t1", channel="phone").expect("met", "t1", at="12:40")


def test_what_is_missing_of_several_that_count_together_is_said_of_all() -> None:
    story = Story(catalogue(moment(ATTEMPTS))).at("12:00").send("ticket.opened", "t1")
    for event in ("ticket.followed_up", "customer.unreachable"):
        story.at("12:10").send(event, "t1", channel="phone")
    said = story.at("13:01").expect("breached", "t1")
    assert said.proof is not None
    assert [(part.event, part.times, len(part.came)) for part in said.proof.several[0].parts] == [
        ("ticket.followed_up where channel = phone or touchpoint.customer.unreachable where channel = phone", 3, 2)
    ]
    assert said.sentence is not None
    assert "unreachable where channel = phone 2 of 3 times" in said.sentence.en


@pytest.mark.parametrize("order", [("exam.reported", "patient.told"), ("patient.told", "exam.reported")])
def test_what_needs_two_events_is_met_by_the_last_of_them_whatever_their_order(order: tuple[str, str]) -> None:
    story = exam(more="journal: true\n").at("12:10").send(order[0], "v1").at("12:50").send(order[1], "v1")
    story.expect("opened", "v1")
    said = story.expect("met", "v1", at="12:50", due="13:00")
    assert said.cause is not None
    assert said.cause.type == f"touchpoint.{order[1]}"
    story.at("15:00").expect_nothing()


def test_one_of_the_two_is_not_enough_however_often_it_comes() -> None:
    story = exam().at("12:10").send("exam.reported", "v1").send("exam.reported", "v1")
    said = story.at("13:01").expect("breached", "v1", due="13:00")
    assert said.sentence is not None
    assert "1 of 2 events came, still missing: touchpoint.patient.told" in said.sentence.en
    assert "2 项已到 1 项，尚缺 touchpoint.patient.told" in said.sentence.zh
    assert said.proof is not None
    (several,) = said.proof.several
    assert (several.closes, several.missing) == ("ends", 1)
    assert [(part.event, len(part.came)) for part in several.parts] == [
        ("touchpoint.exam.reported", 1),
        ("touchpoint.patient.told", 0),
    ]
    story.send("patient.told", "v1").expect("recovered", "v1", at="13:01")
    story.expect_nothing()


def test_what_came_before_the_start_does_not_count() -> None:
    story = Story(catalogue(moment(EXAM))).at("11:00").send("exam.reported", "v1")
    story.at("12:00").send("exam.done", "v1").at("12:10").send("patient.told", "v1")
    story.at("13:01").expect("breached", "v1", due="13:00")


def test_what_came_at_the_very_instant_of_the_start_counts_in_either_order() -> None:
    for first, second in (("exam.done", "exam.reported"), ("exam.reported", "exam.done")):
        story = Story(catalogue(moment(EXAM))).at("12:00").send(first, "v1").send(second, "v1")
        story.at("12:30").send("patient.told", "v1").at("14:00").expect_nothing()


def test_the_third_time_ends_it_and_the_event_that_starts_it_is_none_of_them() -> None:
    story = exam(rules="starts: call.made\nends: {on: call.*, times: 3}\ndeadline: 60m\njournal: true\n")
    story.at("12:10").send("call.made", "v1").at("12:20").send("call.made", "v1").at("12:30").send("call.lost", "v1")
    story.expect("opened", "v1", at="12:10")
    story.at("12:40").expect_nothing()
    story.send("call.made", "v1").expect("met", "v1", at="12:40")
    story.expect_nothing()


def test_an_event_that_is_several_parts_counts_for_each() -> None:
    rules = """
        starts: exam.done
        ends: {all: [{on: note.made, where: {attributes.about: exam}}, {on: note.made, where: {attributes.to: patient}}]}
        deadline: 60m
        journal: true
    """
    story = exam(rules)
    story.send("note.made", "v1", attributes={"about": "exam", "to": "patient"})
    story.expect("opened", "v1")
    story.expect("met", "v1", at="12:00")


def test_either_the_confirmation_or_three_attempts_end_it() -> None:
    calls().at("12:05").send("ticket.customer_confirmed", "t1").at("14:00").expect_nothing()
    story = calls()
    for minute in (10, 20, 30):
        story.at(f"12:{minute}").send("ticket.followed_up", "t1", by="human")
    story.at("14:00").expect_nothing()


def test_two_attempts_are_not_enough_and_the_sentence_counts_them() -> None:
    story = calls().at("12:10").send("ticket.followed_up", "t1").at("12:20").send("ticket.followed_up", "t1")
    said = story.at("13:01").expect("breached", "t1")
    assert said.sentence is not None
    assert "ends with one of: ticket.customer_confirmed; ticket.followed_up 2 of 3 times" in said.sentence.en
    assert "满足其一即完成：ticket.customer_confirmed；ticket.followed_up（2/3 次）" in said.sentence.zh
    assert said.proof is not None
    assert said.proof.alone == ["ticket.customer_confirmed"]
    kept = story.processor.case("acme", "t1")
    assert kept is not None
    (clock,) = clocks(*kept)
    assert clock.proof is not None
    lines = arithmetic(clock.proof)
    place = lines.index("ends       with one of these")
    assert lines[place + 1] == "           ticket.customer_confirmed"
    assert lines[place + 2].startswith("           ticket.followed_up 2 of 3 times: ")
    chinese = arithmetic(clock.proof, "zh")
    assert chinese[place] == "完成条件   满足其一即可"
    assert chinese[0].startswith("开始       ")


def test_an_attempt_that_is_heard_of_twice_counts_once() -> None:
    story = calls().at("12:10").send("ticket.followed_up", "t1", name="a").send("ticket.followed_up", "t1", name="b")
    story.at("12:20").send("ticket.followed_up", "t1", name="a", time="12:10")
    story.at("13:01").expect("breached", "t1")


@pytest.mark.parametrize("reopening", ["new", "continue"])
def test_after_a_reopening_the_count_begins_anew(reopening: str) -> None:
    story = calls(f"reopening: {reopening}\n").at("12:10").send("ticket.followed_up", "t1")
    story.at("12:20").send("ticket.followed_up", "t1").send("ticket.customer_confirmed", "t1")
    story.at("12:30").send("ticket.reopened", "t1").at("12:40").send("ticket.followed_up", "t1")
    story.at("13:09").expect_nothing()
    story.at("13:31").expect("breached", "t1", due="13:30" if reopening == "new" else "13:10")
    story.send("ticket.followed_up", "t1").at("13:32").expect_nothing()
    story.send("ticket.followed_up", "t1").expect("recovered", "t1")


def test_each_round_of_what_repeats_needs_all_of_its_own() -> None:
    story = exam(more="repeats: true\n").at("12:10").send("exam.reported", "v1").send("patient.told", "v1")
    story.at("13:00").send("exam.done", "v1").at("13:10").send("patient.told", "v1")
    story.at("14:01").expect("breached", "v1", occurrence=2, due="14:00")


def test_what_comes_in_a_pause_counts_and_can_end_it() -> None:
    story = exam(more="pauses: patient.away\nresumes: patient.back\n").at("12:10").send("patient.away", "v1")
    story.at("12:20").send("exam.reported", "v1").at("15:00").send("patient.told", "v1")
    story.at("18:00").expect_nothing()


def test_several_events_may_cancel_together() -> None:
    rules = """
        starts: exam.done
        ends: exam.reported
        cancels: {all: [exam.void, patient.informed]}
        deadline: 60m
    """
    story = exam(rules).at("12:10").send("exam.void", "v1").at("13:01")
    story.expect("breached", "v1")
    story.at("13:05").send("patient.informed", "v1").expect("cancelled", "v1", at="13:05")
    story.expect_nothing()


def test_an_end_comes_before_a_cancellation_that_the_same_event_completes() -> None:
    rules = """
        starts: exam.done
        ends: {on: note.made, times: 2}
        cancels: {all: [exam.void, note.made]}
        deadline: 60m
        journal: true
    """
    story = exam(rules).send("note.made", "v1").at("12:10")
    story.expect("opened", "v1")
    story.send("exam.void", "v1").expect("cancelled", "v1", at="12:10")
    story = exam(rules).at("12:10").send("note.made", "v1", name="a").at("12:20")
    story.expect("opened", "v1")
    story.send("exam.void", "v1", time="12:15").expect("cancelled", "v1", at="12:15")
    story.send("note.made", "v1", time="12:12").expect("met", "v1", at="12:12")
    story.expect_nothing()


# late truth


def test_the_missing_event_that_comes_late_and_was_in_time_retracts_the_breach() -> None:
    story = exam().at("12:10").send("exam.reported", "v1").at("13:01")
    story.expect("breached", "v1", due="13:00")
    story.at("13:20").send("patient.told", "v1", time="12:59")
    story.expect("retracted", "v1", at="12:59")
    said = story.expect("met", "v1", at="12:59")
    assert said.proof is not None
    assert said.proof.several[0].missing == 0
    story.expect_nothing()


def test_the_first_part_that_comes_last_is_dated_by_the_other_one() -> None:
    story = exam().at("12:50").send("patient.told", "v1").at("13:01")
    story.expect("breached", "v1")
    story.at("13:20").send("exam.reported", "v1", time="12:10")
    story.expect("retracted", "v1", at="12:10")
    story.expect("met", "v1", at="12:50")
    story.expect_nothing()


def test_an_attempt_that_comes_late_moves_the_third_one_before_the_due() -> None:
    story = calls().at("12:10").send("ticket.followed_up", "t1").at("12:40").send("ticket.followed_up", "t1").at("13:01")
    story.expect("breached", "t1")
    story.at("13:05").send("ticket.followed_up", "t1").expect("recovered", "t1", at="13:05")
    story.at("13:10").send("ticket.followed_up", "t1", time="12:20")
    story.expect("retracted", "t1", at="12:20")
    story.expect("met", "t1", at="12:40")
    story.expect_nothing()


def test_what_came_too_early_counts_once_the_start_turns_out_to_have_been_earlier() -> None:
    story = Story(catalogue(moment(EXAM))).at("11:55").send("exam.reported", "v1").at("12:00").send("exam.done", "v1")
    story.at("12:10").send("patient.told", "v1").at("13:01")
    story.expect("breached", "v1", due="13:00")
    story.send("exam.done", "v1", time="11:50")
    story.expect("retracted", "v1", at="11:50")
    story.expect("met", "v1", at="12:10", due="12:50")
    story.expect_nothing()


def test_what_ended_it_counts_no_more_once_the_start_turns_out_to_have_been_later() -> None:
    rules = EXAM + "cancels: exam.void\nrepeats: true\njournal: true\n"
    story = exam(rules).at("12:05").send("exam.reported", "v1").at("12:10").send("exam.done", "v1")
    story.expect("opened", "v1")
    story.at("12:20").send("patient.told", "v1").expect("met", "v1", at="12:20")
    story.at("12:30").send("exam.void", "v1", time="12:08").expect("cancelled", "v1", at="12:08", occurrence=1)
    story.expect("opened", "v1", occurrence=2, due="13:10")
    said = story.at("13:11").expect("breached", "v1", occurrence=2)
    assert said.proof is not None
    assert [len(part.came) for part in said.proof.several[0].parts] == [0, 1]


# kept, explained


def test_the_count_outlives_a_restart_of_the_worker() -> None:
    story = calls().at("12:10").send("ticket.followed_up", "t1").at("12:20").send("ticket.followed_up", "t1").restart()
    story.at("12:30").send("ticket.followed_up", "t1").at("14:00").expect_nothing()


def test_the_count_outlives_the_facts_that_are_folded_away() -> None:
    rules = "starts: exam.done\nends: {all: [exam.reported, patient.told]}\nreopens: noise.*\ndeadline: 5h"
    story = exam(rules).at("12:01").send("exam.reported", "v1", name="report")
    for minute in range(2, 58):
        story.at(f"12:{minute:02}").send("noise.heard", "v1").send("noise.seen", "v1", time=f"12:{minute:02}:30")
    found = story.processor.case("acme", "v1")
    assert found is not None
    assert found[1].base is not None
    assert all(fact.id != "report" for fact in found[1].facts)
    story.at("13:10").send("patient.told", "v1").at("18:00").expect_nothing()


def test_explain_names_what_has_come_and_what_is_missing() -> None:
    story = exam().at("12:10").send("exam.reported", "v1", name="r1").at("12:20")
    found = story.processor.case("acme", "v1")
    assert found is not None
    (clock,) = clocks(*found)
    assert "1 of 2 events came, still missing: touchpoint.patient.told" in clock.sentence["en"]
    assert clock.proof is not None
    lines = arithmetic(clock.proof)
    assert "ends       when all have come; 1 missing" in lines
    assert "           touchpoint.exam.reported: 2026-11-02T12:10:00Z by r1" in lines
    assert "           touchpoint.patient.told: missing" in lines


def test_a_feed_that_brings_any_part_puts_the_moment_in_doubt() -> None:
    found = Story(catalogue(moment(EXAM))).catalogue
    assert found.can_end(0, "touchpoint.exam.reported")
    assert found.can_end(0, "touchpoint.patient.told")
    assert not found.hits("touchpoint.patient.told", lambda _: None)[0].roles & Role.END
