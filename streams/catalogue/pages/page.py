"""`docs/packs/<name>.md` and `moments packs show`, written from a pack."""

from collections.abc import Iterator, Mapping
from typing import Any

from streams.catalogue.document.moments import MomentFile
from streams.catalogue.include import PACK
from streams.catalogue.pages.expected import expected
from streams.catalogue.pages.journey import STAGE_NAMES, Pack, by_stage, rows
from streams.catalogue.pages.overview import overview
from streams.catalogue.pages.words import LANGUAGES, Language


def pack_page(pack: Pack) -> str:
    """The whole page of a pack, in both languages."""
    parts = [_head(pack), overview(pack)]
    titles = {language: pack.titles(language) for language in LANGUAGES}
    for stage, moments in by_stage(pack):
        parts.append(f"## {STAGE_NAMES['en'][stage]} · {STAGE_NAMES['zh'][stage]}\n")
        parts += [_moment(pack, moment, origin, titles) for moment, origin in moments]
    parts += [part for part in (_calendars(pack), _events(pack)) if part]
    return "\n".join(parts)


def _head(pack: Pack) -> str:
    own = sum(origin == pack.name for _, origin in pack.moments)
    all_of_them = len(pack.moments)
    counted = f"{own} moments" if own == all_of_them else f"{all_of_them} moments, {own} of them its own"
    return (
        f"# pack:{pack.name}\n\n"
        f"Generated from `streams/catalogue/packs/{pack.name}.yaml` by `make docs`.\n\n"
        f"{pack.about('en')} · {pack.about('zh')}: {counted}.{_brings(pack)}\n\n"
        f"Load it with `--catalogue pack:{pack.name}`; begin a file of your own with `includes: [pack:{pack.name}]`, or\n"
        f"with `moments packs copy {pack.name} {pack.name}.yaml` ([the language](../catalogue.md)). Local times are\n"
        f"those of `{pack.file.time_zone}` where nothing nearer says one.\n"
    )


def _brings(pack: Pack) -> str:
    if not pack.file.includes:
        return ""
    included = " and ".join(_linked(name) for name in pack.file.includes)
    if not pack.file.overrides:
        return f" It brings {included} along."
    others = ", ".join(f"`{name}`" for name in pack.file.overrides)
    return f" It brings {included} along and says some things otherwise ({others}), also where that is loaded beside it."


def _linked(name: str) -> str:
    other = name.removeprefix(PACK)
    return f"[{name}]({other}.md)" if name.startswith(PACK) else f"`{name}`"


def _moment(pack: Pack, moment: MomentFile, origin: str, titles: Mapping[Language, Mapping[str, str]]) -> str:
    title = moment.title.by_language()
    lines = [f"### {title['en']} · {title['zh']}", ""]
    lines += [f"`{moment.id}`{'' if origin == pack.name else f', from [pack:{origin}]({origin}.md)'}", ""]
    lines += ["| | English | 中文 |", "| --- | --- | --- |"]
    en, zh = (rows(moment, titles[one], one, pack.names(origin, one)) for one in ("en", "zh"))
    pairs = zip(en, zh, strict=True)
    lines += [
        f"| {label} · {label_zh} | {_cell(text)} | {_cell(text_zh)} |" for (label, text), (label_zh, text_zh) in pairs
    ]
    for language, label in (("en", "Playbook"), ("zh", "处置步骤")):
        steps = moment.playbook.by_language().get(language, ())
        lines += ["", f"**{label}**", "", *(f"{number}. {step}" for number, step in enumerate(steps, 1))] if steps else []
    return "\n".join([*lines, ""])


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _calendars(pack: Pack) -> str:
    seen: dict[str, Mapping[str, Any]] = {}
    for document in pack.documents:
        for name, data in document.data.get("calendars", {}).items():
            seen.setdefault(name, data)
    if not seen:
        return ""
    lines = [f"- `{name}`: {'; '.join(_hours(data))}" for name, data in seen.items()]
    return "\n".join(["## Calendars · 日历", "", *lines, ""])


def _hours(data: Mapping[str, Any]) -> Iterator[str]:
    if "any" in data:
        yield f"whenever one of {', '.join(f'`{name}`' for name in data['any'])} is open · 其中任一营业即计时"
    for days, shifts in data.get("weekly", {}).items():
        yield f"{days} {', '.join([shifts] if isinstance(shifts, str) else shifts)}"
    if "holidays" in data:
        yield f"public holidays of {' '.join(data['holidays'].values())} · 法定节假日"
    if "time_zone" in data:
        yield f"`{data['time_zone']}`"


def _events(pack: Pack) -> str:
    lines = [
        "## Events it expects · 需要的事件",
        "",
        "The types as they are on the wire (in a catalogue, `guest.arrived` means `touchpoint.guest.arrived`), what each",
        "does, and the fields that are read of it; a deadline's field may also come with an earlier event of the case.",
        "",
        "| type | topic | does | fields read |",
        "| --- | --- | --- | --- |",
    ]
    for one in expected(pack):
        does = "; ".join(f"{role} {', '.join(f'`{name}`' for name in names)}" for role, names in one.uses.items())
        fields = ", ".join(f"`{name}`" for name in sorted(one.fields))
        lines.append(f"| `{one.type}` | {f'`{one.topic}`' if one.topic else ''} | {does} | {fields} |")
    return "\n".join([*lines, ""])


def journey_text(pack: Pack, language: Language) -> str:
    """The journey by the four stages with every clock in words, for a terminal."""
    lines = [f"{pack.path}  {pack.about(language)}".rstrip()]
    if pack.file.includes:
        lines.append(f"{'包含' if language == 'zh' else 'includes'} {', '.join(pack.file.includes)}")
    titles = pack.titles(language)
    for stage, moments in by_stage(pack):
        lines += ["", STAGE_NAMES[language][stage]]
        for moment, origin in moments:
            from_ = "" if origin == pack.name else f"  (pack:{origin})"
            lines += ["", f"  {moment.id}  {titles[moment.id]}{from_}"]
            said = rows(moment, titles, language, pack.names(origin, language))
            lines += [f"    {_padded(label)}{text.replace('`', '')}" for label, text in said]
    return "\n".join(lines) + "\n"


def _padded(label: str) -> str:
    """In a column of its own; a Chinese character takes two places."""
    return label + " " * max(1, 14 - sum(2 if ord(letter) > 0x2E7F else 1 for letter in label))
