"""Organisation files into organisation data. Every fault comes with file, line, column and what would be right."""

from collections.abc import Iterator, Sequence

from pydantic import ValidationError

from schemas.organisation import Organisation
from streams.alerts.chain import Chain
from streams.alerts.judge import KINDS, find_gaps, judge, references
from streams.alerts.organisation_policy import check_twice, flaws
from streams.catalogue.faults import report
from streams.catalogue.load import read_text
from streams.catalogue.organisation import Part
from streams.catalogue.place import Path, Places, Problems
from streams.catalogue.reader import read_yaml
from streams.errors import CatalogueError

_WANTED = "organisation; begin with tenant:, then people: and stores:"


def load(paths: Sequence[str]) -> list[Organisation]:
    """The organisations of these files, one a file. CatalogueError carries a line for every fault of all of them."""
    return [part.data for part in read(paths)]


def read(paths: Sequence[str]) -> list[Part]:
    """The same with the places of everything, for what is made of them."""
    return parts_of(_texts(paths))


class OrganisationFiles:
    """Files that are read again and again, and parsed only where they have changed."""

    def __init__(self, paths: Sequence[str]) -> None:
        self._paths = tuple(paths)
        self._texts: list[tuple[str, str]] = []
        self._parts: list[Part] = []

    def __call__(self) -> list[Part]:
        """As `read`."""
        texts = _texts(self._paths)
        if texts != self._texts:
            self._parts, self._texts = parts_of(texts), texts
        return self._parts


def _texts(paths: Sequence[str]) -> list[tuple[str, str]]:
    texts, lines = [], []
    for path in paths:
        try:
            texts.append((path, read_text(path)))
        except CatalogueError as error:
            lines.extend(error.problems)
    if lines:
        raise CatalogueError(lines)
    return texts


def parse(texts: Sequence[tuple[str, str]]) -> list[Organisation]:
    """The same from texts, each with the name that faults are reported under.

    Files of one tenant belong together: each may name what another one declares. CatalogueError as above.
    """
    return [part.data for part in parts_of(texts)]


def parts_of(texts: Sequence[tuple[str, str]]) -> list[Part]:
    """The same with the places of everything."""
    problems = Problems()
    parts: list[Part] = []
    for name, text in texts:
        read = read_yaml(name, text, problems, wanted=_WANTED)
        if read is None:
            continue
        data, places = read
        try:
            parts.append(Part(Organisation.model_validate(data), places))
        except ValidationError as error:
            for fault in error.errors(include_url=False):
                report(fault, places, problems, Organisation)
    for part in parts:
        _check_policies(part, problems)
        for flaw in judge(part.data):
            problems.add(part.places, flaw.path, flaw.text)
    if len(parts) == len(texts):  # or what is missing may stand in what could not be read
        for tenant in dict.fromkeys(part.data.tenant for part in parts):
            _check_together([part for part in parts if part.data.tenant == tenant], problems)
    problems.raise_any()
    return parts


def _check_policies(part: Part, problems: Problems) -> None:
    """Each by itself, as a policy of a catalogue; what it names there is known to whoever loads the catalogue."""
    tenant = part.data.tenant
    for index, policy in enumerate(part.data.policies):
        if policy.tenant not in (None, tenant):
            text = f"'{policy.tenant}' is not '{tenant}', the tenant of this file; leave it out"
            problems.add(part.places, ("policies", index, "tenant"), text)
        for fault in flaws(policy, tenant):
            report({**fault, "loc": ("policies", index, *fault["loc"])}, part.places, problems)


def _check_together(parts: Sequence[Part], problems: Problems) -> None:
    """What only shows over all files of one tenant."""
    _check_twice(parts, problems)
    check_twice(parts, problems)
    for part in parts:
        for flaw in find_gaps(part.data, [other.data for other in parts]):
            problems.add(part.places, flaw.path, flaw.text)
    _check_fallback(parts, problems)
    _check_chains(parts, problems)


def _check_twice(parts: Sequence[Part], problems: Problems) -> None:
    for kind, key in KINDS.items():
        declared: dict[str, str] = {}
        for part in parts:
            for index, entry in enumerate(getattr(part.data, key)):
                path: Path = (key, index, "id")
                if entry.id in declared:
                    text = f"{kind} '{entry.id}' is declared twice, first at {declared[entry.id]}; ids must differ"
                    problems.add(part.places, path, text)
                declared.setdefault(entry.id, part.places.at(path))


def _check_fallback(parts: Sequence[Part], problems: Problems) -> None:
    """One fallback, and somebody in it: whoever answers for unknown stores."""
    written = [part for part in parts if "fallback" in part.data.model_fields_set]
    for part in written[1:]:
        text = f"tenant '{part.data.tenant}' has a fallback at {written[0].places.at(('fallback',), key=True)}; keep one"
        problems.add(part.places, ("fallback",), text, key=True)
    if any(reference.path[0] == "fallback" for part in parts for reference in references(part.data)):
        return
    where: tuple[Part, Path] = (written[0], ("fallback",)) if written else (parts[0], ("tenant",))
    text = "nobody is the fallback, and alerts of unknown stores would reach nobody; write fallback: {people: [...]}"
    problems.add(where[0].places, where[1], text)


def _check_chains(parts: Sequence[Part], problems: Problems) -> None:
    """A chain behind one that fits all it fits would never count."""
    ordered = sorted(_chains(parts), key=lambda found: found[0])  # by rank, else as the files have them
    for index, (_, chain, places, path) in enumerate(ordered):
        for _, earlier, _, _ in ordered[:index]:
            if earlier.id != chain.id and earlier.covers(chain):
                text = f"chain '{chain.id}' never counts, '{earlier.id}' before it fits all it fits; write it before"
                problems.add(places, (*path, "id"), text)
                break


def _chains(parts: Sequence[Part]) -> Iterator[tuple[int, Chain, Places, Path]]:
    for part in parts:
        for index, chain in enumerate(part.data.chains):
            yield chain.rank, Chain.of(chain), part.places, ("chains", index)
