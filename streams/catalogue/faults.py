"""What pydantic found wrong with a document, said for the person who writes it."""

import json

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from streams.catalogue.document.file import CatalogueFile
from streams.catalogue.place import Path, Places, Problems, nearest
from streams.catalogue.shape import example_at, keys_at


def report(fault: ErrorDetails, places: Places, problems: Problems, root: type[BaseModel] = CatalogueFile) -> None:
    """Add one of pydantic's findings on a document of the model `root` to the problems, at its place."""
    loc: Path = fault["loc"]
    if (fault["input"] is None or fault["type"] == "missing") and loc in places.spots:
        return  # nothing stands there, and the reader has said so
    kind: str = fault["type"]
    if loc and loc[-1] == "[key]":
        problems.add(places, loc[:-1], _plain(fault), key=True)
        return
    last = loc[-1] if loc else ""
    if kind == "extra_forbidden":
        keys = keys_at(loc[:-1], root)
        text = f"there is no key '{last}' here{nearest(str(last), keys, 'there are ' + ', '.join(keys))}"
        problems.add(places, loc, text, key=True)
    elif kind == "missing":
        example = example_at(loc, root)
        text = f"'{last}' is missing{f'; write it like {last}: {example}' if example else ''}"
        problems.add(places, loc[:-1], text)
    elif kind == "literal_error":
        allowed = [word.strip(" '") for word in str(fault["ctx"]["expected"]).replace(" or ", ", ").split(",")]
        text = f"'{fault['input']}' is not one of {', '.join(allowed)}{nearest(str(fault['input']), allowed)}"
        problems.add(places, loc, text)
    else:
        problems.add(places, loc, _plain(fault))


_WANTED = {
    "string_type": "a text",
    "int_type": "a whole number",
    "bool_type": "true or false",
    "dict_type": "a mapping (key: value)",
    "list_type": "a list",
    "model_type": "a mapping (key: value)",
    "model_attributes_type": "a mapping (key: value)",
}


def _plain(fault: ErrorDetails) -> str:
    kind = fault["type"]
    if kind == "value_error":
        return str(fault["ctx"]["error"])
    if kind in _WANTED:
        return f"here should be {_WANTED[kind]}, not {json.dumps(fault['input'], ensure_ascii=False, default=str)}"
    if kind in ("too_short", "string_too_short"):
        return (
            "this is empty; write one at least" if fault["ctx"].get("min_length") == 1 else "two at least are needed here"
        )
    if kind == "greater_than_equal":
        return f"here should be {fault['ctx']['ge']} at least, not {json.dumps(fault['input'])}"
    if kind == "less_than_equal":
        return f"here should be {fault['ctx']['le']} at most, not {json.dumps(fault['input'])}"
    return str(fault["msg"])
