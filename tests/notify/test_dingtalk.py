"""The robot of a DingTalk group, against a server that answers as DingTalk does."""

import base64
import hashlib
import hmac
import json
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import SecretStr

from streams.notify.base import NotifyError
from streams.notify.dingtalk import DingTalk, DingTalkConfig, sign
from streams.notify.http import Http
from tests.notify.peer import Peer, Status
from tests.notify.robots import NOW, hostile_messages, local_http, told
from tests.notify.stored import assert_stored

TOKEN = "566cc69da782ec33a9f7"
SECRET = "SEC5f3c1ad2b8e94f7a"
TAKEN = Status(200, '{"errcode":0,"errmsg":"ok"}')


def robot(peer: Peer, http: Http, *, secret: str | None = SECRET) -> DingTalk:
    url = SecretStr(peer.url(f"/robot/send?access_token={TOKEN}"))
    return DingTalk("duty-group", DingTalkConfig(url=url, secret=SecretStr(secret) if secret else None), http)


@pytest.mark.parametrize(
    ("story", "language", "address"),
    [
        ("broke_critical", "zh", "13800000000"),
        ("warned", "en", ""),
        ("ended_late", "zh", "+86-13800000000"),
        ("grouped", "zh", ""),
        ("incident", "en", ""),
    ],
)
async def test_the_request_is_the_stored_one(story: str, language: str, address: str) -> None:
    async with Peer() as peer, local_http() as http:
        peer.say(TAKEN)
        assert await robot(peer, http).send(told(story, language), address) == "200 errcode 0"
    assert_stored(f"dingtalk_{story}.{language}.txt", peer.seen[0].wire())


def test_the_signature_is_that_of_openssl() -> None:
    # printf '1577262236757\nthis is secret' | openssl dgst -sha256 -hmac 'this is secret' -binary | openssl base64
    assert sign(1577262236757, "this is secret") == "hmPWwU%2B7lVdm3ZZz0r9tSfx0L4Q26jWOZr9%2BGs6EZQM%3D"


async def test_a_server_can_verify_the_signature_from_the_request_alone() -> None:
    async with Peer() as peer, local_http() as http:
        peer.say(TAKEN)
        await robot(peer, http).send(told("broke"), "")
    query = parse_qs(urlsplit(peer.seen[0].path).query)
    assert query["access_token"] == [TOKEN]
    assert query["timestamp"] == [str(NOW // 1000)]
    signed = f"{query['timestamp'][0]}\n{SECRET}".encode()
    assert base64.b64decode(query["sign"][0]) == hmac.digest(SECRET.encode(), signed, hashlib.sha256)


async def test_a_robot_without_a_secret_is_not_signed() -> None:
    async with Peer() as peer, local_http() as http:
        peer.say(TAKEN)
        await robot(peer, http, secret=None).send(told("broke"), "")
    assert peer.seen[0].path == f"/robot/send?access_token={TOKEN}"


@pytest.mark.parametrize(
    ("body", "permanent", "wait"),
    [
        ('{"errcode":130101,"errmsg":"send too fast, exceed 20 times per minute"}', False, 600.0),
        ('{"errcode":410100,"errmsg":"发送速度太快而限流"}', False, 600.0),
        ('{"errcode":-1,"errmsg":"系统繁忙"}', False, None),
        ('{"errcode":310000,"errmsg":"sign not match"}', True, None),
        ('{"errcode":400101,"errmsg":"access_token 不存在"}', True, None),
        ('{"errcode":null}', False, None),
        ("oops", False, None),
    ],
)
async def test_a_200_is_a_failure_unless_its_errcode_is_0(body: str, permanent: bool, wait: float | None) -> None:
    async with Peer() as peer, local_http() as http:
        peer.say(Status(200, body))
        with pytest.raises(NotifyError) as failed:
            await robot(peer, http).send(told("broke"), "")
    assert (failed.value.permanent, failed.value.retry_after) == (permanent, wait)
    assert not re.search(f"{TOKEN}|{SECRET}|sign=", str(failed.value))


@pytest.mark.parametrize(
    "address", ["all", "@all", "isAtAll", "138 0000 0000", "12345", "1" * 16, "138\n00000000", "１３８００００"]
)
async def test_an_address_that_is_no_mobile_number_is_refused(address: str) -> None:
    async with Peer() as peer, local_http() as http:
        with pytest.raises(NotifyError, match="not a mobile number") as refused:
            await robot(peer, http).send(told("broke"), address)
    assert refused.value.permanent
    assert not peer.seen


async def test_nothing_hostile_reaches_the_group_as_markup() -> None:
    async with Peer() as peer, local_http() as http:
        peer.say(TAKEN)
        receiver = robot(peer, http)
        for value, message in hostile_messages():
            await receiver.send(message, "")
            body = json.loads(peer.seen.pop().body)
            assert body.keys() == {"msgtype", "markdown", "at"}
            assert body["at"] == {"atMobiles": [], "isAtAll": False}
            assert body["markdown"].keys() == {"title", "text"}
            assert not re.search(r"[<>@\n]|://", body["markdown"]["title"]), value[:60]
            head, *lines, link = body["markdown"]["text"].split("\n\n")
            assert link == f"[查看并认领]({message.link})"
            assert head.startswith("#### ")
            for line in (head[5:], *(re.sub(r"^\*\*\w+\*\*：|，\*\*渠道\*\*：", "", line) for line in lines)):
                assert not re.search(r"[<>@\[\]*`#|&\\~\n]|://", line), value[:60]


def test_the_secrets_stay_secret() -> None:
    url = SecretStr(f"https://oapi.dingtalk.com/robot/send?access_token={TOKEN}")
    config = DingTalkConfig(url=url, secret=SecretStr(SECRET))
    assert not re.search(f"{TOKEN}|{SECRET}", repr(config))
