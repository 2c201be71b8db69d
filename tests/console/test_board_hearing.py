"""Which feeds are heard: the last word of any partition counts, each tenant's own, and what it says of the alerts."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.feed import Feed, feed_key
from streams.clock import HOUR, MINUTE, rfc3339
from streams.console.board import Board
from streams.console.viewer import Viewer
from streams.console.views import Count, Filter
from tests.console.board_records import BOSS, NOON, Fed, alert, broken, minutes, organisation

TEA = Viewer("li", "Li", "viewer", frozenset({"tea"}))


def said(state: str, source: str = "/riders", region: str | None = "east", at: int = NOON, **changed: Any) -> bytes:
    """What the feed stage says of a feed."""
    document = {
        "tenant": "tea",
        "source": source,
        "region": region,
        "state": state,
        "until": rfc3339(at - MINUTE),
        "changed_at": rfc3339(at),
        "silent_seconds": 60,
        "usual_per_minute": 12.5,
        **changed,
    }
    return Feed.model_validate(document).model_dump_json().encode()


def key(source: str = "/riders", region: str | None = "east", tenant: str = "tea") -> bytes:
    return feed_key(tenant, source, region)


def hear(fed: Fed, state: str, source: str = "/riders", region: str | None = "east", **rest: Any) -> Fed:
    fed.board.take("feeds", 0, key(source, region, rest.get("tenant", "tea")), said(state, source, region, **rest), NOON)
    assert fed.board.unreadable == 0
    return fed


def states(board: Board, viewer: Viewer = BOSS) -> list[tuple[str, str | None, str]]:
    return [(one.source, one.region, one.state) for one in board.feeds(viewer, NOON).sources]


# what is said of a feed

_STATES = st.sampled_from(["heard", "suspect", "blind", "returning", None])


@settings(max_examples=200, deadline=None)
@given(st.lists(_STATES, min_size=1, max_size=6), st.data())
def test_whichever_partition_is_read_first_the_last_word_counts(words: list[str | None], data: st.DataObject) -> None:
    """Every partition has all of the words (None: it is no feed any more) in their order; they are read in any."""
    records = [(None if word is None else said(word, at=minutes(n)), minutes(n)) for n, word in enumerate(words)]
    left = {partition: list(records) for partition in range(3)}
    board = Board()
    while any(left.values()):
        partition = data.draw(st.sampled_from([number for number, rest in left.items() if rest]))
        value, at = left[partition].pop(0)
        board.take("feeds", partition, key(), value, at)
        first_behind = max(len(records) - len(rest) for rest in left.values())
        last = words[first_behind - 1]
        assert states(board) == ([] if last is None else [("/riders", "east", last)])
    assert board.unreadable == 0


def test_the_same_word_from_the_next_partition_is_no_news() -> None:
    fed = hear(Fed(), "blind")
    before = fed.board.version
    fed.board.take("feeds", 1, key(), said("blind"), NOON)
    fed.board.take("feeds", 1, key(), said("heard", at=NOON - 1), NOON)
    assert fed.board.version == before
    hear(fed, "returning", at=minutes(1))
    assert fed.board.version == before + 1


def test_what_no_stage_would_write_is_counted_and_changes_nothing() -> None:
    fed = hear(Fed(), "blind")
    for name, value in ((b"other", said("heard")), (key(), b"{"), (key(), b"\xff"), (None, said("heard")), (None, None)):
        fed.board.take("feeds", 0, name, value, minutes(1))
    assert fed.board.unreadable == 5
    assert states(fed.board) == [("/riders", "east", "blind")]


def test_all_feeds_together_come_first_then_the_gravest_state() -> None:
    fed = hear(Fed(), "heard", "/a")
    hear(hear(hear(fed, "returning", "/b"), "suspect", "/c"), "blind", "/z", None)
    hear(fed, "heard", "*", "*")
    assert states(fed.board) == [
        ("*", "*", "heard"),
        ("/z", None, "blind"),
        ("/b", "east", "returning"),
        ("/c", "east", "suspect"),
        ("/a", "east", "heard"),
    ]


def test_a_feed_says_since_when_it_is_silent_and_what_was_usual() -> None:
    fed = hear(hear(Fed(), "blind"), "heard", "/pos")
    fed.board.use_directory(organisation())
    blind, heard = fed.board.feeds(BOSS, NOON).sources
    assert (blind.silent_since, blind.changed_at, blind.usual_per_minute) == (NOON - MINUTE, NOON, 12.5)
    assert blind.region_name == "East"
    assert heard.silent_since is None


def test_each_sees_the_feeds_of_their_tenants() -> None:
    fed = hear(hear(Fed(), "blind"), "blind", tenant="hotel")
    assert [one.tenant for one in fed.board.feeds(TEA, NOON).sources] == ["tea"]
    assert [one.tenant for one in fed.page(viewer=TEA).unheard] == ["tea"]
    assert [one.tenant for one in fed.page().unheard] == ["hotel", "tea"]
    assert [one.tenant for one in fed.page(Filter(tenant="hotel")).unheard] == ["hotel"]


# what it says of alerts


def marked(fed: Fed, **asked: Any) -> dict[str, bool]:
    page = fed.page(**asked)
    return {row.alert.id: row.unheard for row in (*page.at_risk, *page.broken, *page.unknown)}


def test_open_alerts_of_its_region_are_marked_until_it_is_settled() -> None:
    fed = Fed().alerts(
        alert("near"),
        broken("late"),
        alert("west", labels={"region": "west"}),
        alert("nowhere", labels={}),
        alert("hotel", tenant="hotel"),
    )
    nobody = dict.fromkeys(("near", "late", "west", "nowhere", "hotel"), False)
    assert marked(fed) == nobody
    hear(fed, "suspect")
    assert marked(fed) == nobody  # some seconds, and mostly chance
    for number, state in enumerate(("blind", "returning"), 1):
        hear(fed, state, at=minutes(number))
        assert marked(fed) == nobody | {"near": True, "late": True}
    hear(fed, "heard", at=minutes(3))
    assert marked(fed) == nobody
    hear(fed, "blind", region=None)
    assert marked(fed) == nobody | {"nowhere": True}


def test_a_second_feed_of_the_region_that_is_silent_is_enough() -> None:
    fed = hear(hear(Fed().alerts(alert("a")), "blind"), "blind", "/pos")
    hear(fed, "heard", at=minutes(1))
    assert marked(fed) == {"a": True}
    fed.board.take("feeds", 0, key("/pos"), None, minutes(2))
    assert marked(fed) == {"a": False}


def test_total_silence_marks_everything_of_the_tenant_and_nothing_of_others() -> None:
    fed = Fed().alerts(alert("a"), alert("b", labels={}), alert("c", tenant="hotel"))
    hear(fed, "blind", "*", "*")
    assert marked(fed) == {"a": True, "b": True, "c": False}
    page = fed.page(viewer=TEA)
    assert all(count.unheard for count in page.stages)
    assert {one.unheard for one in fed.page(Filter(tenant="hotel")).stages} == {False}


def test_the_alert_of_the_feed_itself_and_what_is_over_are_not_marked() -> None:
    fed = Fed().alerts(broken("feed", moment="feed.heard", case="feed:/riders:east"), alert("over", state="resolved"))
    hear(fed, "blind")
    assert marked(fed) == {"feed": False}
    view = fed.board.alert(BOSS, "over", NOON)
    assert view is not None
    assert not view.row.unheard


def test_a_region_of_which_nothing_is_known_is_counted_as_such() -> None:
    fed = Fed().alerts(alert("a", labels={"region": "west", "store": "s9"}))
    fed.board.use_directory(organisation())
    hear(hear(fed, "blind"), "blind", region=None)
    assert fed.page().regions == (Count("west", "west", 1, 0, 0), Count("east", "East", 0, 0, 0, True))
    assert fed.page().stores == (Count("s9", "s9", 1, 0, 0, True),)  # nobody knows its region
    hear(fed, "heard", region=None, at=minutes(1))
    assert fed.page().stores == (Count("s9", "s9", 1, 0, 0),)
    fed.alerts(alert("b"))
    assert fed.page().stores[0] == Count("s1", "People's Square", 1, 0, 0, True)
    assert not any(one.unheard for one in fed.page().stages)
    assert all(one.unheard for one in fed.page(Filter(region="east")).stages)


def test_only_what_is_looked_at_is_said_to_be_silent() -> None:
    fed = hear(hear(Fed(), "blind"), "blind", region="west")
    fed.board.use_directory(organisation())

    def regions(**asked: str) -> list[str | None]:
        return [one.region for one in fed.page(Filter(**asked)).unheard]

    assert regions() == ["east", "west"]
    assert regions(region="west") == regions(region="west", store="s1") == ["west"]
    assert regions(store="s1") == ["east"]
    assert regions(store="nobody knows where") == ["east", "west"]
    assert regions(moment="delivery.on_time") == ["east", "west"]
    assert regions(region="north") == []
    hear(fed, "blind", "*", "*")
    assert regions(region="north") == ["*"]
    assert [one.region for one in fed.board.unheard(BOSS, Filter(region="west"))] == ["*", "west"]
    assert fed.board.handover(BOSS, Filter(), NOON - HOUR, NOON).unheard == fed.page().unheard


def test_a_page_that_was_made_before_is_made_anew_when_a_feed_falls_silent() -> None:
    fed = Fed().alerts(alert("a"))
    assert marked(fed, at=NOON) == {"a": False}
    hear(fed, "blind")
    assert marked(fed, at=NOON) == {"a": True}
    assert not Board(watches_feeds=False).feeds(BOSS, NOON).watched
