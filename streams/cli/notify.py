"""`moments notify`: which receivers there are, and a marked test message through one of them."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from schemas.alert import Alert
from schemas.notice import Notice
from schemas.organisation import Contact, Language
from schemas.transition import Labels, Text
from streams import clock
from streams.errors import OperatorError
from streams.notify.base import NotifyError
from streams.notify.config import Receivers, load
from streams.notify.registry import build
from streams.notify.render import render

notify = typer.Typer(
    help="Look at the receivers, and try them.", no_args_is_help=True, add_completion=False, rich_markup_mode="markdown"
)

File = Annotated[Path, typer.Option("--receivers", metavar="FILE", help="The receivers' file, YAML or TOML.")]


@notify.command("list")
def list_receivers(receivers: File) -> None:
    """Check the receivers' file and print each receiver with its type.

    Example:

    ```
    moments notify list --receivers receivers.yaml
    ```
    """
    found = load(receivers)
    for name in sorted(found.kinds):
        print(f"{name:24}  {found.kinds[name]}")


@notify.command("test")
def send_test(
    receiver: Annotated[str, typer.Argument(help="Name of the receiver in the file.", show_default=False)],
    receivers: File,
    address: Annotated[str, typer.Option(help="Whom to tell there; what it means is the receiver's own.")] = "",
    lang: Annotated[Language, typer.Option(help="Language of the message.")] = "zh",
) -> None:
    """Send one message that is plainly marked as a test, once, and print what came of it.

    Exit status 0 where the receiver took it, 1 where it did not.

    Example:

    ```
    moments notify test duty-chat --receivers receivers.yaml --lang en
    ```
    """
    found = load(receivers)
    if receiver not in found.kinds:
        raise OperatorError(
            f"{receivers.name} has no receiver {receiver}; it has {', '.join(sorted(found.kinds)) or 'none'}"
        )
    outcome = asyncio.run(_send(found, receiver, make_test(receiver, address, lang, clock.now())))
    if isinstance(outcome, NotifyError):
        again = "will not pass by itself" if outcome.permanent else "may pass"
        wait = "" if outcome.retry_after is None else f"; it asks to wait {outcome.retry_after:g} s"
        print(f"{receiver}: failed, {outcome} ({again}{wait})")
        raise typer.Exit(1)
    print(f"{receiver}: {outcome}")


async def _send(found: Receivers, name: str, notice: Notice) -> str | NotifyError:
    async with found.open() as http:
        try:
            return await build(found.only(name), http)[name].send(render(notice, None), notice.contacts[0].address)
        except NotifyError as error:
            return error


def make_test(receiver: str, address: str, language: Language, now: int) -> Notice:
    """A notice that is a test and says so. Its id has the time in it: a repeated test is to arrive too."""
    at = clock.as_datetime(now)
    alert = Alert(
        id=f"test-{now}",
        version=1,
        state="firing",
        kind="at_risk",
        tenant="test",
        case="test",
        moment="moments.test",
        occurrence=1,
        stage="execution",
        severity="low",
        owner="test",
        title=Text(zh="测试", en="Test"),
        labels=Labels(),
        transition="test",
        raised_at=at,
        changed_at=at,
        due_at=at + timedelta(minutes=15),
    )
    return Notice(
        id=f"test-{now}",
        reason="test",
        person="test",
        name="test",
        language=language,
        time_zone="UTC",
        contacts=[Contact(receiver=receiver, address=address)],
        at=at,
        step=0,
        alert=alert,
    )
