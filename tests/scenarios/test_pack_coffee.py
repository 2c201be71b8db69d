"""What is special in the pack coffee; the life of each of its moments is in lives_coffee.py."""

from tests.support.story import Story


def coffee() -> Story:
    """A story of the pack, on Monday at ten."""
    return Story(["pack:coffee"], zone="Asia/Shanghai").at("10:00")


def test_a_coffee_is_ready_in_eight_minutes_at_the_table_in_six_and_a_promised_time_counts_before_both() -> None:
    story = coffee().send("order.accepted", "c1").send("order.accepted", "c2", category="dine_in")
    story.send("order.accepted", "c3", promised_ready_at="10:30")
    story.at("10:08:01").expect("at_risk", "c2", at="10:04")
    story.expect("breached", "c2", due="10:06")
    story.expect("at_risk", "c1", at="10:06")
    story.expect("breached", "c1", due="10:08")
    story.expect_nothing()
    story.at("10:30:01").skip("order.make").expect_nothing()


def test_what_the_coffee_store_does_not_say_is_as_in_the_tea_chain() -> None:
    tea = Story(["pack:tea_chain"]).catalogue
    own = coffee().catalogue
    assert {one.id for one in own.moments} == {one.id for one in tea.moments} | {"machine.restored"}
    make = {one.id: one for one in own.moments}["order.make"]
    made = {one.id: one for one in tea.moments}["order.make"]
    assert make.title == {"zh": "咖啡及时出杯", "en": "Coffee ready in time"}
    assert (make.severity, make.owner, make.rises) == (made.severity, made.owner, made.rises)
    confirm = {one.id: one for one in own.moments}["order.confirm"]
    assert confirm.playbook == {one.id: one for one in tea.moments}["order.confirm"].playbook


def test_a_late_coffee_rises_as_a_late_tea_does() -> None:
    story = coffee().send("order.accepted", "c1").at("10:18:01")
    story.expect("at_risk", "c1", severity="medium")
    story.expect("breached", "c1", due="10:08", severity="medium")
    story.expect("worsened", "c1", at="10:18", severity="high")


def test_a_machine_that_fails_in_the_evening_has_its_second_hour_in_the_morning() -> None:
    story = coffee().at("21:00").send("machine.failed", "m1")
    story.at("+1d 08:00:01").expect("at_risk", "m1", at="+1d 07:00")
    story.expect("breached", "m1", due="+1d 08:00", severity="high")
    story.at("+1d 10:00:01").expect("worsened", "m1", at="+1d 10:00", severity="critical")


def test_a_machine_that_was_swapped_in_time_and_reported_late_takes_the_accusation_back() -> None:
    story = coffee().send("machine.failed", "m1")
    story.at("12:00:01").expect("at_risk", "m1")
    story.expect("breached", "m1", due="12:00")
    story.at("12:30").send("machine.swapped", "m1", time="11:50").expect("retracted", "m1")
    story.expect("met", "m1")
    story.expect_nothing()
