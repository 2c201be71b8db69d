"""`moments replay`: recorded events through the engine, without a broker, in their own time."""

import gzip
import heapq
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated, BinaryIO, cast

import typer

from streams.cli.collector import calm_collector
from streams.cli.lines import STDIN, Line, read_lines
from streams.cli.timeline import time_of
from streams.clock import parse_rfc3339
from streams.errors import OperatorError


def merged(files: list[str]) -> Iterator[Line]:
    """The lines of all files in event-time order; each file keeps its own order, as a partition would."""
    if len(files) == 1:
        return read_lines(files[0])
    return (line for _, _, line in heapq.merge(*(_timed(index, file) for index, file in enumerate(files)), key=_place))


def _timed(index: int, file: str) -> Iterator[tuple[int, int, Line]]:
    latest = 0
    for line in read_lines(file):
        latest = max(latest, time_of(line.value) or 0)
        yield latest, index, line


def _place(timed: tuple[int, int, Line]) -> tuple[int, int]:
    return timed[0], timed[1]


@contextmanager
def written(out: str) -> Iterator[BinaryIO]:
    """The output: a file, gzip where its name ends so, `-` for standard output. A `.gz` has no time stamp in it."""
    try:
        if out == STDIN:
            yield sys.stdout.buffer
        elif out.endswith(".gz"):
            with Path(out).open("wb") as raw, gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as packed:
                yield cast(BinaryIO, packed)
        else:
            with Path(out).open("wb") as plain:
                yield plain
    except OSError as error:
        raise OperatorError(f"{out}: cannot be written: {error.strerror or error}") from error


def replay(
    catalogue: Annotated[str, typer.Argument(help="A catalogue file, or pack:NAME; several joined by commas.")],
    events: Annotated[list[str], typer.Argument(help="CloudEvents as JSON Lines, also .gz; - is standard input.")],
    out: Annotated[
        str, typer.Option("--out", "-o", help="Where what is said goes, also .gz; - is standard output.")
    ] = "-",
    form: Annotated[
        str,
        typer.Option(
            "--format", "-f", help="json: transitions, a line each; text: for people, with a table; table: alone."
        ),
    ] = "json",
    lang: Annotated[str, typer.Option(help="Language of text and table: zh or en.")] = "en",
    organisation: Annotated[
        list[str] | None, typer.Option(help="An organisation file, whose stores and policies count; may be given again.")
    ] = None,
    until: Annotated[
        str | None,
        typer.Option(help="Judge on to this time (RFC 3339) after the last event; default: the last event's time."),
    ] = None,
    proofs: Annotated[
        bool, typer.Option("--proofs", help="Work out the proof of every step, not only of the loud ones.")
    ] = False,
    workers: Annotated[
        int | None,
        typer.Option(min=1, help="Processes to divide the cases among; default: one for each core, 8 at most."),
    ] = None,
    progress: Annotated[bool, typer.Option(help="Show progress on stderr, where that is a terminal.")] = True,
) -> None:
    """Judge recorded events in their own time, without a broker: every step of every clock, one JSON line each.

    The same catalogue and events give the same bytes, however many processes work on them. Each of these reads the
    events for itself, so what comes through a pipe is judged by one. Refused events are named on stderr and left out;
    the exit status is 0 then too, 2 where a file or the catalogue cannot be read. `--format text` is for people: each
    step with its sentence, if it has one (all have with `--proofs`), and how often each moment was met or broken.

    Examples:

    ```
    moments replay pack:tea_chain orders.jsonl deliveries.jsonl.gz --out transitions.jsonl
    moments replay my.yaml events.jsonl --until 2026-12-01T00:00:00Z | grep breached
    moments replay pack:hotel,our_policies.yaml events.jsonl --organisation acme.yaml --format text
    ```
    """
    from streams.alerts.organisation_file import read
    from streams.catalogue.load import compile_source, load
    from streams.cli.replayed import Replayed
    from streams.cli.shares import MOST, alone, cores, shared
    from streams.engine.case import KIND_NAMES
    from streams.state.replay import Line as ReplayLine
    from streams.state.replay import Replay, Share

    end = None
    if form not in ("json", "text", "table"):
        raise OperatorError(f"--format {form}: choose json, text or table")
    if lang not in ("zh", "en"):
        raise OperatorError(f"--lang {lang}: choose zh or en")
    if until is not None:
        try:
            end = parse_rfc3339(until)
        except ValueError as error:
            raise OperatorError(f"--until: {error}") from error
    rules = load(catalogue.split(","), read(organisation or ()))
    people = None if form == "json" else Replayed(form, lang, rules)
    calm_collector()

    def lines() -> Iterator[ReplayLine]:
        return (ReplayLine(line.value, line.file, line.number) for line in merged(events))

    def share(share: Share | None = None) -> Replay:
        return Replay(rules, compile_source, proofs=proofs, share=share)

    several = min(MOST, workers or cores()) if all(Path(file).is_file() for file in events) else 1
    kinds: Counter[int] = Counter()
    refusals = []
    count = 0
    with ExitStack() as stack:
        parts = stack.enter_context(shared(share, lines, end, several)) if several > 1 else alone(share(), lines(), end)
        sink = stack.enter_context(written(out))
        show = stack.enter_context(_shown(progress))
        if people is not None:
            sink.write(people.begin().encode())
        for part in parts:
            for told in part.told:
                kinds.update(told.kinds)
            lines_said = b"".join([told.lines for told in part.told])
            sink.write(lines_said if people is None else people.say(lines_said).encode())
            refusals += part.refused
            count += part.events
            show(count)
        if people is not None:
            sink.write(people.end().encode())
    for file, number, reason, field, message in refusals:
        print(f"{file}:{number}: {reason}: {field}: {message}", file=sys.stderr)
    counted = ", ".join(f"{said} {KIND_NAMES[kind]}" for kind, said in kinds.most_common())
    print(f"{count} events, {len(refusals)} refused; {counted or 'nothing said'}", file=sys.stderr)


@contextmanager
def _shown(wanted: bool) -> Iterator[Callable[[int], None]]:
    """Shows how many events there were, as it is told."""
    if not (wanted and sys.stderr.isatty()):
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.completed:,} events"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("replay", total=None)
        yield lambda count: bar.update(task, completed=count)
