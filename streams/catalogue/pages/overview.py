"""The journey at a glance: a picture and a table of a pack's clocks, and the page that lists all packs."""

from collections.abc import Iterable, Sequence
from typing import Final

from streams.catalogue.document.moments import MomentFile
from streams.catalogue.model import Stage
from streams.catalogue.pages.clock import deadline_words, severity_words, warnings_words
from streams.catalogue.pages.journey import STAGE_NAMES, Pack, by_stage

_QUOTES: Final = str.maketrans({'"': "#quot;", "#": "#35;", "<": "#lt;", ">": "#gt;"})


_CLOCK: Final = (deadline_words, warnings_words, severity_words)


def overview(pack: Pack) -> str:
    """The picture (a flowchart in Mermaid, stage after stage) and the table, with links to what follows on the page."""
    stages = [(stage, [moment for moment, _ in found]) for stage, found in by_stage(pack)]
    picture = ["```mermaid", *_picture(stages), "```", ""] if len(stages) > 1 else []  # one stage alone is a column
    return "\n".join(["## The journey at a glance · 旅程一览", "", *picture, *_table(stages), ""])


def _picture(stages: Sequence[tuple[Stage, Sequence[MomentFile]]]) -> list[str]:
    lines = ["flowchart LR"]
    for number, (stage, moments) in enumerate(stages):
        lines += [f'  subgraph s{number}["{_stage(stage)}"]', "    direction TB"]
        for place, moment in enumerate(moments):
            titles = moment.title.by_language()
            both = "<br/>".join(titles[language].translate(_QUOTES) for language in ("en", "zh"))
            lines.append(f'    s{number}m{place}["{both}<br/>{moment.id}"]')
        lines += [f"    s{number}m{place} ~~~ s{number}m{place + 1}" for place in range(len(moments) - 1)]
        lines.append("  end")
    lines += [f"  s{number} --> s{number + 1}" for number in range(len(stages) - 1)]
    return lines


def _table(stages: Iterable[tuple[Stage, Iterable[MomentFile]]]) -> list[str]:
    lines = [
        "| stage · 阶段 | moment · 关键时刻 | due · 期限 | warned · 预警 | severity · 级别 |",
        "| --- | --- | --- | --- | --- |",
    ]
    for stage, moments in stages:
        for moment in moments:
            title = moment.title.by_language()
            cells = [
                _stage(stage),
                f"[{title['en']}](#{anchor(title['en'], title['zh'])}) · {title['zh']}",
                *("<br>".join(filter(None, (words(moment, "en"), words(moment, "zh")))) for words in _CLOCK),
            ]
            lines.append(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |")
    return lines


def _stage(stage: Stage) -> str:
    return f"{STAGE_NAMES['en'][stage]} · {STAGE_NAMES['zh'][stage]}"


def anchor(*titles: str) -> str:
    """The anchor that GitHub gives a heading of these titles: in lower case, without marks, a dash for each space."""
    heading = " · ".join(titles).lower()
    return "".join("-" if letter == " " else letter for letter in heading if letter.isalnum() or letter in " -_")


def index_page(packs: Iterable[Pack]) -> str:
    """The page that lists all packs."""
    lines = [
        "# Packs · 行业包",
        "",
        "Generated from `streams/catalogue/packs` by `make docs`.",
        "",
        "A pack is a catalogue that a company of its kind can start from tomorrow: every clock with its pauses, its",
        "warnings, severity and playbook in English and Chinese. `moments packs list` prints this list,",
        "`moments demo --pack NAME` plays a day of one, and `moments packs copy NAME FILE` begins a catalogue of your",
        "own ([the language](../catalogue.md), [a tutorial](../tutorial/README.md)).",
        "",
        "| pack | for | moments | stages |",
        "| --- | --- | --- | --- |",
    ]
    for pack in packs:
        stages = ", ".join(f"{STAGE_NAMES['en'][stage]} {len(moments)}" for stage, moments in by_stage(pack))
        about = f"{pack.about('en')} · {pack.about('zh')}"
        lines.append(f"| [pack:{pack.name}]({pack.name}.md) | {about} | {len(pack.moments)} | {stages} |")
    return "\n".join([*lines, ""])
