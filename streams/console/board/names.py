"""The topics that the board is fed from, under the names that the board has for them."""

from typing import Literal, get_args

from streams.settings import Alerting

Topic = Literal["alerts", "groups", "mutes", "audit", "notices", "receipts"]
"""What is said of the alerts comes after the alerts."""


def topics_of(alerting: Alerting) -> dict[str, Topic]:
    """The board's name of each of the brokers' topics under these settings."""
    return {getattr(alerting, name): name for name in get_args(Topic)}
