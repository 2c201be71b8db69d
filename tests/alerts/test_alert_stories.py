"""An evening of alerts, rule by rule, with a clock that is moved by hand: who is told, and who is told of the end."""

import hashlib

from streams.alerts.record import alert_id
from streams.clock import MINUTE, as_datetime, rfc3339
from tests.alerts.alert_stage import (
    ALERT,
    BROKE,
    CASE,
    MOMENT,
    START,
    TENANT,
    Stage,
    Told,
    broken,
    organisation,
    warned,
)


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
