"""Incidents as the group stage tells them: single pages stop, the region's duty is told, and only they hear the end."""

import pytest

from streams.groups.incident import IncidentPolicy, Incidents
from tests.groups.group_stage import Stage, organisation


@pytest.fixture
def stage(restless: bool) -> Stage:
    """More than five breaches of a store within ten minutes are an incident."""
    return Stage(watch=lambda: Incidents(IncidentPolicy()), restless=restless)


def break_many(stage: Stage, first: int, last: int, person: str = "shan") -> None:
    for number in range(first, last):
        stage.ask(stage.broke(f"n{number}", person, moment=f"m.n{number}"))


def test_when_an_incident_opens_single_pages_stop_and_the_regions_duty_is_told_once(stage: Stage) -> None:
    break_many(stage, 0, 10)
    told = [page[:2] for page in stage.fresh()]
    assert told == [("broke", "shan")] * 5 + [("incident", "rui")]
    assert len(stage.lines("rolled_up")) == 5
    notice = stage.notices[-1]
    assert notice.group is not None
    assert (notice.group.kind, notice.group.shared, notice.group.value, notice.group.state) == (
        "incident",
        "store",
        "s1",
        "firing",
    )
    assert notice.subject in stage.groups
    assert all(why.startswith(f"{notice.subject}: broke for shan") for why in stage.lines("rolled_up"))


def test_who_was_spared_does_not_hear_the_end_and_who_was_told_does(stage: Stage) -> None:
    break_many(stage, 0, 10)
    stage.fresh()
    for number in range(10):
        stage.ask(stage.over(f"n{number}"))
    told = stage.fresh()
    assert told == [("ended", "shan", f"n{number}") for number in range(5)]


def test_when_all_of_an_incident_is_over_those_who_were_told_of_it_hear_that(stage: Stage) -> None:
    break_many(stage, 0, 8)
    for number in range(8):
        stage.ask(stage.over(f"n{number}"))
    stage.fresh()
    for minute in range(1, 30):
        stage.at(minute)
    assert [page[:2] for page in stage.fresh()] == [("incident_over", "rui")]
    incident = stage.notices[-1].group
    assert incident is not None
    assert stage.groups[incident.id].state == "resolved"
    stage.at(26 * 60)
    assert stage.groups == {}


def test_what_was_gathered_before_an_incident_opened_is_told_with_it(stage: Stage) -> None:
    stage.ask(*(stage.broke(f"c{number}") for number in range(4)))
    break_many(stage, 0, 4)
    stage.at(5)
    told = [page[:2] for page in stage.fresh()]
    assert told.count(("incident", "rui")) == 1
    assert ("grouped", "shan") not in told
    assert len(stage.lines("rolled_up")) >= 3


def test_an_incident_that_nobody_is_on_duty_for_stands_in_the_audit(restless: bool) -> None:
    nobody = organisation(regions=[{"id": "r1"}], fallback={"people": []})
    stage = Stage(nobody, watch=lambda: Incidents(IncidentPolicy()), restless=restless)
    break_many(stage, 0, 7)
    assert [page[0] for page in stage.fresh()] == ["broke"] * 5
    assert stage.lines("nobody_to_tell") == ["incident: nobody on duty"]


def test_the_incidents_people_are_those_of_the_directory_in_force(stage: Stage) -> None:
    stage.directory = organisation(regions=[{"id": "r1", "duty": {"people": ["lin"]}}])
    stage.processor.use(stage.directory)
    break_many(stage, 0, 6)
    assert ("incident", "lin") in [page[:2] for page in stage.fresh()]
