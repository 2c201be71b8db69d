"""PagerDuty's events, by the bytes on the wire."""

import json
from dataclasses import replace

import pytest
from pydantic import SecretStr

from streams.notify.base import NotifyError
from streams.notify.http import Http
from streams.notify.pagerduty import PagerDuty, PagerDutyConfig
from tests.notify.evening import alert, ended, frozen, message, same_as_example
from tests.notify.peer import Peer, Status

KEY = "s3cr3ts3cr3ts3cr3ts3cr3ts3cr3t00"
TAKEN = Status(202, '{"status":"success","message":"Event processed","dedup_key":"0f9d"}')


def receiver(peer: Peer, http: Http) -> PagerDuty:
    config = PagerDutyConfig(routing_key=SecretStr(KEY), url=SecretStr(peer.url("/v2/enqueue")))
    return PagerDuty("on-call", config, http)


async def test_a_breach_triggers_byte_for_byte_as_in_the_example() -> None:
    async with Peer() as peer, Http(allow=["127.0.0.1/32"], now=frozen) as http:
        peer.say(TAKEN)
        assert await receiver(peer, http).send(message(), "") == "trigger taken"
    same_as_example(peer.seen[0], "pagerduty_trigger.txt")


async def test_the_end_resolves_byte_for_byte_as_in_the_example() -> None:
    async with Peer() as peer, Http(allow=["127.0.0.1/32"], now=frozen) as http:
        peer.say(TAKEN)
        assert await receiver(peer, http).send(ended(), "") == "resolve taken"
    same_as_example(peer.seen[0], "pagerduty_resolve.txt")


async def test_an_alert_that_somebody_has_is_acknowledged_there_byte_for_byte_as_in_the_example() -> None:
    taken = message("worsened", alert=alert(state="acknowledged", acknowledged_by="lin"))
    async with Peer() as peer, Http(allow=["127.0.0.1/32"], now=frozen) as http:
        peer.say(TAKEN)
        assert await receiver(peer, http).send(taken, "") == "acknowledge taken"
    same_as_example(peer.seen[0], "pagerduty_acknowledge.txt")


async def test_a_retraction_resolves() -> None:
    async with Peer() as peer, Http(allow=["127.0.0.1/32"], now=frozen) as http:
        peer.say(TAKEN)
        assert await receiver(peer, http).send(ended("retracted"), "") == "resolve taken"


async def test_long_texts_are_cut_to_what_the_api_takes() -> None:
    async with Peer() as peer, Http(allow=["127.0.0.1/32"], now=frozen) as http:
        peer.say(TAKEN)
        await receiver(peer, http).send(replace(message(), title="茶" * 5000, text="茶" * 100_000, link=None), "")
    event = json.loads(peer.seen[0].body)
    assert len(event["payload"]["summary"]) == 1024
    assert len(peer.seen[0].body) < 512 * 1024
    assert "client_url" not in event
    assert "links" not in event


@pytest.mark.parametrize(("status", "permanent"), [(200, False), (400, True), (403, True), (429, False), (500, False)])
async def test_only_202_is_taken_and_the_key_is_in_no_error(status: int, permanent: bool) -> None:
    async with Peer() as peer, Http(allow=["127.0.0.1/32"], now=frozen) as http:
        peer.say(Status(status, f'{{"status":"invalid event","errors":["{KEY}"]}}'))
        with pytest.raises(NotifyError) as refused:
            await receiver(peer, http).send(message(), "")
    assert refused.value.permanent is permanent
    assert "s3cr3t" not in str(refused.value)
    assert str(status) in str(refused.value)


def test_the_key_is_not_shown() -> None:
    assert KEY not in repr(PagerDutyConfig(routing_key=SecretStr(KEY)))
