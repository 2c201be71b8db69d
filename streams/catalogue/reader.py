"""YAML into plain data, with the line and column of every key and value."""

from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from streams.catalogue.place import Path, Places, Problems, Spot

_TAG = "tag:yaml.org,2002:"


def read_yaml(
    name: str, text: str, problems: Problems, *, wanted: str = "catalogue; begin with name:, then moments:"
) -> tuple[Any, Places] | None:
    """Plain data and the places of its values, or None where the text is no YAML mapping; faults go to `problems`."""
    places = Places(name)
    try:
        node = YAML(typ="rt", pure=True).compose(StringIO(text))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        what = " ".join(str(part) for part in (error.context, error.problem) if part)
        problems.add_at(name, line, column, f"this is not YAML: {what}")
        return None
    except YAMLError as error:
        problems.add_at(name, 1, 1, f"this is not YAML: {str(error).splitlines()[0]}")
        return None
    if not isinstance(node, MappingNode):
        problems.add_at(name, 1, 1, f"this is no {wanted}")
        return None
    spots: dict[Path, Spot] = {}
    places = Places(name, spots)
    return _Reader(places, spots, problems).value(node, (), _mark(node)), places


def _mark(node: Node) -> tuple[int, int]:
    return node.start_mark.line + 1, node.start_mark.column + 1


class _Reader:
    """Nodes into plain data, noting the spot of each value on the way. Dates stay texts, as in the canonical source."""

    def __init__(self, places: Places, spots: dict[Path, Spot], problems: Problems) -> None:
        self._places = places
        self._spots = spots
        self._problems = problems
        self._open: set[int] = set()

    def value(self, node: Node, path: Path, key: tuple[int, int]) -> Any:
        self._spots[path] = Spot(key, _mark(node))
        if isinstance(node, ScalarNode):
            return self._scalar(node, path)
        if id(node) in self._open:
            self._problems.add(self._places, path, "this alias stands inside what it names; write the value out")
            return None
        self._open.add(id(node))
        try:
            if isinstance(node, SequenceNode):
                return [self.value(item, (*path, index), _mark(item)) for index, item in enumerate(node.value)]
            return self._mapping(node, path) if isinstance(node, MappingNode) else None
        finally:
            self._open.discard(id(node))

    def _mapping(self, node: MappingNode, path: Path) -> dict[str, Any]:
        data: dict[str, Any] = {}
        merged: list[MappingNode] = []
        for key_node, value_node in node.value:
            if str(key_node.tag) == _TAG + "merge":
                merged.extend(value_node.value if isinstance(value_node, SequenceNode) else [value_node])
                continue
            key = key_node.value if isinstance(key_node, ScalarNode) else ""
            if not key:
                self._problems.add(self._places, path, "a key must be a plain word")
            elif key in data:
                self._spots[(*path, key)] = Spot(_mark(key_node), _mark(value_node))
                self._problems.add(self._places, (*path, key), f"'{key}' stands here twice; join the two", key=True)
            else:
                value = self.value(value_node, (*path, key), _mark(key_node))
                if value is not None:
                    data[key] = value
        for source in merged:
            for key_node, value_node in source.value:
                if key_node.value not in data:
                    data[key_node.value] = self.value(value_node, (*path, key_node.value), _mark(key_node))
        return data

    def _scalar(self, node: ScalarNode, path: Path) -> Any:
        text, tag = node.value, str(node.tag)
        if tag in (_TAG + "str", _TAG + "timestamp"):
            return text
        if tag == _TAG + "null":
            self._problems.add(self._places, path, "nothing stands here; give a value, or leave the key out")
            return None
        try:
            if tag == _TAG + "bool":
                return text.lower() == "true"
            if tag == _TAG + "int":
                return int(text.replace("_", ""), 0) if text[:2].lower() in ("0x", "0o") else int(text.replace("_", ""))
            if tag == _TAG + "float":
                number = float(text.replace("_", ""))
                if number - number == 0:  # neither infinite nor NaN
                    return number
        except ValueError:
            pass
        self._problems.add(self._places, path, f"'{text}' cannot stand here; write a text, a number, true or false")
        return None
