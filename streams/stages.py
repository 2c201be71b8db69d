"""The stages of the monitor: what each reads, keeps and writes. A worker runs one of them or several (`--roles`)."""

from typing import Final, Literal, NamedTuple

from schemas.dead_letter import SUFFIX
from streams.errors import OperatorError
from streams.settings import Settings

Role = Literal["detect", "feed", "alert", "group", "notify"]
ROLES: Final[tuple[Role, ...]] = ("detect", "feed", "alert", "group", "notify")
"""In the order of the data. Each is a process."""
WORDS: Final[dict[str, tuple[Role, ...]]] = {
    "detect": ("detect",),
    "alert": ("feed", "alert", "group"),
    "notify": ("notify",),
}
"""The words of `--roles`: what is asked for an alert and what is decided for all of a tenant's go together."""
ALL_ROLES: Final = ",".join(WORDS)


class Stage(NamedTuple):
    """One stage on the shard runtime. All its topics have the same number of partitions; everything of a case lies in one
    partition number of all of them, and what is decided for a tenant as a whole in the partition of the tenant."""

    role: Role
    inputs: tuple[str, ...]
    changelog: str
    writes: tuple[str, ...]

    @property
    def topics(self) -> tuple[str, ...]:
        """Every topic the stage touches."""
        return (*self.inputs, self.changelog, *self.writes)


def stage_of(settings: Settings, role: Role) -> Stage:
    """The stage of a role under these settings."""
    alerting = settings.alerting
    inputs: tuple[str, ...]
    feeds = settings.feeds
    if role == "detect":
        writes = (settings.transitions, settings.followed, *settings.dead_letters)
        if not feeds.watch:
            return Stage(role, settings.inputs, settings.changelog, writes)
        heeded = (*settings.inputs, feeds.topic)
        return Stage(role, heeded, settings.changelog, (*writes, feeds.pulses, feeds.topic + SUFFIX))
    if role == "feed":
        return Stage(role, (feeds.pulses,), feeds.state, (feeds.topic, settings.transitions, feeds.pulses + SUFFIX))
    if role == "alert":
        inputs = (settings.transitions, alerting.commands)
        dead = tuple(topic + SUFFIX for topic in inputs)
        return Stage(role, inputs, alerting.alert_state, (alerting.alerts, alerting.audit, alerting.asks, *dead))
    if role == "group":
        inputs = (alerting.asks, alerting.commands)
        writes = (alerting.notices, alerting.groups, alerting.mutes, alerting.audit, alerting.asks + SUFFIX)
        return Stage(role, inputs, alerting.group_state, writes)
    inputs = (alerting.notices, alerting.alerts, alerting.groups, alerting.receipts)
    return Stage(role, inputs, alerting.notify_state, (*(topic + SUFFIX for topic in inputs),))


def consumer_group(settings: Settings, role: Role) -> str:
    """The consumer group of a stage, and the stem of its transactional ids."""
    return f"{settings.app_id}.{role}"


def wanted_roles(text: str) -> list[Role]:
    """The stages that the words of `--roles` name, in the order of the data. OperatorError for a word that is none."""
    words = [word.strip() for word in text.split(",") if word.strip()]
    if not words or (strange := [word for word in words if word not in WORDS]):
        wrong = ", ".join(strange) if words else "nothing"
        raise OperatorError(f"--roles takes some of {', '.join(WORDS)}, with commas; not {wrong}")
    return [role for word, roles in WORDS.items() if word in words for role in roles]
