"""The topics that the board is fed from, under the names that the board has for them."""

from typing import Literal, NamedTuple

from streams.settings import Alerting

Topic = Literal["alerts", "groups", "mutes", "audit", "notices", "receipts"]


class TopicNames(NamedTuple):
    """What each of the board's topics is called on the brokers."""

    alerts: str = "moments.alerts.v1"
    groups: str = "moments.groups.v1"
    mutes: str = "moments.mutes.v1"
    audit: str = "moments.audit.v1"
    notices: str = "moments.notices.v1"
    receipts: str = "moments.receipts.v1"

    @classmethod
    def of(cls, alerting: Alerting) -> "TopicNames":
        """The names under these settings."""
        return cls(*(getattr(alerting, name) for name in cls._fields))

    def topics(self) -> dict[str, Topic]:
        """The board's name of each topic of the brokers."""
        return {
            self.alerts: "alerts",
            self.groups: "groups",
            self.mutes: "mutes",
            self.audit: "audit",
            self.notices: "notices",
            self.receipts: "receipts",
        }
