"""PagerDuty's events, by the bytes on the wire."""

import json
from dataclasses import replace
from functools import partial

import pytest
from pydantic import SecretStr

from streams.notify.base import FollowUp, NotifyError
from streams.notify.http import Http
from streams.notify.pagerduty import PagerDuty, PagerDutyConfig
from streams.notify.render import render
from tests.notify.evening import alert, ended, frozen, group, grouped, message, same_as_example
from tests.notify.outbox_receivers import Post
from tests.notify.outbox_story import Shard, make_alert, make_notice
from tests.notify.peer import Peer, Status
from tests.notify.stored import assert_stored

KEY = "s3cr3ts3cr3ts3cr3ts3cr3ts3cr3t00"
TAKEN = Status(202, '{"status":"success","message":"Event processed","dedup_key":"0f9d"}')


def on_call_config(peer: Peer) -> PagerDutyConfig:
    return PagerDutyConfig(routing_key=SecretStr(KEY), url=SecretStr(peer.url("/v2/enqueue")))


def receiver(peer: Peer, http: Http) -> PagerDuty:
    return PagerDuty("on-call", on_call_config(peer), http)


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


async def test_a_group_goes_out_byte_for_byte_as_in_the_example() -> None:
    async with Peer() as peer, Http(allow=["127.0.0.1/32"], now=frozen) as http:
        peer.say(TAKEN)
        await receiver(peer, http).send(grouped(), "")
    assert_stored("pagerduty_grouped.txt", peer.seen[0].wire())


async def test_a_group_is_one_incident_until_it_is_over_whoever_has_its_first_alert() -> None:
    taken = alert(state="acknowledged", acknowledged_by="lin")
    async with Peer() as peer, Http(allow=["127.0.0.1/32"], now=frozen) as http:
        peer.say(TAKEN)
        on_call = receiver(peer, http)
        told = [await on_call.send(one, "") for one in (replace(grouped(), alert=taken), grouped("group_over"))]
    assert told == ["trigger taken", "resolve taken"]
    assert [json.loads(seen.body)["dedup_key"] for seen in peer.seen] == [group().id] * 2


async def test_an_incident_names_its_cause() -> None:
    cause = {"kind": "incident", "moment": None, "shared": "fleet", "value": "SF-East"}
    async with Peer() as peer, Http(allow=["127.0.0.1/32"], now=frozen) as http:
        peer.say(TAKEN)
        await receiver(peer, http).send(grouped("incident", **cause), "")
    payload = json.loads(peer.seen[0].body)["payload"]
    assert (payload["source"], payload["component"], payload["class"]) == ("SF-East", "fleet", "incident")
    assert payload["custom_details"]["fleet"] == "SF-East"


async def test_who_takes_an_alert_silences_pagerduty_too() -> None:
    async with Peer() as peer, Http(allow=["127.0.0.1/32"], now=frozen) as http:
        peer.say(TAKEN)
        on_call = receiver(peer, http)
        shard = Shard(follow_ups={"on-call": FollowUp(acknowledgements=on_call_config(peer).acknowledgements)})
        async with Post([on_call], shard, render=partial(render, console=None)).open() as post:
            shard.take(make_alert(), make_notice(contacts=("on-call",)))
            first = await post.receipt()
            shard.take(make_alert(2, "acknowledged"))
            post.sender.wake()
            second = await post.receipt()
    assert [(one.notice, one.attempt, one.outcome, one.detail) for one in (first, second)] == [
        ("n1", 1, "delivered", "trigger taken"),
        ("n1", 2, "delivered", "acknowledge taken"),
    ]
    assert [json.loads(seen.body)["dedup_key"] for seen in peer.seen] == ["a1", "a1"]
