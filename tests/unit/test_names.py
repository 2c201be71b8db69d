"""What owners and chains are called: by their own file, by one that includes it, by another."""

from pathlib import Path

import pytest

from streams.catalogue.load import compile_source, load
from streams.errors import CatalogueError

HANDLER = "complaint_handler"


def owner_of(paths: list[str]) -> object:
    rules = load(paths)
    again = compile_source(rules.source)
    place = rules.positions["complaint.apology"]
    assert again.moments[place].owner_title == rules.moments[place].owner_title
    return rules.moments[place].owner_title


def written(folder: Path, name: str, head: str) -> str:
    path = folder / f"{name}.yaml"
    path.write_text(f"name: {name}\n{head}", encoding="utf-8")
    return str(path)


def test_owner_and_chain_have_the_names_of_their_pack() -> None:
    rules = load(["pack:common"])
    moment = rules.moments[rules.positions["complaint.apology"]]
    assert moment.owner_title == {"zh": "投诉专员", "en": "complaint handler"}
    assert moment.chain_title == {"zh": "投诉五步", "en": "complaint in five steps"}


def test_a_file_that_includes_another_says_what_its_owners_are_called(tmp_path: Path) -> None:
    own = f"includes: [pack:common]\nnames: {{{HANDLER}: {{zh: 客诉组长, en: complaints lead}}}}\n"
    named = {"zh": "客诉组长", "en": "complaints lead"}
    assert owner_of([written(tmp_path, "ours", own)]) == named
    assert owner_of(["pack:common", str(tmp_path / "ours.yaml")]) == named


def test_two_files_that_call_an_included_owner_otherwise_are_a_fault(tmp_path: Path) -> None:
    paths = [
        written(tmp_path, name, f"includes: [pack:common]\nnames: {{{HANDLER}: {{en: {name}}}}}\n") for name in ("a", "b")
    ]
    with pytest.raises(CatalogueError) as refused:
        load(paths)
    assert f"the name of '{HANDLER}' is other here than at" in refused.value.problems[0]


def test_a_name_that_another_file_has_stands_in_where_the_own_one_has_none(tmp_path: Path) -> None:
    moment = (
        "moments: [{id: call.made, title: {en: Call}, stage: execution, owner: complaint_handler, severity: low, "
        "starts: call.asked, ends: call.made, deadline: 1h}]\n"
    )
    rules = load(["pack:common", written(tmp_path, "ours", moment)])
    found = rules.moments[rules.positions["call.made"]]
    assert found.owner_title == {"zh": "投诉专员", "en": "complaint handler"}
    alone = load([str(tmp_path / "ours.yaml")])
    assert alone.moments[0].owner_title is None
