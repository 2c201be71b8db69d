"""The alert stage against the slow model: random evenings, restarts and any split into batches in between."""

import random
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from streams.alerts.lifecycle import MOVES, Event, diagram, is_over, move
from streams.alerts.record import alert_id
from streams.clock import DAY, HOUR, MINUTE, SECOND, rfc3339
from streams.errors import InvariantError
from streams.state.decision import Batch
from tests.alerts.alert_reference import Line, Page, SlowAlerts
from tests.alerts.alert_stage import CASE, MOMENT, START, TENANT, TOPICS, Stage, transition

KINDS = ["at_risk", "breached", "worsened", "met", "recovered", "retracted", "cancelled", "expired"]
QUIET = ["opened", "paused", "resumed", "revised", "unknown"]
STEPS = [0, SECOND, 3 * SECOND, 7 * SECOND, MINUTE, 4 * MINUTE, 11 * MINUTE, 31 * MINUTE, 3 * HOUR, 8 * DAY]
AGES = [0, 0, 0, 0, 2 * SECOND, 12 * SECOND, 2 * MINUTE, HOUR, 3 * HOUR]


def key_of(occurrence: int) -> str:
    return alert_id(TENANT, CASE, MOMENT, occurrence)


class Evening:
    """Makes up what happens, some of it true to life and some of it not."""

    def __init__(self, draw: random.Random) -> None:
        self.draw, self.now = draw, START
        self.revisions: dict[tuple[int, str], int] = {}
        self.commands = 0
        self.found = 0

    def steps(self, count: int) -> Iterable[tuple[int, list[dict[str, Any]]]]:
        for _ in range(count):
            self.now += self.draw.choice(STEPS)
            self.found = self.now - self.draw.choice([0, 0, 0, SECOND, 40 * SECOND, 2 * MINUTE])
            yield self.now, [self.document() for _ in range(self.draw.choice([0, 0, 1, 1, 1, 2, 3, 5]))]

    def document(self) -> dict[str, Any]:
        occurrence = self.draw.choice([1, 1, 1, 2])
        return self.said(occurrence) if self.draw.random() < 0.6 else self.command(occurrence)

    def said(self, occurrence: int) -> dict[str, Any]:
        kind = self.draw.choice(KINDS * 2 + QUIET)
        revision = self.revisions.get((occurrence, kind), 0)
        if self.draw.random() < 0.1 and revision:
            revision -= self.draw.randint(1, revision)
        else:
            self.revisions[occurrence, kind] = revision + 1
        at = self.found - self.draw.choice(AGES)
        due = self.draw.choice([None, rfc3339(at), rfc3339(at + HOUR), rfc3339(at + HOUR)])
        store = self.draw.choice(["s1", "s1", "s1", "s9"])
        labels = {"store": store, "region": "r1", "channel": None}
        return transition(kind, at, self.found, revision, occurrence=occurrence, due_at=due, labels=labels) | {
            "key": key_of(occurrence)
        }

    def command(self, occurrence: int) -> dict[str, Any]:
        do = self.draw.choice(["acknowledge", "acknowledge", "snooze", "comment", "assign", "close"])
        self.commands += self.draw.random() < 0.9
        rests: dict[str, dict[str, Any]] = {
            "acknowledge": {"minutes": self.draw.choice([1, 5, 30])},
            "snooze": {"until": rfc3339(self.now + self.draw.choice([-SECOND, 0, MINUTE, HOUR, 7 * DAY, 8 * DAY]))},
            "comment": {"text": self.draw.choice("abc")},
            "assign": {"to": self.draw.choice(["ana", "rui"])},
            "close": {"because": "fixed"},
        }
        return {
            "id": f"c{self.commands}",
            "tenant": self.draw.choice([TENANT] * 9 + ["other"]),
            "case": CASE,
            "alert": key_of(occurrence),
            "version": self.draw.choice([None, None, None, 1, 2, 3]),
            "by": self.draw.choice(["shan", "ana"]),
            "at": rfc3339(self.now),
            "do": do,
            **rests[do],
        }


def batches(stage: Stage, documents: list[dict[str, Any]], draw: random.Random) -> list[Batch]:
    """The documents in order, as one batch for each run of one topic, or for a part of it."""
    made: list[Batch] = []
    topic = ""
    for document in documents:
        its = TOPICS.commands if "do" in document else TOPICS.transitions
        record = stage.batch(its, [{name: value for name, value in document.items() if name != "key"}])
        if its == topic and draw.random() < 0.7:
            made[-1] = record._replace(records=[*made[-1].records, *record.records])
        else:
            made.append(record)
        topic = its
    return made


def compare(seed: int, count: int) -> None:
    draw = random.Random(seed)
    slow, stage = SlowAlerts(), Stage()
    for now, documents in Evening(draw).steps(count):
        parts = [documents]
        if len(documents) > 1 and draw.random() < 0.5:
            cut = draw.randrange(1, len(documents))
            parts = [documents[:cut], documents[cut:]]
        for part in parts:
            if draw.random() < 0.3:
                stage.restart()
            stage.now = now
            stage.decide(batches(stage, part, draw))
            slow.decide(now, part)
            lines = [Line(said.alert, said.version, said.what, said.before, said.after) for said in stage.audit]
            pages = [
                Page(said.alert.id, said.alert.version, said.reason, said.person, said.step) for said in stage.notices
            ]
            # what time does to several alerts at once has no order between them
            assert sorted(lines, key=repr) == sorted(slow.lines, key=repr)
            assert sorted(pages, key=repr) == sorted(slow.pages, key=repr)
            for key in (key_of(1), key_of(2)):
                assert [line for line in lines if line.alert == key] == [line for line in slow.lines if line.alert == key]
                assert [page for page in pages if page.alert == key] == [page for page in slow.pages if page.alert == key]
            assert {key: alert.state for key, alert in stage.alerts.items()} == {
                key: alert.state for key, alert in slow.alerts.items()
            }
    ids = {(notice.id, notice.alert.raised_at) for notice in stage.notices}  # once in each life of an alert
    assert len(ids) == len(stage.notices)
    for key, alert in stage.alerts.items():
        assert alert.assignee == slow.alerts[key].assignee
        assert [said.text for said in alert.comments] == slow.alerts[key].remarks


@pytest.mark.parametrize("block", range(10))
def test_random_evenings_go_as_in_the_slow_model(block: int) -> None:
    for seed in range(block * 25, block * 25 + 25):
        compare(seed, 40)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(min_value=1000), count=st.integers(1, 60))
def test_evenings_of_any_length_go_as_in_the_slow_model(seed: int, count: int) -> None:
    compare(seed, count)


@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_restarts_and_the_bounds_of_batches_leave_no_trace(seed: int) -> None:
    evening = list(Evening(random.Random(seed)).steps(25))
    plain, torn = Stage(), Stage()
    draw = random.Random(seed)
    for now, documents in evening:
        for stage, source in ((plain, random.Random(0)), (torn, draw)):
            stage.now = now
            if stage is torn and draw.random() < 0.5:
                stage.restart()
            stage.decide(batches(stage, documents, source))
    assert plain.audit == torn.audit
    assert plain.notices == torn.notices
    assert dict(plain.log) == dict(torn.log)


def test_every_state_of_the_contract_is_in_the_table_and_every_move_leads_to_one() -> None:
    states = {state for state in MOVES if state is not None}
    assert {after for row in MOVES.values() for after in row.values()} == states
    assert {state for state in states if is_over(state)} == {"resolved", "retracted", "found_late"}


def test_a_move_that_the_table_does_not_have_is_an_error() -> None:
    with pytest.raises(InvariantError, match="resolved by acknowledged"):
        move("resolved", Event.ACKNOWLEDGED)


def test_the_diagram_has_an_arrow_for_every_move_that_leads_elsewhere() -> None:
    arrows = [line for line in diagram().splitlines() if ":" in line]
    assert len(arrows) == sum(after != before for before, row in MOVES.items() for after in row.values())
    assert "    [*] --> firing: broke" in arrows
