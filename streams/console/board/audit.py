"""The lines of the audit: by what they are about, by command, and those that a shift hands over."""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import Literal

import msgspec

from schemas.alert import AuditLine, What
from streams.clock import instant

_COMMANDS = 50_000
_LINES = 2_000  # of one alert
TAKING: frozenset[What] = frozenset({"acknowledged", "assigned", "snoozed"})
_REMARKS: frozenset[What] = frozenset({"snoozed", "commented", "muted", "unmuted", "retried"})

Result = Literal["done", "refused", "no_effect"]
_RESULTS: dict[What, Result] = {
    "acknowledged": "done",
    "assigned": "done",
    "commented": "done",
    "snoozed": "done",
    "closed": "done",
    "muted": "done",
    "unmuted": "done",
    "refused": "refused",
    "no_effect": "no_effect",
}


class Line(msgspec.Struct, gc=False, eq=False, frozen=True):
    """A line as kept. `alert` is what it is about: an alert, or a mute."""

    at: int
    value: bytes
    alert: str
    tenant: str
    case: str
    what: What
    by: str

    def read(self) -> AuditLine:
        """The line in full."""
        return AuditLine.model_validate_json(self.value)


class Answer(msgspec.Struct, gc=False, eq=False, frozen=True):
    """What the audit says of a command. present: whether the alert may be shown to whoever sent it."""

    result: Result
    why: str
    alert: str
    tenant: str
    present: bool


class Audit:
    """Lines in the order of their instants. What became of the last commands is remembered, so many of them."""

    def __init__(self) -> None:
        self._lines: dict[str, list[Line]] = {}
        self._answers: dict[tuple[str, str], Answer] = {}
        self._tenants: set[str] = set()
        self._remarks: dict[str, list[Line]] = {}

    def put(self, said: AuditLine, value: bytes) -> Line:
        """One line more."""
        line = Line(instant(said.at), value, said.alert, said.tenant, said.case, said.what, said.by)
        own = self._lines.setdefault(said.alert, [])
        _insert(own, line)
        if len(own) > _LINES:
            del own[1]  # how it began is worth more than what came next
        if said.command is not None and said.what in _RESULTS:
            named = (said.tenant, said.command)
            self._answers.pop(named, None)
            self._answers[named] = Answer(_RESULTS[said.what], said.why, said.alert, said.tenant, said.after is not None)
            self._tenants.add(said.tenant)
            if len(self._answers) > _COMMANDS:
                del self._answers[next(iter(self._answers))]
        if said.what in _REMARKS:
            _insert(self._remarks.setdefault(said.tenant, []), line)
        return line

    def about(self, alert: str, tenant: str, case: str) -> list[Line]:
        """What is said of an alert, oldest first. A command that named it for another tenant or case is not."""
        return [line for line in self._lines.get(alert, ()) if line.tenant == tenant and line.case == case]

    def last_taken(self, alert: str) -> Line | None:
        """The last line by which somebody took the alert, was given it, or silenced it."""
        return next((line for line in reversed(self._lines.get(alert, ())) if line.what in TAKING), None)

    def last_snooze(self, alert: str) -> Line | None:
        """The last line that says of an alert that it was snoozed."""
        return next((line for line in reversed(self._lines.get(alert, ())) if line.what == "snoozed"), None)

    def closed_by(self, alert: str) -> str | None:
        """Who closed the alert last; None where no line says it."""
        return next((line.by for line in reversed(self._lines.get(alert, ())) if line.what == "closed"), None)

    def answer(self, command: str, tenant: str | None) -> Answer | None:
        """What became of a command of a tenant (None: of any), None while no line says it."""
        tenants = sorted(self._tenants) if tenant is None else (tenant,)
        return next((answer for name in tenants if (answer := self._answers.get((name, command)))), None)

    def tenants(self) -> list[str]:
        """Those of whom there are remarks."""
        return sorted(self._remarks)

    def remarks(self, tenant: str, since: int) -> Sequence[Line]:
        """Snoozes, comments and mutes since an instant, oldest first."""
        kept = self._remarks.get(tenant, [])
        return kept[bisect_left(kept, since, key=_at) :]

    def drop(self, alert: str) -> None:
        """Forget what was said of an alert."""
        self._lines.pop(alert, None)

    def sweep(self, before: int, known: Callable[[str], bool]) -> None:
        """Forget remarks made before an instant, and what was said until then of alerts that are not known."""
        for subject in [name for name, lines in self._lines.items() if lines[-1].at < before and not known(name)]:
            del self._lines[subject]
        for tenant, lines in list(self._remarks.items()):
            self._remarks[tenant] = lines[bisect_left(lines, before, key=_at) :]


def _insert(lines: list[Line], line: Line) -> None:
    if lines and lines[-1].at > line.at:
        lines.insert(bisect_left(lines, line.at + 1, key=_at), line)
    else:
        lines.append(line)


def _at(line: Line) -> int:
    return line.at
