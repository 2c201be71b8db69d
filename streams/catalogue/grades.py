"""Severity and warnings where they are other than the moment's own: by the target that gives the due, by a field."""

from collections.abc import Callable, Sequence
from typing import Final, get_args

from streams.catalogue.conditions import words
from streams.catalogue.deadline import After, Target, clauses, decided
from streams.catalogue.document.deadlines import Target as TargetFile
from streams.catalogue.document.moments import SeverityOf
from streams.catalogue.model import Deadline, Grade, Look, Moment, Ruling, Severity, Warning, level_words
from streams.catalogue.place import Path, Places, Problems
from streams.catalogue.values import Ahead

SEVERITIES: Final[tuple[Severity, ...]] = get_args(Severity)
"""From the least to the gravest."""

NO_DAYS: Final = "workdays are days on which a calendar opens, and this runs day and night; name one, like calendar: desk"

Leads = Sequence[int | float | Ahead]


def check_warnings(leads: Leads, places: Places, path: Path, problems: Problems, *, always: bool) -> None:
    """Note what is wrong with warnings that stand at a path; `always` says whether no calendar has days for them."""
    if len({type(lead) for lead in leads}) > 1:
        text = (
            "warnings are all leads (10m), all shares (80%) or all workdays, or which comes first would change from case "
            "to case"
        )
        problems.add(places, path, text)
        return
    for index, lead in enumerate(leads):
        if lead in leads[:index]:
            problems.add(places, (*path, index), "this warning is given twice; leave one out")
        if isinstance(lead, Ahead) and always:
            problems.add(places, (*path, index), NO_DAYS)


def in_order(leads: Leads) -> tuple[Warning, ...]:
    """Warnings of one kind in the order in which they come due."""
    shares = sorted(lead for lead in leads if isinstance(lead, float))
    spans = sorted((lead for lead in leads if isinstance(lead, int)), reverse=True)
    days = sorted((lead.days for lead in leads if isinstance(lead, Ahead)), reverse=True)
    return (
        *(Warning(share=share) for share in shares),
        *(Warning(lead=span) for span in spans),
        *(Warning(days=number) for number in days),
    )


class Grades:
    """What one moment's targets and field say of severity and warnings, collected while its deadlines are compiled."""

    def __init__(self, severity: SeverityOf) -> None:
        self._default, self._field = severity.default, severity.field
        self._own: list[tuple[Warning, ...]] = []

    def number(self, target: TargetFile) -> int:
        """Which of `own_warnings` those of the target are, from 1 on; 0 where it has none of its own."""
        if target.warnings is None:
            return 0
        own = in_order(target.warnings)
        if own not in self._own:
            self._own.append(own)
        return self._own.index(own) + 1

    @property
    def own_warnings(self) -> tuple[tuple[Warning, ...], ...]:
        """For `Moment.own_warnings`."""
        return tuple(self._own)

    def severities(self, deadline: Deadline, policies: Sequence[Severity]) -> tuple[Severity, ...]:
        """For `Moment.severities`."""
        if self._field is not None:
            found = set(SEVERITIES)
        else:
            found = {target.severity for target in _targets(deadline) if target.severity is not None} | set(policies)
        return tuple(severity for severity in SEVERITIES if severity in found - {self._default})

    def grade(
        self, deadline: Deadline, ruling: Callable[[Look], Ruling] | None
    ) -> Callable[[int, Look, str], Grade] | None:
        """For `Moment.grade`: the target that gives the due comes before the nearest policy, and that before the
        moment's own field and severity."""
        targets = any(target.severity is not None or target.warnings for target in _targets(deadline))
        field, default = self._field, self._default
        if not targets and field is None:
            return None

        def grade(at: int, look: Look, zone: str) -> Grade:
            target = decided(deadline, at, look, zone) if targets else None
            warnings = 0 if target is None else target.warnings
            if target is not None and target.severity is not None:
                return Grade(warnings, target.severity, ("target", words(target.conditions)))
            found = None if ruling is None else ruling(look)
            if found is not None and "severity" in found.levels:
                return Grade(warnings, found.severity, ("policy", level_words(found.levels["severity"])))
            said = None if field is None else look(field)
            for severity in SEVERITIES:
                if field is not None and said == severity:
                    return Grade(warnings, severity, ("field", field))
            return Grade(warnings, default)

        return grade


def _targets(deadline: Deadline) -> list[Target]:
    return [target for clause in clauses(deadline) if isinstance(clause, After) for target in clause.targets]


def may_begin_with(moment: Moment) -> tuple[Severity, ...]:
    """Every severity with which an occurrence of the moment may begin."""
    return (moment.severity, *moment.severities)
