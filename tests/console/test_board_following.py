"""The ledger of promises and the steps of chains, as the board tells them from the last word about each clock."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.followed import FOLLOWED_OPEN
from schemas.transition import Text
from streams.catalogue.load import compile_texts
from streams.clock import DAY, HOUR, MINUTE, rfc3339
from streams.console.viewer import Viewer
from streams.console.views import PromiseFilter, Promises
from tests.console.board_records import BOSS, NOON, Fed, alert, followed, organisation

ALL = PromiseFilter()


def ledger(fed: Fed, wanted: PromiseFilter = ALL, at: int = NOON, limit: int = 100, viewer: Viewer = BOSS) -> Promises:
    return fed.board.promises(viewer, wanted, at, limit)


def opened(fed: Fed, wanted: PromiseFilter = ALL, **rest: Any) -> list[str]:
    return [one.id for one in ledger(fed, wanted, **rest).open]


def ended(state: str, at: int, **rest: Any) -> dict[str, Any]:
    return {"state": state, "ended_at": rfc3339(at), **rest}


# promises


def test_open_promises_come_with_the_first_to_be_kept_first_and_say_who_what_and_where() -> None:
    fed = Fed()
    fed.board.use_directory(organisation())
    fed.feed("followed", followed("later", due_at=rfc3339(NOON + DAY)), followed("undated", due_at=None))
    fed.feed("followed", followed("soon"), followed("late", state="broken", due_at=rfc3339(NOON - MINUTE)))
    assert opened(fed) == ["late", "soon", "later", "undated"]
    said = ledger(fed)
    assert (said.total, said.late, said.left_out) == (4, 1, 0)
    row = said.open[1]
    assert (row.person_name, row.text, row.store_name, row.within, row.case) == (
        "Shan", "Promise soon", "People's Square", "t-1", "t-1#soon",
    )  # fmt: skip


def test_what_is_past_its_due_is_late_before_detection_says_so_unless_nothing_is_known() -> None:
    past = {"due_at": rfc3339(NOON - MINUTE)}
    fed = Fed().feed("followed", followed("a", **past), followed("b", state="unknown", **past))
    fed.feed("followed", followed("c", state="paused", due_at=None))
    assert ledger(fed).late == 1


def test_what_ended_today_is_shown_apart_and_what_ended_before_is_not() -> None:
    fed = Fed().feed("followed", followed("a", **ended("met", NOON)), followed("b", **ended("cancelled", NOON - MINUTE)))
    fed.feed("followed", followed("c", **ended("recovered", NOON - 2 * DAY)), followed("d"))
    said = ledger(fed)
    assert [one.id for one in said.open] == ["d"]
    assert [(one.id, one.state) for one in said.ended] == [("a", "met"), ("b", "cancelled")]


def test_the_list_is_cut_and_says_so() -> None:
    fed = Fed().feed("followed", *(followed(f"p{number}") for number in range(5)))
    said = ledger(fed, limit=2)
    assert (len(said.open), said.left_out, said.total) == (2, 3, 5)


def test_it_is_looked_for_by_case_person_and_store() -> None:
    fed = Fed().feed("followed", followed("a"), followed("b", within="t-2", case="t-2"))
    fed.feed("followed", followed("c", promise={"id": "c", "person": "ana"}, labels={"store": "s2"}))
    assert opened(fed, PromiseFilter(case="t-1")) == ["a", "c"]
    assert opened(fed, PromiseFilter(case="t-1#a")) == ["a"]
    assert opened(fed, PromiseFilter(case="t-2")) == ["b"]
    assert opened(fed, PromiseFilter(person="ana")) == ["c"]
    assert opened(fed, PromiseFilter(store="s1", person="shan")) == ["a", "b"]
    assert opened(fed, PromiseFilter(tenant="other")) == []


def test_nobody_sees_the_promises_of_another_tenant() -> None:
    fed = Fed().feed("followed", followed("a"), followed("b", tenant="coffee"))
    viewer = Viewer("kofi", "Kofi", "viewer", frozenset({"coffee"}))
    assert opened(fed, viewer=viewer) == ["b"]
    assert fed.board.promisers(viewer) == [("shan", "shan")]
    assert fed.board.case(viewer, "tea", "t-1", None, NOON) is None


def test_a_case_has_its_promises_and_a_promise_its_own_page() -> None:
    fed = Fed().feed("followed", followed("a"), followed("b", **ended("met", NOON)))
    case = fed.board.case(BOSS, "tea", "t-1", None, NOON)
    assert case is not None
    assert [one.id for one in case.promises] == ["a", "b"]
    own = fed.board.case(BOSS, "tea", "t-1#b", None, NOON)
    assert own is not None
    assert [one.id for one in own.promises] == ["b"]
    assert fed.board.partition_of_case("tea", "t-1#b") == 0


def test_an_alert_about_a_promise_says_whose_it_is() -> None:
    fed = Fed().alerts(alert("a")).feed("followed", followed("a"))
    view = fed.board.alert(BOSS, "a", NOON)
    assert view is not None
    assert view.promise is not None
    assert (view.promise.text, view.promise.alert) == ("Promise a", "a")
    assert view.chain is None


_WORDS = st.one_of(st.none(), st.sampled_from(["running", "broken", "met", "unknown"]))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["t-1", "t-2"]), _WORDS), max_size=12))
def test_whatever_came_before_the_last_word_about_each_promise_counts(words: list[tuple[str, str, str | None]]) -> None:
    """None: the case is forgotten. A board that begins later and reads what compaction left tells the same."""
    fed, last = Fed(), dict[str, dict[str, Any]]()
    for name, within, state in words:
        if state is None:
            fed.forget("followed", name)
            last.pop(name, None)
        else:
            rest = {"ended_at": rfc3339(NOON)} if state == "met" else {}
            last[name] = followed(name, within=within, case=f"{within}#{name}", state=state, **rest)
            fed.feed("followed", last[name])
    again = Fed().feed("followed", *last.values())
    for wanted in (ALL, PromiseFilter(case="t-1"), PromiseFilter(case="t-2")):
        assert ledger(fed, wanted) == ledger(again, wanted)
    assert sorted(opened(fed)) == sorted(name for name, said in last.items() if said["state"] in FOLLOWED_OPEN)


# chains


def step(number: int, **changed: Any) -> dict[str, Any]:
    """A step of the recovery of a complaint in three, in the case t-1."""
    rest = {"case": "t-1", "moment": f"m{number}", "promise": None}
    return followed(f"s{number}", **rest, chain={"name": "recovery", "step": number, "of": 3}, **changed)


def catalogue() -> Any:
    moments = [
        {
            "id": f"m{number}",
            "title": {"en": f"Step {number}"},
            "stage": "after_sales",
            "owner": "desk",
            "severity": "high",
            "starts": "ticket.opened",
            "ends": "ticket.closed",
            "deadline": "2h",
            "chain": {"name": "recovery", "step": number},
        }
        for number in (1, 2, 3)
    ]
    names = {"recovery": {"zh": "挽回三步", "en": "Recovery in three"}, "desk": {"zh": "前台", "en": "Front desk"}}
    return compile_texts([("c.yaml", json.dumps({"name": "c", "names": names, "moments": moments}))])


def test_the_steps_of_a_chain_stand_in_order_with_those_that_have_not_begun() -> None:
    fed = Fed().alerts(alert("s2", case="t-1"))
    fed.board.use_catalogue(catalogue())
    fed.feed("followed", step(2, state="broken"), step(1, **ended("met", NOON)))
    view = fed.board.alert(BOSS, "s2", NOON)
    assert view is not None
    assert view.chain is not None
    assert (view.chain.name, view.chain.of) == ("recovery", 3)
    assert [(one.step, one.state, one.alert) for one in view.chain.steps] == [
        (1, "met", None), (2, "broken", "s2"), (3, "not_begun", None),
    ]  # fmt: skip
    case = fed.board.case(BOSS, "tea", "t-1", None, NOON)
    assert case is not None
    assert case.chains == (view.chain,)


def test_without_a_catalogue_the_steps_that_have_begun_are_shown_and_how_many_there_are() -> None:
    fed = Fed().feed("followed", step(1))
    case = fed.board.case(BOSS, "tea", "t-1", None, NOON)
    assert case is not None
    (chain,) = case.chains
    assert (chain.of, [one.step for one in chain.steps]) == (3, [1])


def test_of_a_step_that_was_begun_again_the_last_time_counts() -> None:
    fed = Fed().feed("followed", step(1, occurrence=2, id="s1-2"), step(1, **ended("met", NOON - HOUR)))
    case = fed.board.case(BOSS, "tea", "t-1", None, NOON)
    assert case is not None
    assert [one.state for one in case.chains[0].steps] == ["running"]


def steps_of(*steps: dict[str, Any]) -> list[tuple[int, str, str | None]]:
    fed = Fed().feed("followed", *steps)
    fed.board.use_catalogue(catalogue())
    case = fed.board.case(BOSS, "tea", "t-1", None, NOON)
    assert case is not None
    return [(one.step, one.state, one.last) for one in case.chains[0].steps]


def test_a_step_that_ended_before_a_lower_one_began_once_more_has_not_begun_and_says_how_it_ended() -> None:
    first = [step(number, started_at=rfc3339(NOON - 3 * HOUR), **ended("met", NOON - 2 * HOUR)) for number in (1, 2)]
    last = step(3, started_at=rfc3339(NOON - 2 * HOUR), **ended("cancelled", NOON - HOUR))
    anew = step(1, occurrence=2, id="s1-2", started_at=rfc3339(NOON - HOUR))  # the very instant that cancels the last
    assert steps_of(*first, last) == [(1, "met", None), (2, "met", None), (3, "cancelled", None)]
    assert steps_of(*first, last, anew) == [
        (1, "running", None), (2, "not_begun", "met"), (3, "not_begun", "cancelled"),
    ]  # fmt: skip


def test_a_step_that_was_over_before_a_lower_one_of_the_same_round_began_counts() -> None:
    """The solution was told at once, and the facts are collected after it."""
    early = step(3, started_at=rfc3339(NOON - 3 * HOUR), **ended("met", NOON - 2 * HOUR))
    later = step(2, started_at=rfc3339(NOON - HOUR))
    assert steps_of(early, later) == [(1, "not_begun", None), (2, "running", None), (3, "met", None)]
    again = [
        early | {"occurrence": 2, "id": "s3-2"},
        later | {"occurrence": 2, "id": "s2-2"},
        step(1, occurrence=2, id="s1-2", started_at=rfc3339(NOON - 3 * HOUR), **ended("met", NOON - HOUR)),
    ]
    assert steps_of(*again) == [(1, "met", None), (2, "running", None), (3, "met", None)]


def test_chain_and_owner_go_by_the_names_that_the_catalogue_has_for_them() -> None:
    fed = Fed().alerts(alert("s2", case="t-1", moment="m2", owner="desk")).feed("followed", step(2, state="broken"))
    bare = fed.board.alert(BOSS, "s2", NOON)
    assert bare is not None
    assert bare.chain is not None
    assert (bare.owner_title, bare.chain.title) == (None, None)
    fed.board.use_catalogue(catalogue())
    view = fed.board.alert(BOSS, "s2", NOON)
    assert view is not None
    assert view.chain is not None
    assert view.owner_title == Text(zh="前台", en="Front desk")
    assert view.chain.title == Text(zh="挽回三步", en="Recovery in three")
