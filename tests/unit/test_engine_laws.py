"""Laws of the engine that need no second model: convergence, nothing invented and nothing missed, proofs that add up."""

from itertools import pairwise
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from streams.catalogue.model import Rise, Role, Warning
from streams.clock import rfc3339
from streams.engine.case import Fact, Phase
from streams.engine.detect import Taken, advance, open_case, take
from streams.engine.rules import Rules
from streams.engine.tell import Teller
from tests.support.effort import EFFORT, explore
from tests.support.hand_built import After, DayAndNight, HandBuilt, Trigger, moment
from tests.support.histories import BEGIN, FAR, TYPES, Rolled, make_catalogue, make_fact, rolled
from tests.support.reference_drive import Arrives, Engine, Moves, Step, play

SEEDS = range(500 * EFFORT)
_ALWAYS = DayAndNight()


def arrivals(facts: list[Fact], random: Random) -> list[Step]:
    """The facts in any order, some twice, the clock moving between them as it likes."""
    shuffled = facts + random.sample(facts, k=len(facts) // 3)
    random.shuffle(shuffled)
    until, steps = BEGIN, list[Step]()
    for fact in shuffled:
        until += random.choice((0, 0, 1, 5, 20))
        steps += [Moves(until), Arrives(fact)]
    return steps


def test_any_order_of_arrival_comes_to_the_same_told_state() -> None:
    for seed in SEEDS:
        pick = Rolled(seed)
        catalogue = make_catalogue(pick)
        types = [name for name in TYPES if catalogue.keeps(name) is not None]
        instants = pick.random.sample(range(BEGIN - 20, BEGIN + 60), k=pick.whole(2, 9))
        facts = []
        for number, at in enumerate(instants):
            made = make_fact(pick, pick.one(types), number, at)
            facts.append(Fact(at, f"f{number}", "s", made.type, made.fields))
        for end in (BEGIN + 500, FAR):
            states = []
            for _ in range(3):
                case = Engine(catalogue, BEGIN, everything=pick.one((False, True)))
                play(case, [*arrivals(facts, pick.random), Moves(end)])
                states.append(case.state())
            assert all(one == other for one, other in pairwise(states)), f"seed {seed}"


class Oracle:
    """The simplest moment there is, judged by a formula: the first start, a span, and the first end or cancellation."""

    SPAN = 15
    catalogue = HandBuilt(
        (
            moment(
                0, After(_ALWAYS, SPAN), _ALWAYS, time_to_live=FAR, warnings=(Warning(lead=4),), rises=(Rise(3, "high"),)
            ),
        ),
        (
            Trigger(0, "start", int(Role.START)),
            Trigger(0, "end", int(Role.END)),
            Trigger(0, "cancel", int(Role.CANCEL)),
        ),
    )

    def __init__(self) -> None:
        self.facts: list[Fact] = []

    def broken(self, until: int) -> bool:
        """Whether at this clock the due has passed with nothing that ended it in time."""
        known = [fact for fact in self.facts if fact.at <= until]
        starts = [fact.at for fact in known if fact.type == "start"]
        if not starts:
            return False
        due = min(starts) + self.SPAN
        ends = [fact.at for fact in known if fact.type != "start" and fact.at >= min(starts)]
        return due < until and not any(end <= due for end in ends)


_steps = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(("start", "end", "cancel")), st.integers(-30, 20)),
        st.tuples(st.just("move"), st.integers(0, 20)),
    ),
    min_size=2,
    max_size=12,
)


@explore(300)
@given(_steps)
def test_a_breach_is_told_when_and_only_when_the_formula_says_it_is_broken(drafts: list[tuple[str, int]]) -> None:
    oracle, until = Oracle(), BEGIN
    case = Engine(oracle.catalogue, until)
    told = 0
    for number, (what, by) in enumerate([*drafts, ("move", 1000)]):
        if what == "move":
            until += by
            said = case.move(until)
        else:
            fact = Fact(until + by, f"f{number}", "s", what, {})
            oracle.facts.append(fact)
            said = case.arrive(fact)
        for one in said:
            told += (one.kind == "breached") - (one.kind == "retracted")
        assert told == oracle.broken(until)


def test_after_the_clock_has_passed_nothing_that_can_still_fall_due_is_open() -> None:
    for seed in SEEDS:
        catalogue, history = rolled(seed)
        case = Engine(catalogue, BEGIN)
        play(case, history.steps)
        assert not [key for key, (phase, _, _) in case.state().items() if Phase[phase.upper()].is_open], f"seed {seed}"


def test_a_proof_begins_with_its_start_and_ends_with_the_due_that_is_said() -> None:
    for seed in SEEDS:
        catalogue, history = rolled(seed)
        rules = Rules(catalogue)
        case, until = open_case(rules), BEGIN
        for step in history.steps:
            if isinstance(step, Moves):
                until = step.until
            teller = Teller(until)
            teller.begin(rules, case, "t", "c")
            if isinstance(step, Arrives):
                fact = step.fact
                take(rules, case, Fact(fact.at, fact.id, fact.source, fact.type, dict(fact.fields)), until, teller)
            advance(rules, case, until, teller)
            for said in teller.said:
                assert said.proof is not None, f"seed {seed}: {said}"
                assert last_due(said.proof) == said.proof["due_at"], f"seed {seed}: {said}"
                assert said.proof["due_at"] == (None if said.due_at is None else rfc3339(said.due_at))
                assert said.sentence is not None
                assert said.sentence["zh"]
                assert said.sentence["en"]


def last_due(proof: dict[str, Any]) -> str | None:
    """The due that the first one and the moves come to."""
    due: str | None = proof["first_due_at"]
    for move in proof["moves"]:
        due = move["due_at"]
    return due


def test_a_fact_older_than_what_was_folded_away_changes_nothing() -> None:
    catalogue = HandBuilt(
        (moment(0, After(_ALWAYS, 10), _ALWAYS, repeats=True),),
        (Trigger(0, "start", int(Role.START)), Trigger(0, "end", int(Role.END))),
    )
    case = Engine(catalogue, 0)
    for number in range(100):
        at = 20 * number
        case.move(at)
        case.arrive(Fact(at, f"f{number}", "s", "end" if number % 2 else "start", {}))
    assert len(case.case.facts) <= 64
    before = case.state()
    assert case.arrive(Fact(25, "late", "s", "end", {})) == []
    assert case.arrive(Fact(0, "f0", "s", "start", {})) == []
    assert case.taken[-2:] == [Taken.BEYOND, Taken.BEYOND]
    assert case.state() == before


def test_facts_of_one_instant_are_folded_away_together() -> None:
    catalogue = HandBuilt(
        (moment(0, After(_ALWAYS, 10), _ALWAYS, time_to_live=FAR),),
        (Trigger(0, "start", int(Role.START)), Trigger(0, "other", int(Role.PAUSE))),
    )
    case = Engine(catalogue, 0)
    for number in range(66):
        at = 280 if 28 <= number < 40 else 10 * number
        case.move(max(at, case.until))
        case.arrive(Fact(at, f"f{number}", "s", "start", {}))
    assert len(case.case.facts) < 66
    case.arrive(Fact(280, "one more", "s", "start", {}))
    case.arrive(Fact(279, "another", "s", "start", {}))
    assert case.taken[-2:] == [Taken.NEW, Taken.NEW]
    case.arrive(Fact(270, "too old", "s", "start", {}))
    assert case.taken[-1] == Taken.BEYOND


def test_a_record_holds_at_most_sixty_four_facts_whatever_comes() -> None:
    for seed in range(20 * EFFORT):
        pick = Rolled(seed)
        catalogue = make_catalogue(pick)
        types = [name for name in TYPES if catalogue.keeps(name) is not None]
        case: Engine = Engine(catalogue, BEGIN)
        until = BEGIN
        for number in range(150):
            made = make_fact(pick, pick.one(types), 0, until)
            until += pick.one((0, 1, 5))
            case.move(until)
            case.arrive(Fact(made.at, f"f{number}", "s", made.type, made.fields))
            counting = [fact for fact in case.case.facts if fact.at <= until]
            assert len(counting) <= 64, f"seed {seed}"
