"""Whole files: what loads, what is refused and with which words, what lint has to say, and the shipped packs."""

from pathlib import Path

import jsonschema
import pytest

from streams.catalogue.document.file import json_schema
from streams.catalogue.lint import lint
from streams.catalogue.load import compile_source, compile_texts, load, packs
from streams.catalogue.model import Catalogue, Role
from streams.catalogue.pages.journey import read_pack
from streams.catalogue.place import Problems
from streams.catalogue.reader import read_yaml
from streams.clock import DAY, HOUR, MINUTE, as_datetime, parse_rfc3339
from streams.errors import CatalogueError

FOLDER = Path(__file__).parent / "catalogues"
SAYS = "# says "
NOW = parse_rfc3339("2034-06-01T00:00:00Z")


def nothing(path: str) -> object:
    """A look at an event without fields."""
    return None


def files(kind: str) -> list[str]:
    found = sorted(path.stem for path in (FOLDER / kind).glob("*.yaml"))
    assert found
    return found


def said(path: Path) -> list[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [f"{path}:{line.removeprefix(SAYS)}".replace("(FILE:", f"({path}:") for line in lines if line.startswith(SAYS)]


def plain(path: Path) -> object:
    """The file as an editor's schema check sees it: dates are texts."""
    problems = Problems()
    read = read_yaml(path.name, path.read_text(encoding="utf-8"), problems)
    assert read is not None
    return read[0]


@pytest.mark.parametrize("name", files("bad"))
def test_a_bad_file_is_refused_with_the_words_it_names(name: str) -> None:
    path = FOLDER / "bad" / f"{name}.yaml"
    with pytest.raises(CatalogueError) as refused:
        load([str(path)])
    assert refused.value.problems == said(path)


@pytest.mark.parametrize("name", files("doubtful"))
def test_lint_says_of_a_doubtful_file_what_it_names(name: str) -> None:
    path = FOLDER / "doubtful" / f"{name}.yaml"
    assert [finding.line() for finding in lint([str(path)], NOW)] == said(path)


@pytest.mark.parametrize("name", files("good"))
def test_a_good_file_loads_and_its_source_gives_the_same_catalogue(name: str) -> None:
    catalogue = load([str(FOLDER / "good" / f"{name}.yaml")])
    again = compile_source(catalogue.source)
    assert again.version == catalogue.version
    assert again.source == catalogue.source
    assert [moment.id for moment in again.moments] == [moment.id for moment in catalogue.moments]


@pytest.mark.parametrize("name", files("good"))
def test_good_files_pass_the_schema_that_editors_use(name: str) -> None:
    jsonschema.Draft202012Validator(json_schema()).validate(plain(FOLDER / "good" / f"{name}.yaml"))


def test_the_schema_refuses_what_the_loader_refuses() -> None:
    schema = jsonschema.Draft202012Validator(json_schema())
    for name in (
        "misspelt_moment_key",
        "duration_unreadable",
        "severity_misspelt",
        "title_a_text",
        "moment_id_with_blank",
    ):
        assert not schema.is_valid(plain(FOLDER / "bad" / f"{name}.yaml")), name


@pytest.mark.parametrize("name", packs())
def test_a_pack_is_clean_complete_in_both_languages_and_survives_the_round_trip(name: str) -> None:
    findings = lint([f"pack:{name}"], NOW)
    assert [finding.line() for finding in findings if finding.level != "note"] == []
    catalogue = load([f"pack:{name}"])
    assert compile_source(catalogue.source).version == catalogue.version
    for moment in catalogue.moments:
        assert set(moment.title) == {"zh", "en"}, moment.id
        assert len(moment.playbook["zh"]) == len(moment.playbook["en"]) >= 2, moment.id
        assert moment.warnings, moment.id


def test_all_packs_can_be_in_force_together() -> None:
    together = load([f"pack:{name}" for name in packs()])
    assert together.version.partition("@")[0] == "+".join(packs())
    apart = [moment.id for name in packs() for moment, origin in read_pack(name).moments if origin == name]
    assert sorted(moment.id for moment in together.moments) == sorted(apart)


def test_delivery_on_time_warns_ten_minutes_ahead_and_rises_twenty_minutes_after() -> None:
    catalogue = load(["pack:tea_chain"])
    moment = catalogue.moments[catalogue.position("delivery.on_time") or 0]
    assert [warning.lead for warning in moment.warnings] == [10 * MINUTE]
    assert [(rise.after, rise.to) for rise in moment.rises] == [(20 * MINUTE, "critical")]


def everything() -> Catalogue:
    return load([str(FOLDER / "good" / "everything.yaml")])


def test_settings_of_a_file_are_taken_over() -> None:
    catalogue = everything()
    assert (catalogue.allowed_lateness, catalogue.corrections) == (2_000_000, 48 * HOUR)
    assert catalogue.moments[catalogue.position("order.all_roles") or 0].time_to_live == 72 * HOUR
    assert catalogue.moments[catalogue.position("round.done") or 0].time_to_live == 240 * HOUR
    assert catalogue.moments[catalogue.position("order.all_roles") or 0].objective == 0.975
    assert catalogue.moments[catalogue.position("round.done") or 0].objective == 0.95


def test_warnings_come_in_the_order_in_which_they_are_due_and_rises_too() -> None:
    catalogue = everything()
    moment = catalogue.moments[catalogue.position("order.all_roles") or 0]
    assert [warning.lead for warning in moment.warnings] == [10 * MINUTE, 5 * MINUTE]
    assert [rise.to for rise in moment.rises] == ["high", "critical"]
    second = catalogue.moments[catalogue.position("order.second_step") or 0]
    assert [warning.share for warning in second.warnings] == [0.5, 0.805]


def test_a_moment_comes_after_the_one_it_follows() -> None:
    catalogue = everything()
    first, second = catalogue.position("order.first_step"), catalogue.position("order.second_step")
    assert first is not None
    assert second is not None
    assert first < second
    assert [tuple(hit) for hit in catalogue.moments[second].follows] == [(first, Role.START, None)]
    assert catalogue.position("no.such_moment") is None


def test_rounds_start_with_their_event_end_with_it_and_repeat() -> None:
    catalogue = everything()
    index = catalogue.position("round.done")
    assert index is not None
    moment = catalogue.moments[index]
    assert moment.repeats
    assert moment.deadline.resolve(0, nothing, "UTC").at == 2 * HOUR

    def roles(event_type: str) -> int:
        return {hit.moment: hit.roles for hit in catalogue.hits(event_type, nothing)}[index]

    assert roles("touchpoint.round.made") == Role.START | Role.END
    assert roles("touchpoint.stay.begun") == Role.START
    assert roles("touchpoint.stay.ended") == Role.CANCEL


def test_a_title_in_one_language_stands_in_for_the_other() -> None:
    moment = load([str(FOLDER / "doubtful" / "title_in_one_language.yaml")]).moments[0]
    assert moment.title == {"zh": "Accepted", "en": "Accepted"}


def test_reopening_is_new_where_nothing_else_is_said() -> None:
    text = (FOLDER / "good" / "smallest.yaml").read_text(encoding="utf-8")
    reopened = compile_texts([("a", text + "    reopens: touchpoint.order.sent_back\n")])
    assert reopened.moments[0].reopening == "new"
    assert compile_texts([("a", text)]).moments[0].reopening == "nothing"
    assert everything().moments[0].reopening == "continue"


def test_a_revision_without_a_field_reads_the_deadlines_own_again() -> None:
    catalogue = everything()
    assert [hit.due for hit in catalogue.hits("delivery.eta_revised", nothing)] == ["promised_at"]
    assert [hit.due for hit in catalogue.hits("order.confirmed", nothing)] == ["promised_ready_at"]


def test_layout_comments_and_the_order_of_files_and_keys_change_no_version() -> None:
    text = (FOLDER / "good" / "smallest.yaml").read_text(encoding="utf-8")
    shuffled = text.replace("    severity: high\n", "").replace("    stage:", "    severity: high # the same\n    stage:")
    shuffled = shuffled.replace("title: {zh: 接单, en: Accepted}", "title:\n      en: Accepted\n      zh: 接单")
    assert compile_texts([("a", text)]).version == compile_texts([("b", shuffled)]).version
    other = text.replace("smallest", "other").replace("order.confirm", "order.other")
    both = compile_texts([("a", text), ("b", other)])
    assert both.version == compile_texts([("b", other), ("a", text)]).version
    assert both.version.startswith("other+smallest@")
    assert compile_texts([("a", text.replace("3m", "4m"))]).version != compile_texts([("a", text)]).version


def test_two_files_of_one_name_are_refused() -> None:
    text = (FOLDER / "good" / "smallest.yaml").read_text(encoding="utf-8")
    with pytest.raises(CatalogueError) as refused:
        compile_texts([("a", text), ("b", text)])
    assert refused.value.problems == [
        "b:1:7: two catalogues are named 'smallest'; names must differ",
        "b:3:9: moment 'order.confirm' is declared twice; ids must differ",
    ]


def test_the_faults_of_all_files_are_reported_at_once() -> None:
    with pytest.raises(CatalogueError) as refused:
        load([str(FOLDER / "bad" / "severity_misspelt.yaml"), str(FOLDER / "bad" / "yaml_tab.yaml")])
    assert len(refused.value.problems) == 2


def test_files_that_are_not_there_are_named() -> None:
    with pytest.raises(CatalogueError) as refused:
        load(["pack:tee_chain", "no/such/file.yaml"])
    assert refused.value.problems == [
        "pack:tee_chain: there is no such pack; did you mean 'tea_chain'?",
        "no/such/file.yaml: cannot be read: No such file or directory",
    ]
    with pytest.raises(CatalogueError, match="no catalogue is given"):
        load([])


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"format": 2, "catalogues": []}', '{"format": 1}'])
def test_a_stored_catalogue_that_is_none_is_an_operators_error(text: str) -> None:
    with pytest.raises(CatalogueError, match="stored catalogue"):
        compile_source(text)


def test_a_fault_in_a_stored_catalogue_names_its_path() -> None:
    source = load([str(FOLDER / "good" / "smallest.yaml")]).source.replace('"high"', '"hgh"')
    with pytest.raises(CatalogueError, match=r"stored catalogue: moments\.0\.severity\.default: 'hgh' is not one of"):
        compile_source(source)


@pytest.mark.parametrize(("written", "share"), [('"97%"', 0.97), ("97.5%", 0.975), ("0.97", 0.97), ("99.9%", 0.999)])
def test_an_objective_is_a_share_however_it_is_written(written: str, share: float) -> None:
    text = (FOLDER / "good" / "smallest.yaml").read_text(encoding="utf-8")
    catalogue = compile_texts([("one.yaml", f"{text.rstrip()}\n    objective: {written}\n")])
    assert [moment.objective for moment in catalogue.moments] == [share]


def test_lint_says_of_a_calendar_that_it_does_not_open_for_a_year(tmp_path: Path) -> None:
    mondays = [f"{as_datetime(NOW + day * DAY):%Y-%m-%d}" for day in range(367)]
    text = (FOLDER / "good" / "smallest.yaml").read_text(encoding="utf-8")
    text += f"""calendars: {{idle: {{weekly: {{mon: ["09:00-18:00"]}}, closed: [{", ".join(mondays)}]}}}}\n"""
    path = tmp_path / "idle.yaml"
    path.write_text(text, encoding="utf-8")
    lines = [finding.line() for finding in lint([str(path)], NOW) if finding.level == "warning"]
    assert [line.partition("warning: ")[2] for line in lines] == [
        "'idle' does not open within a year from now, so a clock in it stands still; give it more hours"
    ]
