"""The table of bad input: each row a record that breaks one rule, with the reason and the field it is refused for.

Rows of ATTRIBUTES and DATA are events that can be sent in both modes, and are; the others exist in one mode only.
"""

from typing import Any, NamedTuple

from streams.clock import DAY
from streams.ingest.event import Reason
from streams.ingest.policy import Policy
from tests.contract.records import STAMPED, STRUCTURED, Raw, binary, order, structured

AGED = Policy(max_age=7 * DAY)
SMALL = Policy(max_bytes=500)


class Bad(NamedTuple):
    """A row: what it is called, what is sent, and what must be said of it."""

    name: str
    sent: Any
    reason: Reason
    field: str
    policy: Policy = Policy()


def data(event_type: str = "order.placed", /, **fields: Any) -> dict[str, Any]:
    """An event of a type, with just this data."""
    return order(type=event_type, data=fields)


def missing(field: str, event: dict[str, Any]) -> Bad:
    return Bad(f"{event.get('type', 'an event')} without {field}", event, Reason.MISSING_FIELD, field)


def wrong(name: str, field: str, event: dict[str, Any]) -> Bad:
    return Bad(name, event, Reason.BAD_FIELD, field)


INSTANTS = [
    ("of words", "soon"),
    ("that is empty", ""),
    ("that is a day", "2026-11-01"),
    ("that is a clock time", "08:00:00Z"),
    ("without seconds", "2026-11-01T08:00Z"),
    ("with a blank for the T", "2026-11-01 08:00:00Z"),
    ("in seconds since 1970", "1793491200"),
    ("in milliseconds since 1970", "1793491200000"),
    ("of a day that no month has", "2026-02-30T08:00:00Z"),
    ("of a month that no year has", "2026-13-01T08:00:00Z"),
    ("of hour 24", "2026-11-01T24:00:00Z"),
    ("of minute 60", "2026-11-01T08:60:00Z"),
    ("of a leap second", "2026-12-31T23:59:60Z"),
    ("with an offset without a colon", "2026-11-01T08:00:00+0800"),
    ("with an offset of hours only", "2026-11-01T08:00:00+08"),
    ("with an offset of a whole day", "2026-11-01T08:00:00+24:00"),
    ("with the name of a zone", "2026-11-01T08:00:00 CST"),
    ("with a comma", "2026-11-01T08:00:00,5Z"),
    ("with a blank behind it", "2026-11-01T08:00:00Z "),
    ("with a line end behind it", "2026-11-01T08:00:00Z\n"),
    ("before 1970", "1969-12-31T23:59:59Z"),
    ("of the next century but one", "2200-01-01T00:00:00Z"),
    ("in Arabic digits", "٢٠٢٦-11-01T08:00:00Z"),
]

ATTRIBUTES = [
    Bad("no specversion", order(specversion=None), Reason.NOT_CLOUDEVENT, "specversion"),
    *(
        Bad(f"specversion {version!r}", order(specversion=version), Reason.UNKNOWN_VERSION, "specversion")
        for version in ("0.2", "0.3", "1.1", "2.0", "1", "1.0.2", "")
    ),
    missing("type", order(type=None)),
    *(
        Bad(f"type {name!r}", order(type=name), Reason.UNKNOWN_TYPE, "type")
        for name in (
            "order.plced",
            "orders.placed",
            "Order.Placed",
            "order.placed ",
            " order.placed",
            "order",
            "order.",
            "placed",
            "com.example.order.placed",
            "touchpoint",
            "ticket.by_human",
            "x" * 5000,
            "订单.已下单",
        )
    ),
    *(
        Bad(f"type {name!r}", order(type=name), Reason.UNKNOWN_VERSION, "type")
        for name in (
            "order.placed.v1",
            "order.placed.v2",
            "delivery.eta_revised.v10",
            "touchpoint.room.prepared.v2",
            "touchpoint.room.v1",
        )
    ),
    *(
        wrong(f"touchpoint type {name!r}", "type", order(type=name))
        for name in (
            "touchpoint.",
            "touchpoint..prepared",
            "touchpoint.room.",
            "touchpoint.Room.Prepared",
            "touchpoint.room prepared",
            "touchpoint.room-prepared",
            "touchpoint.9",
            "touchpoint.房间",
            "touchpoint.a" + "b" * 128,
        )
    ),
    wrong("an empty type", "type", order(type="")),
    *(missing(name, order(**{name: None})) for name in ("id", "source", "time", "subject", "tenant")),
    *(wrong(f"an empty {name}", name, order(**{name: ""})) for name in ("id", "source", "subject", "tenant", "region")),
    wrong("an id of 257 characters", "id", order(id="i" * 257)),
    wrong("a source of 513 characters", "source", order(source="s" * 513)),
    wrong("a subject of 257 characters", "subject", order(subject="o" * 257)),
    wrong("a tenant of 65 characters", "tenant", order(tenant="t" * 65)),
    wrong("a region of 65 characters", "region", order(region="r" * 65)),
    wrong("a dataschema of 513 characters", "dataschema", order(dataschema="u" * 513)),
    *(
        wrong(f"{what} in the {name}", name, order(**{name: f"a{character}b"}))
        for what, character in (("a line end", "\n"), ("a null", "\0"), ("an escape", "\x1b"), ("a delete", "\x7f"))
        for name in ("id", "source", "subject", "tenant", "region")
    ),
    *(
        wrong(f"datacontenttype {media!r}", "datacontenttype", order(datacontenttype=media))
        for media in ("text/plain", "application/xml", "application/avro", "json", "")
    ),
    *(wrong(f"a time {what}", "time", order(time=text)) for what, text in INSTANTS),
    Bad("a time without an offset", order(time="2026-11-01T08:00:00"), Reason.TIME_WITHOUT_OFFSET, "time"),
    Bad("a fine time without one", order(time="2026-11-01T08:00:00.123456"), Reason.TIME_WITHOUT_OFFSET, "time"),
    Bad("five minutes and a bit ahead", order(time="2026-11-01T00:05:05.000001Z"), Reason.FROM_THE_FUTURE, "time"),
    Bad("a day ahead", order(time="2026-11-02T00:00:00Z"), Reason.FROM_THE_FUTURE, "time"),
    Bad("local time called UTC", order(time="2026-11-01T08:00:00Z"), Reason.FROM_THE_FUTURE, "time"),
    Bad("a week and a bit old", order(time="2026-10-25T00:00:04.999999Z"), Reason.TOO_OLD, "time", AGED),
    Bad("of 1970", order(time="1970-01-01T00:00:00Z"), Reason.TOO_OLD, "time", AGED),
]

DATA = [
    wrong("data that is a text", "data", order(data="o-1")),
    wrong("data that is a list", "data", order(data=[{"order_id": "o-1"}])),
    wrong("data that is a number", "data", order(data=7)),
    wrong("data that is false", "data", order(data=False)),
    *(missing("data.promised_at", data(name)) for name in ("delivery.promised", "delivery.eta_revised")),
    *(missing("data.promised_at", data(name, promised_at=None)) for name in ("delivery.promised",)),
    *(missing("data.due_at", data(name)) for name in ("promise.made", "promise.revised")),
    missing("data.by", data("ticket.replied")),
    missing("data.score", data("feedback.received")),
    missing("data.score", data("feedback.received", score=None)),
    *(
        wrong(f"{what} for {name}", f"data.{name}", data(**{name: value}))
        for name in ("order_id", "ticket_id", "store_id", "channel", "priority", "tier", "category", "reason")
        for what, value in (("a number", 5), ("an empty text", ""))
    ),
    *(
        wrong(f"{what} for store_id", "data.store_id", data(store_id=value))
        for what, value in (("true", True), ("a list", ["s"]), ("an object", {"id": "s"}), ("a long text", "s" * 257))
    ),
    wrong("a channel of 65 characters", "data.channel", data(channel="c" * 65)),
    wrong("a control character in an order_id", "data.order_id", data(order_id="o\t1")),
    *(
        wrong(f"locale {text!r}", "data.locale", data(locale=text))
        for text in ("Chinese (simplified)", "z", "zh_", "zh CN", "")
    ),
    *(
        wrong(f"time zone {text!r}", "data.time_zone", data(time_zone=text))
        for text in ("UTC+8:00", "+08:00", "../etc/passwd", "Asia/", "Asia Shanghai", "")
    ),
    *(wrong(f"a promise {what}", "data.promised_at", data(promised_at=text)) for what, text in INSTANTS[:12]),
    wrong("a promise in a number", "data.promised_at", data(promised_at=1_793_491_200)),
    wrong("a promise in an object", "data.promised_at", data(promised_at={"at": "2026-11-01T08:00:00Z"})),
    wrong("ship_by that is true", "data.ship_by", data(ship_by=True)),
    *(
        Bad(
            f"{name} without an offset",
            data(kind, **{name: "2026-11-01T08:30:00"}),
            Reason.TIME_WITHOUT_OFFSET,
            f"data.{name}",
        )
        for kind, name in (
            ("order.placed", "promised_at"),
            ("order.placed", "promised_ready_at"),
            ("order.paid", "ship_by"),
            ("delivery.eta_revised", "promised_at"),
            ("ticket.opened", "due_at"),
            ("promise.made", "due_at"),
            ("touchpoint.room.booked", "due_at"),
        )
    ),
    *(
        wrong(f"a reply by {by!r}", "data.by", data("ticket.replied", by=by))
        for by in ("robot", "Human", "", True, ["human"])
    ),
    wrong("a ticket opened by 'customer'", "data.by", data("ticket.opened", by="customer")),
    *(
        wrong(f"a score of {score!r}", "data.score", data("feedback.received", score=score))
        for score in ("5", True, 101, -100.5, 1e300, [5], "five", float("nan"), float("inf"))
    ),
    wrong("agreed in words", "data.agreed", data("promise.released", agreed="yes")),
    wrong("agreed as 1", "data.agreed", data("promise.released", agreed=1)),
    wrong("a courier in a number", "data.courier_id", data("delivery.picked_up", courier_id=9)),
    *(
        wrong(f"a fleet that is {what}", "data.courier_fleet", data("delivery.picked_up", courier_fleet=value))
        for what, value in (("a number", 3), ("empty", ""), ("of 65 characters", "b" * 65), ("of two lines", "b\n3"))
    ),
    wrong("a payment provider in a list", "data.payment_provider", data("order.paid", payment_provider=["coin-pay"])),
    *(
        wrong(f"attributes that are {what}", "data.attributes", data(attributes=value))
        for what, value in (("a list", ["a"]), ("a text", "a=b"), ("true", True))
    ),
    *(
        wrong(f"an attribute that is {what}", "data.attributes.gate", data(attributes={"gate": value}))
        for what, value in (
            ("null", None),
            ("an object", {"id": 1}),
            ("a list", [1, 2]),
            ("longer than 1024", "g" * 1025),
            ("beyond 64 bits", 2**63),
            ("far beyond 64 bits", 10**400),
            ("below 64 bits", -(2**63) - 1),
            ("not a number", float("nan")),
            ("infinite", float("-inf")),
        )
    ),
    wrong("65 attributes", "data.attributes", data(attributes={f"a{n}": n for n in range(65)})),
    wrong("an attribute without a name", "data.attributes.", data(attributes={"": 1})),
    wrong("an attribute with a name too long", "data.attributes." + "n" * 64, data(attributes={"n" * 65: 1})),
    wrong("an attribute with a line end in its name", r"data.attributes.a\nb", data(attributes={"a\nb": 1})),
]

STRUCTURED_ONLY = [
    *(
        Bad(f"a value that is {what}", Raw(value, headers=headers), Reason.NOT_JSON, "")
        for headers in ((), STRUCTURED)
        for what, value in (
            ("empty", b""),
            ("blank", b"  "),
            ("half a document", b'{"specversion":"1.0","id":'),
            ("two documents", b'{"specversion":"1.0"} {"specversion":"1.0"}'),
            ("a word", b"order"),
            ("in single quotes", b"{'specversion':'1.0'}"),
            ("with a comma too many", b'{"specversion":"1.0",}'),
            ("with a comment", b'{"specversion":"1.0"} // fine'),
            ("a line end inside a text", b'{"specversion":"1\n.0"}'),
            ("half a surrogate pair", b'{"specversion":"1.0","id":"\\ud800"}'),
            ("not UTF-8", b'{"specversion":"1.0","id":"\xff\xfe"}'),
            ("UTF-16", '{"specversion":"1.0"}'.encode("utf-16")),
            ("behind a byte order mark", b'\xef\xbb\xbf{"specversion":"1.0"}'),
            ("Avro behind a schema id", b"\x00\x00\x00\x00\x07\x06abc"),
            ("gzip", b"\x1f\x8b\x08\x00\x00\x00\x00\x00"),
            ("bottomless", b"[" * 5000),
            ("bottomless in an object", b'{"a":' * 5000),
            ("a number without end", b'{"a":' + b"9" * 5000 + b"}"),
        )
    ),
    *(
        Bad(f"JSON that is {value.decode()}", Raw(value), Reason.NOT_CLOUDEVENT, "")
        for value in (b"[]", b"null", b"1", b'"order.placed"', b"true", b'[{"specversion":"1.0"}]')
    ),
    Bad("an empty object", Raw(b"{}"), Reason.NOT_CLOUDEVENT, "specversion"),
    Bad("somebody's own JSON", structured({"orderId": "o-1", "status": "PLACED"}), Reason.NOT_CLOUDEVENT, "specversion"),
    *(
        Bad(f"specversion {version!r}", structured(order(specversion=version)), Reason.BAD_FIELD, "specversion")
        for version in (1.0, 1, True, ["1.0"])
    ),
    *(
        Bad(f"{name} {value!r}", structured(order(**{name: value})), Reason.BAD_FIELD, name)
        for name in ("type", "id", "source", "time", "subject", "tenant", "region", "dataschema", "datacontenttype")
        for value in (5, True, ["a"], {"a": 1})
    ),
    Bad("no data", structured(order(data=None)), Reason.MISSING_FIELD, "data"),
    Bad("null data", structured(order() | {"data": None}), Reason.MISSING_FIELD, "data"),
    Bad("null tenant", structured(order() | {"tenant": None}), Reason.MISSING_FIELD, "tenant"),
    Bad("data in base64", structured(order(data=None, data_base64="e30=")), Reason.MISSING_FIELD, "data"),
    Bad(
        "a hidden version",
        Raw(b'{"specversion":"2.0","specversion":"1.0","specversion":"2.0"}'),
        Reason.UNKNOWN_VERSION,
        "specversion",
    ),
]

BINARY_ONLY = [
    *(
        Bad(f"a value that is {what}", binary(order())._replace(value=value), Reason.NOT_JSON, "")
        for what, value in (
            ("empty", b""),
            ("a word", b"order"),
            ("not UTF-8", b'{"order_id":"\xff"}'),
            ("cut", b'{"a":'),
        )
    ),
    Bad("a value that is null", binary(order())._replace(value=b"null"), Reason.MISSING_FIELD, "data"),
    *(
        Bad(
            f"header ce_{name} that is not UTF-8",
            binary(order())._replace(headers=(*binary(order()).headers, (f"ce_{name}", b"\xff"))),
            Reason.BAD_FIELD,
            name,
        )
        for name in ("id", "type", "subject", "whatever")
    ),
    Bad(
        "a content type that is not UTF-8",
        binary(order(datacontenttype=None), headers=(("ce_specversion", b"1.0"), ("content-type", b"\xff"))),
        Reason.BAD_FIELD,
        "datacontenttype",
    ),
    Bad(
        "one ce_ header",
        Raw(b"{}", headers=(("ce_id", b"1"),)),
        Reason.NOT_CLOUDEVENT,
        "specversion",
    ),
    Bad(
        "the last of two equal headers",
        binary(order())._replace(headers=(*binary(order()).headers, ("ce_type", b"order.lost"))),
        Reason.UNKNOWN_TYPE,
        "type",
    ),
    *(
        Bad(
            f"content type {media}",
            structured(order(), headers=(("content-type", media.encode()),)),
            Reason.NOT_CLOUDEVENT,
            "content-type",
        )
        for media in (
            "application/cloudevents-batch+json",
            "application/cloudevents+avro",
            "application/cloudevents+protobuf",
            "application/cloudevents",
            "Application/CloudEvents+XML; charset=utf-8",
        )
    ),
]

RECORDS = [
    *(
        Bad(f"{what}, {mode.__name__}", mode(order(), key=key), reason, "key")
        for mode in (structured, binary)
        for what, key, reason in (
            ("no key", None, Reason.KEY_MISSING),
            ("an empty key", b"", Reason.KEY_MISSING),
            ("another case's key", b"o-2", Reason.KEY_UNLIKE_SUBJECT),
            ("a key in quotes", b'"o-1"', Reason.KEY_UNLIKE_SUBJECT),
            ("a key with a blank", b"o-1 ", Reason.KEY_UNLIKE_SUBJECT),
            ("a key in capitals", b"O-1", Reason.KEY_UNLIKE_SUBJECT),
            ("a key that is no text", b"\xff\x00", Reason.KEY_UNLIKE_SUBJECT),
            ("a key in UTF-16", "o-1".encode("utf-16"), Reason.KEY_UNLIKE_SUBJECT),
            ("a long key", b"o" * 100_000, Reason.KEY_UNLIKE_SUBJECT),
        )
    ),
    Bad("a tombstone", Raw(None), Reason.TOMBSTONE, ""),
    Bad("a tombstone without a key", Raw(None, key=None), Reason.TOMBSTONE, ""),
    Bad("a binary-mode tombstone", binary(order())._replace(value=None), Reason.TOMBSTONE, ""),
    Bad("a byte too many", Raw(b" " * 501), Reason.OVERSIZE, "", SMALL),
    Bad("a byte more than 64 KiB", Raw(b" " * 65_537), Reason.OVERSIZE, ""),
    Bad("large data in binary mode", binary(order(data={"note": "n" * 500})), Reason.OVERSIZE, "", SMALL),
    Bad(
        "a subject in Chinese under another key",
        structured(order(subject="订单-1"), key="订单-2".encode()),
        Reason.KEY_UNLIKE_SUBJECT,
        "key",
    ),
    Bad("an old record replayed", structured(order(), timestamp=STAMPED - 6 * 60_000), Reason.FROM_THE_FUTURE, "time"),
]


def _in_both_modes(row: Bad) -> list[Bad]:
    key = row.sent.get("subject", "").encode() or b"o-1"
    return [
        row._replace(name=f"{row.name}, {mode.__name__}", sent=mode(row.sent, key=key)) for mode in (structured, binary)
    ]


ROWS = [*ATTRIBUTES, *DATA, *STRUCTURED_ONLY, *BINARY_ONLY, *RECORDS]
TABLE = [sent for row in ROWS for sent in (_in_both_modes(row) if isinstance(row.sent, dict) else [row])]
"""Every row as records, those that can be in both modes in both."""
