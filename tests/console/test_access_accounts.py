"""The accounts file: its faults, who may read it, and the commands that write it."""

import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from streams.cli.console_accounts import token, user
from streams.console.access.account_file import AccountFile, edit
from streams.console.access.accounts import parse
from streams.errors import CatalogueError, OperatorError
from tests.console.access_world import ACCOUNTS, HASHES, LINA, READER, world

HASH = HASHES[LINA]
USER = f"id: a, password: '{HASH}', role: viewer, tenants: all"


def but(before: str, after: str) -> str:
    """A file with one user who is well but for one thing."""
    assert before in USER
    return f"users: [{{{USER.replace(before, after)}}}]"


FAULTS = {
    "a password in the clear": (
        "users: [{id: a, password: hunter2, role: admin, tenants: all}]",
        "1:27",
        "argon2id hash",
    ),
    "a number as a password": ("users: [{id: a, password: 12345, role: admin, tenants: all}]", "1:27", "a text"),
    "an alias as a password": ("users:\n  - id: a\n    password: *hunter2", "3:15", "this is not YAML"),
    "an unquoted sign": ("users:\n  - id: a\n    password: @hunter2", "3:15", "this is not YAML"),
    "another kind of argon2": (but("argon2id", "argon2i"), "1:27", "argon2id hash"),
    "a list as a password": ("users: [{id: a, password: [hunter2], role: admin, tenants: all}]", "1:27", "a text"),
    "no list of users": ("users: {id: hunter2}", "1:8", "a list"),
    "a user that is a text": ("users: [hunter2]", "1:9", "a mapping"),
    "a file that is a list": ("- hunter2", "1:1", "begin with users: or tokens:"),
    "a strange key": ("hunter2: 1", "1:1", "there are users, tokens"),
    "a misspelt key": (f"users: [{{{USER}, langauge: en}}]", None, "did you mean 'language'?"),
    "no role": (f"users: [{{id: a, password: '{HASH}', tenants: all}}]", "1:9", "'role' is missing"),
    "a strange role": (but("viewer", "root"), None, "viewer, responder or admin"),
    "a strange language": (f"users: [{{{USER}, language: fr}}]", None, "zh or en"),
    "a strange zone": (f"users: [{{{USER}, time_zone: ../../etc/passwd}}]", None, "no time zone"),
    "no tenant": (but("all", "[]"), None, "tenants are `all`, or a list"),
    "a tenant that is no name": (but("all", "[a/b]"), None, "tenants are `all`, or a list"),
    "a tenant without a list": (but("all", "acme"), None, "tenants are `all`, or a list"),
    "an id with a space": (but("id: a,", "id: ' a',"), "1:14", "begins or ends with a space"),
    "an id that cannot be seen": (but("id: a,", 'id: "a\\u202E",'), "1:14", "cannot be seen"),
    "an id written in pieces": (but("id: a,", 'id: "e\\u0301",'), "1:14", "composed form"),
    "the id of the monitor": (but("id: a,", "id: monitor,"), "1:14", "take another id"),
    "the id of a machine": (but("id: a,", "id: 'token:till',"), "1:14", "take another id"),
    "an id twice": (f"users:\n  - {{{USER}}}\n  - {{{USER}}}", "3:10", "'a' stands here twice"),
    "disabled by a word": (f"users: [{{{USER}, disabled: maybe}}]", None, "true or false"),
    "a token in the clear": (f"tokens: [{{id: t, hash: {READER}, role: viewer, tenants: all}}]", "1:24", "SHA-256"),
    "a token without a name": ("tokens: [{id: 'a b', hash: '', role: viewer, tenants: all}]", "1:15", "letters, digits"),
    "a token twice": (
        "tokens:" + "".join(f"\n  - {{id: {id_}, hash: '{'0' * 64}', role: viewer, tenants: all}}" for id_ in "tu"),
        "3:19",
        "one for each machine",
    ),
    "an end without its offset": (
        f"tokens: [{{id: t, hash: {'a' * 64}, role: viewer, tenants: all, expires: 2027-01-01}}]",
        None,
        "instant with an offset",
    ),
}


@pytest.mark.parametrize(("text", "place", "said"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_said_with_its_place_and_without_a_secret(text: str, place: str | None, said: str) -> None:
    with pytest.raises(CatalogueError) as caught:
        parse("accounts.yaml", text)
    fault = str(caught.value)
    assert said in fault
    assert fault.startswith(f"accounts.yaml:{place or '1:'}"), fault
    for secret in ("hunter2", "12345", HASH[-20:], READER, HASH[-20:].replace("id", "i")):
        assert secret not in fault.replace("hunter2: ", "")


def test_an_empty_file_has_no_accounts() -> None:
    assert not parse("accounts.yaml", "").users
    assert not parse("accounts.yaml", "# nobody yet\n").users


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
def test_a_file_that_others_can_read_is_warned_about(
    tmp_path: Path, mode: int, capsys: pytest.CaptureFixture[str]
) -> None:
    console = world(tmp_path)
    assert "others can read" not in capsys.readouterr().out
    console.file.chmod(mode)
    AccountFile(console.file)
    assert f"{mode:04o}" in capsys.readouterr().out


def test_a_file_that_is_not_text_is_said(tmp_path: Path) -> None:
    (tmp_path / "accounts.yaml").write_bytes(b"\xff\xfe")
    with pytest.raises(OperatorError, match="is not UTF-8"):
        AccountFile(tmp_path / "accounts.yaml")


def run(app: object, *arguments: object, typed: str | None = None) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments], input=typed)  # type: ignore[arg-type]


def test_the_commands_make_a_file_that_the_console_takes(tmp_path: Path) -> None:
    file = tmp_path / "accounts.yaml"
    where = ("--accounts", file)
    added = run(
        user, "add", "li.na", "--role", "responder", "--tenant", "acme", "--name", "李娜", *where, typed=LINA + "\n"
    )
    assert added.exit_code == 0, added.output + repr(added.exception)
    assert LINA not in added.output
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    made = run(token, "add", "till", "--tenant", "all", "--role", "viewer", "--expires", "90d", *where)
    text = made.stdout.strip()
    assert text.startswith("mmt_")
    assert len(text) == 47
    assert text not in file.read_text(encoding="utf-8")
    accounts = AccountFile(file).accounts
    assert accounts.users["li.na"].scope == frozenset({"acme"})
    found = accounts.by_hash
    assert len(found) == 1
    assert run(user, "list", *where).stdout.split() == ["li.na", "responder", "acme"]
    assert run(token, "list", *where).stdout.startswith("till")
    assert run(user, "disable", "li.na", *where).exit_code == 0
    assert AccountFile(file).accounts.users["li.na"].disabled
    assert "disabled" in run(user, "list", *where).stdout
    assert run(user, "enable", "li.na", *where).exit_code == 0
    assert not AccountFile(file).accounts.users["li.na"].disabled
    before = accounts.users["li.na"].mark
    assert run(user, "passwd", "li.na", *where, typed="a wholly new one\n").exit_code == 0
    assert AccountFile(file).accounts.users["li.na"].mark != before
    assert run(token, "revoke", "till", *where).exit_code == 0
    assert not AccountFile(file).accounts.tokens
    assert [path.name for path in tmp_path.iterdir()] == ["accounts.yaml"]


async def test_who_was_added_signs_in_at_the_next_request(tmp_path: Path) -> None:
    console = world(tmp_path)
    run(user, "add", "chen", "--tenant", "acme", "--accounts", console.file, typed="a good long one\n")
    assert (await console.browser().sign_in("chen", "a good long one")).status == 303
    made = run(token, "add", "new", "--tenant", "acme", "--accounts", console.file).stdout.strip()
    answer = await console.browser().get("/api/v1/who", {"authorization": f"Bearer {made}"})
    assert answer.json["id"] == "token:new"


@pytest.mark.parametrize(
    ("app", "arguments", "typed", "said"),
    [
        (user, ("add", "li.na", "--tenant", "acme"), LINA, "there is a user li.na already"),
        (user, ("add", "new", "--tenant", "acme"), "short", "10 characters at least"),
        (user, ("add", "new", "--tenant", "acme"), "", "10 characters at least"),
        (user, ("add", "new", "--tenant", "acme"), "x" * 1025, "1024 bytes at most"),
        (user, ("add", "new", "--tenant", "acme"), "with a \0 in it", "no control characters"),
        (user, ("add", " new", "--tenant", "acme"), LINA, "begins or ends with a space"),
        (user, ("add", "new", "--tenant", "a/b"), LINA, "tenants are"),
        (user, ("add", "new", "--tenant", "all", "--tenant", "acme"), LINA, "stands alone"),
        (user, ("add", "new", "--tenant", "acme", "--time-zone", "Mars"), LINA, "no time zone"),
        (user, ("passwd", "nobody"), LINA, "has no user nobody"),
        (user, ("disable", "nobody"), None, "has no user nobody"),
        (token, ("add", "till", "--tenant", "acme"), None, "there is a token till already"),
        (token, ("add", "a b", "--tenant", "acme"), None, "letters, digits"),
        (token, ("add", "new", "--tenant", "acme", "--expires", "soon"), None, "not a duration"),
        (token, ("revoke", "nothing"), None, "has no token nothing"),
    ],
)
def test_a_command_that_cannot_be_done_says_why_and_changes_nothing(
    tmp_path: Path, app: object, arguments: tuple[str, ...], typed: str | None, said: str
) -> None:
    file = tmp_path / "accounts.yaml"
    file.write_text(ACCOUNTS, encoding="utf-8")
    result = run(app, *arguments, "--accounts", file, typed=typed)
    assert isinstance(result.exception, OperatorError)
    assert said in str(result.exception)
    assert file.read_text(encoding="utf-8") == ACCOUNTS


def test_which_file_has_to_be_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MOMENTS_CONSOLE__ACCOUNTS", raising=False)
    assert "--accounts" in str(run(user, "list").exception)


def test_a_password_is_no_argument() -> None:
    assert run(user, "add", "a", "--tenant", "x", "--password", LINA).exit_code == 2


def test_a_change_keeps_comments_and_closes_the_file(tmp_path: Path) -> None:
    file = tmp_path / "accounts.yaml"
    file.write_text(ACCOUNTS, encoding="utf-8")
    file.chmod(0o644)
    link = tmp_path / "link.yaml"
    link.symlink_to(file)
    run(user, "disable", "bob", "--accounts", link)
    text = file.read_text(encoding="utf-8")
    assert "# the boss" in text
    assert "# who may come in" in text
    assert link.is_symlink()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_changes_at_the_same_time_are_all_made(tmp_path: Path) -> None:
    file = tmp_path / "accounts.yaml"
    file.write_text(ACCOUNTS, encoding="utf-8")

    def add(name: str) -> None:
        entry = {"id": name, "hash": name.ljust(64, "0"), "role": "viewer", "tenants": "all"}
        edit(file, lambda data: data["tokens"].append(entry))

    threads = [threading.Thread(target=add, args=(f"{n:02x}",)) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(AccountFile(file).accounts.tokens) == 3 + 12


def test_a_write_that_fails_leaves_the_file_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "accounts.yaml"
    file.write_text(ACCOUNTS, encoding="utf-8")

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OperatorError, match="No space left"):
        edit(file, lambda data: data["tokens"].clear())
    assert file.read_text(encoding="utf-8") == ACCOUNTS
    assert [path.name for path in tmp_path.iterdir()] == ["accounts.yaml"]


def test_the_commands_load_no_kafka_and_no_web_server() -> None:
    """`--help` and a quick change are to be quick."""
    heavy = "('starlette', 'faust', 'kafka')"
    code = f"import sys, streams.cli.console_accounts; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
