"""What the wall shows: each story is a set of series, judged by Prometheus' own engine through promtool."""

import math
from pathlib import Path

import pytest

from streams.dashboards.promql import NONE, UNKNOWN
from tests.grafana.judge import PROMTOOL, Expected, World
from tests.grafana.shelf import committed, filled, panels

pytestmark = pytest.mark.skipif(PROMTOOL is None, reason="promtool of Debian's prometheus is not installed")

DETECT = {"0": "w1:9100", "1": "w2:9100"}
FIGURES = ("Broken now", "At risk now", "Unknown now", "Running now")


def always(value: float) -> str:
    return f"{value}x200"


def until(at: int, value: float) -> str:
    """Told up to `at` seconds, then no more, as when nobody scrapes."""
    return f"{value}x{at // 10}"


def occurrences(instance: str, region: str, moment: str = "m.one", **states: int) -> dict[str, str]:
    labels = f'instance="{instance}",tenant="acme",region="{region}",moment="{moment}",stage="execution"'
    all_states = {"running": 0, "at_risk": 0, "paused": 0, "broken": 0, "unknown": 0, **states}
    return {f'moments_occurrences{{{labels},state="{state}"}}': always(n) for state, n in all_states.items()}


def feed(source: str, region: str, state: str, tenant: str = "acme") -> dict[str, str]:
    labels = f'instance="w1:9101",tenant="{tenant}",source="{source}",region="{region}"'
    states = ("heard", "suspect", "blind", "returning")
    return {
        f"moments_feed_silence_seconds{{{labels}}}": always(360 if state == "blind" else 1),
        **{f'moments_feed_state{{{labels},state="{one}"}}': always(int(one == state)) for one in states},
    }


def total(name: str, values: str, instance: str = "w1:9100", **labels: str) -> dict[str, str]:
    known = {"tenant": "acme", "region": "east", "moment": "m.one", "stage": "execution", **labels}
    inside = ",".join(f'{label}="{value}"' for label, value in known.items())
    return {f'{name}{{instance="{instance}",{inside}}}': values}


def well() -> World:
    """Two workers with one detect shard each, the feed stage at the first, and a notify stage."""
    series: dict[str, str] = {}
    roles = {"w1:9100": "detect", "w2:9100": "detect", "w1:9101": "feed", "w1:9104": "notify"}
    for instance, role in roles.items():
        mine = f'instance="{instance}",job="moments-worker",role="{role}"'
        series[f'up{{instance="{instance}",job="moments-worker"}}'] = always(1)
        series[f"moments_worker_info{{{mine}}}"] = always(1)
        series[f"moments_partitions{{{mine}}}"] = always(2)
        series[f"moments_shards_owned{{{mine}}}"] = always(1 if role == "detect" else 2)
    for partition, instance in DETECT.items():
        series[_clock(partition, instance)] = always(0.3)
    series |= occurrences("w1:9100", "east", running=700, at_risk=4, broken=2, unknown=0)
    series |= occurrences("w2:9100", "east", running=500, at_risk=3, broken=1, unknown=0)
    series |= feed("orders", "east", "heard")
    series[_oldest("w1:9100", "east")] = always(-240)
    series[_oldest("w2:9100", "east")] = always(-60)
    return World(series)


def quiet() -> World:
    """The same with nothing broken, at risk or unknown."""
    world = well()
    world.series |= occurrences("w1:9100", "east", running=700)
    world.series |= occurrences("w2:9100", "east", running=500)
    for instance in DETECT.values():
        del world.series[_oldest(instance, "east")]
    return world


def _clock(partition: str, instance: str) -> str:
    return (
        f'moments_shard_clock_age_seconds{{instance="{instance}",job="moments-worker",'
        f'role="detect",partition="{partition}"}}'
    )


def _oldest(instance: str, region: str) -> str:
    return (
        f'moments_oldest_breach_timestamp_seconds{{instance="{instance}",tenant="acme",region="{region}",moment="m.one"}}'
    )


def wall(panel: str, ref: str = "A", *, at: int = 600, start: int = 0, **values: str) -> str:
    """A query of the English wall."""
    found = [one for one in panels(committed()["en/moments-wall"]) if one["title"] == panel]
    return next(filled(t["expr"], start=start, end=at, values=values) for t in found[0]["targets"] if t["refId"] == ref)


def shows(world: World, folder: Path, *expected: Expected) -> None:
    against = world.judge(expected, folder)
    assert not against, against


def figure(panel: str, value: float, ref: str = "A", *, tenant: str = ".*", region: str = ".*") -> Expected:
    return Expected(wall(panel, ref, tenant=tenant, region=region), {"{}": value})


def nothing_is_known(because: int) -> list[Expected]:
    return [
        *(figure(panel, UNKNOWN) for panel in FIGURES),
        figure("In time today", UNKNOWN),
        figure("Oldest, and compared", UNKNOWN),
        figure("Oldest, and compared", UNKNOWN, "B"),
        Expected(wall("By moment"), {}),
        Expected(wall("By moment", "B"), {}),
        figure("By moment", UNKNOWN, "D"),
        Expected(wall("By region"), {}),
        figure("By region", UNKNOWN, "D"),
        figure("Can this be believed", because),
    ]


def test_figures_are_sums_over_workers_and_the_oldest_breach_is_the_oldest_of_all(tmp_path: Path) -> None:
    shows(
        well(),
        tmp_path,
        *(figure(panel, value) for panel, value in zip(FIGURES, (3, 7, 0, 1200), strict=True)),
        figure("Oldest, and compared", 14),
        figure("Can this be believed", 0),
        Expected(wall("By moment"), {'{moment="m.one", title="m.one"}': 3}),
        Expected(wall("By region"), {'{region="east"}': 3}),
        Expected(wall("By moment", "D"), {}),
        Expected(wall("By region", "D"), {}),
    )


def test_a_known_nothing_is_a_zero_and_a_dash(tmp_path: Path) -> None:
    shows(
        quiet(),
        tmp_path,
        figure("Broken now", 0),
        figure("At risk now", 0),
        figure("Oldest, and compared", NONE),
        Expected(wall("By moment"), {}),
        figure("By moment", NONE, "D"),
        figure("By region", NONE, "D"),
        figure("Feeds that are not heard", NONE, "B"),
        figure("Silent feeds", NONE),
    )


def test_without_any_data_nothing_is_known(tmp_path: Path) -> None:
    shows(
        World({"unrelated": always(1)}), tmp_path, *nothing_is_known(1), figure("Feeds that are not heard", UNKNOWN, "B")
    )


def test_a_detect_process_that_does_not_answer_covers_the_wall(tmp_path: Path) -> None:
    world = well()
    world.series = {
        name: f"{values.removesuffix('x200')}x30 stale" if 'instance="w2:9100"' in name else values
        for name, values in world.series.items()
    }
    world.series['up{instance="w2:9100",job="moments-worker"}'] = "1x30 0x200"
    shows(world, tmp_path, *nothing_is_known(2))


def test_a_process_that_never_answered_covers_it_too(tmp_path: Path) -> None:
    world = well()
    world.series['up{instance="w3:9100",job="moments-worker"}'] = always(0)
    shows(world, tmp_path, *nothing_is_known(2))


def test_a_notify_process_that_does_not_answer_covers_nothing(tmp_path: Path) -> None:
    world = well()
    world.series['up{instance="w1:9104",job="moments-worker"}'] = "1x30 0x200"
    for name in list(world.series):
        if name.startswith("moments_") and "w1:9104" in name:
            world.series[name] = f"{world.series[name].removesuffix('x200')}x30 stale"
    shows(
        world,
        tmp_path,
        figure("Broken now", 3),
        figure("Can this be believed", 0),
        figure("Processes that do not answer", 1),
    )


@pytest.mark.parametrize("age", [30.5, 31, 4000])
def test_one_clock_older_than_thirty_seconds_covers_the_wall(tmp_path: Path, age: float) -> None:
    world = well()
    world.series[_clock("1", "w2:9100")] = always(age)
    shows(world, tmp_path, *nothing_is_known(4))


def test_a_clock_of_half_a_minute_is_believed(tmp_path: Path) -> None:
    world = well()
    world.series[_clock("1", "w2:9100")] = always(30)
    shows(world, tmp_path, figure("Broken now", 3), figure("Can this be believed", 0), figure("Age of the data", 30))


def test_a_shard_that_has_no_clock_yet_covers_the_wall(tmp_path: Path) -> None:
    world = well()
    del world.series[_clock("1", "w2:9100")]
    shows(world, tmp_path, *nothing_is_known(4))


def test_a_shard_that_is_nobodys_covers_the_wall(tmp_path: Path) -> None:
    world = well()
    world.series['moments_shards_owned{instance="w2:9100",job="moments-worker",role="detect"}'] = always(0)
    shows(world, tmp_path, *nothing_is_known(3))


def test_a_shard_that_two_workers_tell_of_covers_the_wall(tmp_path: Path) -> None:
    world = well()
    world.series['moments_shards_owned{instance="w2:9100",job="moments-worker",role="detect"}'] = always(2)
    shows(world, tmp_path, *nothing_is_known(3))


def test_when_prometheus_does_not_scrape_any_more_nothing_is_known(tmp_path: Path) -> None:
    world = well()
    world.series = {name: until(560, float(values.removesuffix("x200"))) for name, values in world.series.items()}
    shows(world, tmp_path, *nothing_is_known(4))


def test_before_the_first_event_nothing_is_known(tmp_path: Path) -> None:
    world = well()
    world.series = {
        name: values
        for name, values in world.series.items()
        if not name.startswith(("moments_occurrences", "moments_feed_", "moments_oldest"))
    }
    shows(world, tmp_path, *nothing_is_known(6))


def test_a_zero_is_not_told_while_a_feed_is_blind_but_what_is_broken_is(tmp_path: Path) -> None:
    world = quiet()
    world.series |= occurrences("w2:9100", "west", broken=2, unknown=18) | feed("delivery", "east", "blind")
    shows(
        world,
        tmp_path,
        figure("Broken now", 2),
        figure("Unknown now", 18),
        figure("At risk now", UNKNOWN),
        figure("Silent feeds", 1),
        Expected(wall("By region"), {'{region="west"}': 2}),
        Expected(wall("By region", "C"), {'{region="west"}': 18}),
        Expected(wall("Feeds that are not heard"), {'{source="delivery", region="east"}': 360}),
        Expected(wall("Feeds that are not heard", "B"), {}),
        figure("Can this be believed", 7),
    )


def test_a_region_whose_feed_is_blind_is_unknown_and_others_are_not(tmp_path: Path) -> None:
    world = quiet()
    world.series |= occurrences("w2:9100", "west") | feed("orders", "west", "blind")
    shows(
        world,
        tmp_path,
        Expected(wall("By region", "C"), {'{region="west"}': UNKNOWN}),
        figure("Broken now", UNKNOWN),
        figure("Broken now", UNKNOWN, region="west"),
        figure("Broken now", 0, region="east"),
        figure("By region", NONE, "D", region="east"),
    )


@pytest.mark.parametrize(("state", "value"), [("heard", 0), ("suspect", 0), ("returning", UNKNOWN), ("blind", UNKNOWN)])
def test_a_feed_that_comes_back_is_not_yet_believed(tmp_path: Path, state: str, value: int) -> None:
    world = quiet()
    world.series |= feed("orders", "east", state)
    shows(world, tmp_path, figure("Broken now", value))


def test_when_nobody_judges_the_feeds_a_zero_is_not_told(tmp_path: Path) -> None:
    for world, broken in ((quiet(), UNKNOWN), (well(), 3)):
        world.series = {name: values for name, values in world.series.items() if 'instance="w1:9101"' not in name}
        shows(
            world,
            tmp_path,
            figure("Broken now", broken),
            figure("Can this be believed", 8),
            figure("Feeds that are not heard", UNKNOWN, "B"),
            figure("Silent feeds", UNKNOWN),
        )


def test_total_silence_of_the_tenant_covers_the_wall(tmp_path: Path) -> None:
    world = well()
    world.series |= feed("*", "*", "blind")
    shows(world, tmp_path, *nothing_is_known(5))


def test_total_silence_of_one_of_two_tenants_covers_only_its_own_wall(tmp_path: Path) -> None:
    world = well()
    labels = 'instance="w1:9100",tenant="other",region="east",moment="m.one",stage="execution"'
    world.series[f'moments_occurrences{{{labels},state="broken"}}'] = always(5)
    world.series |= feed("*", "*", "blind", tenant="other")
    shows(
        world,
        tmp_path,
        figure("Broken now", 8),
        figure("Broken now", 3, tenant="acme"),
        figure("Broken now", UNKNOWN, tenant="other"),
        figure("Can this be believed", 0, tenant="acme"),
        figure("Can this be believed", 5, tenant="other"),
    )


def test_todays_breaches_outlive_restarts_and_are_less_those_withdrawn(tmp_path: Path) -> None:
    world = well()
    # four, then the process begins again and says three more; one of the seven is withdrawn
    world.series |= total("moments_breaches_total", "0x5 0+1x4 4x20 0+1x3 3x200", severity="high")
    world.series |= total("moments_retractions_total", "0x40 1x200", severity="high")
    world.series |= total("moments_transitions_total", "0x10 94x200", kind="met")
    expr = wall("Oldest, and compared", "B")
    shows(
        world,
        tmp_path,
        Expected(f"round({expr})", {"{}": 6}),
        Expected(f"round({wall('In time today')}, 0.001)", {"{}": 0.94}),
        Expected(wall("Lowest shares in time today", "B"), {}),
    )


def test_a_share_of_nothing_is_a_dash(tmp_path: Path) -> None:
    world = well()
    world.series |= total("moments_breaches_total", always(0), severity="high")
    world.series |= total("moments_retractions_total", always(0), severity="high")
    world.series |= total("moments_transitions_total", always(0), kind="met")
    shows(
        world,
        tmp_path,
        figure("In time today", NONE),
        figure("Oldest, and compared", 0, "B"),
        figure("Objective, and compared", NONE),
        figure("Lowest shares in time today", NONE, "B"),
    )


def test_moments_with_too_few_judged_are_not_compared(tmp_path: Path) -> None:
    world = well()
    for moment, met, broke in (("m.few", 3, 2), ("m.many", 90, 10)):
        world.series |= total("moments_breaches_total", f"0x10 {broke}x200", severity="high", moment=moment)
        world.series |= total("moments_retractions_total", always(0), severity="high", moment=moment)
        world.series |= total("moments_transitions_total", f"0x10 {met}x200", kind="met", moment=moment)
    shows(world, tmp_path, Expected(wall("Lowest shares in time today"), {'{moment="m.many", title="m.many"}': 0.9}))


def test_titles_come_from_the_catalogue_also_while_workers_have_two_of_them(tmp_path: Path) -> None:
    world = well()
    info = 'moment="m.one",stage="execution",severity="high",owner="o",title_zh="一"'
    world.series[f'moments_moment_info{{instance="w1:9100",{info},title_en="One"}}'] = always(1)
    shows(world, tmp_path, Expected(wall("By moment"), {'{moment="m.one", title="One"}': 3}))
    world.series[f'moments_moment_info{{instance="w2:9100",{info},title_en="Uno"}}'] = always(1)
    shows(world, tmp_path, Expected(f"count({wall('By moment')})", {"{}": 1}))


def test_a_region_without_a_name_has_words(tmp_path: Path) -> None:
    world = quiet()
    world.series |= occurrences("w2:9100", "", broken=1)
    shows(world, tmp_path, Expected(wall("By region"), {'{region="no region"}': 1}))


def test_last_week_is_told_only_if_prometheus_was_there(tmp_path: Path) -> None:
    week, samples = 7 * 24 * 3600, 7 * 24 * 60
    world = well()
    world.at, world.interval = week + 600, 60
    world.series = {name: values.replace("x200", f"x{samples + 20}") for name, values in world.series.items()}
    world.series |= total("moments_transitions_total", f"0x2 12x{samples + 20}", kind="opened")
    expr = wall("Started today", "B", at=week + 600, start=week)
    shows(world, tmp_path, Expected(f"round({expr})", {"{}": 12}))
    # a range that began before Prometheus did
    before = wall("Started today", "B", at=week + 600, start=week - 1200)
    shows(world, tmp_path, Expected(before, {"{}": NONE}))


def test_a_store_with_three_orders_is_not_the_worst() -> None:
    # one of three against thirty of two hundred, in a region where one of twenty breaks
    assert _posterior(1, 3) < _posterior(30, 200)


def _posterior(breaches: int, started: int, share: float = 0.05, weight: int = 20) -> float:
    return (breaches + weight * share) / (started + weight)


def test_the_ranking_is_corrected_for_volume(tmp_path: Path) -> None:
    world = well()
    counts = {"small": (1, 3), "bad": (30, 200), "good": (2, 300), "other": (67, 1497)}  # a region with one in twenty
    for store, (breaches, started) in counts.items():
        labels = f'instance="w1:9100",tenant="acme",region="east",store="{store}"'
        world.series[f"moments_store_breaches_total{{{labels}}}"] = f"0x10 {breaches}x200"
        world.series[f"moments_store_started_total{{{labels}}}"] = f"0x10 {started}x200"
    found = next(p for p in panels(committed()["en/moments-stores"]) if p["title"] == "Stores, corrected for volume")
    expr = filled(found["targets"][0]["expr"], start=0, end=600)
    rows = {
        f'{{tenant="acme", region="east", store="{store}"}}': round(_posterior(*counts[store]), 4)
        for store in ("small", "bad", "good")
    }
    assert math.isclose(sum(b for b, _ in counts.values()) / sum(s for _, s in counts.values()), 0.05)
    shows(world, tmp_path, Expected(expr, rows))
    ranked = sorted(rows, key=lambda row: -rows[row])
    assert "bad" in ranked[0]
