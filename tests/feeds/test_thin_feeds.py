"""Stories of feeds that send far less than usual."""

from random import Random

import msgspec
import pytest

from streams.clock import MINUTE, SECOND, as_datetime
from streams.feeds.policy import FeedPolicy
from tests.feeds.feed_stage import MONDAY, Stage


def two_days() -> Stage:
    stage = Stage(FeedPolicy())
    for _ in range(26 * 60):
        stage.now += MINUTE
        stage.pulse(stage.heard(count=60 + stage.now // MINUTE % 5, first=59))
    stage.fresh()
    return stage


def test_a_feed_that_sends_far_less_than_usual_is_blind_from_when_it_began() -> None:
    stage = two_days()
    began = stage.now
    stage.run(10, 5, 10)
    blind = stage.feeds["pos", "r1"]
    assert (blind.state, blind.until) == ("blind", as_datetime(began))
    assert blind.changed_at == as_datetime(began + MINUTE)
    assert stage.told[0].sentence is not None
    assert "sends far less than usual since" in stage.told[0].sentence.en
    stage.restart().run(30, 5, 10)
    assert stage.state() == "blind"
    stage.run(2.5, 60)
    assert stage.state() == "returning"
    stage.run(1, 60)
    assert stage.state() == "heard"


@pytest.mark.parametrize(("rate", "few", "minutes"), [(60, 6, 1), (30, 3, 2), (15, 1.5, 3), (10, 1, 4), (8, 1, 5)])
def test_the_less_a_feed_sends_the_more_minutes_it_takes_to_see_that_it_is_thin(
    rate: int, few: float, minutes: int
) -> None:
    stage = Stage(FeedPolicy())
    draw = Random(1)
    for _ in range(26 * 60):  # as chance has it
        stage.now += MINUTE
        stage.pulse(stage.heard(count=sum(draw.random() < rate / 200 for _ in range(200)) or 1, first=59))
    began = stage.now
    for _ in range(80):
        before, stage.now = stage.now - began, stage.now + 5 * SECOND
        count = int((stage.now - began) * few / MINUTE) - int(before * few / MINUTE)
        stage.pulse(*([stage.heard(count=count)] if count else []))
    word = next(word for word in stage.words if word.state == "blind")
    assert word.at * SECOND == began - MONDAY + minutes * MINUTE
    assert stage.feeds["pos", "r1"].until <= as_datetime(began)


def test_the_record_of_a_release_that_knew_no_levels_is_read_and_its_feed_is_judged() -> None:
    stage = two_days()
    for key, value in stage.log.items():
        if key[:2] == b"f/":
            stage.log[key] = value[:1] + msgspec.msgpack.encode(msgspec.msgpack.decode(value[1:])[:-2])
        elif key[:2] == b"t/":
            name, time, minute, clocks, ears, total, _ = msgspec.msgpack.decode(value[1:], strict=False)
            ears = {feed: ear[:-2] for feed, ear in ears.items()}
            stage.log[key] = value[:1] + msgspec.msgpack.encode([name, time, minute, clocks, ears, total])
    stage.restart().run(10, 5, 10)
    assert stage.state() == "blind"


def test_a_day_on_which_little_comes_is_not_thin_when_chance_leaves_out_more() -> None:
    stage = two_days().run(60, 20, 5).run(1, 8, 5).run(60, 20, 5)
    assert "blind" not in [state for _, state in stage.fresh()]


def test_a_suspect_feed_is_not_heard_again_before_it_sends_enough_to_be_believed(stage: Stage) -> None:
    stage.run(20, 60, 1).run(0.2, 0, 1)
    assert stage.state() == "suspect"
    stage.run(1, 6, 1)
    assert stage.state() == "suspect"
    stage.run(1, 60, 1)
    assert [state for _, state in stage.fresh()] == ["heard", "suspect", "heard"]


def test_what_a_feed_in_doubt_says_does_not_move_the_instant_up_to_which_it_was_surely_heard(stage: Stage) -> None:
    stage.run(20, 60, 1)
    fell_silent = stage.now
    stage.run(0.2, 0, 1).run(0.5, 6, 1).run(2, 0, 1)
    blind = stage.feeds["pos", "r1"]
    assert (blind.state, blind.until) == ("blind", as_datetime(fell_silent))
    assert [state for _, state in stage.fresh()] == ["heard", "suspect", "blind"]


def test_a_suspect_feed_is_in_doubt_for_five_minutes_at_most(stage: Stage) -> None:
    stage.run(20, 60, 1)
    stage.run(0.2, 0, 1).run(8, 12, 1)
    _, suspect, heard = stage.words[:3]
    assert (suspect.state, heard.state) == ("suspect", "heard")
    assert heard.at == suspect.at + 300


def test_a_feed_that_comes_back_with_a_tenth_of_what_is_usual_is_not_heard_again(stage: Stage) -> None:
    stage.run(20, 60, 1).run(5, 0, 1).run(10, 6, 1)
    assert stage.state() == "returning"
    stage.run(2.1, 60, 1)
    assert stage.state() == "heard"
    assert [state for _, state in stage.fresh()] == ["heard", "suspect", "blind", "returning", "heard"]


def test_what_was_kept_back_does_not_pass_for_what_is_usual(stage: Stage) -> None:
    stage.run(20, 60, 1).run(5, 0, 1)
    stage.now += SECOND
    stage.pulse(stage.heard(count=5, first=0)).pulse(stage.heard(count=300, first=300), at=stage.now + 1)
    stage.run(5, 6, 1)
    assert stage.state() == "returning"


def test_a_third_of_what_is_usual_is_a_bad_day_and_no_blindness() -> None:
    stage = two_days().run(60, 20, 10)
    assert "blind" not in [state for _, state in stage.fresh()]


def test_what_stays_thin_for_two_hours_is_the_new_usual_until_the_old_one_comes_again() -> None:
    stage = two_days().run(119, 5, 10)
    assert stage.state() == "blind"
    stage.run(8, 5, 10)
    assert stage.state() == "heard"
    stage.run(120, 5, 10)
    assert [kind for kind, _, _ in stage.kinds()] == ["breached", "recovered"]
    stage.run(60, 60, 10).run(10, 5, 10)
    assert [kind for kind, _, _ in stage.kinds()] == ["breached", "recovered", "breached"]
