"""Where in the console a message leads."""

from collections.abc import Callable
from urllib.parse import quote, urlencode, urlsplit

from schemas.group import Group
from schemas.notice import Notice
from streams.notify.base import OVER
from streams.notify.escape import Trusted

LONGEST = 300
"""Characters of the address of a page; a longer one is left out, since half of it leads nowhere."""
LONGEST_TOKEN = 600
"""Characters of an acknowledging link, which carries a signature."""

Sign = Callable[[str, str], str]
"""(alert id, person id) -> the token of the link by which this person acknowledges that alert. ValueError for ids that
no token can hold."""


def page_of(notice: Notice, console: str | None) -> Trusted | None:
    """The page of the alert, of the incident, or of what is open in the group's region and moment.

    None without a console, or with one whose address is no web address.
    """
    path = f"alerts/{_quoted(notice.alert.id)}" if notice.group is None else _path(notice.group)
    return _link(console, path, LONGEST)


def acknowledge_of(notice: Notice, console: str | None, sign: Sign | None) -> Trusted | None:
    """The link that takes the alert for the notice's person. None for what is over, a test or about several alerts.

    Without a token there is none either: the person still has the page.
    """
    if sign is None or notice.group is not None or notice.reason in OVER or notice.reason == "test":
        return None
    try:
        token = sign(notice.alert.id, notice.person)
    except ValueError:
        return None
    return _link(console, f"a/{_quoted(token)}", LONGEST_TOKEN)


def _path(group: Group) -> str:
    if group.kind == "incident":
        return f"incidents/{_quoted(group.id)}"
    chosen = {name: value for name, value in (("region", group.region), ("moment", group.moment)) if value}
    return f"now?{urlencode(chosen, quote_via=quote, safe='', errors='replace')}" if chosen else "now"


def _link(console: str | None, path: str, longest: int) -> Trusted | None:
    if console is None or len(path) > longest or urlsplit(console).scheme not in {"http", "https"}:
        return None
    link = f"{console.rstrip('/')}/{path}"
    return Trusted(link) if len(link) <= longest else None


def _quoted(text: str) -> str:
    return quote(text[: LONGEST_TOKEN + 1], safe="", errors="replace")
