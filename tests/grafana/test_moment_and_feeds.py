"""Error budgets, burn rates, save rates and states of feeds: stories judged by Prometheus' own engine."""

from pathlib import Path

import pytest

from streams.dashboards.promql import NONE
from tests.grafana.judge import PROMTOOL, Expected, World
from tests.grafana.shelf import committed, filled, panels
from tests.grafana.test_wall import always, feed, shows, total, well

pytestmark = pytest.mark.skipif(PROMTOOL is None, reason="promtool of Debian's prometheus is not installed")

ROW = '{moment="m.one", title="m.one"}'


def query(dashboard: str, panel: str, ref: str) -> str:
    """A query of an English dashboard, rounded to three decimals."""
    found = next(one for one in panels(committed()[f"en/moments-{dashboard}"]) if one["title"] == panel)
    expr = next(target["expr"] for target in found["targets"] if target["refId"] == ref)
    return f"round({filled(expr, start=0, end=600)}, 0.001)"


def judged(met: int, broke: int, *, withdrawn: int = 0, objective: float = 0.9) -> World:
    world = well()
    world.series |= total("moments_breaches_total", f"0x10 {broke}x200", severity="high")
    world.series |= total("moments_retractions_total", f"0x20 {withdrawn}x200", severity="high")
    world.series |= total("moments_transitions_total", f"0x10 {met}x200", kind="met")
    for instance in ("w1:9100", "w2:9100"):
        world.series[f'moments_moment_objective{{instance="{instance}",moment="m.one"}}'] = always(objective)
    return world


def objectives(ref: str, value: float | None) -> Expected:
    return Expected(query("moment", "Objectives and error budgets", ref), {} if value is None else {ROW: value})


def test_half_the_budget_is_left_when_half_of_what_may_break_broke(tmp_path: Path) -> None:
    shows(
        judged(met=95, broke=6, withdrawn=1),
        tmp_path,
        objectives("A", 0.9),
        objectives("B", 0.95),
        objectives("C", 0.5),
        objectives("D", 0.5),
    )


def test_a_budget_can_be_overdrawn(tmp_path: Path) -> None:
    shows(judged(met=80, broke=20), tmp_path, objectives("C", -1), objectives("D", 2))


def test_a_burn_rate_of_a_handful_is_not_told(tmp_path: Path) -> None:
    shows(judged(met=2, broke=3), tmp_path, objectives("B", 0.4), objectives("D", None), objectives("E", None))


def test_a_moment_of_which_none_may_break_has_no_budget_and_no_division_by_zero(tmp_path: Path) -> None:
    shows(judged(met=95, broke=5, objective=1), tmp_path, objectives("B", 0.95), objectives("C", None))


def test_where_nothing_was_judged_there_is_no_share(tmp_path: Path) -> None:
    shows(judged(met=0, broke=0), tmp_path, objectives("B", None), objectives("C", None), objectives("F", 0))


def test_the_save_rate_is_of_what_was_warned_of(tmp_path: Path) -> None:
    world = judged(met=95, broke=5)
    world.series |= total("moments_saved_total", "0x10 15x200")
    world.series |= total("moments_transitions_total", always(0), kind="at_risk")
    rate = query("moment", "After a warning", "A")
    shows(world, tmp_path, Expected(rate, {"{}": NONE}))
    world.series |= total("moments_transitions_total", "0x10 20x200", kind="at_risk")
    shows(world, tmp_path, Expected(rate, {"{}": 0.75}))


@pytest.mark.parametrize(("state", "number"), [("heard", 0), ("suspect", 1), ("returning", 2), ("blind", 3)])
def test_a_feed_is_in_the_state_that_is_told(tmp_path: Path, state: str, number: int) -> None:
    world = well()
    world.series |= feed("orders", "east", state)
    row = '{tenant="acme", source="orders", region="east"}'
    shows(world, tmp_path, Expected(query("feeds", "States over time", "A"), {row: number}))


def test_two_workers_that_tell_of_one_feed_are_one_feed_in_the_graver_state(tmp_path: Path) -> None:
    world = well()
    world.series |= {
        name.replace("w1:9101", "w2:9101"): values for name, values in feed("orders", "east", "blind").items()
    }
    row = '{tenant="acme", source="orders", region="east"}'
    shows(
        world,
        tmp_path,
        Expected(query("feeds", "States over time", "A"), {row: 3}),
        Expected(query("feeds", "Feeds", "D"), {"{}": 1}),
        Expected(query("feeds", "Feeds", "A"), {"{}": 0}),
    )
