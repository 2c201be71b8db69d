"""Records of organisation data that must be passed over, each with the line that names it. A table and nothing else."""

from typing import NamedTuple


class Bad(NamedTuple):
    name: str
    key: bytes
    value: bytes | None
    says: str


BAD_RECORDS = [
    Bad(
        "no key", b"", b"{}", "a record without a key: the key is not <tenant>/<kind>/<id>; write it like tea/store/SH01"
    ),
    Bad(
        "a key without an id",
        b"tea/store",
        b'{"id":"S1"}',
        "tea/store: the key is not <tenant>/<kind>/<id>; write it like tea/store/SH01",
    ),
    Bad(
        "a key with an empty tenant",
        b"/store/S1",
        b'{"id":"S1"}',
        "/store/S1: the key is not <tenant>/<kind>/<id>; write it like tea/store/SH01",
    ),
    Bad(
        "a key that is no text",
        b"\xff/store/S1",
        b'{"id":"S1"}',
        "\\xff/store/S1: the key is not UTF-8; write it like tea/store/SH01",
    ),
    Bad(
        "a key with line breaks",
        b"tea\n/stor\x1b[31m/S1",
        b'{"id":"S1"}',
        "tea\\n/stor\\x1b[31m/S1: there is no kind 'stor\\x1b[31m' of record; there are store, area, "
        "region, brand, person, chain, policy, fallback",
    ),
    Bad(
        "an endless key",
        b"k" * 1000,
        b"{}",
        "k" * 300 + "...: the key is not <tenant>/<kind>/<id>; write it like tea/store/SH01",
    ),
    Bad(
        "a kind misspelt",
        b"tea/stores/S1",
        b'{"id":"S1"}',
        "tea/stores/S1: there is no kind 'stores' of record; did you mean 'store'?",
    ),
    Bad(
        "a kind that is none",
        b"tea/robot/S1",
        b'{"id":"S1"}',
        "tea/robot/S1: there is no kind 'robot' of record; "
        "there are store, area, region, brand, person, chain, policy, fallback",
    ),
    Bad(
        "a tombstone of no kind",
        b"tea/robot/S1",
        None,
        "tea/robot/S1: there is no kind 'robot' of record; "
        "there are store, area, region, brand, person, chain, policy, fallback",
    ),
    Bad(
        "a second fallback",
        b"tea/fallback/other",
        b'{"people":["ann"]}',
        "tea/fallback/other: a tenant has one fallback; its key is tea/fallback/fallback",
    ),
    Bad(
        "a tenant with a space",
        b"tea /store/S1",
        b'{"id":"S1"}',
        "tea /store/S1: tenant: 'tea ' begins or ends with a space; take it away",
    ),
    Bad(
        "an empty value", b"tea/store/S1", b"", "tea/store/S1: Invalid JSON: EOF while parsing a value at line 1 column 0"
    ),
    Bad("no JSON", b"tea/store/S1", b"store: S1", "tea/store/S1: Invalid JSON: expected value at line 1 column 1"),
    Bad(
        "no UTF-8",
        b"tea/store/S1",
        b'{"id":"\xff"}',
        "tea/store/S1: Invalid JSON: invalid unicode code point at line 1 column 8",
    ),
    Bad(
        "half a character",
        b"tea/store/S1",
        b'{"id":"S1","name":"\\ud800"}',
        "tea/store/S1: Invalid JSON: unexpected end of hex escape at line 1 column 26",
    ),
    Bad("a list", b"tea/store/S1", b"[]", "tea/store/S1: here should be a mapping (key: value), not []"),
    Bad("a text", b"tea/store/S1", b'"S1"', 'tea/store/S1: here should be a mapping (key: value), not "S1"'),
    Bad("nothing", b"tea/store/S1", b"null", "tea/store/S1: here should be a mapping (key: value), not null"),
    Bad(
        "endless depth",
        b"tea/store/S1",
        b'{"id":' + b"[" * 5_000,
        "tea/store/S1: Invalid JSON: recursion limit exceeded at line 1 column 207",
    ),
    Bad(
        "another id than the key's",
        b"tea/store/S1",
        b'{"id":"S2"}',
        "tea/store/S1: id: 'S2' is not 'S1', the id in the key; make them the same",
    ),
    Bad(
        "a fallback's value for a store",
        b"tea/store/S1",
        b'{"people":["ann"]}',
        "tea/store/S1: 'id' is missing; write it like id: SH01; people: there is no key 'people' "
        "here; there are id, name, area, region, brand, time_zone, hours, language, duty",
    ),
    Bad(
        "a person without contacts",
        b"tea/person/ann",
        b'{"id":"ann","name":"Ann"}',
        "tea/person/ann: 'contacts' is missing; write it like contacts: [{'receiver': 'wecom', 'address': 'chenwei'}]",
    ),
    Bad(
        "a person without one contact",
        b"tea/person/ann",
        b'{"id":"ann","name":"Ann","contacts":[]}',
        "tea/person/ann: contacts: this is empty; write one at least",
    ),
    Bad(
        "a zone that is none",
        b"tea/person/ann",
        b'{"id":"ann","time_zone":"Mars","name":"Ann","contacts":[{"receiver":"wecom"}]}',
        "tea/person/ann: time_zone: 'Mars' is not a time zone; write an IANA name like Asia/Shanghai",
    ),
    Bad(
        "a zone of endless length",
        b"tea/person/ann",
        b'{"id":"ann","time_zone":"' + b"a" * 100_000 + b'","name":"Ann","contacts":[{"receiver":"wecom"}]}',
        "tea/person/ann: time_zone: String should have at most 64 characters",
    ),
    Bad(
        "a key nobody knows, with markup",
        b"tea/person/ann",
        b'{"id":"ann","<script>":1,"name":"Ann","contacts":[{"receiver":"wecom"}]}',
        "tea/person/ann: <script>: there is no key '<script>' here; there are id, name, language, time_zone, contacts",
    ),
    Bad(
        "a null where nothing may be",
        b"tea/person/ann",
        b'{"id":"ann","name":null,"contacts":[{"receiver":"wecom"}]}',
        "tea/person/ann: name: here should be a text, not null",
    ),
    Bad(
        "shifts that begin at once",
        b"tea/area/east",
        b'{"id": "east", "duty": {"rota": {"shifts": [{"days": ["mon"], "start": "09:00",'
        b' "people": ["ann"]}, {"days": ["mon"], "start": "09:00", "people": ["ann"]}]}}}',
        "tea/area/east: duty.rota.shifts.1.days.0: a shift begins on mon at 09:00 already; give "
        "this one another day or start",
    ),
    Bad(
        "a swap that ends before it begins",
        b"tea/area/east",
        b'{"id": "east", "duty": {"rota": {"instead": [{"start": "2026-11-02T00:00:00Z",'
        b' "end": "2026-11-01T00:00:00Z", "person": "ann"}]}}}',
        "tea/area/east: duty.rota.instead.0.end: this swap is over before it begins; write an end "
        "after 2026-11-02T00:00:00+00:00",
    ),
    Bad(
        "an instant in seconds",
        b"tea/area/east",
        b'{"id": "east", "duty": {"rota": {"since": 1780000000}}}',
        "tea/area/east: duty.rota.since: '1780000000' is not an instant with an offset; write it "
        "like 2026-11-01T08:00:00+08:00",
    ),
    Bad(
        "a region in a region",
        b"tea/region/north",
        b'{"id":"north","region":"south"}',
        "tea/region/north: region: a region lies in no other; leave this out",
    ),
    Bad(
        "a chain without steps",
        b"tea/chain/c",
        b'{"id":"c","steps":[]}',
        "tea/chain/c: steps: this is empty; write one at least",
    ),
    Bad(
        "a step years later",
        b"tea/chain/c",
        b'{"id":"c","steps":[{"after":"99999w","tell":"store"}]}',
        "tea/chain/c: steps.0.after: '99999w' is longer than a year; write a shorter duration",
    ),
    Bad(
        "a rank that is no number",
        b"tea/chain/c",
        b'{"id":"c","rank":"first","steps":[{"after":"0s","tell":"store"}]}',
        "tea/chain/c: rank: Input should be a valid integer, unable to parse string as an integer",
    ),
    Bad(
        "a fallback whose people are a text",
        b"tea/fallback/fallback",
        b'{"people":"ann"}',
        'tea/fallback/fallback: people: here should be a list, not "ann"',
    ),
    Bad(
        "a fallback in another zone",
        b"tea/fallback/fallback",
        b'{"rota":{"time_zone":"Asia/Shangai"}}',
        "tea/fallback/fallback: rota.time_zone: 'Asia/Shangai' is not a time zone; did you mean 'Asia/Shanghai'?",
    ),
    Bad(
        "many faults",
        b"tea/chain/c",
        b'{"id": "c", "severities": ["x", "x", "x", "x", "x", "x", "x"], "steps": [{"after": "0s", "tell": "store"}]}',
        "tea/chain/c: severities.0: 'x' is not one of low, medium, high, critical; severities.1: "
        "'x' is not one of low, medium, high, critical; severities.2: 'x' is not one of low, "
        "medium, high, critical; severities.3: 'x' is not one of low, medium, high, critical; "
        "severities.4: 'x' is not one of low, medium, high, critical; and 2 more",
    ),
]
