"""Topics of a test's own for the stages behind detection, and for the watch over feeds."""

from streams.settings import Alerting, Feeds


def desk_topics(stem: str) -> dict[str, str]:
    """The settings that name those topics, each with a name that begins with `stem`."""
    return {name: f"{stem}.{name}" for name, field in Alerting.model_fields.items() if isinstance(field.default, str)}


def alerting_of(stem: str) -> Alerting:
    """Settings with those topics."""
    return Alerting(**desk_topics(stem))


def feeds_of(stem: str) -> Feeds:
    """The same for the watch over feeds."""
    return Feeds(pulses=f"{stem}.pulses", topic=f"{stem}.feeds", state=f"{stem}.feed-state")
