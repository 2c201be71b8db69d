"""What people read of a moment, and how grave it is: a language that lacks, a severity that does not rise."""

from collections.abc import Iterator, Sequence

from streams.catalogue.document.moments import MomentFile
from streams.catalogue.doubts.doubt import Doubt
from streams.catalogue.entries import Document, Entry, clauses
from streams.catalogue.grades import SEVERITIES
from streams.catalogue.place import Path

_LANGUAGES = ("zh", "en")


def of_words(entry: Entry) -> Iterator[Doubt]:
    """What lacks in one of the languages. Where a playbook has steps in both, they are as many, or one is half of it."""
    title, playbook = entry.moment.title, entry.moment.playbook
    for language in _LANGUAGES:
        if not (getattr(title, language) or "").strip():
            yield Doubt(entry.document, (*entry.path, "title"), f"the title is missing in '{language}'")
    steps = {language: [step for step in getattr(playbook, language) if step.strip()] for language in _LANGUAGES}
    for language, other in (_LANGUAGES, _LANGUAGES[::-1]):
        if steps[other] and not steps[language]:
            yield Doubt(entry.document, (*entry.path, "playbook"), f"the playbook is missing in '{language}'")
        elif len(steps[language]) < len(steps[other]):
            less, more = len(steps[language]), len(steps[other])
            text = f"the playbook has fewer steps in '{language}' ({less}) than in '{other}' ({more}); is one missing?"
            yield Doubt(entry.document, (*entry.path, "playbook"), text, "note")


def without_playbook(document: Document) -> Iterator[Doubt]:
    """The moments of a file that say no steps at all."""
    without = [moment.id for moment in document.file.moments if not moment.playbook.by_language()]
    if without:
        text = f"no playbook, so that whoever takes the alert reads no steps: {', '.join(without)}"
        yield Doubt(document, ("moments",), text, "note")


def without_names(everything: Sequence[Entry]) -> Iterator[Doubt]:
    """Owners and chains that have no name in a language in which the catalogue names others."""
    named: dict[str, set[str]] = {language: set() for language in _LANGUAGES}
    for document in {id(entry.document): entry.document for entry in everything}.values():
        for name, text in document.file.names.items():
            for language in _LANGUAGES:
                if (getattr(text, language) or "").strip():
                    named[language].add(name)
    seen: set[str] = set()
    for entry in everything:
        chain = entry.moment.chain
        bearers: list[tuple[str, str, Path]] = [("owner", entry.moment.owner, ("owner",))]
        bearers += [("chain", chain.name, ("chain", "name"))] if chain is not None else []
        for what, name, path in bearers:
            lacks = [language for language in _LANGUAGES if named[language] and name not in named[language]]
            if lacks and name not in seen:
                seen.add(name)
                where = "' and '".join(lacks)
                said = f"the {what} '{name}' has no name in '{where}', as others have; say it under names:"
                yield Doubt(entry.document, (*entry.path, *path), said, "note")


def of_chains(everything: Sequence[Entry]) -> Iterator[Doubt]:
    """Chains in which a step lacks below one that is there."""
    chains: dict[str, dict[int, Entry]] = {}
    for entry in everything:
        if entry.moment.chain is not None:
            chains.setdefault(entry.moment.chain.name, {}).setdefault(entry.moment.chain.step, entry)
    for name, steps in chains.items():
        before = 0
        for step, entry in sorted(steps.items(), key=lambda one: one[0]):
            if lacking := " and ".join(map(str, range(before + 1, step))):
                text = f"chain '{name}' has a step {step} and no step {lacking}; is one missing?"
                yield Doubt(entry.document, (*entry.path, "chain", "step"), text)
            before = step


def of_rises(entry: Entry) -> Iterator[Doubt]:
    """Rises to what the severity is by then, whatever it began with."""
    rank = min(map(SEVERITIES.index, _begins_with(entry.moment)))
    for _, index, rise in sorted((rise.after, index, rise) for index, rise in enumerate(entry.moment.rises)):
        if SEVERITIES.index(rise.to) <= rank:
            text = f"the severity is {SEVERITIES[rank]} by then and does not rise to {rise.to}"
            yield Doubt(entry.document, (*entry.path, "rises", index), text)
        rank = max(rank, SEVERITIES.index(rise.to))


def _begins_with(moment: MomentFile) -> list[str]:
    if moment.severity.field is not None:
        return list(SEVERITIES)
    own = [target.severity for clause, _ in clauses(moment) for target in clause.targets if target.severity is not None]
    return [moment.severity.default, *own]
