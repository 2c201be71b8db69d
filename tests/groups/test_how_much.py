"""How much one person is told: the cap with its digest, and the catch-up that is ranked and paced."""

from typing import Any

from streams.clock import HOUR, MINUTE, SECOND
from streams.groups.policy import GroupPolicy
from tests.groups.group_stage import START, Stage


def moments(stage: Stage, first: int, last: int, **rest: Any) -> None:
    """One breach of another moment each, so that each is told by itself."""
    stage.ask(*(stage.broke(f"n{number}", moment=f"m.n{number}", **rest) for number in range(first, last)))


# the cap


def test_above_twenty_messages_within_an_hour_what_comes_waits_for_a_digest(stage: Stage) -> None:
    moments(stage, 0, 23)
    assert len(stage.fresh()) == 20
    assert [why.split(":")[0] for why in stage.lines("held")] == ["cap"] * 3
    stage.at(14.9)
    assert stage.fresh() == []
    stage.at(15)
    assert stage.fresh() == [("digest", "shan", "n20", "n21", "n22")]
    group = stage.notices[-1].group
    assert group is not None
    assert (group.kind, group.moment, group.region, group.open) == ("digest", None, None, 3)


def test_the_digest_goes_as_soon_as_the_hour_has_room(stage: Stage) -> None:
    moments(stage, 0, 20)
    stage.at(50)
    moments(stage, 20, 22)
    stage.fresh()
    stage.at(59.9)
    assert stage.fresh() == []
    stage.at(60)
    assert stage.fresh() == [("digest", "shan", "n20", "n21")]
    moments(stage, 22, 23)
    assert stage.fresh() == [("broke", "shan", "n22")]


def test_the_next_digest_is_of_the_same_group_as_long_as_something_of_it_is_open(stage: Stage) -> None:
    moments(stage, 0, 21)
    stage.at(15)
    moments(stage, 21, 22)
    stage.at(30).fresh()
    digests = [notice.group for notice in stage.notices if notice.group is not None]
    assert digests[0].id == digests[1].id
    assert [group.open for group in digests] == [1, 2]
    stage.ask(stage.over("n20"))
    assert stage.fresh() == []
    stage.ask(stage.over("n21"))
    assert stage.fresh() == [("group_over", "shan")]


def test_what_is_critical_passes_the_cap_and_counts(stage: Stage) -> None:
    moments(stage, 0, 25, severity="critical")
    assert len(stage.fresh()) == 25
    moments(stage, 25, 26)
    assert stage.fresh() == []


def test_the_end_of_what_was_told_passes_the_cap_and_counts(stage: Stage) -> None:
    moments(stage, 0, 20)
    stage.fresh()
    stage.ask(stage.over("n3"))
    assert stage.fresh() == [("ended", "shan", "n3")]
    stage.at(60)
    moments(stage, 20, 40)
    assert len(stage.fresh()) == 20


def test_a_gathered_notice_above_the_cap_waits_for_the_digest_unless_something_of_it_is_critical(stage: Stage) -> None:
    stage.ask(stage.broke("a"), stage.broke("b"), stage.broke("c", region="r2"), stage.broke("d", "shan", region="r2"))
    stage.cases["alert-d"].fixed["severity"] = "critical"
    stage.ask(stage.again("d", "shan", reason="worsened"))
    moments(stage, 0, 18)
    assert len(stage.fresh()) == 20
    stage.at(5)
    assert stage.fresh() == [("grouped", "shan", "d")]
    stage.at(20)
    assert stage.fresh() == [("digest", "shan", "b")]


def test_what_is_over_when_the_digest_goes_is_not_in_it_and_an_empty_one_is_not_sent(stage: Stage) -> None:
    moments(stage, 0, 22)
    stage.ask(stage.over("n20")).fresh()
    stage.at(10).ask(stage.taken("n21")).at(15)
    assert stage.fresh() == []
    moments(stage, 22, 23)
    stage.at(29.9)
    assert stage.fresh() == []
    stage.at(30)
    assert stage.fresh() == [("digest", "shan", "n22")]


def test_each_person_has_an_hour_of_their_own(stage: Stage) -> None:
    moments(stage, 0, 20)
    stage.fresh()
    stage.ask(stage.broke("x", "lin"))
    assert stage.fresh() == [("broke", "lin", "x")]


def test_the_cap_is_that_of_the_policy(restless: bool) -> None:
    stage = Stage(policy=GroupPolicy(cap=2, cap_span=2 * HOUR, digest_wait=3 * HOUR), restless=restless)
    moments(stage, 0, 3)
    assert len(stage.fresh()) == 2
    stage.at(120)
    assert stage.fresh() == [("digest", "shan", "n2")]


# catch-up


def test_what_was_learnt_of_late_is_told_by_what_can_still_be_saved_one_message_in_half_a_minute(stage: Stage) -> None:
    stage.ask(
        stage.broke("old", moment="m.1", ago=60, late=True),
        stage.broke("young", moment="m.2", ago=20, late=True),
        stage.broke("grave", moment="m.3", ago=90, severity="critical", late=True),
        stage.warned("later", moment="m.4", left=9, late=True),
        stage.warned("soon", moment="m.5", left=5, late=True),
    )
    order = []
    for half_minute in range(6):
        stage.at(half_minute / 2)
        order.append([page[2] for page in stage.fresh()])
    assert order == [["soon"], ["later"], ["grave"], ["young"], ["old"], []]


def test_what_is_late_and_belongs_to_an_open_lane_is_gathered(stage: Stage) -> None:
    stage.ask(*(stage.broke(f"c{number}", ago=60 + number, late=True) for number in range(5)))
    assert stage.fresh() == [("broke", "shan", "c0")]
    stage.at(5)
    assert stage.fresh() == [("grouped", "shan", "c1", "c2", "c3", "c4")]


def test_gathered_notices_of_what_is_late_keep_the_pace_too(stage: Stage) -> None:
    for moment in ("m.1", "m.2"):
        stage.ask(*(stage.broke(f"{moment}-{number}", moment=moment, ago=60, late=True) for number in range(2)))
    stage.at(0.5)
    assert [page[0] for page in stage.fresh()] == ["broke", "broke"]
    stage.at(4.75).ask(stage.broke("x", moment="m.3", ago=60, late=True)).at(5)
    assert [page[0] for page in stage.fresh()] == ["broke"]
    stage.at(5.25)
    assert [page[0] for page in stage.fresh()] == ["grouped"]
    stage.at(5.5)
    assert stage.fresh() == []
    stage.at(5.75)
    assert [page[0] for page in stage.fresh()] == ["grouped"]


def test_what_is_late_and_over_when_its_turn_comes_is_let_go(stage: Stage) -> None:
    stage.ask(*(stage.broke(name, moment=f"m.{name}", ago=60, late=True) for name in "abc"))
    stage.at(0.2).ask(stage.over("b")).at(0.5).at(1)
    assert stage.fresh() == [("broke", "shan", "a"), ("broke", "shan", "c")]


def test_what_is_late_is_ranked_with_what_still_lies_unread(stage: Stage) -> None:
    stage.decide([stage.batch("asked", [stage.broke("a", ago=60, late=True, moment="m.a")], behind=True)], quiet=False)
    assert stage.fresh() == []
    stage.ask(stage.warned("b", moment="m.b", late=True))
    assert stage.fresh() == [("warned", "shan", "b")]


def test_an_ask_that_is_read_long_after_it_was_made_is_late(stage: Stage) -> None:
    asks = [stage.broke(name, moment=f"m.{name}") for name in "ab"]
    stage.now = START + 31 * SECOND
    stage.ask(*asks)
    assert stage.fresh() == [("broke", "shan", "a")]
    stage.now = START + MINUTE + SECOND
    stage.decide([])
    assert stage.fresh() == [("broke", "shan", "b")]


def test_what_is_not_late_does_not_wait_for_the_pace(stage: Stage) -> None:
    stage.ask(*(stage.broke(name, moment=f"m.{name}", ago=60, late=True) for name in "ab"))
    stage.ask(stage.broke("c", moment="m.c"))
    assert [page[2] for page in stage.fresh()] == ["a", "c"]


def test_the_ends_of_what_is_late_are_told_at_once(stage: Stage) -> None:
    stage.ask(*(stage.broke(name, moment=f"m.{name}", ago=60, late=True) for name in "ab"))
    stage.ask(stage.over("a"), stage.over("b"))
    assert stage.fresh() == [("broke", "shan", "a"), ("ended", "shan", "a")]
