"""Sessions that somebody made up, changed, mixed or planted let nobody in."""

import base64
import json
import zlib
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from itsdangerous import URLSafeSerializer

from streams.clock import HOUR
from streams.console.access.forms import SESSION
from streams.console.access.sessions import serializer
from tests.console.access_world import BOB, LINA, NOW, SECRET, Answer, Browser, World, world

Row = Callable[[World, Browser], Awaitable[Answer]]
OURS = "http://localhost:8080"


@pytest.fixture
def console(tmp_path: Path) -> World:
    return world(tmp_path)


def signed(value: object, *, secret: str = SECRET, salt: str = "moments session 1") -> str:
    return str(serializer(secret.encode(), salt).dumps(value))


CLAIMS = {"s": "x" * 24, "u": "li.na", "w": "local", "t": NOW, "m": ""}
NONE = base64.urlsafe_b64encode(b'{"alg":"none"}').decode()

FORGED = {
    "empty": "",
    "no signature": base64.urlsafe_b64encode(json.dumps(CLAIMS).encode()).decode(),
    "empty signature": base64.urlsafe_b64encode(json.dumps(CLAIMS).encode()).decode() + ".",
    "another secret": signed(CLAIMS, secret="f" * 32),
    "empty secret": signed(CLAIMS, secret=""),
    "another purpose": signed(CLAIMS, salt="moments oidc 1"),
    "itsdangerous as it comes": str(URLSafeSerializer(SECRET).dumps(CLAIMS)),
    "a token of the JWT kind": f"{NONE}.{base64.urlsafe_b64encode(b'{}').decode()}.",
    "no password mark": signed(CLAIMS),
    "a password mark that is null": signed(CLAIMS | {"m": None}),
    "of a user who is not there": signed(CLAIMS | {"u": "root"}),
    "of a provider that there is not": signed(
        CLAIMS | {"w": "oidc", "c": {"name": "x", "role": "admin", "tenants": None, "language": "zh", "time_zone": "UTC"}}
    ),
    "of a list": signed([CLAIMS]),
    "of a number": signed(7),
    "of nothing": signed(None),
    "with too little": signed({"s": "x"}),
    "with a time that is a text": signed(CLAIMS | {"t": str(NOW)}),
    "from the future": signed(CLAIMS | {"t": NOW + HOUR}),
    "compressed beyond measure": "." + base64.urlsafe_b64encode(zlib.compress(b"0" * 10_000_000)).decode() + ".AAAA",
    "too long": "A" * 5000,
    "not ASCII": "\xe9\xff",
}


@pytest.mark.parametrize("cookie", FORGED.values(), ids=FORGED)
async def test_a_forged_session_is_nobodys(console: World, cookie: str) -> None:
    browser = console.browser()
    browser.jar = {SESSION: cookie}
    assert (await browser.get("/")).status == 303
    assert (await browser.get("/api/v1/who")).status == 401


async def test_a_true_session_with_any_letter_changed_is_nobodys(console: World) -> None:
    browser = await console.signed_in()
    true = browser.jar[SESSION]
    for place in range(0, len(true) - 1, 3):
        other = "A" if true[place] != "A" else "B"
        thief = console.browser()
        thief.jar = {SESSION: true[:place] + other + true[place + 1 :]}
        assert (await thief.get("/")).status == 303, place


async def test_sessions_of_two_users_cannot_be_mixed(console: World) -> None:
    mine, theirs = await console.signed_in(), await console.signed_in("bob", BOB)
    (body, _, mac), (other, _, other_mac) = (one.jar[SESSION].rpartition(".") for one in (mine, theirs))
    thief = console.browser()
    for cookie in (f"{body}.{other_mac}", f"{other}.{mac}"):
        thief.jar = {SESSION: cookie}
        assert (await thief.get("/")).status == 303


async def test_a_cookie_planted_beside_the_true_one_takes_nobody_in(console: World) -> None:
    mine, theirs = await console.signed_in(), await console.signed_in("bob", BOB)
    both = f"{SESSION}={theirs.jar[SESSION]}; {SESSION}={mine.jar[SESSION]}"
    assert (await console.browser().get("/", {"cookie": both})).status == 303


async def test_under_https_only_the_cookie_bound_to_the_host_counts(tmp_path: Path) -> None:
    console = world(tmp_path, address="https://moments.acme.example")
    browser = await console.signed_in(host="moments.acme.example", scheme="https")
    (name,) = [name for name in browser.jar if SESSION in name]
    assert name == f"__Host-{SESSION}"
    assert (await browser.get("/")).status == 200
    browser.jar = {SESSION: browser.jar[name]}  # as a page of a sister domain, or one on plain http, could set it
    assert (await browser.get("/")).status == 303


@pytest.mark.parametrize("address", [None, "https://moments.acme.example"])
async def test_the_session_cookie_is_as_closed_as_can_be(tmp_path: Path, address: str | None) -> None:
    console = world(tmp_path, address=address)
    how = {} if address is None else {"host": "moments.acme.example", "scheme": "https"}
    browser = console.browser(**how)
    answer = await browser.sign_in("li.na", LINA)
    (cookie,) = [cookie for cookie in answer.cookies if SESSION in cookie]
    parts = set(cookie.split("; ")[1:])
    assert parts == {"Path=/", "HttpOnly", "SameSite=Lax", "Max-Age=43200"} | ({"Secure"} if address else set())
    assert "domain" not in cookie.lower()
