"""`moments lint`: check catalogue files before they go live."""

from collections import Counter
from typing import Annotated

import typer

from streams import clock
from streams.alerts.organisation_file import read
from streams.catalogue import lint as rules
from streams.errors import CatalogueError


def lint(
    files: Annotated[
        list[str], typer.Argument(help="Catalogue files, or pack:NAME for a shipped one.", show_default=False)
    ],
    organisation: Annotated[
        list[str] | None, typer.Option(help="An organisation file, whose stores and policies count; may be given again.")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings count as errors.")] = False,
) -> None:
    """Check catalogue files, all of them together as one catalogue.

    Prints a line for each finding: file, line, column, what is wrong and what would be right. Exit status 1 where there
    are errors (with `--strict`, warnings too), else 0; notes never count.
    """
    try:
        parts = read(organisation or ())
    except CatalogueError as error:
        print("\n".join(error.problems))
        raise typer.Exit(1) from error
    findings = rules.lint(files, clock.now(), parts)
    for finding in findings:
        print(finding.line())
    levels = Counter(finding.level for finding in findings)
    counts = [f"{levels[level]} {level}{'s' if levels[level] > 1 else ''}" for level in ("error", "warning", "note")]
    print(", ".join(count for count in counts if not count.startswith("0 ")) or "clean")
    if levels["error"] or (strict and levels["warning"]):
        raise typer.Exit(1)
