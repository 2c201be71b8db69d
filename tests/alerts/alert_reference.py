"""The lifecycle of alerts once more: slow, plain, and without a table, a queue, or a stored form.

What is to be told is a list of (when, reason, step) that lies open; every look goes through all alerts. Documents go in
as JSON would have them, and what comes out is short: lines of the audit and notices, in order.
"""

from typing import Any, NamedTuple

from streams.clock import DAY, HOUR, MINUTE, SECOND, parse_rfc3339

ON_DUTY = ("shan", "ana", "rui")
CHAIN = (0, 10 * MINUTE, 20 * MINUTE)
FALLBACK = "fang"


class Line(NamedTuple):
    """A line of the audit."""

    alert: str
    version: int
    what: str
    before: str | None
    after: str | None


class Page(NamedTuple):
    """A notice."""

    alert: str
    version: int
    reason: str
    person: str
    step: int


class Slow:
    """One alert."""

    def __init__(self, key: str, store: str | None) -> None:
        self.key, self.store = key, store
        self.version = 0
        self.state: str | None = None
        self.heard: list[dict[str, Any]] = []
        self.broken: int | None = None
        self.broke_found = 0
        self.open_pages: list[tuple[int, str, int]] = []
        self.taken = 0
        self.climbing = False
        self.word = "broke"
        self.start = 0
        self.quiet_until = 0
        self.span = 0
        self.closed = False
        self.over_since = 0
        self.told_end: list[str] = []
        self.told_truth: list[str] = []
        self.ids: list[str] = []
        self.assignee: str | None = None
        self.remarks: list[str] = []

    @property
    def kind(self) -> str:
        return str(self.heard[-1]["kind"])

    @property
    def over(self) -> bool:
        return self.state in ("resolved", "retracted", "found_late")


class SlowAlerts:
    """All alerts of a shard. `lines` and `pages` are everything that was ever said."""

    def __init__(self) -> None:
        self.alerts: dict[str, Slow] = {}
        self.lines: list[Line] = []
        self.pages: list[Page] = []
        self.now = 0

    def decide(self, now: int, documents: list[dict[str, Any]]) -> None:
        self.now = now
        for position, document in enumerate(documents):
            if "do" in document:
                self.obey(document)
            else:
                last = all("do" in later or later["key"] != document["key"] for later in documents[position + 1 :])
                self.hear(document, last)
        for alert in list(self.alerts.values()):
            self.look(alert)

    # transitions

    def hear(self, said: dict[str, Any], last: bool) -> None:
        key, kind = said["key"], said["kind"]
        alert = self.alerts.get(key)
        if alert is None and kind not in ("at_risk", "breached", "worsened"):
            return
        if alert is None:
            alert = self.alerts[key] = Slow(key, said["labels"]["store"])
        found, at = parse_rfc3339(said["found_at"]), parse_rfc3339(said["at"])
        if any(old["kind"] == kind and old["revision"] >= said["revision"] for old in alert.heard):
            later = all(parse_rfc3339(old["at"]) < at for old in alert.heard)
            newer = all(parse_rfc3339(old["found_at"]) <= found for old in alert.heard)
            if not (alert.over and later and newer and kind in ("at_risk", "breached", "worsened")):
                return
            alert.heard, alert.broken, alert.closed, alert.assignee = [], None, False, None
            alert.told_end, alert.told_truth = [], []
        if any(parse_rfc3339(old["found_at"]) > found + MINUTE for old in alert.heard):
            return
        alert.heard.append(said)
        alert.store = said["labels"]["store"]
        before, was_over, was_broken = alert.state, alert.over, alert.broken is not None
        if kind == "breached":
            alert.broken, alert.broke_found = at, found
        if kind == "worsened" and not was_broken:
            alert.broken, alert.broke_found = parse_rfc3339(said["due_at"]) if said["due_at"] else at, found
        closing = kind in ("met", "recovered", "cancelled", "expired")
        unseen = closing and alert.broken is not None and (found == alert.broke_found or alert.broke_found - at >= MINUTE)
        if kind == "retracted":
            self.retract(alert, before)
        elif closing and not was_over:
            alert.state = "found_late" if unseen else "resolved"
            self.finish(alert, "booked_late" if unseen else "ended", before)
        elif was_over and (alert.closed or closing or self.stays_over(alert, kind)):
            alert.over_since = self.now
            self.line(alert, self.noted(kind, alert, unseen), before)
        else:
            self.open(alert, kind, at, before, was_over, was_broken, last)

    def stays_over(self, alert: Slow, kind: str) -> bool:
        if kind == "opened":
            return alert.state == "retracted"
        return kind not in ("at_risk", "breached", "worsened")

    def noted(self, kind: str, alert: Slow, unseen: bool) -> str:
        if kind in ("met", "recovered", "cancelled", "expired"):
            return "booked_late" if unseen and alert.state == "found_late" else "ended"
        names = {"at_risk": "warned", "breached": "broke", "worsened": "worsened", "unknown": "turned_unknown"}
        return names.get(kind, "moved")

    def retract(self, alert: Slow, before: str | None) -> None:
        alert.state, alert.broken, alert.closed = "retracted", None, False
        hear, alert.told_truth, alert.told_end = alert.told_truth, [], []
        self.silence(alert)
        alert.over_since = self.now
        self.line(alert, "retracted", before)
        for person in hear:
            self.page(alert, "retracted", person, max(alert.taken - 1, 0))

    def finish(self, alert: Slow, what: str, before: str | None, but: str = "") -> None:
        hear, alert.told_end = alert.told_end, []
        self.silence(alert)
        alert.over_since = self.now
        self.line(alert, what, before)
        for person in hear:
            if person != but:
                self.page(alert, "ended", person, max(alert.taken - 1, 0))

    def open(
        self, alert: Slow, kind: str, at: int, before: str | None, was_over: bool, was_broken: bool, last: bool
    ) -> None:
        what = "raised" if before is None else self.noted(kind, alert, False)
        if was_over:
            alert.taken, alert.climbing, alert.closed = 0, False, False
            self.silence(alert)
            if kind == "opened":
                what = "reopened"
        age = self.now - at
        when = self.now if age <= 10 * SECOND else self.now + 5 * SECOND if age <= 2 * HOUR else None
        if kind == "at_risk" and not was_broken and when is not None:
            self.owe(alert, "warned", when)
        if kind in ("breached", "worsened") and (was_over or not was_broken):
            self.climb(alert, "broke" if kind == "breached" else "worsened", when)
        elif kind == "worsened" and alert.taken:
            if when is not None:
                self.owe(alert, "worsened", when)
        elif kind == "worsened" and not alert.climbing:
            self.climb(alert, "worsened", when)
        if kind == "opened" and was_over and was_broken:
            self.climb(alert, "again", when)
        if before in ("acknowledged", "snoozed"):
            alert.open_pages = []
        else:
            alert.state = "unknown" if kind == "unknown" else "firing"
        self.say(alert, what, before, self.due(alert) if last else [])

    # what is to be told

    def owe(self, alert: Slow, reason: str, when: int) -> None:
        steps = [page for page in alert.open_pages if page[2] >= 0]
        alert.open_pages = [(when, reason, -1), *steps]

    def climb(self, alert: Slow, word: str, start: int | None) -> None:
        alert.taken, alert.word, alert.climbing = 0, word, start is not None
        alert.open_pages = []
        if start is not None:
            alert.start = start
            self.replan(alert)

    def replan(self, alert: Slow) -> None:
        owed = [page for page in alert.open_pages if page[2] < 0]
        steps = [(alert.start + CHAIN[step], "escalated" if step else alert.word, step) for step in range(alert.taken, 3)]
        alert.open_pages = owed + steps

    def silence(self, alert: Slow) -> None:
        alert.open_pages, alert.quiet_until = [], 0

    def due(self, alert: Slow) -> list[tuple[str, int, str]]:
        """Take from the list what is due; nobody twice at once."""
        told: list[tuple[str, int, str]] = []
        if alert.state != "firing":
            return told
        for when, reason, step in list(alert.open_pages):
            if step < 0 and when <= self.now:
                alert.open_pages.remove((when, reason, step))
                due_at = alert.heard[-1]["due_at"]
                if reason != "warned" or due_at is None or parse_rfc3339(due_at) > self.now:
                    told.append((reason, max(alert.taken - 1, 0), ""))
        while ahead := [page for page in alert.open_pages if page[2] >= 0 and page[0] <= self.now]:
            when, reason, step = ahead[0]
            told.append((reason, step, ""))
            if self.now - when > 5 * SECOND:
                alert.start += self.now - when
            alert.taken = step + 1
            self.replan(alert)
        return told

    def say(self, alert: Slow, what: str, before: str | None, told: list[tuple[str, int, str]]) -> None:
        self.line(alert, what, before)
        already: set[str] = set()
        for reason, step, _ in told:
            person = ON_DUTY[step] if alert.store == "s1" else FALLBACK
            for hearers in (alert.told_end, alert.told_truth):
                if person not in hearers:
                    hearers.append(person)
            if person not in already:
                self.page(alert, reason, person, step)
            already.add(person)

    # commands

    def obey(self, command: dict[str, Any]) -> None:
        alert = self.alerts.get(command["alert"])
        if alert is None or command["tenant"] != "tea":
            self.lines.append(Line(command["alert"], 0, "refused", None, None))
            return
        if command["id"] in alert.ids:
            return
        alert.ids.append(command["id"])
        if alert.over:
            self.lines.append(Line(alert.key, alert.version, "no_effect", alert.state, alert.state))
            return
        stale = command.get("version") not in (None, alert.version)
        ahead = parse_rfc3339(command["until"]) - self.now if command["do"] == "snooze" else 1
        if stale or not 0 < ahead <= 7 * DAY:
            self.lines.append(Line(alert.key, alert.version, "refused", alert.state, alert.state))
            return
        before, do = alert.state, command["do"]
        if do in ("comment", "assign"):
            if do == "assign":
                alert.assignee = command["to"]
            else:
                alert.remarks.append(command["text"])
            if before == "acknowledged":
                alert.quiet_until = max(alert.quiet_until, self.now + alert.span)
            self.line(alert, "commented" if do == "comment" else "assigned", before)
        elif do == "acknowledge":
            alert.state, alert.span, alert.open_pages = "acknowledged", command["minutes"] * MINUTE, []
            alert.quiet_until = self.now + alert.span
            self.line(alert, "acknowledged", before)
        elif do == "snooze":
            alert.state, alert.open_pages = "snoozed", []
            alert.quiet_until = parse_rfc3339(command["until"])
            self.line(alert, "snoozed", before)
        else:
            alert.state, alert.closed = "resolved", True
            self.finish(alert, "closed", before, but=command["by"])

    # time

    def look(self, alert: Slow) -> None:
        if alert.over:
            if alert.over_since + 7 * DAY <= self.now:
                del self.alerts[alert.key]
        elif alert.state in ("acknowledged", "snoozed"):
            if alert.quiet_until <= self.now:
                self.release(alert)
        elif told := self.due(alert):
            reasons = {reason for reason, _, _ in told}
            what = "warned" if "warned" in reasons else "worsened" if [*reasons] == ["worsened"] else "escalated"
            self.say(alert, what, alert.state, told)

    def release(self, alert: Slow) -> None:
        before = alert.state
        what = "acknowledgement_expired" if before == "acknowledged" else "snooze_ended"
        alert.state, alert.quiet_until = "unknown" if alert.kind == "unknown" else "firing", 0
        if alert.broken is not None and not alert.taken:
            self.climb(alert, alert.word if alert.climbing else "again", self.now)
        else:
            self.owe(alert, "again", self.now)
            if alert.broken is not None:
                alert.start = self.now - CHAIN[alert.taken - 1]
                self.replan(alert)
        self.say(alert, what, before, self.due(alert))

    def line(self, alert: Slow, what: str, before: str | None) -> None:
        alert.version += 1
        self.lines.append(Line(alert.key, alert.version, what, before, alert.state))

    def page(self, alert: Slow, reason: str, person: str, step: int) -> None:
        self.pages.append(Page(alert.key, alert.version, reason, person, step))
