"""Many breaches with one cause become one incident, with every customer's clock kept until each is served."""

from datetime import timedelta
from itertools import pairwise
from math import ceil, sqrt
from typing import Any

import pytest

from schemas.transition import Text
from streams.clock import DAY, HOUR, MINUTE, SECOND, instant
from streams.groups.incident import IncidentPolicy
from tests.groups.incident_story import BEGIN, Story

RESTARTS = pytest.mark.parametrize("restarts", [False, True], ids=["running on", "restarted after every step"])


@RESTARTS
def test_breaches_of_one_fleet_past_its_threshold_open_one_incident_and_no_more(restarts: bool) -> None:
    story = Story(restarts=restarts)
    names = story.storm("a", 10, fleet="bee-3")
    assert story.told == []
    assert [story.covers(name) for name in names] == [None] * 10
    names += story.storm("b", 20, fleet="bee-3")
    assert story.told == ["incident: fleet bee-3"]
    assert {story.covers(name) for name in names} == {story.said[0].group.id}
    opened = story.said[0].group
    assert opened.title == Text(zh="运力 bee-3: 11 单超时", en="11 cases late, same courier fleet bee-3")
    assert opened.usual is not None
    assert (opened.usual.counted, opened.usual.threshold, opened.usual.usual) == (11, 10, 0)
    assert (opened.state, opened.open, opened.broken, opened.ended, opened.version) == ("firing", 11, 11, 0, 1)
    assert opened.since == story.asked["a0"].alert.broken_at
    assert opened.until is None
    assert story.said[0].first.id == "b0"


@RESTARTS
def test_it_is_over_only_when_nothing_new_comes_and_everybody_is_served(restarts: bool) -> None:
    story = Story(restarts=restarts)
    names = story.storm("a", 12, fleet="bee-3")
    story.ends(*names[:11]).wait(10 * MINUTE)
    assert instant(story.last.until or story.last.since) == BEGIN + 11 * SECOND + 10 * MINUTE
    assert (story.last.state, story.last.open, story.last.ended) == ("firing", 1, 11)
    assert story.covers("a11") == story.last.id
    story.wait(3 * HOUR)
    assert story.told == ["incident: fleet bee-3"]
    story.ends("a11")
    story.wait(0)
    assert story.told == ["incident: fleet bee-3", "incident_over: fleet bee-3"]
    assert (story.last.state, story.last.open, story.last.ended) == ("resolved", 0, 12)
    assert story.covers("a11") is None
    assert story.wait(SECOND).is_idle


def test_everybody_served_is_not_the_end_while_more_may_come() -> None:
    story = Story()
    story.ends(*story.storm("a", 12, fleet="bee-3")).wait(9 * MINUTE)
    assert story.last.state == "firing"
    story.breaks("late one", fleet="bee-3", store="s1")
    assert story.covers("late one") == story.last.id
    story.wait(9 * MINUTE).ends("late one").wait(2 * MINUTE)
    assert story.told == ["incident: fleet bee-3", "incident_over: fleet bee-3"]


@RESTARTS
def test_what_breaks_after_it_takes_nothing_more_is_told_by_itself(restarts: bool) -> None:
    story = Story(restarts=restarts)
    story.storm("a", 12, fleet="bee-3")
    story.wait(10 * MINUTE)
    assert story.last.until is not None
    story.breaks("b", fleet="bee-3", store="s1")
    assert story.covers("b") is None
    assert story.covers("a3") == story.last.id
    names = story.storm("c", 10, fleet="bee-3")
    assert story.told == ["incident: fleet bee-3"] * 2, "another incident, while the first is not over"
    assert story.covers(names[-1]) != story.covers("a3")


def test_a_value_that_is_not_there_is_shared_by_nobody() -> None:
    story = Story()
    story.storm("a", 60, stores=1, store=None)
    story.storm("b", 60, stores=1, store="", fleet="")
    assert story.told == []
    assert story.is_idle


def test_a_store_makes_an_incident_alone_and_a_fleet_does_not_with_one_store() -> None:
    story = Story()
    story.storm("a", 5, stores=1, fleet="bee-3")
    assert story.told == []
    story.storm("b", 40, stores=1, fleet="bee-3", region="east")
    assert story.told == ["incident: store s0"]
    assert story.last.title.en == "45 cases late, same store s0"
    assert story.last.title.zh == "门店 s0: 45 单超时"
    nowhere = Story()
    nowhere.storm("a", 45, store=None, fleet="bee-3", region="east")
    assert nowhere.told == [], "of what is in no known store it is not known whether it is in two"


def test_a_fleet_is_named_before_the_region_it_rides_in() -> None:
    story = Story(IncidentPolicy(floors={"store": 50, "fleet": 20, "provider": 20, "region": 20}))
    names = story.storm("a", 21, fleet="bee-3", region="east")
    assert story.told == ["incident: fleet bee-3"]
    assert story.last.region == "east", "where all of them are in one region it is said"
    assert {story.covers(name) for name in names} == {story.last.id}


@pytest.mark.parametrize(("others", "named"), [(4, "fleet bee-3"), (9, "region east")])
def test_the_narrowest_that_explains_nearly_as_much_is_named(others: int, named: str) -> None:
    # both are past their thresholds only once a breach that has both is counted
    story = Story(IncidentPolicy(floors={"store": 50, "fleet": 20, "provider": 20, "region": 20 + others}))
    story.storm("other", others, region="east")
    story.storm("a", 20, fleet="bee-3", region="east")
    assert story.told == []
    story.storm("b", 1, fleet="bee-3", region="east")
    assert story.told == [f"incident: {named}"]


def test_what_an_incident_explains_is_not_counted_for_anything_else() -> None:
    story = Story()
    story.storm("a", 100, fleet="bee-3", region="east", provider="coin")
    assert story.told == ["incident: fleet bee-3"]
    story.storm("b", 20, region="east")
    assert len(story.told) == 1, "twenty of the region are not past twenty"
    story.storm("c", 1, region="east")
    assert story.told == ["incident: fleet bee-3", "incident: region east"]
    story.breaks("both", fleet="bee-3", region="east")
    assert story.covers("both") == story.covers("a0"), "the narrower of both takes it"


def test_tenants_share_nothing() -> None:
    story = Story()
    story.storm("a", 10, fleet="bee-3")
    story.storm("b", 10, fleet="bee-3", tenant="coffee")
    assert story.told == []


def test_breaches_are_counted_over_a_span_only() -> None:
    story = Story()
    story.storm("a", 100, every=90 * SECOND, fleet="bee-3")
    assert story.told == [], "seven in ten minutes, for hours"


def test_a_retraction_takes_a_member_away_and_a_breach_that_was_none_is_not_counted() -> None:
    story = Story()
    names = story.storm("a", 10, fleet="bee-3")
    story.becomes(names[0], "retracted", "retracted", broken_at=None)
    more = story.storm("b", 1, fleet="bee-3")
    assert story.told == []
    more += story.storm("c", 1, fleet="bee-3")
    assert story.last.open == 11
    story.becomes(names[1], "retracted", "retracted").wait(5 * SECOND)  # whether or not it still says when it broke
    assert (story.last.open, story.last.ended) == (10, 0)
    assert story.covers(names[1]) is None
    story.breaks(names[1], fleet="bee-3", store="s1")
    assert story.covers(names[1]) == story.last.id, "it broke after all"


def test_an_incident_that_was_none_at_all_is_over_too() -> None:
    story = Story()
    for name in story.storm("a", 11, fleet="bee-3"):
        story.becomes(name, "retracted", "retracted", broken_at=None)
    story.wait(11 * MINUTE)
    assert story.told == ["incident: fleet bee-3", "incident_over: fleet bee-3"]
    assert (story.last.open, story.last.ended, story.last.members) == (0, 0, [])
    assert story.wait(SECOND).is_idle


def test_an_alert_counts_once_however_often_it_is_heard_of() -> None:
    story = Story()
    for _ in range(30):
        story.breaks("a", fleet="bee-3", store="s1").breaks("b", fleet="bee-3", store="s2")
    story.breaks("c", fleet="bee-3", store="s3", what="worsened")
    assert story.told == []


def test_warnings_and_what_was_over_when_it_was_learnt_of_are_not_counted() -> None:
    story = Story()
    for number in range(30):
        labels: dict[str, Any] = {"fleet": "bee-3", "store": f"s{number}"}
        story.breaks(f"w{number}", what="raised", broken_at=None, kind="at_risk", **labels)
        story.breaks(f"l{number}", what="raised", state="found_late", late=True, **labels)
        story.breaks(f"r{number}", what="raised", state="resolved", late=True, **labels)
        story.breaks(f"o{number}", what="raised", late=True, ago=11 * MINUTE, **labels)
    assert story.told == []
    assert story.is_idle
    story.storm("late", 10, late=True, what="raised", fleet="bee-3")
    assert story.told == []
    story.storm("more", 1, late=True, what="raised", fleet="bee-3")
    assert story.told == ["incident: fleet bee-3"], "late, but of this span and not over"


def test_a_reopened_member_is_owed_again() -> None:
    story = Story()
    names = story.storm("a", 12, fleet="bee-3")
    story.ends(*names).becomes(names[0], "reopened", "firing").wait(HOUR)
    assert story.told == ["incident: fleet bee-3"]
    assert (story.last.open, story.last.ended) == (1, 11)
    story.ends(names[0]).wait(0)
    assert story.told[1:] == ["incident_over: fleet bee-3"]


def test_a_busy_region_is_judged_by_what_is_usual_for_it_and_a_quiet_one_by_the_floor() -> None:
    busy = IncidentPolicy(floors={"store": 5, "fleet": 10, "provider": 10, "region": 10})
    story = Story(busy).usual_hours(1, 5, region="east")
    story.usual_hours(2, 10, region="east").usual_hours(12, 19, region="east")
    assert story.told == []
    story.storm("quiet", 10, region="west", stores=20)
    assert story.told == []
    story.storm("more", 1, region="west")
    assert story.told == ["incident: region west"]
    story.said.clear()
    for number in range(60):
        story.breaks(f"east{number}", region="east", store=f"e{number}")
        if story.said:
            break
    usual = story.said[0].group.usual
    assert usual is not None
    assert 17 < usual.usual < 19.5
    assert usual.threshold == ceil(usual.usual + 4 * sqrt(usual.usual))
    assert usual.counted == usual.threshold + 1


def test_nothing_is_learnt_of_what_belongs_to_an_incident() -> None:
    story = Story()
    for number in range(30):
        story.ends(*story.storm(f"a{number}-", 30, every=SECOND, fleet="bee-3")).wait(30 * MINUTE)
    assert story.told == ["incident: fleet bee-3", "incident_over: fleet bee-3"] * 30


def test_what_never_ends_becomes_usual() -> None:
    story = Story()
    story.usual_hours(12, 30, fleet="bee-3", region=None)
    opened = [said.group for said in story.said if said.reason == "incident"]
    assert len(opened) == 1, story.told
    assert story.told == ["incident: fleet bee-3", "incident_over: fleet bee-3"]
    assert story.last.until is not None
    assert story.last.until - opened[0].changed_at == timedelta(hours=4)


def test_an_open_incident_says_how_it_stands_every_five_seconds_at_most() -> None:
    story = Story()
    story.storm("a", 200, every=SECOND // 10, fleet="bee-3")
    said_at = [instant(said.group.changed_at) for said in story.said]
    assert len(said_at) == 4
    assert all(after - before >= 5 * SECOND for before, after in pairwise(said_at))
    story.wait(MINUTE)
    assert story.last.open == 200
    assert [said.group.version for said in story.said] == list(range(1, len(story.said) + 1))
    said = len(story.said)
    story.wait(MINUTE)
    assert len(story.said) == said, "nothing has changed"


def test_the_record_lists_what_to_look_at_first_and_the_stores_with_most() -> None:
    story = Story()
    names = story.storm("a", 60, fleet="bee-3", stores=25)
    story.becomes(names[0], "acknowledged", "acknowledged").becomes(names[1], "worsened", "firing", severity="critical")
    story.ends(names[59]).wait(5 * SECOND)
    group = story.last
    assert group.severity == "critical"
    assert [member.alert for member in group.members] == [names[1], *reversed(names[40:59])]
    assert group.members_left_out == 40
    assert len(group.stores) == 20
    assert group.stores_left_out == 5
    assert [group.stores[0].open, group.stores[19].open] == [3, 2]
    story.ends(*names[1:59]).wait(5 * SECOND)
    assert [member.alert for member in story.last.members][:2] == [names[0], names[1]], "then what is over"
    assert story.last.severity == "high", "the worst of what is open"


def test_the_alert_to_look_at_is_an_open_one_where_one_was_heard_of() -> None:
    story = Story()
    names = story.storm("a", 12, fleet="bee-3")
    story.ends(names[10]).wait(5 * SECOND)
    assert (story.said[-1].first.id, story.said[-1].first.state) == (names[10], "resolved")
    story.becomes(names[3], "acknowledged", "acknowledged").wait(5 * SECOND)
    assert (story.said[-1].first.id, story.said[-1].first.state) == (names[3], "acknowledged")


def test_a_large_incident_is_forgotten_in_small_pieces() -> None:
    story = Story(IncidentPolicy(swept_at_once=10))
    story.ends(*story.storm("a", 45, fleet="bee-3")).wait(9 * MINUTE)
    kept = len(story.records)
    story.now += MINUTE
    story.incidents.fire(story.now)
    assert story.incidents.take_said()[-1].reason == "incident_over"
    changed = []
    while story.incidents.wake() <= story.now:
        story.incidents.take_changes()
        story.incidents.fire(story.now)
        changed.append(len(story.incidents.take_changes()))
    assert changed == [10, 10, 10, 10, 7]
    assert kept == 47, "members, incident and its first alert"


def test_the_same_alert_may_break_anew_after_its_incident() -> None:
    story = Story(IncidentPolicy(swept_at_once=1))
    story.ends(*story.storm("a", 12, fleet="bee-3")).wait(9 * MINUTE)
    story.now += 2 * MINUTE
    story.incidents.fire(story.now)
    story.breaks("a7", fleet="bee-3", store="s1", what="raised")
    assert story.covers("a7") is None
    story.storm("b", 10, fleet="bee-3")
    assert story.covers("a7") is not None


def test_values_that_fell_silent_are_forgotten_and_what_is_usual_is_not() -> None:
    story = Story()
    for number in range(200):
        story.breaks(f"a{number}", fleet=f"fleet {number}")
    story.usual_hours(8, 9, fleet="bee-3")
    kept = sum(key.startswith(b"i/l/") for key in story.records)
    assert kept > 200
    story.wait(HOUR)
    assert story.is_idle
    story.now += 3 * DAY
    story.breaks("b", fleet="another").wait(HOUR)
    left = [key for key in story.records if key.startswith(b"i/l/")]
    assert sum(b"fleet " in key for key in left) == 0
    assert any(b"another" in key for key in left)


def test_more_values_than_are_learnt_are_still_counted() -> None:
    story = Story(IncidentPolicy(most_values=3))
    for number in range(9):
        story.breaks(f"a{number}", fleet=f"fleet {number}")
    story.wait(HOUR)
    assert sum(key.startswith(b"i/l/") for key in story.records) == 3
    story.storm("b", 11, fleet="fleet 8", stores=2)
    assert "incident: fleet fleet 8" in story.told or "incident: store s0" in story.told


@pytest.mark.parametrize("wrong", [{"bucket": 7 * SECOND}, {"bucket": 0}, {"longest": MINUTE}])
def test_a_policy_that_cannot_be_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="span"):
        IncidentPolicy(**wrong)  # type: ignore[arg-type]
