"""The topics the monitor lives on: what they must be, and what is wrong with those that are there. Pure.

What cannot be put right later is an error: partition counts (the shards) and the append time (the shard clock). The
rest is told as an error where data could be lost, else as a warning.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal

from streams.settings import Settings
from streams.stages import ROLES, stage_of
from streams.stages import Role as Stages

Role = Literal[
    "input",
    "dead letters",
    "transitions",
    "followed",
    "state",
    "commands",
    "alerts",
    "audit",
    "asks",
    "groups",
    "mutes",
    "notices",
    "receipts",
    "pulses",
    "feeds",
    "organisation",
]

STATE_CONFIG: dict[str, str] = {
    "cleanup.policy": "compact",
    # a shard's restore reads what compaction has left: small segments and a low ratio keep that close to the live cases
    "segment.bytes": str(64 << 20),
    "segment.ms": str(10 * 60_000),
    "min.cleanable.dirty.ratio": "0.2",
    "max.compaction.lag.ms": str(60 * 60_000),
    "delete.retention.ms": str(24 * 3_600_000),
}
WEEK = str(7 * 24 * 3_600_000)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A topic as it should be. `min_insync` None leaves it to the cluster."""

    name: str
    role: Role
    partitions: int
    replication: int
    config: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Existing:
    """A topic as it is; `config` are its effective settings."""

    partitions: int
    replication: int
    config: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about a topic. `action` says whether `create` sets it right by itself, or else who has to do what."""

    topic: str
    severity: Literal["missing", "error", "warning"]
    message: str


def declare(
    settings: Settings,
    *,
    partitions: int,
    replication: int,
    min_insync: int | None = None,
    roles: Collection[Stages] = ROLES,
) -> list[Wanted]:
    """Every topic that these stages touch, in the order in which they are worth creating."""
    common = {} if min_insync is None else {"min.insync.replicas": str(min_insync)}
    alerting = settings.alerting
    kinds: dict[str, tuple[Role, Mapping[str, str]]] = {
        **{name: ("input", {"message.timestamp.type": "LogAppendTime"}) for name in settings.inputs},
        settings.feeds.pulses: ("pulses", {}),
        settings.feeds.topic: ("feeds", {"cleanup.policy": "compact", "message.timestamp.type": "LogAppendTime"}),
        settings.transitions: ("transitions", {}),
        settings.followed: ("followed", {"cleanup.policy": "compact"}),
        alerting.commands: ("commands", {}),
        alerting.alerts: ("alerts", {"cleanup.policy": "compact"}),
        alerting.audit: ("audit", {"retention.ms": "-1"}),
        alerting.asks: ("asks", {}),
        alerting.groups: ("groups", {"cleanup.policy": "compact"}),
        alerting.mutes: ("mutes", {"cleanup.policy": "compact"}),
        alerting.notices: ("notices", {}),
        alerting.receipts: ("receipts", {}),
        **{stage_of(settings, role).changelog: ("state", STATE_CONFIG) for role in ROLES},
    }
    touched = dict.fromkeys(name for role in roles for name in stage_of(settings, role).topics)
    ordered = [name for name in kinds if name in touched] + [name for name in touched if name not in kinds]
    found = [
        Wanted(name, role, partitions, replication, common | dict(config))
        for name in ordered
        for role, config in [kinds.get(name, ("dead letters", {}))]
    ]
    if {"detect", "alert", "group"} & set(roles):  # read whole by every worker, so one partition does
        config = common | {"cleanup.policy": "compact"}
        found.append(Wanted(alerting.organisation_topic, "organisation", 1, replication, config))
    return found


def plan(existing: Mapping[str, Existing], wanted: list[Wanted]) -> list[Finding]:
    """What is missing or not as it must be, topic by topic; nothing where all is well."""
    findings: list[Finding] = []
    for topic in wanted:
        found = existing.get(topic.name)
        if found is None:
            findings.append(
                Finding(topic.name, "missing", f"does not exist ({topic.role}, {topic.partitions} partitions)")
            )
        else:
            findings += _compare(topic, found)
    return findings


def unequal(partitions: Mapping[str, int | None]) -> list[str]:
    """One sentence for each topic that is missing (None) or has another number of partitions than most of them."""
    counts = [count for count in partitions.values() if count is not None]
    usual = max(counts, key=lambda count: (counts.count(count), count), default=None)
    problems = []
    for topic, count in partitions.items():
        if count is None:
            problems.append(f"{topic} does not exist; `moments topics create` makes it")
        elif count != usual:
            problems.append(
                f"{topic} has {count} partitions, the others have {usual}; all topics of the monitor need the same "
                "number, since a case lives in one partition number of all of them"
            )
    return problems


def _compare(topic: Wanted, found: Existing) -> list[Finding]:
    findings: list[Finding] = []

    def say(severity: Literal["error", "warning"], message: str) -> None:
        findings.append(Finding(topic.name, severity, message))

    if found.partitions != topic.partitions:
        say(
            "error",
            f"has {found.partitions} partitions instead of {topic.partitions}; keys would move, so this cannot be "
            "changed in place: make a new topic with the right number and copy the records by key",
        )
    if found.replication < topic.replication:
        say(
            "warning",
            f"has replication {found.replication} instead of {topic.replication}; "
            "raise it with kafka-reassign-partitions",
        )
    for name, value in topic.config.items():
        if (message := _differs(topic.role, name, value, found.config.get(name))) is not None:
            say(*message)
    return findings


def _differs(role: Role, name: str, value: str, found: str | None) -> tuple[Literal["error", "warning"], str] | None:
    if found == value:
        return None
    if name == "message.timestamp.type":
        return (
            "error",
            f"has {name}={found} instead of {value}: the shard clock reads the append time; {_how(name, value)}",
        )
    if name == "cleanup.policy":
        return "error", f"has {name}={found} instead of {value}: running cases would be deleted; {_how(name, value)}"
    if name == "min.insync.replicas":
        if found is not None and found.isdigit() and int(found) > int(value):
            return None
        return "warning", f"has {name}={found} instead of {value}; {_how(name, value)}"
    if role == "state" and found is not None and _no_worse(name, value, found):
        return None
    return "warning", f"has {name}={found} instead of {value}, which makes restores longer; {_how(name, value)}"


def _no_worse(name: str, value: str, found: str) -> bool:
    """A changelog that is compacted sooner than asked is as good; one whose tombstones go sooner is not."""
    try:
        return float(found) >= float(value) if name == "delete.retention.ms" else float(found) <= float(value)
    except ValueError:
        return False


def _how(name: str, value: str) -> str:
    return f"set it with kafka-configs --alter --add-config {name}={value}"
