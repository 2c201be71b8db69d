"""`moments explain --policy` says who is told at a store, and from which level."""

import json
from pathlib import Path

import pytest

from streams.cli.main import main

CATALOGUE = """
name: shop
moments:
  - id: order.confirm
    title: {zh: 接单, en: Order confirmed}
    stage: execution
    owner: store
    severity: high
    starts: order.placed
    ends: order.accepted
    deadline: {after: 3m}
"""
ORGANISATION = """
tenant: acme
fallback: {people: [desk]}
people:
  - {id: ann, name: Ann, contacts: [{receiver: mail}]}
  - {id: desk, name: Desk, contacts: [{receiver: mail}]}
stores: [{id: s7, brand: fresh, area: a1}, {id: s8}]
areas: [{id: a1, region: east}]
regions: [{id: east}]
brands: [{id: fresh, duty: {people: [ann]}}]
chains:
  - {id: hot, severities: [critical], steps: [{after: 0s, tell: store}, {after: 10m, tell: fallback}]}
  - {id: usual, steps: [{after: 0s, tell: fallback}]}
policies:
  - {brand: fresh, moments: {order.confirm: {severity: critical}}}
"""


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    catalogue, organisation = tmp_path / "c.yaml", tmp_path / "o.yaml"
    catalogue.write_text(CATALOGUE, encoding="utf-8")
    organisation.write_text(ORGANISATION, encoding="utf-8")
    return ["--catalogue", str(catalogue), "--organisation", str(organisation)]


def said(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit) as left:
        main(["explain", "--policy", *arguments])
    assert left.value.code == 0
    return capsys.readouterr().out


def test_every_level_is_shown_and_the_nearest_that_has_somebody_counts(
    files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    *_, told, steps = said(["s7", "order.confirm", *files], capsys).split("\n\n")
    title, *levels = told.splitlines()
    assert title.startswith("told, on call at 20")
    assert levels == [
        "  fallback     Desk",
        "  brand fresh  Ann  (counts)",
        "  region east  -",
        "  area a1      -",
        "  store s7     -",
    ]
    assert steps.splitlines() == [  # of the chain for the severity that counts at this store
        "steps of an alert that is critical",
        "  0s    store     Ann, by its brand",
        "  10m   fallback  Desk",
    ]


def test_a_store_of_another_severity_has_the_steps_of_that(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    *_, told, steps = said(["s8", "order.confirm", *files], capsys).split("\n\n")
    assert told.splitlines()[1:] == ["  fallback  Desk  (counts)", "  store s8  -"]
    assert steps.splitlines() == ["steps of an alert that is high", "  0s    fallback  Desk"]


def test_the_same_as_json(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    lines = [json.loads(line) for line in said(["s7", "order.confirm", *files, "--json"], capsys).splitlines()]
    by_field = {line["field"]: line for line in lines}
    assert [level["who"] for level in by_field["told"]["levels"] if level["counts"]] == ["brand fresh"]
    assert by_field["steps"]["steps"] == [
        {"after": "0s", "tell": "store", "people": "Ann, by its brand"},
        {"after": "10m", "tell": "fallback", "people": "Desk"},
    ]


def test_without_organisation_data_it_says_so(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    text = said(["s7", "order.confirm", *files[:2]], capsys)
    assert text.endswith("told\n  nothing is known of whom; give the files (--organisation) or the topic (--broker)\n")
