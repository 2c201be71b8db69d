"""`moments topics create` and `moments topics check`: the topics the monitor lives on."""

from pathlib import Path
from typing import Annotated

import typer

from streams.broker.admin import connect
from streams.broker.topics import Finding, declare, plan
from streams.errors import TopicError
from streams.settings import load
from streams.stages import ALL_ROLES, wanted_roles

topics = typer.Typer(help="Create the topics, or check that they are as they must be.", no_args_is_help=True)

Brokers = Annotated[str | None, typer.Option("--broker", help="Bootstrap brokers, host:port, several with commas.")]
SettingsFile = Annotated[Path | None, typer.Option("--settings", help="Settings file, TOML or environment lines.")]
Partitions = Annotated[int, typer.Option(min=1, help="Partitions of every topic: the number of shards.")]
Replication = Annotated[int, typer.Option(min=1, help="Copies of every record; 3 in a cluster that must not lose any.")]
MinInsync = Annotated[int | None, typer.Option(min=1, help="min.insync.replicas; replication less one if not given.")]

Roles = Annotated[str, typer.Option(help="Only the topics that these stages touch.")]


@topics.command()
def create(
    broker: Brokers = None,
    settings: SettingsFile = None,
    partitions: Partitions = 12,
    replication: Replication = 3,
    min_insync: MinInsync = None,
    roles: Roles = ALL_ROLES,
) -> None:
    """Make the topics that are missing, and say what is wrong with those that are there.

    Example: `moments topics create --broker localhost:9092 --partitions 12 --replication 1`
    """
    known = load({"brokers": broker}, settings)
    stages = wanted_roles(roles)
    wanted = declare(
        known,
        partitions=partitions,
        replication=replication,
        min_insync=_insync(replication, min_insync),
        roles=stages,
    )
    with connect(known) as cluster:
        existing = cluster.describe([topic.name for topic in wanted])
        missing = [topic for topic in wanted if topic.name not in existing]
        if missing:
            cluster.create(missing)
        for topic in missing:
            print(f"{topic.name}: created ({topic.role}, {topic.partitions} partitions)")
    _conclude([finding for finding in plan(existing, wanted) if finding.severity != "missing"])


@topics.command()
def check(
    broker: Brokers = None,
    settings: SettingsFile = None,
    partitions: Annotated[int | None, typer.Option(min=1, help="What to expect; the usual number if not given.")] = None,
    replication: Replication = 1,
    min_insync: MinInsync = None,
    roles: Roles = ALL_ROLES,
) -> None:
    """Say what is missing or wrong, and what to do about it. The exit status is 2 if a worker must not be started so.

    Example: `moments topics check --broker localhost:9092 --replication 3`
    """
    known = load({"brokers": broker}, settings)
    stages = wanted_roles(roles)
    with connect(known) as cluster:
        names = [topic.name for topic in declare(known, partitions=1, replication=1, roles=stages)]
        existing = cluster.describe(names)
    counts = [topic.partitions for topic in existing.values()]
    usual = max(counts, key=lambda count: (counts.count(count), count), default=1)
    wanted = declare(
        known,
        partitions=partitions or usual,
        replication=replication,
        min_insync=min_insync if replication == 1 else _insync(replication, min_insync),
        roles=stages,
    )
    _conclude(plan(existing, wanted))


def _insync(replication: int, min_insync: int | None) -> int:
    return min_insync or max(1, replication - 1)


def _conclude(findings: list[Finding]) -> None:
    for finding in findings:
        print(f"{finding.severity}: {finding.topic} {finding.message}")
    faults = sum(finding.severity != "warning" for finding in findings)
    if faults:
        raise TopicError(f"{faults} of the topics' faults must be set right; `moments topics create` makes missing ones")
    print("the topics are as they must be" if not findings else "the topics can be worked on")
