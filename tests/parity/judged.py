"""What was said of each obligation, read back from transitions, to be laid beside the verdicts."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import msgspec

from streams.clock import parse_rfc3339, rfc3339
from streams.engine.case import KIND_NAMES, Occurrence, Phase
from streams.engine.transition import Transition
from streams.state.processor import DetectProcessor
from tests.support.public_logs import Obligations, PublicLog, Verdict


class Said(NamedTuple):
    """What two runs must agree on of one transition; instants in microseconds."""

    id: str
    kind: str
    tenant: str
    case: str
    moment: str
    occurrence: int
    at: int
    due: int | None


class _Document(msgspec.Struct):
    id: str
    kind: str
    tenant: str
    case: str
    moment: str
    occurrence: int
    at: str
    due_at: str | None


_read = msgspec.json.Decoder(_Document).decode


def made(said: Transition) -> Said:
    """A transition as the engine makes it."""
    kind = KIND_NAMES[said.kind]
    return Said(said.id, kind, said.tenant, said.case, said.moment, said.occurrence, said.at, said.due_at)


def published(value: bytes) -> Said:
    """A transition as it is published."""
    one = _read(value)
    due = None if one.due_at is None else parse_rfc3339(one.due_at)
    return Said(one.id, one.kind, one.tenant, one.case, one.moment, one.occurrence, parse_rfc3339(one.at), due)


@dataclass(slots=True)
class Told:
    """One occurrence, as somebody who heard every transition knows it."""

    start: int
    due: int | None = None
    end: int | None = None
    broken: bool = False
    closing: str | None = None

    def hear(self, said: Said) -> None:
        if said.kind == "breached":
            self.broken = True
        elif said.kind == "retracted":
            self.broken = False
        elif said.kind in ("met", "recovered", "cancelled", "expired"):
            self.closing, self.end = said.kind, said.at
        elif said.kind in ("opened", "paused", "resumed", "revised"):
            self.closing = self.end = None
        self.due = said.due

    @property
    def verdict(self) -> str:
        """In the words of the verdicts. What cannot be, a recovery of what never broke for one, is named as it is."""
        match (self.broken, self.closing):
            case (False, "met"):
                return "met"
            case (True, "recovered"):
                return "late"
            case (True, None):
                return "missing"
            case (False, None):
                return "pending"
            case (_, "cancelled"):
                return "cancelled"
        return f"{'broken' if self.broken else 'not broken'} and {self.closing}"


def hear(those: Iterable[Said]) -> Obligations:
    """What the transitions say of each obligation, by moment and case, in the order of the occurrences."""
    told: dict[tuple[str, str], dict[int, Told]] = defaultdict(dict)
    for said in those:
        occurrences = told[said.moment, said.case]
        if said.occurrence not in occurrences:
            assert said.kind == "opened", f"the first that is said of an occurrence is {said}"
            occurrences[said.occurrence] = Told(said.at)
        occurrences[said.occurrence].hear(said)
    return {
        key: [Verdict(one.start, one.due, one.end, one.verdict) for _, one in sorted(occurrences.items())]
        for key, occurrences in told.items()
    }


def differences(said: Obligations, log: PublicLog) -> list[str]:
    """One line for each obligation that was judged otherwise than the verdicts have it, missed or made up."""
    lines = []
    for rule, case in sorted(said.keys() | log.obligations.keys()):
        got, wanted = said.get((rule, case), []), log.obligations.get((rule, case), [])
        if got != wanted:
            lines.append(f"{rule} of {case}: said {_shown(got)}, the verdict is {_shown(wanted)}")
    return lines


def _shown(verdicts: list[Verdict]) -> str:
    each = (
        f"{one.verdict} ({' '.join('-' if at is None else rfc3339(at) for at in (one.start, one.due, one.end))})"
        for one in verdicts
    )
    return ", ".join(each) or "nothing"


def counted(said: Obligations) -> dict[str, dict[str, int]]:
    """How many obligations of each rule came to each verdict, and the breaches; in the form of the logs' counts."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for (rule, _), verdicts in said.items():
        for one in verdicts:
            counts[rule]["obligations"] += 1
            counts[rule][one.verdict] += 1
            counts[rule]["breaches"] += one.verdict in ("late", "missing")
    return {rule: dict(those) for rule, those in counts.items()}


def expected_counts(log: PublicLog) -> dict[str, dict[str, int]]:
    """The log's own counts, without its statistics."""
    words = ("obligations", "met", "late", "missing", "pending", "cancelled", "breaches")
    return {rule: {word: those[word] for word in words if word in those} for rule, those in log.counts.items()}


def standing(processor: DetectProcessor, log: PublicLog) -> Obligations:
    """The same from the records of the cases: what is known in the end, however it was learnt."""
    known: Obligations = {}
    for case in sorted({case for _, case in log.obligations}):
        held = processor.case(log.name, case)
        if held is None:
            continue
        for track in held[1].tracks:
            if track.occurrences:
                known[track.moment, case] = [_stands(occurrence) for occurrence in track.occurrences]
    return known


def _stands(occurrence: Occurrence) -> Verdict:
    broken = occurrence.broken is not None
    told = Told(occurrence.started, occurrence.broken if broken else occurrence.due, broken=broken)
    if occurrence.phase > Phase.BREACHED:
        told.closing, told.end = Phase(occurrence.phase).name.lower(), occurrence.stopped
    return Verdict(told.start, told.due, told.end, told.verdict)
