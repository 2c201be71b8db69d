"""What is allowed in a catalogue and yet is hardly meant.

Three levels: an `error` cannot work, a `warning` is hardly what was meant, a `note` is nothing the author can help and
yet should know. `load` refuses what it cannot understand; everything here is about files that it understands.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from streams.catalogue.compile import compile_documents
from streams.catalogue.doubts.doubt import Doubt, Level
from streams.catalogue.doubts.fields import of_fields
from streams.catalogue.doubts.lengths import of_calendars, of_lengths, of_targets
from streams.catalogue.doubts.names import misspelt
from streams.catalogue.doubts.overlaps import doubles
from streams.catalogue.doubts.places import of_places
from streams.catalogue.doubts.policies import of_policies
from streams.catalogue.doubts.triggers import of_triggers
from streams.catalogue.doubts.words import of_chains, of_rises, of_words, without_names, without_playbook
from streams.catalogue.entries import Document, entries
from streams.catalogue.load import beside, parse, read_texts
from streams.catalogue.organisation import Part
from streams.catalogue.place import Problem, Problems
from streams.catalogue.policy import Policies
from streams.catalogue.shelf import Shelf
from streams.errors import CatalogueError


class Finding(NamedTuple):
    """One thing found, with its place."""

    level: Level
    problem: Problem

    def line(self) -> str:
        """`file:line:column: warning: what; what would be right`"""
        return f"{self.problem.place}: {self.level}: {self.problem.text}"


def lint(paths: Sequence[str], now: int, organisation: Sequence[Part] = ()) -> list[Finding]:
    """Everything found in these files together, in reading order. `now` (an instant) says which years are meant;
    `organisation` are organisation files, whose stores and policies count."""
    problems = Problems()
    try:
        texts = read_texts(paths)
        documents, elsewhere = parse(texts, problems)
        documents += beside(documents, organisation, problems)
        policies = compile_documents(documents, problems, elsewhere).policies
    except CatalogueError as error:
        if problems.found:
            return [Finding("error", problem) for problem in sorted(set(problems.found))]
        unread = (line.split(": ", 1) for line in error.problems)
        return [Finding("error", Problem(file, (0, 0), file, "".join(text))) for file, *text in unread]
    found: list[Finding] = []
    for doubt in _doubts(documents, policies, now):
        noted = Problems()
        noted.add(doubt.document.places, doubt.path, doubt.text)
        found.append(Finding(doubt.level, noted.found[0]))
    # a calendar that an including file replaces stands in several documents, and is told of once
    return sorted(dict.fromkeys(found), key=lambda finding: finding.problem)


def _doubts(documents: Sequence[Document], policies: Policies, now: int) -> Iterator[Doubt]:
    everything = entries(documents)
    shelf = Shelf(sorted(documents, key=lambda document: document.file.name), Problems())
    shelf.stores()  # with the opening hours of each
    for entry in everything:
        yield from of_triggers(entry)
        yield from of_targets(entry)
        yield from of_lengths(entry, shelf, now)
        yield from of_rises(entry)
        yield from of_words(entry)
    yield from of_fields(everything)
    yield from misspelt(everything)
    yield from of_chains(everything)
    yield from without_names(everything)
    yield from doubles(everything, policies)
    yield from of_policies(policies)
    yield from of_places(policies, documents, shelf, now)
    for document in documents:
        yield from of_calendars(document, shelf, now)
        yield from without_playbook(document)
