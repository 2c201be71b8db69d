"""The catch-all, against a local server by apprise's own `json://`."""

import json
import logging
import sys
import warnings
from typing import Any

import pytest
from pydantic import SecretStr

from streams.errors import OperatorError
from streams.notify.apprise import Apprise, AppriseConfig
from streams.notify.base import NotifyError
from streams.notify.http import Http
from tests.notify.peer import Peer, Status, hang
from tests.notify.robots import hostile_messages, told

with warnings.catch_warnings():
    # its services are imported at the first use, and one of them imports what will be gone from Python 3.13
    warnings.simplefilter("ignore", DeprecationWarning)
    import apprise

    apprise.Apprise.instantiate("json://localhost")


def catch_all(url: str, **changed: Any) -> Apprise:
    return Apprise("other", AppriseConfig(url=SecretStr(url), **changed), Http())


def as_json(peer: Peer, path: str = "/hook") -> str:
    return peer.url(path).replace("http://", "json://")


async def test_title_text_and_kind_reach_the_service() -> None:
    message = told("broke")
    async with Peer() as peer:
        assert await catch_all(as_json(peer)).send(message, "") == "taken by apprise"
        await catch_all(as_json(peer)).send(told("ended_late"), "")
    sent, over = (json.loads(seen.body) for seen in peer.seen)
    assert (sent["title"], sent["message"], sent["type"]) == (message.title, message.text, "warning")
    assert over["type"] == "info"


async def test_the_address_takes_its_place_in_the_url_and_stays_one_part_of_it() -> None:
    async with Peer() as peer:
        await catch_all(as_json(peer, "/to/{address}/")).send(told("broke"), "a/../b?x=1#y")
    assert peer.seen[0].path == "/to/a%2F..%2Fb%3Fx=1%23y/"


async def test_a_contact_without_the_address_that_the_url_needs_is_refused() -> None:
    async with Peer() as peer:
        with pytest.raises(NotifyError, match="no address") as refused:
            await catch_all(as_json(peer, "/to/{address}")).send(told("broke"), "")
    assert refused.value.permanent
    assert not peer.seen


async def test_a_failure_of_the_service_passes_and_names_no_address(caplog: pytest.LogCaptureFixture) -> None:
    async with Peer() as peer:
        peer.say(Status(500, "s3cr3t"))
        with caplog.at_level(logging.DEBUG), pytest.raises(NotifyError) as failed:
            await catch_all(as_json(peer, "/s3cr3t")).send(told("broke"), "")
    assert not failed.value.permanent
    assert str(failed.value) == "apprise could not deliver it"
    assert failed.value.__cause__ is None
    ours = [record.getMessage() for record in caplog.records if not record.name.startswith("aiohttp")]  # not the peer's
    assert "s3cr3t" not in "".join(ours)


async def test_a_service_that_hangs_is_left_after_the_timeout() -> None:
    async with Peer() as peer:
        peer.say(hang)
        with pytest.raises(NotifyError, match=r"no answer within 0\.2 s") as failed:
            await catch_all(as_json(peer) + "?rto=1.0&cto=1.0", timeout=0.2).send(told("broke"), "")
    assert not failed.value.permanent


async def test_nothing_hostile_is_more_than_text() -> None:
    async with Peer() as peer:
        receiver = catch_all(as_json(peer))
        for value, message in list(hostile_messages())[::20]:
            await receiver.send(message, "")
            sent = json.loads(peer.seen.pop().body)
            assert (sent["title"], sent["message"]) == (message.title, message.text), value[:60]


@pytest.mark.parametrize("url", ["", "nonsense", "unheardof://x/s3cr3t", "tgram://s3cr3t"])
def test_a_url_that_apprise_does_not_know_is_the_operators_error_and_is_not_told(
    url: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG), pytest.raises(OperatorError, match="receiver other") as refused:
        catch_all(url)
    assert "s3cr3t" not in str(refused.value) + caplog.text


def test_without_the_package_the_operator_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)  # as Python itself marks a module that is not to be had
    with pytest.raises(OperatorError, match=r"install service-moment-monitor\[apprise\]"):
        catch_all("json://localhost")
