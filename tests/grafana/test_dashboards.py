"""The committed dashboards are those of the source, whole in both languages, and ask only for what the monitor tells."""

import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from streams.dashboards import build, palette
from streams.dashboards.wall import ROWS
from streams.dashboards.words import LANGUAGES, table
from streams.metrics.contract import BY_NAME
from tests.grafana.names import names
from tests.grafana.shelf import DASHBOARDS, ROOT, Asked, asked, committed, filled, panels

NAMES = sorted(f"{language}/moments-{name}" for language in LANGUAGES for name in build.DASHBOARDS)
CHINESE = re.compile(r"[\u4e00-\u9fff]")
OF_PROMETHEUS = {"up": {"job", "instance"}}
OF_TARGETS = {"job", "instance"}
FORMS = ("_bucket", "_sum", "_count")


def test_the_committed_files_are_what_the_source_writes() -> None:
    assert build.find_drift(DASHBOARDS) == [], "run: moments dashboards write"


def test_a_changed_and_a_missing_and_a_leftover_file_are_drift(tmp_path: Path) -> None:
    build.write(tmp_path)
    (tmp_path / "zh/moments-wall.json").write_text("{}")
    (tmp_path / "en/moments-feeds.json").unlink()
    (tmp_path / "en/moments-old.json").write_text("{}")
    assert build.find_drift(tmp_path) == ["en/moments-feeds.json", "en/moments-old.json", "zh/moments-wall.json"]
    build.write(tmp_path)
    assert build.find_drift(tmp_path) == []


def test_every_dashboard_is_there_in_both_languages_with_an_id_of_its_own() -> None:
    found = committed()
    assert sorted(found) == NAMES
    for name, dashboard in found.items():
        language, _, short = name.partition("/")
        assert dashboard["uid"] == f"{short}-{language}"
        assert len(dashboard["uid"]) <= 40
        assert {"moments", language} == set(dashboard["tags"])


@pytest.mark.parametrize("name", NAMES)
def test_every_panel_has_an_id_a_title_a_description_a_query_and_the_chosen_source(name: str) -> None:
    dashboard = committed()[name]
    ids = [panel["id"] for panel in dashboard["panels"]]
    assert ids == list(range(1, len(ids) + 1))
    for panel in panels(dashboard):
        assert panel["title"].strip()
        assert panel["description"].strip()
        assert panel["targets"]
        assert panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
        refs = [target["refId"] for target in panel["targets"]]
        assert len(refs) == len(set(refs))
        assert all(target["datasource"] == panel["datasource"] for target in panel["targets"])


@pytest.mark.parametrize("name", NAMES)
def test_no_series_is_called_by_its_query(name: str) -> None:
    for panel in panels(committed()[name]):
        unnamed = [one for one in panel["targets"] if panel["type"] != "table" and not one["legendFormat"]]
        assert not unnamed or (panel["options"]["textMode"] == "value" and len(panel["targets"]) == 1), panel["title"]


@pytest.mark.parametrize("name", NAMES)
def test_no_two_panels_overlap_and_none_leaves_the_grid(name: str) -> None:
    taken: dict[tuple[int, int], int] = {}
    for panel in committed()[name]["panels"]:
        at = panel["gridPos"]
        assert at["x"] + at["w"] <= 24
        for cell in ((x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])):
            assert cell not in taken, f"{panel['title']} lies on panel {taken[cell]}"
            taken[cell] = panel["id"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_wall_fills_one_screen_without_scrolling_or_holes(language: str) -> None:
    cells = 0
    for panel in committed()[f"{language}/moments-wall"]["panels"]:
        at = panel["gridPos"]
        assert at["y"] + at["h"] <= ROWS
        cells += at["w"] * at["h"]
    assert cells == 24 * ROWS
    assert ROWS * 38 - 8 <= 1080 - 2 * 16


def test_every_word_is_there_in_both_languages_and_none_is_left_over() -> None:
    for key, texts in table().items():
        assert set(texts) == set(LANGUAGES), key
        assert all(text.strip() == text and text for text in texts.values()), key
    assert build.idle_words() == set()


def test_no_text_is_left_untranslated() -> None:
    other = {table()["all.link.language"][language] for language in LANGUAGES}
    for key, texts in table().items():
        if not set(texts.values()) <= other:
            assert CHINESE.search(texts["zh"]) or not re.search(r"[A-Za-z]{2}", texts["zh"]), key
        if key.endswith(".about"):
            assert CHINESE.search(texts["zh"]), key
    for name, dashboard in committed().items():
        if name.startswith("en/"):
            for text in _texts(dashboard):
                assert not CHINESE.search(text) or text in other, (name, text)


def test_both_languages_have_the_same_panels_and_ask_the_same() -> None:
    found = committed()
    for name in build.DASHBOARDS:
        ways = [found[f"{language}/moments-{name}"] for language in LANGUAGES]
        shapes = [[(p["id"], p["type"], p["gridPos"]) for p in one["panels"]] for one in ways]
        assert shapes[0] == shapes[1]
        queries = [[len(p["targets"]) for p in panels(one)] for one in ways]
        assert queries[0] == queries[1]


@pytest.mark.parametrize("query", list(asked()), ids=lambda query: query.where)
def test_every_metric_and_label_that_is_asked_for_is_declared(query: Asked) -> None:
    found = names(filled(query.expr, start=1_700_000_000, end=1_700_003_600))
    known: set[str] = set(OF_TARGETS)
    for metric, matched in found.matched.items():
        labels = _labels(metric)
        assert labels is not None, f"{metric} is not declared"
        assert matched <= labels | OF_TARGETS, f"{metric} has no {matched - labels}"
        known |= labels
    assert found.listed <= known | found.made, f"nothing has {found.listed - known - found.made}"


def test_every_declared_metric_of_the_monitor_is_on_some_dashboard() -> None:
    shown: set[str] = set()
    for query in asked():
        for metric in names(filled(query.expr, start=1_700_000_000, end=1_700_003_600)).matched:
            shown |= {metric, *(metric.removesuffix(form) for form in FORMS)}
    assert set(BY_NAME) - shown == set()


@pytest.mark.parametrize("name", NAMES)
def test_the_variables_are_those_that_the_queries_use(name: str) -> None:
    dashboard = committed()[name]
    variables = {one["name"]: one for one in dashboard["templating"]["list"]}
    assert {"datasource", "tenant", "region", "moment", "console"} <= set(variables)
    for one in ("tenant", "region", "moment"):
        assert variables[one]["includeAll"]
        assert variables[one]["allValue"] == ".*"
    queries = [target["expr"] for panel in panels(dashboard) for target in panel["targets"]]
    used = set(re.findall(r"\$\{?([a-z_]+)", " ".join(queries)))
    assert used <= set(variables) | {"__range", "__rate_interval", "__from"}
    assert not any(re.search(r"\[\d+[smh]\]", query) for query in queries if "__rate_interval" in query)


@pytest.mark.parametrize("name", NAMES)
def test_links_lead_into_the_console(name: str) -> None:
    dashboard = committed()[name]
    urls = {link.get("url") for link in dashboard["links"]}
    assert {"${console}/now", "${console}/journey", "${console}/feeds"} <= urls


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_on_the_wall_is_green_or_zero_for_lack_of_data(language: str) -> None:
    for panel in panels(committed()[f"{language}/moments-wall"]):
        defaults = panel["fieldConfig"]["defaults"]
        special = [one for one in defaults["mappings"] if one["type"] == "special"]
        assert special[0]["options"]["match"] == "null+nan"
        assert special[0]["options"]["result"]["color"] == palette.UNKNOWN
        said = next(one["options"]["-1"] for one in defaults["mappings"] if one["type"] == "value")
        assert said["text"].startswith("?")
        assert said["color"] == palette.UNKNOWN
        assert defaults["noValue"] == "?"
        lowest = defaults["thresholds"]["steps"][0]
        assert lowest["value"] is None
        assert lowest["color"] != palette.IN_TIME
        for target in panel["targets"]:
            assert "vector(0)" not in target["expr"].replace("(vector(0) and (((", ""), panel["title"]


def test_the_colours_are_told_apart_by_the_colour_blind_and_read_on_the_dark() -> None:
    states = {palette.BROKEN, palette.AT_RISK, palette.RUNNING, palette.IN_TIME, palette.UNKNOWN}
    assert len({palette.SYMBOLS[color] for color in states}) == len(states)
    for color in states:
        assert _contrast(color, palette.DARK) >= 3, color
    for matrix in _BLINDNESS.values():
        seen = [_seen(color, matrix) for color in sorted(states)]
        for at, one in enumerate(seen):
            for other in seen[at + 1 :]:
                assert sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) ** 0.5 > 0.1


def test_provisioning_names_the_folders_that_are_there() -> None:
    yaml = YAML(typ="safe")
    providers = yaml.load((ROOT / "provisioning/dashboards/moments.yaml").read_text("utf-8"))["providers"]
    assert [Path(one["options"]["path"]).name for one in providers] == list(LANGUAGES)
    assert all((DASHBOARDS / Path(one["options"]["path"]).name).is_dir() for one in providers)
    sources = yaml.load((ROOT / "provisioning/datasources/prometheus.yaml").read_text("utf-8"))["datasources"]
    assert [(one["type"], one["isDefault"], one["jsonData"]["httpMethod"]) for one in sources] == [
        ("prometheus", True, "POST")
    ]


def test_the_data_source_has_the_scrape_interval_that_rates_are_worked_out_from() -> None:
    yaml = YAML(typ="safe")
    source = yaml.load((ROOT / "provisioning/datasources/prometheus.yaml").read_text("utf-8"))["datasources"][0]
    prometheus = yaml.load((ROOT.parent / "deploy/prometheus/prometheus.yml").read_text("utf-8"))
    assert source["jsonData"]["timeInterval"] == prometheus["global"]["scrape_interval"]


def _labels(metric: str) -> set[str] | None:
    if metric in OF_PROMETHEUS:
        return OF_PROMETHEUS[metric]
    for form in FORMS:
        base = BY_NAME.get(metric.removesuffix(form))
        if metric.endswith(form) and base is not None and base.kind == "histogram":
            return {*base.labels, *(["le"] if form == "_bucket" else [])}
    declared = BY_NAME.get(metric)
    return None if declared is None or declared.kind == "histogram" else set(declared.labels)


def _texts(node: Any) -> list[str]:
    if isinstance(node, str):
        return [node]
    if isinstance(node, dict):
        return [text for below in node.values() for text in _texts(below)]
    return [text for below in node for text in _texts(below)] if isinstance(node, list) else []


def _linear(color: str) -> list[float]:
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    return [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]


def _contrast(one: str, other: str) -> float:
    lights = sorted(sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), _linear(c), strict=True)) for c in (one, other))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


# Machado, Oliveira and Fernandes (2009), severity 1
_BLINDNESS = {
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.01182, 0.04294, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.3039)),
}


def _seen(color: str, matrix: tuple[tuple[float, float, float], ...]) -> list[float]:
    linear = _linear(color)
    mixed = [min(1.0, max(0.0, sum(w * p for w, p in zip(row, linear, strict=True)))) for row in matrix]
    return [part ** (1 / 2.2) for part in mixed]
