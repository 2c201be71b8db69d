"""The `moments` command. Each command lives in a file of its own that is imported only when it is asked for."""

import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import version
from typing import Annotated, Any, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup

from streams.errors import MonitorError

DISTRIBUTION = "service-moment-monitor"


class Entry(NamedTuple):
    """A command: its name, where its function (or the Typer of its own commands) is, and its line in the help."""

    name: str
    module: str
    attribute: str
    help: str


COMMANDS = (
    Entry("worker", "streams.cli.worker", "worker", "Run a worker; start more of them to share the load."),
    Entry("demo", "streams.cli.demo", "demo", "Watch a simulated tea chain through the monitor."),
    Entry("topics", "streams.cli.topics", "topics", "Create the topics, or check that they are as they must be."),
    Entry("organisation", "streams.cli.organisation", "organisation", "Check who answers for what, and publish it."),
    Entry("notify", "streams.cli.notify", "notify", "Look at the receivers, and try them."),
    Entry("console", "streams.cli.console", "console", "Serve the on-call console; make its users and tokens."),
    Entry("packs", "streams.cli.packs", "packs", "Look at the shipped catalogues, and begin from one."),
    Entry("lint", "streams.cli.lint", "lint", "Check catalogue files."),
    Entry("replay", "streams.cli.replay", "replay", "Judge recorded events without a broker."),
    Entry("explain", "streams.cli.explain", "explain", "Show every clock of a case with its arithmetic."),
    Entry("validate", "streams.cli.validate", "validate", "Check events in files against the contract."),
    Entry("publish", "streams.cli.publish", "publish", "Send events from files to Kafka."),
    Entry("dlq", "streams.cli.dlq", "dlq", "Look at refused events, and send them again."),
    Entry("feeds", "streams.cli.feeds", "feeds", "Look at the feeds, and retire one that is no more."),
    Entry("dashboards", "streams.cli.dashboards", "dashboards", "Write the Grafana dashboards, or check them."),
    Entry("rules", "streams.cli.rules", "rules", "Write the rules for Prometheus from a catalogue, or check them."),
    Entry("schemas", "streams.cli.schemas", "schemas", "Write the published schemas, or check that they are current."),
    Entry("docs", "streams.cli.docs", "docs", "Write the generated pages, or check that they are current."),
)


class Commands(TyperGroup):
    """A group that shows its commands from the table, and imports the one that is run."""

    def __init__(self, **options: Any) -> None:
        shown = {entry.name: TyperCommand(entry.name, help=entry.help) for entry in COMMANDS}
        super().__init__(**(options | {"commands": shown}))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name, command, rest = super().resolve_command(ctx, args)
        entry = next((entry for entry in COMMANDS if entry.name == name), None)
        return name, command if entry is None else load(entry), rest


def load(entry: Entry) -> Any:
    """Import a command and make it one that typer can run."""
    found = getattr(import_module(entry.module), entry.attribute)
    if not isinstance(found, typer.Typer):
        alone = typer.Typer(add_completion=False, rich_markup_mode="markdown")
        alone.command(entry.name)(found)
        found = alone
    return typer.main.get_command(found)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"moments {version(DISTRIBUTION)}")
        raise typer.Exit


def _root(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and leave.", is_eager=True, callback=_print_version)
    ] = False,
) -> None:
    """Watch moments of truth on Kafka: one clock for every running moment of every case."""


def build() -> Any:
    """The command line, ready to be run or tested."""
    app = typer.Typer(cls=Commands, add_completion=False, no_args_is_help=True, rich_markup_mode="markdown")
    app.callback()(_root)
    return typer.main.get_command(app)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and end the process with its exit status. An error we know is one line on stderr."""
    try:
        build()(args=arguments, prog_name="moments")
    except MonitorError as error:
        print(f"moments: {error}", file=sys.stderr)
        sys.exit(error.exit_status)
