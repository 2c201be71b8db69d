"""The board counts what is told, the view fits its terminal, and the reckoning names every difference."""

from collections import Counter
from typing import Any

import pytest
from rich.cells import cell_len, set_cell_size
from rich.console import Console

from streams.clock import SECOND, rfc3339
from streams.demo.board import Board, Place, Told, Words
from streams.demo.reckoning import Reckoning, reckon
from streams.demo.simulate import Running, Simulation
from streams.demo.truth import MAKE
from streams.demo.view import Scene
from streams.demo.world import STORES, incidents

DUE = 1_793_498_400 * SECOND
SENTENCE = Words(
    zh="准时送达：应于 10:03:09 前完成，未见完成（2026-11-01 10:02:49 order.placed，promised_at 为 10:03:09）。",
    en="Delivered on time: was due at 10:03:09 and has not come (order.placed at 2026-11-01 10:02:49, due 10:03:09).",
)


def told(kind: str, number: int = 1, **changed: Any) -> Told:
    store = STORES[number % len(STORES)]
    values: dict[str, Any] = {
        "kind": kind,
        "case": f"{store.id}-{number:04d}",
        "moment": "order.make",
        "occurrence": 1,
        "at": rfc3339(DUE),
        "found_at": rfc3339(DUE + 350_000),
        "due_at": rfc3339(DUE),
        "severity": "high",
        "title": Words("饮品制作", "Drink made"),
        "labels": Place(store.region, store.id, "delivery"),
        "sentence": SENTENCE,
    }
    return Told(**(values | changed))


def board_of(*all_told: Told) -> Board:
    board = Board()
    for one in all_told:
        board.take(one)
    return board


def test_a_breach_stands_after_it_was_made_good_and_not_after_it_was_withdrawn() -> None:
    made_good = board_of(told("at_risk"), told("breached"), told("worsened"), told("recovered"))
    assert (len(made_good.at_risk), len(made_good.broken), len(made_good.standing)) == (0, 0, 1)
    withdrawn = board_of(told("breached"), told("retracted"), told("met"))
    assert (len(withdrawn.broken), len(withdrawn.standing)) == (0, 0)


def test_the_numbers_now_are_of_now() -> None:
    board = board_of(told("at_risk", 1), told("at_risk", 2), told("breached", 3), told("breached", 1), told("met", 2))
    assert {about[0] for about in board.broken} == {"SH02-0001", "SH04-0003"}
    assert board.at_risk == {}


def test_an_occurrence_has_one_row_with_the_last_that_was_said_of_it_and_news_come_first() -> None:
    board = board_of(told("breached", 1), told("breached", 2), told("recovered", 1))
    assert [(row.news.kind, row.news.case) for row in board.newest(5)] == [
        ("recovered", "SH02-0001"),
        ("breached", "SH03-0002"),
    ]
    assert len(board.newest(1)) == 1


def test_how_a_clock_ends_after_a_retraction_does_not_hide_the_retraction() -> None:
    board = board_of(told("breached"), told("retracted"), told("met"))
    assert [row.news.kind for row in board.newest(5)] == ["retracted"]


def test_a_warning_alone_makes_no_row() -> None:
    assert board_of(told("at_risk"), told("met")).newest(5) == []


def test_stores_are_ranked_by_what_stands() -> None:
    board = board_of(told("breached", 2), told("breached", 2 + len(STORES)), told("recovered", 2), told("breached", 1))
    ranked = [(store, counts["standing"], counts["broken"]) for store, _, counts in board.stores()]
    assert ranked == [("SH03", 2, 1), ("SH02", 1, 1)]


def full_board() -> Board:
    kinds = ("breached", "recovered", "retracted", "worsened", "cancelled")
    board = board_of(*(told("breached", number) for number in range(100)))
    for number in range(0, 100, 2):
        board.take(told(kinds[number % len(kinds)], number))
    board.refuse("not_json")
    return board


def scene(board: Board, language: str, running: int | None = 84) -> Scene:
    return Scene(
        board=board,
        language=language,
        seed=7,
        elapsed=34 * SECOND,
        lasts=60 * SECOND,
        running=running,
        rate=31.2,
        incidents=incidents(7, 0)[:2],
        messages=12,
        console="http://127.0.0.1:8080",
        metrics="http://127.0.0.1:39417/metrics",
    )


def draw(shown: Scene, width: int, height: int) -> list[str]:
    console = Console(width=width, height=height, force_terminal=True, color_system=None)
    with console.capture() as drawn:
        console.print(shown)
    return drawn.get().rstrip("\n").split("\n")


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(("width", "height"), [(80, 24), (84, 30), (100, 30), (120, 40), (200, 60), (60, 16)])
@pytest.mark.parametrize("board", [full_board(), Board()], ids=["full", "empty"])
def test_the_view_fits_its_terminal(board: Board, language: str, width: int, height: int) -> None:
    lines = draw(scene(board, language), width, height)
    assert len(lines) <= height
    assert max(map(cell_len, lines)) <= width


@pytest.mark.parametrize("language", ["zh", "en"])
def test_sentences_are_whole_however_they_are_wrapped(language: str) -> None:
    wanted = "".join(SENTENCE.say(language).split())
    for width in range(76, 120):
        shown = draw(scene(board_of(told("breached")), language), width, 24)
        beside_the_stores = [set_cell_size(line, width - 30) if width >= 100 else line for line in shown]
        words = "".join("".join(beside_the_stores).split())
        assert wanted in words.replace("─", ""), f"at {width} columns"


def test_the_view_counts_what_the_board_counts() -> None:
    figures, words = draw(scene(full_board(), "en"), 80, 24)[1:3]
    counted = dict(zip(words.replace("at risk", "at_risk").split(), figures.split(), strict=True))
    assert counted == {
        "running": "84",
        "at_risk": "0",
        "broken": "70",
        "recovered": "10",
        "retracted": "10",
        "refused": "1",
        "messages": "12",
        "events/s": "31",
    }


def test_running_counts_the_clocks_that_run() -> None:
    simulation = Simulation(7, DUE)
    running = Running(simulation)
    for seconds in (5, 20, 60):
        at = DUE + seconds * SECOND
        assert running.at(at) == sum(owed.runs(at) for owed in simulation.obligations(at)) > 0


RIGHT = Reckoning(3, {("a", "order.make"): DUE}, {("a", "order.make"): DUE}, Counter(not_json=1), Counter(not_json=1))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"told": {}}, "missed: a order.make"),
        ({"true": {}}, "false: a order.make"),
        ({"told": {("a", "order.make"): DUE + 1}}, "misdated: a order.make"),
        ({"refused": Counter()}, "refused as not_json: 0, sent 1"),
    ],
)
def test_every_difference_is_named(changed: dict[str, Any], said: str) -> None:
    values = {name: getattr(RIGHT, name) for name in ("judged", "true", "told", "malformed", "refused")}
    wrong = Reckoning(**(values | changed))
    assert RIGHT.agrees
    assert not wrong.agrees
    (line,) = wrong.differences()
    assert line.startswith(said)
    assert said in wrong.summary("en")


def test_only_what_was_due_by_then_is_reckoned() -> None:
    simulation = Simulation(7, DUE)
    until = DUE + 60 * SECOND
    true = simulation.broken(until)
    board = board_of(
        *(
            told("breached", case=case, moment=moment, at=rfc3339(due), due_at=rfc3339(due))
            for (case, moment), due in simulation.broken(until + MAKE).items()
        )
    )
    result = reckon(simulation, board, Counter(), until)
    assert result.told == true == result.true
    assert result.judged > len(true) > 0
    assert result.agrees
