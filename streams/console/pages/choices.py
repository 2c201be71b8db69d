"""What can be chosen in the filter: what there is now, and what is chosen already."""

from collections.abc import Iterable, Mapping

from streams.console.board import Board
from streams.console.pages.look import Look
from streams.console.viewer import Viewer
from streams.console.views import Filter, Row

Options = list[tuple[str, str]]
"""Values with what they are called."""

_NAMES = ("tenant", "region", "store", "moment", "stage", "severity")
_STAGES = ("pre_contact", "decision", "execution", "after_sales")
_SEVERITIES = ("critical", "high", "medium", "low")


def choices(board: Board, viewer: Viewer, looked_for: Filter, look: Look) -> Mapping[str, Options]:
    """The options of each field. What lies beyond the viewer's tenants is none."""
    now = board.now(viewer, Filter(), look.at)
    rows = [*now.at_risk, *now.broken, *now.unknown]
    stages = board.journey(viewer, Filter(), look.at)
    options: dict[str, Options] = {
        "tenant": _tenants(viewer, rows),
        "region": [(one.name, one.label or one.name) for one in now.regions],
        "store": [(one.name, one.label or one.name) for one in now.stores],
        "moment": [(one.moment, look.text(one.title) or one.moment) for stage in stages for one in stage.moments],
        "stage": [(name, look.t("stage." + name)) for name in _STAGES],
        "severity": [(name, look.t("severity." + name)) for name in _SEVERITIES],
    }
    for name in _NAMES:
        chosen = getattr(looked_for, name)
        if chosen and chosen not in dict(options[name]):
            options[name].append((chosen, chosen))
    if len(options["tenant"]) < 2 and not looked_for.tenant:
        del options["tenant"]
    return options


def _tenants(viewer: Viewer, rows: Iterable[Row]) -> Options:
    known = viewer.tenants if viewer.tenants is not None else {row.alert.tenant for row in rows}
    return [(name, name) for name in sorted(known)]
