"""What people promise by word: who did, and what, as a ledger of promises shows it."""

from collections.abc import Mapping, Sequence
from typing import Final
from zlib import crc32

_PEOPLE: Final[Mapping[str, Sequence[str]]] = {
    "en": ("Li Na", "Wang Qiang", "Zhang Min", "Chen Jie", "Zhao Lei", "Sun Yue", "Zhou Ting"),
    "zh": ("李娜", "王强", "张敏", "陈杰", "赵磊", "孙悦", "周婷"),
}
_WORDS: Final[Mapping[str, Sequence[str]]] = {
    "en": (
        "Calls back with the result",
        "Sends the missing papers",
        "Has it checked and tells the outcome",
        "Sends a replacement",
        "Arranges a visit",
    ),
    "zh": ("回电告知结果", "补发缺少的资料", "核实后给出答复", "补寄一份", "安排上门"),
}


def wording(promise: str, language: str) -> dict[str, str]:
    """The `person` who gave the promise and its `text`, the same for the same name of a promise; in English where the
    language is another."""
    known = language if language in _PEOPLE else "en"
    number = crc32(promise.encode())
    people, words = _PEOPLE[known], _WORDS[known]
    return {"person": people[number % len(people)], "text": words[number // len(people) % len(words)]}
