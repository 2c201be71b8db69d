"""Whom an alert is told to: the chain it climbs, the people on duty at a step, and those who have been told."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple, cast

from schemas.notice import Reason
from schemas.organisation import Level, Person
from streams.alerts.chain import USUAL
from streams.alerts.policy import AlertPolicy
from streams.alerts.record import Record
from streams.alerts.tally import AlertTally

if TYPE_CHECKING:
    from streams.alerts.organisation import Directory


class Telling(NamedTuple):
    """These people are told it for this reason. Nobody among them: `missing` says who could not be found."""

    reason: Reason
    step: int
    people: tuple[Person, ...]
    missing: str = ""
    level: Level = "store"


class Audience:
    """The organisation data as the alert stage asks it."""

    def __init__(self, directory: "Directory", policy: AlertPolicy, tally: AlertTally) -> None:
        self._directory, self._policy, self._tally = directory, policy, tally

    def steps(self, record: Record) -> Sequence[tuple[int, str]]:
        """The chain of the alert: (after, whom). The policy's where the organisation names none."""
        chain = self._directory.chain(record.tenant, record.severity, record.moment)
        return self._policy.steps if not chain or chain is USUAL else chain

    def page(self, record: Record, reason: Reason, step: int, now: int, spared: Iterable[str] = ()) -> Telling:
        """Tell whoever is on duty at a step, but for those `spared`; they will hear of the end, too."""
        steps = self.steps(record)
        tell = cast(Level, steps[min(step, len(steps) - 1)][1] if steps else "fallback")
        labels = record.labels
        found = self._directory.duty(record.tenant, labels.get("store"), labels.get("region"), tell, now)
        people = found.people
        if not people and tell != "fallback":
            people = self._directory.duty(record.tenant, None, None, "fallback", now).people
        self._tally.unknown_stores += not found.known
        for person in people:
            for heard in (record.told, record.hear_end, record.hear_retraction):
                if person.id not in heard:
                    heard.append(person.id)
        left = set(spared)
        missing = "" if people else f"step {step}: nobody on duty for {tell}, and no fallback"
        return Telling(reason, step, tuple(person for person in people if person.id not in left), missing, tell)

    def tell_told(self, record: Record, reason: Reason, persons: Sequence[str]) -> list[Telling]:
        """Tell these, who have been told before, that it is over. Who has left the organisation is missing."""
        step = max(record.level - 1, 0)
        tellings = []
        for name in persons:
            person = self._directory.person(record.tenant, name)
            if person is None:
                tellings.append(Telling(reason, step, (), f"{name} was told and is no longer in the organisation"))
            else:
                tellings.append(Telling(reason, step, (person,)))
        return tellings
