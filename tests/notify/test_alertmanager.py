"""Alertmanager: the bytes on the wire, and what the real one from Debian makes of them."""

import asyncio
import json
import shutil
import socket
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from pydantic import SecretStr, ValidationError

from streams import clock
from streams.notify.alertmanager import Alertmanager, AlertmanagerConfig
from streams.notify.base import FollowUp, NotifyError
from streams.notify.http import Http
from streams.notify.outbox import OutboxProcessor
from streams.notify.render import render
from tests.notify.evening import BROKEN, alert, ended, frozen, group, grouped, message, same_as_example
from tests.notify.outbox_receivers import Post
from tests.notify.outbox_story import TOPICS, Shard, make_alert, make_notice
from tests.notify.peer import Peer, Status, hang, reset
from tests.notify.stored import assert_stored


def receiver(http: Http, *urls: str, **options: Any) -> Alertmanager:
    return Alertmanager("fleet", AlertmanagerConfig(urls=tuple(SecretStr(url) for url in urls), **options), http)


async def test_a_breach_goes_out_byte_for_byte_as_in_the_example() -> None:
    async with Peer() as peer, Http(allow=["127.0.0.1/32"], now=frozen) as http:
        detail = await receiver(http, peer.url("/"), labels={"team": "stores"}).send(message(), "")
    same_as_example(peer.seen[0], "alertmanager_broke.txt")
    assert detail == "taken by 1 of 1"


async def test_the_end_goes_out_byte_for_byte_as_in_the_example() -> None:
    async with Peer() as peer, Http(allow=["127.0.0.1/32"], now=frozen) as http:
        await receiver(http, peer.url()).send(ended(severity="low"), "")
    same_as_example(peer.seen[0], "alertmanager_ended.txt")


async def test_what_changes_while_an_alert_lives_is_not_in_its_labels() -> None:
    later = BROKEN + timedelta(minutes=3)
    worse = message(
        "escalated", text="又过去三分钟", title="仍未送达", id="n-3", alert=alert(version=7, level=2, changed_at=later)
    )
    async with Peer() as peer, Http(allow=["127.0.0.1/32"], now=frozen) as http:
        fleet = receiver(http, peer.url())
        for one in (message(), worse, ended()):
            await fleet.send(one, "")
    labels = [json.loads(seen.body)[0]["labels"] for seen in peer.seen]
    assert labels[0] == labels[1] == labels[2]
    assert labels[0]["alert_id"] == alert().id


async def test_a_risen_severity_ends_what_was_told_at_the_lower_ones() -> None:
    risen = message("worsened", severity="critical", alert=alert(kind="worsened", severity="critical", changed_at=BROKEN))
    async with Peer() as peer, Http(allow=["127.0.0.1/32"], now=frozen) as http:
        await receiver(http, peer.url()).send(risen, "")
    told = json.loads(peer.seen[0].body)
    assert {one["labels"]["severity"]: one["endsAt"] for one in told} == {
        "critical": "2026-11-01T10:45:02Z",
        "low": "2026-11-01T10:30:00Z",
        "medium": "2026-11-01T10:30:00Z",
        "high": "2026-11-01T10:30:00Z",
    }


async def test_a_retraction_never_ends_before_it_starts() -> None:
    met_before = BROKEN - timedelta(seconds=9)
    gone = ended("retracted", state="retracted", kind="retracted", ended_at=met_before)
    async with Peer() as peer, Http(allow=["127.0.0.1/32"], now=frozen) as http:
        await receiver(http, peer.url()).send(gone, "")
    for one in json.loads(peer.seen[0].body):
        assert one["startsAt"] == one["endsAt"] == "2026-11-01T10:30:00Z"


async def test_a_test_ends_by_itself_after_a_minute() -> None:
    async with Peer() as peer, Http(allow=["127.0.0.1/32"], now=frozen) as http:
        await receiver(http, peer.url()).send(message("test"), "")
    assert json.loads(peer.seen[0].body)[0]["endsAt"] == "2026-11-01T10:31:02Z"


async def test_labels_are_a_fixed_set_with_short_values() -> None:
    huge = alert(tenant="t" * 9000, moment="m" * 9000, labels=alert().labels.model_copy(update={"store": "店" * 9000}))
    async with Peer() as peer, Http(allow=["127.0.0.1/32"], now=frozen) as http:
        await receiver(http, peer.url()).send(replace(message(), alert=huge, text="长" * 90_000, link=None), "")
    [one] = json.loads(peer.seen[0].body)
    assert set(one["labels"]) == {"alertname", "alert_id", "tenant", "stage", "severity", "region", "store"}
    assert max(len(value) for value in one["labels"].values()) == 128
    assert len(peer.seen[0].body) < 32 * 1024
    assert "generatorURL" not in one


async def test_every_member_of_a_cluster_is_told_and_one_that_is_down_holds_up_nobody() -> None:
    async with (
        Peer() as well,
        Peer() as broken,
        Peer() as dead,
        Http(allow=["127.0.0.1/32"], now=frozen, timeout=0.5) as http,
    ):
        broken.say(reset)
        dead.say(hang)
        detail = await receiver(http, well.url(), broken.url(), dead.url()).send(message(), "")
    assert detail == "taken by 1 of 3"
    assert [len(peer.seen) for peer in (well, broken, dead)] == [1, 1, 1]


async def test_when_nobody_takes_it_the_failure_that_may_pass_counts() -> None:
    async with Peer() as refusing, Peer() as busy, Http(allow=["127.0.0.1/32"], now=frozen) as http:
        refusing.say(Status(400))
        busy.say(Status(503, headers={"Retry-After": "7"}))
        with pytest.raises(NotifyError, match=r"^answered 503$") as failed:
            await receiver(http, refusing.url(), busy.url()).send(message(), "")
        busy.say(Status(400))
        with pytest.raises(NotifyError, match=r"^answered 400$") as refused:
            await receiver(http, refusing.url(), busy.url()).send(message(), "")
    assert (failed.value.permanent, failed.value.retry_after) == (False, 7.0)
    assert refused.value.permanent


async def test_a_group_goes_out_byte_for_byte_as_in_the_example() -> None:
    async with Peer() as peer, Http(allow=["127.0.0.1/32"], now=frozen) as http:
        await receiver(http, peer.url()).send(grouped(), "")
    assert_stored("alertmanager_grouped.txt", peer.seen[0].wire())


async def test_a_group_is_one_alert_there_whatever_its_worst_severity_is_and_all_of_them_end() -> None:
    async with Peer() as peer, Http(allow=["127.0.0.1/32"], now=frozen) as http:
        fleet = receiver(http, peer.url())
        for one in (grouped(), grouped(severity="low", open=1), grouped("group_over", state="resolved", open=0)):
            await fleet.send(one, "")
    told = [
        {one["labels"]["severity"]: one["endsAt"] > "2026-11-01T10:40" for one in json.loads(seen.body)}
        for seen in peer.seen
    ]
    assert [{name for name, live in ends.items() if live} for ends in told] == [{"critical"}, {"low"}, set()]
    assert all(len(ends) == 4 for ends in told)
    keys = {one["labels"]["alert_id"] for seen in peer.seen for one in json.loads(seen.body)}
    assert keys == {group().id}


async def test_an_incident_is_named_by_what_is_shared_and_not_by_its_first_alert() -> None:
    async with Peer() as peer, Http(allow=["127.0.0.1/32"], now=frozen) as http:
        fleet = receiver(http, peer.url())
        await fleet.send(grouped("incident", kind="incident", moment=None, shared="store", value="1042"), "")
        await fleet.send(grouped("incident", kind="incident", moment=None, region=None, shared="fleet", value="x"), "")
    first, second = (json.loads(seen.body)[0]["labels"] for seen in peer.seen)
    both = {"alertname": "incident", "alert_id": group().id, "tenant": "tea", "severity": "critical", "group": "incident"}
    assert first == both | {"region": "east", "store": "1042"}
    assert second == both


async def test_what_a_person_takes_an_alert_by_is_not_in_what_everybody_reads() -> None:
    link = "https://console.example/a/t0k3n"
    async with Peer() as peer, Http(allow=["127.0.0.1/32"], now=frozen) as http:
        await receiver(http, peer.url()).send(message(text=f"{message().text}\n认领:{link}", acknowledge=link), "")
    assert b"t0k3n" not in peer.seen[0].body


def test_an_alert_is_sent_again_three_times_within_its_hold() -> None:
    for hold, every in (("15m", 5 * clock.MINUTE), ("3m", clock.MINUTE), ("1h", 20 * clock.MINUTE)):
        assert AlertmanagerConfig(urls=(SecretStr("http://am.example"),), hold=hold).repeat_every == every


def test_a_hold_that_is_no_duration_or_too_short_and_a_label_that_is_no_name_are_refused() -> None:
    wrongs: list[dict[str, Any]] = [{"hold": "soon"}, {"hold": "2m59s"}, {"labels": {"not-a-name": "x"}}, {"urls": []}]
    for wrong in wrongs:
        with pytest.raises(ValidationError):
            AlertmanagerConfig.model_validate({"urls": ["http://am.example"]} | wrong)


# --- the real one -----------------------------------------------------------------------------------------------------


@pytest.fixture
async def real(tmp_path: Path) -> AsyncIterator[str]:
    """The address of an Alertmanager of our own, on free ports of the loopback, without a cluster."""
    binary = shutil.which("prometheus-alertmanager")
    if binary is None:
        pytest.skip("prometheus-alertmanager is not installed; on Debian: apt-get install prometheus-alertmanager")
    config = tmp_path / "alertmanager.yml"
    config.write_text("route: {receiver: nobody}\nreceivers: [{name: nobody}]\n", encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    options = [f"--config.file={config}", f"--storage.path={tmp_path}", f"--web.listen-address={address}"]
    with (tmp_path / "log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(binary, *options, "--cluster.listen-address=", stderr=log)
    try:
        async with aiohttp.ClientSession() as session:
            for _ in range(200):
                try:
                    async with session.get(f"http://{address}/-/ready") as answer:
                        if answer.status == 200:
                            break
                except aiohttp.ClientConnectionError:
                    pass
                assert process.returncode is None, (tmp_path / "log").read_text(encoding="utf-8")
                await asyncio.sleep(0.05)
        yield f"http://{address}"
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def held(real: str) -> list[dict[str, Any]]:
    """The alerts that it holds as firing."""
    async with aiohttp.ClientSession() as session, session.get(f"{real}/api/v2/alerts?active=true") as answer:
        assert answer.status == 200
        found: list[dict[str, Any]] = await answer.json()
    return found


async def test_the_real_one_takes_an_alert_keeps_it_one_over_repeats_and_lets_it_go(real: str) -> None:
    now = datetime.now(UTC).replace(microsecond=0)  # noqa: TID251 the real one judges by its own clock
    broken = now - timedelta(minutes=2)
    live = {"raised_at": broken, "broken_at": broken, "due_at": broken, "changed_at": broken}
    over: dict[str, Any] = live | {"ended_at": now - timedelta(seconds=1), "changed_at": now}
    async with Http(allow=["127.0.0.1/32"]) as http:
        fleet = receiver(http, real)
        await fleet.send(message(alert=alert(**live)), "")
        [first] = await held(real)
        assert first["labels"] == {
            "alertname": "tea.delivered_on_time",
            "alert_id": alert().id,
            "tenant": "tea",
            "stage": "execution",
            "severity": "high",
            "region": "east",
            "store": "1042",
        }
        assert first["annotations"]["summary"] == message().title
        assert first["generatorURL"] == message().link
        assert datetime.fromisoformat(first["startsAt"]) == broken
        assert first["status"]["state"] in ("active", "unprocessed")

        await fleet.send(message("escalated", alert=alert(**live, version=3)), "")
        [again] = await held(real)
        assert again["fingerprint"] == first["fingerprint"]
        assert datetime.fromisoformat(again["startsAt"]) == broken

        worse = live | {"kind": "worsened", "severity": "critical", "version": 4}
        await fleet.send(message("worsened", severity="critical", alert=alert(**worse)), "")
        [risen] = await held(real)
        assert risen["labels"]["severity"] == "critical"

        await fleet.send(ended(**over, severity="critical"), "")
        assert await held(real) == []


async def test_the_real_one_takes_back_what_was_retracted(real: str) -> None:
    broken = datetime.now(UTC) - timedelta(minutes=2)  # noqa: TID251 the real one judges by its own clock
    live = {"raised_at": broken, "broken_at": broken, "due_at": broken, "changed_at": broken}
    async with Http(allow=["127.0.0.1/32"]) as http:
        fleet = receiver(http, real)
        await fleet.send(message(alert=alert(**live)), "")
        assert len(await held(real)) == 1
        early = live | {"state": "retracted", "kind": "retracted", "ended_at": broken - timedelta(minutes=1)}
        await fleet.send(ended("retracted", **early), "")
        assert await held(real) == []


async def test_the_real_one_holds_a_group_as_one_alert_through_every_severity_and_lets_it_go(real: str) -> None:
    now = datetime.now(UTC).replace(microsecond=0)  # noqa: TID251 the real one judges by its own clock
    life: dict[str, Any] = {"since": now - timedelta(minutes=9), "changed_at": now - timedelta(seconds=1)}
    async with Http(allow=["127.0.0.1/32"]) as http:
        fleet = receiver(http, real)
        for severity in ("high", "critical", "low"):
            await fleet.send(grouped(severity=severity, **life), "")
            [one] = await held(real)
            assert (one["labels"]["severity"], one["labels"]["alert_id"]) == (severity, group().id)
            assert datetime.fromisoformat(one["startsAt"]) == life["since"]
            assert one["generatorURL"] == grouped().link
        await fleet.send(grouped("group_over", severity="low", state="resolved", open=0, ended=4, **life), "")
        assert await held(real) == []


async def test_the_real_one_hears_of_an_open_alert_again_before_it_would_let_it_go_and_not_after_its_end(
    real: str,
) -> None:
    now = clock.now()
    shard = Shard()
    # our clock lies so far behind that the first word would hold for no more than two seconds of the real one's
    began = now - 3 * clock.MINUTE + 2 * clock.SECOND
    async with Http(allow=["127.0.0.1/32"], now=lambda: began + shard.now) as http:
        config = AlertmanagerConfig(urls=(SecretStr(real),), hold="3m")
        shard.processor = OutboxProcessor(0, TOPICS, follow_ups={"fleet": FollowUp(config.repeat_every)})
        fleet = Alertmanager("fleet", config, http)
        async with Post([fleet], shard, render=partial(render, console=None)).open() as post:
            live = make_alert(at=now - 5 * clock.MINUTE)
            shard.take(live, make_notice(contacts=("fleet",), alert=live))
            assert (await post.receipt()).attempt == 1
            [first] = await held(real)
            shard.at(clock.MINUTE)
            post.sender.wake()
            receipt = await post.receipt()
            assert (receipt.notice, receipt.attempt, receipt.outcome) == ("n1", 2, "delivered")
            [again] = await held(real)
            assert again["fingerprint"] == first["fingerprint"]
            longer = datetime.fromisoformat(again["endsAt"]) - datetime.fromisoformat(first["endsAt"])
            assert longer == timedelta(minutes=1)

            over = make_alert(2, "resolved", at=now - clock.SECOND)
            shard.take(over, make_notice("end", "ended", contacts=("fleet",), alert=over))
            post.sender.wake()
            assert (await post.receipt()).notice == "end"
            assert await held(real) == []
        assert shard.at(clock.DAY).due() == []
