"""What the topic says of stores and policies, compiled with the catalogue's files.

A record of the topic may come from anybody and at any time, so a bad one must stop nothing: of what this catalogue cannot
use, the single word is passed over and said, and the rest counts. Which words these are follows from the files and from
what the topic holds, in whatever order it came. So all workers judge under the same version.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from schemas.organisation import Organisation, Policy, Store
from streams.catalogue.compile import Compiled, compile_documents
from streams.catalogue.entries import Document
from streams.catalogue.include import Library
from streams.catalogue.load import beside, parse, read_texts
from streams.catalogue.model import level_words
from streams.catalogue.organisation import Part
from streams.catalogue.place import Path, Places, Problem, Problems, Spot
from streams.catalogue.policy import LEVELS, level_of
from streams.catalogue.stores import OPENING_HOURS
from streams.errors import CatalogueError

_TURNS = 20
"""How often what has faults is passed over, before all of it is. All faults of a turn are found at once."""


class Passed(NamedTuple):
    """A word of the topic that does not count: whose it is, and why."""

    record: str
    why: str


class Taken(NamedTuple):
    """The catalogue, and what it had to do without. refused: why nothing of the topic is in it, one line each; then the
    catalogue is that of the files alone."""

    compiled: Compiled
    passed_over: tuple[Passed, ...] = ()
    refused: tuple[str, ...] = ()


def load_with(paths: Sequence[str], organisation: Sequence[Part], published: Sequence[Organisation]) -> Taken:
    """The catalogue of these files, with what organisation files and the topic say. CatalogueError as `load.load`."""
    return compile_with(read_texts(paths), None, organisation, published)


def compile_with(
    texts: Sequence[tuple[str, str]],
    library: Library | None,
    organisation: Sequence[Part],
    published: Sequence[Organisation],
    largest: int | None = None,
) -> Taken:
    """The same from texts. `published` is what the topic says, one for each tenant; CatalogueError is for the faults of
    files alone. `largest` is how many bytes the source may have, which is stored as one record."""
    problems = Problems()
    documents, elsewhere = parse(texts, problems, library)

    def compiled(topic: Sequence[Part], own: Problems) -> Compiled:
        every = [*documents, *beside(documents, [*organisation, *topic], own)]
        found = compile_documents(every, own, elsewhere)
        if largest is not None and (size := len(found.source.encode())) > largest:
            raise CatalogueError([_too_large(size, largest)])
        return found

    if not published:
        return Taken(compiled((), problems))
    words = _Words(published)
    words.pass_doubles(documents, organisation)
    lines: list[str] = []
    for _ in range(_TURNS):
        own = Problems(list(problems.found))
        try:
            return Taken(compiled(words.parts(), own), tuple(words.passed))
        except CatalogueError as error:
            lines = error.problems
        if not words.pass_over(own.found):
            break
    return Taken(compiled((), problems), tuple(words.passed), tuple(lines))


def _too_large(size: int, largest: int) -> str:
    return (
        f"the catalogue is {size} bytes long with its stores and policies, and at most {largest} can be stored as one "
        "record; give stores of the same hours a calendar of the catalogue, or set MOMENTS_BATCH_BYTES and "
        "max.message.bytes of the state topic higher"
    )


@dataclass(slots=True)
class _Words:
    """What is published, word by word; a word is a store, its hours, or what a policy says of a moment or calendar."""

    published: Sequence[Organisation]
    passed: list[Passed] = field(default_factory=list)
    _out: set[str] = field(default_factory=set)
    _known: set[str] = field(default_factory=set)

    def parts(self) -> list[Part]:
        """All that is not passed over, a part a tenant; the file of each spot is the name of its word."""
        return [self._part(organisation) for organisation in self.published]

    def pass_over(self, problems: Sequence[Problem]) -> bool:
        """Do without the words that have these faults; whether there were any."""
        before = len(self._out)
        for problem in sorted(problems):
            if problem.file in self._known:
                self._leave(problem.file, problem.text)
        return len(self._out) > before

    def pass_doubles(self, documents: Sequence[Document], organisation: Sequence[Part]) -> None:
        """Do without what a catalogue's own file says in so many words: a tenant's store, or a moment or calendar for one
        place; and without what a policy has instead of hours that an organisation file gives."""
        stores = {
            (file.tenant, store): document.file.name
            for document in documents
            for store, file in document.file.stores.items()
            if file.tenant is not None
        }
        declared = {(whole.tenant, store.id) for whole in self.published for store in whole.stores}
        said = {
            (level_of({"store": store.id, "tenant": part.data.tenant}), OPENING_HOURS): part.places.file
            for part in organisation
            for store in part.data.stores
            if store.hours and (part.data.tenant, store.id) not in declared
        }
        said |= {
            (level_of(policy.model_dump(include=set(LEVELS))), thing): document.file.name
            for document in documents
            for policy in document.file.policies
            for thing in (*policy.moments, *policy.calendars)
        }
        for whole in self.published:
            for store in whole.stores:
                if (name := stores.get((whole.tenant, store.id))) is not None:
                    self._leave(_store(whole.tenant, store), f"'{name}' declares this store, and counts")
            for policy in whole.policies:
                level = level_of({**policy.model_dump(include=set(LEVELS)), "tenant": whole.tenant})
                for thing in (*policy.moments, *policy.calendars):
                    if (name := said.get((level, thing))) is not None:
                        self._leave(_word(whole.tenant, policy, thing), f"'{name}' says it, and counts")

    def _leave(self, word: str, why: str) -> None:
        if word not in self._out:
            self._out.add(word)
            self.passed.append(Passed(word, why))

    def _part(self, whole: Organisation) -> Part:
        spots: dict[Path, Spot] = {}
        tenant = whole.tenant
        stores = [store for given in whole.stores if (store := self._kept_store(tenant, given)) is not None]
        policies = [policy for given in whole.policies if (policy := self._kept_policy(tenant, given)) is not None]
        stores.sort(key=lambda store: store.id)
        policies.sort(key=lambda policy: _policy(tenant, policy))
        for key, found in (("stores", stores), ("policies", policies)):
            if found:
                spots[key,] = _NOWHERE
        for index, store in enumerate(stores):
            spots["stores", index] = self._spot(_store(tenant, store))
            for key in ("hours", "calendars"):  # the hours are a calendar
                spots["stores", index, key] = self._spot(_hours(tenant, store))
        for index, policy in enumerate(policies):
            spots["policies", index] = self._spot(_policy(tenant, policy))
            for key, things in (("moments", policy.moments), ("calendars", policy.calendars)):
                spots["policies", index, key] = spots["policies", index]
                for thing in things:
                    spots["policies", index, key, thing] = self._spot(_word(tenant, policy, thing))
        counts = whole.model_copy(update={"stores": stores, "policies": policies})
        return Part(counts, Places(f"organisation data of {tenant}", spots), published=True)

    def _spot(self, word: str) -> Spot:
        self._known.add(word)
        return Spot((0, 0), (0, 0), word)

    def _kept_store(self, tenant: str, store: Store) -> Store | None:
        if _store(tenant, store) in self._out:
            return None
        return store.model_copy(update={"hours": {}}) if _hours(tenant, store) in self._out else store

    def _kept_policy(self, tenant: str, policy: Policy) -> Policy | None:
        if _policy(tenant, policy) in self._out:
            return None
        kept = {
            key: {thing: own for thing, own in said.items() if _word(tenant, policy, thing) not in self._out}
            for key, said in _things(policy)
        }
        return policy.model_copy(update=kept)


_NOWHERE = Spot((0, 0), (0, 0))


def _things(policy: Policy) -> Iterator[tuple[str, dict[str, object]]]:
    for key in ("moments", "calendars"):
        if key in policy.model_fields_set:
            yield key, getattr(policy, key)


def _store(tenant: str, store: Store) -> str:
    return f"{tenant}/store/{store.id}"


def _hours(tenant: str, store: Store) -> str:
    return f"{_store(tenant, store)}: hours"


def _policy(tenant: str, policy: Policy) -> str:
    level = level_of({**policy.model_dump(include=set(LEVELS)), "tenant": tenant})
    return f"{tenant}: policy for {level_words(level)}"


def _word(tenant: str, policy: Policy, thing: str) -> str:
    return f"{_policy(tenant, policy)}: {thing}"
