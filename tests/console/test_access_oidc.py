"""Signing in by an OpenID provider: a real one on this machine, that can be told to lie."""

import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from joserfc.jwk import RSAKey
from pydantic import SecretStr

from streams.clock import HOUR, MINUTE
from streams.console.access import Access
from streams.console.access.forms import OIDC, SESSION
from streams.errors import OperatorError
from streams.settings import Alerting, Console, Oidc, Settings
from tests.console.access_provider import CLIENT, CLIENT_SECRET, KEY, STRANGE, Provider, running
from tests.console.access_world import ACCOUNTS, SECRET, Answer, Browser, World, world

GOOD = {"preferred_username": "li.na", "name": "李娜", "roles": ["moments-responder", "x"], "tenants": ["acme"]}


@pytest.fixture
async def provider(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Provider]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    async with running() as found:
        found.claims = dict(GOOD)
        yield found


def oidc(provider: Provider, **more: Any) -> Oidc:
    return Oidc(issuer=provider.address, client_id=CLIENT, client_secret=SecretStr(CLIENT_SECRET), **more)


@pytest.fixture
def console(tmp_path: Path, provider: Provider) -> World:
    return world(tmp_path, accounts=None, console={"oidc": oidc(provider)})


async def go_round(provider: Provider, browser: Browser, after: str = "/") -> Answer:
    """To the provider and back, as a browser is led."""
    asked = await browser.get("/sign-in/oidc?" + urlencode({"next": after}))
    assert asked.status == 302, asked.text
    code, state = provider.authorize(asked.header("location") or "")
    return await browser.get("/sign-in/oidc/back?" + urlencode({"code": code, "state": state}))


async def test_somebody_signs_in_by_the_provider_and_is_who_it_says(console: World, provider: Provider) -> None:
    browser = console.browser()
    answer = await go_round(provider, browser, "/rota?x=1")
    assert (answer.status, answer.header("location")) == (303, "/rota?x=1")
    assert (await browser.get("/")).json == {"id": "li.na", "role": "responder", "tenants": ["acme"], "machine": False}
    assert list(browser.jar) == [SESSION]
    assert set(provider.asked) == {"/.well-known/openid-configuration", "/keys", "/token"}
    assert (await browser.post("/act", {"csrf": await browser.token()})).status == 200
    assert (await browser.post("/sign-out", {"csrf": await browser.token()})).status == 303
    assert (await browser.get("/")).status == 303


async def test_a_second_sign_in_asks_no_more_than_it_must(console: World, provider: Provider) -> None:
    await go_round(provider, console.browser())
    provider.asked.clear()
    await go_round(provider, console.browser())
    assert provider.asked == ["/token"]


async def test_the_page_offers_the_provider_and_no_form(console: World) -> None:
    said = (await console.browser().get("/sign-in")).json
    assert (said["oidc"], said["local"]) == (True, False)


async def test_the_way_back_is_the_consoles_own_address(tmp_path: Path, provider: Provider) -> None:
    console = world(tmp_path, accounts=None, address="https://m.acme.example", console={"oidc": oidc(provider)})
    browser = console.browser(host="m.acme.example", scheme="https")
    asked = await browser.get("/sign-in/oidc")
    query = parse_qs(urlsplit(asked.header("location") or "").query)
    assert query["redirect_uri"] == ["https://m.acme.example/sign-in/oidc/back"]
    assert list(browser.jar) == [f"__Host-{OIDC}"]


def bent(**changes: Any) -> Callable[[Provider], None]:
    """Claims as they should not be; None takes one away."""

    def change(provider: Provider) -> None:
        provider.bend = lambda claims: {key: value for key, value in (claims | changes).items() if value is not None}

    return change


def told(**changes: Any) -> Callable[[Provider], None]:
    def change(provider: Provider) -> None:
        for name, value in changes.items():
            setattr(provider, name, value)

    return change


LIES: dict[str, Callable[[Provider], None]] = {
    "the nonce of another": bent(nonce="another"),
    "no nonce": bent(nonce=None),
    "for another client": bent(aud="another-client"),
    "for others beside us without saying for whom": bent(aud=[CLIENT, "another"]),
    "for us by way of another": bent(aud=[CLIENT, "another"], azp="another"),
    "for another client by way of us": bent(aud="another", azp=CLIENT),
    "for nobody": bent(aud=None),
    "by another issuer": bent(iss="https://evil.example"),
    "by no issuer": bent(iss=None),
    "expired": bent(exp=1_000_000_000, iat=999_999_000),
    "without an end": bent(exp=None),
    "with an end that is no time": bent(exp="tomorrow"),
    "not yet": bent(nbf=4_000_000_000),
    "made in the future": bent(iat=4_000_000_000, exp=4_000_000_300),
    "about nobody": bent(sub=None),
    "for another access token": bent(at_hash="AAAAAAAAAAAAAAAAAAAAAA"),
    "signed by nobody": told(header={"alg": "none"}, key=b""),
    "signed by nobody under a known key": told(header={"alg": "none", "kid": "one"}, key=b""),
    "signed by somebody else": told(key=STRANGE),
    "signed by a key that is not published": told(header={"alg": "RS256", "kid": "two"}),
    "signed with the client's secret": told(header={"alg": "HS256", "kid": "one"}, key=CLIENT_SECRET.encode()),
    "signed with the published key as if it were a secret": told(
        header={"alg": "HS256", "kid": "one"}, key=KEY.as_pem(private=False)
    ),
    "in another algorithm than was said": told(
        header={"alg": "RS512", "kid": "one"},
        key=RSAKey.import_key({key: value for key, value in KEY.as_dict(private=True).items() if key != "alg"}),
    ),
    "that is no token": told(token="x.y.z"),
    "that is empty": told(token=""),
    "that is not there": told(answer={"access_token": "a", "token_type": "Bearer"}),
    "that is a number": told(answer={"access_token": "a", "token_type": "Bearer", "id_token": 7}),
    "in an answer that is a list": told(answer=["x"]),
    "in an answer that is an error": told(answer={"error": "server_error"}, status=500),
    "without a person": bent(preferred_username=None),
    "as the monitor": bent(preferred_username="monitor"),
    "as a machine": bent(preferred_username="token:till"),
    "with an empty person": bent(preferred_username="  "),
    "with a person that cannot be seen": bent(preferred_username="li.na\u202e"),
    "with a person that is too long": bent(preferred_username="x" * 200),
    "without a role": bent(roles=None),
    "with roles of somebody else's": bent(roles=["admin", "moments"]),
    "with roles that are a mapping": bent(roles={"moments-admin": True}),
    "without tenants": bent(tenants=None),
    "with no tenant": bent(tenants=[]),
    "with a tenant that is none": bent(tenants=["a/b"]),
    "with more tenants than a cookie holds": bent(tenants=[f"tenant-{n * 7919:x}-{n * 104729:x}" for n in range(900)]),
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
async def test_nobody_is_signed_in_by_a_token(
    console: World, provider: Provider, lie: Callable[[Provider], None], capsys: pytest.CaptureFixture[str]
) -> None:
    lie(provider)
    browser = console.browser()
    answer = await go_round(provider, browser)
    assert answer.status == 403
    assert answer.json["error"]
    assert not any(SESSION in name for name in browser.jar)
    said = capsys.readouterr()
    assert "eyJ" not in said.out + said.err  # no token in a log
    assert CLIENT_SECRET not in said.out + said.err


ROLES = {
    "viewer": (["moments-viewer"], "viewer"),
    "the highest of several": (["moments-viewer", "moments-admin", "moments-responder"], "admin"),
    "one text": ("moments-responder", "responder"),
    "several in one text": ("x, moments-viewer", "viewer"),
}


@pytest.mark.parametrize(("said", "role"), ROLES.values(), ids=ROLES)
async def test_the_role_is_that_of_the_claim(console: World, provider: Provider, said: object, role: str) -> None:
    provider.claims["roles"] = said
    browser = console.browser()
    await go_round(provider, browser)
    assert (await browser.get("/")).json["role"] == role


async def test_claims_may_lie_deeper_and_a_star_is_every_tenant(tmp_path: Path, provider: Provider) -> None:
    settings = oidc(provider, roles_claim="realm_access.roles", tenants_claim="tenant")
    console = world(tmp_path, accounts=None, console={"oidc": settings})
    provider.claims |= {"realm_access": {"roles": ["moments-admin"]}, "tenant": "*"}
    browser = console.browser()
    await go_round(provider, browser)
    assert (await browser.get("/")).json == {"id": "li.na", "role": "admin", "tenants": None, "machine": False}


async def test_an_answer_needs_the_browser_that_asked(console: World, provider: Provider) -> None:
    asked = await console.browser().get("/sign-in/oidc")
    code, state = provider.authorize(asked.header("location") or "")
    back = "/sign-in/oidc/back?" + urlencode({"code": code, "state": state})
    victim = console.browser()
    assert (await victim.get(back)).status == 403  # has asked nothing
    await victim.get("/sign-in/oidc")
    assert (await victim.get(back)).status == 403  # has asked something else
    assert "/token" not in provider.asked


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"code": "code-0"},
        {"state": "x", "code": "code-0"},
        {"state": "", "code": ""},
        {"error": "access_denied", "error_description": "<script>alert(1)</script>"},
        {"state": "ours", "error": "access_denied"},
        {"state": "ours", "code": "guessed"},
        {"state": "ours"},
        {"state": "ours", "code": "code-0", "iss": "https://evil.example"},
        [("state", "x"), ("state", "ours"), ("code", "code-0")],
        [("state", "ours"), ("code", "x"), ("code", "code-0")],
    ],
)
async def test_an_answer_that_is_not_the_one_that_was_asked_for(
    console: World, provider: Provider, query: dict[str, str] | list[tuple[str, str]]
) -> None:
    browser = console.browser()
    asked = await browser.get("/sign-in/oidc")
    _, state = provider.authorize(asked.header("location") or "")
    pairs = query if isinstance(query, list) else list(query.items())
    sent = urlencode([(key, state if value == "ours" else value) for key, value in pairs])
    answer = await browser.get("/sign-in/oidc/back?" + sent)
    assert answer.status == 403
    assert "script" not in answer.text
    assert not browser.jar or SESSION not in browser.jar


async def test_an_answer_comes_once_and_within_ten_minutes(console: World, provider: Provider) -> None:
    browser = console.browser()
    for wait, status in ((10 * MINUTE - 1, 303), (10 * MINUTE, 403)):
        browser.jar.clear()
        asked = await browser.get("/sign-in/oidc")
        jar = dict(browser.jar)
        code, state = provider.authorize(asked.header("location") or "")
        console.time.at += wait
        back = "/sign-in/oidc/back?" + urlencode({"code": code, "state": state})
        assert (await browser.get(back)).status == status
        browser.jar = jar
        assert (await browser.get(back)).status == 403


async def test_a_forged_state_cookie_is_not_believed(console: World, provider: Provider) -> None:
    browser = console.browser()
    browser.jar = {OIDC: "WzAsIi8iLHt9XQ.AAAA"}
    assert (await browser.get("/sign-in/oidc/back?state=x&code=y")).status == 403


async def test_the_way_back_leads_to_no_other_site(console: World, provider: Provider) -> None:
    for after in ("https://evil.example", "//evil.example", "/\\evil.example"):
        assert (await go_round(provider, console.browser(), after)).header("location") == "/"


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://evil.example"},
        {"issuer": None},
        {"token_endpoint": "ftp://127.0.0.1/token"},
        {"token_endpoint": None},
        {"jwks_uri": "file:///etc/passwd"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": 7},
    ],
)
async def test_a_provider_that_describes_itself_wrongly_is_not_used(
    console: World, provider: Provider, metadata: dict[str, Any]
) -> None:
    provider.metadata = metadata
    answer = await console.browser().get("/sign-in/oidc")
    assert answer.status == 503
    assert provider.asked == ["/.well-known/openid-configuration"]
    provider.metadata = {}
    assert (await console.browser().get("/sign-in/oidc")).status == 302  # and is asked again


async def test_a_description_cannot_change_how_we_call(console: World, provider: Provider) -> None:
    """Authlib hands whatever stands in it to its HTTP client."""
    provider.metadata = {"proxy": "http://127.0.0.1:1", "verify": False, "timeout": 0.000001, "scope": "all"}
    assert (await go_round(provider, console.browser())).status == 303


async def test_a_provider_that_is_away_is_said_and_comes_back(tmp_path: Path) -> None:
    async with running() as gone:
        console = world(tmp_path, accounts=None, console={"oidc": oidc(gone)})
    assert (await console.browser().get("/sign-in/oidc")).status == 503


async def test_a_new_key_is_fetched_and_one_given_up_stops_counting(console: World, provider: Provider) -> None:
    assert (await go_round(provider, console.browser())).status == 303
    new = RSAKey.generate_key(2048, {"kid": "two", "use": "sig", "alg": "RS256"})
    provider.published, provider.key, provider.header = [new], new, {"alg": "RS256", "kid": "two"}
    assert (await go_round(provider, console.browser())).status == 303
    third = RSAKey.generate_key(2048, {"kid": "three", "use": "sig", "alg": "RS256"})
    provider.published = [third]
    console.time.at += HOUR
    assert (await go_round(provider, console.browser())).status == 403


async def test_the_secret_is_posted_where_the_provider_wants_that(console: World, provider: Provider) -> None:
    provider.metadata = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    assert (await go_round(provider, console.browser())).status == 303


async def test_a_disabled_local_user_of_that_id_is_shut_out_whichever_way_they_come(
    tmp_path: Path, provider: Provider
) -> None:
    console = world(tmp_path, accounts=ACCOUNTS, console={"oidc": oidc(provider)})
    browser = console.browser()
    assert (await go_round(provider, browser)).status == 303
    assert (await browser.get("/")).status == 200
    console.rewrite("  - id: li.na", "  - id: li.na\n    disabled: true")
    assert (await browser.get("/")).status == 303
    assert (await go_round(provider, browser)).status == 403


def settings_of(issuer: str) -> Settings:
    given = Oidc(issuer=issuer, client_id=CLIENT, client_secret=SecretStr(CLIENT_SECRET))
    return Settings(console=Console(oidc=given, secret=SecretStr(SECRET)), alerting=Alerting())


def test_an_issuer_in_the_clear_is_refused_beyond_this_machine() -> None:
    with pytest.raises(OperatorError, match="https"):
        Access.of(settings_of("http://login.acme.example"))


@pytest.mark.parametrize("missing", ["authlib.integrations.starlette_client", "httpx2"])
def test_without_its_libraries_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(OperatorError, match=r"install service-moment-monitor\[oidc\]"):
        Access.of(settings_of("https://login.acme.example"))
