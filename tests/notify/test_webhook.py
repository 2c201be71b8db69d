"""The signed webhook, by the vectors of Standard Webhooks 1.0 and by the bytes on the wire."""

import json
from base64 import b64decode
from dataclasses import replace
from hashlib import sha256
from hmac import compare_digest, digest

import pytest
from pydantic import SecretStr, ValidationError

from streams.notify.base import NotifyError
from streams.notify.http import Http
from streams.notify.webhook import Webhook, WebhookConfig, sign
from tests.notify.evening import NOW, alert, ended, frozen, group, grouped, message, same_as_example
from tests.notify.peer import Peer, Seen, Status
from tests.notify.stored import assert_stored

OLD = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # the secret of the published vectors
NEW = "whsec_bmV3LXNlY3JldC1uZXctc2VjcmV0LW5ldy1zZWNyZXQ="


def receiver(peer: Peer, http: Http, *secrets: str) -> Webhook:
    config = WebhookConfig(url=SecretStr(peer.url("/hook")), secrets=tuple(SecretStr(secret) for secret in secrets))
    return Webhook("shop", config, http)


def verify(seen: Seen, secret: str) -> bool:
    """What a subscriber does, written from the standard and not from our code."""
    key = b64decode(secret.removeprefix("whsec_"))
    signed = f"{seen.header('webhook-id')}.{seen.header('webhook-timestamp')}.".encode() + seen.body
    expected = digest(key, signed, sha256)
    for part in seen.header("webhook-signature").split(" "):
        version, _, signature = part.partition(",")
        if version == "v1" and compare_digest(b64decode(signature), expected):
            return True
    return False


def test_the_published_vector_is_signed_as_published() -> None:
    key = b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    signed = sign(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


async def test_a_breach_goes_out_byte_for_byte_as_in_the_example() -> None:
    async with Peer() as peer, Http(allow=["127.0.0.1/32"], now=frozen) as http:
        detail = await receiver(peer, http, OLD).send(message(), "lin")
    same_as_example(peer.seen[0], "webhook_broke.txt")
    assert verify(peer.seen[0], OLD)
    assert detail == "taken with 200"


async def test_the_end_of_an_alert_goes_out_byte_for_byte_as_in_the_example() -> None:
    async with Peer() as peer, Http(allow=["127.0.0.1/32"], now=frozen) as http:
        await receiver(peer, http, OLD).send(ended(), "")
    same_as_example(peer.seen[0], "webhook_ended.txt")


async def test_while_a_secret_is_replaced_both_verify_and_a_third_does_not() -> None:
    async with Peer() as peer, Http(allow=["127.0.0.1/32"], now=frozen) as http:
        await receiver(peer, http, NEW, OLD).send(message(), "lin")
    assert verify(peer.seen[0], OLD)
    assert verify(peer.seen[0], NEW)
    assert not verify(peer.seen[0], "whsec_" + "A" * 32)


async def test_a_second_attempt_keeps_the_id_and_is_dated_and_signed_anew() -> None:
    time = [NOW]
    async with Peer() as peer, Http(allow=["127.0.0.1/32"], now=lambda: time[-1]) as http:
        peer.say(Status(503), Status(200))
        shop = receiver(peer, http, OLD)
        with pytest.raises(NotifyError) as failed:
            await shop.send(message(), "lin")
        time.append(NOW + 60_000_000)
        await shop.send(message(), "lin")
    assert not failed.value.permanent
    first, second = peer.seen
    assert first.header("webhook-id") == second.header("webhook-id") == message().id
    assert int(second.header("webhook-timestamp")) - int(first.header("webhook-timestamp")) == 60
    assert first.header("webhook-signature") != second.header("webhook-signature")
    assert verify(second, OLD)


async def test_who_else_was_told_and_what_people_wrote_stay_in_the_house() -> None:
    async with Peer() as peer, Http(allow=["127.0.0.1/32"], now=frozen) as http:
        await receiver(peer, http, OLD).send(message(), "lin")
    kept = set(json.loads(peer.seen[0].body)["data"]["alert"])
    assert kept == set(alert().model_dump()) - {"proof", "told", "comments", "playbook"}


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_hunter2", "whsec_" + "A" * 100, "hunter2 hunter2"])
def test_a_secret_that_is_too_short_too_long_or_no_base64_is_refused_without_being_said(secret: str) -> None:
    with pytest.raises(ValidationError) as refused:
        WebhookConfig(url=SecretStr("https://shop.example/hook"), secrets=(SecretStr(secret),))
    messages = [fault["msg"] for fault in refused.value.errors()]
    assert messages == ["Value error, must be whsec_ and then 24 to 64 bytes in base64"]


def test_without_a_secret_there_is_no_webhook() -> None:
    with pytest.raises(ValidationError, match="at least one"):
        WebhookConfig(url=SecretStr("https://shop.example/hook"), secrets=())


async def test_a_group_goes_out_byte_for_byte_as_in_the_example() -> None:
    async with Peer() as peer, Http(allow=["127.0.0.1/32"], now=frozen) as http:
        await receiver(peer, http, OLD).send(grouped(), "")
    assert_stored("webhook_grouped.txt", peer.seen[0].wire())


async def test_the_acknowledging_link_of_a_person_stays_in_the_house() -> None:
    link = "https://console.example/a/t0k3n"
    one = message(text=f"{message().text}\n认领:{link}", acknowledge=link)
    async with Peer() as peer, Http(allow=["127.0.0.1/32"], now=frozen) as http:
        await receiver(peer, http, OLD).send(one, "lin")
    assert b"t0k3n" not in peer.seen[0].body
    assert json.loads(peer.seen[0].body)["data"]["text"] == message().text


async def test_a_group_is_known_by_its_key_whichever_alert_it_names() -> None:
    async with Peer() as peer, Http(allow=["127.0.0.1/32"], now=frozen) as http:
        shop = receiver(peer, http, OLD)
        await shop.send(grouped(), "")
        await shop.send(replace(grouped("group_over", state="resolved"), alert=alert(id="another")), "")
    told = [json.loads(seen.body) for seen in peer.seen]
    assert [one["type"] for one in told] == ["moment.group.grouped", "moment.group.group_over"]
    assert [one["data"]["key"] for one in told] == [group().id] * 2
