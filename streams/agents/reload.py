"""Takes a changed catalogue into force while the worker runs."""

from typing import Any

import structlog

from streams.agents.processors import Detecting
from streams.catalogue.source import PAUSE, CatalogueFiles, difference
from streams.clock import SECOND, now
from streams.errors import CatalogueError

log = structlog.stdlib.get_logger(__name__)


def register(app: Any, files: CatalogueFiles, detecting: Detecting) -> None:
    """Look at the catalogue's files every few seconds; a broken new version is said once and changes nothing."""

    async def look() -> None:
        take(files, detecting, now())

    app.timer(interval=PAUSE / SECOND, name="catalogue")(look)


def take(files: CatalogueFiles, detecting: Detecting, at: int) -> None:
    """One look at the instant `at`: what changed is logged in words, and new cases begin under it."""
    found = files.poll(at)
    if found is None:
        return
    if isinstance(found, CatalogueError):
        log.error("the changed catalogue is not taken", kept=detecting.catalogue.version, problems=found.problems)
        return
    if found.version != detecting.catalogue.version:
        changes = difference(detecting.catalogue, found)
        log.info("catalogue taken", before=detecting.catalogue.version, now=found.version, changes=changes)
        detecting.use(found)
