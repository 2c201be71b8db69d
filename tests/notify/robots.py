"""What the tests of the three chat robots share: a message, a clock that stands, and hostile messages."""

from collections.abc import Iterator

from streams.notify.base import Message
from streams.notify.http import Http
from streams.notify.render import render
from tests.notify.hostile import HOSTILE
from tests.notify.sample import CONSOLE, STORIES, tell
from tests.notify.sample_groups import tell_group
from tests.notify.test_render_hostile import filled, shapes

NOW = 1_795_429_812_345_678
"""2026-11-23T10:30:12.345678Z."""


def told(story: str, language: str = "zh", *, console: str | None = CONSOLE, signed: bool = False) -> Message:
    """The message of a story; signed, its person can take the alert by a link of its own."""
    notice = tell(story, language) if story in STORIES else tell_group(story, language)
    return render(notice, console, (lambda alert, person: f"t0k3n-{alert[:4]}-{person}") if signed else None)


def local_http() -> Http:
    """A session that may reach the test's own server, at NOW."""
    return Http(allow=["127.0.0.1/32"], now=lambda: NOW)


def hostile_messages() -> Iterator[tuple[str, Message]]:
    """Each hostile string in every field, and the string."""
    for value in HOSTILE:
        yield value, render(filled(shapes(value)[0], "broke", "zh"), CONSOLE)
