"""What the outbox promises, one story for each rule."""

import json

import pytest

from schemas.alert import State
from schemas.notice import Reason
from streams.clock import DAY, HOUR, MINUTE, SECOND
from streams.errors import StateError
from streams.ingest.dead_letter import read_refusal
from streams.notify.backoff import LONGEST_ASKED
from streams.notify.outbox import Attempt, OutboxLimits, OutboxProcessor
from tests.notify.outbox_story import BEGIN, TOPICS, Shard, make_alert, make_notice, make_receipt


def test_a_notice_is_due_at_once_by_the_first_contact_of_the_person() -> None:
    shard = Shard()
    notice = make_notice(contacts=("wecom", "mail"))
    assert shard.take(notice) == []
    assert shard.due() == [Attempt(notice, 0, 1)]
    assert shard.processor.receivers() == ("wecom",)
    assert shard.due("mail") == []


def test_what_is_under_way_is_not_due_and_after_a_restart_it_is() -> None:
    shard = Shard()
    shard.take(make_notice())
    attempt = shard.begin()
    assert shard.due() == []
    assert shard.restart().due() == [attempt]


def test_a_delivered_notice_is_done_and_its_repeated_record_sends_nothing_for_a_day() -> None:
    shard = Shard()
    shard.take(make_notice())
    shard.answer("delivered")
    assert len(shard.processor) == 0
    for now in (0, HOUR, DAY - 1):
        shard.at(now).take(make_notice())
        assert shard.restart().due() == []
    assert shard.said == []
    assert b"notice/n1" in shard.stored
    shard.at(DAY).take()
    assert b"notice/n1" not in shard.stored


def test_a_notice_seen_twice_is_one() -> None:
    shard = Shard()
    shard.take(make_notice(), make_notice())
    shard.take(make_notice())
    assert shard.names() == ["n1"]
    assert shard.tally.repeated == 2


def test_a_deferred_notice_is_due_again_when_its_receipt_says_and_survives_a_restart() -> None:
    shard = Shard()
    shard.take(make_notice())
    shard.answer("deferred", after=30 * SECOND)
    shard.restart()
    assert shard.at(30 * SECOND - 1).due() == []
    (again,) = shard.at(30 * SECOND).due()
    assert again.number == 2
    assert shard.tally.outcomes == {}


def test_a_deferral_without_an_end_waits_by_the_outboxs_own_back_off_and_one_without_bounds_an_hour() -> None:
    shard = Shard()
    shard.take(make_notice())
    shard.answer("deferred")
    assert shard.due() == []
    assert shard.at(2 * SECOND).names() == ["n1"]
    shard.answer("deferred", after=300 * DAY)
    assert shard.at(2 * SECOND + LONGEST_ASKED - 1).due() == []
    assert shard.at(2 * SECOND + LONGEST_ASKED).names() == ["n1"]


def test_a_refused_contact_makes_room_for_the_next_one_at_once() -> None:
    shard = Shard()
    shard.take(make_notice(contacts=("wecom", "mail")))
    assert shard.answer("refused") == []
    (attempt,) = shard.restart().due()
    assert (attempt.contact, attempt.number) == (1, 2)
    assert shard.processor.receivers() == ("mail",)


def test_a_notice_that_no_contact_took_is_given_up_and_says_so_once() -> None:
    shard = Shard()
    shard.take(make_notice(contacts=("wecom", "mail")))
    shard.answer("refused")
    (said,) = shard.answer("refused")
    assert (said.notice, said.outcome, said.receiver, said.attempt) == ("n1", "given_up", "mail", 2)
    assert shard.tally.outcomes == {("wecom", "refused"): 1, ("mail", "refused"): 1, ("mail", "given_up"): 1}
    assert shard.take(said) == []  # its own receipt comes back
    assert shard.restart().due() == []


def test_a_repeated_receipt_moves_nothing() -> None:
    shard = Shard()
    shard.take(make_notice(contacts=("wecom", "mail", "slack")))
    first = make_receipt(shard.begin(), "refused", BEGIN)
    shard.take(first, first)
    shard.take(first.model_copy(update={"outcome": "deferred"}))
    assert [(attempt.contact, attempt.number) for attempt in shard.due()] == [(1, 2)]


def test_a_delivery_counts_whichever_attempt_it_was() -> None:
    shard = Shard()
    shard.take(make_notice())
    first = shard.begin()
    shard.restart().answer("deferred", after=MINUTE)
    shard.take(make_receipt(first, "delivered", BEGIN))
    assert shard.at(HOUR).due() == []


def test_a_delivery_whose_notice_comes_only_afterwards_is_not_repeated() -> None:
    shard = Shard()
    before = Shard()  # a life that sent it and ended before anything was stored
    before.take(make_notice())
    shard.take(make_receipt(before.begin(), "delivered", BEGIN))
    shard.restart().take(make_notice())
    assert shard.due() == []


OVER: tuple[State, ...] = ("resolved", "retracted", "found_late")
TELLING: tuple[Reason, ...] = ("warned", "broke", "worsened", "escalated", "again")


@pytest.mark.parametrize("state", OVER)
@pytest.mark.parametrize("reason", TELLING)
def test_an_alert_that_is_over_is_not_told(reason: Reason, state: State) -> None:
    shard = Shard()
    shard.take(make_notice(reason=reason))
    (said,) = shard.take(make_alert(2, state))
    assert (said.outcome, said.detail) == ("overtaken", f"the alert is {state}")
    assert shard.restart().due() == []


@pytest.mark.parametrize("state", ["acknowledged", "snoozed"])
@pytest.mark.parametrize("reason", TELLING)
def test_an_alert_that_somebody_has_is_not_told_again(reason: Reason, state: State) -> None:
    shard = Shard()
    shard.take(make_notice(reason=reason))
    (said,) = shard.take(make_alert(2, state))
    assert said.outcome == "overtaken"


def test_what_was_under_way_in_an_earlier_life_and_is_pointless_now_is_not_sent() -> None:
    shard = Shard()
    shard.take(make_notice())
    shard.begin()
    shard.take(make_alert(2, "resolved"))
    (said,) = shard.restart().last
    assert said.outcome == "overtaken"
    assert shard.due() == []


@pytest.mark.parametrize("state", [*OVER, "acknowledged", "snoozed"])
@pytest.mark.parametrize("reason", ["ended", "retracted"])
def test_the_news_that_it_is_over_is_told_in_any_state(reason: Reason, state: State) -> None:
    shard = Shard()
    shard.take(make_alert(2, state), make_notice(reason=reason))
    assert shard.names() == ["n1"]


def test_the_order_of_the_two_topics_does_not_matter() -> None:
    shard = Shard()
    shard.take(make_alert(2, "resolved"))
    assert [said.outcome for said in shard.take(make_notice())] == ["overtaken"]
    assert [said.outcome for said in shard.restart().take(make_notice("n2"))] == ["overtaken"]


def test_an_alert_the_topic_has_not_shown_is_judged_by_the_notice() -> None:
    shard = Shard()
    assert shard.take(make_notice("n1", alert=make_alert(3, "acknowledged")))[0].outcome == "overtaken"
    shard.take(make_notice("n2", alert=make_alert(1, "unknown", id="a2")))
    assert shard.names() == ["n2"]


def test_the_newer_of_what_topic_and_notice_say_counts() -> None:
    shard = Shard()
    shard.take(make_alert(4, "acknowledged"))
    shard.take(make_notice("n1", "again", alert=make_alert(6, "firing")))  # its acknowledgement has ended
    assert shard.names() == ["n1"]
    shard.take(make_alert(5, "snoozed"))  # the topic is behind
    assert shard.names() == ["n1"]
    shard.take(make_alert(7, "acknowledged"))
    shard.take(make_notice("n2", "again", alert=make_alert(6, "firing")))
    assert shard.names() == []


def test_what_is_under_way_is_overtaken_only_when_its_receipt_says_it_was_not_taken() -> None:
    for outcome, said in (("delivered", []), ("deferred", ["overtaken"]), ("refused", ["overtaken"])):
        shard = Shard()
        shard.take(make_notice(contacts=("wecom",)))
        attempt = shard.begin()
        assert shard.take(make_alert(2, "resolved")) == []
        after = shard.take(make_receipt(attempt, outcome, BEGIN))  # type: ignore[arg-type]
        assert [receipt.outcome for receipt in after] == said


def test_who_was_told_hears_the_end_and_who_was_spared_does_not() -> None:
    shard = Shard()
    shard.take(make_notice("told", person="lin"))
    shard.answer("delivered")
    shard.take(make_notice("maybe", person="wu"))
    shard.answer("deferred", after=MINUTE)
    shard.take(make_notice("spared", person="zhao"))
    over = make_alert(2, "resolved")
    shard.take(over)
    ends = [make_notice(f"end-{person}", "ended", person=person, alert=over) for person in ("lin", "wu", "zhao", "sun")]
    (said,) = shard.restart().take(*ends)
    assert (said.notice, said.outcome) == ("end-zhao", "overtaken")
    assert shard.names() == ["end-lin", "end-wu", "end-sun"]


def test_who_may_have_been_told_by_an_earlier_life_of_the_shard_hears_the_end() -> None:
    shard = Shard()
    shard.take(make_notice("n1"))
    shard.begin()
    over = make_alert(2, "resolved")
    shard.restart().take(over)  # the receipt was never written
    shard.take(make_notice("end", "ended", alert=over))
    assert shard.names() == ["end"]


def test_the_end_that_comes_in_one_decision_with_what_it_ends_sends_nothing_at_all() -> None:
    shard = Shard()
    over = make_alert(2, "resolved")
    said = shard.take(make_notice("n1"), make_notice("end", "ended", alert=over), over)
    assert [(receipt.notice, receipt.outcome) for receipt in said] == [("n1", "overtaken"), ("end", "overtaken")]
    assert len(shard.processor) == 0


def test_notices_of_one_alert_and_person_are_told_in_their_order() -> None:
    shard = Shard()
    shard.take(make_notice("n1", "warned"), make_notice("n2"), make_notice("other", person="wu"), make_notice("n3"))
    assert shard.names() == ["n1", "other"]
    shard.answer("deferred", after=MINUTE)
    assert shard.restart().names() == ["other"]
    shard.at(MINUTE)
    assert shard.names() == ["other", "n1"]
    shard.take(make_receipt(shard.due()[1], "delivered", BEGIN))
    assert shard.names() == ["n2", "other"]


def test_a_stray_receipt_lets_no_notice_overtake_an_earlier_one() -> None:
    shard = Shard()
    shard.take(make_notice("n1"))
    shard.take(make_notice("n2"))
    stray = make_receipt(shard.due()[0]._replace(notice=make_notice("n2")), "deferred", BEGIN, BEGIN)
    shard.take(stray)
    assert shard.names() == ["n1"]
    shard.answer("delivered")
    assert shard.names() == ["n2"]


def test_a_notice_too_old_is_given_up_and_not_sent() -> None:
    shard = Shard()
    shard.take(make_notice("n1"))
    shard.at(6 * HOUR)
    assert shard.due() == []
    (said,) = shard.restart().last
    assert (said.notice, said.outcome, said.detail) == ("n1", "given_up", "too old")
    (said,) = shard.take(make_notice("n2"))
    assert (said.notice, said.outcome) == ("n2", "given_up")
    assert shard.tally.outcomes["wecom", "given_up"] == 2


def test_an_attempt_under_way_holds_back_the_giving_up_but_not_for_ever() -> None:
    shard = Shard()
    shard.take(make_notice())
    shard.at(6 * HOUR - 1)
    attempt = shard.begin()
    assert shard.at(6 * HOUR).take() == []
    assert shard.at(6 * HOUR + 1).take(make_receipt(attempt, "delivered", BEGIN)) == []
    assert shard.at(7 * HOUR).take() == []

    shard = Shard()
    shard.take(make_notice())
    shard.begin()
    assert shard.at(6 * HOUR).take() == []
    assert [said.outcome for said in shard.at(6 * HOUR + MINUTE).take()] == ["given_up"]


def test_who_may_have_been_told_by_an_attempt_that_was_never_answered_hears_the_end() -> None:
    shard = Shard()
    shard.take(make_notice(), make_alert())
    shard.begin()
    (said,) = shard.at(6 * HOUR + MINUTE).take()
    assert said.outcome == "given_up"
    shard.take(make_notice("end", "ended", at=BEGIN + 6 * HOUR, alert=make_alert(2, "resolved")))
    assert shard.names() == ["end"]


def test_who_was_given_up_on_before_anything_was_tried_does_not_hear_the_end() -> None:
    shard = Shard()
    shard.at(7 * HOUR).take(make_notice(), make_alert())
    shard.take(make_notice("end", "ended", at=BEGIN + 7 * HOUR, alert=make_alert(2, "resolved")))
    assert [(said.notice, said.outcome) for said in shard.said] == [("n1", "given_up"), ("end", "overtaken")]


def test_a_notice_of_the_future_grows_old_from_its_arrival() -> None:
    shard = Shard()
    shard.take(make_notice(at=BEGIN + 400 * DAY))
    assert shard.names() == ["n1"]
    assert [said.outcome for said in shard.at(6 * HOUR).take()] == ["given_up"]


def test_nothing_is_kept_of_alerts_that_are_over_once_their_notices_would_be_too_old() -> None:
    shard = Shard()
    shard.take(make_notice("n1"), make_alert(1))
    shard.answer("delivered")
    shard.at(HOUR).take(make_alert(2, "resolved"))
    shard.at(7 * HOUR - 1).take(make_alert(2, "resolved"), make_alert(1))  # nothing new
    assert b"alert/a1" in shard.stored
    shard.restart().at(7 * HOUR).take()
    assert b"alert/a1" not in shard.stored
    shard.at(30 * HOUR).take()
    assert shard.stored == {}


def test_an_open_alert_is_kept_however_long_and_goes_with_its_tombstone() -> None:
    shard = Shard()
    shard.take(make_alert(3, "acknowledged"))
    shard.at(300 * DAY).take()
    assert [said.outcome for said in shard.take(make_notice(at=BEGIN + 300 * DAY))] == ["overtaken"]
    shard.take_raw(TOPICS.alerts, None, b"a1")
    assert b"alert/a1" not in shard.stored


def test_an_alert_known_only_from_its_notice_goes_with_it() -> None:
    shard = Shard()
    shard.take(make_notice("n1", "test"))
    shard.answer("delivered")
    shard.take(make_notice("n2", "test", alert=make_alert(2)))
    shard.answer("delivered")
    shard.at(6 * HOUR).take()
    assert b"alert/a1" not in shard.stored
    shard.at(DAY).take()
    assert shard.stored == {}


def test_alerts_that_were_long_over_before_this_shard_heard_of_them_are_not_kept() -> None:
    shard = Shard()
    shard.take(make_alert(9, "resolved", at=BEGIN - 2 * DAY))
    assert shard.stored == {}


def test_a_tombstone_leaves_waiting_notices_what_they_need() -> None:
    shard = Shard()
    shard.take(make_notice("n1", "ended", alert=make_alert(2, "resolved")))
    shard.take_raw(TOPICS.alerts, None, b"a1")
    assert shard.restart().names() == ["n1"]
    shard.answer("delivered")
    assert b"alert/a1" not in shard.stored


def test_a_receiver_with_many_notices_keeps_none_of_another_from_being_named() -> None:
    shard = Shard()
    shard.take(*(make_notice(f"n{number}", person=f"p{number}", contacts=("dead",)) for number in range(50)))
    shard.take(make_notice("good", contacts=("mail",)))
    assert [attempt.notice.id for attempt in shard.due("mail", 1)] == ["good"]
    assert [attempt.notice.id for attempt in shard.due("dead", 2)] == ["n0", "n1"]
    assert shard.due(limit=0) == []


def test_a_thousand_notices_of_one_person_end_with_their_alert() -> None:
    shard = Shard()
    shard.take(*(make_notice(f"n{number}", "worsened") for number in range(1_500)))
    assert len(shard.take(make_alert(2, "resolved"))) == 1_500
    assert len(shard.processor) == 0


NOTICE = json.loads(make_notice().model_dump_json())


@pytest.mark.parametrize(
    ("topic", "value", "reason"),
    [
        (TOPICS.notices, b"", "not_json"),
        (TOPICS.notices, None, "tombstone"),
        (TOPICS.notices, b"{}", "missing_field"),
        (TOPICS.notices, b"\xff\xfe", "not_json"),
        (TOPICS.notices, b"[" * 100_000, "not_json"),
        (TOPICS.notices, json.dumps(NOTICE | {"contacts": []}).encode(), "bad_field"),
        (TOPICS.notices, json.dumps(NOTICE | {"reason": "bored"}).encode(), "bad_field"),
        (TOPICS.notices, json.dumps(NOTICE | {"at": "2026-11-01T08:00:00"}).encode(), "time_without_offset"),
        (TOPICS.alerts, b"{", "not_json"),
        (TOPICS.alerts, b"\xff", "not_json"),
        (TOPICS.alerts, b'{"x":' + b"[" * 100_000, "not_json"),
        (TOPICS.alerts, b'{"id":' + b"[" * 100_000, "bad_field"),
        (TOPICS.alerts, b'{"id":"a1","version":1,"state":"bored","changed_at":"2026-11-01T08:00:00Z"}', "bad_field"),
        (TOPICS.alerts, b'{"id":"a1","version":0,"state":"firing","changed_at":"2026-11-01T08:00:00Z"}', "bad_field"),
        (TOPICS.alerts, b'{"id":"a1","version":1,"state":"firing","changed_at":"2026-11-01T08:00:00"}', "bad_field"),
        (TOPICS.receipts, None, "tombstone"),
        (TOPICS.receipts, b'{"notice":"n1"}', "missing_field"),
    ],
)
def test_a_record_that_cannot_be_read_is_buried_and_stops_nothing(topic: str, value: bytes | None, reason: str) -> None:
    shard = Shard()
    shard.take_raw(topic, value)
    (letter,) = shard.buried
    assert (letter.topic, letter.key, letter.value) == (topic + ".dlq", b"case", value)
    assert read_refusal(letter.headers).reason == reason
    assert shard.tally.refused == {(topic, reason): 1}
    shard.take(make_notice())
    assert shard.names() == ["n1"]


def test_whatever_a_notice_carries_can_be_read_back_after_a_restart() -> None:
    shard = Shard()
    body = (
        make_notice()
        .model_dump_json()
        .replace('"proof":null', '"proof":{"a":NaN,"b":[Infinity,1e999],"c":"\\u2028\\u0000"}')
    )
    shard.take_raw(TOPICS.notices, body.encode())
    assert shard.restart().names() == ["n1"]


def test_state_of_another_release_is_refused() -> None:
    for key, value in ((b"person/p1", b"{}"), (b"notice/n1", b'{"type":"waiting-9"}'), (b"notice/n1", b"\x00")):
        with pytest.raises(StateError):
            OutboxProcessor(0, TOPICS).restore([(key, value)])


def test_what_the_release_before_groups_has_stored_is_read() -> None:
    shard = Shard()
    notice = make_notice().model_dump_json(exclude={"group"})
    waiting = (
        f'{{"type":"waiting-1","notice":{notice},"id":"n1","tenant":"acme","case":"case of a1",'
        f'"alert":"a1","person":"lin",'
        f'"reason":"broke","receivers":["wecom"],"at":{BEGIN},"order":0,"next_at":{BEGIN},"contact":0,"attempts":2}}'
    )
    shard.stored = {
        b"notice/n1": waiting.encode(),
        b"notice/n0": f'{{"type":"done-1","outcome":"delivered","until":{BEGIN + DAY}}}'.encode(),
        b"alert/a1": b'{"type":"alert-1","version":1,"state":"firing","shown":true,"until":null,"told":[],"spared":{}}',
    }
    (attempt,) = shard.restart().due()
    assert (attempt.notice.id, attempt.number) == ("n1", 3)
    assert [said.alert for said in shard.take(make_alert(2, "resolved"))] == ["a1"]


def test_limits_can_be_set() -> None:
    shard = Shard(OutboxLimits(max_age=MINUTE, remember=2 * MINUTE))
    shard.take(make_notice("n1"))
    assert shard.at(MINUTE).take()[0].outcome == "given_up"
    shard.at(3 * MINUTE).take()
    assert shard.stored == {}
