"""The stages behind detection count what is open: after each decision and each restart it is what was published."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from schemas.alert import OPEN_STATES
from streams.alerts.policy import AlertPolicy
from streams.clock import MINUTE, SECOND, as_datetime
from streams.groups.incident import Incidents
from streams.groups.incident_policy import IncidentPolicy
from tests.alerts.alert_stage import CASE, TENANT
from tests.alerts.alert_stage import Stage as AlertStage
from tests.groups.group_stage import Stage as GroupStage
from tests.metrics.figures import Figures
from tests.notify.outbox_story import BEGIN, Shard, make_alert, make_notice, make_receipt

SAID = st.tuples(
    st.just("said"),
    st.sampled_from(["at_risk", "breached", "worsened", "recovered", "retracted", "unknown", "met", "cancelled"]),
    st.sampled_from(["order-1", "order-2", "order-3"]),
    st.sampled_from(["high", "critical"]),
)
DONE = st.tuples(st.just("do"), st.sampled_from(["acknowledge", "snooze", "close"]), st.just(CASE), st.just(""))
PASSED = st.tuples(st.just("pass"), st.sampled_from([1, 15, 60 * 24 * 9]), st.just(""), st.just(""))


def positive(counts: Mapping[Any, int]) -> dict[Any, int]:
    """What is not 0. Nothing is ever below."""
    assert all(count >= 0 for count in counts.values())
    return {key: count for key, count in counts.items() if count}


@given(st.lists(st.one_of(SAID, SAID, DONE, PASSED), max_size=14))
def test_open_alerts_are_those_that_were_published_and_are_not_over(steps: list[Any]) -> None:
    stage = AlertStage(policy=AlertPolicy())
    revisions: Counter[tuple[str, str]] = Counter()
    minutes = 0.0
    for what, which, case, severity in steps:
        if what == "said":
            revision = revisions[case, which]
            revisions[case, which] += 1
            stage.hear(stage.said(which, revision=revision, case=case, severity=severity))
        elif what == "do":
            extra = {"snooze": {"until": _in_an_hour(stage)}, "close": {"because": "fixed"}}.get(which, {})
            stage.ask(stage.command(which, **extra))
        else:
            minutes += which
            stage.at(minutes)
        published = Counter(
            (alert.tenant, alert.severity, alert.state) for alert in stage.alerts.values() if alert.state in OPEN_STATES
        )
        assert positive(stage.processor.open_alerts) == published
        before = dict(stage.processor.open_alerts)
        stage.restart()
        stage.processor.ready()  # as it does by itself where its queue has grown stale
        assert positive(stage.processor.open_alerts) == positive(before)


def _in_an_hour(stage: AlertStage) -> str:
    return as_datetime(stage.now + 60 * MINUTE).isoformat()


def test_alerts_are_told_by_tenant_severity_and_state() -> None:
    stage, figures = AlertStage(), Figures("alert")
    stage.hear(stage.said("breached"), stage.said("at_risk", case="order-2"))
    stage.ask(stage.command("acknowledge"))
    figures.instruments.alerts.changed(stage.processor.tally.changes)
    figures.instruments.alerts.open(0, stage.processor.open_alerts)
    found = figures["moments_alerts"]
    assert positive_floats(found) == {(TENANT, "high", "acknowledged"): 1, (TENANT, "high", "firing"): 1}
    assert len(found) == 16, "every severity in every open state"
    changes = figures["moments_alert_changes_total"]
    assert (changes["raised",], changes["acknowledged",], changes["closed",]) == (2, 1, 0)


def positive_floats(found: Mapping[tuple[str, ...], float]) -> dict[tuple[str, ...], float]:
    return {labels: count for labels, count in found.items() if count}


def test_open_groups_are_counted_until_all_of_them_is_over_also_by_the_next_worker() -> None:
    for restless in (False, True):
        stage = GroupStage(restless=restless)
        stage.ask(stage.broke("a"), stage.broke("b"))
        assert positive(stage.processor.open_groups) == {}
        stage.at(5)
        assert [group.state for group in stage.groups.values()] == ["firing"]
        assert positive(stage.processor.open_groups) == {("tea", "group"): 1}
        stage.at(6).ask(stage.over("a"), stage.over("b"))
        stage.at(11)
        assert [group.state for group in stage.groups.values()] == ["resolved"]
        assert positive(stage.processor.open_groups) == {}


def test_open_incidents_are_counted_apart() -> None:
    policy = IncidentPolicy(floors={"store": 3, "fleet": 3, "provider": 3, "region": 3})
    for restless in (False, True):
        stage = GroupStage(watch=lambda: Incidents(policy), restless=restless)
        stage.ask(*(stage.broke(f"c{number}", store=f"s{number % 5 + 1}") for number in range(20)))
        stage.at(1)
        published = Counter(("tea", group.kind) for group in stage.groups.values() if group.state == "firing")
        assert published["tea", "incident"] == 1
        assert positive(stage.processor.open_groups) == published


def test_what_waits_is_counted_by_the_receiver_whose_turn_it_is() -> None:
    shard = Shard()
    shard.take(make_notice("n1", contacts=("wecom", "mail")), make_notice("n2", person="bo", contacts=("mail",)))
    assert positive(shard.processor.waiting) == {"wecom": 1, "mail": 1}
    shard.take(make_receipt(next(one for one in shard.due() if one.notice.id == "n1"), "refused", BEGIN))
    assert positive(shard.processor.waiting) == {"mail": 2}
    assert positive(shard.restart().processor.waiting) == {"mail": 2}
    shard.answer("delivered")
    assert positive(shard.processor.waiting) == {"mail": 1}
    shard.take(make_alert(2, "resolved"))
    assert positive(shard.processor.waiting) == {}


def test_the_way_to_the_person_is_measured_from_the_breach_and_once() -> None:
    alert = make_alert().model_copy(update={"broken_at": as_datetime(BEGIN - 2 * SECOND)})
    shard = Shard()
    shard.take(make_notice("n1", alert=alert), make_notice("n2", "escalated", person="bo", alert=alert))
    attempts = shard.due()
    shard.take(*(make_receipt(attempt, "delivered", BEGIN + SECOND) for attempt in attempts))
    assert shard.tally.delivered == [3 * SECOND], "escalated is no news of the breach"
    shard.take(make_receipt(attempts[0], "delivered", BEGIN + 9 * SECOND))
    assert shard.tally.delivered == [3 * SECOND]
    figures = Figures("notify")
    figures.instruments.outbox.delivered(shard.tally.delivered)
    assert figures["moments_due_to_delivery_seconds_bucket"]["3.0",] == 1
    assert figures["moments_due_to_delivery_seconds_bucket"]["2.0",] == 0


def test_a_warning_has_no_breach_to_be_measured_from() -> None:
    shard = Shard()
    shard.take(make_notice("n1", "warned"))
    shard.answer("delivered")
    shard.take(make_notice("n2", "broke", alert=make_alert(2)))
    shard.answer("delivered")
    assert shard.tally.delivered == []


def test_notices_and_what_was_held_are_counted_by_their_words() -> None:
    figures = Figures("group")
    figures.instruments.groups.told({"broke": 2})
    figures.instruments.groups.held({"cap": 1})
    assert figures["moments_notices_total"]["broke",] == 2
    assert figures["moments_notices_total"]["digest",] == 0
    assert positive_floats(figures["moments_notices_held_total"]) == {("cap",): 1}


def test_the_console_tells_its_pages_requests_and_the_age_of_its_picture() -> None:
    figures = Figures("console")
    console = figures.instruments.console
    console.open_pages(3)
    console.open_pages(2)
    console.answered("/cases/{case}", 200)
    console.board_age(1_500_000)
    assert figures["moments_console_open_pages"] == {(): 2}
    assert figures["moments_console_requests_total"] == {("/cases/{case}", "200"): 1}
    assert figures["moments_console_board_age_seconds"] == {(): 1.5}
