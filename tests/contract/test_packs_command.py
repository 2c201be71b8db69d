"""`moments packs` and the pages of packs, as a user meets them."""

from pathlib import Path

import pytest

from streams.catalogue.load import load, packs, read_text
from streams.cli.docs import pages
from tests.contract.command_line import CommandLine


def test_the_list_names_every_pack_with_its_moments_and_what_it_brings_along(moments: CommandLine) -> None:
    done = moments("packs", "list")
    assert done.status == 0
    lines = done.out.splitlines()
    assert [line.split()[0] for line in lines] == packs()
    (tea,) = [line for line in lines if line.startswith("tea_chain ")]
    assert tea.endswith(f"{len(load(['pack:tea_chain']).moments)} moments  Moments of truth of a tea-drink chain")
    (coffee,) = [line for line in lines if line.startswith("coffee ")]
    assert coffee.endswith("(brings pack:tea_chain along)")


@pytest.mark.parametrize(("lang", "stage", "due"), [("en", "\nService\n", "Due"), ("zh", "\n服务执行\n", "期限")])
def test_show_prints_every_clock_in_the_language_asked_for(lang: str, stage: str, due: str, moments: CommandLine) -> None:
    done = moments("packs", "show", "tea_chain", "--lang", lang)
    assert done.status == 0
    assert stage in done.out
    clocks = [line for line in done.out.splitlines() if line.startswith(f"    {due}  ")]
    assert len(clocks) == len(load(["pack:tea_chain"]).moments)


def test_show_speaks_english_and_takes_a_pack_as_catalogues_name_it(moments: CommandLine) -> None:
    assert moments("packs", "show", "pack:hotel").out == moments("packs", "show", "hotel", "--lang", "en").out


def test_show_takes_a_file_of_ones_own_and_says_which_pack_a_moment_is_from(moments: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "ours.yaml"
    file.write_text("name: ours\ndescription: Our cafes\nincludes: [pack:coffee]\n")
    shown = moments("packs", "show", str(file)).out
    assert shown.startswith(f"{file}  Our cafes\n")
    assert "order.make" in shown
    assert "(pack:tea_chain)" in shown


def test_a_language_that_packs_do_not_speak_is_refused(moments: CommandLine) -> None:
    assert moments("packs", "show", "hotel", "--lang", "de").status == 2


@pytest.mark.parametrize("command", ["show", "copy"])
def test_a_misspelt_pack_is_told_with_the_nearest(command: str, moments: CommandLine) -> None:
    done = moments("packs", command, "hotl")
    assert (done.status, done.out) == (2, "")
    assert "pack:hotl: there is no such pack; did you mean 'hotel'?" in done.err


def test_copy_gives_the_very_text_with_its_comments(moments: CommandLine, tmp_path: Path) -> None:
    shipped = read_text("pack:hotel")
    assert shipped.startswith("#")
    assert moments("packs", "copy", "hotel").out == shipped
    own = tmp_path / "own.yaml"
    done = moments("packs", "copy", "hotel", own)
    assert (done.status, done.err) == (0, "")
    assert own.read_text(encoding="utf-8") == shipped
    assert load([str(own)]).version == load(["pack:hotel"]).version


def test_copy_does_not_write_over_a_file_unless_it_is_forced(moments: CommandLine, tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("mine", encoding="utf-8")
    done = moments("packs", "copy", "hotel", own)
    assert (done.status, done.err) == (
        2,
        f"moments: {own} is there already; name another file, or say --force to write over it\n",
    )
    assert own.read_text(encoding="utf-8") == "mine"
    assert moments("packs", "copy", "hotel", own, "--force").status == 0
    assert own.read_text(encoding="utf-8") == read_text("pack:hotel")


def test_copy_says_where_it_cannot_write(moments: CommandLine, tmp_path: Path) -> None:
    done = moments("packs", "copy", "hotel", tmp_path / "no" / "own.yaml")
    assert done.status == 2
    assert done.err.endswith("own.yaml: cannot be written: No such file or directory\n")


def test_pages_of_packs_are_written_checked_and_taken_away_with_their_pack(moments: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    assert moments("docs", "write", "--root", tmp_path).status == 0
    assert sorted(path.stem for path in (tmp_path / "docs" / "packs").iterdir()) == ["README", *packs()]
    assert moments("docs", "check", "--root", tmp_path).status == 0
    hotel, stray = tmp_path / "docs" / "packs" / "hotel.md", tmp_path / "docs" / "packs" / "inn.md"
    hotel.write_text("other", encoding="utf-8")
    stray.write_text("of a pack that is no more", encoding="utf-8")
    done = moments("docs", "check", "--root", tmp_path)
    assert done.status == 1
    assert done.err.splitlines() == [
        "docs/packs/hotel.md is out of date: run make docs",
        "docs/packs/inn.md is out of date: run make docs",
    ]
    assert moments("docs", "write", "--root", tmp_path).status == 0
    assert hotel.read_text(encoding="utf-8") == pages()["docs/packs/hotel.md"]
    assert not stray.exists()
