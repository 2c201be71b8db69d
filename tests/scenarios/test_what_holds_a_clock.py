"""While a clock stands, its proof and its sentence name the pauses that hold it, and since when; and they count how
often the due has moved, which a pause does not do."""

import json
from typing import Any

import pytest

from schemas.transition import Proof
from streams.engine.arithmetic import arithmetic
from streams.engine.explain import Clock, clocks
from tests.support.story import Story
from tests.support.story_catalogues import catalogue, moment

REPAIR = """
    starts: device.received
    ends: device.ready
    pauses:
      - {on: parts.ordered, until: parts.arrived}
      - {on: price.asked, where: {category: screen}, until: [price.approved, price.declined]}
      - device.shipped
      - {on: ticket.*, where: {priority: low}}
      - moment: lent
    resumes: device.back
    revises: {on: device.moved, due: due_at}
    deadline: {at: promised_at, else: {after: 60m}}
    journal: true
"""
LENT = "starts: loan.asked\nends: loan.given\ndeadline: 1h\n"
PARTS, PRICE = "touchpoint.parts.ordered", "touchpoint.price.asked where category = screen"


def repair(more: str = "", **data: Any) -> Story:
    """A device is brought at noon, and is due at one."""
    story = Story(catalogue(moment(LENT, name="lent"), moment(REPAIR + more))).at("12:00")
    return story.send("device.received", "d1", **data)


def clock(story: Story) -> Clock:
    """The clock as `moments explain` has it."""
    found = story.processor.case("acme", "d1")
    assert found is not None
    return next(one for one in clocks(*found) if one.moment == "arrival")


def holds(story: Story) -> list[tuple[str, str, str, str | None]]:
    """What holds the clock, since when, by which event, and why, as explained from the stored record."""
    explained = clock(story.restart()).proof
    assert explained is not None
    proof = Proof.model_validate(explained)
    return [(one.pause, f"{one.since:%H:%M}", one.event, one.reason) for one in proof.holds]


def test_each_pause_that_holds_is_named_with_its_beginning() -> None:
    story = repair().at("12:10").send("parts.ordered", "d1").at("12:20").send("price.asked", "d1", category="screen")
    assert holds(story) == [(PARTS, "12:10", "e2", None), (PRICE, "12:20", "e3", None)]
    assert clock(story).sentence["en"] == (
        "Moment arrival: the clock stands since 12:10 (touchpoint.device.received at 2026-11-02 12:00 plus 1h, "
        f"as promised_at is missing; held by {PARTS} since 12:10 and by {PRICE} since 12:20)."
    )
    price = "touchpoint.price.asked 且 category = screen（12:20 起）"
    assert clock(story).sentence["zh"].endswith(f"；暂停原因：touchpoint.parts.ordered（12:10 起）、{price}）。")
    story.at("12:30").send("parts.arrived", "d1")
    assert holds(story) == [(PRICE, "12:20", "e3", None)]
    assert f"; held by {PRICE} since 12:20)." in clock(story).sentence["en"]


def test_a_pause_that_comes_again_holds_since_it_first_came_and_anew_once_it_was_over() -> None:
    story = repair().at("12:10").send("parts.ordered", "d1").at("12:20").send("parts.ordered", "d1")
    story.send("device.shipped", "d1")
    assert holds(story) == [(PARTS, "12:10", "e2", None), ("touchpoint.device.shipped", "12:20", "e4", None)]
    story.at("12:30").send("parts.arrived", "d1").at("12:40").send("parts.ordered", "d1")
    assert holds(story) == [("touchpoint.device.shipped", "12:20", "e4", None), (PARTS, "12:40", "e6", None)]


def test_of_pauses_without_an_end_of_their_own_the_one_is_named_that_came() -> None:
    for event, data, words in (
        ("device.shipped", {}, "touchpoint.device.shipped"),
        ("ticket.waiting", {"priority": "low"}, "ticket.waiting where priority = low"),
    ):
        assert holds(repair().at("12:10").send(event, "d1", **data)) == [(words, "12:10", "e2", None)]
    story = repair().at("12:10").send("loan.asked", "d1").at("12:20").send("loan.given", "d1")
    assert holds(story) == [("the end of lent", "12:20", "e3", None)]
    assert "；暂停原因：lent 结束）" in clock(story).sentence["zh"]


def test_the_reason_that_the_event_gives_is_told() -> None:
    story = repair().at("12:10").send("parts.ordered", "d1", reason="out_of_stock")
    said = next(said for said in story.unheard if said.kind == "paused").sentence
    assert said is not None
    assert said.en.endswith(f"; held by {PARTS} (out_of_stock)).")
    assert said.zh.endswith("；暂停原因：touchpoint.parts.ordered：out_of_stock）。")
    assert holds(story) == [(PARTS, "12:10", "e2", "out_of_stock")]


def test_a_new_due_in_a_pause_does_not_hide_that_the_clock_stands() -> None:
    story = repair().at("12:10").send("parts.ordered", "d1").at("12:20").send("device.moved", "d1", due_at="15:00")
    said = next(said for said in story.unheard if said.kind == "revised").sentence
    assert said is not None
    assert said.en.endswith(f", then moved once; the clock stands, held by {PARTS} since 12:10).")
    assert said.zh.endswith("，其后期限变更 1 次；计时仍暂停，原因：touchpoint.parts.ordered（12:10 起））。")


@pytest.mark.parametrize(("event", "kind"), [("device.ready", "met"), (None, "expired")])
def test_what_closed_while_it_stood_says_what_held_it(event: str | None, kind: str) -> None:
    story = repair().at("12:10").send("parts.ordered", "d1").at("12:20").send("price.asked", "d1", category="screen")
    story.at("12:30").send("parts.arrived", "d1")
    story = story.at("12:40").send(event, "d1") if event is not None else story.at("23:00")
    said = next(said for said in story.unheard if said.kind == kind)
    assert said.proof is not None
    assert [(one.pause, one.event) for one in said.proof.holds] == [(PRICE, "e3")]
    assert said.sentence is not None
    assert f"; the clock stood then, held by {PRICE} since 12:20)" in said.sentence.en
    assert "no known time" not in said.sentence.en


def test_what_goes_on_or_opens_again_is_held_by_nothing() -> None:
    story = repair("reopens: device.returned\nreopening: continue\n").at("12:10").send("parts.ordered", "d1")
    story.at("12:20").send("device.ready", "d1").at("12:30").send("device.returned", "d1")
    assert holds(story) == []
    assert "held by" not in clock(story).sentence["en"]
    story.at("12:40").send("device.shipped", "d1").at("12:50").send("device.back", "d1")
    assert holds(story) == []


def test_explain_tells_what_joined_a_pause_what_let_go_and_what_holds() -> None:
    story = repair().at("12:10").send("parts.ordered", "d1").at("12:20").send("price.asked", "d1", category="screen")
    story.at("12:30").send("parts.arrived", "d1").restart()
    proof = clock(story).proof
    assert proof is not None
    day = "2026-11-02T"
    for lines in (arithmetic(proof), arithmetic(json.loads(Proof.model_validate(proof).model_dump_json()))):
        assert lines[-5:] == [
            f"paused     {day}12:10:00Z  by e2, {PARTS}, due open while it stands",
            f"also held  {day}12:20:00Z  by e3, {PRICE}, due open while it stands",
            f"let go     {day}12:30:00Z  by e4, ending {PARTS}, due open while it stands",
            "due        open while it stands",
            f"stands     since {day}12:20:00Z by e3, {PRICE}",
        ]


def test_late_truth_about_a_pause_is_in_the_proof() -> None:
    story = repair().at("12:10").send("parts.ordered", "d1").at("12:30").send("price.asked", "d1", category="screen")
    story.at("12:40").send("parts.arrived", "d1", time="12:20")  # so it went on, until the price was asked
    assert holds(story) == [(PRICE, "12:30", "e3", None)]


# how often the due has moved


def moved(story: Story) -> str:
    """What the sentence says of moves."""
    before, mark, after = clock(story).sentence["en"].partition("then ")
    return after.partition(";")[0].rstrip(").") if mark else before[:0]


def test_a_pause_moves_nothing_and_going_on_moves_the_due_once() -> None:
    story = repair().at("12:10").send("device.shipped", "d1")
    assert moved(story) == ""
    story.at("12:20").send("parts.ordered", "d1").at("12:30").send("device.back", "d1")
    assert moved(story) == ""
    story.at("12:40").send("parts.arrived", "d1")
    assert moved(story) == "moved once"
    assert "，其后期限变更 1 次）" in clock(story).sentence["zh"]
    story.at("12:50").send("device.moved", "d1", due_at="15:00")
    assert moved(story) == "moved 2 times"


def test_a_pause_outside_of_hours_moves_nothing() -> None:
    head = "calendars:\n  shop: {time_zone: UTC, weekly: {mon-sun: '09:00-18:00'}}\n"
    rules = REPAIR.replace("    journal", "    calendar: shop\n    journal")
    text = head + catalogue(moment(LENT, name="lent"), moment(rules))
    story = Story(text).at("17:30").send("device.received", "d1")
    story.at("19:00").send("device.shipped", "d1").at("20:00").send("device.back", "d1")
    proof = clock(story).proof
    assert proof is not None
    assert [move["due_at"] for move in proof["moves"]] == [None, "2026-11-03T09:30:00Z"]
    assert proof["first_due_at"] == "2026-11-03T09:30:00Z"
    assert moved(story) == ""


def test_what_becomes_dated_says_since_when_and_has_not_moved() -> None:
    rules = REPAIR.replace(", else: {after: 60m}", "")
    story = Story(catalogue(moment(LENT, name="lent"), moment(rules))).at("12:00").send("device.received", "d1")
    assert clock(story).sentence["en"].startswith("Moment arrival: the clock runs since 12:00, no due known (")
    assert clock(story).sentence["zh"].startswith("时刻：12:00 开始计时，期限未知（")
    story.at("12:10").send("device.moved", "d1", due_at="15:00")
    assert "no deadline known before 12:10)" in clock(story).sentence["en"]
    assert "，12:10 前期限未知）" in clock(story).sentence["zh"]
    story.at("12:20").send("device.moved", "d1", due_at="16:00")
    assert moved(story) == "moved once"


def test_a_due_revised_in_a_pause_moves_once_and_not_again_when_the_clock_goes_on() -> None:
    story = repair().at("12:10").send("device.shipped", "d1").at("12:20").send("device.moved", "d1", due_at="15:00")
    story.at("12:30").send("device.back", "d1")
    assert moved(story) == "moved once"
