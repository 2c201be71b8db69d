"""Weeks of every pack at its own pace, with its hours, business days, holidays, time zones, stores and policies as they
are written: the truth is known by an arithmetic of its own, and the engine tells exactly that. Where either of the two
treats a calendar otherwise, it is seen."""

import json
from collections.abc import Callable, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from streams.catalogue.load import packs
from streams.clock import DAY, SECOND, parse_rfc3339
from streams.demo.in_memory import reckoned
from streams.demo.pack.company import PackCompany, company_of, patient_company_of
from streams.demo.pack.hours import Opening
from streams.demo.pack.weeks import live_through
from streams.demo.reckoning import Reckoning

OPENINGS = {
    1: parse_rfc3339("2026-09-28T00:00:00Z"),  # China's holidays in October, and the Saturday that makes up for them
    7: parse_rfc3339("2026-10-19T00:00:00Z"),  # clocks go back in Europe, and then in America
    42: parse_rfc3339("2026-12-21T00:00:00Z"),
}
WEEKS = 14 * DAY

OWN = """
name: shop
time_zone: Asia/Shanghai
calendars:
  desk: {weekly: {mon-fri: ["09:00-12:00", "13:00-18:00"]}, holidays: {country: CN}, makeup: ["10:00-12:00"]}
  night:
    weekly: {fri-tue: ["22:00-06:00"]}
    closed: [2026-10-03]
    open: {2026-09-30: ["00:00-24:00"], 2026-10-01: ["09:00-24:00"], 2026-10-07: ["00:00-24:00"]}
  abroad: {weekly: {mon-fri: ["08:30-17:00"]}, holidays: {country: DE, region: BY}, time_zone: Europe/Berlin}
  both: {any: [desk, abroad]}
  berlin: {any: [abroad]}
stores:
  s1: {brand: fresh, region: east, time_zone: Asia/Urumqi}
  s2: {brand: fresh, region: east, calendars: {desk: night}}
  s3: {brand: plain, region: west, tenant: acme, calendars: {abroad: night}}
  s4: {region: west}
  s5: {hours: {mon-sun: ["07:30-21:15"]}}
policies:
  - {tenant: acme, moments: {order.confirm: {deadline: {after: 5h}}}}
  - {brand: fresh, moments: {order.confirm: {deadline: {workdays: 1}, calendar: both}}}
  - {brand: fresh, region: east, moments: {parcel.sent: {calendar: night}}}
  - {region: west, calendars: {desk: both}}
  - store: s2
    moments:
      order.confirm: {deadline: {after: 3h, targets: [{when: {channel: phone}, workdays: 2, calendar: berlin}]}}
      stock.counted: {off: true}
  - {store: s4, moments: {order.confirm: {off: true}, stock.counted: {deadline: {workdays: 3}, calendar: both}}}
moments:
  - &order
    id: order.confirm
    title: {zh: 接单, en: Order confirmed}
    stage: execution
    owner: store
    severity: high
    starts: order.placed
    ends: order.accepted
    cancels: order.cancelled
    pauses: stock.awaited
    resumes: stock.arrived
    deadline: {after: 2h}
    calendar: opening_hours
  - <<: *order
    id: parcel.sent
    title: {zh: 发货, en: Parcel sent}
    starts: order.accepted
    ends: order.shipped
    deadline: {latest: [{workdays: 1}, {after: 9h}, {at: promised_at}]}
    reopens: parcel.returned
    reopening: continue
    calendar: desk
  - <<: *order
    id: stock.counted
    title: {zh: 盘点, en: Stock counted}
    starts: order.shipped
    ends: stock.counted
    deadline: {workdays: 2}
    calendar: both
"""
"""A file with everything that may say when and where a clock runs."""


@cache
def company(pack: str) -> PackCompany:
    return patient_company_of(pack)


@pytest.fixture
def shop(tmp_path: Path) -> PackCompany:
    file = tmp_path / "shop.yaml"
    file.write_text(OWN, "utf-8")
    return patient_company_of(str(file))


def weeks(own: PackCompany, seed: int, files: Sequence[Path]) -> Reckoning:
    opening = OPENINGS[seed]
    result, _ = reckoned(own.open(seed, opening), files, opening, opening + WEEKS, own.stretch)
    return result


def named(result: Reckoning) -> set[str]:
    """The moments of which the engine tells otherwise than the truth."""
    return {line.split()[2].rstrip(",") for line in result.differences()}


@pytest.mark.parametrize("seed", OPENINGS)
@pytest.mark.parametrize("pack", packs())
def test_the_engine_tells_exactly_what_is_true_of_weeks_of_a_pack(pack: str, seed: int, tmp_path: Path) -> None:
    result = weeks(company(pack), seed, company(pack).catalogue(tmp_path))
    assert result.differences() == []
    assert result.judged > 100
    assert len(result.true) > 20


@pytest.mark.parametrize("seed", OPENINGS)
def test_it_does_of_stores_and_policies_of_every_level(seed: int, shop: PackCompany, tmp_path: Path) -> None:
    assert shop.tenant == "acme"
    result = weeks(shop, seed, shop.catalogue(tmp_path))
    assert result.differences() == []
    assert len(result.true) > 20
    day = company_of(str(tmp_path / "shop.yaml"), OPENINGS[seed])
    quick, _ = reckoned(
        day.open(seed, OPENINGS[seed]), day.catalogue(tmp_path), OPENINGS[seed], OPENINGS[seed] + 90 * SECOND
    )
    assert quick.differences() == []
    assert len(quick.true) > 20


def test_the_weeks_up_to_now_are_those_before_the_last_whole_hour() -> None:
    now = parse_rfc3339("2026-10-15T12:34:56Z")
    result = live_through("bank", 7, 3, now)
    assert result.agrees
    assert result.true
    assert now - 21 * DAY <= min(result.true.values()) <= max(result.true.values()) <= now
    assert live_through("bank", 7, 3, now + 1200 * SECOND) == result


def altered(files: Sequence[Path], change: Callable[[dict[str, Any]], object]) -> Sequence[Path]:
    """The files of a company whose worker reads something else."""
    for file in files:
        data = json.loads(file.read_text("utf-8"))
        if not data["name"].startswith("closing"):
            change(data)
        file.write_text(json.dumps(data), "utf-8")
    return files


def holidays_are_worked(data: dict[str, Any]) -> None:
    for calendar in data["calendars"].values():
        calendar.pop("holidays", None)


@pytest.mark.parametrize(
    ("change", "seen"),
    [
        (holidays_are_worked, {"parcel.sent", "stock.counted"}),
        (lambda data: data["calendars"]["desk"].pop("makeup"), {"parcel.sent"}),
        (lambda data: data["calendars"]["night"].pop("open"), {"parcel.sent"}),
        (lambda data: data["calendars"]["abroad"].pop("time_zone"), {"stock.counted"}),
        (lambda data: data["calendars"]["both"].update(any=["desk"]), {"stock.counted"}),
        (lambda data: data["stores"]["s5"].pop("hours"), {"order.confirm"}),
        (lambda data: data["stores"]["s1"].pop("time_zone"), {"parcel.sent"}),
        (lambda data: data["stores"]["s2"].pop("brand"), {"order.confirm"}),
        (lambda data: data["stores"]["s3"].pop("calendars"), {"stock.counted"}),
        (lambda data: data["policies"].pop(0), {"order.confirm"}),
        (lambda data: data["policies"].pop(1), {"order.confirm"}),
        (lambda data: data["policies"].pop(2), {"parcel.sent"}),
        (lambda data: data["policies"].pop(3), {"parcel.sent"}),
        (lambda data: data["policies"].pop(4), {"order.confirm", "stock.counted"}),
        (lambda data: data["policies"].pop(5), {"order.confirm", "stock.counted"}),
    ],
)
def test_a_monitor_that_treats_a_place_or_a_calendar_otherwise_is_found_out(
    change: Callable[[dict[str, Any]], object], seen: set[str], shop: PackCompany, tmp_path: Path
) -> None:
    assert named(weeks(shop, 1, altered(shop.catalogue(tmp_path), change))) >= seen


@pytest.mark.parametrize(
    ("pack", "change", "seen"),
    [
        ("bank", holidays_are_worked, {"account.opened"}),
        ("trade", holidays_are_worked, {"inquiry.answered"}),
        ("trade", lambda data: data["calendars"]["seller"].update(time_zone="UTC"), {"inquiry.answered"}),
        ("clinic", lambda data: data["calendars"]["laboratory"].pop("holidays"), {"exam.result"}),
        (
            "retail",
            lambda data: data["calendars"].update(opening_hours={"weekly": {"mon-sun": ["09:00-21:00"]}}),
            {"pickup.ready"},
        ),
    ],
)
def test_so_is_one_that_does_so_to_a_pack(
    pack: str, change: Callable[[dict[str, Any]], object], seen: set[str], tmp_path: Path
) -> None:
    found = named(weeks(company(pack), 1, altered(company(pack).catalogue(tmp_path), change)))
    assert found >= seen


def never(country: str, region: str | None, year: int) -> tuple[frozenset[date], frozenset[date]]:
    return frozenset(), frozenset()


def next_day(opening: Opening, at: int, days: int) -> int:
    return CLOSING(opening, at, days + 1)


def one_side(opening: Opening, at: int, span: int) -> int:
    return ADD(Opening(opening.sides[:1]), at, span)


def on_the_wall(opening: Opening, start: int, end: int) -> int:
    return max(0, end - start)


CLOSING, ADD = Opening.closing, Opening.add


@pytest.mark.parametrize(
    ("what", "otherwise"),
    [
        ("streams.demo.pack.hours._public", never),
        ("streams.demo.pack.hours.Opening.closing", next_day),
        ("streams.demo.pack.hours.Opening.add", one_side),
        ("streams.demo.pack.hours.Opening.between", on_the_wall),
        ("streams.demo.pack.law.Law._instead", lambda law, name, look: None),
        ("streams.demo.pack.law.Law._zone", lambda law, named, look, moment: "UTC"),
    ],
)
def test_and_so_is_a_truth_that_does(
    what: str, otherwise: Callable[..., object], shop: PackCompany, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(what, otherwise)
    assert weeks(shop, 1, shop.catalogue(tmp_path)).differences()
