"""The rules of Prometheus: generated, valid, in step with the metrics, and right in each of their cases."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from streams.catalogue.load import compile_texts, load
from streams.catalogue.model import Catalogue
from streams.cli.rules import SERVED
from streams.cli.rules import rules as command
from streams.metrics.contract import BY_NAME
from streams.rules.budget import FAST, SLOW
from streams.rules.files import rule_files
from streams.rules.rule import RUNBOOKS
from tests.rules.place import PACKS, PROMETHEUS, read, rules, run, tool
from tests.rules.promql import ALWAYS, faults

RECORDED = {
    rule["record"]: frozenset(rule["record"].partition(":")[0].split("_")) | ALWAYS for rule in rules(alerts=False)
}
CASES = sorted((PROMETHEUS / "tests").glob("*.yml"))

MODEST = """
name: shop
moments:
  - id: order.confirm
    title: {zh: "接{{单}}", en: "Store {{accepts}} the order"}
    playbook: {zh: ["{{ 打电话 }}"], en: ["Call {{ $labels.store }}"]}
    stage: execution
    owner: store_manager
    severity: low
    starts: order.placed
    ends: order.accepted
    deadline: 3m
    objective: 80%
"""


def shop(objective: str = "80%") -> Catalogue:
    return compile_texts([("shop.yaml", MODEST.replace("80%", objective))])


def test_the_committed_files_are_what_the_generator_writes() -> None:
    wanted = rule_files(load(PACKS), PACKS)
    found = {path.name: path.read_text(encoding="utf-8") for path in (PROMETHEUS / "rules").glob("*.yml")}
    assert found == wanted, "run: moments rules write --catalogue pack:tea_chain"


def test_prometheus_takes_its_configuration_and_the_rules() -> None:
    said = run("promtool", "check", "config", PROMETHEUS / "prometheus.yml")
    assert f"{len(rule_files(load(PACKS), PACKS))} rule files found" in said
    assert "FAILED" not in said


@pytest.mark.parametrize("cases", CASES, ids=lambda path: path.stem)
def test_every_case_comes_out_as_promtool_is_told(cases: Path) -> None:
    assert "SUCCESS" in run("promtool", "test", "rules", cases)


def test_there_are_cases_for_each_alert_both_firing_and_silent() -> None:
    """An alert that is expected to be there in no case, or absent in none, is not tested."""
    tested = [case for path in CASES for case in read(path)["tests"]]
    assert len(tested) >= 40
    checks = [check for case in tested for check in case.get("promql_expr_test", ())]
    for name in {rule["alert"] for rule in rules(alerts=True)}:
        about = [check for check in checks if _speaks_of(check["expr"], name)]
        fired = [
            check
            for check in about
            for sample in check["exp_samples"]
            if f'alertname="{name}"' in check["expr"] or name in sample["labels"]
        ]
        assert fired, f"{name} fires in no case"
        assert name == "Watchdog" or any(not check["exp_samples"] for check in about), f"{name} is silent in no case"


def _speaks_of(expression: str, name: str) -> bool:
    found = re.search(r'ALERTS\{alertname(=~?)"([^"]+)"', expression)
    return found is not None and re.fullmatch(found[2], name) is not None


@pytest.mark.parametrize(
    "rule", rules(alerts=True), ids=lambda rule: f"{rule['alert']}-{rule['labels'].get('moment', '')}"
)
def test_an_alert_asks_only_for_what_the_metrics_have(rule: dict[str, str]) -> None:
    assert faults(rule["expr"], RECORDED) == []


def test_recording_rules_ask_only_for_what_the_metrics_have() -> None:
    assert {rule["record"]: found for rule in rules(alerts=False) if (found := faults(rule["expr"], RECORDED))} == {}


@pytest.mark.parametrize(
    ("expression", "fault"),
    [
        ("moments_oder_total > 0", "moments_oder_total is no metric"),
        ('sum(moments_outbox_waiting{tenant="t"})', "moments_outbox_waiting has no label tenant"),
        ("sum by (store) (moments_outbox_waiting)", "nothing here has the label store"),
        ('moments_feed_state{state="deaf"}', "moments_feed_state: state is never 'deaf'"),
        ('moments_worker_info{role="console"}', "moments_worker_info: role is never 'console'"),
        ('moments_restore_seconds_bucket{le="61.0"}', "moments_restore_seconds_bucket: le is never '61.0'"),
        ("moments_restore_seconds > 1", "moments_restore_seconds is no metric"),
        ("tenant:moments_met:increase7m", "tenant:moments_met:increase7m is no metric"),
    ],
)
def test_the_check_sees_what_the_metrics_have_not(expression: str, fault: str) -> None:
    assert faults(expression, RECORDED) == [fault]


def test_labels_in_the_words_of_an_alert_are_labels_that_it_has() -> None:
    for rule in rules(alerts=True):
        words = " ".join(rule["annotations"].values())
        used = set(re.findall(r"\$labels\.([a-z_]+)", words)) - set(rule["labels"])
        kept = {"tenant", "region"} if rule["labels"]["about"] == "service" else _results(rule["expr"])
        assert used <= kept, f"{rule['alert']}: {used - kept}"


def _results(expression: str) -> set[str]:
    """Labels of what comes out: those grouped by, fixed by a matcher, or those of a plain metric."""
    found = {label for by in re.findall(r"by \(([^)]*)\)", expression) for label in by.split(", ")}
    found |= set(re.findall(r'label_replace\(.*"(role)"', expression)) | set(re.findall(r'[{,](role)="', expression))
    if " by " not in expression:
        found |= ALWAYS
    return found


def test_each_alert_says_what_it_is_in_both_languages_and_how_grave() -> None:
    for rule in rules(alerts=True):
        notes = rule["annotations"]
        assert set(notes) == {"summary", "description", "summary_zh", "description_zh", "runbook_url"}, rule["alert"]
        assert all(re.search(r"[\u4e00-\u9fff]", notes[key]) for key in ("summary_zh", "description_zh")), rule["alert"]
        assert not re.search(r"[\u4e00-\u9fff]", notes["summary"] + notes["description"]), rule["alert"]
        assert notes["runbook_url"] == f"docs/runbooks/{rule['alert']}.md"
        assert rule["labels"]["severity"] in ("critical", "high", "medium", "low", "none")
        assert rule["labels"]["about"] in ("service", "feed", "monitor")


@pytest.mark.parametrize("objective", ["50%", "80%", "90%", "93%", "95%", "99%", "99.9%"])
def test_every_burn_can_be_reached_and_a_faster_one_asks_for_more(objective: str) -> None:
    share = shop(objective).moments[0].objective
    most = [burn.most(share) for burn in (*FAST, *SLOW)]
    assert all(0 < one < 1 for one in most)
    assert most == sorted(most, reverse=True)
    assert len(set(most)) == len(most)
    assert most[-1] == pytest.approx(1 - share)


def test_a_strict_objective_burns_as_the_workbook_says() -> None:
    assert [burn.most(0.999) for burn in (*FAST, *SLOW)] == [0.0144, 0.006, 0.003, 0.001]


def test_no_single_outcome_can_ever_be_enough() -> None:
    for burn in (*FAST, *SLOW):
        assert burn.outcomes >= 10
        assert burn.breaches >= 5


def test_rules_of_any_catalogue_load_whatever_its_words_are(tmp_path: Path) -> None:
    for name, text in rule_files(shop(), ["shop.yaml"]).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    run("promtool", "check", "rules", *sorted(tmp_path.glob("*.yml")))
    slo = (tmp_path / "moments-slo.yml").read_text(encoding="utf-8")
    assert "Store ((accepts)) the order" in slo
    assert "80% shall be met in time" in slo
    assert "> 0.8\n" in slo  # a fifth of what is met at all
    assert "Generated from the objectives of shop@" in slo
    assert "moments rules write --catalogue shop.yaml\n" in slo


def test_the_same_catalogue_gives_the_same_bytes() -> None:
    assert rule_files(load(PACKS), PACKS) == rule_files(load(PACKS), PACKS)


def test_the_command_writes_checks_and_names_what_differs(tmp_path: Path) -> None:
    runner, given = CliRunner(), ["--catalogue", "pack:retail", "--directory", str(tmp_path)]
    assert runner.invoke(command, ["check", *given]).exit_code == 1
    assert runner.invoke(command, ["write", *given]).exit_code == 0
    assert runner.invoke(command, ["check", *given]).exit_code == 0
    changed = tmp_path / "moments-slo.yml"
    changed.write_text(changed.read_text(encoding="utf-8").replace("0.72", "0.5"), encoding="utf-8")
    found = runner.invoke(command, ["check", *given])
    assert found.exit_code == 1
    assert "moments-slo.yml is not what the catalogue says" in found.stderr
    assert "moments-operations.yml" not in found.stderr


def test_runbooks_are_linked_where_an_installation_serves_them(tmp_path: Path) -> None:
    assert SERVED == RUNBOOKS
    there = rule_files(shop(), ["shop.yaml"], "https://wiki.acme.example/moments")["moments-operations.yml"]
    assert "runbook_url: https://wiki.acme.example/moments/FeedBlind.md" in there
    assert "moments rules write --catalogue shop.yaml --runbooks https://wiki.acme.example/moments\n" in there


def test_the_jobs_of_the_rules_are_scraped() -> None:
    jobs = {one["job_name"] for one in read(PROMETHEUS / "prometheus.yml")["scrape_configs"]}
    asked = {
        job
        for rule in rules(alerts=True)
        for names in re.findall(r'job=~?"([^"]+)"', rule["expr"])
        for job in names.split("|")
    }
    assert asked == {"moments-worker", "moments-console"}
    assert asked <= jobs


def test_every_metric_of_the_contract_that_means_trouble_has_an_alert() -> None:
    watched = " ".join(rule["expr"] for rule in (*rules(alerts=True), *rules(alerts=False)))
    for name in (
        "moments_feed_state",
        "moments_shard_clock_age_seconds",
        "moments_shards_owned",
        "moments_events_refused_total",
        "moments_records_lost_total",
        "moments_notifications_total",
        "moments_outbox_waiting",
        "moments_console_board_age_seconds",
        "moments_restore_seconds",
        "moments_input_lag",
    ):
        assert name in BY_NAME
        assert name in watched


def test_promtool_is_told_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(pytest.skip.Exception, match="promtool is not installed"):
        tool("promtool")
