"""Stores are named on merit, the rest is `other`; whoever enters or leaves, nothing is lost and nothing goes down."""

from collections import Counter
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from streams.engine.case import Kind
from streams.metrics.bounded import Bounds
from streams.metrics.top_stores import Store, TopStores
from tests.metrics.figures import MOMENT, Figures, said


def store(name: str, region: str = "east") -> Store:
    return "acme", region, name


OTHER = store("other")


def test_while_there_is_room_a_store_has_all_that_is_counted_of_it() -> None:
    top = TopStores(2)
    top.started(store("a"))
    top.breached(store("a"), 3)
    top.breached(store("b"))
    assert top.breaches() == {store("a"): 3, store("b"): 1}
    assert top.starts() == {store("a"): 1, store("b"): 0}


def test_a_store_that_breaks_more_often_takes_the_place_of_the_least_and_begins_at_0() -> None:
    top = TopStores(2)
    top.breached(store("a"), 3)
    top.breached(store("b"))
    top.breached(store("c"))
    assert top.breaches() == {store("a"): 3, store("b"): 1, OTHER: 1}  # as many as b is not more
    top.breached(store("c"))
    assert top.breaches() == {store("a"): 3, store("c"): 0, OTHER: 2}
    top.breached(store("c"))
    top.breached(store("b"))
    assert top.breaches() == {store("a"): 3, store("c"): 1, OTHER: 3}


def test_a_store_that_comes_back_goes_on_from_where_it_stood() -> None:
    top = TopStores(1)
    top.breached(store("a"), 5)
    top.breached(store("b"), 6)
    assert top.breaches() == {store("b"): 0, OTHER: 6}
    top.breached(store("a"), 2)
    assert top.breaches() == {store("a"): 5, OTHER: 8}
    top.breached(store("a"))
    assert top.breaches() == {store("a"): 6, OTHER: 8}


def test_a_store_called_other_is_one_of_the_others() -> None:
    top = TopStores(5)
    top.breached(OTHER)
    top.started(OTHER)
    assert (top.breaches(), top.starts()) == ({OTHER: 1}, {OTHER: 1})


class Model:
    """The same in the plainest way: every series that ever was, and the ranking worked out anew each time."""

    def __init__(self, k: int) -> None:
        self.k, self.named = k, list[Store]()
        self.series: dict[str, Counter[Store]] = {"breached": Counter(), "started": Counter()}
        self.ranks: Counter[Store] = Counter()

    def count(self, what: str, who: Store, number: int) -> None:
        if who not in self.named and len(self.named) < self.k:
            self.named.append(who)
        self.series[what][who if who in self.named else (who[0], who[1], "other")] += number
        if what == "breached":
            self.ranks[who] += number
            worst = min(self.named, key=lambda one: (self.ranks[one], one), default=who)
            if who not in self.named and self.ranks[who] > self.ranks[worst]:
                self.named.remove(worst)
                self.named.append(who)

    def told(self, what: str) -> dict[Store, int]:
        others = {one for one in self.series[what] if one[2] == "other"}
        return {one: self.series[what][one] for one in {*self.named, *others}}


NAMES = st.sampled_from(["a", "b", "c", "d", "e"])
STEPS = st.lists(
    st.tuples(st.sampled_from(["breached", "started"]), NAMES, st.sampled_from(["r1", "r2"]), st.integers(1, 5))
)


@given(st.integers(0, 4), STEPS)
def test_what_is_told_is_what_the_plain_model_tells_and_no_increase_is_lost_or_doubled(k: int, steps: list[Any]) -> None:
    top, model = TopStores(k), Model(k)
    before: dict[str, dict[tuple[str, ...], int]] = {"breached": {}, "started": {}}
    ever: dict[str, dict[tuple[str, ...], int]] = {"breached": {}, "started": {}}
    increases: Counter[str] = Counter()
    for what, name, region, number in steps:
        (top.breached if what == "breached" else top.started)(store(name, region), number)
        model.count(what, store(name, region), number)
        for kind, now in (("breached", dict(top.breaches())), ("started", dict(top.starts()))):
            assert now == model.told(kind)
            assert all(now[one] >= ever[kind].get(one, 0) for one in now), "a series went down"
            # as Prometheus sees it: what is there now against the last that was seen of the same series
            grown = {one: value - ever[kind].get(one, 0) for one, value in now.items()}
            assert sum(grown.values()) == (number if kind == what else 0)
            increases[kind] += sum(grown.values())
            ever[kind] |= now
            before[kind] = now
    assert increases["breached"] == sum(number for what, *_, number in steps if what == "breached")
    assert len({one for one in before["breached"] if one[2] != "other"}) <= k


def test_10_000_stores_in_30_regions_are_50_series_and_one_for_each_region() -> None:
    figures = Figures(bounds=Bounds(stores=50))
    detection = figures.instruments.detection
    for number in range(10_000):
        region = f"r{number % 30}"
        detection.started({("acme", region, f"s{number}"): 20})
        labels = {"region": region, "store": f"s{number}"}
        detection.said([said(Kind.BREACHED, labels=labels)] * (1 + (number % 1_000 == 7) * 30))
    found = figures["moments_store_breaches_total"]
    assert len(found) == len(figures["moments_store_started_total"]) == 50 + 30
    named = {name for _, _, name in found} - {"other"}
    assert {f"s{number}" for number in range(7, 10_000, 1_000)} <= named
    assert len(named) == 50
    assert len(figures["moments_breaches_total"]) == 30, "no other metric knows stores"
    assert set(figures["moments_lateness_seconds_count"]) == {("acme", MOMENT)}
