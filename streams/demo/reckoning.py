"""Was the monitor right? What it told against what the simulation knows, once everything due has been judged."""

from collections import Counter
from dataclasses import dataclass
from typing import Final

from streams.clock import as_datetime, parse_rfc3339
from streams.demo.board import Board
from streams.demo.simulate import Day
from streams.demo.truth import numbered

_SHOWN: Final = 20

Breaches = dict[tuple[str, str], int]
"""(case, moment) -> due, an instant. From its second occurrence on, a moment is named with its number."""


@dataclass(frozen=True, slots=True)
class Reckoning:
    """`judged` moments had their deadline by then. A breach is right where case, moment and due are."""

    judged: int
    true: Breaches
    told: Breaches
    malformed: Counter[str]
    refused: Counter[str]

    @property
    def agrees(self) -> bool:
        return self.true == self.told and self.malformed == self.refused

    def differences(self) -> list[str]:
        """One line each."""
        lines = []
        for case, moment in sorted(self.true.keys() | self.told.keys()):
            true, told = self.true.get((case, moment)), self.told.get((case, moment))
            if told is None and true is not None:
                lines.append(f"missed: {case} {moment} broke at {as_datetime(true):%H:%M:%S.%f}")
            elif true is None and told is not None:
                lines.append(f"false: {case} {moment}, said to have broken at {as_datetime(told):%H:%M:%S.%f}")
            elif true is not None and told is not None and true != told:
                lines.append(
                    f"misdated: {case} {moment} broke at {as_datetime(true):%H:%M:%S.%f}, "
                    f"said to have broken at {as_datetime(told):%H:%M:%S.%f}"
                )
        for reason in sorted(self.malformed.keys() | self.refused.keys()):
            if self.malformed[reason] != self.refused[reason]:
                lines.append(f"refused as {reason}: {self.refused[reason]}, sent {self.malformed[reason]}")
        return lines

    def summary(self, language: str) -> str:
        """The verdict, and the differences if there are any (the first twenty)."""
        figures = {
            "judged": self.judged,
            "true": len(self.true),
            "told": len(self.told),
            "bad": self.malformed.total(),
            "refused": self.refused.total(),
        }
        verdict = (_AGREES if self.agrees else _DIFFERS)["zh" if language == "zh" else "en"]
        differences = self.differences()
        shown = [f"  {line}" for line in differences[:_SHOWN]]
        if len(differences) > _SHOWN:
            shown.append(f"  ... {len(differences) - _SHOWN}")
        return "\n".join([verdict.format(**figures), *shown])


_AGREES: Final = {
    "en": (
        "The monitor was right: of {judged} moments that came due, {true} broke and exactly these {told} were told; "
        "{bad} malformed events were sent and {refused} refused."
    ),
    "zh": (
        "监测无误：{judged} 个到期时刻中 {true} 个违约，报出的正是这 {told} 个；"
        "发送畸形事件 {bad} 条，拒收 {refused} 条。"
    ),
}
_DIFFERS: Final = {
    "en": (
        "The monitor was wrong: of {judged} moments that came due, {true} broke and {told} were told; "
        "{bad} malformed events were sent and {refused} refused. The differences:"
    ),
    "zh": (
        "监测有误：{judged} 个到期时刻中 {true} 个违约，报出 {told} 个；发送畸形事件 {bad} 条，拒收 {refused} 条。差异："
    ),
}


def reckon(day: Day, board: Board, malformed: Counter[str], until: int) -> Reckoning:
    """Compare everything due by the instant `until`, that one included."""
    told: Breaches = {}
    for (case, moment, number), breach in board.standing.items():
        due = parse_rfc3339(breach.due_at or breach.at)
        if due <= until:
            told[case, numbered(moment, number)] = due
    owed = [one for one in day.obligations(until) if one.due <= until]
    true = {(one.case, one.moment): one.due for one in owed if one.broken}
    return Reckoning(len(owed), true, told, +malformed, +board.refused)
