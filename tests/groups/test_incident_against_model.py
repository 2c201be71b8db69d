"""Whatever happens, with a restart wherever it may be, incidents are those that the rules give when worked out slowly."""

from collections import Counter
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.group import Dimension
from streams.clock import SECOND, instant
from streams.groups.incident import IncidentPolicy
from tests.groups.incident_model import Model
from tests.groups.incident_story import BEGIN, Story
from tests.support.effort import EFFORT, explore

FLOORS: dict[Dimension, int] = {"store": 3, "fleet": 4, "provider": 4, "region": 5}
POLICY = IncidentPolicy(
    span=60 * SECOND,
    bucket=10 * SECOND,
    floors=FLOORS,
    deviations=2.0,
    memory=3,
    forget_after=1200 * SECOND,
    longest=240 * SECOND,
    swept_at_once=2,
)
LABELS = {
    "store": (None, "s1", "s2", "s3", "s4"),
    "fleet": (None, "f1", "f1", "f2"),
    "provider": (None, None, "p1"),
    "region": ("r1", "r1", "r2", None),
}

Move = tuple[object, ...]

names = st.integers(0, 60)
moves = st.one_of(
    st.tuples(st.just("breaks"), names, st.integers(0, 10**6), st.sampled_from((0, 0, 0, 1, 15, 45, 70))),
    st.tuples(st.just("many"), names, st.integers(0, 10**6), st.integers(1, 6)),
    st.tuples(st.just("ends"), names),
    st.tuples(st.just("most end"), names),
    st.tuples(st.just("reopens"), names),
    st.tuples(st.just("is taken"), names),
    st.tuples(st.just("was never true"), names),
    st.tuples(st.just("wait"), st.sampled_from((0, 1, 5, 10, 20, 20, 30, 60, 61, 150, 1500))),
    st.tuples(st.just("restart")),
)


def labels_of(number: int) -> dict[str, str | None]:
    found = {}
    for kind, values in LABELS.items():
        number, place = divmod(number, len(values))
        found[kind] = values[place]
    return found


class Both:
    """The incidents and the model of them, side by side."""

    def __init__(self, *, restarts: bool) -> None:
        self.story, self.model = Story(POLICY, restarts=restarts), Model(POLICY, now=BEGIN)
        self.model.advance(self.story.now)
        self.names: dict[str, dict[str, str | None]] = {}

    def breaks(self, name: str, number: int, ago: int) -> None:
        labels = self.names.setdefault(name, labels_of(number))
        self.model.advance(self.story.now)
        self.model.breaks(name, labels, self.story.now - ago)
        fields: dict[str, Any] = dict(labels)
        self.story.breaks(name, ago=ago, **fields)

    def becomes(self, name: str, what: str, state: str) -> None:
        if name in self.names:
            self.model.advance(self.story.now)
            if state == "retracted":
                self.model.retract(name)
            else:
                self.model.becomes(name, is_open=state != "resolved")
            self.story.becomes(name, what, state)

    def wait(self, span: int) -> None:
        self.story.wait(span)
        self.model.advance(self.story.now)

    def play(self, move: Move) -> None:
        match move:
            case "breaks", int(name), int(number), int(ago):
                self.breaks(f"a{name}", number, ago * SECOND)
            case "many", int(name), int(number), int(count):
                for place in range(count):
                    self.breaks(f"a{name + place}", number - number % 5 + place % 5, 0)
            case "ends", int(name):
                self.becomes(f"a{name}", "ended", "resolved")
            case "most end", int(name):
                for each in [each for each in self.names if each != f"a{name}"]:
                    self.becomes(each, "ended", "resolved")
            case "reopens", int(name):
                self.becomes(f"a{name}", "reopened", "firing")
            case "is taken", int(name):
                self.becomes(f"a{name}", "acknowledged", "acknowledged")
            case "was never true", int(name):
                self.becomes(f"a{name}", "retracted", "retracted")
            case "wait", int(seconds):
                self.wait(seconds * SECOND)
            case _:
                self.story.restart()

    def check(self) -> None:
        """Everything that can be asked has the answer of the model."""
        self.wait(0)
        story, model = self.story, self.model
        opened = [said.group for said in story.said if said.reason == "incident"]
        assert [(said.reason, (said.group.shared, said.group.value)) for said in story.said if said.reason] == model.told
        assert len(opened) == len(model.clusters)
        ids = {}
        latest = {said.group.id: said.group for said in story.said}
        for group, cluster in zip(opened, model.clusters, strict=True):
            ids[cluster] = group.id
            assert (instant(group.since), instant(group.changed_at)) == (cluster.since, cluster.opened_at)
            assert group.usual is not None
            assert group.usual.usual == pytest.approx(cluster.usual, abs=0.001)
            assert (group.usual.threshold, group.usual.counted) == (cluster.threshold, cluster.counted)
            if cluster.over:
                until = latest[group.id].until
                assert until is not None
                assert instant(until) == cluster.until
        for name in self.names:
            case = model.find(name)
            expected = None if case is None or case.incident is None else ids[case.incident]
            assert story.covers(name) == expected, name

    def settle(self) -> None:
        """The last word on each incident, some seconds later, counts its members rightly."""
        self.wait(POLICY.republish)
        latest = {said.group.id: said.group for said in self.story.said}
        opened = [said.group for said in self.story.said if said.reason == "incident"]
        for group, cluster in zip(opened, self.model.clusters, strict=True):
            members = [case for case in self.model.cases if case.incident is cluster]
            last = latest[group.id]
            still = [case for case in members if case.is_open]
            assert (last.open, last.ended) == (len(still), len(members) - len(still))
            stores = Counter(case.labels["store"] for case in still)
            assert {each.store: each.open for each in last.stores} == stores
            assert (last.state == "resolved") is cluster.over
            assert (None if last.until is None else instant(last.until)) == cluster.until


def play(steps: list[Move], *, restarts: bool = False, every: int = 1) -> Both:
    """The story, held against the model after every so many moves."""
    both = Both(restarts=restarts)
    for number, move in enumerate(steps):
        both.play(move)
        if number % every == 0:
            both.check()
    both.settle()
    return both


def assert_alike(one: Both, other: Both) -> None:
    """They said the same, and their records are the same; but a value that is as if never seen may have one or not."""
    assert one.story.said == other.story.said
    mine, theirs = one.story.records, other.story.records
    assert {key for key in mine.keys() ^ theirs.keys() if not key.startswith(b"i/l/")} == set()
    assert {key: mine[key] for key in mine.keys() & theirs.keys()} == {
        key: theirs[key] for key in mine.keys() & theirs.keys()
    }


@explore(25)
@given(st.lists(moves, min_size=25, max_size=60))
def test_any_story_has_the_incidents_of_the_model(steps: list[Move]) -> None:
    both = play(steps)
    again = play(steps, restarts=True, every=1000)
    assert_alike(again, both)


def a_long_story(seed: int) -> list[Move]:
    """Days with a trickle that is learnt, storms, silence and much that ends, as they come."""
    random = Random(seed)
    busy = random.choice((1, 1, 2, 4))
    steps: list[Move] = []
    for _ in range(40):
        kind = random.choices(("trickle", "storm", "one", "silence"), (6, 2, 6, 1))[0]
        if kind == "trickle":
            cause = random.randrange(0, 240, 5)
            for _ in range(random.randrange(1, 8)):
                steps += [("many", random.randrange(200), cause, busy), ("wait", random.choice((20, 60, 60)))]
                steps.append(("most end", random.randrange(200)))
        elif kind == "storm":
            cause = random.randrange(240)
            for _ in range(random.randrange(2, 16)):
                steps += [
                    ("many", random.randrange(200), cause, random.randrange(1, 5)),
                    ("wait", random.choice((0, 5, 30))),
                ]
        elif kind == "silence":
            steps.append(("wait", random.choice((61, 150, 1500))))
        else:
            what = random.choice(("ends", "reopens", "is taken", "was never true", "breaks"))
            late = (random.randrange(240), random.choice((0, 15, 45, 70)))
            steps.append((what, random.randrange(200), *(late if what == "breaks" else ())))
    return steps


def test_long_stories_have_the_incidents_of_the_model() -> None:
    seen: Counter[str] = Counter()
    for seed in range(24 * EFFORT):
        model = play(a_long_story(seed), every=20).model
        for cluster in model.clusters:
            seen[cluster.cause[0]] += 1
            seen["over"] += cluster.over
            seen["learnt"] += cluster.threshold > FLOORS[cluster.cause[0]]  # type: ignore[index]
        seen["accepted"] += len(model.accepted)
    assert min(seen[each] for each in (*FLOORS, "over", "learnt", "accepted")) >= 5, f"the stories are too dull: {seen}"


def test_a_restart_anywhere_in_a_long_story_changes_nothing() -> None:
    for seed in range(10 * EFFORT):
        steps = a_long_story(seed)
        random = Random(seed)
        restarted = [each for step in steps for each in ((step, ("restart",)) if random.random() < 0.3 else (step,))]
        assert_alike(play(restarted, every=1000), play(steps, every=1000))
