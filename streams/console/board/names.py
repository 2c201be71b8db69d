"""The topics that the board is fed from, under the names that the board has for them."""

from typing import Literal, get_args

from streams.settings import Settings

Topic = Literal["alerts", "groups", "mutes", "audit", "notices", "receipts", "feeds", "followed"]
"""What is said of the alerts comes after the alerts."""


def topics_of(settings: Settings) -> dict[str, Topic]:
    """The board's name of each of the brokers' topics under these settings; of feeds only where they are watched."""
    own = ("feeds", "followed")
    found: dict[str, Topic] = {getattr(settings.alerting, name): name for name in get_args(Topic) if name not in own}
    found[settings.followed] = "followed"
    return found | ({settings.feeds.topic: "feeds"} if settings.feeds.watch else {})
