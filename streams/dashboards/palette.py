"""Colours and symbols of states.

The colours are those of Okabe and Ito, which people with each kind of colour blindness tell apart; on the wall, which is
dark, all of them are readable as large figures. None is ever alone: each state has a symbol and a word beside it.
Nothing is coloured green for being zero; what is not known has a colour and a symbol of its own.
"""

from typing import Final

BROKEN: Final = "#D55E00"
"""Vermillion, with a square."""
AT_RISK: Final = "#E69F00"
"""Orange, with a triangle."""
RUNNING: Final = "#56B4E9"
"""Sky blue, with a disc."""
IN_TIME: Final = "#009E73"
"""Bluish green, with a tick: for shares that were reached, never for lack of bad news."""
UNKNOWN: Final = "#CC79A7"
"""Reddish purple, with a question mark: nothing is known."""
OTHER: Final = "#F0E442"
"""Yellow, for what is on its way back."""
PLAIN: Final = "#8B95A5"
"""Grey, for what needs no look."""
CALM: Final = "#1F2A38"
"""Dark blue grey, behind a state that is as it should be."""

DARK: Final = "#181B1F"
"""Behind the panels of Grafana's dark theme."""

SYMBOLS: Final = {BROKEN: "■", AT_RISK: "▲", RUNNING: "●", IN_TIME: "✓", UNKNOWN: "?"}

STATES: Final = {
    "running": RUNNING,
    "at_risk": AT_RISK,
    "paused": PLAIN,
    "broken": BROKEN,
    "unknown": UNKNOWN,
}
