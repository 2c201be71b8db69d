"""Takes a changed catalogue into force while the worker runs: from its files, organisation files and their topic."""

import asyncio
from collections.abc import Callable
from typing import Any

import structlog

from schemas.organisation import Organisation
from streams.agents import organisation_topic
from streams.agents.organisation_topic import OrganisationTopic
from streams.agents.processors import Detecting
from streams.alerts.organisation_file import OrganisationFiles
from streams.catalogue.compile import Compiled
from streams.catalogue.published import Passed
from streams.catalogue.source import PAUSE, CatalogueFiles, difference
from streams.clock import SECOND, now
from streams.errors import CatalogueError, OperatorError
from streams.settings import Settings

log = structlog.stdlib.get_logger(__name__)


class Source:
    """All that the catalogue in force is made of. What the topic holds counts once `heard` of it."""

    def __init__(self, settings: Settings, topic: OrganisationTopic) -> None:
        """`topic` has been read. OperatorError for files that cannot be used comes with `first`."""
        self.topic = topic
        self._published: list[Organisation] = []
        self._said: frozenset[Passed] = frozenset()
        self.files = CatalogueFiles(
            settings.catalogue,
            OrganisationFiles(settings.alerting.organisation),
            lambda: self._published,
            settings.batch_bytes,
        )
        self.heard()

    def heard(self) -> None:
        """Take what the topic holds now; the next look compiles it."""
        self._published = self.topic.ledger.organisations()

    def first(self, at: int) -> Compiled:
        """The catalogue to begin with. OperatorError where the files make none."""
        found = self.files.poll(at)
        self.say_passed_over()
        if found is None or isinstance(found, CatalogueError):
            raise found or OperatorError("the catalogue cannot be read")
        return found

    def say_passed_over(self) -> None:
        """What of the topic does not count; each once, for as long as it lasts."""
        passed = self.files.passed_over
        for record, why in passed:
            if Passed(record, why) not in self._said:
                log.error("organisation data is not used in judging", record=record, why=why)
        self._said = frozenset(passed)


def register(app: Any, source: Source, detecting: Detecting, failed: Callable[[BaseException], None]) -> None:
    """Follow the topic, and look at everything every few seconds; a broken new version is said once and changes nothing.
    `failed` is told of what ends the following."""

    async def look() -> None:
        # compiled beside the loop: with several thousand stores that takes the better part of a second
        taken(await asyncio.to_thread(source.files.poll, now()), detecting)
        source.say_passed_over()

    app.timer(interval=PAUSE / SECOND, name="catalogue")(look)
    organisation_topic.register(app, lambda: source.topic.keep(source.heard), failed)


def taken(found: Compiled | CatalogueError | None, detecting: Detecting) -> None:
    """What a look has found comes into force for new cases, logged in words; what is no catalogue is said to be none."""
    if found is None:
        return
    if isinstance(found, CatalogueError):
        log.error("the changed catalogue is not taken", kept=detecting.catalogue.version, problems=found.problems)
        return
    if found.version != detecting.catalogue.version:
        changes = difference(detecting.catalogue, found)
        log.info("catalogue taken", before=detecting.catalogue.version, now=found.version, changes=changes)
        detecting.use(found)
