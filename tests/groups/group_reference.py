"""The group stage once more: slow and plain. Everything that waits lies in one open list, which every look goes through.

It works on the documents of asks and commands, and says pages: (reason, person, alerts that are listed, in order).
"""

from typing import Any, NamedTuple

from streams.clock import DAY, HOUR, MINUTE, SECOND, parse_rfc3339
from streams.groups.records import lane_key, person_key  # what falls on one instant goes by key

FOREVER = 1 << 62
GRAVITY = ["low", "medium", "high", "critical"]
WINDOW = {"broken": 5 * MINUTE, "risk": MINUTE}


class Spoken(NamedTuple):
    """A notice."""

    reason: str
    person: str
    about: tuple[str, ...]


class Wait:
    """Somebody has not been told something yet."""

    def __init__(self, alert: "Known", telling: dict[str, Any], late: bool) -> None:
        self.alert, self.person, self.reason, self.late = alert, telling["person"], telling["reason"], late
        self.lane = "risk" if self.reason == "warned" else "broken"
        self.where: Any = None
        self.until = FOREVER

    @property
    def key(self) -> bytes:
        alert = self.alert
        return lane_key(alert.tenant, alert.region or "", alert.moment, self.lane == "broken", self.person)


class Known:
    """An alert."""

    def __init__(self, said: dict[str, Any]) -> None:
        self.id, self.tenant, self.moment = said["id"], said["tenant"], said["moment"]
        self.name = self.id.removeprefix("alert-")
        self.version, self.over, self.over_at, self.turned = 0, False, FOREVER, 0
        self.ended: list[int] = []
        self.owed: dict[str, Any] = {}  # who has to hear of the end: None by itself, or the group
        self.truth: dict[str, Any] = {}

    def take(self, said: dict[str, Any], at: int) -> None:
        over = said["state"] in ("resolved", "retracted", "found_late")
        if over and not self.over:
            self.over_at = at
            self.ended.append(at)
        if over != self.over:
            self.turned = at
        if self.over and not over:
            self.owed = {}
        self.over, self.state, self.version = over, said["state"], said["version"]
        self.region, self.store, self.severity = said["labels"]["region"], said["labels"]["store"], said["severity"]
        self.due = parse_rfc3339(said["due_at"]) if said["due_at"] else None
        self.broken = parse_rfc3339(said["broken_at"]) if said["broken_at"] else None

    def rank(self, now: int) -> Any:
        gravity = GRAVITY.index(self.severity)
        if self.broken is None and (self.due is None or self.due > now):
            return (0, FOREVER if self.due is None else self.due, -gravity, self.id)
        return (1, -gravity, -(self.broken or self.due or 0), self.id)


class Several:
    """A group or a digest of one person."""

    def __init__(self, origin: Any, person: str) -> None:
        self.origin, self.person, self.over_at = origin, person, FOREVER
        self.open: list[Known] = []
        self.retracted: list[Known] = []
        self.say_at = FOREVER


class SlowGroups:
    """All of a shard. `pages` is all that was ever said."""

    def __init__(self, cap: int, opens: dict[str, tuple[int, int]]) -> None:
        self.cap, self.opens = cap, opens
        self.now = 0
        self.pages: list[Spoken] = []
        self.alerts: dict[str, Known] = {}
        self.waits: list[Wait] = []
        self.lanes: dict[bytes, tuple[int, str, str]] = {}
        self.groups: list[Several] = []
        self.mutes: dict[str, dict[str, Any]] = {}
        self.sent: dict[str, list[int]] = {}
        self.paced: dict[str, int] = {}
        self.pace_at: dict[str, int] = {}
        self.digest_at: dict[str, int] = {}
        self.digest_by: dict[str, int] = {}

    def decide(self, now: int, documents: list[dict[str, Any]], *, fire: bool = True) -> None:
        self.now = now
        for document in documents:
            if "do" in document:
                self.obey(document)
            else:
                self.hear(document)
        if fire:
            self.look()

    # what comes in

    def hear(self, ask: dict[str, Any]) -> None:
        said, at = ask["alert"], parse_rfc3339(ask["at"])
        alert = self.alerts.get(said["id"])
        if alert is None:
            alert = Known(said)
            if said["state"] not in ("resolved", "retracted"):
                self.alerts[alert.id] = alert
        elif said["version"] <= alert.version:
            return
        alert.take(said, at)
        news = [telling for telling in ask["tell"] if telling["reason"] not in ("ended", "retracted")]
        if alert.over or alert.state in ("acknowledged", "snoozed"):
            self.waits = [wait for wait in self.waits if wait.alert is not alert]
        for telling in ask["tell"]:
            if telling not in news:
                self.end(alert, telling["reason"], telling["person"])
        if alert.over:
            alert.owed = {}
            for group in [group for group in self.groups if alert in group.open]:
                group.open.remove(alert)
                if not group.open:
                    group.over_at = self.now
                    self.say(group, "group_over")
        for telling in news:
            wait = Wait(alert, telling, ask["late"] or self.now - at > 30 * SECOND)
            same = [old for old in self.waits if (old.alert, old.person, old.lane) == (alert, wait.person, wait.lane)]
            self.waits = [old for old in self.waits if old not in same]
            self.try_to_tell(wait)

    def end(self, alert: Known, reason: str, person: str) -> None:
        owed = alert.owed if reason == "ended" else alert.truth
        if person not in owed:
            return
        group = owed.pop(person)
        if reason == "retracted":
            alert.owed.pop(person, None)
        if group is None:
            self.page(reason, person, alert)
        elif reason == "retracted" and alert not in group.retracted:
            group.retracted.append(alert)
            if group.over_at != FOREVER:
                group.say_at = min(group.say_at, self.now + 5 * MINUTE)

    def obey(self, command: dict[str, Any]) -> None:
        name, known = command["mute"], self.mutes.get(command["mute"])
        if command["do"] == "unmute":
            if known is not None and known["on"]:
                known["on"], known["look"] = False, self.now
            return
        on = known is not None and known["on"]
        start = known["start"] if known is not None and on else self.now
        if parse_rfc3339(command["until"]) <= max(start, self.now):
            return
        mute = {"scope": command["scope"], "start": start, "until": parse_rfc3339(command["until"]), "on": True}
        changed = known is not None and (known["scope"], known["start"]) != (mute["scope"], start)
        mute["look"] = self.now if changed else FOREVER if known is None else known["look"]
        self.mutes[name] = mute

    # the reasons to wait

    def try_to_tell(self, wait: Wait) -> bool:
        """Whether a message was sent."""
        if not self.is_free(wait):
            return False
        if wait.late:
            self.pace_at[wait.person] = min(
                self.pace_at.get(wait.person, FOREVER), max(self.now, self.paced.get(wait.person, 0))
            )
            return self.put(wait, ("late", wait.person))
        return self.admit(wait)

    def is_free(self, wait: Wait) -> bool:
        alert = wait.alert
        if alert.over or alert.state in ("acknowledged", "snoozed"):
            return False
        if wait.reason == "warned" and (alert.broken is not None or (alert.due is not None and alert.due <= self.now)):
            return False
        if mute := self.mute_of(alert):
            return self.put(wait, ("mute", mute))
        if (opening := self.opening(alert)) is not None:
            return self.put(wait, "closed", opening)
        recent = [at for at in alert.ended if at > alert.turned - 30 * MINUTE]
        if len(recent) >= 4 and alert.turned + 15 * MINUTE > self.now:
            return self.put(wait, "flap", alert.turned + 15 * MINUTE)
        return True

    def mute_of(self, alert: Known) -> str | None:
        fits = {"store": alert.store, "region": alert.region, "moment": alert.moment}
        found = [
            (-mute["until"], name)
            for name, mute in self.mutes.items()
            if mute["on"] and mute["start"] <= self.now < mute["until"]
            if all(fits[part] == value for part, value in mute["scope"].items())
        ]
        return min(found)[1] if found else None

    def opening(self, alert: Known) -> int | None:
        """The next full opening hour of a store that is closed; hours are in UTC."""
        if alert.store not in self.opens or alert.severity == "critical":
            return None
        first, last = self.opens[alert.store]
        if first * HOUR <= self.now % DAY < last * HOUR:
            return None
        today = self.now // DAY * DAY + first * HOUR
        return today if today > self.now else today + DAY

    def put(self, wait: Wait, where: Any, until: int = FOREVER) -> bool:
        wait.where, wait.until = where, until
        self.waits.append(wait)
        return False

    def admit(self, wait: Wait) -> bool:
        if wait.key in self.lanes:
            return self.put(wait, wait.key)
        self.lanes[wait.key] = (self.now + WINDOW[wait.lane], wait.person, wait.lane)
        if wait.alert.severity != "critical" and not self.has_room(wait.person):
            return self.keep(wait)
        self.page(wait.reason, wait.person, wait.alert)
        wait.alert.owed[wait.person] = wait.alert.truth[wait.person] = None
        if wait.late:
            self.paced[wait.person] = self.now + 30 * SECOND
        return True

    # the cap

    def room_at(self, person: str) -> int:
        sent = self.sent.get(person, [])
        return sent[-self.cap] + HOUR if len(sent) >= self.cap else self.now

    def has_room(self, person: str) -> bool:
        return self.room_at(person) <= self.now

    def keep(self, wait: Wait) -> bool:
        person = wait.person
        self.digest_by[person] = min(self.digest_by.get(person, FOREVER), self.now + 15 * MINUTE)
        self.digest_at[person] = min(self.digest_by[person], self.room_at(person))
        return self.put(wait, ("cap", person))

    # what is said

    def page(self, reason: str, person: str, *alerts: Known) -> None:
        self.pages.append(Spoken(reason, person, tuple(alert.name for alert in alerts)))
        self.sent.setdefault(person, []).append(self.now)

    def together(self, origin: Any, waits: list[Wait], reason: str) -> None:
        person = waits[0].person
        critical = any(wait.alert.severity == "critical" for wait in waits)
        if reason == "grouped" and not critical and not self.has_room(person):
            for wait in waits:
                self.keep(wait)
            return
        group = next((each for each in self.groups if each.origin == origin and each.over_at == FOREVER), None)
        if group is None:
            group = Several(origin, person)
            self.groups.append(group)
        for wait in waits:
            if wait.alert not in group.open:
                group.open.append(wait.alert)
            wait.alert.owed.setdefault(person, group)
            wait.alert.truth.setdefault(person, group)
        self.say(group, reason)
        if any(wait.late for wait in waits):
            self.paced[person] = self.now + 30 * SECOND

    def say(self, group: Several, reason: str) -> None:
        ranked = sorted(group.open, key=lambda alert: alert.rank(self.now))
        self.page(reason, group.person, *ranked, *(alert for alert in group.retracted if alert.state == "retracted"))
        group.retracted = []

    # time

    def look(self) -> None:
        """Round after round, until a round finds nothing to do."""
        while self.round():
            pass

    def round(self) -> bool:
        now = self.now
        for mute in self.mutes.values():
            if mute["on"] and mute["until"] <= now:
                mute["on"], mute["look"] = False, now
        ended = [name for name, mute in self.mutes.items() if mute["look"] <= now]
        for name in ended:
            self.mutes[name]["look"] = FOREVER
        freed = [w for w in self.waits if w.until <= now or w.where in [("mute", name) for name in ended]]
        waking = {*self.pace_at, *self.digest_at}
        persons = sorted(
            (at, person_key("tea", person), person)
            for person in waking
            if (at := min(self.pace_at.get(person, FOREVER), self.digest_at.get(person, FOREVER))) <= now
        )
        lanes = sorted((until, key) for key, (until, _, _) in self.lanes.items() if until <= now)
        groups = [group for group in self.groups if group.over_at != FOREVER and group.say_at <= now]
        self.free(freed)
        for group in groups:
            group.say_at = FOREVER
            if any(alert.state == "retracted" for alert in group.retracted):
                self.say(group, "group_over")
            group.retracted = []
        for _, _, person in persons:
            if self.pace_at.get(person, FOREVER) <= now:
                self.catch_up(person)
        for _, key in lanes:
            self.end_window(key)
        for _, _, person in persons:
            if self.digest_at.get(person, FOREVER) <= now:
                self.digest(person)
        old = [alert for alert in self.alerts.values() if alert.over and alert.over_at + DAY <= now]
        for alert in old:
            del self.alerts[alert.id]
        return bool(ended or freed or persons or lanes or groups)

    def ranked(self, waits: list[Wait]) -> list[Wait]:
        return sorted(waits, key=lambda wait: (wait.alert.rank(self.now), wait.person, wait.lane == "broken"))

    def at(self, where: Any) -> list[Wait]:
        return self.ranked([wait for wait in self.waits if wait.where == where])

    def take(self, waits: list[Wait]) -> list[Wait]:
        """Those that nothing else holds, taken out of the list."""
        self.waits = [wait for wait in self.waits if wait not in waits]
        return [wait for wait in waits if self.is_free(wait)]

    def free(self, freed: list[Wait]) -> None:
        lanes: dict[bytes, list[Wait]] = {}
        for wait in self.take(self.ranked(freed)):
            if wait.late:
                self.try_to_tell(wait)
            else:
                lanes.setdefault(wait.key, []).append(wait)
        for key, waits in lanes.items():
            if key in self.lanes or len(waits) == 1:
                for wait in waits:
                    self.admit(wait)
            else:
                self.lanes[key] = (self.now + WINDOW[waits[0].lane], waits[0].person, waits[0].lane)
                self.together(key, waits, "grouped")

    def catch_up(self, person: str) -> None:
        spoken = self.paced.get(person, 0) > self.now
        for wait in self.at(("late", person)):
            if spoken and wait.key not in self.lanes:
                continue
            for free in self.take([wait]):
                spoken = self.admit(free) or spoken
        self.pace_at[person] = self.paced[person] if self.at(("late", person)) else FOREVER

    def end_window(self, key: bytes) -> None:
        until, person, lane = self.lanes[key]
        waits = self.at(key)
        if until > self.now:
            return
        if waits and all(wait.late for wait in waits) and self.paced.get(person, 0) > self.now:
            self.lanes[key] = (self.paced[person], person, lane)
        elif free := self.take(waits):
            self.lanes[key] = (self.now + WINDOW[lane], person, lane)
            self.together(key, free, "grouped")
        else:
            del self.lanes[key]

    def digest(self, person: str) -> None:
        waits = self.at(("cap", person))
        if waits and self.digest_by[person] > self.now and not self.has_room(person):
            self.digest_at[person] = min(self.digest_by[person], self.room_at(person))
            return
        self.digest_at[person] = self.digest_by[person] = FOREVER
        if free := self.take(waits):
            self.together(("digest", person), free, "digest")
