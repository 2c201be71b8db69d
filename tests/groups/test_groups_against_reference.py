"""The group stage against the slow model, and against what must hold whatever happens: random evenings, with restarts and
any split into batches in between."""

import random
from collections import Counter
from collections.abc import Iterable
from typing import Any, TypeVar

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.notice import Notice
from streams.clock import HOUR, MINUTE, SECOND, instant, rfc3339
from streams.groups.note import Note
from streams.groups.policy import GroupPolicy
from streams.groups.records import Told, lane_key
from streams.state.decision import Batch
from tests.groups.group_reference import SlowGroups, Spoken
from tests.groups.group_stage import TOPICS, Stage

CAP = 6
POLICY = GroupPolicy(cap=CAP)
OPENS = {"night": (9, 21)}
STEPS = [0, SECOND, 10 * SECOND, 31 * SECOND, MINUTE, 2 * MINUTE, 4 * MINUTE, 6 * MINUTE, 16 * MINUTE, 40 * MINUTE]
PEOPLE = ("shan", "lin", "rui")
PAGES = ("warned", "broke", "worsened", "escalated", "again", "grouped")
NEWS = (*PAGES, "digest")
R = TypeVar("R")


class Evening:
    """Makes up what the alert stage would ask, and mutes. Some of it comes again."""

    def __init__(self, draw: random.Random, stage: Stage) -> None:
        self.draw, self.stage = draw, stage
        self.said: list[dict[str, Any]] = []
        self.orders = 0

    def steps(self, count: int) -> Iterable[list[dict[str, Any]]]:
        for _ in range(count):
            self.stage.now += self.draw.choice(STEPS)
            yield [self.document() for _ in range(self.draw.choice([0, 1, 1, 2, 4, 8]))]

    def document(self) -> dict[str, Any]:
        if self.draw.random() < 0.08:
            return self.order()
        if self.said and self.draw.random() < 0.03:
            return self.draw.choice(self.said[-20:])
        self.said.append(self.ask())
        return self.said[-1]

    def ask(self) -> dict[str, Any]:
        draw, stage = self.draw, self.stage
        name = f"c{draw.randrange(8)}"
        fixed = {
            "moment": f"m.{int(name[1]) % 3}",
            "store": ("s1", "s2", "night", None)[int(name[1]) % 4],
            "severity": "critical" if name == "c7" else draw.choice(["low", "high"]),
        }
        case = stage.case(name, **fixed)
        case.fixed["severity"] = fixed["severity"]
        people = tuple(draw.sample(PEOPLE, draw.choice([1, 1, 2, 3])))
        late = draw.random() < 0.2
        at = stage.now - draw.choice([0, 0, 0, 0, 0, 40 * SECOND])
        is_over = case.state in ("resolved", "retracted")
        if not case.version or (is_over and draw.random() < 0.85):
            if draw.random() < 0.35:
                return stage.warned(name, *people, left=draw.choice([0.5, 3, 20]), late=late, at=at)
            return stage.broke(name, *people, ago=draw.choice([0, 0, 10, 70]), late=late, at=at)
        what = draw.choice(["broke", "again", "again", "over", "over", "over", "taken", "quiet"])
        if is_over:
            return stage.over(name, *people, reason="retracted")
        if what == "broke":
            return stage.broke(name, *people, late=late, at=at)
        if what == "again":
            return stage.again(name, *people, reason=draw.choice(["again", "escalated", "worsened"]), late=late)
        if what == "over":
            return stage.over(name, *PEOPLE, reason=draw.choice(["ended", "ended", "retracted"]))
        if what == "taken":
            return stage.taken(name, draw.choice(["acknowledged", "snoozed"]))
        case.state = draw.choice(["firing", "unknown"])
        return stage.change(case, "moved", "", ())

    def order(self) -> dict[str, Any]:
        self.orders += 1
        draw, name = self.draw, self.draw.choice(["m1", "m2"])
        if draw.random() < 0.3:
            return self.stage.order("unmute", mute=name)
        until = rfc3339(self.stage.now + draw.choice([0, MINUTE, 10 * MINUTE, HOUR]) + self.orders)
        scope = draw.choice([{"store": "s1"}, {"moment": "m.1"}, {"region": "r1"}, {"region": "r1", "moment": "m.2"}])
        return self.stage.order("mute", mute=name, scope=scope, until=until, because="x")


def batches(stage: Stage, documents: list[dict[str, Any]], *, behind: bool = False) -> list[Batch]:
    """The documents in order, a batch for each run of one topic."""
    made: list[Batch] = []
    for document in documents:
        topic = TOPICS.commands if "do" in document else TOPICS.asks
        batch = stage.batch(topic, [document], behind=behind)
        if made and made[-1].topic == topic:
            made[-1] = batch._replace(records=[*made[-1].records, *batch.records])
        else:
            made.append(batch)
    return made


def check_what_always_holds(stage: Stage) -> None:
    """One page at most for a lane and person in a window; nobody hears of the end of what they were not told; the cap."""
    assert len({notice.id for notice in stage.notices}) == len(stage.notices)
    origins = {told.id: told.origin for told in records(stage, b"g/", Told)}
    last: dict[bytes, int] = {}
    heard: dict[tuple[str, str], set[str]] = {}
    sent: dict[str, list[int]] = {}
    for notice in stage.notices:
        at, person = instant(notice.at), notice.person
        told = heard.setdefault((person, notice.subject), set())
        if notice.reason in ("ended", "group_over"):
            assert told & set(NEWS), notice.reason
        elif notice.reason == "retracted":
            assert told & {*NEWS, "ended"}
        told.add(notice.reason)
        if notice.reason in PAGES:
            lane = origins[notice.subject] if notice.group is not None else lane_of(notice)
            broken = notice.reason != "warned" and (notice.group is None or lane not in RISK)
            assert at - last.get(lane, 0) >= POLICY.window(broken)
            last[lane] = at
        critical = any(member.severity == "critical" for member in notice.group.members) if notice.group else False
        if notice.reason in PAGES and not critical and notice.alert.severity != "critical":
            assert sum(at - HOUR < before for before in sent.get(person, [])) < CAP
        sent.setdefault(person, []).append(at)


def lane_of(notice: Notice) -> bytes:
    alert = notice.alert
    return lane_key(alert.tenant, alert.labels.region or "", alert.moment, notice.reason != "warned", notice.person)


RISK = {lane_key("tea", "r1", f"m.{moment}", False, person) for moment in range(3) for person in PEOPLE}


def check_that_nothing_is_lost(stage: Stage, asks: list[dict[str, Any]]) -> None:
    """Every telling was told by itself, or let go with a reason (that it was told with others among them), or waits."""
    asked: Counter[tuple[str, str]] = Counter()
    for ask in {(ask["alert"]["id"], ask["alert"]["version"]): ask for ask in asks}.values():
        asked.update((ask["alert"]["id"], f"{telling['reason']} for {telling['person']}") for telling in ask["tell"])
    known: Counter[tuple[str, str]] = Counter()
    known.update(
        (notice.alert.id, f"{notice.reason} for {notice.person}") for notice in stage.notices if not notice.group
    )
    for line in stage.audit:
        parts = line.why.split(": ")
        if line.what == "let_go" and parts[-1] != "told":
            known[line.alert, next(part for part in parts if " for " in part)] += 1
    for note in records(stage, b"a/", Note):
        known.update((note.id, f"{hold.reason} for {hold.person}") for hold in note.holds)
    assert known == asked


def records(stage: Stage, prefix: bytes, kind: type[R]) -> list[R]:
    """What was stored under a prefix; of what was taken away, the last that was."""
    found = {key: value for key, value in stage.log if value is not None and key.startswith(prefix)}
    if kind is Note:
        found = {key: value for key, value in found.items() if dict(stage.log)[key] is not None}
    return [msgspec.msgpack.decode(value[1:], type=kind) for value in found.values()]


def compare(seed: int, count: int) -> None:
    draw = random.Random(seed)
    stage, slow = Stage(policy=POLICY), SlowGroups(CAP, OPENS)
    evening = Evening(draw, stage)
    for documents in evening.steps(count):
        if draw.random() < 0.3:
            stage.restart()
        before = len(slow.pages)
        stage.decide(batches(stage, documents))
        slow.decide(stage.now, documents)
        said = [Spoken(page.reason, page.person, page.about) for page in stage.pages]
        stage.pages = []
        assert sorted(said) == sorted(slow.pages[before:])
    check_what_always_holds(stage)
    check_that_nothing_is_lost(stage, evening.said)


@pytest.mark.parametrize("block", range(8))
def test_random_evenings_go_as_in_the_slow_model(block: int) -> None:
    for seed in range(block * 15, block * 15 + 15):
        compare(seed, 60)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(min_value=1000), count=st.integers(1, 80))
def test_evenings_of_any_length_go_as_in_the_slow_model(seed: int, count: int) -> None:
    compare(seed, count)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_restarts_and_the_bounds_of_batches_leave_no_trace(seed: int) -> None:
    evening = Evening(random.Random(seed), Stage(policy=POLICY))
    steps = [(documents, evening.stage.now) for documents in evening.steps(30)]
    draw = random.Random(seed)
    plain, torn = Stage(policy=POLICY), Stage(policy=POLICY)
    plain.cases = torn.cases = evening.stage.cases
    for documents, now in steps:
        plain.now = torn.now = now
        plain.decide(batches(plain, documents))
        cut = draw.randrange(len(documents) + 1)
        if cut and draw.random() < 0.7:
            torn.decide(batches(torn, documents[:cut], behind=True), quiet=False)
        else:
            cut = 0
        if draw.random() < 0.5:
            torn.restart()
        torn.decide(batches(torn, documents[cut:]))
    assert plain.audit == torn.audit
    assert plain.notices == torn.notices
    assert dict(plain.log) == dict(torn.log)
    assert (plain.groups, plain.mutes) == (torn.groups, torn.mutes)
