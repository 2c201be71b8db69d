"""Catalogue files watched for changes, and what a change changes, in words."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from schemas.organisation import Organisation
from streams.catalogue.compile import Compiled
from streams.catalogue.include import Library
from streams.catalogue.load import read_text, read_texts
from streams.catalogue.model import Catalogue, level_words
from streams.catalogue.organisation import Part
from streams.catalogue.policy import level_of
from streams.catalogue.published import Passed, compile_with
from streams.clock import SECOND
from streams.errors import CatalogueError

PAUSE = 2 * SECOND
"""Between two looks at the files."""


class CatalogueFiles:
    """The files of a catalogue. A broken new version is reported once and leaves the one in force where it is."""

    def __init__(
        self,
        paths: Sequence[str],
        organisation: Callable[[], Sequence[Part]] = tuple,
        published: Callable[[], Sequence[Organisation]] = tuple,
        largest: int | None = None,
    ) -> None:
        """`organisation` reads the organisation files, which are looked at as often; it raises CatalogueError.
        `published` says what the topic holds, which stops nothing. `largest`: see `published.compile_with`."""
        self._paths, self._organisation, self._published = tuple(paths), organisation, published
        self._largest = largest
        self._looked_at: int | None = None
        self._seen: bytes | None = None
        self.current: Compiled | None = None
        self.passed_over: tuple[Passed, ...] = ()
        """What the last look found in the topic that does not count."""

    def poll(self, now: int) -> Compiled | CatalogueError | None:
        """The new catalogue if the files have changed to one, the error if they have changed to none, else None.

        Reads the files and all that they include at most once in `PAUSE`, and judges by their content alone. A change
        of comments or layout is none. The first call gives the catalogue, or the error; what the topic holds is never the
        reason of that one, but left out where nothing can be made of it.
        """
        if self._looked_at is not None and now - self._looked_at < PAUSE:
            return None
        self._looked_at = now
        library = Library(read_text)
        try:
            texts, organisation, published = read_texts(self._paths), self._organisation(), self._published()
        except CatalogueError as error:
            return error if self._is_new(str(error)) else None
        library.gather(texts)
        said = [[part.places.file, _said_by(part.data)] for part in organisation], [*map(_said_by, published)]
        if not self._is_new(json.dumps([texts, library.texts, library.missing, said])):
            return None
        try:
            found, self.passed_over, refused = compile_with(texts, library, organisation, published, self._largest)
        except CatalogueError as error:
            return error
        if refused and self.current is not None:
            return CatalogueError([f"organisation data of the topic: {line}" for line in refused])
        self.passed_over += tuple(Passed("all of the topic", line) for line in refused)
        if self.current is not None and self.current.version == found.version:
            return None
        self.current = found
        return found

    def _is_new(self, content: str) -> bool:
        digest = hashlib.blake2b(content.encode()).digest()
        changed, self._seen = digest != self._seen, digest
        return changed


_OF_PEOPLE: Any = {
    "people": True, "chains": True, "fallback": True, "regions": True, "brands": True,
    "stores": {"__all__": {"duty", "name", "language"}},
}  # fmt: skip
"""What no catalogue asks for, and changes most often."""


def _said_by(organisation: Organisation) -> str:
    return organisation.model_dump_json(exclude_unset=True, exclude=_OF_PEOPLE)


def difference(old: Catalogue, new: Catalogue) -> list[str]:
    """What taking `new` for `old` changes, a line each: moments added, removed and changed, then what they share."""
    before, after = _declared(old), _declared(new)
    lines = [f"moment {name} added" for name in sorted(after.keys() - before.keys())]
    lines += [f"moment {name} removed" for name in sorted(before.keys() - after.keys())]
    for name in sorted(before.keys() & after.keys()):
        was, is_ = before[name], after[name]
        changed = [key for key in sorted({*was, *is_}) if was.get(key) != is_.get(key)]
        if "deadline" in changed:
            lines.append(f"moment {name}: deadline {_words(was.get('deadline'))} -> {_words(is_.get('deadline'))}")
            changed.remove("deadline")
        if changed:
            lines.append(f"moment {name}: {', '.join(changed)} changed")
    return lines + list(_shared(old, new))


def _catalogues(catalogue: Catalogue) -> dict[str, dict[str, Any]]:
    return {part["name"]: part for part in json.loads(catalogue.source)["catalogues"]}


def _declared(catalogue: Catalogue) -> dict[str, dict[str, Any]]:
    return {moment["id"]: moment for part in _catalogues(catalogue).values() for moment in part.get("moments", ())}


def _shared(old: Catalogue, new: Catalogue) -> Iterator[str]:
    before, after = _catalogues(old), _catalogues(new)
    for name in sorted(before.keys() & after.keys()):
        for key in sorted({*before[name], *after[name]} - {"moments", "description"}):
            was, is_ = before[name].get(key), after[name].get(key)
            if was == is_:
                continue
            if key == "policies":
                yield f"{name}: policies changed: {'; '.join(_levels_of_changed(was or (), is_ or ()))}"
            elif isinstance(was or {}, Mapping) and isinstance(is_ or {}, Mapping):
                entries = sorted({*(was or {}), *(is_ or {})})
                names = [entry for entry in entries if (was or {}).get(entry) != (is_ or {}).get(entry)]
                yield f"{name}: {key} changed: {', '.join(names)}"
            else:
                yield f"{name}: {key} {_words(was)} -> {_words(is_)}"


def _levels_of_changed(was: Sequence[dict[str, Any]], is_: Sequence[dict[str, Any]]) -> list[str]:
    """The levels of the policies that are not in both."""
    before, after = ({_words(policy): level_of(policy) for policy in policies} for policies in (was, is_))
    levels = {before.get(policy) or after[policy] for policy in before.keys() ^ after.keys()}
    return sorted(map(level_words, levels))


def _words(value: object) -> str:
    """`{after: 3m}` as the file has it, `default` for what it does not say."""
    if value is None:
        return "default"
    return json.dumps(value, ensure_ascii=False, sort_keys=True).replace('"', "")
