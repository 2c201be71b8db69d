"""What a person reads of a feed that is not heard, in Chinese and English."""

from functools import lru_cache
from zoneinfo import ZoneInfo

from streams.clock import SECOND, as_datetime, format_duration
from streams.feeds.records import ALL

TITLE = {"zh": "数据源有消息", "en": "The feed is heard"}
TITLE_ALL = {"zh": "数据源有消息（全部）", "en": "Any feed is heard"}


def sentences_of_silence(
    source: str, region: str, *, since: int, due: int, usual: float, thin: bool, interval: int, zone: str
) -> dict[str, str]:
    """What is silent since when, what is usual at this hour, and what follows from it."""
    who_en, who_zh, where_en, where_zh = _names(source, region)
    since_text, due_text = _local(since, zone), _local(due, zone)
    if thin:
        en, zh = f"{who_en} sends far less than usual since {since_text}", f"{who_zh} 自 {since_text} 起消息远少于平常"
    else:
        en, zh = f"{who_en} has been silent since {since_text}", f"{who_zh} 自 {since_text} 起没有消息"
    rate = _rate(usual)
    if interval and usual < 1:
        seconds = interval // SECOND
        en, zh = f"{en}; it promised a heartbeat every {seconds} s", f"{zh}；按约定每 {seconds} 秒应有一次心跳"
    else:
        en, zh = f"{en}; {rate} events a minute are usual at this hour", f"{zh}；此时段通常每分钟 {rate} 条"
    return {
        "zh": f"{zh}，到 {due_text} 已属异常。恢复之前，{where_zh}的判定为“未知”，不会因此呼叫任何人。",
        "en": f"{en}, and by {due_text} that could no longer be chance. Verdicts {where_en} are 'unknown' until it "
        "is back; nobody is paged for them.",
    }


def sentences_of_return(source: str, region: str, *, since: int, back: int, zone: str) -> dict[str, str]:
    """How long it was silent, and what follows from its return."""
    who_en, who_zh, where_en, where_zh = _names(source, region)
    back_text, since_text = _local(back, zone), _local(since, zone)
    span = format_duration(max(back - since, SECOND) // SECOND * SECOND)
    return {
        "zh": f"{who_zh} 自 {back_text} 起恢复（{since_text} 起中断 {_zh(span)}）。{where_zh}的判定按事件时间补做。",
        "en": f"{who_en} is heard again since {back_text} (not heard from {since_text}, {span}). Verdicts {where_en} "
        "are made up for from event times.",
    }


def sentences_of_forgetting(source: str, region: str, *, since: int, zone: str) -> dict[str, str]:
    """It is no feed any more; with the last one, no feed is left."""
    text = _local(since, zone)
    if source == ALL:
        return {
            "zh": f"自 {text} 起所有数据源再无消息，均不再视为数据源。",
            "en": f"No feed was heard again since {text}; none is left that counts as a feed.",
        }
    who_en, who_zh, _, _ = _names(source, region)
    return {
        "zh": f"{who_zh} 自 {text} 起再无消息，不再视为数据源。",
        "en": f"{who_en} was never heard again since {text}; it no longer counts as a feed.",
    }


def sentences_of_retirement(source: str, region: str, *, since: int, zone: str) -> dict[str, str]:
    """Upstream has retired it, or the last that was left, and what follows from it."""
    text = _local(since, zone)
    who_en, who_zh, where_en, where_zh = _names(source, region)
    if source == ALL:
        who_en, who_zh = "The last feed that was left", "最后一个数据源"
    return {
        "zh": f"{who_zh} 已由上游停用（自 {text} 起没有消息），不再视为数据源。{where_zh}的判定不再等待它。",
        "en": f"{who_en} was retired upstream (not heard since {text}); it no longer counts as a feed. "
        f"Verdicts {where_en} no longer wait for it.",
    }


def _names(source: str, region: str) -> tuple[str, str, str, str]:
    if source == ALL:
        return "Every feed", "所有数据源", "everywhere", "所有区域"
    if not region:
        return f"Feed {source}", f"数据源 {source}", "of cases without a region", "无区域事项"
    return (
        f"Feed {source} of region {region}",
        f"区域 {region} 的数据源 {source}",
        f"in region {region}",
        f"区域 {region} ",
    )


def _rate(usual: float) -> str:
    return f"{usual:.0f}" if usual >= 10 else f"{usual:.1f}"


def _zh(span: str) -> str:
    for unit, word in (("d", " 天 "), ("h", " 小时 "), ("m", " 分 "), ("s", " 秒 ")):
        span = span.replace(unit, word)
    return " ".join(span.split())


@lru_cache(1024)
def _local(at: int, zone: str) -> str:
    moment = as_datetime(at).astimezone(ZoneInfo(zone))
    return f"{moment:%Y-%m-%d %H:%M:%S} {zone}"
