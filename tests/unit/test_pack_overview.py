"""The journey of a pack at a glance, and the list of all packs."""

import re

import pytest

from streams.catalogue.load import packs
from streams.catalogue.pages.journey import by_stage, read_pack
from streams.catalogue.pages.overview import anchor, index_page, overview
from streams.catalogue.pages.page import pack_page


def slugs(page: str) -> list[str]:
    """The anchors of a page's headings, by GitHub's rule written down once more: marks go, spaces become dashes."""
    headings = re.findall(r"^#{2,3} (.*)$", page, re.MULTILINE)
    return [re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings]


@pytest.mark.parametrize("name", packs())
def test_every_link_of_the_table_leads_to_a_moment_of_the_page(name: str) -> None:
    pack = read_pack(name)
    links = re.findall(r"\]\(#([^)]*)\)", overview(pack))
    assert len(links) == len(pack.moments)
    assert set(links) <= set(slugs(pack_page(pack)))


@pytest.mark.parametrize("name", packs())
def test_the_picture_has_every_moment_within_its_stage(name: str) -> None:
    pack = read_pack(name)
    stages = [[moment.id for moment, _ in moments] for _, moments in by_stage(pack)]
    picture = overview(pack).partition("```mermaid")[2].partition("```")[0]
    shown = [re.findall(r"<br/>([\w.]+)\"", part) for part in picture.split("subgraph ")[1:]]
    assert shown == (stages if len(stages) > 1 else [])
    assert picture.count(" --> ") == len(stages) - 1


def test_marks_are_left_out_of_an_anchor() -> None:
    assert anchor("Key in hand, without a wait", "办理入住（不久等）") == "key-in-hand-without-a-wait--办理入住不久等"


def test_the_list_names_every_pack_once() -> None:
    page = index_page(map(read_pack, packs()))
    assert re.findall(r"^\| \[pack:\w+\]\((\w+)\.md\)", page, re.MULTILINE) == list(packs())
