"""`moments console user` and `moments console token`: who may sign in to the console, kept in its accounts file.

A running console takes every change up at the next request. Passwords come from the terminal, without echo, or from
standard input; never from the command line, where other users of the machine can read them.
"""

import secrets
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from schemas.organisation import Language
from streams import clock
from streams.clock import parse_duration, rfc3339
from streams.console.viewer import Role
from streams.errors import OperatorError

user = typer.Typer(
    help="Local users of the console.", no_args_is_help=True, add_completion=False, rich_markup_mode="markdown"
)
token = typer.Typer(
    help="Tokens of machines that use the API.", no_args_is_help=True, add_completion=False, rich_markup_mode="markdown"
)

AccountsFile = Annotated[
    Path | None, typer.Option("--accounts", metavar="FILE", help="The accounts file, if not that of the settings.")
]
SettingsFile = Annotated[Path | None, typer.Option("--settings", help="Settings file.")]
Tenants = Annotated[
    list[str], typer.Option("--tenant", help="A tenant that is theirs to see; again for more, `all` for all of them.")
]
UserId = Annotated[str, typer.Argument(help="The person's id in the organisation data.", show_default=False)]
TokenId = Annotated[str, typer.Argument(help="A name for the machine.", show_default=False)]


@user.command("add")
def add_user(
    id: UserId,
    tenant: Tenants,
    role: Annotated[Role, typer.Option(help="What they may do.")] = "viewer",
    name: Annotated[str, typer.Option(help="What pages call them.")] = "",
    lang: Annotated[Language, typer.Option(help="Language of their pages.")] = "zh",
    time_zone: Annotated[str, typer.Option(help="The zone their pages tell the time in.")] = "Asia/Shanghai",
    accounts: AccountsFile = None,
    settings: SettingsFile = None,
) -> None:
    """Add a user; their password is asked for. The file is made if need be.

    Example:

    ```
    moments console user add li.na --role responder --tenant acme --name 李娜 --accounts accounts.yaml
    ```
    """
    from streams.console.access.account_file import edit
    from streams.console.access.accounts import normal

    file, who = _file(accounts, settings), normal(id)
    if file.exists() and who in _read(file).users:
        raise OperatorError(f"there is a user {who} already; `passwd` gives them another password")
    entry: dict[str, Any] = {"id": who, "name": normal(name)} if name else {"id": who}
    entry |= {"password": _hash(_ask(who)), "role": role, "tenants": _scope(tenant)}
    entry |= {"language": lang, "time_zone": time_zone}
    edit(file, lambda data: _append(data, "users", entry))
    print(f"{who}: added as {role} of {', '.join(tenant)}")


@user.command("passwd")
def change_password(id: UserId, accounts: AccountsFile = None, settings: SettingsFile = None) -> None:
    """Give a user another password. All their sessions end."""
    file, who = _known_user(id, accounts, settings)
    _set(file, who, {"password": _hash(_ask(who))})
    print(f"{who}: has a new password")


@user.command("disable")
def disable_user(id: UserId, accounts: AccountsFile = None, settings: SettingsFile = None) -> None:
    """Shut a user out, at once, whichever way they sign in. What they did stays."""
    file, who = _known_user(id, accounts, settings)
    _set(file, who, {"disabled": True})
    print(f"{who}: disabled")


@user.command("enable")
def enable_user(id: UserId, accounts: AccountsFile = None, settings: SettingsFile = None) -> None:
    """Let a disabled user in again."""
    file, who = _known_user(id, accounts, settings)
    _set(file, who, {"disabled": None})
    print(f"{who}: enabled")


@user.command("list")
def list_users(accounts: AccountsFile = None, settings: SettingsFile = None) -> None:
    """Print the users with their roles and tenants."""
    found = _read(_file(accounts, settings)).users
    for who in sorted(found.values(), key=lambda one: one.id):
        scope = "all" if who.tenants == "all" else ",".join(who.tenants)
        print(f"{who.id:24}  {who.role:9}  {scope:24}  {'disabled' if who.disabled else ''}".rstrip())


@token.command("add")
def add_token(
    id: TokenId,
    tenant: Tenants,
    role: Annotated[Role, typer.Option(help="What it may do.")] = "viewer",
    expires: Annotated[str, typer.Option(metavar="SPAN", help="For how long it holds, such as 90d; `never`.")] = "365d",
    accounts: AccountsFile = None,
    settings: SettingsFile = None,
) -> None:
    """Make a token for a machine and print it, once: only its hash is kept.

    Example:

    ```
    moments console token add till --role responder --tenant acme --expires 90d --accounts accounts.yaml
    ```
    """
    from streams.console.access.account_file import edit
    from streams.console.access.accounts import TOKEN_PREFIX, hash_of

    file = _file(accounts, settings)
    if file.exists() and id in _read(file).tokens:
        raise OperatorError(f"there is a token {id} already; revoke it first")
    made = TOKEN_PREFIX + secrets.token_urlsafe(32)
    entry: dict[str, Any] = {"id": id, "hash": hash_of(made), "role": role, "tenants": _scope(tenant)}
    if expires != "never":
        try:
            until = clock.now() + parse_duration(expires)
        except ValueError as error:
            raise OperatorError(f"--expires: {error}") from error
        entry["expires"] = rfc3339(until // clock.SECOND * clock.SECOND)
    edit(file, lambda data: _append(data, "tokens", entry))
    print(made)
    print(f"{id}: keep it now, it cannot be shown again; {entry.get('expires', 'it does not end')}", file=sys.stderr)


@token.command("revoke")
def revoke_token(id: TokenId, accounts: AccountsFile = None, settings: SettingsFile = None) -> None:
    """Take a token away, at once."""
    from streams.console.access.account_file import edit

    file = _file(accounts, settings)
    if id not in _read(file).tokens:
        raise OperatorError(f"{file.name} has no token {id}")

    def change(data: dict[str, Any]) -> None:
        for place in [place for place, entry in enumerate(data["tokens"]) if entry["id"] == id]:
            del data["tokens"][place]

    edit(file, change)
    print(f"{id}: revoked")


@token.command("list")
def list_tokens(accounts: AccountsFile = None, settings: SettingsFile = None) -> None:
    """Print the tokens with their roles, tenants and ends. The tokens themselves are not kept."""
    found, now = _read(_file(accounts, settings)).tokens, clock.now()
    for one in sorted(found.values(), key=lambda one: one.id):
        scope = "all" if one.tenants == "all" else ",".join(one.tenants)
        until = "never ends" if one.expires is None else rfc3339(clock.instant(one.expires))
        print(f"{one.id:24}  {one.role:9}  {scope:24}  {until}{'' if one.holds(now) else ' (over)'}")


def _file(accounts: Path | None, settings: Path | None) -> Path:
    from streams.settings import load

    found = accounts or load({}, settings).console.accounts
    if found is None:
        raise OperatorError("which file? name it with --accounts or MOMENTS_CONSOLE__ACCOUNTS")
    return found


def _read(file: Path) -> Any:
    from streams.console.access.account_file import AccountFile

    return AccountFile(file).accounts


def _known_user(id: str, accounts: Path | None, settings: Path | None) -> tuple[Path, str]:
    from streams.console.access.accounts import normal

    file, who = _file(accounts, settings), normal(id)
    if who not in _read(file).users:
        raise OperatorError(f"{file.name} has no user {who}")
    return file, who


def _set(file: Path, id: str, values: dict[str, Any]) -> None:
    """Set values of a user; None takes one away."""
    from streams.console.access.account_file import edit

    def change(data: dict[str, Any]) -> None:
        for entry in data["users"]:
            if entry["id"] == id:
                entry.update({key: value for key, value in values.items() if value is not None})
                for key in [key for key, value in values.items() if value is None]:
                    entry.pop(key, None)

    edit(file, change)


def _append(data: dict[str, Any], key: str, entry: dict[str, Any]) -> None:
    if data.get(key):
        data[key].append(entry)
    else:
        data[key] = [entry]


def _scope(tenants: list[str]) -> str | list[str]:
    if "all" in tenants:
        if len(tenants) > 1:
            raise OperatorError("--tenant all stands alone")
        return "all"
    return tenants


def _ask(who: str) -> str:
    """A new password: twice from a terminal, or one line of standard input."""
    from streams.console.access.passwords import judge_new

    if sys.stdin.isatty():
        given: str = typer.prompt(f"Password of {who}", hide_input=True, confirmation_prompt=True)
    else:
        given = sys.stdin.readline().rstrip("\r\n")
    if fault := judge_new(given):
        raise OperatorError(fault)
    return given


def _hash(password: str) -> str:
    from streams.console.access.passwords import hash_password

    return hash_password(password)
