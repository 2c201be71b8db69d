"""How each stage of a worker is put together from its settings."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from streams.errors import OperatorError
from streams.metrics.instruments import Instruments
from streams.settings import Settings
from streams.stages import Role

if TYPE_CHECKING:
    from streams.agents.alerting import Alerting
    from streams.agents.directory import Organisations
    from streams.agents.grouping import Grouping

Build = Callable[[Callable[[BaseException], None]], Any]
"""Makes the app of a stage; it is handed what the app calls with the exception that no shard survives."""


def builder(settings: Settings, role: Role, instruments: Instruments, partitions: int) -> Build:
    """What makes the app of a role. MonitorError for files that cannot be used."""
    if role == "detect":
        return _detect(settings, instruments, partitions)
    if role == "feed":
        return _feed(settings, instruments, partitions)
    if role == "alert":
        return _alert(settings, instruments, partitions)
    if role == "group":
        return _group(settings, instruments, partitions)
    return _notify(settings, instruments)


def _detect(settings: Settings, instruments: Instruments, partitions: int) -> Build:
    from streams.agents import reload
    from streams.agents.organisation_topic import OrganisationTopic
    from streams.agents.processors import Detecting
    from streams.agents.reload import Source
    from streams.app import create_app
    from streams.clock import now

    if not settings.catalogue:
        raise OperatorError("no catalogue: name files or packs with --catalogue or MOMENTS_CATALOGUE")
    topic = OrganisationTopic(settings)
    asyncio.run(topic.read())  # to its end: not a case is judged before that
    source = Source(settings, topic)
    catalogue = source.first(now())
    detecting = Detecting(settings, catalogue, instruments, partitions)

    def build(failed: Callable[[BaseException], None]) -> Any:
        app = create_app(settings, detecting, meter=instruments, on_failure=failed)
        reload.register(app, source, detecting, failed)
        return app

    return build


def _feed(settings: Settings, instruments: Instruments, partitions: int) -> Build:
    from streams.agents.feeding import Feeding
    from streams.app import create_app

    feeding = Feeding(settings, instruments, partitions)
    return lambda failed: create_app(settings, feeding, role="feed", meter=instruments, on_failure=failed)


def _alert(settings: Settings, instruments: Instruments, partitions: int) -> Build:
    from streams.agents.alerting import Alerting
    from streams.catalogue.load import load

    organisations = _organisations(settings)
    catalogue = load(settings.catalogue) if settings.catalogue else None
    alerting = Alerting(settings, catalogue, organisations.directory, instruments, partitions)
    return _answered(settings, "alert", instruments, organisations, alerting)


def _group(settings: Settings, instruments: Instruments, partitions: int) -> Build:
    from streams.agents.grouping import Grouping

    organisations = _organisations(settings)
    grouping = Grouping(settings, organisations.directory, instruments, partitions)
    return _answered(settings, "group", instruments, organisations, grouping)


def _organisations(settings: Settings) -> "Organisations":
    """Who answers for what, as of now."""
    from streams.agents.directory import Organisations

    organisations = Organisations(settings)
    asyncio.run(organisations.read())
    return organisations


def _answered(
    settings: Settings,
    role: Role,
    instruments: Instruments,
    organisations: "Organisations",
    processors: "Alerting | Grouping",
) -> Build:
    """A stage that is given new people as the organisation data changes."""
    from streams.agents import directory
    from streams.app import create_app

    def build(failed: Callable[[BaseException], None]) -> Any:
        app = create_app(settings, processors, role=role, meter=instruments, on_failure=failed)
        directory.register(app, organisations, processors.use, failed)
        return app

    return build


def _notify(settings: Settings, instruments: Instruments) -> Build:
    from streams.agents import notifying
    from streams.app import create_app

    receivers = notifying.receivers_of(settings)
    outboxes = notifying.Outboxes(settings, receivers, instruments)

    def build(failed: Callable[[BaseException], None]) -> Any:
        app = create_app(settings, outboxes, role="notify", meter=instruments, on_failure=failed)
        notifying.register(app, settings, receivers, outboxes, failed)
        return app

    return build
