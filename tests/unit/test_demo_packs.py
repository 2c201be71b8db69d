"""Every pack that ships has a day whose truth is known, and the engine tells exactly that truth of it."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest

from streams.catalogue.load import packs
from streams.clock import SECOND, parse_rfc3339
from streams.demo.in_memory import reckoned
from streams.demo.pack.company import PackCompany, PackDay, company_of
from streams.demo.pack.journey import Journey
from streams.demo.pack.roles import matches, triggers
from streams.demo.pack.truth import judge
from streams.demo.simulate import LONGEST_DELAY

OPENING = parse_rfc3339("2026-11-01T10:00:00+08:00")
UNTIL = OPENING + 60 * SECOND
SEEDS = (1, 7, 42)


@cache
def company(pack: str) -> PackCompany:
    return company_of(pack, OPENING)


def day(pack: str, seed: int) -> PackDay:
    return company(pack).open(seed, OPENING)


@cache
def journeys(pack: str, seed: int) -> tuple[Journey, ...]:
    """Those that begin early enough for everything in them to come about."""
    return tuple(takewhile(lambda journey: journey.begins < UNTIL, day(pack, seed).journeys()))


def all_journeys(pack: str, more: Sequence[int] = ()) -> Iterator[Journey]:
    for seed in (*SEEDS, *more):
        yield from journeys(pack, seed)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("pack", packs())
def test_the_engine_tells_exactly_what_the_simulation_knows(pack: str, seed: int, tmp_path: Path) -> None:
    result, board = reckoned(day(pack, seed), company(pack).catalogue(tmp_path), OPENING, UNTIL)
    assert result.differences() == []
    assert result.agrees
    assert result.judged > 40
    assert len(result.true) > 10
    assert board.told["retracted"] > 0
    assert board.told["recovered"] > 0


@pytest.mark.parametrize("pack", packs())
def test_every_moment_of_a_pack_begins_and_breaks(pack: str) -> None:
    begun, broken, kept = Counter[str](), Counter[str](), Counter[str]()
    law = company(pack).script.law
    for journey in all_journeys(pack):
        for clock in judge(law, journey.id, journey.happenings):
            begun[clock.moment] += 1
            broken[clock.moment] += clock.broke is not None
            kept[clock.moment] += clock.kept and clock.broke is None
    wanted = {moment.id for moment in law.moments}
    assert set(+begun) == wanted
    assert set(+broken) == wanted
    assert set(+kept) == wanted


@pytest.mark.parametrize("pack", packs())
def test_everything_that_a_pack_names_happens(pack: str) -> None:
    """Every trigger of every moment fires on one day or another, so that no word of a pack is left out of the demo."""
    happened = [happening for journey in all_journeys(pack, more=range(2, 7)) for happening in journey.happenings]
    never = [
        f"{moment.id}: {trigger.on}"
        for moment in company(pack).script.moments
        for _, trigger in triggers(moment)
        if trigger.on is not None and not any(matches(trigger, happening) for happening in happened)
    ]
    assert never == []


def test_a_file_that_only_builds_on_others_has_a_day_of_its_own(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "catalogue.md").read_text("utf-8")
    part = page.partition("## Files that build on others")[2]
    file = tmp_path / "our_hotel.yaml"
    file.write_text(part.partition("```yaml\n")[2].partition("```")[0], "utf-8")
    own = company_of(str(file), OPENING)
    assert "wakeup.made" not in {moment.id for moment in own.script.moments}
    result, _ = reckoned(own.open(7, OPENING), own.catalogue(tmp_path), OPENING, UNTIL)
    assert result.differences() == []
    assert result.true


@pytest.mark.parametrize("language", ["en", "zh"])
def test_promises_of_a_day_say_who_gave_them_and_what(language: str) -> None:
    own = company_of("common", OPENING, language)
    days = takewhile(lambda journey: journey.begins < UNTIL, own.open(1, OPENING).journeys())
    made = [one.fields for journey in days for one in journey.happenings if one.kind == "promise.made"]
    assert len({fields["person"] for fields in made}) > 3
    assert len({fields["text"] for fields in made}) > 3
    assert all(f"{fields['text']}".isascii() is (language == "en") for fields in made)


def altered(pack: str, folder: Path, change: str, moment: str) -> list[Path]:
    """The files of a company whose worker has one moment otherwise."""
    files = list(company(pack).catalogue(folder))
    for file in files:
        data: dict[str, Any] = json.loads(file.read_text("utf-8"))
        for one in data["moments"]:
            if one["id"] == moment:
                assert change in one
                del one[change]
        file.write_text(json.dumps(data), "utf-8")
    return files


@pytest.mark.parametrize(
    ("pack", "moment", "change"),
    [
        ("tea_chain", "order.confirm", "cancels"),
        ("retail", "ship.by", "pauses"),
        ("retail", "parcel.on_time", "revises"),
        ("postnatal", "call.answered", "repeats"),
        ("common", "complaint.followed_up", "cancels"),
        ("hotel", "room.prepared", "resumes"),
    ],
)
def test_a_monitor_that_does_less_than_the_pack_says_is_found_out(
    pack: str, moment: str, change: str, tmp_path: Path
) -> None:
    result, _ = reckoned(day(pack, 9), altered(pack, tmp_path, change, moment), OPENING, UNTIL)
    assert {line.split()[2].rstrip(",") for line in result.differences()} >= {moment}


def test_a_monitor_whose_pauses_all_end_together_is_found_out(tmp_path: Path) -> None:
    files = list(company("repair").catalogue(tmp_path))
    for file in files:
        data: dict[str, Any] = json.loads(file.read_text("utf-8"))
        for one in data["moments"]:
            if one["id"] == "repair.ready":
                one["resumes"] = [pause.pop("until") for pause in one["pauses"]]
        file.write_text(json.dumps(data), "utf-8")
    result, _ = reckoned(day("repair", 7), files, OPENING, UNTIL)
    assert {line.split()[2].rstrip(",") for line in result.differences()} == {"repair.ready"}


def test_the_same_seed_tells_the_same_story_and_another_one_another() -> None:
    first, again, other = (
        list(takewhile(lambda sending: sending.at < UNTIL, day("hotel", seed).sendings())) for seed in (1, 1, 2)
    )
    assert first == again != other


def test_a_later_opening_shifts_everything_where_nothing_closes() -> None:
    shift = 12_345_678_901
    here, there = company("hotel").open(7, OPENING), company("hotel").open(7, OPENING + shift)
    moved = {what: due + shift for what, due in here.broken(UNTIL).items()}
    assert there.broken(UNTIL + shift) == moved != {}


@pytest.mark.parametrize("pack", packs())
def test_records_arrive_in_order_and_never_before_they_happened_nor_too_late(pack: str) -> None:
    sent = list(takewhile(lambda sending: sending.at <= UNTIL, day(pack, 7).sendings()))
    assert [sending.at for sending in sent] == sorted(sending.at for sending in sent)
    assert all(0 <= sending.at - sending.occurred_at <= LONGEST_DELAY for sending in sent)
    assert all(sending.occurred_at >= OPENING for sending in sent)


@pytest.mark.parametrize("pack", packs())
def test_a_journey_ends(pack: str) -> None:
    for journey in all_journeys(pack):
        instants = [happening.at for happening in journey.happenings]
        assert instants == sorted(set(instants))
        assert len(instants) < 40
        assert instants[-1] - instants[0] < 6 * 60 * SECOND


def test_a_catalogue_file_of_ones_own_is_played_like_a_pack(tmp_path: Path) -> None:
    file = tmp_path / "workshop.yaml"
    file.write_text(
        """
name: workshop
moments:
  - id: car.ready
    title: {zh: 取车, en: Car ready}
    stage: execution
    owner: workshop_lead
    severity: high
    starts: car.received
    ends: {all: [car.repaired, car.washed]}
    deadline: {at: promised_ready_at, else: {workdays: 1}}
    calendar: workshop
calendars:
  workshop: {weekly: {mon-fri: ["08:00-17:00"]}}
""",
        "utf-8",
    )
    own = company_of(str(file), OPENING)
    assert own.tenant == "workshop"
    result, _ = reckoned(own.open(7, OPENING), own.catalogue(tmp_path), OPENING, UNTIL)
    assert result.agrees
    assert result.true
