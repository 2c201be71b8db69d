"""Files that build on others: what `includes` and `overrides` come to, and with which words they are refused."""

import json
from pathlib import Path
from typing import NamedTuple

import pytest

from streams.catalogue.compile import Compiled
from streams.catalogue.lint import lint
from streams.catalogue.load import compile_source, load
from streams.catalogue.source import PAUSE, CatalogueFiles, difference
from streams.clock import HOUR, MINUTE, parse_rfc3339
from streams.errors import CatalogueError

NOW = parse_rfc3339("2034-06-01T00:00:00Z")

BASE = """\
name: base
time_zone: Asia/Shanghai
time_to_live: 2d
calendars:
  desk: {weekly: {mon-sun: ["09:00-18:00"]}}
moments:
  - id: visit.greeted
    title: {zh: 迎接, en: Greeted}
    playbook: {zh: [去迎接], en: [Greet]}
    stage: execution
    owner: host
    severity: high
    starts: touchpoint.guest.arrived
    ends: touchpoint.guest.greeted
    deadline: {after: 10m}
    calendar: desk
    warnings: [5m]
  - id: visit.seated
    title: {zh: 入座, en: Seated}
    playbook: {zh: [领座], en: [Seat them]}
    stage: execution
    owner: host
    severity: medium
    starts: {moment: visit.greeted}
    ends: touchpoint.guest.seated
    deadline: {after: 20m}
"""

MOMENT = """\
  - id: visit.paid
    title: {zh: 结账, en: Paid}
    playbook: {zh: [结账], en: [Take the money]}
    stage: execution
    owner: host
    severity: low
    starts: touchpoint.bill.asked
    ends: touchpoint.bill.paid
    deadline: {after: 5m}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that paths are relative to."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "base.yaml").write_text(BASE, encoding="utf-8")
    return tmp_path


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        path = folder / f"{name.replace('__', '/')}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")


def named(catalogue: Compiled, moment: str) -> dict[str, object]:
    parts = json.loads(catalogue.source)["catalogues"]
    (found,) = [one for part in parts for one in part.get("moments", ()) if one["id"] == moment]
    assert isinstance(found, dict)
    return found


def ids(catalogue: Compiled) -> list[str]:
    return [moment.id for moment in catalogue.moments]


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
    start = parse_rfc3339("2034-06-01T11:55:00+08:00")
    due = catalogue.moments[0].deadline.resolve(start, lambda _: None, "Asia/Shanghai").at
    assert due == parse_rfc3339("2034-06-02T10:05:00+08:00")
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
    moment = load(["own.yaml", "other.yaml"]).moments[0]
    start = parse_rfc3339("2034-06-01T12:00:00+08:00")
    due = moment.deadline.resolve(start, lambda _: None, "Asia/Shanghai").at
    assert due == parse_rfc3339("2034-06-01T18:10:00+08:00")


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
    moment = load(["own.yaml", "other.yaml"]).moments[0]
    start = parse_rfc3339("2034-06-01T12:00:00+08:00")
    due = moment.deadline.resolve(start, lambda _: None, "Asia/Shanghai").at
    assert due == parse_rfc3339("2034-06-01T20:10:00+08:00")


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


def test_a_file_that_comes_in_by_several_ways_counts_once(folder: Path) -> None:
    write(
        folder,
        left="name: left\nincludes: [base.yaml]\n",
        right="name: right\nincludes: [./sub/../base.yaml]\nmoments:\n" + MOMENT,
        top="name: top\nincludes: [left.yaml, right.yaml]\n",
    )
    catalogue = load(["top.yaml", "base.yaml"])
    assert ids(catalogue) == ["visit.greeted", "visit.seated", "visit.paid"]
    assert catalogue.version.startswith("base+left+right+top@")


def test_a_file_is_the_same_under_another_name(folder: Path) -> None:
    (folder / "link.yaml").symlink_to(folder / "base.yaml")
    write(folder, own="name: own\nincludes: [base.yaml, link.yaml]\n")
    assert ids(load(["own.yaml"])) == ["visit.greeted", "visit.seated"]


def test_files_that_come_in_by_very_many_ways_are_resolved_once_each(folder: Path) -> None:
    layers = 24
    for layer in range(layers):
        below = "base.yaml" if layer == 0 else f"left{layer - 1}.yaml, right{layer - 1}.yaml"
        for side in ("left", "right"):
            write(folder, **{f"{side}{layer}": f"name: {side}{layer}\nincludes: [{below}]\n"})
    catalogue = load([f"left{layers - 1}.yaml"])
    assert ids(catalogue) == ["visit.greeted", "visit.seated"]
    assert len(json.loads(catalogue.source)["catalogues"]) == 2 * layers


def test_ways_that_differ_are_made_one_by_an_override_above(folder: Path) -> None:
    write(
        folder,
        left="name: left\nincludes: [base.yaml]\noverrides:\n  visit.seated: {severity: low}\n",
        right="name: right\nincludes: [base.yaml]\n",
        top="name: top\nincludes: [left.yaml, right.yaml]\noverrides:\n  visit.seated: {severity: critical}\n",
    )
    assert [moment.severity for moment in load(["top.yaml"]).moments] == ["high", "critical"]


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


class Bad(NamedTuple):
    """Files, and what is said of `own.yaml`."""

    files: dict[str, str]
    said: list[str]


BAD = {
    "a_missing_file": Bad(
        {"own": "name: own\nincludes: [./bse.yaml]\noverrides:\n  visit.greeted: {severity: low}\n"},
        ["own.yaml:2:12: bse.yaml: cannot be read: No such file or directory"],
    ),
    "a_pack_that_is_none": Bad(
        {"own": "name: own\nincludes:\n  - base.yaml\n  - pack:tee_chain\n"},
        ["own.yaml:4:5: pack:tee_chain: there is no such pack; did you mean 'tea_chain'?"],
    ),
    "a_file_that_includes_itself": Bad(
        {"own": "name: own\nincludes: [own.yaml]\nmoments:\n" + MOMENT},
        ["own.yaml:2:12: these files include each other: own.yaml -> own.yaml; take one of the includes out"],
    ),
    "a_circle": Bad(
        {
            "own": "name: own\nincludes: [a.yaml]\n",
            "a": "name: a\nincludes: [b.yaml]\n",
            "b": "name: b\nincludes: [base.yaml, ./a.yaml]\n",
        },
        ["b.yaml:2:23: these files include each other: a.yaml -> b.yaml -> a.yaml; take one of the includes out"],
    ),
    "no_list": Bad(
        {"own": "name: own\nincludes: base.yaml\nmoments:\n" + MOMENT},
        ['own.yaml:2:11: here should be a list, not "base.yaml"'],
    ),
    "broken_yaml_inside": Bad(
        {"own": "name: own\nincludes: [a.yaml]\n", "a": "name: [a\n"},
        [
            "a.yaml:2:1: this is not YAML: while parsing a flow sequence expected ',' or ']', but got '<stream end>'",
        ],
    ),
    "a_fault_inside": Bad(
        {"own": "name: own\nincludes: [a.yaml]\n", "a": BASE.replace("severity: high", "severity: hgh")},
        ["a.yaml:12:15: 'hgh' is not one of low, medium, high, critical; did you mean 'high'?"],
    ),
    "an_unknown_id": Bad(
        {"own": "name: own\nincludes: [base.yaml]\noverrides:\n  visit.greted: {severity: low}\n"},
        ["own.yaml:4:3: there is no moment 'visit.greted' in base.yaml; did you mean 'visit.greeted'?"],
    ),
    "an_unknown_id_like_no_other": Bad(
        {"own": "name: own\nincludes: [base.yaml]\noverrides:\n  x.y: {severity: low}\n"},
        ["own.yaml:4:3: there is no moment 'x.y' in base.yaml; name one of the moments included"],
    ),
    "nothing_to_override": Bad(
        {"own": "name: own\noverrides:\n  visit.greeted: {severity: low}\nmoments:\n" + MOMENT},
        ["own.yaml:3:3: there is nothing to override, as nothing is included; write includes: with a pack or a file"],
    ),
    "its_own_moment_overridden": Bad(
        {"own": "name: own\nincludes: [base.yaml]\noverrides:\n  visit.paid: {severity: low}\nmoments:\n" + MOMENT},
        ["own.yaml:4:3: 'visit.paid' is this file's own; change it where it is declared"],
    ),
    "an_included_moment_declared_again": Bad(
        {"own": "name: own\nincludes: [base.yaml]\nmoments:\n" + MOMENT.replace("visit.paid", "visit.seated")},
        [
            "own.yaml:4:9: 'visit.seated' comes in by base.yaml already; change it under overrides:, leave it out there "
            "with off: true, or give this one another id"
        ],
    ),
    "a_misspelt_field": Bad(
        {"own": "name: own\nincludes: [base.yaml]\noverrides:\n  visit.greeted:\n    severty: low\n"},
        ["own.yaml:5:5: there is no key 'severty' here; did you mean 'severity'?"],
    ),
    "a_bad_value": Bad(
        {"own": "name: own\nincludes: [base.yaml]\noverrides:\n  visit.greeted: {deadline: {after: soon}}\n"},
        ["own.yaml:4:37: 'soon' is not a duration; write it like 90s, 15m, 1h30m or 2d"],
    ),
    "fields_that_do_not_go_together": Bad(
        {
            "own": "name: own\nincludes: [base.yaml]\noverrides:\n"
            "  visit.greeted: {expects: {on: guest.greeted, every: 1h}}\n"
        },
        [
            "own.yaml:4:18: `expects` says start, end and deadline of every round; leave `starts` out",
        ],
    ),
    "an_unknown_calendar": Bad(
        {"own": "name: own\nincludes: [base.yaml]\noverrides:\n  visit.greeted: {calendar: dsk}\n"},
        ["own.yaml:4:29: there is no calendar 'dsk'; did you mean 'desk'?"],
    ),
    "an_unknown_event": Bad(
        {"own": "name: own\nincludes: [base.yaml]\noverrides:\n  visit.greeted:\n    ends: [order.acepted]\n"},
        ["own.yaml:5:12: there is no event type 'order.acepted'; did you mean 'order.accepted'?"],
    ),
    "an_id": Bad(
        {"own": "name: own\nincludes: [base.yaml]\noverrides:\n  visit.greeted: {id: visit.met}\n"},
        ["own.yaml:4:19: an id stays; to replace a moment, leave it out with off: true and declare another"],
    ),
    "off_and_more": Bad(
        {"own": "name: own\nincludes: [base.yaml]\noverrides:\n  visit.seated: {off: true, severity: low}\n"},
        ["own.yaml:4:23: `off` leaves the whole moment out; leave its other fields out here"],
    ),
    "off_in_words": Bad(
        {"own": "name: own\nincludes: [base.yaml]\noverrides:\n  visit.seated: {off: 'yes'}\n"},
        ["own.yaml:4:23: `off` is true or false"],
    ),
    "an_override_that_is_no_mapping": Bad(
        {"own": "name: own\nincludes: [base.yaml]\noverrides:\n  visit.seated: low\n"},
        ['own.yaml:4:17: here should be a mapping (key: value), not "low"'],
    ),
    "what_follows_a_moment_left_out": Bad(
        {"own": "name: own\nincludes: [base.yaml]\noverrides:\n  visit.greeted: {off: true}\n"},
        [
            "own.yaml:4:24: 'visit.greeted' cannot be left out alone: 'visit.seated' waits for its end "
            "(base.yaml:24:13); leave that out too, or override its triggers"
        ],
    ),
    "left_out_already": Bad(
        {
            "mid": "name: mid\nincludes: [base.yaml]\noverrides:\n  visit.seated: {off: true}\n",
            "own": "name: own\nincludes: [mid.yaml]\noverrides:\n  visit.seated: {severity: low}\n",
        },
        ["own.yaml:4:3: 'visit.seated' is left out already, at mid.yaml:4:23"],
    ),
    "two_ways_that_differ": Bad(
        {
            "left": "name: left\nincludes: [base.yaml]\noverrides:\n  visit.seated: {severity: low}\n",
            "right": "name: right\nincludes: [base.yaml]\n",
            "own": "name: own\nincludes: [left.yaml, right.yaml]\n",
        },
        [
            "left.yaml:4:17: 'visit.seated' is other here than where base.yaml comes in through right.yaml; "
            "include it in one way only"
        ],
    ),
    "left_out_one_way_only": Bad(
        {
            "left": "name: left\nincludes: [base.yaml]\n",
            "right": "name: right\nincludes: [base.yaml]\noverrides:\n  visit.seated: {off: true}\n",
            "own": "name: own\nincludes: [left.yaml, right.yaml]\n",
        },
        [
            "right.yaml:4:23: 'visit.seated' is other here than where base.yaml comes in through left.yaml; "
            "include it in one way only"
        ],
    ),
    "two_time_zones": Bad(
        {
            "left": "name: left\ntime_zone: Europe/Berlin\nincludes: [base.yaml]\n",
            "own": "name: own\nincludes: [base.yaml, left.yaml]\n",
        },
        [
            "left.yaml:2:12: time_zone is other here than where base.yaml comes in through own.yaml; "
            "include it in one way only"
        ],
    ),
    "a_name_taken": Bad(
        {"own": "name: base\nincludes: [base.yaml]\nmoments:\n" + MOMENT},
        ["base.yaml:1:7: two catalogues are named 'base'; names must differ"],
    ),
    "several_faults": Bad(
        {
            "own": "name: own\nincludes: [base.yaml]\noverrides:\n  visit.greeted: {severity: hgh}\n"
            "  visit.sated: {severity: low}\nmoments:\n" + MOMENT.replace("after: 5m", "aftr: 5m")
        },
        [
            "own.yaml:4:29: 'hgh' is not one of low, medium, high, critical; did you mean 'high'?",
            "own.yaml:5:3: there is no moment 'visit.sated' in base.yaml; did you mean 'visit.seated'?",
            "own.yaml:15:16: there is no key 'aftr' here; did you mean 'after'?",
        ],
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_includes_are_refused_with_file_line_and_what_would_be_right(name: str, folder: Path) -> None:
    write(folder, **BAD[name].files)
    with pytest.raises(CatalogueError) as refused:
        load(["own.yaml"])
    assert refused.value.problems == BAD[name].said


def test_a_pack_given_beside_a_file_that_overrides_it_is_a_fault(folder: Path) -> None:
    write(folder, own="name: own\nincludes: [pack:tea_chain]\noverrides:\n  order.confirm: {deadline: {after: 4m}}\n")
    with pytest.raises(CatalogueError) as refused:
        load(["pack:tea_chain", "own.yaml"])
    assert refused.value.problems == [
        "own.yaml:4:18: 'order.confirm' is other here than where pack:tea_chain comes in by itself; "
        "include it in one way only"
    ]


def test_lint_names_the_override_where_it_makes_the_rest_doubtful(folder: Path) -> None:
    write(folder, own="name: own\nincludes: [base.yaml]\noverrides:\n  visit.greeted: {deadline: {after: 4m}}\n")
    assert [finding.line() for finding in lint(["base.yaml"], NOW)] == []
    assert [finding.line() for finding in lint(["own.yaml"], NOW)] == [
        "base.yaml:17:16: warning: this warning comes 5m ahead of a deadline that is only 4m long; write a shorter lead, "
        "or a share such as 80% (with the override at own.yaml:4:3)"
    ]


def test_lint_says_once_what_comes_in_twice(folder: Path) -> None:
    write(folder, base=BASE.replace("{zh: 入座, en: Seated}", "{en: Seated}"), own="name: own\nincludes: [base.yaml]\n")
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
    write(folder, base=BASE.replace("after: 10m", "after: 12m"))
    second = files.poll(2 * PAUSE)
    assert isinstance(second, Compiled)
    assert difference(first, second) == ["moment visit.greeted: deadline {after: 10m} -> {after: 12m}"]
    write(folder, base="# a word\n" + BASE.replace("after: 10m", "after: 12m"))
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
    write(folder, base=BASE.replace("after: 10m", "after: 12m"))
    assert isinstance(files.poll(3 * PAUSE), Compiled)
