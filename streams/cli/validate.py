"""`moments validate`: the contract's answer to events in files, for the tests of those who publish them."""

import itertools
import json
import sys
from collections.abc import Iterable, Iterator
from typing import Annotated, NamedTuple

import typer

from streams.cli.lines import Line, read_lines
from streams.ingest.event import Event, Rejection

_AT_A_TIME = 1000


class Answer(NamedTuple):
    """A line and what the contract says of it."""

    line: Line
    verdict: Event | Rejection


def check(lines: Iterable[Line], max_bytes: int | None = None) -> Iterator[Answer]:
    """Each line with its verdict, in order. No key and no Kafka time are known here, so no rule about them applies."""
    from streams.ingest.decode import decode_lines
    from streams.ingest.policy import Policy

    policy = Policy() if max_bytes is None else Policy(max_bytes=max_bytes)
    # not itertools.batched: Python 3.11 is without it
    stream = iter(lines)
    while chunk := list(itertools.islice(stream, _AT_A_TIME)):
        verdicts = decode_lines([line.value for line in chunk], policy)
        yield from (Answer(line, verdict) for line, verdict in zip(chunk, verdicts, strict=True))


def describe(line: Line, refusal: Rejection) -> str:
    """`file:line: reason: field: message`; a refusal of the whole event has `event` for its field."""
    return f"{line.file}:{line.number}: {refusal.reason.value}: {refusal.field or 'event'}: {refusal.message}"


def validate(
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE...", help="JSON Lines, also .gz; one event in a .json; - is standard input."),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object for each refused event.")] = False,
    max_bytes: Annotated[
        int | None, typer.Option(min=1, help="Largest event, in bytes, if not the default 64 KiB.")
    ] = None,
) -> None:
    """Check CloudEvents against the contract.

    Prints a line for each refused event and a summary on stderr. The exit status is 0 where every event is valid, 1
    where one is refused, 2 where a file cannot be read.

    Examples:

    ```
    moments validate orders.jsonl tickets.jsonl.gz
    my-publisher --dry-run | moments validate --json -
    ```
    """
    events = refused = unknown = 0
    for line, verdict in check(itertools.chain.from_iterable(map(read_lines, files)), max_bytes):
        events += 1
        if isinstance(verdict, Rejection):
            refused += 1
            print(_as_json(line, verdict) if as_json else describe(line, verdict))
        else:
            unknown += verdict.unknown
    ignored = f", {unknown} unknown data fields ignored" if unknown else ""
    print(f"{events} events, {refused} refused{ignored}", file=sys.stderr)
    if refused:
        raise typer.Exit(1)


def _as_json(line: Line, refusal: Rejection) -> str:
    said = {"file": line.file, "line": line.number, "reason": refusal.reason.value, "field": refusal.field}
    return json.dumps(said | {"message": refusal.message}, ensure_ascii=False)
