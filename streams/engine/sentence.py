"""One plain sentence for a transition, in Chinese and English: what, by when, why then, and how it stands."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from zoneinfo import ZoneInfo

from streams.catalogue.model import NO_LEVELS, SEVERITIES_ZH, Level, Moment, Trace, level_words, zone_name
from streams.clock import MINUTE, SECOND, as_datetime, format_duration
from streams.engine.case import Fact, Kind, Occurrence
from streams.engine.happened import held, known_at, moved, refused, wanting
from streams.engine.severity import GRAVITY, Origin

LEVELS_ZH = {"tenant": "租户", "brand": "品牌", "region": "大区", "store": "门店"}
_UNITS_ZH = (("d", " 天 "), ("h", " 小时 "), ("ms", " 毫秒 "), ("m", " 分 "), ("s", " 秒 "))


def sentences(
    moment: Moment,
    occurrence: Occurrence,
    kind: Kind,
    at: int,
    due: int | None,
    start: Fact,
    trace: Trace,
    zone: str,
    levels: Mapping[str, Level] = NO_LEVELS,
    origin: Origin | None = None,
    facts: Sequence[Fact] = (),
) -> dict[str, str]:
    """`{"zh": ..., "en": ...}`. Times are local to `zone` (as Moment.zone gives it); a date is written where it is not
    the start's. `facts` are those of the case that are kept.
    """
    when = _Clock(occurrence.started, zone)
    at_text = when(at)
    standing_en, standing_zh = _STANDING_EN[kind], _STANDING_ZH[kind]
    if due is None:
        standing_en, standing_zh = _UNDATED_EN.get(kind, standing_en), _UNDATED_ZH.get(kind, standing_zh)
    due_text = when(due) if due is not None else ""
    en = f"{moment.title['en']}: {standing_en.format(at=at_text, due=due_text)}"
    zh = f"{moment.title['zh']}：{standing_zh.format(at=at_text, due=due_text)}"
    if due is not None and kind in _LATE_KINDS and at > due:
        late = format_duration(at - due if at - due < SECOND else (at - due) // SECOND * SECOND)
        en, zh = f"{en}, {late} late", f"{zh}，晚了 {_zh_duration(late)}"
    en_why, zh_why = _why(trace, start, when, known_at(occurrence))
    if levels:
        en_set, zh_set = _set_for(levels, trace)
        en_why, zh_why = f"{en_why}{en_set}", f"{zh_why}{zh_set}"
    en_moved, zh_moved = moved(occurrence)
    en_why, zh_why = f"{en_why}{en_moved}", f"{zh_why}{zh_moved}"
    more = [*held(moment, occurrence, kind, at, facts, when), *_graded(occurrence, origin)]
    for en_more, zh_more in (*more, *refused(moment, occurrence.moves, when), *wanting(moment, occurrence)):
        en_why, zh_why = f"{en_why}; {en_more}", f"{zh_why}；{zh_more}"
    return {"zh": f"{zh}（{zh_why}）。", "en": f"{en} ({en_why})."}


_STANDING_EN = {
    Kind.OPENED: "the clock runs since {at}, due {due}",
    Kind.AT_RISK: "due at {due} and not done yet",
    Kind.BREACHED: "was due at {due} and has not come",
    Kind.WORSENED: "was due at {due} and still has not come at {at}",
    Kind.MET: "done at {at}, due {due}",
    Kind.RECOVERED: "done at {at}, was due at {due}",
    Kind.RETRACTED: "not broken after all, as an event of {at} shows",
    Kind.CANCELLED: "cancelled at {at}, due {due}",
    Kind.PAUSED: "the clock stands since {at}",
    Kind.RESUMED: "the clock goes on since {at}, due {due}",
    Kind.REVISED: "now due at {due}, as of {at}",
    Kind.UNKNOWN: "cannot be judged since {at}: its feed is silent",
    Kind.EXPIRED: "given up at {at}, was due at {due}",
}
_STANDING_ZH = {
    Kind.OPENED: "{at} 开始计时，{due} 到期",
    Kind.AT_RISK: "{due} 到期，尚未完成",
    Kind.BREACHED: "应于 {due} 前完成，未见完成",
    Kind.WORSENED: "应于 {due} 前完成，到 {at} 仍未完成",
    Kind.MET: "{at} 完成，期限 {due}",
    Kind.RECOVERED: "{at} 完成，期限 {due}",
    Kind.RETRACTED: "{at} 的事件表明并未超时，撤回",
    Kind.CANCELLED: "{at} 取消，期限 {due}",
    Kind.PAUSED: "{at} 起暂停计时",
    Kind.RESUMED: "{at} 起继续计时，{due} 到期",
    Kind.REVISED: "{at} 起期限改为 {due}",
    Kind.UNKNOWN: "{at} 起无法判定：数据源没有消息",
    Kind.EXPIRED: "{at} 起不再跟踪，期限 {due}",
}
_UNDATED_EN = {
    Kind.OPENED: "the clock runs since {at}, no due known",
    Kind.MET: "done at {at}",
    Kind.CANCELLED: "cancelled at {at}",
    Kind.RESUMED: "the clock goes on since {at}, no due known",
    Kind.EXPIRED: "given up at {at}",
}
_UNDATED_ZH = {
    Kind.OPENED: "{at} 开始计时，期限未知",
    Kind.MET: "{at} 完成",
    Kind.CANCELLED: "{at} 取消",
    Kind.RESUMED: "{at} 起继续计时，期限未知",
    Kind.EXPIRED: "{at} 起不再跟踪",
}
"""Where no due is known, or the clock stands."""
_LATE_KINDS = frozenset({Kind.RECOVERED, Kind.WORSENED})


class _Clock:
    """Writes the local time of an instant, with its date only where that is not the day the clock began."""

    __slots__ = ("began", "day", "zone")

    def __init__(self, began: int, zone: str) -> None:
        self.zone = zone
        self.day, clock = _local(began, zone)
        self.began = f"{self.day} {clock}"

    def __call__(self, at: int) -> str:
        day, clock = _local(at, self.zone)
        return clock if day == self.day else f"{day} {clock}"


@lru_cache(4096)
def _local(at: int, zone: str) -> tuple[str, str]:
    """The local date and time of day; seconds only where there are any."""
    minute, rest = divmod(at, MINUTE)
    second = rest // SECOND
    day, clock, beyond = _local_minute(minute, zone)
    if beyond:  # an offset that is no whole minute
        moment = as_datetime(at).astimezone(ZoneInfo(zone_name(zone)))
        day, clock, second = f"{moment:%Y-%m-%d}", f"{moment:%H:%M}", moment.second
    return day, f"{clock}:{second:02}" if second else clock


@lru_cache(8192)  # what is told of lies mostly within the hour
def _local_minute(minute: int, zone: str) -> tuple[str, str, int]:
    moment = as_datetime(minute * MINUTE).astimezone(ZoneInfo(zone_name(zone)))
    return f"{moment:%Y-%m-%d}", f"{moment:%H:%M}", moment.second


def _graded(occurrence: Occurrence, origin: Origin | None) -> list[tuple[str, str]]:
    """Why it is as grave as it is, where a target or a field says so and it has not risen since."""
    if origin is None or origin[0] == "policy" or occurrence.risen:
        return []
    severity, (who, what) = GRAVITY[occurrence.severity - 1], origin
    if who == "target":
        return [(f"{severity} for {what}", f"{what} 时级别为{SEVERITIES_ZH[severity]}")]
    return [(f"{severity} as {what} says", f"级别按 {what} 为{SEVERITIES_ZH[severity]}")]


def _set_for(levels: Mapping[str, Level], trace: Trace) -> tuple[str, str]:
    """Which levels have set the deadline, and the hours in which it counts."""
    while trace.parts and trace.chosen is not None:
        trace = trace.parts[trace.chosen]
    deadline = levels.get("deadline")
    hours = levels.get("calendar") if trace.clause in ("after", "workdays") else None
    if deadline is not None and deadline == hours:
        return f", set with its hours for {level_words(deadline)}", f"，期限与时间按{_zh_level(deadline)}的规定"
    en = zh = ""
    if deadline is not None:
        en, zh = f", set for {level_words(deadline)}", f"，按{_zh_level(deadline)}的规定"
    if hours is not None:
        en, zh = f"{en}, in the hours set for {level_words(hours)}", f"{zh}，时间按{_zh_level(hours)}的规定"
    return en, zh


def _zh_level(level: Level) -> str:
    return "、".join(f"{LEVELS_ZH[kind]} {name} " for kind, name in level if kind != "tenant" or len(level) == 1)


def _zh_duration(text: str) -> str:
    for unit, chinese in _UNITS_ZH:
        text = text.replace(unit, chinese)
    return " ".join(text.split())


def business_days(days: int) -> str:
    """`1 business day`, `3 business days`."""
    return f"{days} business day{'s' if days > 1 else ''}"


def _why(trace: Trace, start: Fact, when: _Clock, known: int | None) -> tuple[str, str]:
    """The deciding clause in words."""
    while trace.parts and trace.chosen is not None:
        trace = trace.parts[trace.chosen]
    en = f"{start.type} at {when.began}"
    zh = f"{when.began} {start.type}"
    value = when(trace.value) if trace.value is not None else None
    span = format_duration(trace.span) if trace.span is not None else None
    if trace.due is None and known is not None:
        en, zh = f"{en}, no deadline known before {when(known)}", f"{zh}，{when(known)} 前期限未知"
    elif trace.due is None:
        en, zh = f"{en}, no deadline known yet", f"{zh}，期限尚不可知"
    elif trace.clause == "after" and span is not None:
        en, zh = f"{en} plus {span}", f"{zh} 起 {_zh_duration(span)}"
        if trace.field is not None:
            en, zh = f"{en} as {trace.field} says", f"{zh}（按 {trace.field}）"
    elif trace.days is not None:
        en, zh = f"{en} plus {business_days(trace.days)}", f"{zh} 起 {trace.days} 个工作日"
    elif value is not None:
        en, zh = f"{en}, {trace.field} {value}", f"{zh}，{trace.field} 为 {value}"
        if span is not None:
            sign_en, sign_zh = ("less", "减") if trace.clause == "before" else ("plus", "加")
            en, zh = f"{en} {sign_en} {span}", f"{zh}，{sign_zh} {_zh_duration(span)}"
    if trace.target is not None:
        en, zh = f"{en} for {trace.target}", f"{zh}（{trace.target}）"
    if trace.instead_of is not None:
        en, zh = f"{en}, as {trace.instead_of} is missing", f"{zh}，因缺少 {trace.instead_of}"
    return en, zh
