"""The deployment files, read for the tests; and what of the monitor they speak about."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator
from pydantic import BaseModel
from ruamel.yaml import YAML

from streams.settings import Settings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
SCHEMAS = Path(__file__).with_name("schemas")


def read_yaml(text: str) -> Any:
    """One YAML document, with aliases and merge keys followed."""
    return YAML(typ="safe", pure=True).load(text)


def read_all_yaml(text: str) -> list[Any]:
    """Every document of a stream that is not empty."""
    return [document for document in YAML(typ="safe", pure=True).load_all(text) if document is not None]


@cache
def schema(name: str) -> Any:
    return json.loads((SCHEMAS / name).read_text(encoding="utf-8"))


def faults(document: Any, wanted: Any) -> list[str]:
    """Where a document is not as its JSON Schema wants it, one line each."""
    found = Draft7Validator(wanted).iter_errors(document)
    return sorted(f"{'/'.join(map(str, fault.absolute_path))}: {fault.message}" for fault in found)


def variables(model: type[BaseModel] = Settings, prefix: str = "MOMENTS_") -> Iterator[str]:
    """The name of every environment variable that the settings know."""
    for name, field in model.model_fields.items():
        nested = next((kind for kind in _kinds(field.annotation) if issubclass(kind, BaseModel)), None)
        if nested is None:
            yield prefix + name.upper()
        else:
            yield from variables(nested, f"{prefix}{name.upper()}__")


BESIDE = {"MOMENTS_FILE", "MOMENTS_SECRETS_DIR"}
"""Variables of the monitor that say where settings are."""


def _kinds(annotation: Any) -> Iterator[type]:
    if isinstance(annotation, type):
        yield annotation
    for part in getattr(annotation, "__args__", ()):
        yield from _kinds(part)
