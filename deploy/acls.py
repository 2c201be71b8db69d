"""Least privilege on Kafka for each role of the monitor, from what its stages read and write.

    python deploy/acls.py [--settings FILE] [--broker HOST:PORT] [--command-config FILE] [--users PREFIX]

Prints `kafka-acls` commands for the topics and the application id of the settings. Users are called `moments-detect` and
so on; one user may well be several of them.
"""

import argparse
import shlex
import sys
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Literal, NamedTuple

from streams.console.board import topics_of
from streams.settings import Settings, load
from streams.stages import ROLES, WORDS, Role, consumer_group, stage_of

Kind = Literal["topic", "group", "transactional-id"]
MAKES = ("Create", "Describe", "DescribeConfigs")
"""What it takes to make a topic and to look at it."""


class Grant(NamedTuple):
    """A right of a user. `prefixed`: on every name that begins so. Read and Write each imply Describe."""

    user: str
    operations: tuple[str, ...]
    kind: Kind
    name: str
    prefixed: bool = False


def grants(settings: Settings) -> Iterator[Grant]:
    """Every right that the monitor needs under these settings, by user: the words of `--roles`, and who else there is."""
    for word, roles in WORDS.items():
        yield from _worker(settings, word, roles)
    yield from _console(settings)
    yield from _topics(settings)
    for topic in settings.inputs:
        yield Grant("producer", ("Write",), "topic", topic)


def _worker(settings: Settings, word: str, roles: Sequence[Role]) -> Iterator[Grant]:
    """A worker with that word of `--roles`: its stages are processes, and one user to the brokers."""
    stages = [stage_of(settings, role) for role in roles]
    reads = {topic for stage in stages for topic in (*stage.inputs, stage.changelog)}
    writes = {topic for stage in stages for topic in (stage.changelog, *stage.writes)}
    if "notify" in roles:  # reads back what it said of its own attempts
        writes.add(settings.alerting.receipts)
    if {"detect", "alert", "group"} & set(roles):
        reads.add(settings.alerting.organisation_topic)
    yield from _reading_and_writing(word, reads, writes)
    for role in roles:
        yield Grant(word, ("Read",), "group", consumer_group(settings, role))
        # a transactional id for each shard: `<group>.<partition>`
        yield Grant(word, ("Write",), "transactional-id", f"{consumer_group(settings, role)}.", prefixed=True)


def _console(settings: Settings) -> Iterator[Grant]:
    alerting = settings.alerting
    shown = {*topics_of(settings), alerting.organisation_topic}
    judged = {*settings.inputs, settings.changelog, *settings.dead_letters}
    # commands are given and dead letters sent again, which the audit says
    reads, writes = shown | judged, {alerting.commands, alerting.audit, *settings.inputs}
    yield from _reading_and_writing("console", reads, writes)
    others = {topic for role in ROLES for topic in stage_of(settings, role).inputs} - reads - writes
    for topic in sorted(others):  # how far the stages are behind
        yield Grant("console", ("Describe",), "topic", topic)
    for role in ROLES:
        yield Grant("console", ("Describe",), "group", consumer_group(settings, role))
    yield Grant("console", ("Write",), "transactional-id", f"{settings.app_id}.console.", prefixed=True)


def _topics(settings: Settings) -> Iterator[Grant]:
    organisation = settings.alerting.organisation_topic
    every = {topic for role in ROLES for topic in stage_of(settings, role).topics} | {organisation}
    for topic in sorted(every):
        own = ("Read", "Write") if topic == organisation else ()
        yield Grant("topics", (*MAKES, *own), "topic", topic)


def _reading_and_writing(user: str, reads: set[str], writes: set[str]) -> Iterator[Grant]:
    for topic in sorted(reads | writes):
        operations = (*(("Read",) if topic in reads else ()), *(("Write",) if topic in writes else ()))
        yield Grant(user, operations, "topic", topic)


class Together(NamedTuple):
    """Grants of a user that differ in their names alone."""

    user: str
    operations: tuple[str, ...]
    kind: Kind
    prefixed: bool
    names: tuple[str, ...]


def together(found: Iterator[Grant]) -> Iterator[Together]:
    """What one command can say at once, users in their order."""
    order = list(found)
    users = list(dict.fromkeys(grant.user for grant in order))

    def alike(grant: Grant) -> tuple[int, str, tuple[str, ...], bool]:
        return users.index(grant.user), grant.kind, grant.operations, grant.prefixed

    for (place, _, operations, prefixed), some in groupby(sorted(order, key=alike), alike):
        listed = list(some)
        yield Together(users[place], operations, listed[0].kind, prefixed, tuple(grant.name for grant in listed))


def commands(settings: Settings, brokers: str, prefix: str, config: str | None = None) -> Iterator[str]:
    """A `kafka-acls` command for each of what can be said at once."""
    base = ["kafka-acls", "--bootstrap-server", brokers, *(["--command-config", config] if config else []), "--add"]
    for one in together(grants(settings)):
        words = [*base, "--allow-principal", f"User:{prefix}{one.user}"]
        words += [word for operation in one.operations for word in ("--operation", operation)]
        words += ["--resource-pattern-type", "prefixed"] if one.prefixed else []
        words += [word for name in one.names for word in (f"--{one.kind}", name)]
        yield shlex.join(words)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--settings", type=Path, help="settings file, as the workers have it")
    parser.add_argument("--broker", help="bootstrap brokers, if not those of the settings")
    parser.add_argument("--command-config", help="client properties of somebody who may change ACLs")
    parser.add_argument("--users", default="moments-", help="what the names of the users begin with")
    given = parser.parse_args()
    settings = load({"brokers": given.broker}, given.settings)
    for command in commands(settings, ",".join(settings.brokers), given.users, given.command_config):
        sys.stdout.write(command + "\n")


if __name__ == "__main__":
    main()
