"""A text is found in the case, store, moment and titles of alerts, however many there are."""

import random
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.alert import Alert
from streams.clock import rfc3339
from streams.console.board.case_names import CaseNames
from streams.console.board.sighting import Sighting, sight
from streams.console.views import Filter
from tests.console.board_records import NOON, Fed, alert, broken, ids, incident, met, minutes


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ORDER-A", ["a", "ab"]),
        ("order-ab", ["ab"]),
        ("s2", ["b"]),
        ("on_time", ["a", "ab", "c"]),
        ("订单", ["b"]),
        ("Confirm", ["b"]),
        ("order", ["a", "ab", "b", "c"]),
        ("order-a\norder", []),
        ("nothing", []),
    ],
)
def test_a_text_is_looked_for_in_all_that_names_an_alert(text: str, found: list[str]) -> None:
    fed = Fed().alerts(
        alert("a"), alert("ab"), alert("c"),
        alert("b", labels={"store": "s2"}, moment="order.confirm", title={"zh": "订单确认", "en": "Confirmed"}),
    )  # fmt: skip
    page = fed.page(Filter(text=text))
    assert sorted(ids(page.at_risk)) == found
    assert page.totals["at_risk"] == page.warned_today == len(found)


def test_a_text_and_a_store_narrow_rows_and_what_happened_today_alike() -> None:
    fed = Fed().alerts(
        met("a1", minutes(5)), met("a2", minutes(5), labels={"store": "s2"}), met("b", minutes(5)), broken("a3"),
        broken("a4", labels={"store": "s2"}),
    )  # fmt: skip
    page = fed.page(Filter(text="order-a", store="s2"))
    assert (ids(page.broken), page.saved_today, page.warned_today) == (["a4"], 1, 2)


def test_members_of_an_incident_are_found_by_their_case() -> None:
    fed = Fed().feed("groups", incident("i", "store", "s1", NOON))
    fed.alerts(broken("a1"), broken("a2", acknowledged_by="shan", state="acknowledged"), broken("b", case="other"))
    page = fed.page(Filter(text="order-a2"))
    assert [(row.group.id, row.owed, row.holders) for row in page.incidents] == [("i", 1, ("shan",))]
    assert page.totals["broken"] == 1
    assert [row.owed for row in fed.page(Filter(text="order")).incidents] == [2]


def test_what_changes_and_what_is_forgotten_is_found_as_it_is_now() -> None:
    fed = Fed().alerts(alert("a"), alert("b"))
    assert ids(fed.page(Filter(text="order-a")).at_risk) == ["a"]
    fed.alerts(alert("a", version=2, case="order-z"))
    assert ids(fed.page(Filter(text="order-a")).at_risk) == []
    assert ids(fed.page(Filter(text="order-z")).at_risk) == ["a"]
    fed.forget("alerts", "a")
    assert ids(fed.page(Filter(text="order")).at_risk) == ["b"]


def sighting(name: str, case: str) -> Sighting:
    return sight(Alert.model_validate(alert(name, case=case, raised_at=rfc3339(NOON))), b"", 0)


_CASES = st.text(alphabet="aB1-单", min_size=1, max_size=4)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), _CASES | st.none()), max_size=30), _CASES)
def test_names_are_found_as_if_each_were_looked_at(steps: list[tuple[int, str | None]], text: str) -> None:
    names, known = CaseNames(), dict[int, Sighting]()
    for number, case in steps:
        if (old := known.pop(number, None)) is not None:
            names.drop(old)
        if case is not None:
            known[number] = sighting(str(number), case)
            names.put(known[number])
        wanted = {one.id for one in known.values() if text.casefold() in one.name}
        assert {one.id for one in names.having(text.casefold())} == wanted
        assert len(names) == len(known)


def test_thousands_of_names_lie_in_many_blocks() -> None:
    names = CaseNames()
    known = [sighting(str(number), f"order-{number}") for number in range(1500)]
    shuffled = random.Random(7).sample(known, len(known))
    for one in shuffled:
        names.put(one)
    assert sorted(each(names, "order-77")) == sorted(str(n) for n in range(1500) if f"order-{n}".startswith("order-77"))
    assert len(names.having("order-")) == 1500
    for one in shuffled[:1400]:
        names.drop(one)
    assert {*each(names, "order")} == {one.id for one in shuffled[1400:]}


def each(names: CaseNames, text: str) -> Iterator[str]:
    return (one.id for one in names.having(text))
