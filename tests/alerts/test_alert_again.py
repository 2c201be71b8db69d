"""Alerts whose records are repeated, come out of order, or are kept no longer."""

from dataclasses import replace
from datetime import timedelta

from streams.alerts.policy import AlertPolicy
from streams.clock import DAY, MINUTE, as_datetime
from tests.alerts.alert_stage import ALERT, BROKE, MOMENT, START, Stage, Told, broken


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
