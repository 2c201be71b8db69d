"""Catalogue files into the catalogue in force. Every fault comes with file, line, column and what would be right."""

import json
from collections.abc import Sequence
from importlib import resources
from pathlib import Path as FilePath
from typing import Any

from pydantic import ValidationError

from streams.catalogue.compile import Compiled, compile_documents
from streams.catalogue.document import CatalogueFile
from streams.catalogue.entries import Document
from streams.catalogue.faults import report
from streams.catalogue.place import Places, Problems, nearest
from streams.catalogue.reader import read_yaml
from streams.errors import CatalogueError

PACK = "pack:"


def packs() -> list[str]:
    """Names of the packs that ship with the monitor."""
    folder = resources.files("streams.catalogue") / "packs"
    return sorted(file.name.removesuffix(".yaml") for file in folder.iterdir() if file.name.endswith(".yaml"))


def read_text(path: str) -> str:
    """The text of a catalogue file, or of a shipped pack for `pack:name`. CatalogueError where there is none."""
    if path.startswith(PACK):
        name = path.removeprefix(PACK)
        if name not in packs():
            hint = nearest(name, packs(), f"shipped are {', '.join(packs())}")
            raise CatalogueError([f"{path}: there is no such pack{hint}"])
        return (resources.files("streams.catalogue") / "packs" / f"{name}.yaml").read_text(encoding="utf-8")
    try:
        return FilePath(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise CatalogueError([f"{path}: cannot be read: {reason}"]) from error


def load(paths: Sequence[str]) -> Compiled:
    """The catalogue of these files together; a path may be `pack:name`. CatalogueError carries every fault of all."""
    return compile_texts(read_texts(paths))


def read_texts(paths: Sequence[str]) -> list[tuple[str, str]]:
    """Each path with its text. CatalogueError names every file that cannot be read."""
    found, lines = [], []
    for path in paths:
        try:
            found.append((path, read_text(path)))
        except CatalogueError as error:
            lines.extend(error.problems)
    if lines or not paths:
        raise CatalogueError(lines or ["no catalogue is given; name a file, or a pack such as pack:tea_chain"])
    return found


def compile_texts(texts: Sequence[tuple[str, str]]) -> Compiled:
    """The same from texts, each with the name that faults are reported under."""
    problems = Problems()
    documents, elsewhere = parse(texts, problems)
    return compile_documents(documents, problems, elsewhere)


def compile_source(source: str) -> Compiled:
    """The very catalogue whose `source` this is. CatalogueError where it is not one."""
    try:
        given = json.loads(source)
        data = given["catalogues"] if given["format"] == 1 else None
    except (ValueError, KeyError, TypeError):
        data = None
    if not isinstance(data, list):
        raise CatalogueError(["stored catalogue: this is not the canonical JSON of a catalogue"])
    problems = Problems()
    documents = []
    for part in data:
        document, _ = _validate(part, Places("stored catalogue"), problems)
        problems.raise_any()
        assert document is not None  # or there would have been problems
        documents.append(document)
    return compile_documents(documents, problems)


def parse(texts: Sequence[tuple[str, str]], problems: Problems) -> tuple[list[Document], frozenset[str]]:
    """The documents of these texts. Faults are added to `problems`; moments that have one are left out and their ids
    given beside. CatalogueError where a file cannot even be read so far."""
    documents: list[Document] = []
    elsewhere: set[str] = set()
    for name, text in texts:
        read = read_yaml(name, text, problems)
        if read is None:
            continue
        document, left_out = _validate(*read, problems)
        elsewhere |= left_out
        if document is not None:
            documents.append(document)
    if len(documents) < len(texts):
        problems.raise_any()
    return documents, frozenset(elsewhere)


def _validate(data: Any, places: Places, problems: Problems) -> tuple[Document | None, frozenset[str]]:
    """The document, and the ids of moments left out of it because of faults of their own; None where the rest has one."""
    try:
        return Document(data, CatalogueFile.model_validate(data), places), frozenset()
    except ValidationError as error:
        faulty: set[int] = set()
        elsewhere = False
        for fault in error.errors():
            report(fault, places, problems)
            match fault["loc"]:
                case ("moments", int(index), *_):
                    faulty.add(index)
                case _:
                    elsewhere = True
        if elsewhere:
            return None, frozenset()
        ids = frozenset(
            str(moment["id"])
            for index, moment in enumerate(data["moments"])
            if index in faulty and isinstance(moment, dict) and "id" in moment
        )
        rest = {**data, "moments": [moment for index, moment in enumerate(data["moments"]) if index not in faulty]}
        kept = [index for index in range(len(data["moments"])) if index not in faulty]
        return Document(rest, CatalogueFile.model_validate(rest), _without(places, kept)), ids


def _without(places: Places, kept: list[int]) -> Places:
    """The places as they are when only these moments are left."""
    moved = {index: position for position, index in enumerate(kept)}
    spots = {path: spot for path, spot in places.spots.items() if path[:1] != ("moments",) or len(path) == 1}
    for path, spot in places.spots.items():
        if len(path) > 1 and path[0] == "moments" and path[1] in moved:
            spots[("moments", moved[path[1]], *path[2:])] = spot
    return Places(places.file, spots)
