"""`moments publish`: events from files to Kafka, each to its topic, under its subject, in their own time if asked."""

import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Annotated, NamedTuple

import typer
from pydantic_core import from_json

from streams.cli.clients import ApiVersion, Broker, Publisher, SettingsFile, connection
from streams.cli.lines import STDIN, Line, read_lines
from streams.cli.timeline import Timeline, time_of
from streams.cli.validate import check, describe
from streams.clock import SECOND, now
from streams.errors import OperatorError
from streams.ingest.event import Event, Rejection
from streams.ingest.promised import subject_of

_HEADERS = (("content-type", b"application/cloudevents+json; charset=UTF-8"),)


class Parcel(NamedTuple):
    """An event ready to go. `at` is the instant it happened, None where that cannot be read."""

    topic: str
    key: bytes | None
    value: bytes
    at: int | None


def publish(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="As for validate: JSON Lines, .gz, .json, -.")],
    broker: Broker = None,
    topic: Annotated[str | None, typer.Option(help="Send everything here, whatever the types of the events.")] = None,
    speed: Annotated[
        float | None,
        typer.Option(min=0.001, help="Wait between events: recorded seconds to a second. 60: an hour in a minute."),
    ] = None,
    shift_to_now: Annotated[
        bool, typer.Option("--shift-to-now", help="Move all instants, due ones too, so that the first event is now.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Send what breaks the contract, too.")] = False,
    settings: SettingsFile = None,
    api_version: ApiVersion = None,
) -> None:
    """Publish CloudEvents from files to Kafka, exactly as they stand, with the subject as the key.

    All files are checked first; nothing is sent where an event breaks the contract (exit status 1), unless --force.
    Without --speed events are sent as fast as the broker takes them. --shift-to-now alone keeps their own pace; with
    --speed 60 all distances shrink, so that a promise of 30 minutes becomes one of 30 seconds.

    Examples:

    ```
    moments publish orders.jsonl --broker localhost:9092
    moments publish day.jsonl.gz --shift-to-now --speed 60
    my-export | moments publish - --topic orders.events.v1
    ```
    """
    # standard input can be read once only
    piped = list(read_lines(STDIN)) if STDIN in files else []
    total, refused = _inspect(_all(files, piped))
    if refused and not force:
        print(f"{refused} of {total} events refused, nothing sent; --force sends them all", file=sys.stderr)
        raise typer.Exit(1)
    sent = _send(
        _parcels(_all(files, piped), topic), total, connection(broker, settings, api_version), speed, shift_to_now
    )
    for name, count in sorted(sent.items()):
        print(f"{count} events to {name}")


def route(line: Line, verdict: Event | Rejection, topic: str | None) -> Parcel:
    """Where an event goes. OperatorError where neither its type nor `topic` says so."""
    from schemas.events import TOPICS

    if isinstance(verdict, Event):
        family, key, at = verdict.type.partition(".")[0], subject_of(verdict).encode(), verdict.occurred_at
        return Parcel(topic or TOPICS[family], key, line.value, at)
    event_type, subject = _glance(line.value)
    target = topic or TOPICS.get(event_type.partition(".")[0])
    if target is None:
        raise OperatorError(f"{line.file}:{line.number}: no topic for type {event_type[:60]!r}; name one with --topic")
    return Parcel(target, subject.encode() if subject else None, line.value, time_of(line.value))


def _glance(value: bytes) -> tuple[str, str]:
    """Type and subject of something that is no valid event, as far as it has them."""
    try:
        event = from_json(value)
    except ValueError:
        return "", ""
    found = (event.get("type"), event.get("subject")) if isinstance(event, dict) else ()
    event_type, subject = [text if isinstance(text, str) else "" for text in found] or ("", "")
    return event_type, subject


def _all(files: Iterable[str], piped: list[Line]) -> Iterator[Line]:
    return chain.from_iterable(piped if file == STDIN else read_lines(file) for file in files)


def _inspect(lines: Iterator[Line]) -> tuple[int, int]:
    """How many events there are and how many are refused; each refused one is told on stderr."""
    total = refused = 0
    for line, verdict in check(lines):
        total += 1
        if isinstance(verdict, Rejection):
            refused += 1
            print(describe(line, verdict), file=sys.stderr)
    return total, refused


def _parcels(lines: Iterator[Line], topic: str | None) -> Iterator[Parcel]:
    return (route(line, verdict, topic) for line, verdict in check(lines))


def _send(
    parcels: Iterator[Parcel], total: int, options: dict[str, object], speed: float | None, shift: bool
) -> Counter[str]:
    """Send all of them, showing how far it is. Stamps that are moved to now keep the pace of what they date."""
    from rich.console import Console
    from rich.progress import Progress

    pace = speed or (1.0 if shift else None)
    sent: Counter[str] = Counter()
    timeline: Timeline | None = None
    with Publisher(options) as publisher, Progress(console=Console(stderr=True)) as progress:
        bar = progress.add_task("publishing", total=total)
        for parcel in parcels:
            if timeline is None and parcel.at is not None:
                timeline = Timeline(parcel.at, now(), pace, shift)
            value = parcel.value
            if timeline is not None:
                value = timeline.rewrite(value)
                if parcel.at is not None and (wait := timeline.due(parcel.at) - now()) > 0:
                    time.sleep(wait / SECOND)
            publisher.send(parcel.topic, parcel.key, value, _HEADERS)
            sent[parcel.topic] += 1
            progress.advance(bar)
        publisher.flush()
    return sent
