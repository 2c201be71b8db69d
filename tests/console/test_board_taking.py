"""What the board makes of the records it is given: changes, tombstones, what cannot be read."""

import json

import pytest

from schemas.transition import Text
from streams.console.board import Board
from streams.console.views import Freshness
from tests.console.board_records import (
    BOSS,
    NOON,
    Fed,
    alert,
    broken,
    ids,
)


def test_a_tombstone_forgets_an_alert_and_a_later_record_raises_it_anew() -> None:
    fed = Fed().alerts(broken("a", version=7)).forget("alerts", "a")
    assert (fed.page().broken, fed.board.alert(BOSS, "a", NOON), fed.page().broken_today) == ((), None, 0)
    fed.alerts(broken("a", version=1))
    assert ids(fed.page().broken) == ["a"]


def test_the_version_grows_with_what_can_be_seen_and_with_nothing_else() -> None:
    fed = Fed()
    versions = [fed.board.version]

    def grew() -> bool:
        versions.append(fed.board.version)
        return versions[-1] > versions[-2]

    fed.alerts(alert("a"))
    assert grew()
    fed.alerts(alert("a"))
    assert not grew()
    fed.forget("alerts", "nobody")
    assert not grew()
    fed.board.freshness(Freshness(NOON))
    assert grew()
    fed.board.freshness(Freshness(NOON + 1))
    assert not grew()
    fed.board.freshness(Freshness(NOON + 1, None, {"detect": Text(zh="慢", en="slow")}))
    assert grew()
    fed.forget("alerts", "a")
    assert grew()


def test_the_page_tells_the_freshness_of_the_moment_it_is_asked() -> None:
    fed = Fed().alerts(alert("a"))
    fed.board.freshness(Freshness(NOON))
    assert (fed.page(at=NOON).fresh.read_at, fed.page(at=NOON).at) == (NOON, NOON)
    fed.board.freshness(Freshness(NOON + 5))
    page = fed.page(at=NOON + 5)
    assert (page.fresh.read_at, page.at) == (NOON + 5, NOON + 5)


def _bad(**changed: object) -> bytes:
    return json.dumps(alert("a") | changed).encode()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (b"a", b""),
        (b"a", b"null"),
        (b"a", b"{"),
        (b"a", b"\xff\xfe"),
        (b"a", b"[" * 100_000),
        (b"a", _bad(id="b")),
        (None, _bad()),
        (b"a", _bad(version=0)),
        (b"a", _bad(state="asleep")),
        (b"a", _bad(raised_at="2026-11-23T12:00:00")),
        (b"a", _bad(due_at="9999-12-31T23:59:59Z")),
        (b"a", _bad(title={"zh": "one"})),
        (b"a", _bad(case="\ud800")),
    ],
)
def test_an_unreadable_alert_is_counted_and_what_was_known_stays(key: bytes | None, value: bytes) -> None:
    fed = Fed().alerts(alert("a"))
    version = fed.board.version
    fed.board.take("alerts", 0, key, value, NOON)
    assert (fed.board.unreadable, fed.board.version) == (1, version)
    assert ids(fed.page().at_risk) == ["a"]
    assert fed.board.alert(BOSS, "a", NOON) is not None


@pytest.mark.parametrize("topic", ["groups", "mutes", "audit", "notices", "receipts"])
@pytest.mark.parametrize("value", [b"", b"7", b'{"id": "a"}', b"\xff"])
def test_unreadable_records_of_every_topic_are_counted(topic: str, value: bytes) -> None:
    board = Board()
    board.take(topic, 0, b"a", value, NOON)  # type: ignore[arg-type]
    assert (board.unreadable, board.version) == (1, 0)


@pytest.mark.parametrize(
    ("topic", "key"), [("audit", b"a"), ("notices", b"a"), ("receipts", b"a"), ("alerts", None), ("alerts", b"\xff")]
)
def test_a_tombstone_where_there_should_be_none_is_unreadable(topic: str, key: bytes | None) -> None:
    board = Board()
    board.take(topic, 0, key, None, NOON)  # type: ignore[arg-type]
    assert (board.unreadable, board.version) == (1, 0)
