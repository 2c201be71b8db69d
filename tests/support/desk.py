"""Topics of a test's own for the stages behind detection."""

from streams.settings import Alerting


def desk_topics(stem: str) -> dict[str, str]:
    """The settings that name those topics, each with a name that begins with `stem`."""
    return {name: f"{stem}.{name}" for name, field in Alerting.model_fields.items() if isinstance(field.default, str)}
