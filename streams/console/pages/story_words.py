"""What the stages write into the audit, and the words for it."""

import re
from typing import Final, get_args

from schemas.transition import Kind
from streams.console.words import Words

BY_LINK: Final = "by the link of a message"
"""What the acknowledge link gives as its why."""
FOUND_LATE: Final = "found too late to page anybody"
KIND: Final = frozenset(get_args(Kind))

_NEWER = re.compile(r"now it is (\w+)")
_STATE = re.compile(r"it is (\w+)")


def held_because(t: Words, cause: str | None, until: str) -> str:
    """Why a message was held back, and until when where that is known."""
    because = t.named("history.held", cause or "")
    if because == cause or not because:
        return ""
    return t("history.until", because=because, at=until) if until else because


def gone_because(t: Words, rest: str) -> str:
    """Why a message is not needed any more; empty where the audit says what we do not know."""
    if rest == "it is broken":
        return t("what.broke")
    if said := _NEWER.fullmatch(rest):
        return t("history.gone.newer", reason=t.named("reason", said[1]))
    if said := _STATE.fullmatch(rest):
        return t.named("state", said[1])
    if rest == "there is no time left to save it":
        return t("history.gone.too_late")
    if rest == "they were not told of it":
        return t("history.gone.not_told")
    if rest.endswith(" has been over for long"):
        return t("history.gone.long_over")
    return t("history.gone.with_group") if rest.startswith("told with ") else ""
