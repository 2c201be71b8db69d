"""Breaches of a tea chain and the incidents made of them, with a clock; and a shard that can be restarted anywhere."""

from typing import Any, Self

from schemas.alert import Alert
from schemas.ask import Ask
from schemas.group import Group
from schemas.transition import Labels, Text
from streams.clock import MINUTE, SECOND, as_datetime
from streams.groups.incident import IncidentPolicy, Incidents, Said
from streams.state.codec import NO_WAKE

BEGIN = 1_793_600_400_000_000
"""A whole number of spans since 1970."""
POLICY = IncidentPolicy()
TITLE = Text(zh="准时送达", en="Delivered on time")


def make_ask(name: str, what: str, at: int, *, late: bool = False, **fields: Any) -> Ask:
    """What the alert stage says of an alert; by default one that broke at that instant."""
    labels = Labels(**{each: fields.pop(each, None) for each in ("region", "store", "channel", "fleet", "provider")})
    alert: dict[str, Any] = {
        "id": name,
        "version": 1,
        "state": "firing",
        "kind": "breached",
        "tenant": "tea",
        "case": f"case {name}",
        "moment": "delivery.on_time",
        "occurrence": 1,
        "stage": "execution",
        "severity": "high",
        "owner": "stores",
        "title": TITLE,
        "labels": labels,
        "transition": f"transition of {name}",
        "raised_at": as_datetime(at),
        "changed_at": as_datetime(at),
        "due_at": as_datetime(at),
        "broken_at": as_datetime(at),
    }
    return Ask(partition=0, what=what, at=as_datetime(at), late=late, alert=Alert(**{**alert, **fields}))


class Story:
    """One shard of incidents with a clock. What is due is fired in its time. With `restarts` it starts again, from its
    records, after every step.
    """

    def __init__(self, policy: IncidentPolicy = POLICY, *, restarts: bool = False) -> None:
        self.policy, self.restarts = policy, restarts
        self.incidents = Incidents(policy)
        self.now = BEGIN
        self.records: dict[bytes, bytes] = {}
        self.said: list[Said] = []
        self.asked: dict[str, Ask] = {}
        self.incidents.ready()

    # the clock

    def wait(self, span: int) -> Self:
        """Let time pass."""
        until = self.now + span
        while self.incidents.wake() <= until:
            self.now = max(self.now, self.incidents.wake())
            self.incidents.fire(self.now)
            self._keep()
        self.now = until
        return self

    def _keep(self) -> None:
        for key, value in self.incidents.take_changes().items():
            assert key.startswith(b"i/")
            if value is None:
                self.records.pop(key, None)
            else:
                self.records[key] = value
        self.said += self.incidents.take_said()
        if self.restarts:
            self.restart()

    def restart(self) -> None:
        """Another shard goes on from the records."""
        self.incidents = Incidents(self.policy)
        for key, value in reversed(self.records.items()):
            self.incidents.restore(key, value)
        self.incidents.ready()

    # what happens

    def breaks(self, name: str, *, ago: int = 0, what: str = "broke", late: bool = False, **fields: Any) -> Self:
        """An alert broke, so long ago."""
        return self.hear(make_ask(name, what, self.now - ago, late=late, **fields))

    def becomes(self, name: str, what: str, state: str, **fields: Any) -> Self:
        """The alert has become something else."""
        before = self.asked[name].alert
        alert = before.model_copy(update={"state": state, "version": before.version + 1, **fields})
        return self.hear(Ask(partition=0, what=what, at=as_datetime(self.now), alert=alert))

    def ends(self, *names: str) -> Self:
        """These were served, late."""
        for name in names:
            self.becomes(name, "ended", "resolved", kind="recovered")
        return self

    def hear(self, ask: Ask) -> Self:
        self.asked[ask.alert.id] = ask
        self.incidents.observe(ask, self.now)
        self._keep()
        return self

    def storm(self, prefix: str, count: int, *, every: int = SECOND, stores: int = 5, **fields: Any) -> list[str]:
        """So many break, one after the other, in so many stores."""
        names = [f"{prefix}{number}" for number in range(count)]
        for number, name in enumerate(names):
            self.breaks(name, **{"store": f"s{number % stores}", **fields})
            self.wait(every)
        return names

    def usual_hours(self, hours: int, each: int, **fields: Any) -> Self:
        """So many breaches in each ten minutes, all served soon."""
        for number in range(hours * 6):
            for place in range(each):
                name = f"usual-{self.now}-{number}-{place}"
                self.breaks(name, **{"store": f"s{place}", **fields}).ends(name)
                self.wait(10 * MINUTE // each)
        return self

    # what came of it

    def covers(self, name: str) -> str | None:
        """The incident that the alert is told with."""
        return self.incidents.covering(self.asked[name].alert)

    @property
    def told(self) -> list[str]:
        """What people were told of, in order."""
        return [f"{said.reason}: {said.group.shared} {said.group.value}" for said in self.said if said.reason]

    @property
    def last(self) -> Group:
        """The last that was said of an incident."""
        return self.said[-1].group

    @property
    def is_idle(self) -> bool:
        """Whether nothing is kept of breaches and incidents."""
        kept = [key for key in self.records if not key.startswith(b"i/l/")]
        return not kept and self.incidents.wake() == NO_WAKE
