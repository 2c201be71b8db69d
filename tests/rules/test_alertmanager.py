"""Alertmanager: whom an alert goes to, and which alerts are not told beside others."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.rules.alertmanager import Alertmanager, running
from tests.rules.place import ALERTMANAGER, alert_names, read, rules, run

ROUTES = [
    ("watchdog", {"alertname": "Watchdog", "severity": "none", "about": "monitor"}),
    ("desk", {"alertname": "order.confirm", "alert_id": "1", "tenant": "acme", "severity": "critical"}),
    ("desk", {"alertname": "order.confirm", "alert_id": "1", "tenant": "acme", "severity": "low"}),
    ("desk", {"alertname": "incident", "alert_id": "g", "tenant": "acme", "severity": "high", "group": "incident"}),
    ("desk", {"alertname": "feed.heard", "alert_id": "f", "tenant": "acme", "severity": "high", "region": "east"}),
    ("desk-tea", {"alertname": "order.confirm", "alert_id": "1", "tenant": "tea", "severity": "high"}),
    ("service-page", {"alertname": "MomentBurnsFast", "about": "service", "tenant": "acme", "severity": "critical"}),
    ("service-page", {"alertname": "MomentBurnsFast", "about": "service", "tenant": "acme", "severity": "high"}),
    ("service-ticket", {"alertname": "MomentBurnsSlowly", "about": "service", "tenant": "acme", "severity": "medium"}),
    ("service-ticket", {"alertname": "MomentBurnsSlowly", "about": "service", "tenant": "tea", "severity": "low"}),
    ("service-tea", {"alertname": "TenantBurnsFast", "about": "service", "tenant": "tea", "severity": "critical"}),
    ("service-page", {"alertname": "FeedBlind", "about": "feed", "tenant": "acme", "severity": "high"}),
    ("service-page", {"alertname": "TenantSilent", "about": "feed", "tenant": "acme", "severity": "critical"}),
    ("operators-page", {"alertname": "StageDown", "about": "monitor", "role": "detect", "severity": "critical"}),
    ("operators-page", {"alertname": "ClockHeld", "about": "monitor", "role": "detect", "severity": "high"}),
    ("operators-ticket", {"alertname": "RestoreSlow", "about": "monitor", "role": "detect", "severity": "medium"}),
    ("operators-ticket", {"alertname": "RulesOutdated", "about": "monitor", "severity": "low"}),
    ("operators-ticket", {"alertname": "SomebodyElses", "severity": "critical"}),
]


def test_amtool_takes_the_configuration() -> None:
    said = run("amtool", "check-config", ALERTMANAGER)
    assert "SUCCESS" in said
    assert "FAILED" not in said


@pytest.mark.parametrize(("receiver", "labels"), ROUTES, ids=lambda value: value if isinstance(value, str) else "")
def test_an_alert_goes_to_whom_it_is_for(receiver: str, labels: dict[str, str]) -> None:
    pairs = [f"{name}={value}" for name, value in labels.items()]
    run("amtool", "config", "routes", "test", f"--config.file={ALERTMANAGER}", f"--verify.receivers={receiver}", *pairs)


def test_a_route_that_is_expected_wrongly_is_seen() -> None:
    with pytest.raises(AssertionError, match="Expected receivers"):
        run(
            "amtool",
            "config",
            "routes",
            "test",
            f"--config.file={ALERTMANAGER}",
            "--verify.receivers=desk",
            "about=monitor",
        )


def test_each_receiver_is_of_some_use() -> None:
    assert {receiver for receiver, _ in ROUTES} == {one["name"] for one in read(ALERTMANAGER)["receivers"]}


def test_receivers_are_placeholders_on_this_machine_and_secrets_are_in_files() -> None:
    text = ALERTMANAGER.read_text(encoding="utf-8")
    hooks = [hook for one in read(ALERTMANAGER)["receivers"] for hook in one["webhook_configs"]]
    assert {hook["url"].rpartition("/")[0] for hook in hooks} == {"http://127.0.0.1:9099"}
    assert not re.search(
        r"^[^#]*\b(password|credentials|api_key|routing_key|service_key|bearer_token):", text, re.MULTILINE
    )


def test_inhibitions_speak_of_alerts_and_labels_that_there_are() -> None:
    known = {*alert_names(), "feed.heard"}
    labels = {label for rule in rules(alerts=True) for label in _labels(rule)} | set(OWN)
    for rule in read(ALERTMANAGER)["inhibit_rules"]:
        for matcher in (*rule["source_matchers"], *rule["target_matchers"]):
            name, value = re.fullmatch(r'(\w+)(?:=~|!=|=)"(.*)"', matcher).groups()  # type: ignore[union-attr]
            assert name in labels, matcher
            if name == "alertname":
                assert set(value.split("|")) <= known, matcher
        assert set(rule["equal"]) <= labels


def _labels(rule: dict[str, Any]) -> set[str]:
    by = {label for part in re.findall(r"by \(([^)]*)\)", rule["expr"]) for label in part.split(", ")}
    return by | {"alertname", *rule["labels"]} | {"tenant", "region"}


OWN: dict[str, str] = json.loads(
    (Path(__file__).parents[1] / "notify" / "examples" / "alertmanager_broke.txt")
    .read_text(encoding="utf-8")
    .split("\n\n")[-1]
)[0]["labels"]
"""Labels of what the monitor itself tells Alertmanager of a case, as they go over the wire."""


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Alertmanager]:
    with running(tmp_path_factory.mktemp("alertmanager")) as found:
        yield found


def burn(name: str, tenant: str, alertname: str = "MomentBurnsFast", **labels: str) -> dict[str, str]:
    return {"name": name, "alertname": alertname, "about": "service", "severity": "critical", "tenant": tenant} | labels


def blind(tenant: str, **labels: str) -> dict[str, str]:
    return {"name": "blind", "alertname": "FeedBlind", "about": "feed", "severity": "high", "tenant": tenant} | labels


def case(name: str, tenant: str, alertname: str = "order.confirm", **labels: str) -> dict[str, str]:
    """As the monitor itself tells of a case."""
    told = {label: value for label, value in OWN.items() if label not in ("region", "store", "team")}
    return told | {"name": name, "alertname": alertname, "alert_id": name, "severity": "high", "tenant": tenant} | labels


def ours(name: str, tenant: str, alertname: str, **labels: str) -> dict[str, str]:
    """About a process. The label `tenant` only tells the cases of these tests apart."""
    return {"name": name, "alertname": alertname, "about": "monitor", "severity": "high", "tenant": tenant} | labels


def test_a_blind_region_mutes_its_burns_and_its_stores_and_no_other_region(live: Alertmanager) -> None:
    live.post(
        blind("a", source="pos", region="east"),
        burn("burn east", "a", region="east", moment="order.confirm"),
        burn("burn west", "a", region="west", moment="order.confirm"),
        burn("burn all", "a", "TenantBurnsSlowly", moment="order.make"),
        case("store east", "a", region="east", store="s1"),
        case("store west", "a", region="west", store="s2"),
        case("no region", "a"),
        case("the feed itself", "a", "feed.heard", region="east"),
    )  # fmt: skip
    wanted = {
        "blind": False,
        "burn east": True,
        "burn west": False,
        "burn all": False,
        "store east": True,
        "store west": False,
        "no region": False,
        "the feed itself": False,
    }
    assert live.muted("a", wanted) == wanted


def test_the_same_region_of_another_tenant_is_told(live: Alertmanager) -> None:
    live.post(
        blind("b", region="east"),
        burn("burn", "c", region="east"),
        case("store", "c", region="east", store="s1"),
    )
    wanted = {"burn": False, "store": False}
    assert live.muted("c", wanted) == wanted


def test_the_monitors_own_word_of_a_feed_mutes_its_region_as_well(live: Alertmanager) -> None:
    live.post(
        case("feed", "d", "feed.heard", region="east"),
        burn("burn east", "d", region="east"),
        burn("burn west", "d", region="west"),
        case("store east", "d", region="east", store="s1"),
        case("store west", "d", region="west", store="s2"),
    )
    wanted = {
        "feed": False,
        "burn east": True,
        "burn west": False,
        "store east": True,
        "store west": False,
    }
    assert live.muted("d", wanted) == wanted


@pytest.mark.parametrize("tenant", ["e", "f"])
def test_a_silent_tenant_is_told_once(live: Alertmanager, tenant: str) -> None:
    said = (
        {"name": "silent", "alertname": "TenantSilent", "about": "feed", "severity": "critical", "tenant": tenant}
        if tenant == "e"
        else case("silent", tenant, "feed.heard", severity="critical")
    )
    live.post(
        said,
        {"name": "feed", "alertname": "FeedBlind", "about": "feed", "severity": "high", "tenant": tenant, "region": "x"},
        burn("burn", tenant, region="west"),
        burn("all", tenant, "TenantBurnsFast"),
        case("store", tenant, region="north", store="s1"),
        case("no region", tenant),
    )
    wanted = {"silent": False, "feed": tenant == "e", "burn": True, "all": True, "store": True, "no region": True}
    assert live.muted(tenant, wanted) == wanted


def test_a_stage_that_is_down_mutes_what_follows_and_not_the_other_stages(live: Alertmanager) -> None:
    live.post(
        ours("down", "g", "StageDown", role="detect", severity="critical"),
        ours("unowned", "g", "ShardUnowned", role="detect"),
        ours("held", "g", "ClockHeld", role="detect", partition="3"),
        ours("stuck", "g", "WorkerStuck", role="alert", partition="3", topic="t"),
        ours("failing", "g", "NotifierFailing", role="notify", receiver="chat"),
        ours("watchdog", "g", "Watchdog", severity="none"),
        burn("burn", "g", region="east"),
        case("store", "g", region="east", store="s1"),
    )
    wanted = {
        "down": False,
        "unowned": True,
        "held": True,
        "stuck": False,
        "failing": False,
        "watchdog": False,
        "burn": False,
        "store": False,
    }
    assert live.muted("g", wanted) == wanted


def test_a_console_that_is_down_is_not_stale_as_well(live: Alertmanager) -> None:
    live.post(
        ours("down", "h", "StageDown", role="console"),
        ours("stale", "h", "ConsoleStale", role="console", instance="c"),
        ours("waiting", "h", "OutboxWaiting", role="notify", receiver="mail"),
    )
    wanted = {"down": False, "stale": True, "waiting": False}
    assert live.muted("h", wanted) == wanted


def test_a_stuck_shard_explains_its_held_clock_and_no_other(live: Alertmanager) -> None:
    live.post(
        ours("stuck", "i", "WorkerStuck", role="feed", partition="3", topic="t"),
        ours("held 3", "i", "ClockHeld", role="feed", partition="3"),
        ours("held 4", "i", "ClockHeld", role="feed", partition="4"),
    )
    wanted = {"stuck": False, "held 3": True, "held 4": False}
    assert live.muted("i", wanted) == wanted


def test_the_region_is_told_before_the_tenant_and_fast_before_slowly(live: Alertmanager) -> None:
    live.post(
        burn("fast", "j", region="east", moment="order.confirm"),
        burn("slow", "j", "MomentBurnsSlowly", region="east", moment="order.confirm"),
        burn("slow west", "j", "MomentBurnsSlowly", region="west", moment="order.confirm"),
        burn("all fast", "j", "TenantBurnsFast", moment="order.confirm"),
        burn("all slow", "j", "TenantBurnsSlowly", moment="order.confirm"),
        burn("other", "j", "TenantBurnsFast", moment="order.make"),
        burn("other slow", "j", "TenantBurnsSlowly", moment="order.make"),
    )
    wanted = {
        "fast": False,
        "slow": True,
        "slow west": False,
        "all fast": True,
        "all slow": True,
        "other": False,
        "other slow": True,
    }
    assert live.muted("j", wanted) == wanted


def test_a_receiver_that_refuses_explains_what_waits_for_it(live: Alertmanager) -> None:
    live.post(
        ours("failing", "k", "NotifierFailing", role="notify", receiver="pager"),
        ours("waiting", "k", "OutboxWaiting", role="notify", receiver="pager"),
        ours("waiting for mail", "k", "OutboxWaiting", role="notify", receiver="letters"),
    )
    wanted = {"failing": False, "waiting": True, "waiting for mail": False}
    assert live.muted("k", wanted) == wanted


def test_the_configuration_is_read_by_the_real_one(live: Alertmanager, tmp_path: Path) -> None:
    said = run("amtool", f"--alertmanager.url={live.address}", "config", "show")
    assert "name: operators-page" in said
