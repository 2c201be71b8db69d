"""Files that build on others: with which words they are refused, and where."""

from pathlib import Path
from typing import NamedTuple

import pytest

from streams.catalogue.load import load
from streams.errors import CatalogueError
from tests.support.visit_files import MOMENT, VISITS, write


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
        {"own": "name: own\nincludes: [a.yaml]\n", "a": VISITS.replace("severity: high", "severity: hgh")},
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
    "an_override_that_two_files_do_not_agree_on": Bad(
        {
            "left": "name: left\nincludes: [base.yaml]\noverrides:\n  visit.seated: {severity: low}\n",
            "right": "name: right\nincludes: [base.yaml]\noverrides:\n  visit.seated: {owner: guide, severity: high}\n",
            "own": "name: own\nincludes: [right.yaml, left.yaml]\n",
        },
        [
            "right.yaml:4:32: severity of 'visit.seated' is other here than at left.yaml:4:18; "
            "keep one of the two, or say what counts in a file that includes both"
        ],
    ),
    "left_out_here_and_changed_there": Bad(
        {
            "left": "name: left\nincludes: [base.yaml]\noverrides:\n  visit.seated: {severity: low}\n",
            "right": "name: right\nincludes: [base.yaml]\noverrides:\n  visit.seated: {off: true}\n",
            "own": "name: own\nincludes: [left.yaml, right.yaml]\n",
        },
        [
            "right.yaml:4:18: 'visit.seated' is left out here, and stays in at left.yaml:4:18; "
            "keep one of the two, or say what counts in a file that includes both"
        ],
    ),
    "two_time_zones": Bad(
        {
            "left": "name: left\ntime_zone: Europe/Berlin\nincludes: [base.yaml]\n",
            "right": "name: right\ntime_zone: Asia/Tokyo\nincludes: [base.yaml]\n",
            "own": "name: own\nincludes: [left.yaml, right.yaml]\n",
        },
        [
            "right.yaml:2:1: time_zone is other here than at left.yaml:2:1; "
            "keep one of the two, or say what counts in a file that includes both"
        ],
    ),
    "two_calendars_instead_of_one": Bad(
        {
            "left": "name: left\nincludes: [base.yaml]\ncalendars: {desk: {weekly: {mon: ['09:00-10:00']}}}\n",
            "right": "name: right\nincludes: [base.yaml]\ncalendars: {desk: {weekly: {tue: ['09:00-10:00']}}}\n",
            "own": "name: own\nincludes: [left.yaml, right.yaml]\n",
        },
        [
            "right.yaml:3:13: calendar 'desk' is other here than at left.yaml:3:13; "
            "keep one of the two, or say what counts in a file that includes both"
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
