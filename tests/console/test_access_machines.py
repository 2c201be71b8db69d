"""Tokens of machines, proxies in front, the console's own name, and the console that is open to all."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from streams.console.access import Access, Limits
from streams.console.access.account_file import edit
from streams.console.access.forms import FORM
from streams.console.access.gate import Gate
from streams.console.access.passage import Passage
from streams.errors import OperatorError
from streams.settings import Alerting, Console, Settings
from tests.console.access_world import LINA, READER, SECRET, TILL, Browser, World, world


@pytest.fixture
def console(tmp_path: Path) -> World:
    return world(tmp_path)


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


async def test_a_machine_needs_its_token_alone(console: World) -> None:
    machine = console.browser()
    answer = await machine.get("/api/v1/who", bearer(TILL))
    assert answer.json == {"id": "token:till", "role": "responder", "tenants": ["acme"], "machine": True}
    json = [*bearer(TILL).items(), ("content-type", "application/json")]
    assert (await machine.send("POST", "/api/v1/act", json, b"{}")).text == "done with 2 bytes"
    assert (await machine.send("POST", "/api/v1/rule", json, b"{}")).status == 403
    assert not machine.jar  # no cookie was ever set
    scheme = {"authorization": f"bearer   {TILL} "}
    assert (await machine.get("/api/v1/who", scheme)).status == 200


async def test_a_token_goes_before_a_session_and_never_falls_back_to_it(console: World) -> None:
    browser = await console.signed_in()
    assert (await browser.get("/api/v1/who", bearer(READER))).json["id"] == "token:reader"
    refused = await browser.get("/api/v1/who", bearer("mmt_wrong"))
    assert (refused.status, refused.header("www-authenticate")) == (401, "Bearer")
    assert refused.json["reason"] == "token"
    assert (await browser.get("/api/v1/who")).json["id"] == "li.na"


async def test_a_revoked_token_ends_at_once_its_streams_too(console: World) -> None:
    machine = console.browser()

    def revoke() -> None:
        edit(console.file, lambda data: data["tokens"].pop(1))

    console.at_each_line.append(revoke)
    assert (await machine.get("/api/v1/stream", bearer(READER))).text.count("data:") == 1
    assert (await machine.get("/api/v1/who", bearer(READER))).status == 401
    assert (await machine.get("/api/v1/who", bearer(TILL))).status == 200


async def test_so_many_answers_are_open_for_one_at_a_time_and_for_others_others(tmp_path: Path) -> None:
    console = world(tmp_path, limits=Limits(at_once=2))
    over, begun = asyncio.Event(), asyncio.Semaphore(0)

    async def stream(scope: Scope, receive: Receive, send: Send) -> None:
        begun.release()
        await over.wait()
        await Response("over")(scope, receive, send)

    machine = Browser(Gate(stream, console.access))
    streams = [asyncio.create_task(machine.get("/api/v1/stream", bearer(READER))) for _ in range(2)]
    for _ in streams:
        await begun.acquire()
    refused = await machine.get("/api/v1/stream", bearer(READER))
    assert (refused.status, refused.header("retry-after"), refused.json["reason"]) == (429, "5", "too_many")
    other = asyncio.create_task(machine.get("/api/v1/stream", bearer(TILL)))
    await begun.acquire()
    over.set()
    assert [answer.status for answer in await asyncio.gather(*streams, other)] == [200, 200, 200]
    assert (await machine.get("/api/v1/stream", bearer(READER))).status == 200


async def test_a_token_holds_to_its_last_second(console: World) -> None:
    expires = "expires: 2026-11-18T09:46:41Z"  # a second and more from the beginning of the story
    console.rewrite("role: responder, tenants: [acme]}", f"role: responder, tenants: [acme], {expires}}}")
    machine = console.browser()
    console.time.at = 1_794_995_201_000_000 - 1
    assert (await machine.get("/api/v1/who", bearer(TILL))).status == 200
    console.time.at += 1
    assert (await machine.get("/api/v1/who", bearer(TILL))).status == 401


PROXY = "10.0.0.2"


def proxied(tmp_path: Path, behind: str = "10.0.0.0/30, ::1") -> World:
    return world(tmp_path, address="https://m.acme.example", console={"host": "0.0.0.0", "behind": behind})


async def seen_from(console: World, peer: str, *forwarded: str) -> str:
    """The address that a sign-in is counted under."""
    browser = Browser(console.app, peer, host="m.acme.example", scheme="http")
    headers = [("x-forwarded-for", value) for value in forwarded]
    scope = {"headers": [(key.encode(), value.encode()) for key, value in headers] + [(b"host", b"m.acme.example")]}
    found = console.access.origins.of(scope | {"client": (browser.address, 1), "scheme": "http"})
    assert found is not None
    return found.client


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        (PROXY, ["203.0.113.9"], "203.0.113.9"),
        (PROXY, ["198.51.100.1, 203.0.113.9"], "203.0.113.9"),
        (PROXY, ["198.51.100.1", "203.0.113.9"], "203.0.113.9"),
        (PROXY, ["198.51.100.1, 203.0.113.9, 10.0.0.1"], "203.0.113.9"),
        (PROXY, ["10.0.0.1"], "10.0.0.1"),
        (PROXY, ["127.0.0.1, evil"], PROXY),
        (PROXY, ["127.0.0.1, evil, 203.0.113.9"], "203.0.113.9"),
        (PROXY, [""], PROXY),
        (PROXY, [" , ,"], PROXY),
        (PROXY, [], PROXY),
        (PROXY, ["2001:db8::1"], "2001:db8::1"),
        ("203.0.113.9", ["127.0.0.1"], "203.0.113.9"),
        ("10.0.0.4", ["127.0.0.1"], "10.0.0.4"),
        ("::1", ["203.0.113.9"], "203.0.113.9"),
    ],
)
async def test_only_our_own_proxies_are_believed(tmp_path: Path, peer: str, forwarded: list[str], client: str) -> None:
    assert await seen_from(proxied(tmp_path), peer, *forwarded) == client


async def test_a_faked_address_does_not_get_round_the_limits(tmp_path: Path) -> None:
    console = proxied(tmp_path, behind="")
    statuses = []
    for n in range(25):
        browser = console.browser(PROXY, host="m.acme.example", scheme="https")
        form = {"user": f"user{n}", "password": "x", "csrf": await browser.token("/sign-in")}
        statuses.append((await browser.post("/sign-in", form, {"x-forwarded-for": f"203.0.113.{n}"})).status)
    assert statuses.count(429) >= 4


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("m.acme.example", 303),
        ("M.ACME.example:443", 303),
        ("m.acme.example.", 303),
        ("localhost", 421),  # from outside, nobody has a use for it
        ("127.0.0.1:8080", 421),
        ("acme.example", 421),
        ("x.m.acme.example", 421),
        ("m.acme.example.evil.example", 421),
    ],
)
async def test_a_console_with_a_name_answers_to_it_alone(tmp_path: Path, host: str, status: int) -> None:
    assert (await proxied(tmp_path).browser(host=host, scheme="https").get("/")).status == status


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:9", "[::1]:8080", "LOCALHOST.", "127.8.8.8"])
async def test_a_console_without_a_name_answers_to_those_of_this_machine(console: World, host: str) -> None:
    browser = await console.signed_in(host=host)
    assert (await browser.get("/")).status == 200


async def test_the_proxy_says_whether_it_was_https(tmp_path: Path) -> None:
    console = world(tmp_path, console={"behind": "127.0.0.1"})
    behind = console.browser("127.0.0.1")
    await behind.get("/sign-in", {"x-forwarded-proto": "https"})
    assert list(behind.jar) == [f"__Host-{FORM}"]
    beside = console.browser("192.0.2.1")
    await beside.get("/sign-in", {"x-forwarded-proto": "https"})
    assert list(beside.jar) == [FORM]


async def test_an_open_console_takes_everybody_for_an_admin_but_no_other_site(tmp_path: Path) -> None:
    console = world(tmp_path, accounts=None, console={"open_to_all": True, "secret": None})
    browser = console.browser("127.0.0.1")
    assert (await browser.get("/")).json == {"id": "demo", "role": "admin", "tenants": None, "machine": False}
    assert (await browser.get("/sign-in")).header("location") == "/"
    assert (await browser.post("/rule", {"csrf": await browser.token()})).status == 200
    assert (await browser.post("/rule", {})).status == 403
    assert (
        await browser.post("/rule", {"csrf": await browser.token()}, {"origin": "https://evil.example"})
    ).status == 403
    assert (await browser.get("/", {"host": "evil.example"})).status == 421
    assert (await browser.post("/sign-out", {"csrf": await browser.token()})).header("location") == "/"


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "nobody": ({}, "nobody may sign in to the console: make a user with `moments console user add"),
    "everybody from outside": ({"open_to_all": True, "host": "0.0.0.0"}, "takes a loopback"),
    "everybody by a name": ({"open_to_all": True, "host": "console.acme.example"}, "takes a loopback"),
    "everybody by a proxy": ({"open_to_all": True, "behind": "10.0.0.1"}, "no proxy"),
    "everybody and some": ({"open_to_all": True, "accounts": "accounts.yaml"}, "leave it out"),
    "a file that is not there": ({"accounts": "none.yaml"}, "does not exist"),
    "a short secret": ({"accounts": "accounts.yaml", "secret": SecretStr("short")}, "shorter than 32"),
    "a proxy that is no address": ({"accounts": "accounts.yaml", "behind": "proxy.acme"}, "proxy.acme is no address"),
}


@pytest.mark.parametrize(("given", "said"), WRONG.values(), ids=WRONG)
def test_settings_that_let_in_nobody_or_too_many_are_refused(tmp_path: Path, given: dict[str, Any], said: str) -> None:
    (tmp_path / "accounts.yaml").write_text("", encoding="utf-8")
    if "accounts" in given:
        given = given | {"accounts": tmp_path / given["accounts"]}
    with pytest.raises(OperatorError, match=said):
        Access.of(Settings(console=Console(**given)))


def test_an_address_with_a_user_in_it_is_refused(tmp_path: Path) -> None:
    console = Console(open_to_all=True)
    with pytest.raises(OperatorError, match="a host and perhaps a port"):
        Access.of(Settings(console=console, alerting=Alerting(console="https://user@m.acme.example")))


async def test_nothing_secret_is_ever_shown_or_logged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    console = world(tmp_path)
    browser = await console.signed_in()
    await console.browser().sign_in(LINA, "li.na")  # the two fields mixed up
    await console.browser().get("/api/v1/who", bearer("mmt_guess"))
    await browser.post("/sign-out", {"csrf": await browser.token()})
    console.rewrite("role: viewer", "role: admin")
    await browser.get("/")
    said = capsys.readouterr().out
    access = console.access
    session, cookie = access.sessions.begin("li.na", "local", mark=access.accounts.users["li.na"].mark)
    passage = Passage(None, "session", "", False, "", access.forms.issue, session, "form-id", TILL)
    shown = repr([access, access.accounts, access.accounts.users, access.sessions, access.settings, session, passage])
    for secret in (LINA, TILL, "mmt_", SECRET, "argon2id", session.id, session.mark, cookie, "form-id"):
        assert secret not in said
        assert secret not in shown, secret
    for event in ("signed in", "sign-in refused", "token refused", "signed out", "user changed", "token changed"):
        assert event in said
