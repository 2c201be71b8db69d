"""What a person can do with a message: the links under it, each with the words for its button.

The acknowledging link is the person's own and is pressed once; the page is for everybody who may see it.
"""

from typing import Final, NamedTuple

from schemas.organisation import Language

_TAKE: Final[dict[Language, str]] = {"zh": "认领", "en": "I have it"}
_OPEN: Final[dict[Language, str]] = {"zh": "查看", "en": "Open"}
_OPEN_AND_TAKE: Final[dict[Language, str]] = {"zh": "查看并认领", "en": "Open and acknowledge"}


class Action(NamedTuple):
    """A link and its words."""

    label: str
    url: str


def offer(language: Language, page: str | None, acknowledge: str | None, *, claimable: bool = True) -> tuple[Action, ...]:
    """The links of a message, the one to press first first. `claimable`: its page is where the alert can be taken."""
    found = []
    if acknowledge is not None:
        found.append(Action(_TAKE[language], acknowledge))
    if page is not None:
        both = claimable and acknowledge is None
        found.append(Action((_OPEN_AND_TAKE if both else _OPEN)[language], page))
    return tuple(found)
