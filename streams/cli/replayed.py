"""What a replay says, for people: a line for each step with its sentence below it, and a table of every moment."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from streams.catalogue.model import Catalogue

_KINDS: Final = {
    "opened": "开始",
    "at_risk": "预警",
    "breached": "超时",
    "worsened": "升级",
    "met": "按时完成",
    "recovered": "超时后完成",
    "retracted": "撤回",
    "cancelled": "取消",
    "paused": "暂停",
    "resumed": "继续",
    "revised": "改期",
    "unknown": "未知",
    "expired": "放弃",
}
_COLUMNS: Final = ("opened", "met", "at_risk", "breached", "recovered", "retracted", "cancelled", "expired")
_WORDS: Final = {
    "en": {"zone": "times in {}", "due": "due", "moment": "moment", "opened": "begun"},
    "zh": {"zone": "时间按 {}", "due": "期限", "moment": "关键时刻", "opened": "开始"},
}


class _Step(msgspec.Struct):
    """Of a published transition, what people read."""

    kind: str
    case: str
    moment: str
    occurrence: int
    severity: str
    at: datetime
    due_at: datetime | None = None
    sentence: dict[str, str] | None = None


class Replayed:
    """The steps of a replay. `form` is text, or table for that alone, `language` zh or en. Times are those of the
    catalogue's first file."""

    def __init__(self, form: str, language: str, catalogue: Catalogue) -> None:
        self._form, self._language = form, language
        self._moments = [moment.id for moment in catalogue.moments]
        self._width = max(map(len, self._moments))
        self._counts: Counter[tuple[str, str]] = Counter()
        zone = json.loads(catalogue.source)["catalogues"][0].get("time_zone", "UTC")
        self._zone = ZoneInfo(zone)
        self._head = _WORDS[language]["zone"].format(zone)
        self._decode = msgspec.json.Decoder(_Step).decode_lines

    def begin(self) -> str:
        """What comes before everything else."""
        return f"{self._head}\n" if self._form == "text" else ""

    def say(self, lines: bytes) -> str:
        """The next steps, given as they are published, one JSON line each."""
        steps = self._decode(lines)
        self._counts.update((step.moment, step.kind) for step in steps)
        return "".join(map(self._lines, steps)) if self._form == "text" else ""

    def end(self) -> str:
        """The table: how often each kind was said of each moment, those left out of which nothing was."""
        name = _WORDS[self._language]["moment"]
        rows = [[name, *map(self._kind_title, _COLUMNS)]]
        for moment in self._moments:
            counts = [self._counts[moment, kind] for kind in _COLUMNS]
            if any(counts):
                rows.append([moment, *map(str, counts)])
        widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
        between = "\n" if self._form == "text" else ""
        return between + "".join(f"{'  '.join(_padded(row, widths)).rstrip()}\n" for row in rows)

    def _kind_title(self, kind: str) -> str:
        return _WORDS[self._language].get(kind) or self._kind(kind)

    def _kind(self, kind: str) -> str:
        return _KINDS[kind] if self._language == "zh" else kind.replace("_", " ")

    def _lines(self, step: _Step) -> str:
        kind = self._kind(step.kind)
        kind += " " * ((9 if self._language == "en" else 10) - _width(kind))
        due = f"  {_WORDS[self._language]['due']} {self._time(step.due_at)}" if step.due_at is not None else ""
        said = f"{self._time(step.at)}  {kind}  {step.moment:<{self._width}}  {_shown(step.case)} #{step.occurrence}"
        below = "" if step.sentence is None else f"    {_shown(step.sentence[self._language])}\n"
        return f"{said}  {step.severity}{due}\n{below}"

    def _time(self, at: datetime) -> str:
        return f"{at.astimezone(self._zone):%Y-%m-%d %H:%M:%S}"


def _padded(row: list[str], widths: list[int]) -> Iterator[str]:
    """The name from the left, figures from the right."""
    first, *others = row
    yield first + " " * (widths[0] - _width(first))
    yield from (" " * (width - _width(text)) + text for text, width in zip(others, widths[1:], strict=True))


def _width(text: str) -> int:
    """How many columns of a terminal it takes; a Chinese sign takes two."""
    return sum(2 if "\u2e80" <= sign <= "\uffef" else 1 for sign in text)


def _shown(text: str) -> str:
    """What producers and files say, without what would move the cursor."""
    return "".join(sign if sign.isprintable() else "?" for sign in text)
