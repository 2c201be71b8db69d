"""Alerts that somebody holds: acknowledged, snoozed, assigned, closed, and those of which nothing can be known."""

from streams.clock import HOUR, MINUTE, as_datetime, rfc3339
from tests.alerts.alert_stage import BROKE, START, Told, broken, warned


def test_nothing_is_told_while_an_alert_is_acknowledged() -> None:
    stage = broken()
    stage.at(1).ask(stage.command("acknowledge", minutes=60))
    stage.at(11).hear(stage.said("worsened"))
    stage.at(59)
    assert stage.fresh() == []
    assert (stage.alert.state, stage.alert.acknowledged_by) == ("acknowledged", "shan")
    assert stage.alert.quiet_until == as_datetime(START + 61 * MINUTE)
    assert stage.alert.next_step_at is None


def test_an_acknowledgement_expires_and_the_alert_escalates_again() -> None:
    stage = broken()
    stage.at(1).ask(stage.command("acknowledge", minutes=30))
    stage.restart()
    stage.at(31)
    assert stage.fresh() == [Told("again", "shan", 0)]
    assert (stage.alert.state, stage.alert.acknowledged_by) == ("firing", None)
    assert stage.audit[-1].what == "acknowledgement_expired"
    stage.at(40.9)
    assert stage.fresh() == []
    stage.at(41)
    assert stage.fresh() == [Told("escalated", "ana", 1)]


def test_after_an_acknowledgement_the_next_step_comes_as_long_after_as_the_chain_puts_it_after_the_last() -> None:
    stage = broken()
    stage.at(10)
    stage.at(11).ask(stage.command("acknowledge", minutes=30))
    stage.fresh()
    stage.at(41)
    assert stage.fresh() == [Told("again", "ana", 1)]
    stage.at(50.9)
    assert stage.fresh() == []
    stage.at(51)
    assert stage.fresh() == [Told("escalated", "rui", 2)]


def test_a_comment_or_an_assignment_begins_the_acknowledgement_anew() -> None:
    stage = broken()
    stage.ask(stage.command("acknowledge", minutes=30))
    stage.at(20).ask(stage.command("comment", text="courier called"))
    stage.at(40).ask(stage.command("assign", to="ana"))
    stage.at(69)
    assert stage.fresh() == []
    stage.at(70)
    assert stage.fresh() == [Told("again", "shan", 0)]


def test_a_warning_that_was_acknowledged_breaks_silently_and_is_told_when_nobody_holds_it() -> None:
    stage = warned()
    stage.ask(stage.command("acknowledge", minutes=30))
    stage.at(20).hear(stage.said("breached"))
    assert stage.fresh() == []
    assert (stage.alert.state, stage.alert.kind) == ("acknowledged", "breached")
    stage.at(30)
    assert stage.fresh() == [BROKE]
    stage.at(40)
    assert stage.fresh() == [Told("escalated", "ana", 1)]


def test_a_snooze_is_silent_until_it_ends() -> None:
    stage = broken()
    stage.at(1).ask(stage.command("snooze", until=rfc3339(START + 2 * HOUR)))
    stage.at(119)
    assert stage.fresh() == []
    stage.at(120)
    assert stage.fresh() == [Told("again", "shan", 0)]
    assert stage.audit[-1].what == "snooze_ended"
    stage.at(130)
    assert stage.fresh() == [Told("escalated", "ana", 1)]


def test_an_alert_that_ends_while_it_is_snoozed_ends_for_good() -> None:
    stage = broken()
    stage.ask(stage.command("snooze", until=rfc3339(START + 2 * HOUR)))
    stage.at(5).hear(stage.said("recovered"))
    assert stage.fresh() == [Told("ended", "shan", 0)]
    stage.at(121)
    assert (stage.fresh(), stage.alert.state) == ([], "resolved")


def test_an_assignment_names_somebody_and_does_not_stop_the_climb() -> None:
    stage = broken()
    stage.ask(stage.command("assign", to="ana", why="knows the store"))
    assert (stage.alert.assignee, stage.alert.state) == ("ana", "firing")
    assert stage.audit[-1].why == "to ana: knows the store"
    stage.at(10)
    assert stage.fresh() == [Told("escalated", "ana", 1)]


def test_a_closed_alert_stays_closed_whatever_the_events_say() -> None:
    stage = broken()
    stage.at(10)
    stage.fresh()
    stage.at(11).ask(stage.command("close", because="customer_served", useful=True))
    assert stage.fresh() == [Told("ended", "ana", 1)]
    assert (stage.alert.closed_because, stage.alert.useful) == ("customer_served", True)
    stage.at(12).hear(stage.said("worsened"), stage.said("recovered"), stage.said("opened", revision=1))
    stage.at(60)
    assert (stage.fresh(), stage.alert.state) == ([], "resolved")


def test_a_warning_closed_by_a_person_breaks_without_a_word_and_the_record_knows_it() -> None:
    stage = warned()
    stage.ask(stage.command("close", because="not_a_problem"))
    stage.at(5).hear(stage.said("breached"))
    assert (stage.fresh(), stage.alert.state) == ([], "resolved")
    assert stage.alert.broken_at == as_datetime(START + 5 * MINUTE)


def test_a_retraction_of_a_closed_alert_is_told() -> None:
    stage = broken()
    stage.ask(stage.command("close", because="other", by="ana"))
    assert stage.fresh() == [Told("ended", "shan", 0)]
    stage.at(5).hear(stage.said("retracted"))
    assert (stage.fresh(), stage.alert.state) == ([Told("retracted", "shan", 0)], "retracted")


def test_a_blind_feed_marks_the_alert_and_pages_nobody() -> None:
    stage = broken()
    stage.at(5).hear(stage.said("unknown"))
    stage.at(30)
    assert (stage.fresh(), stage.audit[-1].after) == ([], "unknown")
    stage.hear(stage.said("resumed"))
    assert (stage.fresh(), stage.audit[-1].after) == ([Told("escalated", "ana", 1)], "firing")
    stage.at(40)
    assert stage.fresh() == [Told("escalated", "rui", 2)]


def test_a_blind_alert_that_somebody_holds_stays_theirs_and_pages_nobody_when_they_let_it_go() -> None:
    stage = broken()
    stage.ask(stage.command("acknowledge", minutes=30))
    stage.at(5).hear(stage.said("unknown"))
    assert (stage.alert.state, stage.alert.kind) == ("acknowledged", "unknown")
    stage.at(31)
    assert (stage.alert.state, stage.fresh()) == ("unknown", [])
    stage.at(32).hear(stage.said("worsened"))
    assert (stage.alert.state, stage.fresh()) == ("firing", [Told("worsened", "shan", 0)])


def test_a_blind_alert_that_ends_is_told_to_those_who_were_told() -> None:
    stage = broken()
    stage.at(5).hear(stage.said("unknown"))
    stage.at(6).hear(stage.said("met"))
    assert (stage.fresh(), stage.alert.state) == ([Told("ended", "shan", 0)], "resolved")
