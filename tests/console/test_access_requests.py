"""Crooked requests, and too many of them: what each is answered, and what every answer carries."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from streams.clock import SECOND
from streams.console.access.forms import SESSION
from tests.console.access_world import BOB, LINA, OLD, TILL, Answer, Browser, World, world

Row = Callable[[World, Browser], Awaitable[Answer]]
OURS = "http://localhost:8080"


@pytest.fixture
def console(tmp_path: Path) -> World:
    return world(tmp_path)


SENT = {
    "a path with a null byte": ("GET", "/\0", [], 400),
    "a path with a line break": ("GET", "/a\r\nSet-Cookie: x=y", [], 400),
    "a long path": ("GET", "/" + "x" * 9000, [], 400),
    "a long query": ("GET", "/?" + "x" * 9000, [], 400),
    "TRACE": ("TRACE", "/", [], 405),
    "CONNECT": ("CONNECT", "/", [], 405),
    "a method of one's own": ("JEFF", "/act", [], 405),
    "a method in small letters": ("post", "/act", [], 405),
    "a method in disguise": ("GET", "/act", [("x-http-method-override", "POST")], 303),
    "no host": ("GET", "/", [("host", "")], 421),
    "two hosts": ("GET", "/", [("host", "localhost"), ("host", "evil.example")], 400),
    "the host of somebody else": ("GET", "/", [("host", "evil.example")], 421),
    "a host that only begins like ours": ("GET", "/", [("host", "localhost.evil.example")], 421),
    "a host with a user": ("GET", "/", [("host", "localhost@evil.example")], 421),
    "a host with a path": ("GET", "/", [("host", "localhost/evil")], 421),
    "two hosts in one": ("GET", "/", [("host", "localhost, evil.example")], 421),
    "a host with a space": ("GET", "/", [("host", "local host")], 421),
    "a host of this network": ("GET", "/", [("host", "192.168.0.10:8080")], 421),
    "a host that is forwarded by nobody": (
        "GET",
        "/",
        [("host", "evil.example"), ("x-forwarded-host", "localhost")],
        421,
    ),
    "two authorizations": ("GET", "/api/v1/who", [("authorization", f"Bearer {TILL}")] * 2, 400),
    "two transfer encodings": ("POST", "/sign-in", [("transfer-encoding", "chunked")] * 2, 400),
    "two form tokens in headers": ("POST", "/sign-in", [("x-csrf-token", "x")] * 2, 400),
    "two types": ("POST", "/sign-in", [("content-type", "text/plain"), ("content-type", "multipart/form-data")], 400),
    "two origins": ("POST", "/sign-in", [("origin", OURS), ("origin", "https://evil.example")], 400),
    "two of htmx": ("GET", "/", [("hx-request", "true")] * 2, 400),
    "two lengths": ("POST", "/sign-in", [("content-length", "5"), ("content-length", "6")], 400),
    "a length below nothing": ("POST", "/sign-in", [("content-length", "-1")], 400),
    "a length that is no number": ("POST", "/sign-in", [("content-length", "1e3")], 400),
    "a length in other digits": ("POST", "/sign-in", [("content-length", "\xb2")], 400),
    "a length beyond the limit": ("POST", "/sign-in", [("content-length", "65537")], 413),
    "a length beyond reason": ("POST", "/sign-in", [("content-length", "9" * 400)], 413),
    "a token in the query": ("GET", f"/api/v1/who?access_token={TILL}", [], 401),
    "a token in the query by its other name": ("GET", f"/api/v1/who?token={TILL}", [], 401),
    "a token in a cookie": ("GET", "/api/v1/who", [("cookie", f"{SESSION}={TILL}")], 401),
    "a token in a header of one's own": ("GET", "/api/v1/who", [("x-api-key", TILL)], 401),
    "a token as a password": ("GET", "/api/v1/who", [("authorization", "Basic " + TILL)], 401),
    "a token without its kind": ("GET", "/api/v1/who", [("authorization", TILL)], 401),
    "an empty token": ("GET", "/api/v1/who", [("authorization", "Bearer ")], 401),
    "a token that has ended": ("GET", "/api/v1/who", [("authorization", f"Bearer {OLD}")], 401),
    "a token with a letter more": ("GET", "/api/v1/who", [("authorization", f"Bearer {TILL}x")], 401),
    "a token with a letter less": ("GET", "/api/v1/who", [("authorization", f"Bearer {TILL[:-1]}")], 401),
    "a token in capitals": ("GET", "/api/v1/who", [("authorization", f"Bearer {TILL.upper()}")], 401),
    "two tokens in one": ("GET", "/api/v1/who", [("authorization", f"Bearer {TILL},{TILL}")], 401),
    "a token that is not ASCII": ("GET", "/api/v1/who", [("authorization", "Bearer mmt_\xe9")], 401),
    "a token for a page": ("GET", "/", [("authorization", f"Bearer {TILL}")], 401),
    "a token for signing out": ("POST", "/sign-out", [("authorization", f"Bearer {TILL}")], 401),
    "an address said to be the console's own": ("GET", "/", [("x-forwarded-for", "127.0.0.1")], 303),
    "a user said by a header": ("GET", "/", [("x-remote-user", "li.na"), ("x-forwarded-user", "li.na")], 303),
    "a way round by dots": ("GET", "/static/../form", [], 404),
    "a way round by a double slash": ("GET", "//static/page.css", [], 303),
    "a way round by capitals": ("GET", "/FORM", [], 303),
    "a way round by a semicolon": ("GET", "/form;/static/", [], 303),
    "a page below the sign-in page": ("GET", "/sign-in/../form", [], 303),
    "a page that begins like a public one": ("GET", "/sign-inner", [], 303),
    "a page in the API's clothes": ("GET", "/api/../form", [], 401),
    "a prefix without its end": ("GET", "/staticform", [], 303),
}


@pytest.mark.parametrize(("method", "path", "headers", "status"), SENT.values(), ids=SENT)
async def test_a_crooked_request_is_turned_away(
    console: World, method: str, path: str, headers: list[tuple[str, str]], status: int
) -> None:
    crooked = any(key in ("content-length", "transfer-encoding") for key, _ in headers)
    answer = await console.browser().send(method, path, headers, length=not crooked)
    assert answer.status == status, answer.text
    assert answer.header("content-security-policy")
    assert "li.na" not in answer.text
    assert TILL not in answer.text


NEXT = {
    "another site": "https://evil.example/",
    "another site without its scheme": "//evil.example/",
    "by three slashes": "///evil.example/",
    "by a backslash": "/\\evil.example/",
    "by two backslashes": "\\\\evil.example/",
    "by a tab that browsers leave out": "/\t/evil.example/",
    "by a line break": "/\n/evil.example/",
    "by a space": " //evil.example/",
    "a script": "javascript:alert(1)",
    "data": "data:text/html,x",
    "a path without its slash": "evil.example",
    "a user and a host": "@evil.example",
    "headers": "/x\r\nSet-Cookie: a=b",
    "a null byte": "/\0",
    "a loop": "/sign-in?next=/sign-in",
    "the way out": "/sign-out",
    "the API": "/api/v1/act",
    "a very long one": "/" + "x" * 3000,
    "a half address of IPv6": "//[::1",
}


@pytest.mark.parametrize("after", NEXT.values(), ids=NEXT)
async def test_signing_in_leads_nowhere_else(console: World, after: str) -> None:
    answer = await console.browser().sign_in("li.na", LINA, next=after)
    assert (answer.status, answer.header("location")) == (303, "/")


@pytest.mark.parametrize("after", ["/", "/alerts?x=1&y=%2F%2Fz", "/a%20b/ü", "/x?next=https://evil.example"])
async def test_signing_in_leads_to_any_page_of_ours(console: World, after: str) -> None:
    answer = await console.browser().sign_in("li.na", LINA, next=after)
    location = answer.header("location") or ""
    assert location.startswith("/")
    assert location == after.replace("ü", "%C3%BC")


async def test_a_body_is_bounded_whatever_its_length_is_said_to_be(console: World) -> None:
    browser = await console.signed_in()
    token = await browser.token()
    just = b"csrf=" + token.encode() + b"&x="
    just += b"y" * (65_536 - len(just))
    assert (await browser.send("POST", "/act", browser.as_form(), just)).text == "done with 65536 bytes"
    assert (await browser.send("POST", "/act", browser.as_form(), just + b"y")).status == 413
    chunked = [*browser.as_form(), ("transfer-encoding", "chunked")]
    assert (await browser.send("POST", "/act", chunked, chunks=[just[:9], just[9:]])).status == 200
    assert (await browser.send("POST", "/act", chunked, chunks=[just, b"y"])).status == 413
    lying = [*browser.as_form(), ("content-length", "10")]
    assert (await browser.send("POST", "/act", lying, chunks=[just, just], length=False)).status == 413
    many = b"&".join(b"a=b" for _ in range(600))
    assert (await browser.send("POST", "/act", browser.as_form(), many)).status == 400
    file = b'--b\r\nContent-Disposition: form-data; name="csrf"; filename="x"\r\n\r\nx\r\n--b--\r\n'
    kind = [("content-type", "multipart/form-data; boundary=b"), ("origin", OURS)]
    assert (await browser.send("POST", "/act", kind, file)).status == 400
    broken = [("content-type", "multipart/form-data"), ("origin", OURS)]
    assert (await browser.send("POST", "/act", broken, file)).status == 400


async def test_a_role_is_needed_and_said_by_the_answer(console: World) -> None:
    bob = await console.signed_in("bob", BOB)
    assert (await bob.post("/act", {"csrf": await bob.token()})).status == 403
    answer = await bob.send("POST", "/api/v1/act", [("x-csrf-token", await bob.token())])
    assert (answer.status, answer.header("content-type")) == (403, "application/problem+json")
    assert answer.json["reason"] == "role"
    lina = await console.signed_in()
    assert (await lina.post("/rule", {"csrf": await lina.token()})).status == 403


async def test_an_acknowledge_link_needs_no_session_and_opens_nothing_else(console: World) -> None:
    browser = console.browser()
    assert (await browser.get("/a/some-token")).text == "GET some-token"
    assert (await browser.send("POST", "/a/some-token")).text == "POST some-token"
    assert (await browser.get("/a/x/../../form")).status in (303, 404)
    assert (await browser.send("POST", "/act")).status == 303


async def test_whoever_is_not_signed_in_is_sent_to_sign_in_and_back(console: World) -> None:
    browser = console.browser()
    assert (await browser.get("/rota?store=%E5%BE%90")).header(
        "location"
    ) == "/sign-in?next=%2Frota%3Fstore%3D%25E5%25BE%2590"
    assert (await browser.get("/")).header("location") == "/sign-in"
    assert (await browser.post("/act", {})).header("location") == "/sign-in"
    part = await browser.get("/rows", {"hx-request": "true", "hx-current-url": OURS + "/now?mine=1"})
    assert (part.status, part.header("hx-redirect")) == (401, "/sign-in?next=%2Fnow%3Fmine%3D1")
    lured = await browser.get("/rows", {"hx-request": "true", "hx-current-url": OURS + "//evil.example/"})
    assert lured.header("hx-redirect") == "/sign-in?next=%2F"
    api = await browser.get("/api/v1/who")
    assert (api.status, api.header("content-type")) == (401, "application/problem+json")
    assert api.header("www-authenticate") == "Bearer"


async def test_too_much_is_answered_with_how_long_to_wait(console: World) -> None:
    browser = await console.signed_in()
    statuses = [(await browser.get("/")).status for _ in range(620)]
    assert statuses.count(429) >= 15
    answer = await browser.get("/api/v1/who")
    assert (answer.status, answer.header("retry-after")) == (429, "1")
    assert answer.json["reason"] == "too_many"
    console.time.at += SECOND
    assert (await browser.get("/")).status == 200
    other = await console.signed_in("bob", BOB)
    assert (await other.get("/")).status == 200


async def test_changes_are_bounded_more_narrowly(console: World) -> None:
    browser = await console.signed_in()
    token = await browser.token()
    statuses = [(await browser.post("/act", {"csrf": token})).status for _ in range(64)]
    assert statuses[:60] == [200] * 60
    assert statuses[60:] == [429] * 4
    assert (await browser.get("/")).status == 200


async def test_guessing_at_tokens_is_bounded(console: World) -> None:
    browser = console.browser()
    guesses = [await browser.get("/api/v1/who", {"authorization": f"Bearer mmt_{n}"}) for n in range(25)]
    assert [answer.status for answer in guesses].count(429) >= 4
    assert (await console.browser("192.0.2.8").get("/api/v1/who", {"authorization": f"Bearer {TILL}"})).status == 200


async def test_every_answer_carries_the_headers(console: World) -> None:
    browser = await console.signed_in()
    stranger = console.browser()
    answers = [
        await browser.get("/"),
        await browser.get("/form"),
        await browser.get("/stream"),
        await browser.get("/nothing"),
        await browser.post("/act", {}),
        await stranger.get("/"),
        await stranger.get("/sign-in"),
        await stranger.get("/api/v1/who"),
        await stranger.get("/a/x"),
        await stranger.get("/static/page.css"),
        await stranger.get("/static/none.css"),
    ]
    for answer in answers:
        assert (answer.header("content-security-policy") or "").startswith("default-src 'none'; script-src 'self'; ")
        assert answer.header("x-content-type-options") == "nosniff"
        assert answer.header("referrer-policy") == "same-origin"
        assert answer.header("cross-origin-opener-policy") == "same-origin"
        assert answer.header("x-frame-options") == "DENY"
        assert "camera=()" in (answer.header("permissions-policy") or "")
        assert answer.header("access-control-allow-origin") is None
    kept = [answer.header("cache-control") for answer in answers]
    assert kept == ["no-store"] * 9 + ["public, max-age=9", "no-store"]


async def test_a_page_that_breaks_says_nothing_of_why(console: World) -> None:
    browser = await console.signed_in()
    with pytest.raises(RuntimeError, match="broken on purpose"):
        await browser.get("/break")


async def test_a_websocket_is_closed(console: World) -> None:
    sent: list[object] = []

    async def receive() -> dict[str, str]:
        return {"type": "websocket.connect"}

    async def send(message: object) -> None:
        sent.append(message)

    await console.app({"type": "websocket", "path": "/", "headers": []}, receive, send)
    assert sent == [{"type": "websocket.close", "code": 1008}]


async def test_a_probe_is_answered_under_any_name_and_told_nothing(console: World) -> None:
    answer = await console.browser(host="10.0.0.5:8080").get("/healthz")
    assert answer.status == 200
