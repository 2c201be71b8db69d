"""What happened to an alert, or to a case, in one line of time."""

from collections.abc import Iterable, Iterator

from schemas.alert import MONITOR
from schemas.notice import Receipt
from schemas.transition import Text
from streams.clock import instant
from streams.console.board.alerts import Alerts
from streams.console.board.audit import Audit, Line
from streams.console.board.following import Following
from streams.console.board.messages import Messages, entries
from streams.console.board.mutes import Mutes
from streams.console.board.rows import Rows
from streams.console.board.sighting import Sighting
from streams.console.views import AlertView, CaseRecord, CaseView, Entry, IncidentRow

_ORDER = {"event": 0, "clock": 1, "alert": 2, "person": 2, "message": 3}
"""Of one instant: what it was, what it meant, what was done, who was told."""

_AT_DUE = {
    "breached": ("到期，尚未完成", "due, and not done"),
    "recovered": ("到期，尚未完成", "due, and not done"),
    "met": ("到期，此前已完成", "due; it had been done by then"),
}
"""What was true of a clock when it came due, by the phase it is in now; of other phases no more is certain."""


class Histories:
    """Puts together what audit, messages and detection say."""

    def __init__(
        self, alerts: Alerts, audit: Audit, messages: Messages, mutes: Mutes, rows: Rows, following: Following
    ) -> None:
        self._alerts, self._audit, self._messages = alerts, audit, messages
        self._mutes, self._rows, self._following = mutes, rows, following

    def alert(self, one: Sighting, at: int) -> AlertView:
        """An alert with its history."""
        notices, receipts = self._messages.about([one.id], one.tenant)
        lines = self._audit.about(one.id, one.tenant, one.case)
        siblings = (other for other in self._alerts.of_case(one.tenant, one.case) if other.id != one.id)
        row = self._rows.row(one, at)
        return AlertView(
            row=row,
            partition=one.partition,
            timeline=_in_time([*map(entry_of, lines), *entries(notices, receipts)]),
            told=_told(receipts),
            siblings=self._rows.rows(siblings, at),
            incident=self._incident(one),
            mute=self._mutes.over(one, at),
            chain=self._following.chain(one.id),
            promise=self._following.promise(one.id),
            owner_title=self._following.owner(row.alert.moment, row.alert.owner),
        )

    def case(self, tenant: str, case: str, record: CaseRecord | None, at: int) -> CaseView | None:
        """A case, None where nothing is known of it. A message about several of its alerts is one line."""
        own = self._alerts.of_case(tenant, case)
        promises = self._following.of_case(tenant, case)
        chains = self._following.chains(tenant, case)
        if not own and record is None and not promises and not chains:
            return None
        told = entries(*self._messages.about([one.id for one in own], tenant))
        lines = (line for one in own for line in self._audit.about(one.id, tenant, case))
        found = [*map(entry_of, lines), *told, *(_of_record(record) if record is not None else ())]
        return CaseView(tenant, case, self._rows.rows(own, at), _in_time(found), record, chains, promises)

    def _incident(self, one: Sighting) -> IncidentRow | None:
        name = self._alerts.incidents.of(one, firing=False)
        if name is None:
            return None
        fold = self._alerts.shelves[one.tenant].folds.get(name)
        owed, holders = (len(fold.ranking), fold.holders) if fold is not None else (0, {})
        return self._rows.incident(name, one.tenant, owed, holders)


def entry_of(line: Line) -> Entry:
    """A line of the audit in a timeline."""
    return Entry(line.at, "alert" if line.by == MONITOR else "person", line=line.read())


def _of_record(record: CaseRecord) -> Iterator[Entry]:
    """The events of a case, and its clocks where they come due. What a clock says of itself is as of now, and stands with
    the clock: here stands what was true when it came due."""
    for at, type_, name, source in record.events:
        yield Entry(at, "event", text=Text(zh=f"{type_}（{source}，{name}）", en=f"{type_} ({source}, {name})"))
    for clock in record.clocks:
        if clock.due_at is not None:
            zh, en = _AT_DUE.get(clock.phase.lower(), ("到期", "due"))
            text = Text(zh=f"{clock.title.zh or clock.moment}：{zh}", en=f"{clock.title.en or clock.moment}: {en}")
            yield Entry(clock.due_at, "clock", text=text, moment=clock.moment)


def _told(receipts: Iterable[Receipt]) -> tuple[tuple[str, str, str, int], ...]:
    """The last of each person and receiver, in the order of their instants."""
    last: dict[tuple[str, str], tuple[str, str, str, int]] = {}
    for receipt in receipts:
        way = (receipt.person, receipt.receiver)
        last.pop(way, None)
        last[way] = (*way, receipt.outcome, instant(receipt.at))
    return tuple(last.values())


def _in_time(found: list[Entry]) -> tuple[Entry, ...]:
    return tuple(sorted(found, key=lambda entry: (entry.at, _ORDER[entry.said])))
