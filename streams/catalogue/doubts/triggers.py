"""Triggers of one moment that cannot happen, that others make idle, or that lack their counterpart."""

from collections.abc import Iterator, Sequence
from itertools import combinations

from streams.catalogue.conditions import atoms
from streams.catalogue.document.moments import MomentFile
from streams.catalogue.document.triggers import Trigger
from streams.catalogue.doubts.doubt import Doubt
from streams.catalogue.doubts.several import of_several
from streams.catalogue.entries import Entry, bits, clauses, several, triggers
from streams.catalogue.model import Role
from streams.catalogue.overlap import asked, covers, impossible, spoken, takes
from streams.catalogue.place import Path
from streams.catalogue.vocabulary import instants

Those = Sequence[tuple[Trigger, Path]]


def of_triggers(entry: Entry) -> Iterator[Doubt]:
    """All that is doubtful about the triggers of a moment, each looked at beside the others."""
    for check in (_ends, _instants, _pairs, _shadows, _clashes):
        yield from check(entry)
    for path, text in of_several(entry.moment):
        yield Doubt(entry.document, (*entry.path, *path), text)


def _of(moment: MomentFile, role: Role) -> list[tuple[Trigger, Path]]:
    """The triggers that play the role by themselves: no parts of closings, nor pauses that name their end."""
    own = {path for path, bit in bits(moment).items() if bit >= Role.COUNT}
    return [(trigger, path) for found, trigger, path in triggers(moment) if found is role and path not in own]


def _ends(entry: Entry) -> Iterator[Doubt]:
    moment = entry.moment
    ends: list[list[tuple[Trigger, ...]]] = [[(end,)] for end, _ in _of(moment, Role.END)]
    ends += [[part.triggers for part in parts] for role, parts in several(moment) if role is Role.END]
    if not ends:
        text = f"nothing ends '{moment.id}': every occurrence would break; write ends: with the event that meets it"
        yield Doubt(entry.document, (*entry.path, "id"), text, "error")
    for role, trigger, path in triggers(moment):
        never = impossible(asked(trigger))
        if never is not None:
            useless = role is Role.END and all(any(map(_never, end)) for end in ends)
            text = f"this can never hold: {never}{f'; so nothing ends {moment.id!r}' if useless else ''}"
            yield Doubt(entry.document, (*entry.path, *path), text, "error" if useless else "warning")


def _never(triggers: Sequence[Trigger]) -> bool:
    """Whether none of these can ever come."""
    return all(impossible(asked(trigger)) for trigger in triggers)


def _instants(entry: Entry) -> Iterator[Doubt]:
    asked = [(trigger.where, (*path, "where")) for _, trigger, path in triggers(entry.moment)]
    asked += [
        (target.when, (*path, "targets", index, "when"))
        for clause, path in clauses(entry.moment)
        for index, target in enumerate(clause.targets)
    ]
    for conditions, path in asked:
        for atom in atoms(conditions):
            if atom.dated and atom.path not in instants() and not atom.path.startswith("attributes."):
                known = ", ".join(sorted(instants()))
                text = f"'{atom.path}' holds no instant, so this can never hold; name {known} or an attribute"
                yield Doubt(entry.document, (*entry.path, *path, atom.path), text)


def _pairs(entry: Entry) -> Iterator[Doubt]:
    moment = entry.moment
    plain = [pause for pause in moment.pauses if not pause.until]
    if plain and not moment.resumes:
        text = (
            "there are pauses and no resumes: a clock once paused stands still until it expires; write resumes:, "
            "or until: with the pause"
        )
        yield Doubt(entry.document, (*entry.path, "pauses"), text)
    if moment.resumes and not moment.pauses:
        text = "there are resumes and no pauses, so nothing can be resumed; write pauses:, or leave resumes out"
        yield Doubt(entry.document, (*entry.path, "resumes"), text)
    elif moment.resumes and not plain:
        text = "every pause says its own end with until:, so there is nothing that resumes could end; leave them out"
        yield Doubt(entry.document, (*entry.path, "resumes"), text)
    for index, pause in enumerate(moment.pauses):
        for number, end in enumerate(pause.until):
            if takes(end, pause):
                text = f"{spoken(pause)} ends its own pause and begins it again at once; say what else ends it"
                yield Doubt(entry.document, (*entry.path, "pauses", index, "until", number), text)


def _shadows(entry: Entry) -> Iterator[Doubt]:
    moment = entry.moment
    for role in Role:
        yield from _shadows_among(entry, _of(moment, role), in_order=role is Role.REVISE)
    for index, pause in enumerate(moment.pauses):
        ends: list[tuple[Trigger, Path]] = [
            (end, ("pauses", index, "until", number)) for number, end in enumerate(pause.until)
        ]
        yield from _shadows_among(entry, ends)
    own = [(pause, ("pauses", index)) for index, pause in enumerate(moment.pauses) if pause.until]
    for first, second in combinations(own, 2):
        if first[0].until == second[0].until:
            yield from _shadows_among(entry, [first, second])


def _shadows_among(entry: Entry, those: Those, *, in_order: bool = False) -> Iterator[Doubt]:
    for (first, _), (second, path) in combinations(those, 2):
        yield from _shadow(entry, first, second, path)
    for (first, path), (second, _) in combinations(those, 2):
        if not in_order and not covers(first, second):
            yield from _shadow(entry, second, first, path)


def _shadow(entry: Entry, broad: Trigger, narrow: Trigger, path: Path) -> Iterator[Doubt]:
    if covers(broad, narrow):
        text = f"{spoken(narrow)} adds nothing: {spoken(broad)} takes all of its events; leave one of the two out"
        yield Doubt(entry.document, (*entry.path, *path), text)


def _clashes(entry: Entry) -> Iterator[Doubt]:
    for end, _ in _of(entry.moment, Role.END):
        for cancel, path in _of(entry.moment, Role.CANCEL):
            if covers(end, cancel) or covers(cancel, end):
                text = f"{spoken(cancel)} both ends and cancels this moment; decide for one"
                yield Doubt(entry.document, (*entry.path, *path), text)
