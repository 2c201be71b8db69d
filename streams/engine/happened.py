"""What has happened to a clock since it began, as parts of a sentence in English and Chinese."""

import re
from collections.abc import Callable, Sequence

from streams.catalogue.model import Moment, Part, Role, Several
from streams.engine.case import REFUSED, Fact, Kind, Move, Occurrence, Phase
from streams.engine.holds import holding
from streams.engine.several import missing

_END = re.compile(r"the end of (\S+)")
"""Of a moment, as the catalogue puts it in words."""

When = Callable[[int], str]
"""Writes an instant as local time."""

Said = list[tuple[str, str]]
"""Parts of a sentence, each in English and Chinese."""


def known_at(occurrence: Occurrence) -> int | None:
    """When an occurrence that began without a due became dated; None for any other, and while it has none."""
    if occurrence.first_due is not None:
        return None
    return next((move.at for move in occurrence.moves if move.due is not None), None)


def moved(occurrence: Occurrence) -> tuple[str, str]:
    """How often the due has become another than it was last known to be, whatever came in between."""
    known, times = occurrence.first_due, 0
    for move in occurrence.moves:
        if move.due is not None:
            times += known not in (None, move.due)
            known = move.due
    if times == 0:
        return "", ""
    return f", then moved {'once' if times == 1 else f'{times} times'}", f"，其后期限变更 {times} 次"


def held(moment: Moment, occurrence: Occurrence, kind: Kind, at: int, facts: Sequence[Fact], when: When) -> Said:
    """What lets the clock stand, or let it stand when it closed; and since when, where that is not said of the step."""
    holds = holding(moment, occurrence, facts)
    if not holds:
        return []
    said = kind is Kind.PAUSED and [one.since for one in holds] == [at]
    en, zh = [], []
    for one in holds:
        since = when(one.since)
        reason_en, reason_zh = (f" ({one.reason})", f"：{one.reason}") if one.reason else ("", "")
        en.append(f"by {one.pause}{reason_en}{'' if said else f' since {since}'}")
        zh.append(f"{_zh_event(one.pause)}{reason_zh}{'' if said else f'（{since} 起）'}")
    by, why = " and ".join(en), "、".join(zh)
    if kind is Kind.PAUSED:
        return [(f"held {by}", f"暂停原因：{why}")]
    if occurrence.phase == Phase.PAUSED:
        return [(f"the clock stands, held {by}", f"计时仍暂停，原因：{why}")]
    return [(f"the clock stood then, held {by}", f"当时计时暂停，原因：{why}")]


def refused(moment: Moment, moves: list[Move], when: When) -> Said:
    """Since the due was last set, a new one was asked for without what that needs."""
    asked: list[Move] = []
    for move in moves:
        if move.kind == REFUSED:
            asked.append(move)
        elif move.kind == Kind.REVISED:
            asked.clear()
    if not asked:
        return []
    at, times = when(asked[-1].at), len(asked)
    en = f"a new time was asked for at {at}" if times == 1 else f"a new time was asked for {times} times, last at {at},"
    zh = f"{at} 要求改期" if times == 1 else f"{times} 次要求改期（最近 {at}）"
    en_needs, zh_needs = " or ".join(moment.needs), " 或 ".join(moment.needs)
    return [(f"{en} without {en_needs}, so the old due stands", f"{zh}，不满足 {zh_needs}，原期限不变")]


def _zh_event(words: str) -> str:
    """An event and its conditions, as the catalogue puts them in words."""
    for en, zh in ((" where ", " 且 "), (" and ", " 且 "), (" or ", " 或 ")):
        words = words.replace(en, zh)
    return _END.sub(r"\1 结束", words)


def wanting(moment: Moment, occurrence: Occurrence) -> Said:
    """What has not come yet where it takes several events to end it; and of all that would end it, if there is more."""
    ways = [several for several in moment.several if several.role == Role.END]
    if not ways or (occurrence.phase > Phase.BREACHED and occurrence.phase != Phase.EXPIRED):
        return []
    lacks = [missing(several, occurrence.came) for several in ways]
    if not all(lacks):
        return []
    if len(ways) + len(moment.alone) == 1:
        return [_wanting(ways[0], lacks[0])]
    en, zh = list(moment.alone), [_zh_event(words) for words in moment.alone]
    for several, lack in zip(ways, lacks, strict=True):
        way_en, way_zh = _way(several, lack)
        en.append(way_en)
        zh.append(way_zh)
    return [(f"ends with one of: {'; '.join(en)}", f"满足其一即完成：{'；'.join(zh)}")]


def _wanting(several: Several, lack: Sequence[tuple[Part, int]]) -> tuple[str, str]:
    """The one way in which it ends."""
    if several.parts[0].times > 1:
        en, zh = _counted(*lack[0])
        return f"came so far: {en}", f"至今 {zh}"
    come = len(several.parts) - len(lack)
    return (
        f"{come} of {len(several.parts)} events came, still missing: {', '.join(part.words for part, _ in lack)}",
        f"{len(several.parts)} 项已到 {come} 项，尚缺 {'、'.join(_zh_event(part.words) for part, _ in lack)}",
    )


def _way(several: Several, lack: Sequence[tuple[Part, int]]) -> tuple[str, str]:
    """One of the ways in which it ends, with what of it has come."""
    if several.parts[0].times > 1:
        return _counted(*lack[0])
    come = len(several.parts) - len(lack)
    names = [part.words for part in several.parts]
    return (
        f"all of {', '.join(names)} ({come} of {len(names)} came)",
        f"{'、'.join(map(_zh_event, names))} 全部（已到 {come}/{len(names)} 项）",
    )


def _counted(part: Part, came: int) -> tuple[str, str]:
    return f"{part.words} {came} of {part.times} times", f"{_zh_event(part.words)}（{came}/{part.times} 次）"
