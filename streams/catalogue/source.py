"""Catalogue files watched for changes, and what a change changes, in words."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from streams.catalogue.compile import Compiled
from streams.catalogue.load import compile_texts, read_texts
from streams.catalogue.model import Catalogue
from streams.clock import SECOND
from streams.errors import CatalogueError

PAUSE = 2 * SECOND
"""Between two looks at the files."""


class CatalogueFiles:
    """The files of a catalogue. A broken new version is reported once and leaves the one in force where it is."""

    def __init__(self, paths: Sequence[str]) -> None:
        self._paths = tuple(paths)
        self._looked_at: int | None = None
        self._seen: bytes | None = None
        self.current: Compiled | None = None

    def poll(self, now: int) -> Compiled | CatalogueError | None:
        """The new catalogue if the files have changed to one, the error if they have changed to none, else None.

        Reads the files at most once in `PAUSE`, and judges by their content alone. A change of comments or layout is
        none. The first call gives the catalogue, or the error.
        """
        if self._looked_at is not None and now - self._looked_at < PAUSE:
            return None
        self._looked_at = now
        try:
            texts = read_texts(self._paths)
        except CatalogueError as error:
            return error if self._is_new(str(error)) else None
        if not self._is_new(json.dumps(texts)):
            return None
        try:
            found = compile_texts(texts)
        except CatalogueError as error:
            return error
        if self.current is not None and self.current.version == found.version:
            return None
        self.current = found
        return found

    def _is_new(self, content: str) -> bool:
        digest = hashlib.blake2b(content.encode()).digest()
        changed, self._seen = digest != self._seen, digest
        return changed


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
            if isinstance(was or {}, Mapping) and isinstance(is_ or {}, Mapping):
                entries = sorted({*(was or {}), *(is_ or {})})
                names = [entry for entry in entries if (was or {}).get(entry) != (is_ or {}).get(entry)]
                yield f"{name}: {key} changed: {', '.join(names)}"
            else:
                yield f"{name}: {key} {_words(was)} -> {_words(is_)}"


def _words(value: object) -> str:
    """`{after: 3m}` as the file has it, `default` for what it does not say."""
    if value is None:
        return "default"
    return json.dumps(value, ensure_ascii=False, sort_keys=True).replace('"', "")
