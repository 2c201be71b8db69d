"""Which chain an alert climbs, and when each of its steps is due."""

from typing import Any

import pytest

from schemas.organisation import Chain as Written
from streams.alerts.chain import USUAL, Chain, Step_, climb, in_order
from streams.clock import HOUR, MILLISECOND, MINUTE, SECOND


def written(name: str, *, steps: dict[str, str] | None = None, **more: Any) -> Written:
    taken = [{"after": after, "tell": tell} for after, tell in (steps or {"0s": "store"}).items()]
    return Written.model_validate({"id": name, "steps": taken, **more})


def chain(name: str, **more: Any) -> Chain:
    return Chain.of(written(name, **more))


def steps_of(after: str) -> Chain:
    """A chain known by the span of its only step."""
    return chain(after, steps={after: "store"})


def test_durations_become_microseconds_and_steps_are_in_ascending_time() -> None:
    steps = {"1h30m": "fallback", "500ms": "area", "0s": "store", "90s": "region"}
    assert chain("c", steps=steps).steps == (
        Step_(0, "store"),
        Step_(500 * MILLISECOND, "area"),
        Step_(90 * SECOND, "region"),
        Step_(90 * MINUTE, "fallback"),
    )


def test_steps_of_one_time_stay_in_their_order_and_none_is_left_out() -> None:
    steps = [{"after": after, "tell": tell} for after, tell in (("60s", "region"), ("1m", "area"), ("1m", "area"))]
    given = Written.model_validate({"id": "c", "steps": steps})
    assert [step.tell for step in Chain.of(given).steps] == ["region", "area", "area"]


def test_the_first_chain_that_fits_counts() -> None:
    chains = [
        chain("critical", severities=["critical"], steps={"1s": "store"}),
        chain("delivery", moments=["delivery.*"], steps={"2s": "store"}),
        chain("rest", steps={"3s": "store"}),
    ]
    assert climb(chains, "critical", "delivery.late") == (Step_(1 * SECOND, "store"),)
    assert climb(chains, "high", "delivery.late") == (Step_(2 * SECOND, "store"),)
    assert climb(chains, "high", "order.confirm") == (Step_(3 * SECOND, "store"),)


def test_severity_and_moment_must_both_fit() -> None:
    both = chain("c", severities=["high", "critical"], moments=["order.confirm"])
    assert both.fits("high", "order.confirm")
    assert not both.fits("low", "order.confirm")
    assert not both.fits("high", "order.cancel")


@pytest.mark.parametrize(
    ("pattern", "moment", "fits"),
    [
        ("order.confirm", "order.confirm", True),
        ("order.confirm", "order.confirm.again", False),
        ("order.confirm", "order.confirmed", False),
        ("order.*", "order.confirm", True),
        ("order.*", "order.confirm.again", True),
        ("order.*", "order", False),
        ("order.*", "orders.confirm", False),
        ("order.confirm.*", "order.confirm", False),
        ("order.confirm.*", "order.confirm.again", True),
    ],
)
def test_a_prefix_names_what_lies_below_it(pattern: str, moment: str, fits: bool) -> None:
    assert chain("c", moments=[pattern]).fits("low", moment) is fits


def test_where_no_chain_fits_the_store_is_told_at_once() -> None:
    assert climb([chain("c", severities=["critical"])], "low", "order.confirm") == USUAL == (Step_(0, "store"),)
    assert climb([], "critical", "order.confirm") == USUAL


def test_chains_are_looked_through_by_rank_and_else_as_they_come() -> None:
    given = [written("c", rank=2), written("b", rank=1), written("d"), written("a", rank=1)]
    assert [found.id for found in in_order(given)] == ["d", "b", "a", "c"]


@pytest.mark.parametrize(
    ("earlier", "later", "covered"),
    [
        ({}, {}, True),
        ({}, {"severities": ["low"], "moments": ["order.confirm"]}, True),
        ({"severities": ["low", "medium", "high", "critical"]}, {}, True),
        ({"severities": ["low", "medium"]}, {"severities": ["low"]}, True),
        ({"severities": ["low"]}, {"severities": ["low", "medium"]}, False),
        ({"severities": ["low"]}, {}, False),
        ({"moments": ["order.*"]}, {"moments": ["order.confirm", "order.confirm.*", "order.*"]}, True),
        ({"moments": ["order.*"]}, {"moments": ["order.confirm", "orders.late"]}, False),
        ({"moments": ["order.*"]}, {}, False),
        ({"moments": ["order.confirm"]}, {"moments": ["order.*"]}, False),
        ({"moments": ["order.*"], "severities": ["low"]}, {"moments": ["order.confirm"]}, False),
    ],
)
def test_a_chain_is_covered_where_an_earlier_one_fits_all_it_fits(
    earlier: dict[str, Any], later: dict[str, Any], covered: bool
) -> None:
    assert chain("a", **earlier).covers(chain("b", **later)) is covered


def test_a_step_after_hours_is_exact() -> None:
    assert steps_of("26h").steps[0].after == 26 * HOUR
