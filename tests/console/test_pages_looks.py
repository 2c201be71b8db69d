"""What the pages are made of: words in both languages, colours that can be read, nothing that the CSP forbids."""

import ast
import re
from itertools import pairwise
from pathlib import Path
from typing import get_args

import pytest

import streams.console.pages
from schemas.alert import ClosedBecause, Severity, State, What
from schemas.group import Dimension
from schemas.notice import Outcome, Reason
from schemas.organisation import Language, Level
from streams.alerts.commands import Refused
from streams.console.pages.look import countdown, preferred
from streams.console.pages.writing import STATIC
from streams.console.words import words
from streams.ingest.event import Reason as Refusal

CONSOLE = Path(streams.console.pages.__file__).parent.parent
TEMPLATES = sorted((CONSOLE / "templates").glob("*.html"))
SCRIPTS = sorted(path for path in STATIC.glob("*.js") if not path.name.startswith("htmx"))
CSS = (STATIC / "console.css").read_text("utf-8")
_PLACE = re.compile(r"\{(\w+)\}")

# words


def _texts(language: Language) -> dict[str, list[str]]:
    known = words(language)
    return {key: text if isinstance(text := known._texts[key], list) else [text] for key in known}


def test_both_languages_say_the_same_things_of_the_same_values() -> None:
    zh, en = _texts("zh"), _texts("en")
    assert set(zh) == set(en)
    for key, forms in zh.items():
        places = {frozenset(_PLACE.findall(form)) for form in [*forms, *en[key]]}
        assert len(places) == 1, key
        assert all(
            form.strip() == form and form for form in [*forms, *en[key]] if key not in {"list.and", "proof.join"}
        ), key


def test_chinese_is_chinese_and_english_is_english() -> None:
    same = {"site.name", "proof.field", "proof.plus", "proof.minus", "said.receipt", "history.joined"}
    zh, en = _texts("zh"), _texts("en")
    for key in set(zh) - same:
        assert re.search(r"[\u3001-\u9fff\uff0c]", zh[key][0]), key
        assert not any(re.search(r"[\u4e00-\u9fff]", form) for form in en[key]), key


@pytest.mark.parametrize(
    ("prefix", "names"),
    [
        ("state", get_args(State)),
        ("severity", get_args(Severity)),
        ("because", get_args(ClosedBecause)),
        ("what", get_args(What)),
        ("reason", get_args(Reason)),
        ("outcome", get_args(Outcome)),
        ("level", get_args(Level)),
        ("shared", get_args(Dimension)),
        ("refusal", list(Refusal)),
        ("refused", list(Refused)),
    ],
)
def test_every_name_of_the_contract_has_a_word(prefix: str, names: list[str]) -> None:
    assert {f"{prefix}.{name}" for name in names} <= set(words("zh"))


def test_every_word_that_a_page_asks_for_is_there_and_no_other() -> None:
    known = set(words("zh"))
    asked, families = set(), set()
    for text in [path.read_text("utf-8") for path in [*TEMPLATES, *(CONSOLE / "pages").glob("*.py")]]:
        asked |= set(re.findall(r"""\bt\(\s*["']([a-z_.]+[a-z_])["'](?!\s*[~+])""", text))
        families |= set(re.findall(r"""\bt\(\s*f?["']([a-z_.]+\.)(?:["']|\{)""", text))
        families |= {prefix + "." for prefix in re.findall(r"""\bt\.named\(\s*["']([a-z_.]+)["']""", text)}
        asked |= {key for key in re.findall(r"""["']([a-z_]+\.[a-z_.]+)["']""", text) if key in known}
    assert asked <= known, sorted(asked - known)
    unused = {key for key in known - asked if not key.startswith(tuple(families))}
    assert not unused, sorted(unused)


def test_a_word_that_is_missing_is_an_error_and_no_key_on_a_page() -> None:
    with pytest.raises(KeyError):
        words("zh")("no.such.word")
    assert words("en")("count.stores", n=1) == "1 store"
    assert words("en")("count.stores", n=2) == "2 stores"
    assert words("zh")("count.stores", n=1) == "1 家门店"


def test_the_language_that_a_browser_likes_best_counts() -> None:
    assert preferred("en-GB,en;q=0.9,zh;q=0.8") == "en"
    assert preferred("zh;q=0.8,en;q=0.2") == "zh"
    assert preferred("de, en;q=0.1") == "en"
    assert preferred("") == preferred("de") == preferred(";;q=,,") == "zh"


def test_a_countdown_is_as_short_as_it_can_be() -> None:
    said = [countdown(seconds * 1_000_000, "en") for seconds in (0, 7, 846, 3723, 26 * 3600)]
    assert said == ["0:00", "0:07", "14:06", "1:02:03", "1 d 2 h"]


# colours


def _themes() -> dict[str, dict[str, str]]:
    light = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", CSS.split("@media")[0]))
    dark = dict(
        re.findall(r"--([\w-]+): (#[0-9a-f]{6});", CSS.split("@media (prefers-color-scheme: dark)")[1].split("\n}\n")[0])
    )
    assert set(light) == set(dark)
    return {"light": light, "dark": dark}


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


GROUNDS = ("bg", "card")
TEXT = [(ink, ground) for ink in ("ink", "dim", "risk", "broke", "unk", "ok", "acc") for ground in GROUNDS] + [
    ("ink", "risk-bg"),
    ("ink", "broke-bg"),
    ("ink", "ok-bg"),
    ("dim", "risk-bg"),
    ("dim", "broke-bg"),
    ("risk", "risk-bg"),
    ("broke", "broke-bg"),
    ("ok", "ok-bg"),
    ("on-acc", "acc"),
]
SHAPES = [(edge, ground) for edge in ("edge", "focus", "risk-bar", "broke", "unk") for ground in GROUNDS]


def test_the_contrast_is_reckoned_as_wcag_does() -> None:
    assert _contrast("#000000", "#ffffff") == pytest.approx(21)
    assert _contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), TEXT)
def test_text_can_be_read_in_both_themes(theme: str, ink: str, ground: str) -> None:
    colours = _themes()[theme]
    assert _contrast(colours[ink], colours[ground]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("edge", "ground"), SHAPES)
def test_edges_that_mean_something_can_be_seen_in_both_themes(theme: str, edge: str, ground: str) -> None:
    colours = _themes()[theme]
    assert _contrast(colours[edge], colours[ground]) >= 3


def test_no_colour_is_written_but_in_the_themes_and_on_paper() -> None:
    rules = CSS.split("* { box-sizing")[1].split("@media print")[0]
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b", re.sub(r"#(?:live|said|more|pulse)\b", "", rules)) == []
    inks = set(re.findall(r"(?<![-\w])color: var\(--([\w-]+)\)", rules))
    assert inks <= {ink for ink, _ in TEXT} | {"risk-bar"}


def test_nothing_moves_and_figures_stand_in_columns() -> None:
    assert not re.search(r"animation|transition|@keyframes", CSS)
    assert "tabular-nums" in CSS
    assert ":focus-visible" in CSS
    assert "@media print" in CSS


# what the policy forbids, and what would undo escaping


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_has_nothing_inline_and_undoes_no_escaping(path: Path) -> None:
    text = path.read_text("utf-8")
    assert not re.search(r"\sstyle\s*=|<style|\son[a-z]+\s*=|javascript:", text)
    assert not re.search(r"\|\s*safe\b|autoescape|Markup", text)
    assert all(re.search(r"\ssrc=", tag) for tag in re.findall(r"<script[^>]*>", text))
    assert not re.search(r"""=\s*\{\{""", re.sub(r"\{%.*?%\}", "", text, flags=re.S)), "an attribute without quotes"
    assert "hx-on" not in text
    assert "no-referrer" not in text  # or browsers would send `Origin: null` with our own forms, which is refused
    assert not re.search(r"https?://", text)


def test_one_place_alone_says_that_text_is_markup() -> None:
    calls = []
    for path in (CONSOLE / "pages").glob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        calls += [
            path.name
            for node in ast.walk(tree)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Markup"
        ]
    assert calls == ["writing.py"]


@pytest.mark.parametrize(
    "path", [path for path in SCRIPTS if not path.name.startswith("htmx")], ids=lambda path: path.name
)
def test_a_script_writes_text_and_never_markup_or_style(path: Path) -> None:
    text = path.read_text("utf-8")
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacent|document\.write|\beval\b|new Function|\.style\b|https?://", text
    )
    assert text.count("\n") < 250


def test_htmx_is_the_one_that_was_published_with_its_licence_and_may_do_nothing_inline() -> None:
    assert 'version:"2.0.10"' in (STATIC / "htmx-2.0.10.min.js").read_text("utf-8")
    assert "Zero-Clause BSD" in (STATIC / "htmx.LICENSE").read_text("utf-8")
    base = (CONSOLE / "templates" / "base.html").read_text("utf-8")
    for setting in (
        '"includeIndicatorStyles":false',
        '"allowEval":false',
        '"allowScriptTags":false',
        '"selfRequestsOnly":true',
    ):
        assert setting in base


def test_headings_go_down_a_step_at_a_time() -> None:
    for path in TEMPLATES:
        levels = [int(level) for level in re.findall(r"<h([1-6])", path.read_text("utf-8"))]
        assert all(lower - upper <= 1 or upper == 1 for upper, lower in pairwise(levels)), path.name
