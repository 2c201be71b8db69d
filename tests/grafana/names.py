"""Which metrics and labels a PromQL expression names. A reader of tokens, no parser: whether an expression is one is for
Prometheus to say.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_TOKEN = re.compile(
    r"""
    (?P<space>\s+|\#[^\n]*)
  | (?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`)
  | (?P<span>\[[^\]]*\])
  | (?P<number>(?:0x[0-9a-fA-F]+|\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+)(?:ms|[smhdwy])?(?:\d+(?:ms|[smhdwy]))*)
  | (?P<name>[a-zA-Z_:][a-zA-Z0-9_:]*)
  | (?P<sign>=~|!~|!=|==|<=|>=|[-+*/%^<>=(){},@])
    """,
    re.VERBOSE,
)
_WORDS = {"and", "or", "unless", "offset", "bool", "inf", "nan", "start", "end"}
_LISTS = {"by", "without", "on", "ignoring", "group_left", "group_right"}
_MADE = {"label_replace", "label_join"}


@dataclass(slots=True)
class Names:
    """What an expression names: each metric with the labels that are matched on it, and the labels that are grouped or
    joined by. `made` are labels that label_replace makes."""

    matched: dict[str, set[str]] = field(default_factory=dict)
    listed: set[str] = field(default_factory=set)
    made: set[str] = field(default_factory=set)


def names(expression: str) -> Names:
    """Read an expression. ValueError where something in it is no token."""
    found = Names()
    tokens = list(_tokens(expression))
    for at, (kind, text) in enumerate(tokens):
        following = tokens[at + 1][1] if at + 1 < len(tokens) else ""
        if kind != "name" or text.lower() in _WORDS:
            continue
        if text in _LISTS:
            if following == "(":
                found.listed |= set(_until(tokens, at + 2, ")"))
        elif following == "(":
            if text in _MADE:
                found.made |= {value[1:-1] for value in _arguments(tokens, at + 2)[1:2]}
        elif following in _LISTS:
            continue  # sum by (...) (...)
        elif not _inside(tokens, at):
            labels = set(_until(tokens, at + 2, "}", before_sign=True)) if following == "{" else set()
            found.matched.setdefault(text, set()).update(labels)
    return found


def _tokens(expression: str) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(expression):
        match = _TOKEN.match(expression, at)
        if match is None:
            raise ValueError(f"no token of PromQL: {expression[at : at + 30]!r}")
        at = match.end()
        if match.lastgroup not in {"space", "span", None}:
            yield str(match.lastgroup), match.group()


def _until(tokens: list[tuple[str, str]], at: int, end: str, *, before_sign: bool = False) -> Iterator[str]:
    """Names up to a sign; of matchers, those before their sign."""
    while tokens[at][1] != end:
        if tokens[at][0] == "name" and (not before_sign or tokens[at + 1][1] in {"=", "=~", "!=", "!~"}):
            yield tokens[at][1]
        at += 1


def _inside(tokens: list[tuple[str, str]], at: int) -> bool:
    """Whether a name stands in the matchers or the list of labels of something."""
    depth = 0
    for before in range(at - 1, -1, -1):
        sign = tokens[before][1] if tokens[before][0] == "sign" else ""
        if sign in {")", "}"}:
            depth += 1
        elif sign in {"(", "{"}:
            if depth == 0:
                return sign == "{" or (before > 0 and tokens[before - 1][1] in _LISTS)
            depth -= 1
    return False


def _arguments(tokens: list[tuple[str, str]], at: int) -> list[str]:
    """The arguments of a call that are texts, with a blank for each that is none."""
    found: list[str] = []
    depth, current = 0, ""
    while True:
        kind, text = tokens[at]
        if kind == "sign" and text in "({":
            depth += 1
        elif kind == "sign" and text in ")}":
            if depth == 0:
                return [*found, current]
            depth -= 1
        elif kind == "sign" and text == "," and depth == 0:
            found.append(current)
            current = ""
        elif kind == "text" and depth == 0:
            current = text
        at += 1
