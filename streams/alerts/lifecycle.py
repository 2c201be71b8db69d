"""The lifecycle of an alert as one table: in this state, when this happens, the alert is in that state."""

from enum import StrEnum
from typing import Final

from schemas.alert import OPEN_STATES, State
from streams.errors import InvariantError


class Event(StrEnum):
    """What can happen to an alert: by its occurrence, by a person, by time."""

    WARNED = "warned"
    BROKE = "broke"
    WORSENED = "worsened"
    MOVED = "moved"
    REOPENED = "reopened"
    ENDED = "ended"
    BOOKED_LATE = "booked_late"
    RETRACTED = "retracted"
    BLINDED = "blinded"
    ACKNOWLEDGED = "acknowledged"
    ASSIGNED = "assigned"
    COMMENTED = "commented"
    SNOOZED = "snoozed"
    CLOSED = "closed"
    RELEASED = "released"
    """The acknowledgement expired, or the snooze ended."""
    STEPPED = "stepped"
    """Somebody was told because it was time."""


def _open(stays: State, sighted: State, blinded: State) -> dict[Event, State]:
    """The row of an open state: where it stays, where an event of the occurrence leads, where blindness leads."""
    return {
        Event.WARNED: sighted,
        Event.BROKE: sighted,
        Event.WORSENED: sighted,
        Event.MOVED: sighted,
        Event.REOPENED: sighted,
        Event.ENDED: "resolved",
        Event.BOOKED_LATE: "found_late",
        Event.RETRACTED: "retracted",
        Event.BLINDED: blinded,
        Event.ACKNOWLEDGED: "acknowledged",
        Event.ASSIGNED: stays,
        Event.COMMENTED: stays,
        Event.SNOOZED: "snoozed",
        Event.CLOSED: "resolved",
    }


def _over(stays: State, ended: State, reopened: State) -> dict[Event, State]:
    """The row of a state that is over: late truth may open it again, people may not."""
    return {
        Event.WARNED: "firing",
        Event.BROKE: "firing",
        Event.WORSENED: "firing",
        Event.MOVED: stays,
        Event.REOPENED: reopened,
        Event.ENDED: ended,
        Event.BOOKED_LATE: ended,
        Event.RETRACTED: "retracted",
        Event.BLINDED: stays,
    }


MOVES: Final[dict[State | None, dict[Event, State]]] = {
    None: {Event.WARNED: "firing", Event.BROKE: "firing", Event.WORSENED: "firing"},
    "firing": {**_open("firing", "firing", "unknown"), Event.STEPPED: "firing"},
    "acknowledged": {**_open("acknowledged", "acknowledged", "acknowledged"), Event.RELEASED: "firing"},
    "snoozed": {**_open("snoozed", "snoozed", "snoozed"), Event.RELEASED: "firing"},
    "unknown": _open("unknown", "firing", "unknown"),
    "resolved": _over("resolved", "resolved", "firing"),
    "retracted": _over("retracted", "retracted", "retracted"),
    "found_late": _over("found_late", "found_late", "firing"),
}
"""A blind alert that somebody holds stays theirs: its kind says `unknown`, and it turns unknown when they let it go."""


def move(state: State | None, event: Event, *, blind: bool = False, closed: bool = False) -> State:
    """The state after the event. InvariantError, and nothing has happened, if the table has no such move.

    `blind`: the occurrence's feed is blind, so that what would be firing is unknown. `closed`: a person closed it; then
    only a retraction is heard.
    """
    after = MOVES[state].get(event)
    if after is None:
        raise InvariantError(f"the lifecycle of alerts has no move from {state} by {event.value}")
    if closed and state == "resolved" and event is not Event.RETRACTED:
        return state
    return "unknown" if blind and after == "firing" else after


def is_over(state: State) -> bool:
    """Whether nothing more is asked of anybody."""
    return state not in OPEN_STATES


def diagram() -> str:
    """The table as a Mermaid state diagram, one arrow a move that leads elsewhere."""
    lines = ["stateDiagram-v2"]
    for before, events in MOVES.items():
        name = "[*]" if before is None else before
        lines += [f"    {name} --> {after}: {event.value}" for event, after in events.items() if after != before]
    lines += [f"    {state} --> [*]" for state in MOVES if state is not None and is_over(state)]
    return "\n".join(lines)
