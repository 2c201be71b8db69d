"""What a valid event becomes."""

from typing import Any

import pytest

from schemas.events import MODELS
from streams.clock import HOUR, MINUTE, parse_rfc3339
from streams.ingest.decode import decode, decode_lines
from streams.ingest.event import Event, Reason, Rejection
from streams.ingest.policy import Policy
from streams.ingest.promised import subject_of
from tests.contract.records import STAMPED, Raw, binary, order, structured


def accept(record: Raw, policy: Policy | None = None) -> Event:
    (answer,) = decode([record], policy or Policy())
    assert isinstance(answer, Event), answer
    return answer


def reason(record: Raw, policy: Policy | None = None) -> Reason | None:
    (answer,) = decode([record], policy or Policy())
    return answer.reason if isinstance(answer, Rejection) else None


@pytest.mark.parametrize("mode", [structured, binary])
def test_an_event_carries_its_attributes_its_instant_and_its_plain_fields(mode: Any) -> None:
    event = accept(mode(order()))
    assert event == Event(
        id="o-1.placed",
        source="/pos/shanghai",
        type="order.placed",
        tenant="harbour-tea",
        region="cn-east",
        case="o-1",
        occurred_at=parse_rfc3339("2026-11-01T00:00:00Z"),
        fields={"order_id": "o-1", "store_id": "sh-017", "promised_at": parse_rfc3339("2026-11-01T00:30:00Z")},
    )


def test_a_record_without_headers_is_read_as_structured() -> None:
    assert accept(structured(order(), headers=())) == accept(structured(order()))


def test_a_content_type_in_any_spelling_is_understood() -> None:
    for media in (b"application/cloudevents+json", b"Application/CloudEvents+JSON ; charset=utf-8"):
        assert accept(structured(order(), headers=(("Content-Type", media),))).case == "o-1"


def test_structured_mode_is_recognised_behind_ce_headers() -> None:
    headers = (("ce_type", b"order.lost"), ("content-type", b"application/cloudevents+json"))
    assert accept(structured(order(), headers=headers)).type == "order.placed"


@pytest.mark.parametrize("media", ["application/json", "application/json; charset=utf-8", "application/vnd.shop+json"])
def test_data_may_be_any_kind_of_json(media: str) -> None:
    assert accept(binary(order(datacontenttype=media))).case == "o-1"


def test_a_binary_record_needs_no_content_type() -> None:
    assert accept(binary(order(datacontenttype=None))).case == "o-1"


@pytest.mark.parametrize("mode", [structured, binary])
def test_unknown_data_fields_are_dropped_and_counted(mode: Any) -> None:
    event = accept(mode(order(data={"order_id": "o-1", "basket": [{"sku": 1}], "coupon": None, "score": 5})))
    assert event.fields == {"order_id": "o-1"}
    assert event.unknown == 3  # a score is a plain field, but not one of orders


def test_unknown_attributes_are_ignored_and_not_counted() -> None:
    event = accept(structured(order(traceparent="00-1", sequence=7)))
    assert event.unknown == 0


def test_a_null_field_is_absent() -> None:
    event = accept(structured(order(data={"promised_at": None, "attributes": None}) | {"region": None}))
    assert event.region is None
    assert event.fields.get("promised_at") is None
    assert event.fields.get("attributes") is None


def test_attributes_keep_the_types_their_publisher_gave_them() -> None:
    held = {"n": 3, "f": 1.5, "whole": 2.0, "yes": True, "text": "少糖", "most": 2**63 - 1, "least": -(2**63)}
    attributes = accept(structured(order(data={"attributes": held}))).fields["attributes"]
    assert isinstance(attributes, dict)
    assert attributes == held
    assert {name: type(value) for name, value in attributes.items()} == {
        name: type(value) for name, value in held.items()
    }


def test_a_whole_score_is_a_score() -> None:
    assert accept(structured(order(type="feedback.received", data={"score": 4}))).fields["score"] == 4.0


@pytest.mark.parametrize("event_type", [name for name in sorted(MODELS) if name.startswith("promise.")])
@pytest.mark.parametrize("mode", [structured, binary])
def test_a_promise_with_an_id_is_a_case_of_its_own_under_the_key_of_its_subject(mode: Any, event_type: str) -> None:
    data = {"promise_id": "pr-1", "due_at": "2026-11-01T08:30:00Z", "person": "li.na", "text": "Call back"}
    event = accept(mode(order(type=event_type, data=data)))
    assert event.case == "o-1#pr-1"
    assert subject_of(event) == "o-1"
    assert (event.fields["promise_id"], event.fields["person"], event.fields["text"]) == ("pr-1", "li.na", "Call back")
    assert reason(mode(order(type=event_type, data=data), key=b"o-1#pr-1")) is Reason.KEY_UNLIKE_SUBJECT
    if mode is structured:
        value = mode(order(type=event_type, data=data)).value
        assert value is not None
        assert list(decode_lines([value])) == [event]


@pytest.mark.parametrize("promise", [{}, {"promise_id": None}])
def test_a_promise_without_an_id_is_of_its_subject(promise: dict[str, Any]) -> None:
    event = accept(structured(order(type="promise.made", data={"due_at": "2026-11-01T08:30:00Z", **promise})))
    assert (event.case, subject_of(event)) == ("o-1", "o-1")


def test_a_promise_of_a_case_whose_name_has_the_sign_is_still_keyed_by_it() -> None:
    data = {"promise_id": "a#b", "due_at": "2026-11-01T08:30:00Z"}
    event = accept(structured(order(type="promise.made", subject="o#1", data=data), key=b"o#1"))
    assert (event.case, subject_of(event)) == ("o#1#a#b", "o#1")


def test_no_other_event_is_moved_to_a_case_of_its_own() -> None:
    event = accept(structured(order(type="touchpoint.promise.made", data={"promise_id": "pr-1"})))
    assert event.case == "o-1"


@pytest.mark.parametrize("event_type", sorted(MODELS))
def test_every_type_of_the_contract_is_taken(event_type: str) -> None:
    data = {
        "promised_at": "2026-11-01T08:30:00Z",
        "due_at": "2026-11-01T08:30:00Z",
        "by": "bot",
        "score": 3,
        "interval": 9,
    }
    for mode in (structured, binary):
        assert accept(mode(order(type=event_type, data=data))).type == event_type


@pytest.mark.parametrize("name", ["room.prepared", "visit.called", "a", "night_round2.done", "v2.thing"])
def test_a_touchpoint_may_have_any_name(name: str) -> None:
    for mode in (structured, binary):
        event = accept(mode(order(type=f"touchpoint.{name}", data={"by": "human", "due_at": "2026-11-01T08:30:00Z"})))
        assert event.type == f"touchpoint.{name}"
        assert event.fields.keys() == {"by", "due_at"}


def test_touchpoints_and_other_types_in_one_batch_do_not_mix() -> None:
    types = ["order.placed", "touchpoint.a", "order.lost", "touchpoint.b", "touchpoint.c.v2", "order.paid", "order.ready"]
    answers = decode([structured(order(type=name)) for name in types])
    assert [answer.type if isinstance(answer, Event) else answer.reason.value for answer in answers] == [
        "order.placed",
        "touchpoint.a",
        "unknown_type",
        "touchpoint.b",
        "unknown_version",
        "order.paid",
        "order.ready",
    ]


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-11-01T08:00:00.123456+08:00", "2026-11-01T00:00:00.123456Z"),
        ("2026-11-01T00:00:00.1Z", "2026-11-01T00:00:00.100000Z"),
        ("2026-11-01t00:00:00z", "2026-11-01T00:00:00Z"),
        ("2026-10-31T18:30:00-05:30", "2026-11-01T00:00:00Z"),
        ("2026-11-01T00:00:00-00:00", "2026-11-01T00:00:00Z"),
        ("2026-11-01T00:00:00.1234569Z", "2026-11-01T00:00:00.123456Z"),
        ("2026-11-01T00:00:00.123456789999Z", "2026-11-01T00:00:00.123456Z"),
    ],
)
def test_time_is_exact_to_the_microsecond_and_cut_behind_it(text: str, utc: str) -> None:
    assert accept(structured(order(time=text))).occurred_at == parse_rfc3339(utc)


def test_the_first_and_the_last_instant_are_taken() -> None:
    assert accept(structured(order(time="1970-01-01T00:00:00Z"))).occurred_at == 0
    last = structured(order(time="2199-12-31T23:59:59.999999Z"), timestamp=-1)
    assert accept(last).occurred_at == parse_rfc3339("2199-12-31T23:59:59.999999Z")


def test_the_future_begins_exactly_after_the_allowed_span() -> None:
    five_ahead = "2026-11-01T00:05:05Z"
    assert reason(structured(order(time=five_ahead))) is None
    assert reason(structured(order(time=five_ahead), timestamp=STAMPED - 1)) is Reason.FROM_THE_FUTURE
    assert reason(structured(order(time=five_ahead)), Policy(future=4 * MINUTE)) is Reason.FROM_THE_FUTURE


def test_too_old_begins_exactly_after_the_allowed_age_and_only_where_one_is_set() -> None:
    hour_old = structured(order(time="2026-10-31T23:00:05Z"))
    assert reason(hour_old) is None
    assert reason(hour_old, Policy(max_age=HOUR)) is None
    assert reason(hour_old._replace(timestamp=STAMPED + 1), Policy(max_age=HOUR)) is Reason.TOO_OLD


def test_without_a_kafka_timestamp_no_event_is_early_or_late() -> None:
    for time in ("2150-01-01T00:00:00Z", "1971-01-01T00:00:00Z"):
        assert reason(structured(order(time=time), timestamp=-1), Policy(max_age=HOUR)) is None


def test_an_event_may_be_exactly_as_large_as_is_allowed() -> None:
    record = structured(order())
    assert record.value is not None
    assert reason(record, Policy(max_bytes=len(record.value))) is None
    assert reason(record, Policy(max_bytes=len(record.value) - 1)) is Reason.OVERSIZE


def test_a_key_is_compared_in_utf_8() -> None:
    assert accept(structured(order(subject="订单-1"), key="订单-1".encode())).case == "订单-1"


def test_an_id_may_be_as_long_as_256_characters_in_any_script() -> None:
    assert accept(structured(order(id="单" * 256))).id == "单" * 256


def test_events_in_a_file_have_no_key_and_no_kafka_time() -> None:
    values = [
        structured(order(time="2150-01-01T00:00:00Z")).value or b"",
        b"{",
        structured(order(subject="o-2")).value or b"",
    ]
    first, second, third = decode_lines(values)
    assert isinstance(first, Event)
    assert isinstance(second, Rejection)
    assert isinstance(third, Event)
    assert third.case == "o-2"


def test_an_unknown_type_is_told_the_nearest_that_exists() -> None:
    (answer,) = decode([structured(order(type="delivery.eta_revized"))])
    assert isinstance(answer, Rejection)
    assert "did you mean 'delivery.eta_revised'?" in answer.message


@pytest.mark.parametrize("mode", [structured, binary])
@pytest.mark.parametrize("name", ["promised_at", "promised_ready_at", "ship_by", "due_at"])
def test_an_instant_in_the_data_is_an_instant_whatever_its_offset(mode: Any, name: str) -> None:
    for text in ("2026-11-01T08:30:00.5-03:30", "2026-11-01t12:00:00.5z"):
        event = accept(mode(order(type="touchpoint.a", data={name: text})))
        assert event.fields == {name: parse_rfc3339("2026-11-01T12:00:00.500Z")}


def test_the_data_of_a_binary_record_is_its_value_whatever_its_headers_say() -> None:
    record = binary(order(data={"store_id": "sh-017"}))
    assert accept(record._replace(headers=(*record.headers, ("ce_data", b'{"store_id":"x"}')))) == accept(record)
