"""Organisation files that must be refused, each with the one line that says why. A table and nothing else."""

from typing import NamedTuple


class Bad(NamedTuple):
    """`says` is line, column and message."""

    name: str
    text: str
    says: str


PEOPLE = """tenant: tea
fallback: {people: [ann]}
people:
  - {id: ann, name: Ann, contacts: [{receiver: wecom}]}
"""

BAD_FILES = [
    Bad(
        "a misspelt key",
        PEOPLE + "stores:\n  - {id: S1, nmae: One}\n",
        "6:14: there is no key 'nmae' here; did you mean 'name'?",
    ),
    Bad(
        "a misspelt list",
        PEOPLE + "store:\n  - {id: S1}\n",
        "5:1: there is no key 'store' here; did you mean 'stores'?",
    ),
    Bad(
        "a store without an id",
        PEOPLE + "stores:\n  - {name: One}\n",
        "6:5: 'id' is missing; write it like id: SH01",
    ),
    Bad(
        "a number for an id",
        PEOPLE + "stores:\n  - {id: 101}\n",
        "6:10: here should be a text, not 101",
    ),
    Bad(
        "an empty id",
        PEOPLE + 'stores:\n  - {id: ""}\n',
        "6:10: this is empty; write one at least",
    ),
    Bad(
        "an id with a space before it",
        PEOPLE + 'stores:\n  - {id: " S1"}\n',
        "6:10: ' S1' begins or ends with a space; take it away",
    ),
    Bad(
        "an id with a line break",
        PEOPLE + 'stores:\n  - {id: "S1\\nS2"}\n',
        "6:10: there is a character in it that cannot be seen (U+000A); take it out",
    ),
    Bad(
        "a name that turns the text around",
        PEOPLE + 'stores:\n  - {id: S1, name: "a\\u202Eb"}\n',
        "6:20: there is a character in it that cannot be seen (U+202E); take it out",
    ),
    Bad(
        "an endless id",
        PEOPLE + "stores:\n  - {id: " + "x" * 129 + "}\n",
        "6:10: String should have at most 128 characters",
    ),
    Bad(
        "a store twice",
        PEOPLE + "stores:\n  - {id: S1}\n  - {id: S1}\n",
        "7:10: store 'S1' is declared twice, first at f:6:10; ids must differ",
    ),
    Bad(
        "an unknown area",
        PEOPLE + "areas:\n  - {id: east}\nstores:\n  - {id: S1, area: eats}\n",
        "8:20: there is no area 'eats'; did you mean 'east'?",
    ),
    Bad(
        "an area that nothing resembles",
        PEOPLE + "stores:\n  - {id: S1, area: north}\n",
        "6:20: there is no area 'north'; add it to areas:, or name one that is there",
    ),
    Bad(
        "an unknown region of a store",
        PEOPLE + "stores:\n  - {id: S1, region: north}\n",
        "6:22: there is no region 'north'; add it to regions:, or name one that is there",
    ),
    Bad(
        "an unknown region of an area",
        PEOPLE + "areas:\n  - {id: east, region: north}\n",
        "6:24: there is no region 'north'; add it to regions:, or name one that is there",
    ),
    Bad(
        "a region in a region",
        PEOPLE + "regions:\n  - {id: north}\n  - {id: south, region: north}\n",
        "7:25: a region lies in no other; leave this out",
    ),
    Bad(
        "a store in a region that is not its area's",
        PEOPLE
        + (
            "regions:\n"
            "  - {id: n}\n"
            "  - {id: s}\n"
            "areas:\n"
            "  - {id: e, region: n}\n"
            "stores:\n"
            "  - {id: S1, area: e, region: s}\n"
        ),
        "11:31: 's' is not 'n', the region of area 'e'; leave the store's out",
    ),
    Bad(
        "an unknown person",
        PEOPLE + "stores:\n  - {id: S1, duty: {people: [anne]}}\n",
        "6:30: there is no person 'anne'; did you mean 'ann'?",
    ),
    Bad(
        "an unknown person in a shift",
        PEOPLE + "stores:\n  - {id: S1, duty: {rota: {shifts: [{days: [mon], start: 09:00, people: [bob]}]}}}\n",
        "6:74: there is no person 'bob'; add it to people:, or name one that is there",
    ),
    Bad(
        "an unknown person in a swap",
        PEOPLE
        + (
            "stores:\n"
            "  - id: S1\n"
            "    duty:\n"
            "      rota:\n"
            "        instead:\n"
            "          - {start: 2026-11-01T08:00:00Z, end: 2026-11-01T09:00:00Z, person: bob}\n"
        ),
        "10:78: there is no person 'bob'; add it to people:, or name one that is there",
    ),
    Bad(
        "people that are no list",
        PEOPLE + "stores:\n  - {id: S1, duty: {people: ann}}\n",
        '6:29: here should be a list, not "ann"',
    ),
    Bad(
        "a duty that is no mapping",
        PEOPLE + "stores:\n  - {id: S1, duty: [ann]}\n",
        '6:20: here should be a mapping (key: value), not ["ann"]',
    ),
    Bad(
        "nothing behind a key",
        PEOPLE + "stores:\n  - {id: S1, area: }\n",
        "6:19: nothing stands here; give a value, or leave the key out",
    ),
    Bad(
        "a time zone that is misspelt",
        PEOPLE + "stores:\n  - {id: S1, time_zone: Asia/Shangai}\n",
        "6:25: 'Asia/Shangai' is not a time zone; did you mean 'Asia/Shanghai'?",
    ),
    Bad(
        "a time zone that is a path",
        PEOPLE + "stores:\n  - {id: S1, time_zone: ../../etc/passwd}\n",
        "6:25: '../../etc/passwd' is not a time zone; write an IANA name like Asia/Shanghai",
    ),
    Bad(
        "a time zone that is an offset",
        PEOPLE + 'stores:\n  - {id: S1, duty: {rota: {time_zone: "+08:00"}}}\n',
        "6:39: '+08:00' is not a time zone; write an IANA name like Asia/Shanghai",
    ),
    Bad(
        "a language that is not spoken",
        PEOPLE + "stores:\n  - {id: S1, language: de}\n",
        "6:24: 'de' is not one of zh, en",
    ),
    Bad(
        "a weekday in full",
        PEOPLE + "stores:\n  - {id: S1, duty: {rota: {shifts: [{days: [monday], start: 09:00, people: [ann]}]}}}\n",
        "6:45: 'monday' is not one of mon, tue, wed, thu, fri, sat, sun; did you mean 'mon'?",
    ),
    Bad(
        "a shift without days",
        PEOPLE + "stores:\n  - {id: S1, duty: {rota: {shifts: [{days: [], start: 09:00, people: [ann]}]}}}\n",
        "6:44: this is empty; write one at least",
    ),
    Bad(
        "a shift without people",
        PEOPLE + "stores:\n  - {id: S1, duty: {rota: {shifts: [{days: [mon], start: 09:00}]}}}\n",
        "6:37: 'people' is missing; write it like people: ['chen.wei', 'li.na']",
    ),
    Bad(
        "a shift with an end",
        PEOPLE
        + ("stores:\n  - {id: S1, duty: {rota: {shifts: [{days: [mon], start: 09:00, end: 10:00, people: [ann]}]}}}\n"),
        "6:65: there is no key 'end' here; there are days, start, people",
    ),
    Bad(
        "a start without minutes",
        PEOPLE + "stores:\n  - {id: S1, duty: {rota: {shifts: [{days: [mon], start: 9, people: [ann]}]}}}\n",
        "6:58: here should be a text, not 9",
    ),
    Bad(
        "a start of one digit",
        PEOPLE + "stores:\n  - {id: S1, duty: {rota: {shifts: [{days: [mon], start: 9:00, people: [ann]}]}}}\n",
        "6:58: '9:00' is not a time of day; write it like 09:00 or 22:30",
    ),
    Bad(
        "a start at the end of the day",
        PEOPLE + "stores:\n  - {id: S1, duty: {rota: {shifts: [{days: [mon], start: 24:00, people: [ann]}]}}}\n",
        "6:58: '24:00' is not a time of day; write it like 09:00 or 22:30",
    ),
    Bad(
        "two shifts at once",
        PEOPLE
        + (
            "stores:\n"
            "  - id: S1\n"
            "    duty:\n"
            "      rota:\n"
            "        shifts:\n"
            "          - {days: [mon, tue], start: 09:00, people: [ann]}\n"
            "          - {days: [wed, tue], start: 09:00, people: [ann]}\n"
        ),
        "11:26: a shift begins on tue at 09:00 already; give this one another day or start",
    ),
    Bad(
        "a day twice in a shift",
        PEOPLE + "stores:\n  - {id: S1, duty: {rota: {shifts: [{days: [mon, mon], start: 09:00, people: [ann]}]}}}\n",
        "6:50: a shift begins on mon at 09:00 already; give this one another day or start",
    ),
    Bad(
        "a since without an offset",
        PEOPLE + "stores:\n  - {id: S1, duty: {rota: {since: 2026-11-02T00:00:00}}}\n",
        "6:35: '2026-11-02T00:00:00' is not an instant with an offset; write it like 2026-11-01T08:00:00+08:00",
    ),
    Bad(
        "a since that is a date",
        PEOPLE + "stores:\n  - {id: S1, duty: {rota: {since: 2026-11-02}}}\n",
        "6:35: '2026-11-02' is not an instant with an offset; write it like 2026-11-01T08:00:00+08:00",
    ),
    Bad(
        "a since that is a number",
        PEOPLE + "stores:\n  - {id: S1, duty: {rota: {since: 20261102}}}\n",
        "6:35: '20261102' is not an instant with an offset; write it like 2026-11-01T08:00:00+08:00",
    ),
    Bad(
        "a since before time",
        PEOPLE + 'stores:\n  - {id: S1, duty: {rota: {since: "0001-01-01T00:00:00+14:00"}}}\n',
        "6:35: '0001-01-01T00:00:00+14:00' lies outside the years 1971 to 2199; write one within",
    ),
    Bad(
        "a swap that ends before it begins",
        PEOPLE
        + (
            "stores:\n"
            "  - id: S1\n"
            "    duty:\n"
            "      rota:\n"
            "        instead:\n"
            "          - {start: 2026-11-01T08:00:00Z, end: 2026-11-01T08:00:00+01:00, person: ann}\n"
        ),
        "10:48: this swap is over before it begins; write an end after 2026-11-01T08:00:00+00:00",
    ),
    Bad(
        "a swap twice",
        PEOPLE
        + (
            "stores:\n"
            "  - id: S1\n"
            "    duty:\n"
            "      rota:\n"
            "        instead:\n"
            "          - {start: 2026-11-01T08:00:00Z, end: 2026-11-01T09:00:00Z, person: ann}\n"
            "          - {start: 2026-11-01T09:00:00+01:00, end: 2026-11-01T09:00:00Z, person: ann}\n"
        ),
        "11:13: this swap stands here twice; take one away",
    ),
    Bad(
        "hours that are none",
        PEOPLE + "stores:\n  - {id: S1, hours: {mon: [9-17]}}\n",
        "6:27: '9-17' are no hours; write them like 09:00-18:00, 18:00-02:00 or 00:00-24:00",
    ),
    Bad(
        "hours of no weekday",
        PEOPLE + 'stores:\n  - {id: S1, hours: {monday: ["09:00-17:00"]}}\n',
        "6:30: 'monday' names no weekdays; write mon, mon-fri or sat,sun",
    ),
    Bad(
        "hours that overlap",
        PEOPLE + 'stores:\n  - {id: S1, hours: {mon: ["09:00-17:00", "16:00-18:00"]}}\n',
        "6:27: the hours 09:00-17:00 and 16:00-18:00 overlap; join them or part them",
    ),
    Bad(
        "hours of a day twice",
        PEOPLE + 'stores:\n  - {id: S1, hours: {mon-fri: ["09:00-17:00"], fri: ["09:00-18:00"]}}\n',
        "6:21: the hours of fri are given twice; name each weekday once",
    ),
    Bad(
        "a store that never opens",
        PEOPLE + "stores:\n  - {id: S1, hours: {mon: []}}\n",
        "6:21: this store never opens; write its hours like mon-sun: [09:00-22:00], or leave them out",
    ),
    Bad(
        "a chain without steps",
        PEOPLE + "chains:\n  - {id: c, steps: []}\n",
        "6:20: this is empty; write one at least",
    ),
    Bad(
        "a step without a unit",
        PEOPLE + "chains:\n  - {id: c, steps: [{after: 10, tell: store}]}\n",
        "6:29: here should be a text, not 10",
    ),
    Bad(
        "a step in minutes in full",
        PEOPLE + "chains:\n  - {id: c, steps: [{after: 10 min, tell: store}]}\n",
        "6:29: '10 min' is not a duration; write it like 0s, 10m or 1h30m",
    ),
    Bad(
        "a step before the alert",
        PEOPLE + "chains:\n  - {id: c, steps: [{after: -10m, tell: store}]}\n",
        "6:29: '-10m' is not a duration; write it like 0s, 10m or 1h30m",
    ),
    Bad(
        "a step years later",
        PEOPLE + "chains:\n  - {id: c, steps: [{after: 99999w, tell: store}]}\n",
        "6:29: '99999w' is longer than a year; write a shorter duration",
    ),
    Bad(
        "a step of endless digits",
        PEOPLE + "chains:\n  - {id: c, steps: [{after: " + "9" * 5000 + "w, tell: store}]}\n",
        "6:29: String should have at most 32 characters",
    ),
    Bad(
        "a step to a person",
        PEOPLE + "chains:\n  - {id: c, steps: [{after: 0s, tell: ann}]}\n",
        "6:39: 'ann' is not one of store, area, region, brand, fallback",
    ),
    Bad(
        "a severity that is none",
        PEOPLE + "chains:\n  - {id: c, severities: [hihg], steps: [{after: 0s, tell: store}]}\n",
        "6:26: 'hihg' is not one of low, medium, high, critical; did you mean 'high'?",
    ),
    Bad(
        "moments by a pattern of their own",
        PEOPLE + 'chains:\n  - {id: c, moments: ["*.late"], steps: [{after: 0s, tell: store}]}\n',
        "6:23: '*.late' names no moments; write an id like order.confirm, or delivery.* for all that begin so",
    ),
    Bad(
        "a moment in capitals",
        PEOPLE + "chains:\n  - {id: c, moments: [Order.confirm], steps: [{after: 0s, tell: store}]}\n",
        "6:23: 'Order.confirm' names no moments; write an id like order.confirm, or delivery.* for all that begin so",
    ),
    Bad(
        "a rank below zero",
        PEOPLE + "chains:\n  - {id: c, rank: -1, steps: [{after: 0s, tell: store}]}\n",
        "6:19: here should be 0 at least, not -1",
    ),
    Bad(
        "a chain twice",
        PEOPLE
        + (
            "chains:\n"
            "  - {id: c, severities: [low], steps: [{after: 0s, tell: store}]}\n"
            "  - {id: c, severities: [low], steps: [{after: 0s, tell: store}]}\n"
        ),
        "7:10: chain 'c' is declared twice, first at f:6:10; ids must differ",
    ),
    Bad(
        "a chain that never counts",
        PEOPLE
        + (
            "chains:\n"
            "  - {id: c, steps: [{after: 0s, tell: store}]}\n"
            "  - {id: d, severities: [low], steps: [{after: 0s, tell: store}]}\n"
        ),
        "7:10: chain 'd' never counts, 'c' before it fits all it fits; write it before",
    ),
    Bad(
        "a chain behind its moments' own",
        PEOPLE
        + (
            "chains:\n"
            "  - {id: c, moments: [order.*], steps: [{after: 0s, tell: store}]}\n"
            "  - {id: d, moments: [order.confirm], severities: [low], steps: [{after: 0s, tell: store}]}\n"
        ),
        "7:10: chain 'd' never counts, 'c' before it fits all it fits; write it before",
    ),
    Bad(
        "a key twice",
        PEOPLE + "stores: []\nstores: []\n",
        "6:1: 'stores' stands here twice; join the two",
    ),
    Bad(
        "an alias inside itself",
        PEOPLE + "stores: &s\n  - *s\n",
        "5:9: this alias stands inside what it names; write the value out",
    ),
    Bad(
        "no YAML",
        PEOPLE + "stores: [\n",
        "6:1: this is not YAML: while parsing a flow node expected the node content, but found '<stream end>'",
    ),
    Bad(
        "an empty file",
        "",
        "1:1: this is no organisation; begin with tenant:, then people: and stores:",
    ),
    Bad(
        "a list",
        "- tenant: tea\n",
        "1:1: this is no organisation; begin with tenant:, then people: and stores:",
    ),
    Bad(
        "a tenant missing",
        "fallback: {people: [ann]}\npeople:\n  - {id: ann, name: Ann, contacts: [{receiver: wecom}]}\n",
        "1:1: 'tenant' is missing; write it like tenant: tea",
    ),
    Bad(
        "a tenant with a slash",
        "tenant: tea/east\nfallback: {people: [ann]}\npeople:\n  - {id: ann, name: Ann, contacts: [{receiver: wecom}]}\n",
        "1:9: 'tea/east' has a slash, which parts the keys of the records; write a tenant without one",
    ),
    Bad(
        "no fallback",
        "tenant: tea\n",
        "1:9: nobody is the fallback, and alerts of unknown stores would reach nobody; write fallback: {people: [...]}",
    ),
    Bad(
        "an empty fallback",
        "tenant: tea\nfallback: {}\n",
        "2:11: nobody is the fallback, and alerts of unknown stores would reach nobody; write fallback: {people: [...]}",
    ),
    Bad(
        "a person twice",
        "tenant: tea\n"
        "fallback: {people: [ann]}\n"
        "people:\n"
        "  - {id: ann, name: Ann, contacts: [{receiver: wecom}]}\n"
        "  - {id: ann, name: Ann, contacts: [{receiver: wecom}]}\n",
        "5:10: person 'ann' is declared twice, first at f:4:10; ids must differ",
    ),
    Bad(
        "a person without a contact",
        "tenant: tea\nfallback: {people: [ann]}\npeople:\n  - {id: ann, name: Ann, contacts: []}\n",
        "4:36: this is empty; write one at least",
    ),
    Bad(
        "a person without contacts",
        "tenant: tea\nfallback: {people: [ann]}\npeople:\n  - {id: ann, name: Ann}\n",
        "4:5: 'contacts' is missing; write it like contacts: [{'receiver': 'wecom', 'address': 'chenwei'}]",
    ),
    Bad(
        "a contact that is a text",
        "tenant: tea\nfallback: {people: [ann]}\npeople:\n  - {id: ann, name: Ann, contacts: [wecom]}\n",
        '4:37: here should be a mapping (key: value), not "wecom"',
    ),
    Bad(
        "a mobile number without quotes",
        "tenant: tea\n"
        "fallback: {people: [ann]}\n"
        "people:\n"
        "  - {id: ann, name: Ann, contacts: [{receiver: sms, address: 13800000004}]}\n",
        "4:62: here should be a text, not 13800000004",
    ),
    Bad(
        "an address with a second header",
        "tenant: tea\n"
        "fallback: {people: [ann]}\n"
        "people:\n"
        '  - {id: ann, name: Ann, contacts: [{receiver: mail, address: "a@b.example\\r\\nBcc: c@d.example"}]}\n',
        "4:63: there is a character in it that cannot be seen (U+000D); take it out",
    ),
]
