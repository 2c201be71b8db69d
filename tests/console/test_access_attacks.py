"""Hostile requests: each row is one, with the answer it gets. None reaches a page."""

import base64
import json
import zlib
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from itsdangerous import URLSafeSerializer

from streams.clock import HOUR, SECOND
from streams.console.access.forms import FORM, SESSION
from streams.console.access.sessions import serializer
from tests.console.access_world import BOB, LINA, NOW, OLD, SECRET, TILL, Answer, Browser, World, world

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


async def row_no_token(console: World, browser: Browser) -> Answer:
    return await browser.post("/act", {"do": "it"})


async def row_empty_token(console: World, browser: Browser) -> Answer:
    return await browser.post("/act", {"csrf": ""})


async def row_token_of_another_session(console: World, browser: Browser) -> Answer:
    return await browser.post("/act", {"csrf": await (await console.signed_in("bob", BOB)).token()})


async def row_token_of_the_same_users_other_session(console: World, browser: Browser) -> Answer:
    return await browser.post("/act", {"csrf": await (await console.signed_in()).token()})


async def row_token_from_before_sign_in(console: World, browser: Browser) -> Answer:
    fresh = console.browser()
    token = await fresh.token("/sign-in")
    browser.jar |= fresh.jar
    return await browser.post("/act", {"csrf": token})


async def row_token_in_the_query(console: World, browser: Browser) -> Answer:
    return await browser.post(f"/act?csrf={await browser.token()}", {"do": "it"})


async def row_token_in_a_cookie(console: World, browser: Browser) -> Answer:
    browser.jar["csrf"] = await browser.token()
    return await browser.post("/act", {"do": "it"})


async def row_token_twice(console: World, browser: Browser) -> Answer:
    token = await browser.token()
    body = f"csrf={token}&csrf={token}".encode()
    return await browser.send("POST", "/act", browser.as_form(), body)


async def row_token_header_of_a_stranger_beside_a_field(console: World, browser: Browser) -> Answer:
    return await browser.post("/act", {"csrf": await browser.token()}, {"x-csrf-token": "A" * 43})


async def row_token_half(console: World, browser: Browser) -> Answer:
    return await browser.post("/act", {"csrf": (await browser.token())[:20]})


async def row_token_zeros(console: World, browser: Browser) -> Answer:
    return await browser.post("/act", {"csrf": "A" * 43})


async def row_token_of_letters_from_elsewhere(console: World, browser: Browser) -> Answer:
    return await browser.post("/act", {"csrf": "é" * 43})


async def row_token_long(console: World, browser: Browser) -> Answer:
    return await browser.post("/act", {"csrf": "A" * 60_000})


async def row_token_in_json(console: World, browser: Browser) -> Answer:
    body = json.dumps({"csrf": await browser.token()}).encode()
    return await browser.send("POST", "/act", [("content-type", "application/json"), ("origin", OURS)], body)


async def row_token_in_plain_text(console: World, browser: Browser) -> Answer:
    body = f"csrf={await browser.token()}".encode()
    return await browser.send("POST", "/act", [("content-type", "text/plain"), ("origin", OURS)], body)


async def row_token_without_a_type(console: World, browser: Browser) -> Answer:
    return await browser.send("POST", "/act", [("origin", OURS)], f"csrf={await browser.token()}".encode())


async def row_no_token_by_put(console: World, browser: Browser) -> Answer:
    return await browser.send("PUT", "/act", [("origin", OURS)])


async def row_no_token_by_delete(console: World, browser: Browser) -> Answer:
    return await browser.send("DELETE", "/act", [("origin", OURS)])


async def row_no_token_to_the_api(console: World, browser: Browser) -> Answer:
    return await browser.send("POST", "/api/v1/act", [("content-type", "application/json"), ("origin", OURS)], b"{}")


async def row_sign_out_without_token(console: World, browser: Browser) -> Answer:
    return await browser.post("/sign-out", {})


def origin_row(**headers: str) -> Row:
    async def row(console: World, browser: Browser) -> Answer:
        named = {key.replace("_", "-"): value for key, value in headers.items()}
        return await browser.post("/act", {"csrf": await browser.token()}, named)

    return row


ROWS: dict[str, Row] = {name[4:]: row for name, row in list(globals().items()) if name.startswith("row_")} | {
    "from another site": origin_row(origin="https://evil.example"),
    "from a sandboxed frame": origin_row(origin="null"),
    "from another port": origin_row(origin="http://localhost:9090"),
    "from the same name under https": origin_row(origin="https://localhost:8080"),
    "from a name that begins like ours": origin_row(origin="http://localhost:8080.evil.example"),
    "from a name with ours as its user": origin_row(origin="http://localhost:8080@evil.example"),
    "from ours in capitals and a slash": origin_row(origin="http://LOCALHOST:8080/"),
    "from a file": origin_row(origin="file://"),
    "said by the browser to come from another site": origin_row(origin="", sec_fetch_site="cross-site"),
    "said by the browser to come from a sister site": origin_row(origin="", sec_fetch_site="same-site"),
    "with an empty origin": origin_row(origin=" "),
}


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
async def test_a_change_that_was_not_meant_is_refused(console: World, row: Row) -> None:
    browser = await console.signed_in()
    answer = await row(console, browser)
    assert answer.status == 403, answer.text
    assert "done" not in answer.text
    assert (await browser.get("/")).status == 200  # and its victim is still signed in


async def test_a_change_that_was_meant_is_made(console: World) -> None:
    browser = await console.signed_in()
    token = await browser.token()
    other = await browser.token()
    assert token != other  # masked anew
    for one in (token, other):
        assert (await browser.post("/act", {"csrf": one})).status == 200
    header = [("origin", OURS), ("x-csrf-token", token), ("content-type", "application/json")]
    assert (await browser.send("POST", "/api/v1/act", header, b"{}")).text == "done with 2 bytes"
    assert (await browser.send("PUT", "/act", [("x-csrf-token", token)])).status == 200  # a browser that says no origin
    multipart = b'--b\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n' + token.encode() + b"\r\n--b--\r\n"
    kind = [("content-type", "multipart/form-data; boundary=b"), ("origin", OURS)]
    assert (await browser.send("POST", "/act", kind, multipart)).text == f"done with {len(multipart)} bytes"


async def test_a_stranger_cannot_sign_a_browser_in_as_himself(console: World) -> None:
    """Login CSRF: his form token goes with a cookie that he cannot set."""
    his = console.browser()
    token = await his.token("/sign-in")
    victim = console.browser()
    answer = await victim.post("/sign-in", {"user": "bob", "password": BOB, "csrf": token})
    assert answer.status == 403
    assert SESSION not in victim.jar
    await victim.token("/sign-in")
    answer = await victim.post("/sign-in", {"user": "bob", "password": BOB, "csrf": token})
    assert answer.status == 403
    own = {"user": "bob", "password": BOB, "csrf": await victim.token("/sign-in")}
    assert (await victim.post("/sign-in", own, {"origin": "https://evil.example"})).status == 403
    assert SESSION not in victim.jar


@pytest.mark.parametrize("value", ["x", "x" * 25, "../../etc/passwd", "a b", "é" * 24, "'; drop", "x" * 23 + ";"])
async def test_a_form_cookie_that_is_none_of_ours_is_replaced(console: World, value: str) -> None:
    browser = console.browser()
    answer = await browser.get("/sign-in", {"cookie": f"{FORM}={value}"})
    assert len([cookie for cookie in answer.cookies if cookie.startswith(FORM)]) == 1


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
