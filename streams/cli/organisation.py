"""`moments organisation`: check who answers for what, and publish it to the topic that the monitor reads."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from schemas.organisation import Organisation, Store
from streams.cli.clients import ApiVersion, Broker, Publisher, SettingsFile, connection, read_to_end
from streams.clock import now, parse_rfc3339, rfc3339
from streams.errors import CatalogueError, OperatorError

if TYPE_CHECKING:
    from streams.alerts.organisation import Directory

_HEADERS = (("content-type", b"application/json"),)

organisation = typer.Typer(
    help="Check the file that says who answers for what, and publish it.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
)

Files = Annotated[
    list[str], typer.Argument(metavar="FILE...", help="Organisation files; those of one tenant belong together.")
]

Catalogue = Annotated[
    str | None,
    typer.Option("--catalogue", "-c", help="The catalogue that stores and policies are for, to check them with."),
]


@organisation.command()
def check(
    files: Files,
    at: Annotated[
        str | None, typer.Option(metavar="TIME", help="Who is on call then, instead of now: 2026-11-01T22:00:00+08:00.")
    ] = None,
    catalogue: Catalogue = None,
) -> None:
    """Check organisation files, all of them together, and say what is in them and who is on call.

    Prints a line for each fault: file, line, column, what is wrong and what would be right; then the exit status is 1.

    Examples:

    ```
    moments organisation check organisation.yaml
    moments organisation check people.yaml stores.yaml --at 2026-11-01T22:00:00+08:00
    moments organisation check organisation.yaml --catalogue pack:tea_chain
    ```
    """
    found = _load(files, catalogue)
    try:
        instant = now() if at is None else parse_rfc3339(at)
    except ValueError as error:
        raise OperatorError(f"--at {at}: write an instant like 2026-11-01T22:00:00+08:00") from error
    for line in describe(found, instant):
        print(line)


@organisation.command()
def publish(
    files: Files,
    broker: Broker = None,
    topic: Annotated[
        str | None, typer.Option(help="The compacted topic of organisation data, if not that of the settings.")
    ] = None,
    prune: Annotated[
        bool, typer.Option("--prune", help="Take away what the topic has of these tenants and the files have not.")
    ] = False,
    catalogue: Catalogue = None,
    settings: SettingsFile = None,
    api_version: ApiVersion = None,
) -> None:
    """Publish organisation files: a record for each store, area, region, brand, person, chain and place that policies
    speak of, and the fallback.

    All files are checked first; nothing is sent where there is a fault (exit status 1). With `--catalogue`, what policies
    name must be in that catalogue.

    Examples:

    ```
    moments organisation publish organisation.yaml --broker localhost:9092
    moments organisation publish people.yaml stores.yaml --prune --catalogue pack:tea_chain
    ```
    """
    from streams.alerts.organisation import Directory
    from streams.alerts.organisation_records import to_records
    from streams.settings import load

    directory = Directory.of(_load(files, catalogue))
    tenants = directory.tenants()
    wholes = (directory.organisation(tenant) for tenant in tenants)
    entries = dict(record for whole in wholes if whole is not None for record in to_records(whole))
    topic = topic or load({}, settings).alerting.organisation_topic
    options = connection(broker, settings, api_version)
    gone = _left_over(options, topic, tenants, entries) if prune else []
    with Publisher(options) as publisher:
        for key, value in entries.items():
            publisher.send(topic, key, value, _HEADERS)
        for key in gone:
            publisher.send(topic, key, None, ())
        publisher.flush()
    print(f"{len(entries)} entries to {topic}" + (f", {len(gone)} taken away" if prune else ""))


def describe(found: Iterable[Organisation], at: int) -> Iterator[str]:
    """What is in these files; for each store who is told at this instant, and by which level if not its own."""
    from streams.alerts.organisation import Directory

    directory = Directory.of(found)
    for tenant in directory.tenants():
        whole = directory.organisation(tenant)
        assert whole is not None  # it is one of the directory's
        counts = (
            (len(whole.stores), "store"),
            (len(whole.areas), "area"),
            (len(whole.regions), "region"),
            (len(whole.people), "people"),
            (len(whole.chains), "chain"),
        )
        said = ", ".join(f"{count} {word if count == 1 or word == 'people' else word + 's'}" for count, word in counts)
        if whole.brands:
            said += f", {len(whole.brands)} {'brand' if len(whole.brands) == 1 else 'brands'}"
        if whole.policies:
            said += f", {len(whole.policies)} {'policy' if len(whole.policies) == 1 else 'policies'}"
        yield f"{tenant}: {said}"
        yield f"on call at {rfc3339(at)}:"
        rows = [(store.id, store.name, _who(directory, tenant, store, at)) for store in whole.stores]
        wide = max((len(row[0]) for row in rows), default=0)
        for name, title, who in rows:
            yield f"  {name:{wide}}  {who}" + (f"  ({title})" if title else "")


def _who(directory: "Directory", tenant: str, store: Store, at: int) -> str:
    answer = directory.duty(tenant, store.id, None, "store", at)
    names = ", ".join(person.name for person in answer.people) or "nobody"
    return names if answer.by == "store" else f"{names}, by its {answer.by}"


def _load(files: list[str], catalogue: str | None) -> list[Organisation]:
    """The files' organisations; where there are faults they are printed and the command ends with status 1."""
    from streams.alerts.organisation_file import read
    from streams.catalogue.load import load

    try:
        parts = read(files)
        if catalogue is not None:
            load(catalogue.split(","), parts)
        return [part.data for part in parts]
    except CatalogueError as error:
        for problem in error.problems:
            print(problem)
        raise typer.Exit(1) from error


def _left_over(options: dict[str, object], topic: str, tenants: Iterable[str], entries: Iterable[bytes]) -> list[bytes]:
    """Keys of the topic that belong to one of these tenants, have a value, and are not among the entries."""
    from streams.alerts.organisation_records import tenant_of

    own, kept = set(tenants), set(entries)
    live: dict[bytes, None] = {}
    for record in read_to_end(options, topic):
        if record.key is None or tenant_of(record.key) not in own or record.key in kept:
            continue
        if record.value is None:
            live.pop(record.key, None)
        else:
            live[record.key] = None
    return list(live)
