"""Policies on the command line: the chain of levels, what is counted, what lint reads."""

import json
from pathlib import Path

import pytest

from streams.cli.main import main
from tests.support.policy_shop import ORGANISATION, PLAIN


def said(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert left.value.code == 0
    return capsys.readouterr().out


def test_explain_shows_the_chain_of_levels_and_what_counts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    catalogue, organisation = tmp_path / "c.yaml", tmp_path / "o.yaml"
    catalogue.write_text(
        f"{PLAIN}policies: [{{brand: fresh, moments: {{order.confirm: {{deadline: {{after: 5m}}}}}}}}]\n",
        encoding="utf-8",
    )
    organisation.write_text(
        f"{ORGANISATION}policies: [{{store: s7, moments: {{order.confirm: {{deadline: 4m}}}}}}]\n", encoding="utf-8"
    )
    arguments = ["explain", "--policy", "s7", "order.confirm", "--catalogue", str(catalogue)]
    text = said([*arguments, "--organisation", str(organisation)], capsys)
    assert text.splitlines()[0].startswith(
        "order.confirm at store s7, region east, brand fresh, tenant acme; catalogue organisation+"
    )
    assert text.split("\n\n")[1].splitlines() == [
        "deadline",
        "  the moment   3m",
        "  tenant acme  -",
        "  brand fresh  {after: 5m}",
        "  region east  -",
        "  store s7     4m  (counts)",
    ]
    alone = said(arguments, capsys)
    assert "  the moment  3m  (counts)" in alone.splitlines()
    assert "not known of this store: its region, its brand, its tenant" in alone.splitlines()
    lines = [json.loads(line) for line in said([*arguments, "--json"], capsys).splitlines()]
    assert [line["field"] for line in lines] == ["deadline", "calendar", "severity", "off", "instead of always"][
        : len(lines)
    ]


def test_the_chain_of_levels_is_told_in_chinese(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "o.yaml"
    path.write_text(f"{ORGANISATION}policies: [{{store: s7, moments: {{complaint.apology: {{severity: low}}}}}}]\n")
    arguments = ["explain", "--policy", "s7", "complaint.apology", "--catalogue", "pack:common", "--lang", "zh"]
    lines = said([*arguments, "--organisation", str(path)], capsys).splitlines()
    assert lines[0].startswith("complaint.apology，门店 s7、")
    assert "负责人：投诉专员（complaint_handler）" in lines
    severity = lines[lines.index("级别") + 1 :]
    assert severity[0].split() == ["时刻本身", "中"]
    assert ["门店", "s7", "低", "（以此为准）"] in [line.split() for line in severity]
    assert not any(word in line for line in lines for word in ("counts", "store ", "the moment", "severity", "tenant "))


def test_explain_knows_no_other_moment(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(PLAIN, encoding="utf-8")
    with pytest.raises(SystemExit) as left:
        main(["explain", "--policy", "s7", "order.confrm", "--catalogue", str(path)])
    assert left.value.code == 2
    assert "there is no moment 'order.confrm'; did you mean 'order.confirm'?" in capsys.readouterr().err


def test_checking_an_organisation_counts_its_policies(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "o.yaml"
    path.write_text(f"{ORGANISATION}policies: [{{moments: {{order.confirm: {{off: true}}}}}}]\n", encoding="utf-8")
    assert said(["organisation", "check", str(path)], capsys).startswith("acme: 2 stores, 1 area, 1 region, 1 people, ")
    assert "1 policy" in said(["organisation", "check", str(path)], capsys)


def test_lint_reads_the_policies_of_an_organisation_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    catalogue, organisation = tmp_path / "c.yaml", tmp_path / "o.yaml"
    catalogue.write_text(PLAIN, encoding="utf-8")
    organisation.write_text(
        f"{ORGANISATION}policies: [{{brand: frish, moments: {{order.confirm: {{deadline: 4m}}}}}}]\n", encoding="utf-8"
    )
    lines = said(["lint", str(catalogue), "--organisation", str(organisation)], capsys).splitlines()
    assert f"{organisation}:10:20: warning: no store is of the brand 'frish'; did you mean 'fresh'?" in lines


def test_lint_looks_at_the_hours_of_the_stores_of_an_organisation_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    catalogue, organisation = tmp_path / "c.yaml", tmp_path / "o.yaml"
    catalogue.write_text(PLAIN.replace("3m", "60h") + "    calendar: opening_hours\n", encoding="utf-8")
    organisation.write_text(f"{ORGANISATION}  - {{id: s9, hours: {{sun: ['09:00-10:00']}}}}\n", encoding="utf-8")
    lines = said(["lint", str(catalogue), "--organisation", str(organisation)], capsys).splitlines()
    (line,) = [line for line in lines if "'opening_hours sun 09:00-10:00' is open for" in line]
    assert line.startswith(f"{organisation}:10:21: warning: ")
    assert "so with this 'order.confirm' can hardly break" in line
