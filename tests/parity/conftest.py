"""The public logs and what the replay says of them, once a session."""

import pytest

from tests.parity.replaying import Replayed, replay
from tests.support.public_logs import PublicLog, read_log


@pytest.fixture(scope="session")
def olist() -> PublicLog:
    """Orders of a marketplace. Skips the test where the logs are absent."""
    return read_log("olist")


@pytest.fixture(scope="session")
def helpdesk() -> PublicLog:
    """Tickets of a software company. Skips the test where the logs are absent."""
    return read_log("helpdesk")


@pytest.fixture(scope="session")
def replayed_olist(olist: PublicLog) -> Replayed:
    """The orders in the order of their stamps, judged."""
    return replay(olist, olist.events)


@pytest.fixture(scope="session")
def replayed_helpdesk(helpdesk: PublicLog) -> Replayed:
    """The tickets in the order of their stamps, judged."""
    return replay(helpdesk, helpdesk.events)
