"""The clock of a moment in words: when it is due, what warns ahead, how it goes on once it is late."""

from collections.abc import Sequence

from streams.catalogue.document.deadlines import DeadlineClause, Target
from streams.catalogue.document.moments import MomentFile
from streams.catalogue.model import SEVERITIES_ZH
from streams.catalogue.pages.words import Language, share_words, span_words, where_words
from streams.catalogue.values import Ahead

ALWAYS = "always"


def deadline_words(moment: MomentFile, language: Language) -> str:
    """By when the moment must have ended, with the targets of some cases and the calendar that counts."""
    since = ("开始后", "after the start") if moment.expects is None else ("上一次之后", "after the one before")
    text = _clause(moment.allows, language, since)
    if moment.calendar in (None, ALWAYS):
        return text
    return (
        f"{text}；按日历 `{moment.calendar}` 计" if language == "zh" else f"{text}; in the hours of `{moment.calendar}`"
    )


def _clause(clause: DeadlineClause, language: Language, since: tuple[str, str]) -> str:
    """`since` is from when on lengths count, in Chinese and English."""
    zh = language == "zh"
    if clause.after is not None or clause.workdays is not None:
        text = _length(clause, language)
        text = f"{since[0]} {text}" if zh else f"{text} {since[1]}"
        targets = [_target(target, language) for target in clause.targets]
        return ("；" if zh else "; ").join([text, *targets])
    if clause.at is not None or clause.before is not None or clause.field is not None:
        text = _stated(clause, language, since) if clause.field is not None else _instant(clause, language)
        if clause.else_ is None:
            return text
        otherwise = _clause(clause.else_, language, since)
        return f"{text}；没有该字段时：{otherwise}" if zh else f"{text}; without that field: {otherwise}"
    several = [(part, _clause(part, language, since)) for part in clause.earliest or clause.latest or ()]
    parts = [f"[{text}]" if part.earliest or part.latest else text for part, text in several]
    head = (
        ("最早者" if clause.earliest else "最晚者") if zh else ("the earliest of" if clause.earliest else "the latest of")
    )
    inner = "；".join(f"({number}) {part}" for number, part in enumerate(parts, 1))
    return f"{head}：{inner}" if zh else f"{head}: {inner.replace('；', '; ')}"


def _length(clause: DeadlineClause | Target, language: Language) -> str:
    if clause.workdays is None:
        return span_words(clause.after or 0, language)
    if language == "zh":
        return f"{clause.workdays} 个工作日"
    return f"{clause.workdays} business day{'s' if clause.workdays > 1 else ''}"


def _stated(clause: DeadlineClause, language: Language, since: tuple[str, str]) -> str:
    unit = "" if clause.unit is None else span_words(clause.unit, language)
    if language == "zh":
        return f"{since[0]} `{clause.field}` 所载时长{f'（数字以 {unit}计）' if unit else ''}"
    return f"so long {since[1]} as `{clause.field}` says{f' (numbers in units of {unit})' if unit else ''}"


def _target(target: Target, language: Language) -> str:
    """What holds for some cases, with the severity and the warnings that the target has of its own."""
    own = [_timed(target, language)]
    if target.severity is not None:
        word = severity(target.severity, language)
        own.append(f"级别为{word}" if language == "zh" else f"with severity {word}")
    if target.warnings is not None:
        warned = leads_words(target.warnings, language)
        if language == "zh":
            own.append(f"预警：{warned}" if warned else "不预警")
        else:
            own.append(f"warned {warned}" if warned else "without a warning")
    return ("，" if language == "zh" else ", ").join(own)


def _timed(target: Target, language: Language) -> str:
    length, when = _length(target, language), where_words(target.when, language)
    if target.calendar is None:
        return f"{when} 时 {length}" if language == "zh" else f"{length} where {when}"
    if target.calendar == ALWAYS:
        return f"{when} 时 {length}（全天候）" if language == "zh" else f"{length}, day and night, where {when}"
    if language == "zh":
        return f"{when} 时 {length}（按日历 `{target.calendar}` 计）"
    return f"{length} in the hours of `{target.calendar}` where {when}"


def _instant(clause: DeadlineClause, language: Language) -> str:
    zh = language == "zh"
    if clause.before is not None:
        span = span_words(clause.lead or 0, language)
        return f"`{clause.before}` 之前 {span}" if zh else f"{span} before `{clause.before}`"
    if not clause.plus:
        return f"`{clause.at}` 所载时间" if zh else f"at `{clause.at}`"
    span = span_words(abs(clause.plus), language)
    if zh:
        return f"`{clause.at}` {'之后' if clause.plus > 0 else '之前'} {span}"
    return f"{span} {'after' if clause.plus > 0 else 'before'} `{clause.at}`"


def warnings_words(moment: MomentFile, language: Language) -> str:
    """The warnings ahead of the due, empty where there are none."""
    return leads_words(moment.warnings, language)


def leads_words(leads: Sequence[int | float | Ahead], language: Language) -> str:
    """These warnings, empty where there are none."""
    zh = language == "zh"
    parts = []
    for lead in leads:
        if isinstance(lead, Ahead):
            days = f"{lead.days} business day{'s' if lead.days > 1 else ''} before the due"
            parts.append(f"到期前 {lead.days} 个工作日" if zh else days)
        elif isinstance(lead, float):
            parts.append(f"用去时间的 {share_words(lead)} 时" if zh else f"at {share_words(lead)} of the time")
        else:
            span = span_words(lead, language)
            parts.append(f"到期前 {span}" if zh else f"{span} before the due")
    return ("，" if zh else ", ").join(parts)


def severity_words(moment: MomentFile, language: Language) -> str:
    """The severity, and what it rises to."""
    zh = language == "zh"
    text = severity(moment.severity.default, language)
    if moment.severity.field is not None:
        text = f"按 `{moment.severity.field}`，否则{text}" if zh else f"as `{moment.severity.field}` says, else {text}"
    for rise in sorted(moment.rises, key=lambda rise: rise.after):
        span, to = span_words(rise.after, language), severity(rise.to, language)
        text += f"；超时 {span}后升为{to}" if zh else f"; {to} {span} after the due"
    return text


def severity(word: str, language: Language) -> str:
    """The name of a severity."""
    return SEVERITIES_ZH[word] if language == "zh" else word
