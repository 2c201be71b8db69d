"""Who is told: every rule of the way from a store up to the fallback, as a story."""

from typing import Any

import pytest

from schemas.organisation import Organisation
from streams.alerts.chain import USUAL
from streams.alerts.organisation import Directory, Found, Step_
from streams.clock import MINUTE, as_datetime, parse_rfc3339
from streams.errors import OperatorError

NOON = parse_rfc3339("2026-06-01T12:00:00+08:00")  # a Monday
NIGHT = parse_rfc3339("2026-06-01T23:00:00+08:00")
DAILY = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
PEOPLE = ("store.day", "store.all", "store.too", "area.all", "region.all", "last", "other")


def people(*names: str) -> list[dict[str, Any]]:
    return [{"id": name, "name": name.title(), "contacts": [{"receiver": "wecom"}]} for name in names]


def by_day(person: str) -> dict[str, Any]:
    """On call from nine to six, nobody else."""
    shifts = [
        {"days": DAILY, "start": "09:00", "people": [person]},
        {"days": DAILY, "start": "18:00", "people": []},
    ]
    return {"shifts": shifts}


def tea(**more: Any) -> Organisation:
    """Stores: full has a rota and people; day only a rota; bare nobody of its own; alone neither area nor region."""
    data: dict[str, Any] = {
        "tenant": "tea",
        "fallback": {"people": ["last"]},
        "people": people(*PEOPLE),
        "stores": [
            {"id": "full", "area": "east", "duty": {"rota": by_day("store.day"), "people": ["store.all", "store.too"]}},
            {"id": "day", "area": "east", "duty": {"rota": by_day("store.day")}},
            {"id": "bare", "area": "east"},
            {"id": "alone"},
            {"id": "regional", "region": "north"},
            {"id": "in quiet", "area": "quiet"},
            {"id": "in silent", "area": "silent"},
        ],
        "areas": [
            {"id": "east", "region": "north", "duty": {"people": ["area.all"]}},
            {"id": "quiet", "region": "north"},
            {"id": "silent", "region": "south"},
        ],
        "regions": [{"id": "north", "duty": {"people": ["region.all"]}}, {"id": "south"}],
    }
    return Organisation.model_validate(data | more)


@pytest.fixture
def directory() -> Directory:
    return Directory.of([tea()])


def said(found: Found) -> str:
    """`known area: area.all`"""
    names = ", ".join(person.id for person in found.people)
    return f"{'known' if found.known else 'unknown'} {found.by}: {names}"


@pytest.mark.parametrize(
    ("store", "tell", "answer"),
    [
        ("full", "store", "known store: store.day"),
        ("full", "area", "known area: area.all"),
        ("full", "region", "known region: region.all"),
        ("full", "fallback", "known fallback: last"),
        ("bare", "store", "known area: area.all"),
        ("alone", "store", "known fallback: last"),
        ("alone", "area", "known fallback: last"),
        ("regional", "store", "known region: region.all"),
        ("regional", "area", "known region: region.all"),
        ("in quiet", "store", "known region: region.all"),
        ("in quiet", "area", "known region: region.all"),
        ("in silent", "store", "known fallback: last"),
        ("in silent", "region", "known fallback: last"),
    ],
)
def test_the_level_asked_for_answers_or_the_next_one_up(directory: Directory, store: str, tell: Any, answer: str) -> None:
    assert said(directory.duty("tea", store, None, tell, NOON)) == answer


def test_whoever_is_on_call_is_told_alone_and_else_all_of_the_duty(directory: Directory) -> None:
    assert said(directory.duty("tea", "full", None, "store", NOON)) == "known store: store.day"
    assert said(directory.duty("tea", "full", None, "store", NIGHT)) == "known store: store.all, store.too"


def test_a_store_whose_rota_has_nobody_at_night_passes_on_to_its_area(directory: Directory) -> None:
    assert said(directory.duty("tea", "day", None, "store", NOON)) == "known store: store.day"
    assert said(directory.duty("tea", "day", None, "store", NIGHT)) == "known area: area.all"


def test_the_duty_changes_at_the_very_instant_of_the_handover(directory: Directory) -> None:
    six = parse_rfc3339("2026-06-01T18:00:00+08:00")
    assert directory.duty("tea", "day", None, "store", six - 1).by == "store"
    assert directory.duty("tea", "day", None, "store", six).by == "area"


@pytest.mark.parametrize("tell", ["store", "area", "region", "fallback"])
@pytest.mark.parametrize("region", [None, "north", "nowhere"])
def test_an_unknown_store_goes_to_the_fallback_and_is_said_to_be_unknown(
    directory: Directory, tell: Any, region: str | None
) -> None:
    assert said(directory.duty("tea", "SH99", region, tell, NOON)) == "unknown fallback: last"


@pytest.mark.parametrize("tell", ["store", "area", "region", "fallback"])
def test_of_an_unknown_tenant_nobody_is_known(directory: Directory, tell: Any) -> None:
    assert directory.duty("coffee", "full", "north", tell, NOON) == Found((), False, None)
    assert directory.person("coffee", "last") is None
    assert directory.store("coffee", "full") is None
    assert directory.organisation("coffee") is None
    assert directory.chain("coffee", "high", "order.confirm") == USUAL


def test_a_case_without_a_store_goes_to_its_region(directory: Directory) -> None:
    assert said(directory.duty("tea", None, "north", "store", NOON)) == "known region: region.all"
    assert said(directory.duty("tea", None, "south", "store", NOON)) == "known fallback: last"
    assert said(directory.duty("tea", None, None, "store", NOON)) == "known fallback: last"
    assert said(directory.duty("tea", None, "nowhere", "store", NOON)) == "unknown fallback: last"


def test_the_store_s_own_region_counts_before_the_one_of_the_event(directory: Directory) -> None:
    assert directory.duty("tea", "in silent", "north", "region", NOON).by == "fallback"
    assert said(directory.duty("tea", "alone", "north", "region", NOON)) == "known region: region.all"


def test_where_nobody_is_named_at_all_nobody_is_found() -> None:
    empty = Directory.of([tea(fallback={})])
    assert empty.duty("tea", "alone", None, "store", NOON) == Found((), True, None)
    assert empty.duty("tea", "SH99", None, "store", NOON) == Found((), False, None)


def test_a_fallback_may_have_a_rota_of_its_own() -> None:
    nightly = Directory.of([tea(fallback={"rota": by_day("other"), "people": ["last"]})])
    assert said(nightly.duty("tea", "SH99", None, "store", NOON)) == "unknown fallback: other"
    assert said(nightly.duty("tea", "SH99", None, "store", NIGHT)) == "unknown fallback: last"


def test_a_name_that_leads_nowhere_is_passed_over_and_listed() -> None:
    torn = Directory.of(
        [
            tea(
                stores=[
                    {"id": "A", "area": "east", "duty": {"people": ["gone", "other"]}},
                    {"id": "B", "area": "east", "duty": {"rota": by_day("gone"), "people": ["other"]}},
                    {"id": "C", "area": "gone", "region": "gone"},
                    {"id": "D", "area": "east", "region": "south"},
                ]
            )
        ]
    )
    assert said(torn.duty("tea", "A", None, "store", NOON)) == "known store: other"
    assert said(torn.duty("tea", "B", None, "store", NOON)) == "known store: other"
    assert said(torn.duty("tea", "C", None, "store", NOON)) == "known fallback: last"
    assert said(torn.duty("tea", "C", "north", "store", NOON)) == "known region: region.all"
    assert torn.gaps() == (
        "tea: stores.0.duty.people.0: there is no person 'gone'; add it to people:, or name one that is there",
        "tea: stores.1.duty.rota.shifts.0.people.0: there is no person 'gone'; "
        "add it to people:, or name one that is there",
        "tea: stores.2.area: there is no area 'gone'; add it to areas:, or name one that is there",
        "tea: stores.2.region: there is no region 'gone'; add it to regions:, or name one that is there",
        "tea: stores.3.region: 'south' is not 'north', the region of area 'east'; leave the store's out",
    )


def test_whole_data_has_no_gaps(directory: Directory) -> None:
    assert directory.gaps() == ()


def test_a_person_named_twice_is_told_once() -> None:
    twice = Directory.of([tea(stores=[{"id": "A", "duty": {"people": ["other", "last", "other"]}}])])
    assert said(twice.duty("tea", "A", None, "store", NOON)) == "known store: other, last"


def test_chains_are_the_tenant_s_own() -> None:
    steps = [{"after": "10m", "tell": "area"}, {"after": "0s", "tell": "store"}]
    own = Directory.of([tea(chains=[{"id": "c", "severities": ["high"], "steps": steps}])])
    assert own.chain("tea", "high", "order.confirm") == (Step_(0, "store"), Step_(10 * MINUTE, "area"))
    assert own.chain("tea", "low", "order.confirm") == USUAL


def test_tenants_do_not_see_each_other() -> None:
    both = Directory.of([tea(), Organisation.model_validate({"tenant": "inn", "people": people("last")})])
    assert both.tenants() == ("inn", "tea")
    assert both.duty("inn", "full", None, "store", NOON) == Found((), False, None)
    inn, at_tea = both.person("inn", "last"), both.person("tea", "last")
    assert inn is not None
    assert at_tea is not None
    assert both.person("inn", "other") is None


def test_parts_of_one_tenant_are_joined_and_the_later_entry_counts() -> None:
    later = Organisation.model_validate(
        {"tenant": "tea", "stores": [{"id": "alone", "duty": {"people": ["other"]}}, {"id": "new", "area": "east"}]}
    )
    joined = Directory.of([tea(), later])
    assert said(joined.duty("tea", "alone", None, "store", NOON)) == "known store: other"
    assert said(joined.duty("tea", "new", None, "store", NOON)) == "known area: area.all"
    assert said(joined.duty("tea", "SH99", None, "store", NOON)) == "unknown fallback: last"


def test_rotas_can_be_asked_for_by_the_place_they_belong_to(directory: Directory) -> None:
    roster = directory.roster("tea", "store", "day")
    assert roster is not None
    assert roster.person_at(NOON) == "store.day"
    assert directory.roster("tea", "store", "bare") is None
    assert directory.roster("tea", "area", "day") is None
    assert directory.roster("tea", "fallback") is None


def test_entries_that_cannot_be_used_are_refused_by_name() -> None:
    swap = {"start": as_datetime(NOON), "end": as_datetime(NOON), "person": "last"}
    bad = tea(stores=[{"id": "A", "time_zone": "Mars/Base", "duty": {"rota": {"instead": [swap]}}}])
    with pytest.raises(OperatorError) as refused:
        Directory.of([bad])
    assert str(refused.value).splitlines() == [
        "tea: stores.0.duty.rota.instead.0.end: this swap is over before it begins; "
        "write an end after 2026-06-01T04:00:00+00:00",
        "tea: stores.0.time_zone: 'Mars/Base' is not a time zone; write an IANA name like Asia/Shanghai",
    ]


def test_an_empty_directory_knows_nobody() -> None:
    assert Directory.of([]).duty("tea", None, None, "store", NOON) == Found((), False)
    assert Directory.of([]).tenants() == ()
