"""What each failure of a receiver means for a delivery, against a server that fails so."""

import asyncio
import ssl
import traceback
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from streams import clock
from streams.notify.base import NotifyError
from streams.notify.http import AT_ONCE, BODY_LIMIT, LONGEST_WAIT, Http, encode, parse_retry_after
from tests.notify.evening import NOW, SECRETS, frozen
from tests.notify.peer import (
    Answer,
    Peer,
    Status,
    babble,
    cut,
    flood,
    hang,
    hang_after_headers,
    make_certificate,
    moved,
    reset,
)

HERE = ["127.0.0.1/32"]


async def failing(http: Http, url: str) -> NotifyError:
    """The failure of a post; neither it nor anything behind it says where it went."""
    with pytest.raises(NotifyError) as failed:
        await http.post(url, json={"key": "s3cr3t"}, headers={"Authorization": "Bearer hunter2"})
    said = "".join(traceback.format_exception_only(failed.value))
    assert not any(secret in said for secret in SECRETS)
    assert failed.value.__cause__ is None
    assert failed.value.__context__ is None
    return failed.value


async def test_a_success_gives_status_headers_and_body() -> None:
    async with Peer() as peer, Http(allow=HERE) as http:
        peer.say(Status(201, '{"ok":true}', {"X-Id": "7"}))
        reply = await http.post(peer.url("/a?b=c"), json={"zh": "茶"})
    assert (reply.status, reply.headers["x-id"], reply.json()) == (201, "7", {"ok": True})
    assert peer.seen[0].path == "/a?b=c"
    assert peer.seen[0].body == '{"zh":"茶"}'.encode()


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 599])
async def test_a_failure_that_may_pass_is_not_permanent(status: int) -> None:
    async with Peer() as peer, Http(allow=HERE) as http:
        peer.say(Status(status, "s3cr3t"))
        failed = await failing(http, peer.url())
    assert (str(failed), failed.permanent, failed.retry_after) == (f"answered {status}", False, None)
    assert len(peer.seen) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 410, 413, 422])
async def test_a_refusal_is_permanent(status: int) -> None:
    async with Peer() as peer, Http(allow=HERE) as http:
        peer.say(Status(status, "s3cr3t", {"Retry-After": "5"}))
        failed = await failing(http, peer.url())
    assert (str(failed), failed.permanent, failed.retry_after) == (f"answered {status}", True, None)


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("30", 30.0),
        ("0", 0.0),
        ("Sun, 01 Nov 2026 10:31:02 GMT", 60.0),
        ("Sun, 01 Nov 2020 10:31:02 GMT", 0.0),
        ("soon", None),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
async def test_retry_after_is_read_in_both_its_forms(status: int, header: str, wait: float | None) -> None:
    async with Peer() as peer, Http(allow=HERE, now=frozen) as http:
        peer.say(Status(status, headers={"Retry-After": header}))
        failed = await failing(http, peer.url())
    assert failed.retry_after == wait
    assert not failed.permanent


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        (None, None),
        ("", None),
        (" 12 ", 12.0),
        ("-1", None),
        ("1e9", None),
        ("٣", None),
        ("9" * 5000, LONGEST_WAIT),
        ("Fri, 01 Jan 9999 00:00:00 GMT", LONGEST_WAIT),
        ("Sun, 01 Nov 2026 10:30:32 -0000", 32.0),
        ("Sunday, 01-Nov-26 10:30:32 GMT", 32.0),
        ("Mon, 99 Foo 2026 99:99:99 GMT", None),
        ("Sun, 01 Nov 2026 10:30:32 +9999", None),
    ],
)
def test_retry_after_is_believed_up_to_an_hour_and_nonsense_is_ignored(header: str | None, wait: float | None) -> None:
    assert clock.as_datetime(NOW) == datetime(2026, 11, 1, 10, 30, 2, tzinfo=UTC)
    assert parse_retry_after(header, NOW - 2 * clock.SECOND) == wait


@pytest.mark.parametrize(
    ("answer", "said", "permanent"),
    [
        (hang, "no answer within 0.3 s", False),
        (hang_after_headers, "no end of the answer within 0.3 s", False),
        (moved, "answered 301: redirects are not followed", True),
        (Status(307, headers={"Location": "http://169.254.169.254/"}), "answered 307: redirects are not followed", True),
        (reset, "the connection was cut off", False),
        (babble, "answered something that is not HTTP", False),
        (cut, "the answer was cut off after status 200", False),
    ],
)
async def test_each_way_to_fail_has_its_name(answer: Answer, said: str, permanent: bool) -> None:
    async with Peer() as peer, Http(allow=HERE, timeout=0.3) as http:
        peer.say(answer)
        failed = await failing(http, peer.url())
    assert (str(failed), failed.permanent) == (said, permanent)
    assert [seen.path for seen in peer.seen] == ["/"]


async def test_a_compressed_body_is_left_as_it_is() -> None:
    async with Peer() as peer, Http(allow=HERE) as http:
        peer.say(Status(200, "no gzip", {"Content-Encoding": "gzip"}))
        assert (await http.post(peer.url(), json={})).body == b"no gzip"


async def test_a_body_without_end_is_read_to_a_limit_and_hung_up_on() -> None:
    async with Peer() as peer, Http(allow=HERE) as http:
        peer.say(flood)
        reply = await http.post(peer.url(), json={})
        assert len(reply.body) == BODY_LIMIT
        with pytest.raises(NotifyError, match="something else than JSON"):
            reply.json()
        await asyncio.wait_for(peer.hung_up.wait(), 10)


async def test_a_certificate_that_nobody_signed_is_permanent_and_one_the_operator_trusts_is_good(tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path, "IP:127.0.0.1")
    trust = ssl.create_default_context(cafile=certificate)
    async with Peer(certificate) as peer, Http(allow=HERE) as http, Http(allow=HERE, trust=trust) as trusting:
        failed = await failing(http, peer.url())
        assert peer.seen == []
        assert (await trusting.post(peer.url(), json={})).status == 200
    assert (str(failed), failed.permanent) == ("its TLS certificate cannot be trusted", True)


async def test_a_certificate_for_another_name_is_permanent(tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path, "DNS:other.example")
    trust = ssl.create_default_context(cafile=certificate)
    async with Peer(certificate) as peer, Http(allow=HERE, trust=trust) as http:
        failed = await failing(http, peer.url())
    assert (str(failed), failed.permanent, peer.seen) == ("its TLS certificate cannot be trusted", True, [])


async def test_tls_spoken_to_a_server_that_has_none_may_pass() -> None:
    async with Peer() as peer, Http(allow=HERE) as http:
        failed = await failing(http, peer.url().replace("http:", "https:"))
    assert (str(failed), failed.permanent) == ("no TLS connection came about", False)


async def test_a_server_that_is_not_there_may_come_back() -> None:
    async with Peer() as peer:
        url = peer.url()
    async with Http(allow=HERE) as http:
        failed = await failing(http, url)
    assert (str(failed), failed.permanent) == ("no connection came about", False)


async def test_a_name_that_is_not_known_may_be_known_later() -> None:
    async def unknown(host: str, port: int) -> list[str]:
        raise OSError(-2, "Name or service not known", host)

    async with Http(lookup=unknown) as http:
        failed = await failing(http, "https://s3cr3t.example/")
    assert (str(failed), failed.permanent) == ("its name could not be looked up", False)


@pytest.mark.parametrize(
    "url", ["", "s3cr3t", "ftp://s3cr3t.example/", "http://", "file:///etc/passwd", "http://[s3cr3t", "http://a:99999/"]
)
async def test_what_is_no_url_is_permanent(url: str) -> None:
    async with Http() as http:
        failed = await failing(http, url)
    assert (str(failed), failed.permanent) == ("its URL is not valid", True)


async def test_a_header_with_a_line_break_is_not_sent() -> None:
    async with Peer() as peer, Http(allow=HERE) as http:
        with pytest.raises(NotifyError, match="cannot be made") as failed:
            await http.post(peer.url(), json={}, headers={"X-Id": "a\r\nX-Evil: b"})
    assert failed.value.permanent
    assert peer.seen == []


async def test_receivers_that_hang_delay_no_other_and_each_holds_a_few_connections_at_most() -> None:
    async with AsyncExitStack() as stack:
        dead = [await stack.enter_async_context(Peer()) for _ in range(6)]
        well = await stack.enter_async_context(Peer())
        http = await stack.enter_async_context(Http(allow=HERE, timeout=60))
        for peer in dead:
            peer.say(hang)
        waiting = [asyncio.create_task(http.post(peer.url(), json={})) for peer in dead for _ in range(AT_ONCE + 5)]
        try:
            async with asyncio.timeout(30):
                for peer in dead:
                    await peer.arrived(AT_ONCE)
            assert (await http.post(well.url(), json={}, timeout=5)).status == 200
            assert not any(task.done() for task in waiting)
            assert [len(peer.seen) for peer in dead] == [AT_ONCE] * 6
        finally:
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)


async def test_cookies_and_proxies_of_the_environment_have_no_effect(monkeypatch: pytest.MonkeyPatch) -> None:
    async with Peer() as proxy, Peer() as peer, Http(allow=HERE) as http:
        monkeypatch.setenv("HTTP_PROXY", proxy.url())
        monkeypatch.setenv("http_proxy", proxy.url())
        peer.say(Status(200, headers={"Set-Cookie": "a=b"}), Status(200))
        for _ in range(2):
            await http.post(peer.url(), json={})
    assert proxy.seen == []
    assert all(name.lower() != "cookie" for seen in peer.seen for name, _ in seen.headers)


def test_json_is_compact_and_a_half_surrogate_cannot_stop_a_message() -> None:
    assert encode({"a": ["茶", 1, None]}) == '{"a":["茶",1,null]}'.encode()
    assert encode("\ud83d!") == b'"?!"'
