"""What a command of a person does to an alert.

A command that cannot be followed is refused with a named reason, in a line of the audit that tells the state the alert
is in. One on an alert that is over changes nothing, and that is in the audit, too.
"""

from enum import StrEnum
from hashlib import blake2b

from schemas.alert import What
from schemas.command import Acknowledge, AddComment, AlertCommand, Assign, Close, Snooze
from streams.alerts import escalate
from streams.alerts.audience import Audience, Telling
from streams.alerts.journal import Journal
from streams.alerts.lifecycle import Event, is_over, move
from streams.alerts.policy import AlertPolicy
from streams.alerts.record import Record, Remark
from streams.alerts.tally import AlertTally
from streams.clock import MINUTE, format_duration, instant, rfc3339


class Refused(StrEnum):
    """Why a command was refused."""

    UNKNOWN_ALERT = "unknown_alert"
    OTHER_TENANT = "other_tenant"
    OTHER_CASE = "other_case"
    CHANGED = "changed"
    SNOOZE_IN_THE_PAST = "snooze_in_the_past"
    SNOOZE_TOO_LONG = "snooze_too_long"
    TOO_MANY_COMMENTS = "too_many_comments"


class Desk:
    """Carries out commands by one policy."""

    def __init__(self, policy: AlertPolicy, tally: AlertTally) -> None:
        self._policy, self._tally = policy, tally

    def apply(self, record: Record | None, command: AlertCommand, audience: Audience, journal: Journal) -> bool:
        """Carry out or refuse. Whether the record has changed, if only in that it remembers the command."""
        if record is None:
            return self._turn_away(command, Refused.UNKNOWN_ALERT, journal)
        if record.tenant != command.tenant:
            return self._turn_away(command, Refused.OTHER_TENANT, journal)
        if record.case != command.case:
            return self._turn_away(command, Refused.OTHER_CASE, journal)
        fingerprint = blake2b(command.id.encode(), digest_size=12).hexdigest()
        if fingerprint in record.commands:
            self._tally.without_effect["repeated_command"] += 1
            return False
        record.commands = [*record.commands, fingerprint][-self._policy.commands_remembered :]
        if is_over(record.state):
            journal.remark(record, "no_effect", _joined(f"{command.do}: it is {record.state}", _words(command)), command)
            self._tally.without_effect["over"] += 1
            return True
        refusal = self._refusal(record, command, journal.now)
        if refusal is not None:
            reason, sentence = refusal
            self._tally.refused_commands[reason.value] += 1
            journal.remark(record, "refused", f"{reason.value}: {command.do}: {sentence}", command)
            return True
        self._carry_out(record, command, audience, journal)
        return True

    def _turn_away(self, command: AlertCommand, reason: Refused, journal: Journal) -> bool:
        self._tally.refused_commands[reason.value] += 1
        journal.turn_away(command, f"{reason.value}: {command.do}")
        return False

    def _refusal(self, record: Record, command: AlertCommand, now: int) -> tuple[Refused, str] | None:
        if command.version is not None and command.version != record.version:
            holder = f" by {record.acknowledged_by}" if record.acknowledged_by else ""
            present = f"it is version {record.version}, {record.state}{holder}"
            return Refused.CHANGED, f"made for version {command.version}; {present}"
        if isinstance(command, Snooze):
            span = instant(command.until) - now
            if span <= 0:
                return Refused.SNOOZE_IN_THE_PAST, f"until {rfc3339(instant(command.until))}"
            if span > self._policy.longest_snooze:
                return Refused.SNOOZE_TOO_LONG, f"{format_duration(self._policy.longest_snooze)} at most"
        if isinstance(command, AddComment):
            room = self._policy.comment_room - sum(len(said.text) for said in record.comments)
            if len(command.text) > room:
                return Refused.TOO_MANY_COMMENTS, f"there is room for {max(room, 0)} characters"
        return None

    def _carry_out(self, record: Record, command: AlertCommand, audience: Audience, journal: Journal) -> None:
        before, now = record.state, journal.now
        tellings: list[Telling] = []
        event: Event
        what: What
        if isinstance(command, Acknowledge):
            event, what = Event.ACKNOWLEDGED, "acknowledged"
            record.acknowledged_by, record.acknowledged_at = command.by, now
            record.span = command.minutes * MINUTE
            record.quiet_until = now + record.span
            escalate.hush(record)
        elif isinstance(command, Assign):
            event, what = Event.ASSIGNED, "assigned"
            record.assignee = command.to
            _show_life(record, now)
        elif isinstance(command, AddComment):
            event, what = Event.COMMENTED, "commented"
            record.comments.append(Remark(now, command.by, command.text))
            _show_life(record, now)
        elif isinstance(command, Snooze):
            event, what = Event.SNOOZED, "snoozed"
            record.quiet_until = instant(command.until)
            record.acknowledged_by = record.acknowledged_at = None
            escalate.hush(record)
        else:
            event, what = Event.CLOSED, "closed"
            record.closed_because, record.useful = command.because, command.useful
            record.ended_at = record.over_at = now
            record.quiet_until = None
            tellings = audience.tell_told(record, "ended", [name for name in record.hear_end if name != command.by])
            record.hear_end = []
            escalate.hush(record)
        record.state = move(before, event, blind=record.is_blind)
        journal.change(record, before, what, _words(command), command=command, tellings=tellings)


def _show_life(record: Record, now: int) -> None:
    """Something happens: an acknowledgement that would soon expire begins anew."""
    if record.state == "acknowledged" and record.quiet_until is not None:
        record.quiet_until = max(record.quiet_until, now + record.span)


def _words(command: AlertCommand) -> str:
    """What the command says in words, for the audit."""
    said = ""
    if isinstance(command, Assign):
        said = f"to {command.to}"
    elif isinstance(command, AddComment):
        said = command.text
    elif isinstance(command, Snooze):
        said = f"until {rfc3339(instant(command.until))}"
    elif isinstance(command, Close):
        useful = {None: "", True: ", useful", False: ", not useful"}[command.useful]
        said = command.because + useful
    return _joined(said, command.why)


def _joined(first: str, second: str) -> str:
    return f"{first}: {second}" if first and second else first or second
