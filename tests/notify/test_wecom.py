"""The robot of a WeCom group, against a server that answers as WeCom does."""

import json
import re

import pytest
from pydantic import SecretStr, ValidationError

from schemas.transition import Labels, Text
from streams.notify.base import NotifyError
from streams.notify.http import Http
from streams.notify.render import render
from streams.notify.wecom import LIMIT, WeCom, WeComConfig
from tests.notify.peer import Peer, Status
from tests.notify.robots import hostile_messages, local_http, told
from tests.notify.sample import CONSOLE, REMARK, make_alert, make_notice
from tests.notify.stored import assert_stored

KEY = "693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"
TAKEN = Status(200, '{"errcode":0,"errmsg":"ok"}')


def robot(peer: Peer, http: Http) -> WeCom:
    return WeCom("duty-group", WeComConfig(url=SecretStr(peer.url(f"/cgi-bin/webhook/send?key={KEY}"))), http)


@pytest.mark.parametrize(
    ("story", "language", "address"),
    [
        ("broke_critical", "zh", "zhangsan"),
        ("warned", "en", ""),
        ("ended_late", "zh", ""),
        ("grouped", "zh", ""),
        ("incident", "en", ""),
    ],
)
async def test_the_request_is_the_stored_one(story: str, language: str, address: str) -> None:
    async with Peer() as peer, local_http() as http:
        peer.say(TAKEN)
        assert await robot(peer, http).send(told(story, language), address) == "200 errcode 0"
    assert_stored(f"wecom_{story}.{language}.txt", peer.seen[0].wire())


async def test_without_a_console_nothing_is_linked() -> None:
    async with Peer() as peer, local_http() as http:
        peer.say(TAKEN)
        await robot(peer, http).send(told("broke", console=None), "")
    assert "](" not in peer.seen[0].body.decode()


@pytest.mark.parametrize(
    ("body", "permanent", "wait"),
    [
        ('{"errcode":45009,"errmsg":"api freq out of limit, from ip: 10.0.0.1"}', False, 60.0),
        ('{"errcode":45033,"errmsg":"api concurrent out of limit"}', False, None),
        ('{"errcode":-1,"errmsg":"system busy"}', False, None),
        ('{"errcode":99999,"errmsg":"too many requests"}', False, None),
        ('{"errcode":93000,"errmsg":"invalid webhook url, hint: [1]"}', True, None),
        ('{"errcode":40058,"errmsg":"markdown.content exceed max length 4096"}', True, None),
        ('{"errcode":"0"}', False, None),
        ('{"errcode":true}', False, None),
        ("{}", False, None),
        ("[0]", False, None),
        ("null", False, None),
        ("<html>please log in</html>", False, None),
        ("", False, None),
    ],
)
async def test_a_200_is_a_failure_unless_its_errcode_is_0(body: str, permanent: bool, wait: float | None) -> None:
    async with Peer() as peer, local_http() as http:
        peer.say(Status(200, body))
        with pytest.raises(NotifyError) as failed:
            await robot(peer, http).send(told("broke"), "")
    assert (failed.value.permanent, failed.value.retry_after) == (permanent, wait)
    assert KEY not in str(failed.value)
    assert "10.0.0.1" not in str(failed.value)


async def test_a_message_of_wide_letters_is_cut_to_the_limit_in_bytes_and_keeps_link_and_mention() -> None:
    long = "长" * 5_000
    alert = make_alert(
        title=Text(zh=long, en=long),
        labels=Labels(store=long, region=long, channel=long),
        case=long,
        sentence=Text(zh=long, en=long),
        playbook={"zh": [long]},
        comments=[REMARK.model_copy(update={"by": long, "text": long})],
    )
    message = render(make_notice(alert, reason="again"), CONSOLE)
    assert len(message.markdown.encode()) > LIMIT - 300  # or this test shows nothing
    async with Peer() as peer, local_http() as http:
        peer.say(TAKEN)
        await robot(peer, http).send(message, "zhangsan")
    content = json.loads(peer.seen[0].body)["markdown"]["content"]
    assert len(content.encode()) <= LIMIT
    assert content.endswith(f"\n[查看并认领]({message.link})\n<@zhangsan>")


@pytest.mark.parametrize("address", ["all", "@all", "ALL", "a>b", "<@all>", "a b", "张三", "a\n", "x" * 65, "@"])
async def test_an_address_that_is_no_single_user_is_refused(address: str) -> None:
    async with Peer() as peer, local_http() as http:
        with pytest.raises(NotifyError, match="not a user id") as refused:
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
            assert body.keys() == {"msgtype", "markdown"}
            assert body["markdown"].keys() == {"content"}
            content = body["markdown"]["content"]
            head, *lines, link = content.split("\n")
            assert link == f"[查看并认领]({message.link})"
            title = re.fullmatch(r'\*\*<font color="warning">(.*)</font>\*\*', head)
            assert title, value[:60]
            rest = [title[1], *(re.sub(r"^\*\*\w+\*\*：|，\*\*渠道\*\*：", "", line) for line in lines)]
            for line in rest:
                assert not re.search(r"[<>@\[\]*`#|&\\~]|://", line), value[:60]


def test_the_address_of_the_robot_is_a_secret() -> None:
    config = WeComConfig(url=SecretStr(f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}"))
    assert KEY not in repr(config)
    with pytest.raises(ValidationError):
        WeComConfig(url=SecretStr("ftp://qyapi.weixin.qq.com"))


async def test_who_can_take_the_alert_at_once_has_both_links_in_the_last_line() -> None:
    message = told("broke", signed=True)
    async with Peer() as peer, local_http() as http:
        peer.say(TAKEN)
        await robot(peer, http).send(message, "")
    content = json.loads(peer.seen[0].body)["markdown"]["content"]
    assert content.endswith(f"\n[认领]({message.acknowledge}) · [查看]({message.link})")
