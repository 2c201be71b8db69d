"""The steps of a proof that are about more than the due: what has come of several events, and what was refused."""

from schemas.transition import Proof
from streams.console.pages.look import Look
from streams.console.pages.proof import _steps
from tests.support.story import Story
from tests.support.story_catalogues import catalogue, moment

RULES = """
    starts: call.promised
    ends: [{all: [call.made, note.made]}, {on: call.tried, times: 3}]
    revises: {on: call.moved, due: due_at, needs: {channel: phone}}
    deadline: 2h
"""


def the_proof() -> Proof:
    story = Story(catalogue(moment(RULES))).at("12:00").send("call.promised", "c1")
    story.at("12:10").send("call.made", "c1", name="m1").send("call.tried", "c1", name="t1")
    story.at("12:20").send("call.tried", "c1", name="t2").send("call.moved", "c1", name="r1", due_at="16:00")
    proof = story.at("14:01").expect("breached", "c1").proof
    assert proof is not None
    return proof


def test_the_page_shows_what_was_refused_what_came_and_what_is_missing() -> None:
    proof = the_proof()
    english = [(step.name, step.text) for step in _steps(proof, Look("en", "UTC", 1_793_620_860_000_000))]
    assert ("Not revised", "12:20, by r1") in english
    place = english.index(("Ends with", "all of these; still missing: 1"))
    assert english[place + 1 : place + 5] == [
        ("touchpoint.call.made", "12:10, by m1"),
        ("touchpoint.note.made", "missing"),
        ("Ends with", "all of these; still missing: 1"),
        ("touchpoint.call.tried", "2 of 3 times, 12:10, by t1, 12:20, by t2"),
    ]
    chinese = [(step.name, step.text) for step in _steps(proof, Look("zh", "UTC", 1_793_620_860_000_000))]
    assert ("改期无效", "12:20，由 r1") in chinese
    assert ("完成条件", "须全部到齐，尚缺 1 项") in chinese
    assert ("touchpoint.note.made", "缺失") in chinese
