"""The lifecycle of an occurrence as one table; the diagram in the docs is generated from it.

A row says: in this phase, this kind may be said, and then the occurrence is in one of these phases. The rows of
CORRECTIONS come on top when late truth corrects what was told (docs/rules.md, section 6).
"""

from typing import Final

from streams.engine.case import Kind, Phase
from streams.errors import InvariantError

_OPEN_AGAIN: Final = (Phase.RUNNING, Phase.AT_RISK, Phase.BREACHED)

MOVES: Final[dict[Phase | None, dict[Kind, tuple[Phase, ...]]]] = {
    None: {Kind.OPENED: (Phase.RUNNING,)},
    Phase.RUNNING: {
        Kind.AT_RISK: (Phase.AT_RISK,),
        Kind.BREACHED: (Phase.BREACHED,),
        Kind.MET: (Phase.MET,),
        Kind.CANCELLED: (Phase.CANCELLED,),
        Kind.PAUSED: (Phase.PAUSED,),
        Kind.REVISED: (Phase.RUNNING,),
        Kind.EXPIRED: (Phase.EXPIRED,),
    },
    Phase.AT_RISK: {
        Kind.AT_RISK: (Phase.AT_RISK,),
        Kind.BREACHED: (Phase.BREACHED,),
        Kind.MET: (Phase.MET,),
        Kind.CANCELLED: (Phase.CANCELLED,),
        Kind.PAUSED: (Phase.PAUSED,),
        Kind.REVISED: (Phase.RUNNING, Phase.AT_RISK),
    },
    Phase.PAUSED: {
        Kind.RESUMED: (Phase.RUNNING, Phase.AT_RISK),
        Kind.REVISED: (Phase.PAUSED,),
        Kind.MET: (Phase.MET,),
        Kind.CANCELLED: (Phase.CANCELLED,),
        Kind.EXPIRED: (Phase.EXPIRED,),
    },
    Phase.BREACHED: {
        Kind.WORSENED: (Phase.BREACHED,),
        Kind.RECOVERED: (Phase.RECOVERED,),
        Kind.CANCELLED: (Phase.CANCELLED,),
        Kind.EXPIRED: (Phase.EXPIRED,),
    },
    Phase.MET: {Kind.OPENED: _OPEN_AGAIN},
    Phase.RECOVERED: {Kind.OPENED: _OPEN_AGAIN},
    Phase.CANCELLED: {Kind.OPENED: _OPEN_AGAIN},
    Phase.EXPIRED: {Kind.OPENED: _OPEN_AGAIN},
}

_ALLOWED: Final = frozenset(
    (None if before is None else int(before), int(kind), int(after))
    for before, kinds in MOVES.items()
    for kind, phases in kinds.items()
    for after in phases
)


def step(phase: int | None, kind: Kind, to: int) -> int:
    """The phase after saying `kind`. InvariantError, and nothing has happened, if the table has no such move."""
    if (phase, kind, to) not in _ALLOWED:
        before = "nothing" if phase is None else Phase(phase).name
        raise InvariantError(f"the lifecycle has no move from {before} by {kind.name} to {Phase(to).name}")
    return to


def diagram() -> str:
    """The table as a Mermaid state diagram, one arrow a move."""
    lines = ["stateDiagram-v2"]
    for before, kinds in MOVES.items():
        for kind, phases in kinds.items():
            name = "[*]" if before is None else before.name.lower()
            lines += [f"    {name} --> {after.name.lower()}: {kind.name.lower()}" for after in phases]
    lines += [f"    {phase.name.lower()} --> [*]" for phase in Phase if not phase.is_open]
    return "\n".join(lines)
