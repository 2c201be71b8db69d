"""The engine says what the slow reference model says, on random catalogues and histories.

Most histories come from seeds, which are quick to make; hypothesis adds some that it can shrink. The environment variable
MOMENTS_HYPOTHESIS=long makes it a hundred times as many.
"""

import pytest
from hypothesis import given

from streams.catalogue.model import Hit, Hold, Part, Rise, Role, Several, Warning
from streams.engine.case import Fact
from tests.support.effort import EFFORT, explore
from tests.support.hand_built import After, At, DayAndNight, HandBuilt, ShopHours, Trigger, moment
from tests.support.histories import BEGIN, FAR, History, make_long_history, rolled, stories
from tests.support.reference import Reference
from tests.support.reference_cases import Story, differences
from tests.support.reference_drive import TENANT, Arrives, Moves, play
from tests.support.reference_drive import Engine as Case

SEEDS = range(600 * EFFORT)
_ALWAYS = DayAndNight()


@pytest.mark.parametrize("everything", [False, True], ids=["published", "quiet too"])
def test_any_history_says_what_the_reference_says(everything: bool) -> None:
    for seed in SEEDS:
        assert differences(rolled(seed), everything=everything) == "", f"seed {seed}"


@explore(60)
@given(stories())
def test_any_history_that_hypothesis_finds_says_what_the_reference_says(story: Story) -> None:
    assert differences(story, everything=False) == ""
    assert differences(story, everything=True) == ""


def test_a_case_that_is_stored_between_any_two_steps_says_the_same() -> None:
    for seed in SEEDS:
        assert differences(rolled(-1 - seed), everything=False, stored=True) == "", f"seed {-1 - seed}"


def test_a_look_at_every_step_says_no_more_than_a_look_when_one_is_asked_for() -> None:
    for seed in SEEDS:
        catalogue, history = rolled(1_000_000 + seed)
        lazy, eager = Case(catalogue, BEGIN), Case(catalogue, BEGIN, lazy=False)
        assert play(lazy, history.steps) == play(eager, history.steps), f"seed {1_000_000 + seed}"


def test_no_two_transitions_of_a_case_share_an_id() -> None:
    for seed in SEEDS:
        catalogue, history = rolled(2_000_000 + seed)
        case = Case(catalogue, BEGIN, everything=True)
        said = [one for step in play(case, history.steps) for one in step]
        assert len(case.ids) == len(said) == len(set(case.ids)), f"seed {2_000_000 + seed}"


def test_a_case_of_hundreds_of_facts_that_come_nearly_in_order_says_what_the_reference_says() -> None:
    for seed in range(4 * EFFORT):
        assert differences(make_long_history(seed, facts=160), everything=False) == "", f"seed {seed}"
        assert differences(make_long_history(seed, facts=160), everything=True) == "", f"seed {seed}"


def test_a_case_can_be_forgotten_when_the_reference_says_so_and_not_before() -> None:
    for seed in SEEDS:
        catalogue, history = rolled(3_000_000 + seed, corrections=5)
        case, reference = Case(catalogue, BEGIN), Reference(catalogue, TENANT, BEGIN)
        for step in history.steps:
            if isinstance(step, Arrives):
                case.arrive(step.fact)
                reference.arrive(step.fact)
            else:
                case.move(step.until)
                reference.move(step.until)
            if reference.facts:
                assert case.is_over() == reference.is_over(), f"seed {3_000_000 + seed} at {step}"


def fact(at: int, event_type: str, name: str, source: str = "s", **fields: int | str) -> Arrives:
    """A fact arrives."""
    return Arrives(Fact(at, name, source, event_type, dict(fields)))


START, END, CANCEL = int(Role.START), int(Role.END), int(Role.CANCEL)
PAUSE, RESUME, REVISE, REOPEN = int(Role.PAUSE), int(Role.RESUME), int(Role.REVISE), int(Role.REOPEN)
COUNT, NEXT = int(Role.COUNT), int(Role.NEXT)
TWICE = (Several(END, 0, (Part("end", 2),)),)
OWN = (Hold(COUNT, COUNT << 1), Hold(COUNT << 2, COUNT << 3))

HARD: dict[str, Story] = {
    "a due that lies before the start breaks at once and expires a time to live after the start": (
        HandBuilt((moment(0, At("due"), _ALWAYS, time_to_live=1),), (Trigger(0, "start", START),)),
        History([fact(40, "start", "1", due=20), Moves(FAR)]),
    ),
    "a start ahead of the clock with a due behind it breaks only when the clock has come to it": (
        HandBuilt((moment(0, At("due"), _ALWAYS),), (Trigger(0, "start", START),)),
        History([Moves(75), fact(83, "start", "1", due=45), Moves(80), Moves(83), Moves(FAR)]),
    ),
    "each step of a late history has the severity of its own time": (
        HandBuilt(
            (moment(0, After(_ALWAYS, 1), _ALWAYS, rises=(Rise(1, "medium"), Rise(2, "high")), journal=True),),
            (Trigger(0, "start", START), Trigger(0, "end", END)),
        ),
        History([Moves(60), fact(50, "end", "1"), fact(30, "start", "2"), Moves(FAR)]),
    ),
    "an end of another source with the same id and instant closes a start": (
        HandBuilt(
            (moment(0, After(_ALWAYS, 9), _ALWAYS, journal=True),), (Trigger(0, "start", START), Trigger(0, "end", END))
        ),
        History([fact(41, "end", "1", "s"), fact(41, "start", "1", "t"), Moves(FAR)]),
    ),
    "of two rounds in one instant the second goes on": (
        HandBuilt((moment(0, After(_ALWAYS, 9), _ALWAYS, repeats=True),), (Trigger(0, "start", START | END),)),
        History([fact(40, "start", "1"), fact(40, "start", "2"), Moves(FAR)]),
    ),
    "an end that found nothing open closes what a later fact of its instant begins by way of another moment": (
        HandBuilt(
            (
                moment(0, After(_ALWAYS, 9), _ALWAYS),
                moment(1, After(_ALWAYS, 9), _ALWAYS, follows=(Hit(0, START),)),
            ),
            (Trigger(0, "end", START, "x"), Trigger(0, "end", END), Trigger(1, "end", END)),
        ),
        History([fact(43, "end", "1"), fact(43, "end", "2", mood="x"), Moves(FAR)]),
    ),
    "a revision in a pause lets the warnings be given again": (
        HandBuilt(
            (moment(0, After(_ALWAYS, 30), _ALWAYS, warnings=(Warning(lead=5),)),),
            (
                Trigger(0, "start", START),
                Trigger(0, "pause", PAUSE),
                Trigger(0, "resume", RESUME),
                Trigger(0, "revise", REVISE, due="due"),
            ),
        ),
        History(
            [
                fact(40, "start", "1"),
                Moves(66),
                fact(67, "pause", "2"),
                fact(68, "revise", "3", due=120),
                fact(75, "resume", "4"),
                Moves(FAR),
            ]
        ),
    ),
    "what was applied ahead of the clock and taken back is not counted as said": (
        HandBuilt(
            (moment(0, After(_ALWAYS, 26), _ALWAYS, warnings=(Warning(lead=14),)),),
            (Trigger(0, "start", START), Trigger(0, "end", END)),
        ),
        History([Moves(58), fact(69, "end", "1"), fact(58, "start", "2"), fact(52, "start", "3"), Moves(FAR)]),
    ),
    "a breach that late truth takes back leaves the warning standing, and that is said": (
        HandBuilt(
            (moment(0, After(_ALWAYS, 10), _ALWAYS, warnings=(Warning(lead=5),)),),
            (Trigger(0, "start", START), Trigger(0, "revise", REVISE, due="due")),
        ),
        History([fact(40, "start", "1"), Moves(55), fact(42, "revise", "2", due=58), Moves(FAR)]),
    ),
    "an occurrence that late truth undid and another brings back rises again from nothing": (
        HandBuilt(
            (moment(0, After(_ALWAYS, 5), _ALWAYS, rises=(Rise(2, "high"),), repeats=True, time_to_live=5),),
            (Trigger(0, "start", START), Trigger(0, "end", END), Trigger(0, "revise", REVISE, due="due")),
        ),
        History(
            [
                fact(40, "start", "1"),
                Moves(60),
                fact(60, "start", "2"),
                Moves(68),
                fact(42, "revise", "3", due=62),
                fact(43, "end", "4"),
                Moves(FAR),
            ]
        ),
    ),
    "of two parts at the instant of a start one is its own and does not count": (
        HandBuilt(
            (moment(0, After(_ALWAYS, 9), _ALWAYS, several=TWICE, journal=True),),
            (Trigger(0, "start", START), Trigger(0, "start", COUNT), Trigger(0, "end", COUNT)),
        ),
        History([fact(40, "end", "1"), fact(40, "start", "2"), Moves(45), fact(45, "end", "3"), Moves(FAR)]),
    ),
    "two parts that found nothing open close what begins at their instant": (
        HandBuilt(
            (moment(0, After(_ALWAYS, 9), _ALWAYS, several=TWICE, journal=True),),
            (Trigger(0, "start", START), Trigger(0, "end", COUNT)),
        ),
        History([fact(40, "end", "1"), fact(40, "end", "2"), fact(40, "start", "3"), Moves(FAR)]),
    ),
    "a part from the instant before the start does not count": (
        HandBuilt(
            (moment(0, After(_ALWAYS, 9), _ALWAYS, several=TWICE, journal=True),),
            (Trigger(0, "start", START), Trigger(0, "end", COUNT)),
        ),
        History([fact(39, "end", "1"), fact(40, "start", "2"), fact(41, "end", "3"), Moves(FAR)]),
    ),
    "a part that found nothing open counts for a new occurrence of its instant and not for one that goes on": (
        HandBuilt(
            tuple(
                moment(number, After(_ALWAYS, 9), _ALWAYS, several=TWICE, journal=True, reopening=reopening)
                for number, reopening in enumerate(("new", "continue"))
            ),
            tuple(
                Trigger(number, event_type, role)
                for number in (0, 1)
                for event_type, role in (("start", START), ("end", COUNT), ("cancel", CANCEL), ("reopen", REOPEN))
            ),
        ),
        History(
            [
                *(fact(40, "start", "1"), fact(41, "end", "2"), fact(42, "cancel", "3"), Moves(43)),
                *(fact(43, "end", "4"), fact(43, "reopen", "5"), fact(44, "end", "6"), Moves(FAR)),
            ]
        ),
    ),
    "a part that found nothing open counts once, though two begin at its instant": (
        HandBuilt(
            (moment(0, After(_ALWAYS, 9), _ALWAYS, several=TWICE, journal=True, repeats=True),),
            (Trigger(0, "start", START), Trigger(0, "end", COUNT), Trigger(0, "cancel", CANCEL)),
        ),
        History(
            [
                *(fact(40, "end", "1"), fact(40, "start", "2"), fact(40, "cancel", "3"), fact(40, "start", "4")),
                *(Moves(41), fact(41, "end", "5"), Moves(FAR)),
            ]
        ),
    ),
    "what ends comes before what cancels where one event completes both": (
        HandBuilt(
            (
                moment(
                    0,
                    After(_ALWAYS, 9),
                    _ALWAYS,
                    several=(Several(CANCEL, 0, (Part("a", 1), Part("b", 1))), Several(END, 2, (Part("b", 2),))),
                    journal=True,
                    repeats=True,
                ),
            ),
            (
                *(Trigger(0, "start", START), Trigger(0, "cancel", COUNT)),
                *(Trigger(0, "end", COUNT << 1), Trigger(0, "end", COUNT << 2)),
            ),
        ),
        History(
            [
                *(fact(40, "start", "1"), fact(41, "end", "2"), fact(43, "end", "4"), Moves(43)),
                *(fact(42, "cancel", "3"), Moves(50), fact(50, "start", "5"), fact(51, "cancel", "6")),
                *(fact(50, "end", "7"), Moves(FAR)),
            ]
        ),
    ),
    "a revision that is refused in a pause and one that is granted there": (
        HandBuilt(
            (moment(0, After(_ALWAYS, 9), _ALWAYS, journal=True),),
            (
                *(Trigger(0, "start", START), Trigger(0, "pause", PAUSE), Trigger(0, "resume", RESUME)),
                *(Trigger(0, "revise", REVISE, None, "due", "x"), Trigger(0, "resume", REVISE, None, "eta", "x")),
            ),
        ),
        History(
            [
                *(fact(40, "start", "1"), fact(41, "pause", "2"), fact(42, "revise", "3", due=70)),
                *(fact(43, "revise", "4", due=80, mood="x"), fact(44, "revise", "5", due=80), Moves(45)),
                *(fact(45, "resume", "6", eta=90), Moves(60), fact(39, "revise", "7", due=99, mood="x"), Moves(FAR)),
            ]
        ),
    ),
    "a clock that three kinds of pauses hold goes on with the end of the last one and opens again held by none": (
        HandBuilt(
            (moment(0, After(_ALWAYS, 9), _ALWAYS, journal=True, holds=OWN, reopening="continue"),),
            (
                *(Trigger(0, "start", START), Trigger(0, "pause", PAUSE), Trigger(0, "resume", RESUME)),
                *(Trigger(0, "pause", COUNT, "x"), Trigger(0, "resume", COUNT << 1, "x"), Trigger(0, "end", END)),
                *(Trigger(0, "revise", COUNT << 2), Trigger(0, "cancel", COUNT << 3), Trigger(0, "reopen", REOPEN)),
            ),
        ),
        History(
            [
                *(fact(40, "start", "1"), fact(41, "revise", "2"), fact(42, "pause", "3", mood="x"), Moves(50)),
                *(fact(50, "resume", "4"), fact(51, "cancel", "5"), fact(52, "resume", "6", mood="x"), Moves(53)),
                *(fact(53, "revise", "7"), fact(53, "pause", "8"), Moves(60), fact(54, "cancel", "9"), Moves(61)),
                *(fact(61, "end", "10"), fact(62, "reopen", "11"), fact(63, "pause", "12"), fact(64, "resume", "13")),
                Moves(FAR),
            ]
        ),
    ),
    "an event that ends a pause of its own kind begins it again": (
        HandBuilt(
            (moment(0, After(_ALWAYS, 9), _ALWAYS, journal=True, holds=OWN[:1]),),
            (Trigger(0, "start", START), Trigger(0, "pause", COUNT), Trigger(0, "pause", COUNT << 1)),
        ),
        History([fact(40, "start", "1"), fact(42, "pause", "2"), fact(45, "pause", "3"), Moves(50), Moves(FAR)]),
    ),
    "a round that finds nothing open at the instant of the beginning is none": (
        HandBuilt(
            (moment(0, After(_ALWAYS, 9), _ALWAYS, journal=True, repeats=True),),
            (Trigger(0, "end", NEXT), Trigger(0, "start", START), Trigger(0, "cancel", CANCEL)),
        ),
        History(
            [
                *(fact(40, "end", "1"), fact(40, "start", "2"), fact(43, "end", "3"), Moves(45)),
                *(fact(46, "cancel", "4"), fact(47, "end", "5"), Moves(60), fact(44, "end", "6"), Moves(FAR)),
            ]
        ),
    ),
    "a paused clock of a shop goes on with the open time that was left": (
        HandBuilt(
            (moment(0, After(ShopHours(), 14), ShopHours()),),
            (Trigger(0, "start", START), Trigger(0, "pause", PAUSE), Trigger(0, "resume", RESUME)),
        ),
        History([fact(40, "start", "1"), fact(45, "pause", "2"), fact(70, "resume", "3"), Moves(FAR)]),
    ),
}


@pytest.mark.parametrize("story", HARD.values(), ids=HARD.keys())
@pytest.mark.parametrize("everything", [False, True], ids=["published", "quiet too"])
def test_a_history_that_once_told_them_apart_says_what_the_reference_says(story: Story, everything: bool) -> None:
    assert differences(story, everything=everything) == ""
