"""The organisation data in force, as the stages behind detection and the console ask it: files, read once, and the
compacted topic on top of them. Where both speak of the same entry, the topic counts.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import structlog

from streams.agents import organisation_topic
from streams.agents.organisation_topic import OrganisationTopic
from streams.alerts.organisation import Directory
from streams.alerts.organisation_file import load
from streams.broker.patience import USUAL, Pauses
from streams.errors import OperatorError
from streams.settings import Settings

log = structlog.stdlib.get_logger(__name__)


class Organisations:
    """Who answers for what. `read` brings it up to now; `keep` goes on from there for ever."""

    def __init__(self, settings: Settings) -> None:
        """OperatorError for files that cannot be used."""
        self._files = load(settings.alerting.organisation)
        self._topic = OrganisationTopic(settings)
        self.directory = Directory.of(self._files)

    async def read(self) -> None:
        """Take all that the topic has now; where that breaks off, what was known before counts. Without the topic the
        files are all there is. KafkaError or OperatorError where it cannot be read."""
        if await self._topic.read():
            self._renew()

    async def keep(
        self, use: Callable[[Directory], None], pauses: Pauses = USUAL, look_again: float | None = None
    ) -> None:
        """Hand over a new directory whenever the topic has changed it; see `OrganisationTopic.keep`."""

        def changed() -> None:
            if self._renew():
                use(self.directory)

        await self._topic.keep(changed, pauses, look_again)

    def _renew(self) -> bool:
        """The directory of files and topic together. What cannot be used leaves the one before in force, and is said."""
        try:
            self.directory = Directory.of([*self._files, *self._topic.ledger.organisations()])
        except OperatorError as error:
            log.error("the organisation data cannot be used; what was known before counts", why=str(error))
            return False
        log.info("organisation taken", tenants=self.directory.tenants(), gaps=len(self.directory.gaps()))
        return True


def register(
    app: Any,
    organisations: Organisations,
    use: Callable[[Directory], None],
    failed: Callable[[BaseException], None],
) -> None:
    """Keep the stage's directory up to date while its app runs; see `organisation_topic.register`."""
    organisation_topic.register(app, partial(organisations.keep, use), failed)
