"""Business days, calendars of two sides, and instants that are near or far: what people are told, and why then."""

import json

from streams.catalogue.load import compile_texts
from streams.clock import rfc3339
from streams.engine.arithmetic import arithmetic
from tests.support.story import Story
from tests.support.story_catalogues import catalogue, moment

CALENDARS = """
calendars:
  bank:
    weekly: {mon-fri: ["09:00-18:00"]}
    closed: [2026-11-11]
  seller: {weekly: {mon-fri: ["09:00-18:00"]}, time_zone: Asia/Shanghai}
  buyer: {weekly: {mon-fri: ["09:00-17:00"]}}
  night: {weekly: {mon-sat: ["18:00-02:00"]}}
  either: {any: [seller, buyer]}
stores:
  late_branch: {calendars: {bank: night}}
"""

LOAN = """
    starts: application.submitted
    ends: decision.told
    pauses: documents.asked
    resumes: documents.received
    revises: {on: promise.revised, due: due_at}
    deadline: {workdays: 3, targets: [{when: {tier: vip}, after: 4h}, {when: {tier: gold}, workdays: 1}]}
    calendar: bank
    time_to_live: 10d
"""


def in_hours(rules: str, name: str = "loan") -> str:
    return catalogue(moment(rules, name=name)) + CALENDARS


def loan(more: str = "") -> Story:
    return Story(in_hours(LOAN + more))


def test_three_business_days_end_when_the_bank_closes_on_the_third() -> None:
    story = loan().at("10:00").send("application.submitted", "a1")
    story.at("+3d 18:00").expect_nothing()
    said = story.at("+3d 18:00:01").expect("breached", "a1", due="+3d 18:00")
    assert said.proof is not None
    assert said.proof.deadline == {"clause": "workdays", "due_at": "2026-11-05T18:00:00Z", "days": 3}
    assert [(begin.day, begin.hour, end.hour) for begin, end in said.proof.open] == [
        (2, 10, 18),
        (3, 9, 18),
        (4, 9, 18),
        (5, 9, 18),
    ]
    assert said.sentence is not None
    assert said.sentence.en.endswith("(touchpoint.application.submitted at 2026-11-02 10:00 plus 3 business days).")
    assert said.sentence.zh.endswith("（2026-11-02 10:00 touchpoint.application.submitted 起 3 个工作日）。")
    lines = arithmetic(json.loads(said.proof.model_dump_json()))
    assert "deadline   workdays 3 business days -> 2026-11-05T18:00:00Z" in lines


def test_what_comes_after_hours_or_at_the_weekend_counts_as_of_the_next_opening() -> None:
    story = loan().at("+4d 18:00").send("application.submitted", "friday", tier="gold")
    story.at("+5d 11:00").send("application.submitted", "saturday", tier="gold")
    story.at("+7d 08:59").send("application.submitted", "monday", tier="gold").at("+8d 18:00").expect_nothing()
    story.at("+8d 18:00:01")
    for case in ("friday", "saturday", "monday"):
        story.expect("breached", case, due="+8d 18:00")
    story.expect_nothing()


def test_a_day_on_which_the_bank_is_closed_is_none() -> None:
    story = loan().at("+8d 10:00").send("application.submitted", "a1", tier="gold")
    story.at("+9d 23:00").expect_nothing()  # Wednesday, closed
    story.at("+10d 18:00:01").expect("breached", "a1", due="+10d 18:00")


def test_one_deadline_may_have_hours_for_some_and_days_for_others() -> None:
    story = (
        loan().at("16:00").send("application.submitted", "v", tier="vip").send("application.submitted", "g", tier="gold")
    )
    said = story.at("+1d 11:00:01").expect("breached", "v", due="+1d 11:00")
    assert said.sentence is not None
    assert "plus 4h for tier = vip" in said.sentence.en
    said = story.at("+1d 18:00:01").expect("breached", "g", due="+1d 18:00")
    assert said.sentence is not None
    assert "plus 1 business day for tier = gold" in said.sentence.en
    assert "起 1 个工作日（tier = gold）" in said.sentence.zh


def test_a_pause_moves_the_due_by_the_open_time_that_it_took() -> None:
    story = loan().at("10:00").send("application.submitted", "a1")
    story.at("+1d 12:00").send("documents.asked", "a1").at("+2d 12:00").send("documents.received", "a1")
    story.at("+4d 18:00").expect_nothing()
    said = story.at("+4d 18:00:01").expect("breached", "a1", due="+4d 18:00")
    assert said.proof is not None
    assert [move.kind for move in said.proof.moves] == ["paused", "resumed"]


def test_a_pause_over_night_alone_takes_nothing() -> None:
    story = loan().at("10:00").send("application.submitted", "a1", tier="gold")
    story.at("18:00").send("documents.asked", "a1").at("+1d 08:00").send("documents.received", "a1")
    story.at("+1d 18:00:01").expect("breached", "a1", due="+1d 18:00")


def test_a_share_of_business_days_is_one_of_their_open_time() -> None:
    story = loan("warnings: [50%]").at("10:00").send("application.submitted", "a1", tier="gold")  # 8 and 9 hours
    story.at("+1d 09:30").expect_nothing()
    story.at("+1d 09:30:01").expect("at_risk", "a1", at="+1d 09:30", due="+1d 18:00")


def test_the_share_of_a_paused_clock_counts_from_where_it_went_on() -> None:
    story = loan("warnings: [50%]").at("10:00").send("application.submitted", "a1", tier="gold")
    story.at("12:00").send("documents.asked", "a1").at("+1d 09:00").send("documents.received", "a1")
    # 15 of 17 hours are left; 8.5 of them are the reserve
    story.at("+1d 15:30").expect_nothing()
    story.at("+1d 15:30:01").expect("at_risk", "a1", at="+1d 15:30", due="+2d 15:00")


def test_a_revision_sets_an_instant_and_a_pause_after_it_moves_that() -> None:
    story = loan().at("10:00").send("application.submitted", "a1")
    story.at("11:00").send("promise.revised", "a1", due_at="+1d 12:00")
    story.at("15:00").send("documents.asked", "a1").at("17:00").send("documents.received", "a1")
    story.at("+1d 14:00").expect_nothing()
    story.at("+1d 14:00:01").expect("breached", "a1", due="+1d 14:00")


def test_an_answer_that_was_in_time_takes_the_breach_back_however_late_it_is_heard_of() -> None:
    story = loan().at("10:00").send("application.submitted", "a1", tier="gold")
    story.at("+1d 18:05").expect("breached", "a1")
    story.send("decision.told", "a1", time="+1d 18:00").expect("retracted", "a1")
    story.expect("met", "a1")
    story.expect_nothing()


def test_an_application_that_is_heard_of_late_is_due_by_its_own_day() -> None:
    story = loan().at("+2d 10:00").send("application.submitted", "a1", tier="gold", time="17:59")
    story.expect("breached", "a1", due="+1d 18:00")


def test_a_branch_of_the_night_has_days_that_end_after_midnight() -> None:
    story = loan().at("20:00").send("application.submitted", "a1", tier="gold", store_id="late_branch")
    story.at("+1d 01:00").send("application.submitted", "a2", tier="gold", store_id="late_branch")  # Monday's shift
    story.at("+2d 02:00").expect_nothing()
    story.at("+2d 02:00:01")
    said = story.expect("breached", "a1", due="+2d 02:00")
    assert said.proof is not None
    assert said.proof.calendar == "night"
    story.expect("breached", "a2", due="+2d 02:00")


def test_business_days_are_those_of_the_zone_of_the_case() -> None:
    story = loan().at("10:00").send("application.submitted", "a1", tier="gold", time_zone="America/New_York")
    said = story.at("+1d 23:00:01").expect("breached", "a1", due="+1d 23:00")  # six in the evening there
    assert said.proof is not None
    assert said.proof.time_zone == "America/New_York"


def test_summer_time_begins_between_two_business_days() -> None:
    story = Story(in_hours(LOAN), zone="Europe/Berlin")
    story.at("+144d 10:00").send("application.submitted", "a1", tier="gold", time_zone="Europe/Berlin")  # 26 March 2027
    said = story.at("+147d 18:00:01").expect("breached", "a1", due="+147d 18:00")
    assert said.proof is not None
    assert [f"{begin:%d %H:%M}-{end:%H:%M}" for begin, end in said.proof.open] == ["26 09:00-17:00", "29 07:00-16:00"]


INQUIRY = """
    starts: inquiry.received
    ends: inquiry.answered
    deadline: {after: 4h}
    calendar: either
"""


def test_the_clock_of_two_sides_runs_while_either_of_them_is_open() -> None:
    story = Story(in_hours(INQUIRY, "inquiry"), zone="Asia/Shanghai")
    story.at("17:00").send("inquiry.received", "i1", time_zone="Europe/Berlin")  # ten o'clock in Berlin
    said = story.at("21:00:01").expect("breached", "i1", due="21:00")
    assert said.proof is not None
    assert (said.proof.calendar, said.proof.time_zone) == ("either", "Europe/Berlin")


def test_and_stands_while_both_are_closed() -> None:
    story = Story(in_hours(INQUIRY, "inquiry"), zone="Asia/Shanghai")
    story.at("+4d 23:00").send("inquiry.received", "i1", time_zone="Europe/Berlin")  # Friday, four o'clock in Berlin
    story.at("+7d 12:00").expect_nothing()  # an hour of Friday in Berlin, three of Monday in Shanghai
    story.at("+7d 12:00:01").expect("breached", "i1", due="+7d 12:00")


VISIT = """
    starts: {on: appointment.booked, where: {attributes.start_at: {beyond: 24h}}}
    ends: reminder.sent
    cancels: {on: appointment.moved, where: {attributes.start_at: {within: 24h}}}
    revises: {on: appointment.moved, due: attributes.start_at}
    deadline: {before: attributes.start_at, lead: 24h}
    time_to_live: 10d
"""


def visit() -> Story:
    return Story(in_hours(VISIT, "visit"))


def at_time(story: Story, text: str) -> dict[str, str]:
    return {"start_at": rfc3339(story.instant(text))}


def test_whether_a_reminder_is_owed_depends_on_when_the_appointment_was_booked() -> None:
    story = visit()
    start = at_time(story, "+1d 12:00")
    story.at("11:00").send("appointment.booked", "early", attributes=start)
    story.at("11:59:59").send("appointment.booked", "just", attributes=start)
    story.at("12:00").expect_nothing().send("appointment.booked", "sharp", attributes=start)
    story.at("12:00:00.5").expect("breached", "early", due="12:00")
    story.expect("breached", "just", due="12:00")
    story.expect("breached", "sharp", due="12:00")
    story.at("12:01").send("appointment.booked", "short", attributes=start).at("+3d 12:00").expect_nothing()


def test_what_is_heard_late_is_judged_by_when_it_happened() -> None:
    story = visit()
    start = at_time(story, "+1d 12:00")
    story.at("12:30").send("appointment.booked", "late", attributes=start, time="11:00")
    story.expect("breached", "late", due="12:00")
    story.send("appointment.booked", "short", attributes=start, time="12:29").at("+1d 12:00").expect_nothing()


def test_an_appointment_moved_close_needs_no_reminder_and_one_moved_far_a_later_one() -> None:
    story = visit().at("09:00")
    for case in ("close", "far"):
        story.send("appointment.booked", case, attributes=at_time(story, "+2d 12:00"))
    story.at("10:00").send("appointment.moved", "close", attributes=at_time(story, "+1d 09:00"))
    story.send("appointment.moved", "far", attributes=at_time(story, "+4d 12:00"))
    story.at("+3d 12:00").expect_nothing()
    story.at("+3d 12:00:01").expect("breached", "far", due="+3d 12:00")
    story.expect_nothing()


def test_a_target_may_depend_on_how_near_something_is() -> None:
    rules = """
        starts: question.asked
        ends: question.answered
        deadline: {after: 8h, targets: [{when: {attributes.start_at: {within: 6h}}, after: 1h}]}
    """
    story = Story(in_hours(rules, "question")).at("09:00")
    start = at_time(story, "15:30")
    story.send("question.asked", "q1", attributes=start).at("10:00").send("question.asked", "q2", attributes=start)
    said = story.at("11:00:01").expect("breached", "q2", due="11:00")
    assert said.sentence is not None
    assert "for attributes.start_at within 6h" in said.sentence.en
    story.at("17:00:01").expect("breached", "q1", due="17:00")


def test_the_instant_is_that_of_the_event_that_starts_even_where_its_field_came_before() -> None:
    rules = """
        starts: question.asked
        ends: question.answered
        revises: {on: stay.planned, due: attributes.never}
        deadline: {after: 8h, targets: [{when: {attributes.start_at: {within: 6h}}, after: 1h}]}
    """
    story = Story(in_hours(rules, "question")).at("11:30")
    story.send("stay.planned", "q1", attributes=at_time(story, "17:45"))
    story.at("12:00").send("question.asked", "q1").at("13:00:01").expect("breached", "q1", due="13:00")


def test_a_catalogue_of_days_is_the_same_again_from_its_source() -> None:
    text = in_hours(LOAN)
    assert compile_texts([("a", text)]).version == compile_texts([("b", text + "# the same\n")]).version
