"""What may stand where in a file (a catalogue, unless another model is named), asked of the models: for messages."""

from collections.abc import Sequence
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

from streams.catalogue.document.file import CatalogueFile


def _inside(annotation: Any) -> Any:
    """What stands inside Annotated, Optional, list and dict."""
    while True:
        origin, inner = get_origin(annotation), [arg for arg in get_args(annotation) if arg is not type(None)]
        if origin is Annotated or origin in (Union, UnionType) or origin is list:
            annotation = inner[0]
        elif origin is dict:
            annotation = inner[1]
        else:
            return annotation


def _model_at(path: Sequence[str | int], root: type[BaseModel]) -> type[BaseModel] | None:
    model: Any = root
    mapping = False
    for step in path:
        if isinstance(step, int):
            continue
        if mapping:  # a key of the writer's own: the name of a calendar, a store, a field
            mapping = False
            continue
        if not (isinstance(model, type) and issubclass(model, BaseModel)):
            return None
        found = next((info for name, info in model.model_fields.items() if step == (info.alias or name)), None)
        if found is None:
            return None
        mapping = get_origin(found.annotation) is dict
        model = _inside(found.annotation)
    return model if isinstance(model, type) and issubclass(model, BaseModel) else None


def keys_at(path: Sequence[str | int], root: type[BaseModel] = CatalogueFile) -> list[str]:
    """The keys that may stand in the mapping at `path`."""
    model = _model_at(path, root)
    return [info.alias or name for name, info in model.model_fields.items()] if model else []


def example_at(path: Sequence[str | int], root: type[BaseModel] = CatalogueFile) -> str | None:
    """How the value at `path` may look, for messages."""
    model = _model_at(path[:-1], root)
    for name, info in model.model_fields.items() if model else ():
        if path[-1] == (info.alias or name) and info.examples:
            return str(info.examples[0])
    return None
