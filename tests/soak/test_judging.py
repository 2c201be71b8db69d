"""The rules by which a soak is judged, on numbers made by hand, and the truth's arithmetic on a chain's own journeys."""

import json
import random
from collections import Counter

import pytest

from schemas.feed import Feed, FeedState
from streams.clock import SECOND, as_datetime
from streams.demo.journeys import Order
from streams.demo.simulate import Running, Sending, Simulation
from streams.demo.world import STORES
from tests.soak import judge
from tests.soak.chain import Chain, Hold
from tests.soak.exposition import Page, Series, parse
from tests.soak.hearing import Ear
from tests.soak.truth import AT_RISK, BROKEN, RUNNING, Ledger, given_up, stand

MIB = judge.MIB


def noisy(an_hour: float, seed: int = 1) -> list[tuple[float, float]]:
    chance = random.Random(seed)
    return [(at, (80 + an_hour * at / 3600 + chance.gauss(0, 0.2)) * MIB) for at in range(0, 900, 10)]


@pytest.mark.parametrize("an_hour", [-6.0, 0.0, 3.0, 60.0])
def test_the_slope_of_noisy_memory_is_found_and_lies_within_its_limits(an_hour: float) -> None:
    found = judge.slope(noisy(an_hour))
    assert found.low <= an_hour <= found.high
    assert found.an_hour == pytest.approx(an_hour, abs=0.7)
    assert 0.1 < found.noise < 0.3


def test_a_few_peaks_do_not_move_the_slope() -> None:
    samples = noisy(0.0)
    peaks = [(at, value + (50 * MIB if place in (20, 55, 80) else 0)) for place, (at, value) in enumerate(samples)]
    assert abs(judge.slope(peaks).an_hour) < 0.7


def test_a_slope_needs_three_samples() -> None:
    with pytest.raises(ValueError, match="three"):
        judge.slope([(0, 1), (1, 2)])


def test_memory_that_grows_by_more_than_three_per_cent_from_the_third_quarter_to_the_last_is_not_flat() -> None:
    third, last = judge.growth([(at, 100 * MIB + at * 4_000) for at in range(0, 1_801, 10)], 1_800)
    assert judge.memory("detect", third, last) == []
    third, last = judge.growth([(at, 100 * MIB + at * 9_000) for at in range(0, 1_801, 10)], 1_800)
    (line,) = judge.memory("detect", third, last)
    assert "memory of detect is not flat" in line


def test_what_is_kept_on_purpose_may_come_on_top_and_no_more() -> None:
    assert judge.memory("alert", 100 * MIB, 110 * MIB, kept=7 * MIB) == []
    assert judge.memory("alert", 100 * MIB, 110.1 * MIB, kept=7 * MIB) != []
    assert judge.memory("alert", 100 * MIB, 102 * MIB, kept=-50 * MIB) == []


def test_a_quarter_without_samples_is_no_judgement() -> None:
    with pytest.raises(ValueError, match="no samples"):
        judge.growth([(1.0, 1.0)], 100)


def made(**labels: str) -> Series:
    return "moments_x", tuple(sorted(labels.items()))


def test_a_new_value_of_a_label_in_the_last_quarter_is_told() -> None:
    before = {made(region="a", kind="met"), made(region="b", kind="met")}
    fresh = {made(region="c", kind="met")}
    assert judge.series("detect", before, {"moments_x": 2}, {"moments_x": 3}, fresh) == [
        "series of detect: moments_x has a new region, 'c', in the last quarter"
    ]


def test_known_values_may_come_together_for_the_first_time() -> None:
    before = {made(region="a", kind="met"), made(region="b", kind="late")}
    fresh = {made(region="a", kind="late")}
    assert judge.series("detect", before, {"moments_x": 2}, {"moments_x": 3}, fresh) == []


def test_stores_may_change_but_not_become_more() -> None:
    before = {made(store="s1"), made(store="s2")}
    assert judge.series("detect", before, {"moments_x": 2}, {"moments_x": 2}, {made(store="s3")}) == []
    assert judge.series("detect", before, {"moments_x": 2}, {"moments_x": 4}, {made(store="s3")}) != []


def test_what_is_there_only_while_something_is_broken_may_be_there_more_often() -> None:
    name = "moments_oldest_breach_timestamp_seconds"
    before: set[Series] = {(name, (("moment", "m1"),)), (name, (("moment", "m2"),))}
    assert judge.series("detect", before, {name: 1}, {name: 2}, set()) == []
    assert judge.series("detect", before, {name: 1}, {name: 2}, {(name, (("moment", "m3"),))}) != []


def test_a_gauge_must_lie_between_the_least_and_the_most() -> None:
    least, most = Counter({("a",): 2, ("b",): 0}), Counter({("a",): 4, ("b",): 1})

    def wrong(**values: int) -> list[str]:
        return judge.gauges({(name,): value for name, value in values.items()}, least, most)

    assert wrong(a=2) == []
    assert wrong(a=4, b=1) == []
    assert wrong(a=5, b=0, c=1) == ["a: 5 instead of 2 to 4", "c: 1 instead of 0"]
    assert wrong() == ["a: 0 instead of 2 to 4"]


def test_counters_are_what_was_told() -> None:
    assert judge.counters(Counter(a=2), Counter(a=2), "told") == []
    assert judge.counters(Counter(a=2), Counter(a=3, b=1), "told") == [
        "told a: 2 counted, 3 told",
        "told b: 0 counted, 1 told",
    ]


def test_a_page_of_metrics_is_read_with_its_labels() -> None:
    text = '# HELP x y\nmoments_x{a="1",b="say \\"no\\", {x}"} 3\nmoments_x{a="2",b=""} 4.5\nmoments_y 1e3\n'
    page = Page(0, 0, parse(text), ready=True)
    assert page.total("moments_x") == 7.5
    assert page.total("moments_x", a="2") == 4.5
    assert page.by("moments_x", "b") == {('say \\"no\\", {x}',): 3, ("",): 4}
    assert page.by("moments_x", "a") == {("1",): 3, ("2",): 4}
    assert page.most("moments_y") == 1000


# the truth


def sent_until(simulation: Simulation, until: int) -> list[Sending]:
    found: list[Sending] = []
    for sending in simulation.sendings():
        if sending.at > until:
            return found
        found.append(sending)
    raise AssertionError("a chain never ends")


def ledger_of(simulation: Simulation, until: int) -> Ledger:
    ledger = Ledger(simulation)
    for sending in sent_until(simulation, until):
        if sending.refused is None:
            ledger.note(json.loads(sending.value), sending.at)
    return ledger


def test_a_promise_is_counted_in_every_state_it_can_be_in_and_surely_only_where_it_must_be() -> None:
    simulation = Simulation(3, 0)
    for until in range(20 * SECOND, 60 * SECOND, 10 * SECOND):
        wide = ledger_of(simulation, until).bounds(until - 3 * SECOND, until)
        narrow = ledger_of(simulation, until).bounds(until, until)
        assert narrow.least == narrow.most
        assert narrow.undecided == 0
        assert all(wide.least[seat] <= count <= wide.most[seat] for seat, count in narrow.most.items())
        assert wide.undecided > 0


def test_whatever_a_monitor_that_lags_a_little_shows_lies_between_the_least_and_the_most() -> None:
    simulation, until = Simulation(3, 0), 40 * SECOND
    ledger, looks = Ledger(simulation), list(range(until - 2 * SECOND, until + 1, SECOND // 5))
    shown = []
    for sending in simulation.sendings():
        while looks and sending.at > looks[0]:
            applied = looks.pop(0)
            shown.append(ledger.bounds(applied, applied).most)
        if not looks:
            break
        if sending.refused is None:
            ledger.note(json.loads(sending.value), sending.at)
    wide = ledger.bounds(until - 2 * SECOND, until)
    assert len(shown) == 11
    assert [line for one in shown for line in judge.gauges(one, wide.least, wide.most)] == []


def test_what_happens_after_the_clock_does_not_count_yet() -> None:
    order = Order("o", STORES[0], "pickup", "regular", SECOND, accepted=3 * SECOND)
    facts = {"placed", "accepted"}
    stands = {clock: [state for _, state in stand(order, facts, clock * SECOND)] for clock in (0, 2, 3)}
    assert stands == {0: [], 2: [RUNNING], 3: [None, RUNNING]}


def test_what_is_open_in_all_is_what_the_chain_itself_counts_once_everything_has_been_told() -> None:
    simulation, until = Simulation(5, 0), 50 * SECOND
    ledger = Ledger(simulation)
    for sending in sent_until(simulation, until + 30 * SECOND):
        if sending.refused is None and sending.occurred_at <= until:
            ledger.note(json.loads(sending.value), min(sending.at, until))
    counts = ledger.bounds(until, until).most
    assert counts.total() == Running(simulation).at(until)
    assert {state for _, _, state in counts} >= {RUNNING, AT_RISK, BROKEN}


def test_a_source_that_is_held_tells_everything_afterwards_in_order() -> None:
    hold = Hold("tea-2", "couriers", "chengdu", 20 * SECOND, 30 * SECOND)
    chain, plain = Chain(4, 0, "tea-2", (hold,)), Simulation(4, 0)
    sent, meant = sent_until(chain, 60 * SECOND), sent_until(plain, 60 * SECOND)
    assert [one.at for one in sent] == sorted(one.at for one in sent)
    renamed = [one.value.replace(b'"tea"', b'"tea-2"') for one in meant]
    assert Counter(one.value for one in sent) == Counter(renamed)
    events = [(one.at, json.loads(one.value)) for one in sent if one.refused is None]
    there = [at for at, event in events if event["source"] == "/couriers/chengdu" and hold.begins <= at < hold.ends]
    elsewhere = [at for at, event in events if event["source"] != "/couriers/chengdu" and hold.begins <= at < hold.ends]
    assert there == []
    assert elsewhere


def test_what_was_given_up_after_its_due_was_broken_and_is_no_more() -> None:
    simulation, until = Simulation(2, 0), 300 * SECOND
    ended, owed = given_up(simulation, until), {(one.case, one.moment): one for one in simulation.obligations(until)}
    assert len(ended) > 5
    assert all(owed[name].broken and owed[name].settled is not None for name in ended)
    assert any(one.broken and one.settled is not None and name not in ended for name, one in owed.items())


def test_a_feed_that_is_not_heard_excuses_only_its_own_region_unless_all_are_silent() -> None:
    ear = Ear(None, "transitions", "feeds", ["tea", "tea-2"])

    def say(source: str, region: str, state: FeedState) -> None:
        feed = Feed(
            tenant="tea",
            source=source,
            region=region,
            state=state,
            until=as_datetime(0),
            changed_at=as_datetime(0),
            silent_seconds=0,
            usual_per_minute=1,
        )
        ear.believe(feed)

    say("/couriers/chengdu", "chengdu", "blind")
    assert ear.unheard("tea", "couriers", "chengdu")
    assert not ear.unheard("tea", "pos", "chengdu")
    assert not ear.unheard("tea", "couriers", "hangzhou")
    assert not ear.unheard("tea-2", "couriers", "chengdu")
    say("*", "*", "returning")
    assert ear.unheard("tea", "pos", "hangzhou")
    for source, region in (("/couriers/chengdu", "chengdu"), ("*", "*")):
        say(source, region, "heard")
    assert not ear.unheard("tea", "couriers", "chengdu")
