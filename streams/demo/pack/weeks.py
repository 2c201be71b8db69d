"""Weeks of a company that lives by a pack, at the pack's own pace, judged in memory and compared with what is true."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from streams.clock import DAY, HOUR
from streams.demo.in_memory import reckoned
from streams.demo.pack.company import patient_company_of
from streams.demo.reckoning import Reckoning

_WEEK: Final = 7 * DAY


def live_through(pack: str, seed: int, weeks: int, now: int) -> Reckoning:
    """So many weeks up to the last whole hour before the instant `now`, with hours, business days, holidays, stores and
    policies as the pack (its name, or the path of a catalogue file) has them.

    CatalogueError where there is none or it has faults, UnplayableError where its events cannot be made up.
    """
    until = now // HOUR * HOUR
    company = patient_company_of(pack)
    opening = until - weeks * _WEEK
    with TemporaryDirectory(prefix="moments-demo-") as folder:
        files = company.catalogue(Path(folder))
        result, _ = reckoned(company.open(seed, opening), files, opening, until, company.stretch)
    return result
