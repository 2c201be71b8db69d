"""A file that comes in by several ways: the file that knows of the others has the last word, and else they must agree."""

import json
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.catalogue.include import Library
from streams.catalogue.load import compile_texts, load
from streams.errors import CatalogueError
from tests.support.effort import explore
from tests.support.visit_files import MOMENT, VISITS, ids, write


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


LOW = "name: low\nincludes: [base.yaml]\noverrides:\n  visit.seated: {severity: low}\n"
OWNED = "name: owned\nincludes: [base.yaml]\noverrides:\n  visit.seated: {owner: guide}\n"
GONE = "name: gone\nincludes: [base.yaml]\noverrides:\n  visit.seated: {off: true}\n"
BERLIN = (
    "name: berlin\nincludes: [base.yaml]\ntime_zone: Europe/Berlin\ncalendars: {desk: {weekly: {mon: ['09:00-10:00']}}}\n"
)


@pytest.mark.parametrize(
    "override", [LOW, OWNED, GONE, BERLIN], ids=["a field", "another field", "off", "calendar and zone"]
)
@pytest.mark.parametrize("files", [["base.yaml", "own.yaml"], ["own.yaml", "base.yaml"], ["top.yaml"], ["pot.yaml"]])
def test_an_override_wins_over_the_file_itself_wherever_that_comes_in(
    override: str, files: list[str], folder: Path
) -> None:
    write(folder, own=override, plain="name: plain\nincludes: [base.yaml]\n")
    write(folder, top="name: top\nincludes: [own.yaml, plain.yaml]\n", pot="name: pot\nincludes: [base.yaml, own.yaml]\n")
    alone, beside = (json.loads(load(paths).source)["catalogues"] for paths in (["own.yaml"], files))
    assert [part for part in beside if part["name"] in ("base", alone[1]["name"])] == alone


def test_files_that_change_different_fields_of_a_moment_all_count(folder: Path) -> None:
    write(folder, low=LOW, owned=OWNED)
    for files in (["low.yaml", "owned.yaml"], ["owned.yaml", "base.yaml", "low.yaml"]):
        moment = load(files).moments[1]
        assert (moment.severity, moment.owner) == ("low", "guide")


def test_files_that_say_the_same_of_a_moment_agree(folder: Path) -> None:
    write(folder, low=LOW, too=LOW.replace("name: low", "name: too"))
    assert [moment.severity for moment in load(["low.yaml", "too.yaml"]).moments] == ["high", "low"]


@pytest.mark.parametrize("files", [["low.yaml", "shop.yaml"], ["shop.yaml", "base.yaml", "low.yaml"]])
def test_a_file_wins_over_what_it_includes_where_both_are_given(files: list[str], folder: Path) -> None:
    write(
        folder,
        low=LOW,
        shop="name: shop\nincludes: [low.yaml]\noverrides:\n  visit.seated: {severity: critical}\n",
    )
    assert load(files).version.partition("@")[0] == "base+low+shop"
    assert [moment.severity for moment in load(files).moments] == ["high", "critical"]


def test_a_file_wins_over_what_it_includes_though_another_agrees_with_that(folder: Path) -> None:
    """The other knows nothing of it, so that the two are at odds."""
    write(
        folder,
        low=LOW,
        too=LOW.replace("name: low", "name: too"),
        shop="name: shop\nincludes: [low.yaml]\noverrides:\n  visit.seated: {severity: critical}\n",
    )
    with pytest.raises(CatalogueError, match=r"too.yaml:4:18: severity .* is other here than at shop.yaml:4:18"):
        load(["shop.yaml", "too.yaml"])


def test_a_moment_left_out_by_a_file_stays_out_where_what_it_includes_changes_it(folder: Path) -> None:
    write(folder, low=LOW, shop="name: shop\nincludes: [low.yaml]\noverrides:\n  visit.seated: {off: true}\n")
    assert ids(load(["shop.yaml", "low.yaml"])) == ["visit.greeted"]


@pytest.mark.parametrize(
    ("says", "left"),
    [("off: true", ["visit.greeted"]), ("off: false", ["visit.greeted", "visit.seated"]), ("severity: high", None)],
)
def test_whether_a_moment_is_left_out_is_settled_by_a_file_that_includes_both(
    says: str, left: list[str] | None, folder: Path
) -> None:
    write(folder, low=LOW, gone=GONE)
    write(folder, top=f"name: top\nincludes: [low.yaml, gone.yaml]\noverrides:\n  visit.seated: {{{says}}}\n")
    assert ids(load(["top.yaml"])) == ids(load(["top.yaml", "gone.yaml"])) == (left or ["visit.greeted", "visit.seated"])


def test_a_calendar_may_be_named_off(folder: Path) -> None:
    hours = "{off: {weekly: {mon: ['09:00-10:00']}}}"
    write(
        folder,
        own=f"name: own\nincludes: [base.yaml]\ncalendars: {hours}\noverrides: {{visit.seated: {{calendar: off}}}}\n",
    )
    assert [moment.calendar.id for moment in load(["base.yaml", "own.yaml"]).moments] == ["desk", "off"]


def test_a_moment_declared_anew_takes_the_place_of_one_that_is_also_loaded_plainly(folder: Path) -> None:
    anew = MOMENT.replace("visit.paid", "visit.seated")
    write(folder, own=GONE.replace("gone", "own") + "moments:\n" + anew)
    assert [moment.severity for moment in load(["base.yaml", "own.yaml"]).moments] == ["high", "low"]


@pytest.mark.parametrize(("own", "original"), [("support", "common"), ("coffee", "tea_chain")])
def test_a_pack_that_overrides_another_is_loaded_beside_it_as_if_alone(own: str, original: str) -> None:
    alone = load([f"pack:{own}"])
    assert load([f"pack:{original}", f"pack:{own}"]).version == alone.version
    assert load([f"pack:{own}", f"pack:{original}"]).version == alone.version


FIELDS = {"severity": ["low", "medium", "critical"], "owner": ["guide", "host"]}
SAYS = st.fixed_dictionaries({}, optional={name: st.sampled_from(values) for name, values in FIELDS.items()})


@st.composite
def shelves(draw: st.DrawFn) -> list[tuple[list[int], dict[str, str]]]:
    """Files in an order in which each includes some of those before it (-1 is the file of the visits), and what each
    says of `visit.seated`."""
    found = []
    for number in range(draw(st.integers(1, 6))):
        included = draw(st.lists(st.integers(-1, number - 1), min_size=1, max_size=3, unique=True))
        found.append((included, draw(SAYS)))
    return found


@explore(120)
@given(shelves(), st.randoms(use_true_random=False))
def test_of_all_ways_the_file_that_knows_the_others_counts(
    shelf: list[tuple[list[int], dict[str, str]]], chance: Random
) -> None:
    def path(number: int) -> str:
        return "base.yaml" if number < 0 else f"f{number}.yaml"

    texts, knows = {"base.yaml": VISITS}, dict[int, set[int]]()
    for number, (included, says) in enumerate(shelf):
        knows[number] = set(included).union(*(knows[other] for other in included if other >= 0)) - {-1}
        over = {"visit.seated": says} if says else {}
        names = [path(other) for other in included]
        chance.shuffle(names)
        texts[path(number)] = json.dumps({"name": f"f{number}", "includes": names, "overrides": over})
    top = chance.sample(range(len(shelf)), chance.randint(1, len(shelf)))
    known = set(top).union(*(knows[number] for number in top))
    true = {"severity": {"medium"}, "owner": {"host"}}
    for field in FIELDS:
        saying = {number for number in known if field in shelf[number][1]}
        foremost = {number for number in saying if not any(number in knows[other] for other in saying)}
        true[field] = {shelf[number][1][field] for number in foremost} or true[field]
    files = [(path(number), texts[path(number)]) for number in (*top, *chance.choices([-1], k=chance.randint(0, 1)))]
    library = Library(texts.__getitem__)
    if any(len(values) > 1 for values in true.values()):
        with pytest.raises(CatalogueError, match=r"of 'visit\.seated' is other here than at"):
            compile_texts(files, library)
    else:
        moment = compile_texts(files, library).moments[1]
        assert ({moment.severity}, {moment.owner}) == (true["severity"], true["owner"])
