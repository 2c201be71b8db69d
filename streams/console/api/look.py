"""What is looked at: the board's answers, in the API's forms. Nothing here changes anything."""

from dataclasses import replace
from http import HTTPStatus

from streams.clock import HOUR
from streams.console.api.answers import (
    AlertView,
    Case,
    CaseView,
    Feeds,
    Handover,
    Incident,
    Journey,
    Me,
    Mutes,
    Now,
    People,
    Promises,
    Rota,
)
from streams.console.api.operation import Asked, Said
from streams.console.api.problem import CallError, Reason, not_found
from streams.console.api.questions import (
    ByCase,
    ById,
    Looking,
    LookingAtSome,
    LookingBack,
    LookingForPromises,
    OfTenant,
    UpTo,
)
from streams.errors import OperatorError

_SHIFT = 12 * HOUR


async def now(asked: Asked, query: LookingAtSome) -> Said:
    """The first page."""
    shown = asked.console.board.now(asked.viewer, query.filter(asked.viewer), asked.at, query.limit)
    return Said(Now.model_validate(shown))


async def alert(asked: Asked, path: ById) -> Said:
    """One alert."""
    shown = asked.console.board.alert(asked.viewer, path.id, asked.at)
    if shown is None:
        raise not_found("alert")
    return Said(AlertView.model_validate(shown))


async def case(asked: Asked, path: ByCase) -> Said:
    """One case, with what detection keeps of it; without that where detection cannot be asked, as long as the board
    knows the case."""
    console, viewer = asked.console, asked.viewer
    if not viewer.sees(path.tenant):
        raise not_found("case")
    record, away = None, False
    try:
        partition = console.board.partition_of_case(path.tenant, path.case)
        record = await console.cases.read(path.tenant, path.case, partition)
    except OperatorError:
        away = True
    shown = console.board.case(viewer, path.tenant, path.case, record, asked.at)
    if shown is None:
        raise detection_away() if away else not_found("case")
    return Said(Case(case=CaseView.model_validate(shown), detection="away" if away else "answered"))


def detection_away() -> CallError:
    """Nobody can tell whether there is such a case."""
    return CallError(
        HTTPStatus.SERVICE_UNAVAILABLE,
        Reason.BROKERS_AWAY,
        "detection's record of the case cannot be read now",
        headers={"Retry-After": "5"},
    )


async def incident(asked: Asked, path: ById, query: UpTo) -> Said:
    """One incident and its follow-up list."""
    found = asked.console.board.incident(asked.viewer, path.id, asked.at, query.limit)
    if found is None:
        raise not_found("incident")
    row, follow_up = found
    return Said(Incident.model_validate({"incident": row, "follow_up": follow_up}))


async def promises(asked: Asked, query: LookingForPromises) -> Said:
    """The ledger of promises."""
    return Said(
        Promises.model_validate(asked.console.board.promises(asked.viewer, query.filter(), asked.at, query.limit))
    )


async def journey(asked: Asked, query: Looking) -> Said:
    """The map of the four stages."""
    stages = asked.console.board.journey(asked.viewer, query.filter(asked.viewer), asked.at)
    return Said(Journey.model_validate({"stages": stages}))


async def handover(asked: Asked, query: LookingBack) -> Said:
    """What this shift leaves to the next. An instant to come is as good as now: nothing has happened since."""
    since = asked.at - _SHIFT if query.since is None else min(query.since, asked.at)
    shown = asked.console.board.handover(asked.viewer, query.filter(asked.viewer), since, asked.at)
    return Said(Handover.model_validate(shown))


async def feeds(asked: Asked) -> Said:
    """The feeds, and for admins the last dead letters: a refused record may say anything of anybody."""
    shown = asked.console.board.feeds(asked.viewer, asked.at)
    return Said(Feeds.model_validate(shown if asked.viewer.may("admin") else replace(shown, letters=())))


async def rota(asked: Asked) -> Said:
    """Who is on duty now, and next."""
    return Said(Rota.model_validate({"on_call": asked.console.board.rota(asked.viewer, asked.at)}))


async def mutes(asked: Asked) -> Said:
    """The mutes."""
    return Said(Mutes.model_validate({"mutes": asked.console.board.mutes(asked.viewer, asked.at)}))


async def people(asked: Asked, query: OfTenant) -> Said:
    """Who can be given an alert of a tenant."""
    if not asked.viewer.sees(query.tenant):
        raise not_found("tenant")
    return Said(People.model_validate({"people": asked.console.board.people(asked.viewer, query.tenant)}))


async def me(asked: Asked) -> Said:
    """Who asks."""
    viewer = asked.viewer
    tenants = None if viewer.tenants is None else sorted(viewer.tenants)
    return Said(
        Me(
            id=viewer.id,
            name=viewer.name,
            role=viewer.role,
            tenants=tenants,
            language=viewer.language,
            time_zone=viewer.time_zone,
            machine=viewer.machine,
        )
    )
