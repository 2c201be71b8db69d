"""What the events of one case say: its traits again and again, and what each event has to say for itself."""

import random
from collections.abc import Mapping
from itertools import count
from typing import Final

from streams.catalogue.document.moments import MomentFile
from streams.catalogue.document.triggers import Revision, Trigger
from streams.catalogue.model import Role
from streams.clock import rfc3339
from streams.demo.pack.carried import carried, is_common, required
from streams.demo.pack.conditions import Value, fits
from streams.demo.pack.dues import read_by
from streams.demo.pack.law import targets_of
from streams.demo.pack.lifelike import ahead, asked_for, put_off, rounded, word
from streams.demo.pack.promises import wording
from streams.demo.pack.roles import covers, triggers
from streams.demo.pack.script import CHANNELS, Script, granted
from streams.demo.pack.truth import Clock
from streams.demo.world import Store

_TRAIT: Final = 0.35
"""How often a case has a trait that some condition asks for."""


class Sayings:
    """The fields of one case's events. `place` are those that are the same in all of them."""

    def __init__(self, script: Script, subject: str, store: Store, chance: random.Random) -> None:
        self.place: Mapping[str, Value] = {"tenant": script.tenant, "region": store.region, "store_id": store.id}
        self._script, self._subject, self._chance = script, subject, chance
        self._traits: dict[str, Value | None] = {"channel": chance.choice(CHANNELS)}
        self._moments = {moment.id: moment for moment in script.moments}
        self._promises = count(1)

    def of(
        self, moment: MomentFile, trigger: Trigger, at: int, role: Role, clock: Clock | None
    ) -> dict[str, Value | None]:
        """What an event says for which the trigger plays that role for the moment, field by field; None where it leaves
        one out. `clock` is the one that it is about, if there is one."""
        own = self._fields(moment, trigger, at, role)
        if isinstance(trigger, Revision) and clock is not None:
            own |= self._revision(moment, trigger, clock, at)
        if (trigger.on or "").startswith("promise."):
            own |= self._promise(clock)
        return own

    def keep(self, own: Mapping[str, Value | None], said: Mapping[str, Value]) -> None:
        """What was said of the case is so from now on."""
        self._traits |= {path: said.get(path) for path in own if self._lasting(path)}

    def _fields(self, moment: MomentFile, trigger: Trigger, at: int, role: Role) -> dict[str, Value | None]:
        """What the event says, field by field; None where it leaves one out."""
        kind = trigger.on or ""
        asked, needed = self._script.asks(kind), required(kind)
        own: dict[str, Value | None] = {}
        for path in sorted(asked | needed | {"channel"}):
            if path in self.place or not carried(kind, path):
                continue
            condition = trigger.where.get(path)
            wanted = [one for one in self._wanted(kind, path) if condition is None or fits(condition, one, at)]
            if path in self._script.reads:
                reads = role in (Role.START, Role.REVISE, Role.RESUME) or path in needed or condition is not None
                far = ahead(self._reader(moment, kind, path), kind, path)
                if condition is not None and condition.within is not None:
                    far = min(far, condition.within // 4)
                own[path] = rfc3339(rounded(at + far, at, kind)) if reads else None
            elif path in self._traits:
                own[path] = self._traits[path]
            elif path in self._script.lengths:
                own[path] = word(kind, path) if self._chance.random() < _TRAIT else None
            elif path in ("by", "agreed", "score"):
                own[path] = word(kind, path)
            else:
                own[path] = self._chance.choice(wanted) if wanted and self._chance.random() < _TRAIT else None
            if condition is not None and not fits(condition, own[path], at):
                likely = (*asked_for(condition), None, word(kind, path))
                fitting = [value for value in likely if fits(condition, value, at)]
                own[path] = fitting[0] if fitting else None
        return own

    def _wanted(self, kind: str, path: str) -> list[Value]:
        """The values of the field that conditions on events of this very type name."""
        found: list[Value] = []
        for moment in self._moments.values():
            for role, one in triggers(moment):
                if one.on is None or not covers(one.on, kind):
                    continue
                conditions = [one.where[path]] if path in one.where else []
                if role is Role.START:
                    conditions += [target.when[path] for target in targets_of(moment.allows) if path in target.when]
                found += [value for condition in conditions for value in asked_for(condition)]
        return found

    def _reader(self, moment: MomentFile, kind: str, path: str) -> MomentFile:
        """The moment that reads the field of an event of the type: this one, or another that it begins."""
        for one in (moment, *self._moments.values()):
            begins = one is moment or any(role is Role.START and t.on and covers(t.on, kind) for role, t in triggers(one))
            if begins and path in (read for read, _ in read_by(one.allows)):
                return one
        return moment

    def _lasting(self, path: str) -> bool:
        """Whether the field is about the case and not about one event."""
        return path not in self._script.reads and path not in ("by", "agreed", "score", "reason") and is_lasting(path)

    def _revision(self, moment: MomentFile, trigger: Revision, clock: Clock, at: int) -> dict[str, Value | None]:
        """The new due, half the time later than the old one, and the customer's consent."""
        reads = read_by(moment.allows)
        field = trigger.due or reads[0][0]
        old = max(clock.due or at, at)
        due = rounded(old + put_off(trigger.on, (old - clock.begun) // 2), at, trigger.on or "")
        shifted = due - next((after for read, after in reads if read == field), 0)
        return {field: rfc3339(shifted), **granted(trigger.needs, at, self._chance)}

    def _promise(self, clock: Clock | None) -> dict[str, Value | None]:
        """The promise that it is about, and who promised what."""
        name = f"p{next(self._promises)}" if clock is None else clock.case.removeprefix(f"{self._subject}#")
        return {"promise_id": name, **wording(f"{self._subject}#{name}", "en")}


def is_lasting(path: str) -> bool:
    """Whether a field says what the case is like."""
    return is_common(path) or path == "category" or path.startswith("attributes.")
