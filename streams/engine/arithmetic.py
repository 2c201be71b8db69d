"""The steps of a proof as lines of text, in English or Chinese."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from streams.engine.sentence import LEVELS_ZH, business_days

_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "start": "start",
        "by_start": "{at}  {type}  {id} from {source}",
        "deadline": "deadline",
        "policy": "policy",
        "deadline_policy": "the deadline is set for {level}",
        "calendar_policy": "the calendar is set for {level}",
        "severity": "severity",
        "severity_from": "as it began, by {who}",
        "calendar": "calendar",
        "in_zone": "{calendar} in {zone}",
        "open": "  open",
        "span": "{begin} to {end}",
        "left_out": "and {n} spans more",
        "first": "first due",
        "no_first": "not known at the start",
        "paused": "paused",
        "resumed": "resumed",
        "revised": "revised",
        "reopened": "reopened",
        "refused": "refused",
        "held": "also held",
        "let_go": "let go",
        "move": "{at}  by {event}{pauses}, due {due}",
        "pause": ", {pause}",
        "pause_over": ", ending {pause}",
        "as_before": ", as before",
        "due": "due",
        "stands": "open while it stands",
        "unknown": "not known",
        "hold": "stands",
        "held_since": "since {at} by {event}, {pause}",
        "reason": ": {reason}",
        "ends": "ends",
        "cancels": "cancels",
        "one_of": "with one of these",
        "all": "when all have come; {n} missing",
        "none": "none",
        "often": "{n} of {times} times",
        "came": "{at} by {event}",
        "missing": "missing",
        "comma": ", ",
        "colon": ": ",
        "value": "{field} = {value}",
        "target": "as {target}",
        "instead": "instead of {field}, which is missing",
        "decides": "  (decides)",
    },
    "zh": {
        "start": "开始",
        "by_start": "{at}  {type}  {id}，来源 {source}",
        "deadline": "期限",
        "policy": "规定",
        "deadline_policy": "期限由 {level} 规定",
        "calendar_policy": "日历由 {level} 规定",
        "severity": "级别",
        "severity_from": "开始时的级别，依据 {who}",
        "calendar": "日历",
        "in_zone": "{calendar}，时区 {zone}",
        "open": "  营业",
        "span": "{begin} 至 {end}",
        "left_out": "另有 {n} 段",
        "first": "最初到期",
        "no_first": "开始时未知",
        "paused": "暂停",
        "resumed": "恢复",
        "revised": "改期",
        "reopened": "重开",
        "refused": "改期无效",
        "held": "又有暂停",
        "let_go": "暂停解除",
        "move": "{at}  由 {event}{pauses}，到期 {due}",
        "pause": "，{pause}",
        "pause_over": "，结束 {pause}",
        "as_before": "，不变",
        "due": "到期",
        "stands": "暂停期间未定",
        "unknown": "未知",
        "hold": "仍暂停",
        "held_since": "自 {at} 起，由 {event}，{pause}",
        "reason": "：{reason}",
        "ends": "完成条件",
        "cancels": "取消条件",
        "one_of": "满足其一即可",
        "all": "须全部到齐，尚缺 {n} 项",
        "none": "0",
        "often": "{n}/{times} 次",
        "came": "{at} 由 {event}",
        "missing": "缺失",
        "comma": "，",
        "colon": "：",
        "value": "{field} = {value}",
        "target": "适用 {target}",
        "instead": "代替缺失的 {field}",
        "decides": "  （以此为准）",
    },
}
_CLAUSES: Final = {
    "after": "起算后",
    "workdays": "工作日",
    "at": "在指定时刻",
    "before": "在指定时刻之前",
    "earliest": "取最早",
    "latest": "取最晚",
}
_ORIGINS: Final = {"target": "目标", "field": "字段", "policy": "规定"}
PHASES_ZH: Final = {
    "running": "进行中",
    "at_risk": "即将超时",
    "paused": "暂停",
    "breached": "已超时",
    "met": "按时完成",
    "recovered": "超时后完成",
    "cancelled": "取消",
    "expired": "不再跟踪",
}


def arithmetic(proof: Mapping[str, Any], language: str = "en") -> list[str]:
    """The steps of a proof, one line each; instants as in the proof (UTC)."""
    return list(_lines(proof, _WORDS[language], language))


def level_in(words: str, language: str) -> str:
    """`region east, brand fresh` (see `model.level_words`) in a language: `大区 east、品牌 fresh`."""
    if language == "en":
        return words
    parts = (part.partition(" ") for part in words.split(", "))
    return "、".join(f"{LEVELS_ZH.get(kind, kind)}{space}{name}" for kind, space, name in parts)


def padded(label: str, width: int) -> str:
    """In a column of its own; a Chinese character takes two places."""
    return label + " " * max(0, width - places(label))


def places(text: str) -> int:
    """How wide a text is in a terminal."""
    return sum(2 if ord(letter) > 0x2E7F else 1 for letter in text)


def _lines(proof: Mapping[str, Any], t: Mapping[str, str], language: str) -> Iterator[str]:
    def line(label: str, text: str) -> str:
        return f"{padded(label, 9)}  {text}"

    start = proof["start"]
    yield line(t["start"], t["by_start"].format(at=proof["started_at"], **start))
    for clause in _clauses(proof["deadline"], 0, t, language):
        yield line(t["deadline"], clause)
    for key, words in (("policy", "deadline_policy"), ("calendar_policy", "calendar_policy")):
        if proof.get(key):
            yield line(t["policy"], t[words].format(level=level_in(proof[key], language)))
    if proof.get("severity_from"):
        who, space, what = proof["severity_from"].partition(" ")
        if language == "zh":
            who, what = _ORIGINS.get(who, who), level_in(what, language) if who == "policy" else what
        yield line(t["severity"], t["severity_from"].format(who=f"{who}{space}{what}"))
    if proof["calendar"] != "always":
        yield line(t["calendar"], t["in_zone"].format(calendar=proof["calendar"], zone=proof["time_zone"]))
        for begin, end in proof.get("open", ()):
            yield line(t["open"], t["span"].format(begin=begin, end=end))
        if proof.get("open_left_out"):
            yield line(t["open"], t["left_out"].format(n=proof["open_left_out"]))
    yield line(t["first"], proof["first_due_at"] or t["no_first"])
    for move in proof["moves"]:
        yield line(t[move["kind"]], _move(move, t))
    yield line(t["due"], proof["due_at"] or t["stands" if proof.get("holds") else "unknown"])
    for one in proof.get("holds", ()):
        reason = t["reason"].format(reason=one["reason"]) if one.get("reason") else ""
        text = t["held_since"].format(at=one["since"], event=one["event"], pause=one["pause"])
        yield line(t["hold"], text + reason)
    for closes in ("ends", "cancels"):
        yield from _closings(closes, proof, t)


def _move(move: Mapping[str, Any], t: Mapping[str, str]) -> str:
    kind = move["kind"]
    pause = t["pause" if kind in ("paused", "held") else "pause_over"]
    unknown = t["unknown" if kind in ("resumed", "reopened") else "stands"]
    pauses = "".join(pause.format(pause=one) for one in move.get("pauses", ()))
    text = t["move"].format(at=move["at"], event=move["event"], pauses=pauses, due=move["due_at"] or unknown)
    return text + (t["as_before"] if kind == "refused" else "")


def _closings(closes: str, proof: Mapping[str, Any], t: Mapping[str, str]) -> Iterator[str]:
    """What has come of closings that take several events; of several ways any one is enough."""
    ways = [several for several in proof.get("several", ()) if several["closes"] == closes]
    alone = proof.get("alone", ()) if closes == "ends" else ()
    one_of = len(ways) + len(alone) > 1
    indent = " " * 11
    if one_of:
        yield f"{padded(t[closes], 9)}  {t['one_of']}"
        yield from (f"{indent}{event}" for event in alone)
    for several in ways:
        inner = indent
        if several["parts"][0]["times"] == 1 or not one_of:
            label = indent if one_of else f"{padded(t[closes], 9)}  "
            yield label + t["all"].format(n=several["missing"] or t["none"])
            inner = indent + "  " if one_of else indent
        for part in several["parts"]:
            came = t["comma"].join(t["came"].format(**one) for one in part["came"]) or t["missing"]
            often = t["often"].format(n=len(part["came"]), times=part["times"])
            yield f"{inner}{part['event']}{' ' + often if part['times'] > 1 else ''}{t['colon']}{came}"


def _clauses(tree: Mapping[str, Any], depth: int, t: Mapping[str, str], language: str) -> list[str]:
    words = [_CLAUSES[tree["clause"]] if language == "zh" else tree["clause"]]
    if "field" in tree:
        given = tree.get("value") if tree["clause"] != "after" else tree.get("span")
        words.append(t["value"].format(field=tree["field"], value=given or t["missing"]))
    if "span" in tree and not (tree["clause"] == "after" and "field" in tree):
        words.append(tree["span"])
    if "days" in tree:
        words.append(f"{tree['days']} 个工作日" if language == "zh" else business_days(tree["days"]))
    if "target" in tree:
        words.append(t["target"].format(target=tree["target"]))
    if "instead_of" in tree:
        words.append(t["instead"].format(field=tree["instead_of"]))
    words.append(f"-> {tree['due_at'] or t['unknown']}")
    lines = ["  " * depth + " ".join(words)]
    for index, part in enumerate(tree.get("parts", ())):
        inner = _clauses(part, depth + 1, t, language)
        lines += [f"{inner[0]}{t['decides'] if index == tree.get('chosen') else ''}", *inner[1:]]
    return lines
