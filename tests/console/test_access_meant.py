"""A change that the person did not mean, because another site sent it, is refused: each row is one."""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from streams.console.access.forms import FORM, SESSION
from tests.console.access_world import BOB, Answer, Browser, World, world

Row = Callable[[World, Browser], Awaitable[Answer]]
OURS = "http://localhost:8080"


@pytest.fixture
def console(tmp_path: Path) -> World:
    return world(tmp_path)


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
