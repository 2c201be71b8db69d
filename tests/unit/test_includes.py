"""Files that build on others: what `includes` and `overrides` come to."""

from pathlib import Path

import pytest

from streams.catalogue.compile import Compiled
from streams.catalogue.lint import lint
from streams.catalogue.load import compile_source, load
from streams.catalogue.source import PAUSE, CatalogueFiles, difference
from streams.clock import HOUR, MINUTE, parse_rfc3339
from streams.errors import CatalogueError
from tests.support.visit_files import MOMENT, VISITS, ids, named, write

NOW = parse_rfc3339("2034-06-01T00:00:00Z")


def due_from(catalogue: Compiled, start: str) -> int | None:
    """When the first moment is due in Shanghai, begun at `start`."""
    return catalogue.moments[0].deadline.resolve(parse_rfc3339(start), lambda _: None, "Asia/Shanghai").at


def test_what_is_included_counts_as_if_it_were_given_beside(folder: Path) -> None:
    write(folder, own="name: own\nincludes: [./base.yaml]\nmoments:\n" + MOMENT)
    write(folder, alone="name: own\nmoments:\n" + MOMENT)
    included = load(["own.yaml"])
    assert ids(included) == ["visit.greeted", "visit.seated", "visit.paid"]
    assert included.version == load(["alone.yaml", "base.yaml"]).version
    assert included.version.startswith("base+own@")


def test_single_fields_are_replaced_whole_and_the_rest_stays(folder: Path) -> None:
    write(
        folder,
        own="""\
name: own
includes: [base.yaml]
overrides:
  visit.greeted: {deadline: {after: 8m}, warnings: [2m], title: {zh: 欢迎, en: Welcome}}
""",
    )
    catalogue = load(["own.yaml"])
    moment = catalogue.moments[0]
    assert (moment.id, moment.title["en"], [warning.lead for warning in moment.warnings]) == (
        "visit.greeted",
        "Welcome",
        [2 * MINUTE],
    )
    assert moment.deadline.resolve(0, lambda _: None, "Asia/Shanghai").span == 8 * MINUTE
    assert (moment.severity, moment.calendar.id, moment.owner) == ("high", "desk", "host")
    assert named(catalogue, "visit.seated") == named(load(["base.yaml"]), "visit.seated")


def test_the_stored_source_needs_no_file(folder: Path) -> None:
    write(folder, own="name: own\nincludes: [base.yaml]\noverrides:\n  visit.seated: {severity: low}\n")
    catalogue = load(["own.yaml"])
    (folder / "base.yaml").unlink()
    (folder / "own.yaml").unlink()
    again = compile_source(catalogue.source)
    assert (again.version, again.source) == (catalogue.version, catalogue.source)
    assert [moment.severity for moment in again.moments] == ["high", "low"]
    assert "includes" not in catalogue.source
    assert "overrides" not in catalogue.source


def test_a_stored_source_that_still_includes_is_refused() -> None:
    with pytest.raises(CatalogueError, match="stored catalogue: what it includes stands in other files"):
        compile_source('{"format": 1, "catalogues": [{"name": "own", "includes": ["pack:tea_chain"]}]}')


def test_a_moment_can_be_left_out_with_what_follows_it(folder: Path) -> None:
    write(folder, own="name: own\nincludes: [base.yaml]\noverrides:\n  visit.seated: {off: true}\n")
    assert ids(load(["own.yaml"])) == ["visit.greeted"]
    write(
        folder,
        own="name: own\nincludes: [base.yaml]\noverrides:\n  visit.seated: {off: true}\n  visit.greeted: {off: true}\n"
        "moments:\n" + MOMENT,
    )
    assert ids(load(["own.yaml"])) == ["visit.paid"]


def test_off_false_leaves_the_moment_in(folder: Path) -> None:
    write(folder, own="name: own\nincludes: [base.yaml]\noverrides:\n  visit.seated: {off: false}\n")
    assert load(["own.yaml"]).source == load(["own.yaml", "base.yaml"]).source
    assert "off" not in named(load(["own.yaml"]), "visit.seated")


def test_what_follows_a_moment_left_out_may_start_otherwise(folder: Path) -> None:
    write(
        folder,
        own="""\
name: own
includes: [base.yaml]
overrides:
  visit.greeted: {off: true}
  visit.seated: {starts: guest.arrived}
""",
    )
    assert ids(load(["own.yaml"])) == ["visit.seated"]


def test_a_moment_left_out_may_be_declared_anew_under_its_id(folder: Path) -> None:
    write(
        folder,
        own="name: own\nincludes: [base.yaml]\noverrides:\n  visit.greeted: {off: true}\nmoments:\n"
        + MOMENT.replace("visit.paid", "visit.greeted"),
    )
    catalogue = load(["own.yaml"])
    assert ids(catalogue) == ["visit.greeted", "visit.seated"]
    assert catalogue.moments[0].severity == "low"


def test_a_calendar_of_the_same_name_replaces_the_included_one(folder: Path) -> None:
    write(
        folder,
        own="name: own\nincludes: [base.yaml]\ncalendars:\n  desk: {weekly: {mon-sun: ['10:00-12:00']}}\n",
        other="name: other\nmoments:\n" + MOMENT + "    calendar: desk\n",
    )
    catalogue = load(["own.yaml", "other.yaml"])
    assert due_from(catalogue, "2034-06-01T11:55:00+08:00") == parse_rfc3339("2034-06-02T10:05:00+08:00")
    assert {moment.calendar.id for moment in catalogue.moments} == {"desk", "always"}


def test_an_override_may_name_a_calendar_of_its_own_file(folder: Path) -> None:
    write(
        folder,
        own="""\
name: own
includes: [base.yaml]
calendars:
  evening: {weekly: {mon-sun: ["18:00-23:00"]}}
overrides:
  visit.greeted: {calendar: evening, deadline: {after: 10m}}
""",
        other="name: other\ncalendars:\n  evening: {weekly: {mon-sun: ['00:00-01:00']}}\nmoments:\n" + MOMENT,
    )
    assert due_from(load(["own.yaml", "other.yaml"]), "2034-06-01T12:00:00+08:00") == parse_rfc3339(
        "2034-06-01T18:10:00+08:00"
    )


def test_a_union_that_an_override_names_brings_its_parts_along(folder: Path) -> None:
    write(
        folder,
        own="""\
name: own
includes: [base.yaml]
calendars:
  early: {weekly: {mon-sun: ["06:00-08:00"]}}
  late: {weekly: {mon-sun: ["20:00-22:00"]}}
  both: {any: [early, late]}
overrides:
  visit.greeted: {calendar: both}
""",
        other="name: other\ncalendars:\n  late: {weekly: {mon-sun: ['00:00-01:00']}}\nmoments:\n" + MOMENT,
    )
    assert due_from(load(["own.yaml", "other.yaml"]), "2034-06-01T12:00:00+08:00") == parse_rfc3339(
        "2034-06-01T20:10:00+08:00"
    )


def test_head_values_of_the_including_file_win_where_it_gives_them(folder: Path) -> None:
    write(
        folder,
        gives="name: own\nincludes: [base.yaml]\ntime_zone: Europe/Berlin\ntime_to_live: 3h\n",
        silent="name: own\nincludes: [base.yaml]\nmoments:\n" + MOMENT,
    )
    given, silent = load(["gives.yaml"]).moments[0], load(["silent.yaml"])
    assert (given.zone(lambda _: None), given.time_to_live) == ("Europe/Berlin", 3 * HOUR)
    first, last = silent.moments[0], silent.moments[-1]
    assert (first.zone(lambda _: None), first.time_to_live) == ("Asia/Shanghai", 48 * HOUR)
    assert (last.id, last.zone(lambda _: None), last.time_to_live) == ("visit.paid", "UTC", 720 * HOUR)


def test_an_override_is_overridden_by_the_file_that_includes_it(folder: Path) -> None:
    write(
        folder,
        brand="name: brand\nincludes: [base.yaml]\noverrides:\n  visit.greeted: {severity: low, owner: waiter}\n",
        shop="name: shop\nincludes: [brand.yaml]\noverrides:\n  visit.greeted: {severity: critical}\n",
    )
    moment = load(["shop.yaml"]).moments[0]
    assert (moment.severity, moment.owner) == ("critical", "waiter")


def test_paths_begin_at_the_file_that_names_them(folder: Path) -> None:
    write(
        folder,
        sub__inner="name: inner\nincludes: [../base.yaml]\n",
        own="name: own\nincludes: [sub/inner.yaml]\n",
    )
    assert ids(load(["own.yaml"])) == ids(load([str(folder / "own.yaml")])) == ["visit.greeted", "visit.seated"]


def test_a_shipped_pack_is_included_by_its_name(folder: Path) -> None:
    write(folder, own="name: own\nincludes: [pack:tea_chain]\noverrides:\n  order.confirm: {deadline: {after: 4m}}\n")
    own, pack = load(["own.yaml"]), load(["pack:tea_chain"])
    assert ids(own) == ids(pack)
    assert difference(pack, own) == ["moment order.confirm: deadline {after: 3m} -> {after: 4m}"]


def test_the_order_in_which_files_are_included_means_nothing(folder: Path) -> None:
    write(
        folder,
        more="name: more\nmoments:\n" + MOMENT,
        one="name: own\nincludes: [base.yaml, more.yaml]\n",
        two="name: own\nincludes: [more.yaml, base.yaml]\n",
    )
    assert load(["one.yaml"]).version == load(["two.yaml"]).version


def test_lint_names_the_override_where_it_makes_the_rest_doubtful(folder: Path) -> None:
    write(folder, own="name: own\nincludes: [base.yaml]\noverrides:\n  visit.greeted: {deadline: {after: 4m}}\n")
    assert [finding.line() for finding in lint(["base.yaml"], NOW)] == []
    assert [finding.line() for finding in lint(["own.yaml"], NOW)] == [
        "base.yaml:17:16: warning: this warning comes 5m ahead of a deadline that is only 4m long; write a shorter lead, "
        "or a share such as 80% (with the override at own.yaml:4:3)"
    ]


def test_lint_names_the_override_that_lacks_a_language(folder: Path) -> None:
    write(
        folder,
        own="name: own\nincludes: [base.yaml]\noverrides:\n  visit.greeted: {title: {en: Hi}, playbook: {zh: [去]}}\n",
    )
    assert [finding.line() for finding in lint(["own.yaml"], NOW)] == [
        "own.yaml:4:26: warning: the title is missing in 'zh'",
        "own.yaml:4:46: warning: the playbook is missing in 'en'",
    ]


def test_lint_says_once_what_comes_in_twice(folder: Path) -> None:
    write(folder, base=VISITS.replace("{zh: 入座, en: Seated}", "{en: Seated}"), own="name: own\nincludes: [base.yaml]\n")
    lines = [finding.line() for finding in lint(["own.yaml", "base.yaml"], NOW)]
    assert lines == ["base.yaml:19:12: warning: the title is missing in 'zh'"]


def test_lint_says_once_what_is_to_be_said_of_a_calendar_that_replaces_another(folder: Path) -> None:
    write(
        folder,
        own="name: own\nincludes: [base.yaml]\ncalendars:\n"
        "  desk: {weekly: {mon-fri: ['09:00-18:00']}, holidays: {country: CN}}\n",
    )
    places = [finding.problem.place for finding in lint(["own.yaml"], NOW)]
    assert places == ["own.yaml:4:56"]


def test_the_watcher_looks_at_what_is_included_too(folder: Path) -> None:
    write(
        folder,
        own="name: own\nincludes: [mid.yaml]\noverrides:\n  visit.seated: {severity: low}\n",
        mid="name: mid\nincludes: [base.yaml]\n",
    )
    files = CatalogueFiles(["own.yaml"])
    first = files.poll(0)
    assert isinstance(first, Compiled)
    assert files.poll(PAUSE) is None
    write(folder, base=VISITS.replace("after: 10m", "after: 12m"))
    second = files.poll(2 * PAUSE)
    assert isinstance(second, Compiled)
    assert difference(first, second) == ["moment visit.greeted: deadline {after: 10m} -> {after: 12m}"]
    write(folder, base="# a word\n" + VISITS.replace("after: 10m", "after: 12m"))
    assert files.poll(3 * PAUSE) is None


def test_an_included_file_that_goes_away_is_reported_once_and_taken_again_when_it_is_back(folder: Path) -> None:
    write(folder, own="name: own\nincludes: [base.yaml]\n")
    files = CatalogueFiles(["own.yaml"])
    first = files.poll(0)
    (folder / "base.yaml").unlink()
    gone = files.poll(PAUSE)
    assert isinstance(gone, CatalogueError)
    assert gone.problems == ["own.yaml:2:12: base.yaml: cannot be read: No such file or directory"]
    assert files.poll(2 * PAUSE) is None
    assert files.current is first
    write(folder, base=VISITS.replace("after: 10m", "after: 12m"))
    assert isinstance(files.poll(3 * PAUSE), Compiled)
