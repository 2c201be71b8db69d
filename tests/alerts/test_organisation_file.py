"""Organisation files: what is refused and in which words, and what the example says."""

from pathlib import Path

import pytest

from streams.alerts.organisation import Directory, Step_
from streams.alerts.organisation_file import OrganisationFiles, load, parse
from streams.clock import HOUR, MINUTE, parse_rfc3339
from streams.errors import CatalogueError
from tests.alerts.bad_organisations import BAD_FILES, PEOPLE, Bad

EXAMPLE = Path(__file__).parent / "organisation_example.yaml"


def faults(*texts: str) -> list[str]:
    with pytest.raises(CatalogueError) as refused:
        parse([(f"f{number}" if number else "f", text) for number, text in enumerate(texts)])
    return refused.value.problems


@pytest.mark.parametrize("bad", BAD_FILES, ids=lambda bad: bad.name)
def test_a_bad_file_is_refused_with_line_column_and_what_would_be_right(bad: Bad) -> None:
    assert faults(bad.text) == [f"f:{bad.says}"]


def test_every_fault_of_a_file_is_told_in_reading_order() -> None:
    text = "stores:\n  - {id: A, area: x}\n  - {id: B, time_zone: Mars}\n  - {id: A, duty: {people: [bob]}}\n"
    assert faults(PEOPLE + text) == [
        "f:6:19: there is no area 'x'; add it to areas:, or name one that is there",
        "f:7:24: 'Mars' is not a time zone; write an IANA name like Asia/Shanghai",
        "f:8:10: store 'A' is declared twice, first at f:6:10; ids must differ",
        "f:8:29: there is no person 'bob'; add it to people:, or name one that is there",
    ]


def test_files_of_one_tenant_may_name_what_the_other_declares() -> None:
    stores = "tenant: tea\nstores:\n  - {id: S1, area: east, duty: {people: [ann]}}\n"
    areas = "tenant: tea\nareas:\n  - {id: east}\n"
    directory = Directory.of(parse([("people", PEOPLE), ("stores", stores), ("areas", areas)]))
    found = directory.duty("tea", "S1", None, "store", 0)
    assert [person.id for person in found.people] == ["ann"]


def test_files_of_different_tenants_may_not() -> None:
    other = "tenant: inn\nfallback: {people: [ann]}\n"
    assert faults(PEOPLE, other) == ["f1:2:21: there is no person 'ann'; add it to people:, or name one that is there"]


def test_what_stands_in_two_files_of_a_tenant_is_told() -> None:
    second = "tenant: tea\npeople:\n  - {id: ann, name: Ann, contacts: [{receiver: mail}]}\nfallback: {people: [ann]}\n"
    assert faults(PEOPLE, second) == [
        "f1:3:10: person 'ann' is declared twice, first at f:4:10; ids must differ",
        "f1:4:1: tenant 'tea' has a fallback at f:2:1; keep one",
    ]


def test_a_store_s_region_is_compared_with_the_area_of_another_file() -> None:
    stores = "tenant: tea\nstores:\n  - {id: S1, area: east, region: south}\n"
    areas = "tenant: tea\nareas:\n  - {id: east, region: north}\nregions:\n  - {id: north}\n  - {id: south}\n"
    assert faults(PEOPLE, stores, areas) == [
        "f1:3:34: 'south' is not 'north', the region of area 'east'; leave the store's out"
    ]


def test_what_a_broken_file_may_hold_is_not_missed_in_the_others() -> None:
    stores = "tenant: tea\nstores:\n  - {id: S1, area: east}\n"
    assert faults(PEOPLE, stores, "tenant: tea\nareas: [{id: east, nmae: East}]\n") == [
        "f2:2:20: there is no key 'nmae' here; did you mean 'name'?"
    ]


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(CatalogueError) as refused:
        load(["nowhere/a.yaml", "nowhere/b.yaml"])
    assert refused.value.problems == [
        "nowhere/a.yaml: cannot be read: No such file or directory",
        "nowhere/b.yaml: cannot be read: No such file or directory",
    ]


def test_an_anchor_saves_writing_a_duty_twice() -> None:
    text = "stores:\n  - {id: S1, duty: &ours {people: [ann]}}\n  - {id: S2, duty: *ours}\n"
    directory = Directory.of(parse([("f", PEOPLE + text)]))
    assert directory.duty("tea", "S2", None, "store", 0).by == "store"


@pytest.mark.parametrize(
    ("store", "when", "who"),
    [
        ("SH01", "2026-11-06T12:00:00+08:00", ["li.na"]),  # a Friday
        ("SH01", "2026-11-07T12:00:00+08:00", ["chen.wei"]),  # Saturdays are taken in turn
        ("SH01", "2026-11-14T12:00:00+08:00", ["li.na"]),
        ("SH01", "2026-11-03T23:00:00+08:00", ["zhao.lei"]),  # closed: the area's night
        ("SH01", "2026-11-10T23:00:00+08:00", ["sun.yue"]),
        ("SH02", "2026-11-06T23:00:00+08:00", ["chen.wei", "li.na"]),
        ("SH03", "2026-11-06T21:59:59+08:00", ["chen.wei"]),
        ("SH03", "2026-11-06T22:00:00+08:00", ["wang.fang"]),  # the swap
        ("SH03", "2026-11-07T08:59:59+08:00", ["wang.fang"]),
        ("SH03", "2026-11-07T09:00:00+08:00", ["chen.wei"]),
        ("HZ01", "2026-11-06T03:00:00+08:00", ["wang.fang"]),
        ("BE01", "2026-11-06T12:00:00+01:00", ["jonas.wolf"]),
        ("BE01", "2026-11-06T20:00:00+01:00", ["anna.berg"]),  # its area has nobody, its region has
        ("BE02", "2026-11-06T12:00:00+01:00", ["anna.berg"]),
        ("TK01", "2026-11-06T12:00:00+09:00", ["operations"]),
    ],
)
def test_the_example_says_who_is_told(store: str, when: str, who: list[str]) -> None:
    directory = Directory.of(load([str(EXAMPLE)]))
    found = directory.duty("tea", store, None, "store", parse_rfc3339(when))
    assert [person.id for person in found.people] == who


def test_the_example_says_how_alerts_climb() -> None:
    directory = Directory.of(load([str(EXAMPLE)]))
    assert directory.chain("tea", "critical", "delivery.promise") == (
        Step_(0, "store"),
        Step_(5 * MINUTE, "area"),
        Step_(15 * MINUTE, "region"),
    )
    assert directory.chain("tea", "low", "delivery.promise")[-1] == Step_(20 * MINUTE, "area")
    assert directory.chain("tea", "high", "order.confirm")[-1] == Step_(HOUR, "fallback")


def test_files_that_have_not_changed_are_not_parsed_again(tmp_path: Path) -> None:
    path = tmp_path / "o.yaml"
    path.write_text(PEOPLE, encoding="utf-8")
    files = OrganisationFiles([str(path)])
    first = files()
    assert files() is first
    path.write_text(f"{PEOPLE}stores: [{{id: S1}}]\n", encoding="utf-8")
    assert [store.id for store in files()[0].data.stores] == ["S1"]
    path.write_text("tenant: [", encoding="utf-8")
    for _ in range(2):
        with pytest.raises(CatalogueError):
            files()
