"""Slack, both ways in, by the bytes on the wire."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from streams.notify.base import NotifyError
from streams.notify.http import Http
from streams.notify.slack import Slack, SlackConfig, content, escape
from tests.notify.evening import ended, frozen, grouped, message, same_as_example
from tests.notify.peer import Peer, Status
from tests.notify.stored import assert_stored

TOKEN = "xoxb-hunter2"


def by_webhook(peer: Peer, http: Http) -> Slack:
    return Slack("duty-chat", SlackConfig(url=SecretStr(peer.url("/services/T0/B0/s3cr3t"))), http)


def by_token(peer: Peer, http: Http, channel: str = "C042") -> Slack:
    api = SecretStr(peer.url("/api/chat.postMessage"))
    return Slack("duty-chat", SlackConfig(token=SecretStr(TOKEN), channel=channel, api=api), http)


async def test_a_webhook_gets_a_breach_byte_for_byte_as_in_the_example() -> None:
    async with Peer() as peer, Http(allow=["127.0.0.1/32"], now=frozen) as http:
        peer.say(Status(200, "ok"))
        assert await by_webhook(peer, http).send(message(), "") == "taken"
    same_as_example(peer.seen[0], "slack_webhook_broke.txt")


async def test_a_member_gets_the_end_by_token_byte_for_byte_as_in_the_example() -> None:
    async with Peer() as peer, Http(allow=["127.0.0.1/32"], now=frozen) as http:
        peer.say(Status(200, '{"ok":true,"channel":"U07","ts":"1793529002.000100"}'))
        assert await by_token(peer, http).send(ended(), "U07") == "taken"
    same_as_example(peer.seen[0], "slack_token_ended.txt")


async def test_a_group_goes_out_byte_for_byte_as_in_the_example() -> None:
    async with Peer() as peer, Http(allow=["127.0.0.1/32"], now=frozen) as http:
        peer.say(Status(200, "ok"))
        await by_webhook(peer, http).send(grouped(), "")
    assert_stored("slack_webhook_grouped.txt", peer.seen[0].wire())


def test_who_can_take_the_alert_at_once_has_a_button_for_that_and_no_line_of_it() -> None:
    take, page = "https://console.example/a/t0k3n", message().link
    sent = content(message(text=f"{message().text}\n认领：{take}\n查看：{page}", acknowledge=take))
    blocks = sent["blocks"]
    assert isinstance(blocks, list)
    _, section, actions = blocks
    assert section["text"]["text"] == message().text
    assert [(one["text"]["text"], one["url"]) for one in actions["elements"]] == [("认领", take), ("查看", page)]


async def test_a_contact_without_address_is_written_to_in_the_channel() -> None:
    async with Peer() as peer, Http(allow=["127.0.0.1/32"], now=frozen) as http:
        peer.say(Status(200, '{"ok":true}'))
        await by_token(peer, http).send(message(), "")
        with pytest.raises(NotifyError, match="no channel") as refused:
            await by_token(peer, http, channel="").send(message(), "")
    assert json.loads(peer.seen[0].body)["channel"] == "C042"
    assert refused.value.permanent
    assert len(peer.seen) == 1


async def test_mentions_and_markup_of_events_are_text() -> None:
    hostile = "<!channel> <@U024BE7LH> @here <https://evil.example|reset & pay> &lt;!here&gt;"
    async with Peer() as peer, Http(allow=["127.0.0.1/32"], now=frozen) as http:
        peer.say(Status(200, "ok"))
        await by_webhook(peer, http).send(replace(message(), title=hostile, text=hostile), "")
    same_as_example(peer.seen[0], "slack_webhook_hostile.txt")
    body = peer.seen[0].body.decode()
    assert not any(sign in body for sign in ("<", ">", "@here", "@U"))


@given(st.text() | st.text(alphabet="&<>@a茶"), st.integers(min_value=10, max_value=200))
def test_no_text_gets_control_or_a_mention_through_or_leaves_half_an_entity(text: str, limit: int) -> None:
    safe = escape(text, limit)
    assert 1 <= len(safe) <= limit
    assert not {"<", ">"} & set(safe)
    assert safe.count("&") == safe.count("&amp;") + safe.count("&lt;") + safe.count("&gt;")


def test_long_texts_are_cut_to_what_the_blocks_take_and_a_long_link_is_left_out() -> None:
    sent = content(replace(message(), title="<" * 1000, text="&" * 9000, link="https://x/" + "a" * 3000))
    blocks = sent["blocks"]
    assert isinstance(blocks, list)
    assert [block["type"] for block in blocks] == ["header", "section"]
    assert len(blocks[0]["text"]["text"]) <= 150
    assert len(blocks[1]["text"]["text"]) <= 3000


def test_the_link_is_the_button_and_not_a_line_of_the_text_too() -> None:
    one = message()
    assert one.link is not None
    assert content(replace(one, text=f"{one.text}\n认领:{one.link}")) == content(one)


@pytest.mark.parametrize(
    ("body", "permanent", "said"),
    [
        ('{"ok":false,"error":"channel_not_found"}', True, "refused: channel_not_found"),
        ('{"ok":false,"error":"invalid_auth"}', True, "refused: invalid_auth"),
        ('{"ok":false,"error":"ratelimited"}', False, "refused: ratelimited"),
        ('{"ok":false,"error":"internal_error"}', False, "refused: internal_error"),
        ('{"ok":false,"error":"xoxb-hunter2 is wrong"}', False, "refused: no reason given"),
        ('{"ok":"true"}', False, "refused: no reason given"),
        ("[]", False, "refused: no reason given"),
        ("<html>sign in to the hotel's network</html>", False, "answered 200 with something else than JSON"),
        ("", False, "answered 200 with something else than JSON"),
    ],
)
async def test_a_200_that_is_no_consent_is_a_failure(body: str, permanent: bool, said: str) -> None:
    async with Peer() as peer, Http(allow=["127.0.0.1/32"], now=frozen) as http:
        peer.say(Status(200, body))
        with pytest.raises(NotifyError) as refused:
            await by_token(peer, http).send(message(), "")
    assert (str(refused.value), refused.value.permanent) == (said, permanent)


@pytest.mark.parametrize("status", [400, 403, 404, 410])
async def test_a_webhook_that_is_gone_or_refuses_is_not_tried_again(status: int) -> None:
    async with Peer() as peer, Http(allow=["127.0.0.1/32"], now=frozen) as http:
        peer.say(Status(status, "no_service"))
        with pytest.raises(NotifyError, match=f"^answered {status}$") as refused:
            await by_webhook(peer, http).send(message(), "")
    assert refused.value.permanent


async def test_a_webhook_that_does_not_say_ok_has_not_taken_it() -> None:
    async with Peer() as peer, Http(allow=["127.0.0.1/32"], now=frozen) as http:
        peer.say(Status(200, "welcome to the hotel's network"))
        with pytest.raises(NotifyError, match="without ok") as refused:
            await by_webhook(peer, http).send(message(), "")
    assert not refused.value.permanent


def test_one_way_in_is_given_and_not_two() -> None:
    for given_ in ({}, {"url": SecretStr("https://hooks.example/x"), "token": SecretStr(TOKEN)}):
        with pytest.raises(ValidationError, match="either url or token"):
            SlackConfig(**given_)
