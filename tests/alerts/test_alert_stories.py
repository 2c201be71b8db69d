"""An evening of alerts, rule by rule, with a clock that is moved by hand."""

import hashlib
from dataclasses import replace
from datetime import timedelta

from streams.alerts.policy import AlertPolicy
from streams.alerts.record import alert_id
from streams.clock import DAY, HOUR, MINUTE, SECOND, as_datetime, rfc3339
from tests.alerts.alert_stage import ALERT, CASE, MOMENT, START, TENANT, TOPICS, Stage, Told, organisation

BROKE = Told("broke", "shan", 0)


def broken() -> Stage:
    """A stage in which the first case has just broken and the store was told."""
    stage = Stage()
    stage.hear(stage.said("breached"))
    assert stage.fresh() == [BROKE]
    return stage


def warned() -> Stage:
    stage = Stage()
    stage.hear(stage.said("at_risk"))
    assert stage.fresh() == [Told("warned", "shan", 0)]
    return stage


def test_a_breach_raises_one_alert_and_tells_the_store_at_once() -> None:
    stage = broken()
    assert list(stage.alerts) == [ALERT]
    alert = stage.alert
    assert (alert.version, alert.state, alert.kind, alert.level, alert.told) == (1, "firing", "breached", 1, ["shan"])
    assert alert.broken_at == as_datetime(START)
    assert alert.next_step_at == as_datetime(START + 10 * MINUTE)
    assert [(line.what, line.by, line.before, line.after) for line in stage.audit] == [
        ("raised", "monitor", None, "firing")
    ]
    assert stage.notices[0].alert == alert


def test_the_id_of_an_alert_is_that_of_tenant_case_moment_and_occurrence() -> None:
    said = "tea\x1forder-1\x1fdelivery.late\x1f1"
    assert hashlib.blake2b(said.encode(), digest_size=16).hexdigest() == ALERT
    others = {alert_id("x", CASE, MOMENT, 1), alert_id(TENANT, "x", MOMENT, 1), alert_id(TENANT, CASE, MOMENT, 2)}
    assert len(others | {ALERT, alert_id(TENANT, CASE, "x", 1)}) == 5


def test_a_second_occurrence_is_a_second_alert() -> None:
    stage = broken()
    stage.hear(stage.said("breached", occurrence=2))
    assert len(stage.alerts) == 2
    assert stage.fresh() == [BROKE]


def test_quiet_steps_of_a_moment_raise_no_alert() -> None:
    stage = Stage()
    for kind in ("opened", "paused", "resumed", "revised", "met", "recovered", "retracted", "unknown", "expired"):
        decision = stage.hear(stage.said(kind)).decisions[-1]
        assert decision == ({}, [])


def test_an_alert_that_nobody_takes_climbs_to_the_area_and_the_region() -> None:
    stage = broken()
    stage.at(9.9)
    assert stage.fresh() == []
    stage.at(10)
    assert stage.fresh() == [Told("escalated", "ana", 1)]
    assert stage.alert.level == 2
    stage.at(20)
    assert stage.fresh() == [Told("escalated", "rui", 2)]
    assert stage.alert.next_step_at is None
    stage.at(500)
    assert stage.fresh() == []
    assert stage.whats == ["raised", "escalated", "escalated"]
    assert stage.alert.told == ["shan", "ana", "rui"]


def test_steps_of_the_chain_survive_a_restart() -> None:
    stage = broken()
    stage.restart()
    stage.at(10)
    assert stage.fresh() == [Told("escalated", "ana", 1)]
    stage.restart()
    stage.at(10.1)
    assert stage.fresh() == []


def test_a_step_that_is_taken_late_leaves_the_next_one_its_whole_time() -> None:
    stage = broken()
    stage.restart()
    stage.at(45)
    assert stage.fresh() == [Told("escalated", "ana", 1)]
    stage.at(54.9)
    assert stage.fresh() == []
    stage.at(55)
    assert stage.fresh() == [Told("escalated", "rui", 2)]


def test_the_chain_of_the_organisation_counts_before_the_usual_one() -> None:
    steps = [{"after": "0s", "tell": "region"}, {"after": "2m", "tell": "store"}]
    stage = Stage(organisation(chains=[{"id": "c", "severities": ["high"], "steps": steps}]))
    stage.hear(stage.said("breached"))
    stage.at(2)
    assert stage.fresh() == [Told("broke", "rui", 0), Told("escalated", "shan", 1)]


def test_steps_of_one_instant_are_taken_together_and_nobody_is_told_twice() -> None:
    steps = [{"after": "0s", "tell": level} for level in ("store", "area", "region")]
    duty = {"people": ["shan"]}
    stage = Stage(organisation(chains=[{"id": "c", "steps": steps}], areas=[{"id": "a1", "region": "r1", "duty": duty}]))
    stage.hear(stage.said("breached"))
    assert stage.fresh() == [BROKE, Told("escalated", "rui", 2)]
    assert (stage.alert.version, stage.alert.level) == (1, 3)


def test_a_chain_whose_first_step_is_later_tells_nobody_at_once() -> None:
    stage = Stage(organisation(chains=[{"id": "c", "steps": [{"after": "5m", "tell": "store"}]}]))
    stage.hear(stage.said("breached"))
    assert stage.fresh() == []
    stage.at(5)
    assert stage.fresh() == [BROKE]


def test_new_organisation_data_counts_from_the_next_step_on() -> None:
    stage = broken()
    stage.processor.use(organisation(areas=[{"id": "a1", "duty": {"people": ["fang"]}}]))
    stage.at(10)
    assert stage.fresh() == [Told("escalated", "fang", 1)]


def test_a_chain_that_became_shorter_ends_where_it_ends_now() -> None:
    stage = broken()
    stage.processor.use(organisation(chains=[{"id": "c", "steps": [{"after": "0s", "tell": "store"}]}]))
    stage.at(10)
    assert stage.fresh() == []
    assert stage.alert.next_step_at is None


def test_an_unknown_store_goes_to_the_fallback_and_is_counted() -> None:
    stage = Stage()
    stage.hear(stage.said("breached", labels={"store": "nowhere", "region": None}))
    assert stage.fresh() == [Told("broke", "fang", 0)]
    assert stage.processor.tally.unknown_stores == 1


def test_where_nobody_can_be_told_the_audit_says_so_and_the_alert_goes_on() -> None:
    stage = Stage(organisation(fallback={}))
    stage.hear(stage.said("breached", labels={"store": "nowhere"}))
    assert stage.fresh() == []
    assert stage.whats == ["raised", "nobody_to_tell"]
    assert (stage.alert.state, stage.alert.told, stage.alert.level) == ("firing", [], 1)
    assert stage.processor.tally.nobody_to_tell == 1
    stage.at(10)
    assert stage.whats == ["raised", "nobody_to_tell", "escalated", "nobody_to_tell"]


def test_a_warning_goes_to_the_store_alone_and_does_not_climb() -> None:
    stage = warned()
    assert (stage.alert.state, stage.alert.level, stage.alert.next_step_at) == ("firing", 0, None)
    stage.at(59)
    assert stage.fresh() == []


def test_a_warning_is_withdrawn_from_those_who_were_told_when_it_is_met() -> None:
    stage = warned()
    stage.at(5).hear(stage.said("met"))
    assert stage.fresh() == [Told("ended", "shan", 0)]
    assert (stage.alert.state, stage.alert.broken_at) == ("resolved", None)
    stage.at(60)
    assert stage.fresh() == []


def test_a_warning_past_its_due_is_told_to_nobody() -> None:
    stage = Stage()
    stage.hear(stage.said("at_risk", due_at=rfc3339(START)))
    assert stage.fresh() == []
    assert stage.alert.state == "firing"


def test_the_chain_is_counted_from_the_breach_and_not_from_the_warning() -> None:
    stage = warned()
    stage.at(15).hear(stage.said("breached"))
    assert stage.fresh() == [BROKE]
    stage.at(24.9)
    assert stage.fresh() == []
    stage.at(25)
    assert stage.fresh() == [Told("escalated", "ana", 1)]


def test_a_breach_that_worsens_is_told_to_the_present_step_with_its_new_severity() -> None:
    stage = broken()
    stage.at(10)
    stage.fresh()
    stage.at(12).hear(stage.said("worsened", severity="critical"))
    assert stage.fresh() == [Told("worsened", "ana", 1)]
    assert stage.alert.severity == "critical"


def test_a_breach_that_worsens_climbs_on_by_the_chain_of_its_new_severity() -> None:
    fast = {"id": "c", "severities": ["critical"]}
    steps = [{"after": "0s", "tell": "store"}, {"after": "1m", "tell": "region"}]
    stage = Stage(organisation(chains=[{**fast, "steps": steps}]))
    stage.hear(stage.said("breached"))
    stage.fresh()
    stage.at(0.5).hear(stage.said("worsened", severity="critical"))
    assert stage.fresh() == [Told("worsened", "shan", 0)]
    stage.at(1)
    assert stage.fresh() == [Told("escalated", "rui", 1)]


def test_everybody_who_was_told_hears_of_the_end_once() -> None:
    stage = broken()
    stage.at(10)
    stage.fresh()
    stage.at(11).hear(stage.said("recovered"))
    assert stage.fresh() == [Told("ended", "shan", 1), Told("ended", "ana", 1)]
    assert stage.alert.state == "resolved"
    stage.hear(stage.said("recovered", revision=1))
    assert stage.fresh() == []


def test_a_retraction_tells_everyone_who_was_told_once() -> None:
    stage = broken()
    stage.at(10)
    stage.fresh()
    stage.at(12).hear(stage.said("retracted", ago=900), stage.said("met", ago=900))
    assert stage.fresh() == [Told("retracted", "shan", 1), Told("retracted", "ana", 1)]
    assert (stage.alert.state, stage.alert.kind, stage.alert.broken_at) == ("retracted", "met", None)
    stage.at(40)
    assert stage.fresh() == []


def test_a_retraction_after_the_end_is_still_told() -> None:
    stage = broken()
    stage.at(5).hear(stage.said("recovered"))
    assert stage.fresh() == [Told("ended", "shan", 0)]
    stage.at(6).hear(stage.said("retracted"))
    assert stage.fresh() == [Told("retracted", "shan", 0)]


def test_a_retraction_of_an_acknowledged_alert_is_told_too() -> None:
    stage = broken()
    stage.at(1).ask(stage.command("acknowledge"))
    stage.at(2).hear(stage.said("retracted"))
    assert stage.fresh() == [Told("retracted", "shan", 0)]


def test_what_broke_again_after_its_retraction_is_told_anew() -> None:
    stage = broken()
    stage.at(1).hear(stage.said("retracted"))
    stage.fresh()
    stage.at(2).hear(stage.said("breached", revision=1))
    assert stage.fresh() == [BROKE]
    stage.at(3).hear(stage.said("retracted", revision=1))
    assert stage.fresh() == [Told("retracted", "shan", 0)]
    assert len({notice.id for notice in stage.notices}) == len(stage.notices)


def test_somebody_who_has_left_cannot_be_told_of_the_end_and_the_audit_says_so() -> None:
    stage = broken()
    stage.processor.use(organisation(people=[], stores=[], areas=[], regions=[], fallback={}))
    stage.at(1).hear(stage.said("recovered"))
    assert stage.fresh() == []
    assert stage.whats == ["raised", "ended", "nobody_to_tell"]
    assert "shan" in stage.audit[-1].why


def test_a_breach_that_is_over_and_opens_again_is_told_again() -> None:
    stage = broken()
    stage.at(5).hear(stage.said("recovered"))
    stage.fresh()
    stage.at(7).hear(stage.said("opened", revision=1))
    assert stage.fresh() == [Told("again", "shan", 0)]
    assert (stage.alert.state, stage.alert.ended_at) == ("firing", None)
    stage.at(17)
    assert stage.fresh() == [Told("escalated", "ana", 1)]
    assert stage.whats[-2:] == ["reopened", "escalated"]


def test_a_warning_that_was_met_and_runs_again_is_shown_and_tells_nobody_yet() -> None:
    stage = warned()
    stage.at(1).hear(stage.said("met"))
    stage.fresh()
    stage.at(2).hear(stage.said("opened", revision=1))
    assert (stage.fresh(), stage.alert.state) == ([], "firing")
    stage.at(3).hear(stage.said("at_risk", revision=1))
    assert stage.fresh() == [Told("warned", "shan", 0)]


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


# honest catch-up


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


# repeats, order, keeping


def test_a_repeated_transition_changes_nothing() -> None:
    stage = broken()
    assert stage.at(1).hear(stage.said("breached", ago=60)).decisions[-1] == ({}, [])
    assert stage.processor.tally.without_effect["repeated"] == 1


def test_a_case_that_was_forgotten_and_lives_again_is_told_though_its_transitions_have_known_ids() -> None:
    stage = broken()
    stage.at(5).ask(stage.command("close", because="fixed"))
    stage.hear(stage.said("recovered"))
    stage.at(3000).hear(stage.said("breached"))
    assert stage.fresh() == [BROKE]
    assert (stage.alert.state, stage.alert.raised_at) == ("firing", as_datetime(START + 3000 * MINUTE))
    stage.at(3001).hear(stage.said("recovered"))
    assert stage.fresh() == [Told("ended", "shan", 0)]


def test_a_breach_with_a_known_id_that_was_found_before_the_end_is_no_news() -> None:
    stage = broken()
    stage.at(5).hear(stage.said("recovered", ago=290))
    stage.fresh()
    stage.hear(stage.said("breached", ago=40, found=40))
    assert (stage.fresh(), stage.alert.state) == ([], "resolved")


def test_a_breach_that_is_found_again_in_a_log_judged_anew_is_no_news() -> None:
    stage = broken()
    stage.at(5).hear(stage.said("retracted", ago=600))
    stage.fresh()
    stage.at(60).hear(stage.said("breached", ago=3600))
    assert (stage.fresh(), stage.alert.state) == ([], "retracted")


def test_an_older_revision_of_a_kind_never_undoes_a_newer_one() -> None:
    stage = Stage()
    stage.hear(stage.said("breached", revision=1), stage.said("recovered", found=1))
    state = stage.alert
    stage.hear(stage.said("breached", revision=0))
    assert (stage.fresh(), stage.alert) == ([], state)


def test_an_older_transition_never_undoes_a_newer_one() -> None:
    stage = broken()
    stage.at(30).hear(stage.said("recovered"))
    stage.fresh()
    state = stage.alert
    stage.at(31).hear(stage.said("worsened", ago=1500, found=1500), stage.said("at_risk", ago=3600, found=3600))
    assert (stage.fresh(), stage.alert) == ([], state)
    assert stage.processor.tally.without_effect["older"] == 2


def test_a_worker_whose_clock_is_a_little_behind_is_heard() -> None:
    stage = broken()
    stage.at(0.1).hear(stage.said("recovered", found=10))
    assert stage.alert.state == "resolved"


def test_a_correction_that_is_dated_back_counts() -> None:
    stage = broken()
    stage.at(30).hear(stage.said("retracted", ago=3600))
    assert stage.alert.state == "retracted"


def test_an_alert_is_forgotten_a_stated_time_after_it_is_over() -> None:
    stage = broken()
    stage.at(5).hear(stage.said("recovered"))
    stage.restart()
    stage.at(5 + 7 * 24 * 60 - 1)
    assert ALERT in stage.alerts
    stage.at(5 + 7 * 24 * 60)
    assert (stage.alerts, len(stage.processor)) == ({}, 0)
    assert stage.decisions[-1].changes == {ALERT.encode(): None}


def test_an_alert_that_was_forgotten_and_is_raised_again_is_told_under_new_ids() -> None:
    stage = broken()
    stage.at(5).hear(stage.said("recovered"))
    stage.at(5 + 8 * 24 * 60).hear(stage.said("breached", revision=1))
    first, again = (notice for notice in stage.notices if notice.reason == "broke")
    assert (first.alert.version, first.person) == (again.alert.version, again.person)
    assert first.id != again.id


def test_an_open_alert_is_never_forgotten() -> None:
    stage = broken()
    stage.at(60 * 24 * 60)
    assert ALERT in stage.alerts


def test_the_same_records_give_the_same_notices_on_every_replay() -> None:
    def evening() -> Stage:
        stage = broken()
        stage.at(10).ask(stage.command("acknowledge"))
        stage.at(45).hear(stage.said("recovered"))
        return stage

    first, second = evening(), evening()
    assert [notice.id for notice in first.notices] == [notice.id for notice in second.notices]
    assert first.decisions == second.decisions


def test_each_alert_carries_the_playbook_of_its_moment() -> None:
    stage = Stage(playbook_of={MOMENT: {"en": ["Call the courier."]}}.__getitem__)
    stage.hear(stage.said("breached"))
    assert stage.alert.playbook == {"en": ["Call the courier."]}


def test_every_change_is_one_record_and_one_line_with_growing_versions() -> None:
    stage = broken()
    stage.at(10).ask(stage.command("acknowledge"), stage.command("comment", text="on it"))
    stage.at(60).hear(stage.said("worsened"), stage.said("recovered"))
    assert [alert.version for alert in stage.versions] == list(range(1, len(stage.versions) + 1))
    assert [line.version for line in stage.audit] == [alert.version for alert in stage.versions]
    assert [line.after for line in stage.audit] == [alert.state for alert in stage.versions]
    assert [line.before for line in stage.audit[1:]] == [alert.state for alert in stage.versions[:-1]]


def test_a_policy_sets_the_ages() -> None:
    policy = replace(AlertPolicy(), page_age=10 * MINUTE, kept_for=DAY, steps=((0, "region"),))
    stage = Stage(policy=policy)
    stage.hear(stage.said("breached", ago=3), stage.said("breached", ago=660, occurrence=2))
    assert stage.fresh() == [Told("broke", "rui", 0)]
    stage.hear(stage.said("recovered"))
    stage.now += DAY
    stage.decide([])
    assert ALERT not in stage.alerts


def test_an_alert_that_is_over_keeps_who_had_it() -> None:
    stage = broken()
    stage.ask(stage.command("acknowledge"))
    stage.at(2).hear(stage.said("recovered"))
    assert stage.alert.acknowledged_by == "shan"
    assert stage.alert.ended_at is not None
    assert stage.alert.broken_at is not None
    assert stage.alert.ended_at - stage.alert.broken_at == timedelta(minutes=2)
