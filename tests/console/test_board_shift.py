"""The map of moments, and who is on duty."""

from typing import Any

import pytest

from streams.catalogue.load import load
from streams.clock import DAY, HOUR, parse_rfc3339, rfc3339
from streams.console.board import Board
from streams.console.viewer import Viewer
from streams.console.views import Filter, MomentCount, OnCall
from tests.console.board_records import ALL, BOSS, NOON, Fed, alert, broken, met, minutes, organisation

PACK = load(["pack:tea_chain"])


def moments(fed: Fed, filter: Filter = ALL, viewer: Viewer = BOSS, at: int = NOON + HOUR) -> dict[str, list[MomentCount]]:
    return {stage.stage: list(stage.moments) for stage in fed.board.journey(viewer, filter, at)}


def counts(shown: dict[str, list[MomentCount]], name: str) -> tuple[int, ...]:
    return next(tuple(one[3:]) for rows in shown.values() for one in map(_fields, rows) if one[0] == name)


def _fields(one: MomentCount) -> tuple[Any, ...]:
    return tuple(getattr(one, name) for name in one.__slots__)


def test_the_map_has_the_moments_of_the_catalogue_in_its_order_with_zero_counts() -> None:
    fed = Fed()
    fed.board.use_catalogue(PACK)
    shown = moments(fed)
    assert list(shown) == ["pre_contact", "decision", "execution", "after_sales"]
    for stage, rows in shown.items():
        assert [row.moment for row in rows] == [one.id for one in PACK.moments if one.stage == stage]
        assert {_fields(row)[3:] for row in rows} <= {(0,) * 7}
    first = shown["execution"][0]
    declared = next(one for one in PACK.moments if one.id == first.moment)
    assert (first.title.zh, first.title.en, first.severity) == (
        declared.title["zh"],
        declared.title["en"],
        declared.severity,
    )


def test_the_map_counts_now_and_today_and_adds_the_moments_that_alerts_alone_know() -> None:
    fed = Fed().alerts(
        alert("a"),
        broken("b"),
        broken("c", raised_at=rfc3339(minutes(31))),
        alert("d", state="unknown", kind="unknown"),
        met("e", minutes(5)),
        broken("f", state="retracted", kind="retracted", broken_at=None, ended_at=rfc3339(minutes(40))),
        broken("g", moment="zebra", stage="decision", title={"zh": "斑马", "en": "Zebra"}, tenant="hotel"),
        met("h", minutes(5), moment="ape", stage="decision", tenant="hotel", severity="low"),
        met("old", NOON - 2 * DAY, raised_at=rfc3339(NOON - 2 * DAY)),
    )
    fed.board.use_catalogue(PACK)
    shown = moments(fed)
    assert counts(shown, "delivery.on_time") == (1, 2, 1, 5, 2, 1, 1)
    declared = next(one for one in PACK.moments if one.id == "delivery.on_time")
    assert [one.title.en for one in shown["execution"] if one.moment == declared.id] == [declared.title["en"]]
    assert [(one.moment, one.title.en, one.severity) for one in shown["decision"]][-2:] == [
        ("ape", "Delivered", "low"),
        ("zebra", "Zebra", "high"),
    ]
    assert counts(shown, "zebra") == (0, 1, 0, 1, 1, 0, 0)
    own = moments(fed, viewer=Viewer("t", "T", "viewer", frozenset({"tea"})))
    assert {"ape", "zebra"}.isdisjoint(one.moment for one in own["decision"])


@pytest.mark.parametrize(
    ("filter", "names"),
    [(Filter(moment="delivery.on_time"), ["delivery.on_time"]), (Filter(stage="after_sales"), [])],
)
def test_the_map_shows_only_the_moments_that_are_asked_for(filter: Filter, names: list[str]) -> None:
    fed = Fed().alerts(alert("a"))
    fed.board.use_catalogue(PACK)
    shown = moments(fed, filter)
    assert [one.moment for one in shown["execution"]] == names
    assert shown["decision"] == []


def test_the_map_of_a_store_counts_that_store() -> None:
    fed = Fed().alerts(alert("a"), met("b", minutes(1)), alert("c", labels={"store": "s2"}))
    assert counts(moments(fed, Filter(store="s2")), "delivery.on_time") == (1, 0, 0, 1, 0, 0, 0)
    assert counts(moments(fed, Filter(text="order-b")), "delivery.on_time") == (0, 0, 0, 1, 0, 1, 0)


def rota(at: str, **changed: Any) -> dict[tuple[str, str], OnCall]:
    board = Board()
    board.use_directory(organisation(**changed))
    return {(one.level, one.name): one for one in board.rota(BOSS, parse_rfc3339(at))}


DAY_AND_NIGHT = {
    "time_zone": "Asia/Shanghai",
    "shifts": [
        {"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "start": "09:00", "people": ["shan"]},
        {"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "start": "18:00", "people": ["ana"]},
        {"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "start": "22:00", "people": []},
    ],
}


def duty(at: str, rota_: dict[str, Any], people: list[str] | None = None) -> OnCall:
    region = {"id": "east", "name": "East", "duty": {"rota": rota_, "people": people or []}}
    return rota(at, regions=[region])["region", "east"]


def test_the_rota_says_who_is_on_now_until_when_and_who_is_next() -> None:
    assert duty("2026-11-23T12:00:00+08:00", DAY_AND_NIGHT) == OnCall(
        "tea", "region", "east", "East", ("Shan",), parse_rfc3339("2026-11-23T18:00:00+08:00"), ("Ana",)
    )


def test_where_nobody_is_next_the_spare_people_are_else_nobody() -> None:
    evening, end = "2026-11-23T19:00:00+08:00", parse_rfc3339("2026-11-23T22:00:00+08:00")
    shown = duty(evening, DAY_AND_NIGHT)
    assert (shown.now, shown.until, shown.then) == (("Ana",), end, ())
    shown = duty(evening, DAY_AND_NIGHT, ["rui", "nobody"])
    assert (shown.now, shown.until, shown.then) == (("Ana",), end, ("Rui",))


def test_turns_of_the_same_people_are_one() -> None:
    # at night the spare person answers, who has the morning, too
    shown = duty("2026-11-23T23:00:00+08:00", DAY_AND_NIGHT, ["shan"])
    assert (shown.now, shown.until, shown.then) == (
        ("Shan",),
        parse_rfc3339("2026-11-24T18:00:00+08:00"),
        ("Ana",),
    )


def test_a_shift_change_belongs_to_the_shift_that_begins() -> None:
    shown = duty("2026-11-23T18:00:00+08:00", DAY_AND_NIGHT)
    assert (shown.now, shown.until) == (("Ana",), parse_rfc3339("2026-11-23T22:00:00+08:00"))


def test_a_duty_without_a_rota_has_no_end_and_a_place_without_a_duty_is_left_out() -> None:
    shown = rota("2026-11-23T12:00:00+08:00", areas=[{"id": "a1", "region": "east"}])
    assert list(shown) == [("fallback", ""), ("region", "east"), ("store", "s1")]
    assert shown["store", "s1"] == OnCall("tea", "store", "s1", "People's Square", ("Shan",), None, ())
