"""Bad calls: a name, what is sent, and the problem that has to come of it. `{alert}` stands for one that is there."""

from typing import Any, NamedTuple

JSON = "application/json"


class Bad(NamedTuple):
    """One bad call. `fault`: the place and the reason of the first error of a 422."""

    name: str
    method: str
    path: str
    status: int
    reason: str
    body: bytes | None = None
    media_type: str | None = JSON
    fault: tuple[str, str] | None = None
    headers: tuple[tuple[str, str], ...] = ()


def got(name: str, path: str, status: int, reason: str, fault: tuple[str, str] | None = None) -> Bad:
    return Bad(name, "GET", path, status, reason, fault=fault)


def invalid(name: str, path: str, where: str, why: str) -> Bad:
    return got(name, path, 422, "invalid", (where, why))


def sent(name: str, action: str, body: str | bytes, where: str, why: str) -> Bad:
    raw = body.encode() if isinstance(body, str) else body
    path = action if action.startswith("/") else f"/alerts/{{alert}}/{action}"
    return Bad(name, "POST", path, 422, "invalid", raw, fault=(where, why))


def raw(name: str, reason: str, body: bytes, status: int = 400, media_type: str | None = JSON, **rest: Any) -> Bad:
    return Bad(name, "POST", "/alerts/{alert}/comment", status, reason, body, media_type, **rest)


_WHEN = "value_error"
_UNSEEN = [
    ("NUL", "\\u0000"),
    ("a bell", "\\u0007"),
    ("an escape that colours terminals", "\\u001b[31m"),
    ("a carriage return", "\\r"),
    ("DEL", "\\u007f"),
    ("a C1 control", "\\u0085"),
    ("a line separator", "\\u2028"),
    ("a paragraph separator", "\\u2029"),
    ("a right-to-left override", "\\u202e"),
    ("an isolate", "\\u2066"),
    ("a byte order mark", "\\ufeff"),
]
_NO_INSTANTS = [
    ("without an offset", '"2026-11-02T18:00:00"'),
    ("a date", '"2026-11-02"'),
    ("a number", "1793613600"),
    ("a number in a text", '"1793613600"'),
    ("with a space", '"2026-11-02 18:00:00Z"'),
    ("a day that is none", '"2026-02-30T18:00:00Z"'),
    ("the 24th hour", '"2026-11-02T24:00:00Z"'),
    ("before every clock", '"1066-10-14T09:00:00Z"'),
    ("far off", '"9999-12-31T23:59:59Z"'),
    ("a week date", '"2026-W45-1T18:00:00Z"'),
    ("the short form", '"20261102T180000Z"'),
    ("in other digits", '"２０２６-11-02T18:00:00Z"'),
    ("an offset beyond a day", '"2026-11-02T18:00:00+99:00"'),
    ("with more behind it", '"2026-11-02T18:00:00Z\\n"'),
    ("words", '"tomorrow"'),
    ("a list", "[]"),
    ("nothing", "null"),
]

QUERIES = [
    invalid("a limit below one", "/now?limit=0", "query.limit", "greater_than_equal"),
    invalid("a negative limit", "/now?limit=-1", "query.limit", _WHEN),
    invalid("a limit beyond the most", "/now?limit=1001", "query.limit", "less_than_equal"),
    invalid("a limit that is a word", "/now?limit=all", "query.limit", _WHEN),
    invalid("an empty limit", "/now?limit=", "query.limit", _WHEN),
    invalid("a fraction", "/now?limit=1.5", "query.limit", _WHEN),
    invalid("a whole fraction", "/now?limit=5.0", "query.limit", _WHEN),
    invalid("a limit with a plus", "/now?limit=%2B5", "query.limit", _WHEN),
    invalid("a limit with a space", "/now?limit=%205", "query.limit", _WHEN),
    invalid("a limit with a line end", "/now?limit=5%0A", "query.limit", _WHEN),
    invalid("a limit with an underscore", "/now?limit=1_0", "query.limit", _WHEN),
    invalid("a limit in Arabic digits", "/now?limit=%D9%A5", "query.limit", _WHEN),
    invalid("a hexadecimal limit", "/now?limit=0x10", "query.limit", _WHEN),
    invalid("a limit of a hundred digits", "/now?limit=" + "9" * 100, "query.limit", _WHEN),
    invalid("a limit of an incident's list", "/incidents/i-1?limit=10001", "query.limit", "less_than_equal"),
    invalid("a parameter that is not known", "/now?regoin=east", "query.regoin", "extra_forbidden"),
    invalid("a parameter of another call", "/journey?limit=5", "query.limit", "extra_forbidden"),
    invalid("a parameter in capitals", "/now?Region=east", "query.Region", "extra_forbidden"),
    invalid("a parameter without a name", "/now?=east", "query.", "extra_forbidden"),
    invalid("a parameter of a call without any", "/me?verbose=true", "query.verbose", "extra_forbidden"),
    invalid("a list in brackets", "/now?region[]=east", "query.region[]", "extra_forbidden"),
    invalid("an empty region", "/now?region=", "query.region", "string_too_short"),
    invalid("a long region", "/now?region=" + "x" * 257, "query.region", "string_too_long"),
    invalid("NUL in a store", "/now?store=a%00b", "query.store", "string_pattern_mismatch"),
    invalid("a line end in a store", "/now?store=a%0Ab", "query.store", "string_pattern_mismatch"),
    invalid("a text of spaces", "/now?text=%20%20", "query.text", "string_pattern_mismatch"),
    invalid("an override in the text", "/now?text=a%E2%80%AEb", "query.text", "string_pattern_mismatch"),
    invalid("a stage that is none", "/now?stage=Execution", "query.stage", "literal_error"),
    invalid("a severity that is none", "/now?severity=urgent", "query.severity", "literal_error"),
    invalid("mine as a number", "/now?mine=1", "query.mine", _WHEN),
    invalid("mine in capitals", "/now?mine=True", "query.mine", _WHEN),
    invalid("since without an offset", "/handover?since=2026-11-02T08:00:00", "query.since", _WHEN),
    # a plus that is not encoded is a space
    invalid("since with a bare plus", "/handover?since=2026-11-02T08:00:00+08:00", "query.since", _WHEN),
    invalid("since as a number", "/handover?since=1793613600", "query.since", _WHEN),
    invalid("no tenant for people", "/people", "query.tenant", "missing"),
    invalid("an empty tenant for people", "/people?tenant=", "query.tenant", "string_too_short"),
    got("a repeated parameter", "/now?region=east&region=west", 400, "repeated_name"),
    got("a repeated limit", "/now?limit=5&limit=5", 400, "repeated_name"),
    got("a query that is no UTF-8", "/now?region=%ff%fe", 400, "not_utf8"),
    got("a surrogate in a query", "/now?region=%ED%A0%80", 400, "not_utf8"),
    got("an overlong slash in a query", "/now?region=%C0%AF", 400, "not_utf8"),
    got("many parameters", "/now?" + "&".join(f"a{number}=1" for number in range(33)), 400, "too_many_parameters"),
    got("only ampersands", "/now?" + "&" * 5000, 400, "too_many_parameters"),
]

PATHS = [
    got("an alert that is none", "/alerts/0123456789abcdef0123456789abcdef", 404, "not_found"),
    got("an alert of another tenant", "/alerts/{theirs}", 404, "not_found"),
    got("a case of another tenant", "/cases/coffee/latte-1", 404, "not_found"),
    got("people of another tenant", "/people?tenant=coffee", 404, "not_found"),
    got("an alert in capitals", "/alerts/{ALERT}", 404, "not_found"),
    got("SQL for an id", "/alerts/1'%20OR%20'1'='1", 404, "not_found"),
    got("a template for an id", "/alerts/%7B%7B7*7%7D%7D", 404, "not_found"),
    got("a path up", "/alerts/..%2F..%2Fme", 404, "no_such_path"),
    got("a path up, encoded", "/alerts/%2e%2e%2f%2e%2e%2fetc%2fpasswd", 404, "no_such_path"),
    got("a path up within a case", "/cases/tea/..%2F..%2F..%2Fetc%2Fpasswd", 404, "not_found"),
    got("backslashes", "/alerts/..%5C..%5Cme", 404, "not_found"),
    got("a slash behind", "/alerts/{alert}/", 404, "no_such_path"),
    got("two slashes", "//alerts/{alert}", 404, "no_such_path"),
    got("a path parameter of old", "/alerts/{alert};version=1", 404, "not_found"),
    got("a line end in the id of a case", "/cases/tea/a%0Ab", 404, "no_such_path"),
    got("an action that is none", "/alerts/{alert}/escalate", 404, "no_such_path"),
    invalid("NUL in an id", "/alerts/{alert}%00", "path.id", "string_pattern_mismatch"),
    invalid("a line end behind an id", "/alerts/{alert}%0A", "path.id", "string_pattern_mismatch"),
    invalid("DEL in an id", "/incidents/a%7Fb", "path.id", "string_pattern_mismatch"),
    invalid("a long id", "/alerts/" + "a" * 257, "path.id", "string_too_long"),
    invalid("a long case", "/cases/tea/" + "a" * 514, "path.case", "string_too_long"),
    invalid("NUL in a tenant", "/cases/te%00a/order-1", "path.tenant", "string_pattern_mismatch"),
    invalid("no case", "/cases/tea/", "path.case", "string_too_short"),
    Bad("an action by GET", "GET", "/alerts/{alert}/close", 405, "method"),
    Bad("an alert by POST", "POST", "/alerts/{alert}", 405, "method", b"{}"),
    Bad("a mute by DELETE", "DELETE", "/mutes", 405, "method"),
]

BYTES = [
    raw("no media type", "wrong_media_type", b'{"text": "x"}', 415, None),
    raw("a form", "wrong_media_type", b"text=x", 415, "application/x-www-form-urlencoded"),
    raw("text", "wrong_media_type", b'{"text": "x"}', 415, "text/plain"),
    raw("another JSON", "wrong_media_type", b'{"text": "x"}', 415, "application/merge-patch+json"),
    raw("another alphabet", "wrong_media_type", b'{"text": "x"}', 415, "application/json; charset=utf-16"),
    raw("two media types", "wrong_media_type", b'{"text": "x"}', 415, "application/json, text/plain"),
    raw("XML", "wrong_media_type", b"<!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]>", 415, "application/xml"),
    raw("a packed body", "wrong_media_type", b"\x1f\x8b\x08", 415, headers=(("content-encoding", "gzip"),)),
    raw("nothing", "not_json", b""),
    raw("a space", "not_json", b" "),
    raw("half an object", "not_json", b'{"text": "x"'),
    raw("two objects", "not_json", b'{"text": "x"} {"text": "y"}'),
    raw("a comma behind", "not_json", b'{"text": "x",}'),
    raw("a comment", "not_json", b'{"text": "x" /* y */}'),
    raw("single quotes", "not_json", b"{'text': 'x'}"),
    raw("a bare control character", "not_json", b'{"text": "a\x01b"}'),
    raw("a byte order mark before", "not_json", b'\xef\xbb\xbf{"text": "x"}'),
    raw("a broken escape", "not_json", b'{"text": "\\x41"}'),
    raw("UTF-16", "not_utf8", '{"text": "x"}'.encode("utf-16")),
    raw("Latin-1", "not_utf8", '{"text": "café"}'.encode("latin-1")),
    raw("a surrogate in bytes", "not_utf8", b'{"text": "\xed\xa0\x80"}'),
    raw("an overlong character", "not_utf8", b'{"text": "\xc0\xaf"}'),
    raw("half a pair", "lone_surrogate", b'{"text": "\\ud83d"}'),
    raw("the other half", "lone_surrogate", b'{"text": "\\ude00 x"}'),
    raw("a pair the wrong way round", "lone_surrogate", b'{"text": "\\ude00\\ud83d"}'),
    raw("half a pair in a name", "lone_surrogate", b'{"text": "x", "\\ud800": 1}'),
    raw("a name twice", "repeated_name", b'{"text": "x", "text": "y"}'),
    raw("a name twice, once escaped", "repeated_name", b'{"text": "x", "te\\u0078t": "y"}'),
    raw("a name twice, below", "repeated_name", b'{"text": {"a": 1, "a": 2}}'),
    raw("NaN", "not_a_number", b'{"text": "x", "version": NaN}'),
    raw("an infinity", "not_a_number", b'{"text": "x", "version": -Infinity}'),
    raw("an infinity by its exponent", "not_a_number", b'{"text": "x", "version": 1e999}'),
    raw("a number of many digits", "not_a_number", b'{"version": ' + b"9" * 5000 + b"}"),
    raw("deep lists", "too_deep", b"[" * 17 + b"]" * 17),
    raw("very deep lists", "too_deep", b"[" * 60_000),
    raw("deep objects", "too_deep", b'{"a":' * 10_000 + b"1" + b"}" * 10_000),
    raw("too many bytes", "too_large", b'{"text": "' + b"x" * (64 * 1024) + b'"}', 413),
]

BODIES = [
    sent("a list for a body", "comment", "[]", "body", "model_type"),
    sent("null for a body", "comment", "null", "body", "model_type"),
    sent("a text for a body", "comment", '"text"', "body", "model_type"),
    sent("no text", "comment", "{}", "body.text", "missing"),
    sent("a field that is not known", "comment", '{"text": "x", "colour": "red"}', "body.colour", "extra_forbidden"),
    sent("a field of another action", "comment", '{"text": "x", "minutes": 5}', "body.minutes", "extra_forbidden"),
    sent("whose it is", "comment", '{"text": "x", "by": "boss"}', "body.by", "extra_forbidden"),
    sent("which tenant", "acknowledge", '{"tenant": "coffee"}', "body.tenant", "extra_forbidden"),
    sent("a prototype", "comment", '{"text": "x", "__proto__": {}}', "body.__proto__", "extra_forbidden"),
    sent("a number for a text", "comment", '{"text": 5}', "body.text", "string_type"),
    sent("a list for a text", "comment", '{"text": ["x"]}', "body.text", "string_type"),
    sent("an empty text", "comment", '{"text": ""}', "body.text", "string_too_short"),
    sent("a text of spaces", "comment", '{"text": " \\n\\t "}', "body.text", "string_pattern_mismatch"),
    sent("a long text", "comment", '{"text": "' + "长" * 4001 + '"}', "body.text", "string_too_long"),
    *(
        sent(f"{name} in a text", "comment", f'{{"text": "a{char}b"}}', "body.text", "string_pattern_mismatch")
        for name, char in _UNSEEN
    ),
    *(
        sent(f"{name} in a name", "assign", f'{{"to": "a{char}b"}}', "body.to", "string_pattern_mismatch")
        for name, char in _UNSEEN
    ),
    sent("two lines in a name", "assign", '{"to": "ana\\nrui"}', "body.to", "string_pattern_mismatch"),
    sent("a long name", "assign", '{"to": "' + "a" * 257 + '"}', "body.to", "string_too_long"),
    sent("nobody", "assign", '{"to": null}', "body.to", "string_type"),
    sent("a version in a text", "acknowledge", '{"version": "1"}', "body.version", "int_type"),
    sent("a version that is true", "acknowledge", '{"version": true}', "body.version", "int_type"),
    sent("half a version", "acknowledge", '{"version": 1.5}', "body.version", "int_type"),
    sent("version zero", "acknowledge", '{"version": 0}', "body.version", "greater_than_equal"),
    sent("a negative version", "acknowledge", '{"version": -1}', "body.version", "greater_than_equal"),
    sent("a huge version", "acknowledge", '{"version": 99999999999999}', "body.version", "less_than_equal"),
    sent("no minutes", "acknowledge", '{"minutes": 0}', "body.minutes", "greater_than_equal"),
    sent("negative minutes", "acknowledge", '{"minutes": -5}', "body.minutes", "greater_than_equal"),
    sent("more than a day", "acknowledge", '{"minutes": 1441}', "body.minutes", "less_than_equal"),
    sent("minutes in a text", "acknowledge", '{"minutes": "20"}', "body.minutes", "int_type"),
    sent("null minutes", "acknowledge", '{"minutes": null}', "body.minutes", "int_type"),
    sent("a list for an id", "acknowledge", '{"id": []}', "body.id", "string_type"),
    sent("an empty id", "acknowledge", '{"id": ""}', "body.id", "string_too_short"),
    sent("a long id", "acknowledge", '{"id": "' + "i" * 257 + '"}', "body.id", "string_too_long"),
    sent("NUL in an id", "acknowledge", '{"id": "a\\u0000b"}', "body.id", "string_pattern_mismatch"),
    sent("a separator in an id", "acknowledge", '{"id": "a\\u001fb"}', "body.id", "string_pattern_mismatch"),
    sent("a long why", "acknowledge", '{"why": "' + "y" * 4001 + '"}', "body.why", "string_too_long"),
    sent("a cause that is none", "close", '{"because": "bored"}', "body.because", "literal_error"),
    sent("no cause", "close", "{}", "body.because", "missing"),
    sent("a list of causes", "close", '{"because": ["fixed"]}', "body.because", "literal_error"),
    sent("a useful word", "close", '{"because": "fixed", "useful": "yes"}', "body.useful", "bool_type"),
    sent("a useful number", "close", '{"because": "fixed", "useful": 1}', "body.useful", "bool_type"),
    sent("no until", "snooze", "{}", "body.until", "missing"),
    *(sent(f"an instant {name}", "snooze", f'{{"until": {value}}}', "body.until", _WHEN) for name, value in _NO_INSTANTS),
]

_MUTE = '"until": "2026-11-02T18:00:00Z", "because": "x"'
ADMINS = [
    sent("a mute of everything", "/mutes", f'{{"tenant": "tea", "scope": {{}}, {_MUTE}}}', "body.scope", _WHEN),
    sent("of nothing", "/mutes", f'{{"tenant": "tea", "scope": {{"store": null}}, {_MUTE}}}', "body.scope", _WHEN),
    sent("without a scope", "/mutes", f'{{"tenant": "tea", {_MUTE}}}', "body.scope", "missing"),
    sent(
        "of a city",
        "/mutes",
        f'{{"tenant": "tea", "scope": {{"city": "x"}}, {_MUTE}}}',
        "body.scope.city",
        "extra_forbidden",
    ),
    sent(
        "of two stores",
        "/mutes",
        f'{{"tenant": "tea", "scope": {{"store": ["a", "b"]}}, {_MUTE}}}',
        "body.scope.store",
        "string_type",
    ),
    sent(
        "without a cause",
        "/mutes",
        '{"tenant": "tea", "scope": {"store": "s1"}, "until": "2026-11-02T18:00:00Z"}',
        "body.because",
        "missing",
    ),
    sent(
        "without an end", "/mutes", '{"tenant": "tea", "scope": {"store": "s1"}, "because": "x"}', "body.until", "missing"
    ),
    sent(
        "with a start in words",
        "/mutes",
        f'{{"tenant": "tea", "scope": {{"store": "s1"}}, "start": "now", {_MUTE}}}',
        "body.start",
        _WHEN,
    ),
    sent("under an id of the caller's", "/mutes", f'{{"mute": "m", {_MUTE}}}', "body.tenant", "missing"),
    Bad(
        "a mute for another tenant",
        "POST",
        "/mutes",
        404,
        "not_found",
        f'{{"tenant": "coffee", "scope": {{"store": "s1"}}, {_MUTE}}}'.encode(),
    ),
    Bad("the end of another tenant's mute", "POST", "/mutes/their-mute/end", 404, "not_found", b"{}"),
    Bad("the end of a mute that is none", "POST", "/mutes/none/end", 404, "not_found", b"{}"),
    sent("no letters", "/dead-letters/retry", '{"letters": []}', "body.letters", "too_short"),
    sent("letters by number", "/dead-letters/retry", '{"letters": 3}', "body.letters", "list_type"),
    sent(
        "a negative offset",
        "/dead-letters/retry",
        '{"letters": [{"topic": "t.dlq", "partition": 0, "offset": -1}]}',
        "body.letters.0.offset",
        "greater_than_equal",
    ),
    sent(
        "an offset beyond Kafka's",
        "/dead-letters/retry",
        '{"letters": [{"topic": "t.dlq", "partition": 0, "offset": 9223372036854775808}]}',
        "body.letters.0.offset",
        "less_than_equal",
    ),
    sent(
        "a negative partition",
        "/dead-letters/retry",
        '{"letters": [{"topic": "t.dlq", "partition": -1, "offset": 1}]}',
        "body.letters.0.partition",
        "greater_than_equal",
    ),
    sent(
        "a topic to send to",
        "/dead-letters/retry",
        '{"letters": [{"topic": "t.dlq", "partition": 0, "offset": 1, "to": "payroll"}]}',
        "body.letters.0.to",
        "extra_forbidden",
    ),
    sent(
        "many letters",
        "/dead-letters/retry",
        '{"letters": [' + ", ".join(['{"topic": "t", "partition": 0, "offset": 1}'] * 201) + "]}",
        "body.letters",
        "too_long",
    ),
]

ALL = [*QUERIES, *PATHS, *BYTES, *BODIES, *ADMINS]
