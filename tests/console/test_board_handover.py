"""What a shift hands over: what is open, what was promised, and what became of the rest since it began."""

from streams.clock import HOUR, rfc3339
from streams.console.views import Filter
from tests.console.board_records import ALL, BOSS, NOON, Fed, alert, broken, ids, line, met, minutes, mute, organisation


def test_a_shift_hands_over_promises_first_then_remarks_then_what_it_closed() -> None:
    fed = Fed().alerts(
        alert("a", state="snoozed", quiet_until=rfc3339(minutes(90))),
        alert("b", state="snoozed", quiet_until=rfc3339(minutes(80)), assignee="shan"),
        broken("c", state="resolved", ended_at=rfc3339(minutes(50)), closed_because="customer_served"),
        broken("d", state="resolved", ended_at=rfc3339(minutes(-50)), closed_because="fixed"),
        broken("cc", state="resolved", ended_at=rfc3339(minutes(55)), closed_because="other"),
        met("e", minutes(20)),
        broken("f", state="resolved", kind="recovered", ended_at=rfc3339(minutes(40))),
        alert("g", state="retracted", kind="retracted", ended_at=rfc3339(minutes(40))),
        broken("h"),
    )
    # of a was said that it sleeps before the shift began
    fed.feed("audit", line("a", "snoozed", minutes(-9), "ana"), line("b", "snoozed", minutes(9), "shan"))
    fed.feed("audit", line("h", "commented", minutes(5), "shan"), line("h", "commented", minutes(-5), "shan"))
    fed.feed("audit", line("h", "acknowledged", minutes(6), "shan"), line("m", "muted", minutes(7), "boss", case=""))
    left = fed.board.handover(BOSS, ALL, NOON, minutes(60))
    said = [(entry.line.alert, entry.line.what) for entry in left.remarks if entry.line is not None]
    assert said == [("b", "snoozed"), ("a", "snoozed"), ("h", "commented"), ("m", "muted")]
    assert ids(left.closed) == ["cc", "c"]
    assert ids(left.open) == ["a", "b", "h"]
    assert left.counts == {
        "open": 3,
        "at_risk": 2,
        "broken": 1,
        "unknown": 0,
        "untaken": 1,
        "raised": 9,
        "broke": 5,
        "saved": 1,
        "recovered": 1,
        "lapsed": 0,
        "retracted": 1,
        "closed": 2,
    }
    assert (left.since, left.at) == (NOON, minutes(60))
    narrowed = fed.board.handover(BOSS, Filter(text="order-h"), NOON, minutes(60))
    assert (ids(narrowed.open), narrowed.closed, narrowed.counts["raised"]) == (["h"], (), 1)


def test_each_that_is_over_is_told_once_by_how_it_came_to_be_over() -> None:
    fed = Fed().alerts(
        met("saved", minutes(20)),
        met("before", minutes(-20), raised_at=rfc3339(NOON - HOUR)),
        broken("late", state="resolved", kind="recovered", ended_at=rfc3339(minutes(40))),
        broken("given-up", state="resolved", kind="expired", ended_at=rfc3339(minutes(45))),
        broken("found", state="found_late", kind="recovered", ended_at=rfc3339(minutes(35))),
        alert("untrue", state="retracted", kind="retracted", ended_at=rfc3339(minutes(41))),
        # closed, then the events say that it was done, or that it never was: the first is still what a person did
        broken("closed", state="resolved", kind="recovered", ended_at=rfc3339(minutes(42)), closed_because="fixed"),
        alert(
            "closed-untrue", state="retracted", kind="retracted", ended_at=rfc3339(minutes(43)), closed_because="other"
        ),
    )
    left = fed.board.handover(BOSS, ALL, NOON, minutes(60))
    assert ids(left.saved) == ["saved"]
    assert ids(left.recovered) == ["given-up", "late", "found"]
    assert ids(left.closed) == ["closed"]
    assert ids(left.retracted) == ["closed-untrue", "untrue"]
    fates = ("saved", "recovered", "lapsed", "closed", "retracted")
    assert [left.counts[fate] for fate in fates] == [1, 2, 1, 1, 2]


def test_what_was_closed_says_who_closed_it_last_by_name() -> None:
    fed = Fed().alerts(
        *(broken(name, state="resolved", ended_at=rfc3339(minutes(50)), closed_because="fixed") for name in ("a", "b"))
    )
    fed.board.use_directory(organisation())
    fed.feed("audit", line("a", "closed", minutes(40), "ana"), line("a", "closed", minutes(50), "shan"))
    closed = fed.board.handover(BOSS, ALL, NOON, minutes(60)).closed
    assert [(row.alert.id, row.closed_by) for row in closed] == [("a", "Shan"), ("b", None)]


def test_mutes_are_handed_over_also_those_that_are_to_begin() -> None:
    fed = Fed().feed(
        "mutes",
        mute("now", {"store": "s1"}, NOON, minutes(90)),
        mute("then", {"store": "s1"}, minutes(80), minutes(99)),
        mute("over", {"store": "s1"}, NOON, minutes(30)),
    )
    assert [one.id for one in fed.board.handover(BOSS, ALL, NOON, minutes(60)).mutes] == ["now", "then"]
