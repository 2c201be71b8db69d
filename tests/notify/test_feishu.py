"""The custom bot of a Feishu group, against a server that answers as Feishu does."""

import json
import re
from typing import Any

import pytest
from pydantic import SecretStr

from streams.notify.base import NotifyError
from streams.notify.feishu import Feishu, FeishuConfig, sign
from streams.notify.http import Http
from tests.notify.peer import Peer, Status
from tests.notify.robots import NOW, hostile_messages, local_http, told
from tests.notify.stored import assert_stored

TOKEN = "9f8e7d6c-bot-token"
SECRET = "7Kx2mQp9"
TAKEN = Status(200, '{"code":0,"msg":"success","data":{},"StatusCode":0,"StatusMessage":"success"}')


def bot(peer: Peer, http: Http, *, secret: str | None = SECRET) -> Feishu:
    url = SecretStr(peer.url(f"/open-apis/bot/v2/hook/{TOKEN}"))
    return Feishu("duty-group", FeishuConfig(url=url, secret=SecretStr(secret) if secret else None), http)


@pytest.mark.parametrize(
    ("story", "language", "address"),
    [
        ("broke_critical", "zh", "ou_8a1d5c"),
        ("warned", "en", ""),
        ("ended_late", "zh", ""),
        ("grouped", "zh", ""),
        ("incident", "en", ""),
    ],
)
async def test_the_request_is_the_stored_one(story: str, language: str, address: str) -> None:
    async with Peer() as peer, local_http() as http:
        peer.say(TAKEN)
        assert await bot(peer, http).send(told(story, language), address) == "200 code 0"
    assert_stored(f"feishu_{story}.{language}.txt", peer.seen[0].wire())


def test_the_signature_is_that_of_openssl() -> None:
    # openssl dgst -sha256 -mac HMAC -macopt hexkey:$(printf '1599360473\ndemo' | xxd -p) -binary /dev/null | base64
    assert sign(1599360473, "demo") == "l1N0gAcBjdwBvGm1xMjOF0XSyaLRpR7tuO5dHfhAYc8="


async def test_the_signature_is_of_this_second() -> None:
    async with Peer() as peer, local_http() as http:
        peer.say(TAKEN)
        await bot(peer, http).send(told("broke"), "")
    body = json.loads(peer.seen[0].body)
    assert body["timestamp"] == str(NOW // 1_000_000)
    assert body["sign"] == sign(NOW // 1_000_000, SECRET)


async def test_a_bot_without_a_secret_is_not_signed() -> None:
    async with Peer() as peer, local_http() as http:
        peer.say(TAKEN)
        await bot(peer, http, secret=None).send(told("broke", console=None), "")
    body = json.loads(peer.seen[0].body)
    assert body.keys() == {"msg_type", "card"}
    assert [element["tag"] for element in body["card"]["elements"]] == ["div"]


@pytest.mark.parametrize(
    ("body", "permanent", "wait"),
    [
        ('{"code":11232,"msg":"frequency limited psm[lark.oapi.app_platform_runtime]"}', False, 60.0),
        ('{"code":9499,"msg":"too many request"}', False, None),
        ('{"code":9499,"msg":"Bad Request","data":{}}', True, None),
        ('{"code":19021,"msg":"sign match fail or timestamp is not within one hour from current time"}', True, None),
        ('{"code":19001,"msg":"param invalid: incoming webhook access token invalid"}', True, None),
        ('{"StatusCode":0}', False, None),
        ("", False, None),
    ],
)
async def test_a_200_is_a_failure_unless_its_code_is_0(body: str, permanent: bool, wait: float | None) -> None:
    async with Peer() as peer, local_http() as http:
        peer.say(Status(200, body))
        with pytest.raises(NotifyError) as failed:
            await bot(peer, http).send(told("broke"), "")
    assert (failed.value.permanent, failed.value.retry_after) == (permanent, wait)
    assert not re.search(f"{TOKEN}|{SECRET}", str(failed.value))


@pytest.mark.parametrize("address", ["all", "ALL", "ou_1></at><at id=all", "a b", "boss@example.com", "x\n", "x" * 65])
async def test_an_address_that_is_no_single_user_is_refused(address: str) -> None:
    async with Peer() as peer, local_http() as http:
        with pytest.raises(NotifyError, match="not a user of Feishu") as refused:
            await bot(peer, http).send(told("broke"), address)
    assert refused.value.permanent
    assert not peer.seen


def skeleton(value: Any) -> Any:
    """The card without its texts."""
    if isinstance(value, dict):
        return {key: skeleton(inner) if key not in {"content", "url"} else "" for key, inner in value.items()}
    return [skeleton(inner) for inner in value] if isinstance(value, list) else value


async def test_nothing_hostile_reaches_the_group_as_markup() -> None:
    async with Peer() as peer, local_http() as http:
        peer.say(TAKEN)
        receiver = bot(peer, http)
        await receiver.send(told("broke"), "")
        harmless = skeleton(json.loads(peer.seen.pop().body))
        for value, message in hostile_messages():
            await receiver.send(message, "")
            body = json.loads(peer.seen.pop().body)
            assert skeleton(body) == harmless, value[:60]
            card = body["card"]
            assert card["elements"][1]["actions"][0]["url"] == message.link
            assert not re.search(r"[<>@\n]|://", card["header"]["title"]["content"]), value[:60]
            for line in card["elements"][0]["text"]["content"].split("\n"):
                words = re.sub(r"^\*\*\w+\*\*：|，\*\*渠道\*\*：", "", line)
                assert not re.search(r"[<>@\[\]*`#|&\\~]|://", words), value[:60]


async def test_who_can_take_the_alert_at_once_has_a_button_for_that_before_the_one_to_its_page() -> None:
    message = told("broke", signed=True)
    async with Peer() as peer, local_http() as http:
        peer.say(TAKEN)
        await bot(peer, http).send(message, "")
    *_, last = json.loads(peer.seen[0].body)["card"]["elements"]
    assert [(one["text"]["content"], one["url"], one["type"]) for one in last["actions"]] == [
        ("认领", message.acknowledge, "primary"),
        ("查看", message.link, "default"),
    ]
