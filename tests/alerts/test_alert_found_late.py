"""Honest catch-up: what broke while nobody looked, and what a worker says that has just taken over."""

from streams.clock import MINUTE, SECOND, as_datetime
from tests.alerts.alert_stage import BROKE, START, TOPICS, Stage, Told, broken


def test_a_breach_and_its_end_found_in_one_decision_are_booked_and_page_nobody() -> None:
    stage = Stage()
    stage.hear(stage.said("breached", ago=3), stage.said("recovered", ago=1))
    assert (stage.fresh(), stage.alert.state) == ([], "found_late")
    assert stage.whats == ["raised", "booked_late"]
    stage.at(60)
    assert stage.fresh() == []


def test_a_breach_found_late_waits_for_its_end_and_is_booked_when_that_comes() -> None:
    stage = Stage()
    stage.hear(stage.said("breached", ago=1800))
    assert stage.fresh() == []
    stage.restart()
    stage.at(0.05).hear(stage.said("recovered", ago=1200))
    assert (stage.fresh(), stage.alert.state) == ([], "found_late")


def test_a_breach_found_late_that_is_still_open_is_told_after_a_short_wait() -> None:
    stage = Stage()
    stage.hear(stage.said("breached", ago=1800))
    assert stage.alert.next_step_at == as_datetime(START + 5 * SECOND)
    stage.at(0.2)
    assert stage.fresh() == [BROKE]
    stage.at(10.2)
    assert stage.fresh() == [Told("escalated", "ana", 1)]


def test_a_breach_found_long_after_it_ended_is_booked_late_even_where_it_had_been_told() -> None:
    stage = Stage()
    stage.hear(stage.said("breached", ago=1800))
    stage.at(1)
    assert stage.fresh() == [BROKE]
    stage.hear(stage.said("recovered", ago=1200))
    assert (stage.fresh(), stage.alert.state) == ([Told("ended", "shan", 0)], "found_late")


def test_a_breach_older_than_the_stated_age_is_raised_and_pages_nobody() -> None:
    stage = Stage()
    stage.hear(stage.said("breached", ago=3 * 3600))
    stage.at(60)
    assert (stage.fresh(), stage.alert.state, stage.alert.next_step_at) == ([], "firing", None)
    assert "too late" in stage.audit[0].why
    stage.hear(stage.said("worsened"))
    assert stage.fresh() == [Told("worsened", "shan", 0)]


def test_a_warning_that_is_followed_by_its_breach_in_one_decision_is_one_message() -> None:
    stage = Stage()
    stage.hear(stage.said("at_risk", ago=5), stage.said("breached", ago=1), stage.said("worsened"))
    assert stage.whats == ["raised", "broke", "worsened"]
    assert stage.fresh() == [BROKE]


def test_a_worker_that_has_just_taken_over_reads_before_it_speaks() -> None:
    stage = broken()
    stage.restart()
    stage.now = START + 45 * MINUTE
    stage.decide([stage.batch(TOPICS.transitions, [stage.said("paused", occurrence=9)], behind=True)])
    assert stage.fresh() == []
    stage.decide([stage.batch(TOPICS.transitions, [stage.said("recovered", ago=2400, found=2400)])])
    assert (stage.fresh(), stage.alert.state) == ([Told("ended", "shan", 0)], "resolved")


def test_a_worker_that_is_never_told_that_it_has_read_all_waits_no_longer_than_it_settles() -> None:
    stage = broken()
    stage.restart()
    stage.now = START + 45 * MINUTE
    stage.decide([], quiet=False)
    assert stage.fresh() == []
    stage.now += 5 * SECOND
    stage.decide([], quiet=False)
    assert stage.fresh() == [Told("escalated", "ana", 1)]
