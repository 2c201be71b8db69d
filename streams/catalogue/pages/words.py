"""The small words of a catalogue in Chinese and English: durations, conditions, triggers. Names of the contract stand in
backticks, as they are written in files."""

import json
from collections.abc import Iterable, Mapping
from typing import Final, Literal

from schemas.events.touchpoint import PREFIX
from streams.catalogue.document.triggers import Closing, Condition, Pause, Revision, Trigger
from streams.catalogue.values import Scalar
from streams.catalogue.vocabulary import full_type
from streams.clock import DAY, HOUR, MILLISECOND, MINUTE, SECOND

Language = Literal["zh", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("zh", "en")

_UNITS: Final = (
    (DAY, "day", "天"),
    (HOUR, "hour", "小时"),
    (MINUTE, "minute", "分钟"),
    (SECOND, "second", "秒"),
    (MILLISECOND, "millisecond", "毫秒"),
)
_ORDERS: Final = (("lt", "<"), ("le", "≤"), ("gt", ">"), ("ge", "≥"))


def span_words(span: int, language: Language) -> str:
    """`1 hour 30 minutes`, `1 小时 30 分钟`: a span in microseconds, zero left out."""
    parts = []
    for unit, english, chinese in _UNITS:
        count, span = divmod(span, unit)
        if count:
            parts.append(f"{count} {chinese}" if language == "zh" else f"{count} {english}{'s' if count > 1 else ''}")
    return " ".join(parts) or ("0 秒" if language == "zh" else "0 seconds")


def share_words(share: float) -> str:
    """`80%`, `97.5%`."""
    return f"{round(share * 100, 6):g}%"


def listed(parts: Iterable[str], language: Language) -> str:
    """Alternatives: `a, b or c`, `a、b 或 c`."""
    *before, last = parts
    if not before:
        return last
    return f"{'、'.join(before)} 或 {last}" if language == "zh" else f"{', '.join(before)} or {last}"


def both(parts: Iterable[str], language: Language) -> str:
    """What holds together: `a and b`, `a，且 b`."""
    if language == "en":
        return " and ".join(parts)
    return "，且".join(f" {part}" if index and part[0] < "一" else part for index, part in enumerate(parts))


def _value(value: Scalar) -> str:
    return json.dumps(value) if isinstance(value, bool) else str(value)


def where_words(where: Mapping[str, Condition], language: Language) -> str:
    """Conditions on fields, all of which hold: `` `tier` is vip and `score` < 3 ``."""
    return both(
        (part for path, condition in where.items() for part in _asked(f"`{path}`", condition, language)), language
    )


def _asked(path: str, condition: Condition, language: Language) -> Iterable[str]:
    zh = language == "zh"
    among = [condition.equals] if condition.equals is not None else condition.in_
    if among is not None:
        values = listed(map(_value, among), language)
        yield f"{path} 为 {values}" if zh else f"{path} is {values}"
    if condition.not_ is not None:
        values = listed(map(_value, condition.not_), language)
        yield f"{path} 不为 {values}" if zh else f"{path} is not {values}"
    for key, sign in _ORDERS:
        bound = getattr(condition, key)
        if bound is not None:
            yield f"{path} {sign} {bound:g}"
    if condition.exists is not None:
        if zh:
            yield f"{'有' if condition.exists else '没有'} {path}"
        else:
            yield f"{path} is {'given' if condition.exists else 'not given'}"
    if condition.starts is not None:
        prefixes = listed(condition.starts, language)
        yield f"{path} 以 {prefixes} 开头" if zh else f"{path} starts with {prefixes}"
    if condition.within is not None:
        span = span_words(condition.within, language)
        yield f"离 {path} 不到 {span}" if zh else f"{path} is less than {span} ahead"
    if condition.beyond is not None:
        span = span_words(condition.beyond, language)
        yield f"离 {path} 至少还有 {span}" if zh else f"{path} is at least {span} ahead"


def short_type(pattern: str) -> str:
    """An event type as one would write it in a catalogue: touchpoints without their prefix where that is the same."""
    tail = pattern.removeprefix(PREFIX)
    return tail if "." in tail and full_type(tail) == pattern else pattern


def trigger_words(trigger: Trigger, titles: Mapping[str, str], language: Language) -> str:
    """What a trigger waits for. `titles` are those of the moments, for triggers that wait for the end of one."""
    zh = language == "zh"
    if isinstance(trigger, Pause) and trigger.until:
        text = _one_words(trigger, titles, language)
        until = listed((_one_words(end, titles, language) for end in trigger.until), language)
        return f"{text}，到 {until} 为止" if zh else f"{text} until {until}"
    return _one_words(trigger, titles, language)


def _one_words(trigger: Trigger, titles: Mapping[str, str], language: Language) -> str:
    zh = language == "zh"
    if isinstance(trigger, Closing) and trigger.all_ is not None:
        parts = both((trigger_words(part, titles, language) for part in trigger.all_), language)
        return f"{parts}（都发生，次序不限）" if zh else f"{parts} (all of them, in any order)"
    if isinstance(trigger, Closing) and trigger.any_ is not None:
        parts = listed((trigger_words(one, titles, language) for one in trigger.any_), language)
        return f"{parts} 中任意，第 {trigger.times} 次" if zh else f"any of {parts}, {trigger.times} times"
    if trigger.on is None:
        title = titles.get(trigger.moment or "", "")
        return f"“{title}”结束（`{trigger.moment}`）" if zh else f"the end of “{title}” (`{trigger.moment}`)"
    text = ("任何事件" if zh else "any event") if trigger.on == "*" else f"`{short_type(trigger.on)}`"
    if isinstance(trigger, Closing) and trigger.times > 1:
        text = f"第 {trigger.times} 次 {text}" if zh else f"{text}, {trigger.times} times"
    if trigger.where:
        where = where_words(trigger.where, language)
        text = f"{text}（{where}）" if zh else f"{text} where {where}"
    return _revision_words(trigger, text, language) if isinstance(trigger, Revision) else text


def _revision_words(trigger: Revision, text: str, language: Language) -> str:
    zh = language == "zh"
    if trigger.due is not None:
        text = f"{text}，改到 `{trigger.due}`" if zh else f"{text}, to `{trigger.due}`"
    if trigger.needs:
        needs = where_words(trigger.needs, language)
        text = f"{text}；须 {needs}，否则原期限不变" if zh else f"{text}; only where {needs}, else the old due stands"
    return text


def triggers_words(triggers: Iterable[Trigger], titles: Mapping[str, str], language: Language) -> str:
    """Several triggers, each of which does: joined by `; or`."""
    return ("；或 " if language == "zh" else "; or ").join(trigger_words(one, titles, language) for one in triggers)
