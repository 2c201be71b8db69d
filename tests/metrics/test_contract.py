"""The declarations, what is made of them, and the page that is written from them."""

from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families
from typer.testing import CliRunner

from streams.cli.docs import docs, pages
from streams.engine.case import KIND_NAMES, Kind
from streams.errors import InvariantError
from streams.metrics.contract import KINDS, LABELS, METRICS, PROCESSES, STATES, Process, metrics_of
from streams.metrics.detection import SHARES
from streams.metrics.feeds import GRAVITY, FeedStanding
from streams.metrics.instruments import Instruments
from streams.state.standing import STATES as COUNTED
from tests.metrics.figures import CATALOGUE, Figures, said


@pytest.mark.parametrize("process", PROCESSES)
def test_a_process_has_the_metrics_of_its_stage_and_no_others(process: Process) -> None:
    families = {
        family.name: family for family in text_string_to_metric_families(Figures(process).instruments.scrape().decode())
    }
    declared = {metric.name.removesuffix("_total"): metric for metric in metrics_of(process)}
    assert families.keys() == declared.keys()
    for name, family in families.items():
        assert (family.type, family.documentation) == (declared[name].kind, declared[name].help)
        for sample in family.samples:
            assert set(declared[name].labels) == set(sample.labels) - {"le"}


def test_names_follow_the_rules_of_prometheus_and_every_label_is_explained() -> None:
    for metric in METRICS:
        assert metric.name.startswith("moments_")
        assert metric.name.endswith("_total") == (metric.kind == "counter")
        assert (metric.kind == "histogram") == bool(metric.buckets)
        assert list(metric.buckets) == sorted(set(metric.buckets))
        assert not metric.name.endswith(("_ms", "_milliseconds", "_minutes", "_microseconds"))
        assert metric.help.endswith(".")
        assert set(metric.values) <= set(metric.labels) <= set(LABELS)
        assert all(LABELS[label] or label in metric.values for label in metric.labels)
    assert len({metric.name for metric in METRICS}) == len(METRICS)


def test_the_values_of_labels_are_those_that_the_stages_use() -> None:
    assert set(KINDS) == set(KIND_NAMES) == {kind.name.lower() for kind in Kind}
    assert set(SHARES) <= set(KINDS)
    assert STATES == COUNTED
    assert set(GRAVITY) == set(next(one for one in METRICS if one.name == "moments_feed_state").values["state"])


def test_what_is_served_is_what_a_registry_gives() -> None:
    registry = CollectorRegistry()
    instruments = Instruments(registry)
    detection = instruments.detection
    detection.catalogue(CATALOGUE)
    instruments.about("0.1.0", 12, ["orders"])
    instruments.transaction(0.03, 7)
    detection.said([said(Kind.BREACHED, found=200_000), said(Kind.RECOVERED, at=said(Kind.BREACHED).at + 90_000_000)])
    detection.said([said(Kind.BREACHED, tenant='a "quoted"\\ \n tenant', moment="晚了")])
    detection.occurrences(0, {(("acme", "east", "delivery.on_time"), "broken"): 1})
    served = instruments.scrape().decode()
    assert _by_name(served) == _by_name(generate_latest(registry).decode())
    assert 'moments_lateness_seconds_bucket{tenant="acme",moment="delivery.on_time",le="120.0"} 1\n' in served
    assert 'tenant="a \\"quoted\\"\\\\ \\n tenant"' in served


def _by_name(text: str) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_the_instruments_of_another_process_are_refused() -> None:
    detect, feed = Instruments(CollectorRegistry(), "detect"), Instruments(CollectorRegistry(), "feed")
    with pytest.raises(InvariantError, match="another process"):
        detect.feeds.stand(0, {("acme", "//pos", ""): FeedStanding("heard", 0, 1.0)})
    with pytest.raises(InvariantError, match="another process"):
        feed.detection.cases(0, 1)


def test_one_registry_takes_the_instruments_of_one_process_once() -> None:
    registry = CollectorRegistry()
    Instruments(registry)
    with pytest.raises(ValueError, match="Duplicated"):
        Instruments(registry)


def test_the_page_names_every_metric_and_its_drift_is_found(tmp_path: Path) -> None:
    page = pages()["docs/metrics.md"]
    rows = {line.split("|")[1].strip(" `"): line for line in page.splitlines() if line.startswith("| `")}
    assert rows.keys() == {metric.name for metric in METRICS}
    assert "`state` (running, at_risk, paused, broken, unknown)" in rows["moments_occurrences"]
    (tmp_path / "docs").mkdir()
    run = CliRunner()
    assert run.invoke(docs, ["write", "--root", str(tmp_path)]).exit_code == 0
    assert run.invoke(docs, ["check", "--root", str(tmp_path)]).exit_code == 0
    (tmp_path / "docs" / "metrics.md").write_text(page.replace("Kafka", "the broker"), encoding="utf-8")
    assert run.invoke(docs, ["check", "--root", str(tmp_path)]).exit_code == 1
