"""Catalogue files into the catalogue in force. Every fault comes with file, line, column and what would be right."""

import json
from collections.abc import Sequence
from importlib import resources
from pathlib import Path as FilePath
from typing import Any

from pydantic import ValidationError

from streams.catalogue.compile import Compiled, compile_documents
from streams.catalogue.document.file import CatalogueFile
from streams.catalogue.entries import Document
from streams.catalogue.faults import report
from streams.catalogue.include import PACK, Library, report_followers, resolve, without_includes
from streams.catalogue.organisation import Part, as_catalogues
from streams.catalogue.place import Places, Problems, nearest
from streams.errors import CatalogueError


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


def load(paths: Sequence[str], organisation: Sequence[Part] = ()) -> Compiled:
    """The catalogue of these files together; a path may be `pack:name`. `organisation` is what organisation files say of
    stores and policies. CatalogueError carries every fault of all."""
    return compile_texts(read_texts(paths), organisation=organisation)


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


def compile_texts(
    texts: Sequence[tuple[str, str]], library: Library | None = None, organisation: Sequence[Part] = ()
) -> Compiled:
    """The same from texts, each with the name that faults are reported under, and that what it includes is found from.
    `library` has the files included; without one they are read now."""
    problems = Problems()
    documents, elsewhere = parse(texts, problems, library)
    documents += beside(documents, organisation, problems)
    return compile_documents(documents, problems, elsewhere)


def beside(documents: Sequence[Document], organisation: Sequence[Part], problems: Problems) -> list[Document]:
    """What organisation files say to these documents, as documents. Faults are added to `problems`."""
    found = as_catalogues(organisation, [document.data for document in documents])
    read = [_validate(data, places, problems)[0] for data, places in found]
    return [document for document in read if document is not None]


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
        if isinstance(part, dict) and part.keys() != without_includes(part).keys():
            raise CatalogueError(["stored catalogue: what it includes stands in other files; it must hold all itself"])
        document, _ = _validate(part, Places("stored catalogue"), problems)
        problems.raise_any()
        assert document is not None  # or there would have been problems
        documents.append(document)
    return compile_documents(documents, problems)


def parse(
    texts: Sequence[tuple[str, str]], problems: Problems, library: Library | None = None
) -> tuple[list[Document], frozenset[str]]:
    """The documents of these texts and of what they include. Faults are added to `problems`; moments that have one are
    left out and their ids given beside. CatalogueError where a file cannot even be read so far."""
    resolved = resolve(texts, library or Library(read_text), problems)
    documents: list[Document] = []
    elsewhere: set[str] = set()
    for part in resolved.parts:
        document, left_out = _validate(part.data, part.places, problems)
        elsewhere |= left_out
        if document is not None:
            documents.append(document)
    if not resolved.whole or len(documents) < len(resolved.parts):
        problems.raise_any()
    return documents, frozenset(elsewhere | report_followers(documents, resolved.off, problems))


def _validate(data: Any, places: Places, problems: Problems) -> tuple[Document | None, frozenset[str]]:
    """The document, and the ids of moments left out of it because of faults of their own; None where the rest has one."""
    try:
        return Document(without_includes(data), CatalogueFile.model_validate(data), places), frozenset()
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
        kept = [index for index in range(len(data["moments"])) if index not in faulty]
        rest = {**data, "moments": [data["moments"][index] for index in kept]}
        return Document(without_includes(rest), CatalogueFile.model_validate(rest), places.keep(kept)), ids
