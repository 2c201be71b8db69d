"""Incidents: many breaches that share a courier fleet, a payment provider, a region or a store, told as one.

A breach is counted once an alert, in the bucket of the instant at which it broke, for each of the values that it shares,
as long as no incident has it. When the breaches of a span that share a value are more than what is usual for the value
allows (learning.py), and lie in enough stores, an incident opens. It takes those of the span that broke at or after the
first of them that is still open, and every later breach with the value. What an incident has taken is counted for nothing
else: it is explained, and is not learnt from.

Which cause is named: of the values that a breach takes past their thresholds the narrowest (store, fleet, provider,
region) that explains nearly as many as the one that explains most. A breach that several open incidents could take goes
to the narrowest, too, so that it is a member of one at most.

An incident takes nothing more (`until`) once nothing new has come for a span, and is over when all its members are.
"""

from collections import Counter
from typing import Final, Literal, NamedTuple

from schemas.alert import Alert
from schemas.ask import Ask
from schemas.group import Group
from streams.alerts.lifecycle import is_over
from streams.clock import DAY, instant
from streams.groups.incident_crowd import Crowd
from streams.groups.incident_ledger import Ledger
from streams.groups.incident_policy import IncidentPolicy
from streams.groups.incident_records import Breach, Incident, Value, breach_of, incident_id
from streams.groups.incident_usual import Bound, Usuals
from streams.groups.incident_window import Window
from streams.state.codec import NO_WAKE

__all__ = ["IncidentPolicy", "Incidents", "Said"]

_NEWS: Final = frozenset({"broke", "raised"})


class Said(NamedTuple):
    """How an incident stands, for the record of it; with a reason people are told. `first` is the alert to look at."""

    group: Group
    reason: Literal["incident", "incident_over"] | None
    first: Alert


class Incidents:
    """The incidents of one shard. Its state is records with keys under `i/`; all else follows from them.

    Each ask goes to `observe` before `covering` is asked of its alert. Instants in microseconds; `now` does not go back.
    """

    def __init__(self, policy: IncidentPolicy) -> None:
        self._policy = policy
        self._ledger = Ledger()
        self._usuals = Usuals(policy, self._ledger)
        self._window = Window(policy)
        self._crowds: dict[str, Crowd] = {}
        self._taking: dict[Value, Incident] = {}
        self._said: list[Said] = []
        self._swept_on = 0

    def restore(self, key: bytes, value: bytes | None) -> None:
        """One record of the state, the latest of its key last. StateError where it cannot be read."""
        self._ledger.restore(key, value)

    def ready(self) -> None:
        """All records have been restored."""
        ledger = self._ledger
        # in the order of their opening, whatever order the records came in
        ordered = sorted(ledger.incidents.values(), key=lambda incident: incident.number)
        ledger.incidents = {incident.id: incident for incident in ordered}
        self._crowds = {incident.id: Crowd() for incident in ordered}
        self._taking = {incident.shared: incident for incident in ordered if incident.until is None}
        for breach in ledger.breaches.values():
            if breach.incident:
                self._crowds[breach.incident].add(breach)
            else:
                self._window.add(breach)

    def take_changes(self) -> dict[bytes, bytes | None]:
        """The records that have changed since the last time this was asked; None: it is no more."""
        return self._ledger.take_changes()

    def take_said(self) -> list[Said]:
        """What is to be said since the last time this was asked, in order."""
        said, self._said = self._said, []
        return said

    def observe(self, ask: Ask, now: int) -> None:
        """A change of an alert."""
        if now >= self.wake():
            self.fire(now)
        alert = ask.alert
        known = self._ledger.breaches.get(alert.id)
        if known is not None and known.incident and self._ledger.incidents[known.incident].over:
            self._crowds[known.incident].take_out(known)  # before its turn to be forgotten
            self._ledger.drop_breach(known)
            known = None
        if known is not None:
            self._change(known, alert)
        elif ask.what in _NEWS and alert.broken_at is not None and not is_over(alert.state):
            self._count(alert, instant(alert.broken_at), now)

    def covering(self, alert: Alert) -> str | None:
        """The id of the incident that the alert is told with; None where it is told by itself."""
        breach = self._ledger.breaches.get(alert.id)
        if breach is None or not breach.incident or self._ledger.incidents[breach.incident].over:
            return None
        return breach.incident

    def wake(self) -> int:
        """The instant from which `fire` has something to do; NO_WAKE for never."""
        return min([self._window.wake(), *map(self._wake_of, self._ledger.incidents.values())])

    def fire(self, now: int) -> None:
        """Time has passed: learn from the spans that are settled, close incidents, say how they stand, forget."""
        for span, breaches in self._window.settle(now):
            self._learn(span, breaches)
        if now // DAY != self._swept_on:
            self._swept_on = now // DAY
            self._usuals.sweep(self._window.settled(now), self._taking)
        for incident in list(self._ledger.incidents.values()):
            if incident.over:
                self._forget(incident)
                continue
            if incident.until is None and now >= self._ends(incident):
                self._close(incident)
            if incident.until is not None and not self._crowds[incident.id].open:
                incident.over = True
                self._say(incident, "incident_over", now)
            elif incident.stale and now >= incident.said_at + self._policy.republish:
                self._say(incident, None, now)

    def _wake_of(self, incident: Incident) -> int:
        if incident.over:
            return incident.said_at
        stale_at = incident.said_at + self._policy.republish
        if incident.until is None:
            return min(self._ends(incident), stale_at) if incident.stale else self._ends(incident)
        if not self._crowds[incident.id].open:
            return incident.until
        return stale_at if incident.stale else NO_WAKE

    def _ends(self, incident: Incident) -> int:
        """When it takes nothing more, if nothing more comes."""
        return min(incident.newest_at + self._policy.span, incident.opened_at + self._policy.longest)

    # breaches

    def _count(self, alert: Alert, broken_at: int, now: int) -> None:
        """A breach that was not known: it belongs to an open incident, or is counted."""
        breach = breach_of(alert, broken_at, self._window.bucket(min(broken_at, now)))
        values = breach.values()
        for value in values:
            incident = self._taking.get(value)
            if incident is not None and broken_at >= incident.since:
                self._take(incident, breach, now)
                self._note_change(incident, alert)
                return
        if values and self._window.is_recent(breach.bucket, now):
            self._ledger.put_breach(breach)
            self._window.add(breach)
            self._judge(values, alert, now)

    def _change(self, breach: Breach, alert: Alert) -> None:
        """A known breach has become something else, or was none."""
        incident = self._ledger.incidents.get(breach.incident)
        retracted = alert.state == "retracted" or alert.broken_at is None
        if not retracted and (breach.state, breach.severity) == (alert.state, alert.severity):
            return
        holder = self._window if incident is None else self._crowds[incident.id]
        holder.take_out(breach)
        if retracted:
            self._ledger.drop_breach(breach)
        else:
            breach.state, breach.severity = alert.state, alert.severity
            holder.add(breach)
            self._ledger.put_breach(breach)
        if incident is not None:
            self._note_change(incident, alert)

    # incidents

    def _judge(self, values: list[Value], alert: Alert, now: int) -> None:
        """Whether the breach that was counted last opens an incident."""
        past: list[tuple[Value, int, Bound]] = []
        for value in values:
            counted = self._window.count(value, now)
            if value in self._taking or counted <= self._policy.floors[value.dimension]:
                continue
            bound = self._usuals.bound(value, self._window.settled(now))
            enough = 1 if value.dimension == "store" else self._policy.stores_at_least
            if counted > bound.threshold and self._window.stores(value, now) >= enough:
                past.append((value, counted, bound))
        if past:
            most = max(counted for _, counted, _ in past)
            # the values of a breach come the narrowest first
            value, counted, bound = next(each for each in past if each[1] >= self._policy.near * most)
            self._open(value, counted, bound, alert, now)

    def _open(self, value: Value, counted: int, bound: Bound, alert: Alert, now: int) -> None:
        sharing = self._window.sharing(value, now)
        since = min(breach.broken_at for breach in sharing if breach.is_open)
        incident = Incident(incident_id(value, since), *value, since, now, *bound, counted, newest_at=now)
        incident.number = max((other.number for other in self._ledger.incidents.values()), default=0) + 1
        self._taking[value] = incident
        self._crowds[incident.id] = Crowd()
        self._ledger.put_first(incident, alert)
        self._usuals.hold(value)
        for breach in sharing:
            if breach.broken_at >= since:
                self._window.take_out(breach)
                self._take(incident, breach, now)
        self._say(incident, "incident", now)

    def _take(self, incident: Incident, breach: Breach, now: int) -> None:
        """The breach is a member from now on."""
        breach.incident = incident.id
        self._crowds[incident.id].add(breach)
        self._ledger.put_breach(breach)
        incident.newest_at = now
        self._ledger.put_incident(incident)

    def _note_change(self, incident: Incident, alert: Alert) -> None:
        """Something is new about a member; its alert may be the one to look at first from now on."""
        first = self._ledger.firsts[incident.id]
        if first.id == alert.id or (is_over(first.state) and not is_over(alert.state)):
            self._ledger.put_first(incident, alert)
        incident.stale = True
        self._ledger.put_incident(incident)

    def _close(self, incident: Incident) -> None:
        """It takes nothing more."""
        policy, value = self._policy, incident.shared
        incident.until, incident.stale = self._ends(incident), True
        self._ledger.put_incident(incident)
        del self._taking[value]
        if incident.until == incident.opened_at + policy.longest:
            spans = policy.longest // policy.span
            count = len(self._crowds[incident.id].members) // spans
            self._usuals.accept(value, incident.until // policy.span, spans, count)
        else:
            self._usuals.skip(value, incident.until // policy.span)

    def _say(self, incident: Incident, reason: Literal["incident", "incident_over"] | None, now: int) -> None:
        incident.version += 1
        incident.said_at, incident.stale = now, False
        self._ledger.put_incident(incident)
        group = self._crowds[incident.id].group(incident, now, self._policy)
        self._said.append(Said(group, reason, self._ledger.firsts[incident.id]))

    def _forget(self, incident: Incident) -> None:
        """Forget some members of an incident that is over; with the last of them the incident itself."""
        crowd = self._crowds[incident.id]
        for breach in list(crowd.members.values())[: self._policy.swept_at_once]:
            crowd.take_out(breach)
            self._ledger.drop_breach(breach)
        if not crowd.members:
            self._ledger.drop_incident(incident)
            del self._crowds[incident.id]

    def _learn(self, span: int, breaches: list[Breach]) -> None:
        """A span is settled, and these of its breaches belong to no incident."""
        for breach in breaches:
            self._ledger.drop_breach(breach)
        counts = Counter(value for breach in breaches for value in breach.values())
        for value, count in counts.items():
            if value not in self._taking:
                self._usuals.learn(value, span, count)
