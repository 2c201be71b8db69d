"""`moments dlq`: what was refused, why, and sending it again once the reason is gone."""

import json
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Annotated, Any, NamedTuple

import typer

from schemas.dead_letter import SUFFIX
from streams.cli.clients import ApiVersion, Broker, Publisher, SettingsFile, connection, read_to_end
from streams.clock import MILLISECOND, rfc3339
from streams.ingest.dead_letter import Refusal, legible, read_refusal, revive
from streams.ingest.event import Reason

dlq = typer.Typer(
    help="Look at refused events, and send them again.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
)

Topic = Annotated[str, typer.Argument(help="The input topic, or its dead letter topic.")]
Only = Annotated[Reason | None, typer.Option("--reason", help="Only what was refused for this reason.")]


class Letter(NamedTuple):
    """A dead letter: the record and what it says of its refusal."""

    record: Any
    refusal: Refusal


@dlq.command("list")
def list_letters(
    topic: Topic, broker: Broker = None, settings: SettingsFile = None, api_version: ApiVersion = None
) -> None:
    """Count the dead letters of a topic by reason and field.

    Example:

    ```
    moments dlq list orders.events.v1 --broker localhost:9092
    ```
    """
    counts: Counter[tuple[str, str]] = Counter()
    for letter in letters(connection(broker, settings, api_version), topic, None):
        counts[letter.refusal.reason, letter.refusal.field] += 1
    for (reason, field), count in counts.most_common():
        print(f"{count:8}  {reason:20}  {field}".rstrip())
    print(f"{counts.total()} dead letters in {letters_topic(topic)}")


@dlq.command()
def show(
    topic: Topic,
    broker: Broker = None,
    reason: Only = None,
    limit: Annotated[int, typer.Option(min=1, help="Show so many at most.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object for each dead letter.")] = False,
    settings: SettingsFile = None,
    api_version: ApiVersion = None,
) -> None:
    """Show dead letters: where each came from, why it was refused, and what it says.

    Examples:

    ```
    moments dlq show orders.events.v1 --reason bad_field --limit 5
    moments dlq show orders.events.v1 --json > refused.jsonl
    ```
    """
    found = letters(connection(broker, settings, api_version), topic, reason)
    for letter in islice(found, limit):
        print(_as_json(letter) if as_json else _readable(letter))


@dlq.command()
def retry(
    topic: Topic,
    broker: Broker = None,
    reason: Only = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be sent, and send nothing.")] = False,
    settings: SettingsFile = None,
    api_version: ApiVersion = None,
) -> None:
    """Send dead letters to the topic they came from, as their producers sent them.

    They stay in the dead letter topic. An event sent twice counts once: the monitor knows it by its id.

    Example:

    ```
    moments dlq retry orders.events.v1 --reason unknown_type
    ```
    """
    options = connection(broker, settings, api_version)
    sent: Counter[str] = Counter()
    # read first, send then: what is refused again meanwhile must not be met again
    again = [revive(letter.record) for letter in letters(options, topic, reason)]
    if not dry_run:
        with Publisher(options) as publisher:
            for record in again:
                publisher.send(record.topic, record.key, record.value, record.headers)
            publisher.flush()
    sent.update(record.topic for record in again)
    for name, count in sorted(sent.items()):
        print(f"{count} events {'would be sent' if dry_run else 'sent'} to {name}")
    if not sent:
        print(f"no dead letters to send in {letters_topic(topic)}")


def letters_topic(topic: str) -> str:
    """The dead letter topic of an input topic; that topic itself where it is named."""
    return topic if topic.endswith(SUFFIX) else topic + SUFFIX


def letters(options: dict[str, Any], topic: str, reason: Reason | None) -> Iterator[Letter]:
    """The dead letters that are there now, those of one reason if asked for. OperatorError for a record that is none."""
    for record in read_to_end(options, letters_topic(topic)):
        letter = Letter(record, read_refusal(record.headers))
        if reason is None or letter.refusal.reason == reason:
            yield letter


def _readable(letter: Letter) -> str:
    record, refusal = letter
    when = rfc3339(refusal.timestamp * MILLISECOND) if refusal.timestamp >= 0 else "no timestamp"
    return (
        f"{refusal.topic} partition {refusal.partition} offset {refusal.offset}, {when}\n"
        f"  {refusal.reason}: {refusal.field or 'event'}: {refusal.message}\n"
        f"  key   {legible(record.key)}\n"
        f"  value {legible(record.value)}\n"
    )


def _as_json(letter: Letter) -> str:
    said = letter.refusal._asdict() | {"key": legible(letter.record.key), "value": legible(letter.record.value)}
    return json.dumps(said, ensure_ascii=False)
