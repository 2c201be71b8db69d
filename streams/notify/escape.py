"""Text of events made harmless before it is put into a message.

Names, ids, comments and sentences come from systems and people that we do not control, and end on a supervisor's phone
in channels that each read some markup. A backslash or an entity is honoured by one of them and shown, or decoded twice,
by the next; so what could be markup is replaced by its full-width twin instead. That reads the same and is markup
nowhere.

| character | what it could be, and where |
| --- | --- |
| `<` `>` | mentions `<@all>` (WeCom), `<at id=all>` (Feishu), `<!channel>` (Slack); fonts, buttons and HTML |
| `@` | mentions by number or name: `@all`, `@13800000000` (DingTalk), `@everyone` (what apprise reaches) |
| `[` `]` | links and images in all three, references in Markdown at large |
| `*` `_` `~` backtick | emphasis, strikes, code |
| `#` `|` | headings, tables (WeCom's second Markdown, Feishu, DingTalk) |
| `&` `\\` | an entity or an escape, by which any of these could come back |
| `{` `}` | variables of card templates (Feishu), templates of relays behind a webhook |
"""

import re
import unicodedata

from markupsafe import Markup
from markupsafe import escape as escape_html

_LONGEST = 4_000  # characters looked at, so that a name of a megabyte costs nothing
_MARKS = 2  # combining marks kept on one letter: enough for any language, too few to paint over the lines around
_DROPPED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})  # controls, invisible and direction marks, half surrogates

_EVERYWHERE = str.maketrans("<>@", "＜＞＠")
_IN_MARKDOWN = str.maketrans("[]*~`#|&\\{}", "［］＊～｀＃｜＆＼｛｝")
_SCHEME = re.compile(r":(?=[/＼\\]{2})|(?<=javascript):|(?<=mailto):|(?<=tel):|(?<=data):", re.IGNORECASE)
_HOST = re.compile(r"(?<=\bwww)\.|(?<=\w)\.(?=[A-Za-z]{2,24}/)", re.IGNORECASE)
_UNDERSCORE = re.compile(r"(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")  # within a word it is no emphasis, and ids have it


class Trusted(str):
    """Text of ours that a form takes as it is: the link into the console."""

    __slots__ = ()


def clip(text: str, limit: int) -> str:
    """At most `limit` characters; what was cut ends with an ellipsis."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def cut(text: str | None, limit: int) -> str | None:
    """A value of an event, harmless as plain text and no longer than its place; None where nothing is left of it."""
    return clip(plain(text), limit) or None if text else None


def clip_bytes(text: str, limit: int) -> str:
    """At most `limit` bytes of UTF-8, cut between characters; what was cut ends with an ellipsis."""
    encoded = text.encode()
    return text if len(encoded) <= limit else encoded[: limit - 3].decode(errors="ignore").rstrip() + "…"


def plain(text: str) -> str:
    """One line for channels without markup: no controls, no invisible or direction marks, no mention, no live address.

    Guarantees that the answer has no line break, encodes as UTF-8, and stays what it is when it is made plain again.
    """
    kept = []
    marks = 0
    for character in text[:_LONGEST]:
        category = unicodedata.category(character)
        if category in _DROPPED and not character.isspace():
            continue
        marks = marks + 1 if category[0] == "M" else 0
        if marks <= _MARKS:
            kept.append(character)
    line = " ".join("".join(kept).split()).translate(_EVERYWHERE)
    return _HOST.sub("．", _SCHEME.sub("：", line))


def markdown(text: str) -> str:
    """One line that is text alone in the Markdown of WeCom, DingTalk and Feishu, and in CommonMark.

    Not for the very start of a line: there `-`, `+` and `1.` would begin a list. Our templates put a word before it.
    """
    return _UNDERSCORE.sub("＿", plain(text).translate(_IN_MARKDOWN))


def html(text: str) -> Markup:
    """One line of HTML text, fit for an attribute in quotes too."""
    return escape_html(plain(text))
