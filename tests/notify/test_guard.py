"""Where messages may not go, in every spelling."""

import socket

import pytest

from streams.errors import OperatorError
from streams.notify.base import NotifyError
from streams.notify.guard import ForbiddenError, Guard, Lookup
from streams.notify.http import Http
from tests.notify.peer import Peer

INSIDE = [
    "127.0.0.1",
    "127.8.9.1",
    "0.0.0.0",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "100.100.100.200",  # metadata (Alibaba Cloud)
    "169.254.169.254",  # metadata (most clouds)
    "168.63.129.16",  # metadata (Azure), a public address by its number
    "192.0.2.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "[::]",
    "[::1]",
    "[fc00::1]",
    "[fd00:ec2::254]",  # metadata (AWS)
    "[fe80::1]",
    "[ff02::1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::ffff:169.254.169.254]",
    "[::127.0.0.1]",
    "[::10.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b::a9fe:a9fe]",
    "[2002:7f00:1::]",
    "[2002:a00:1::1]",
    "[2001:db8::1]",
]
UNUSUAL = [
    "2130706433",
    "0x7f000001",
    "0x7f.1",
    "0177.0.0.1",
    "127.1",
    "127.0.1",
    "0",
    "127.0.0.1.",
    "1.2.3.0x4",
    "10.0.0.256",
]


@pytest.mark.parametrize("host", INSIDE)
async def test_an_address_inside_is_refused(host: str) -> None:
    async with Http() as http:
        with pytest.raises(ForbiddenError, match="inside the network") as refused:
            await http.post(f"http://{host}:9/", json={})
    assert refused.value.permanent


@pytest.mark.parametrize("host", UNUSUAL)
async def test_an_address_in_an_unusual_form_is_refused_even_where_it_would_be_allowed(host: str) -> None:
    async with Http(allow=["0.0.0.0/0"]) as http:
        with pytest.raises(ForbiddenError, match="unusual form"):
            await http.post(f"http://{host}:9/", json={})


@pytest.mark.parametrize("host", ["①②⑦.⓪.⓪.①", "１２７.0.0.1", "127。0。0。1"])
async def test_an_address_in_other_digits_is_refused(host: str) -> None:
    async with Http() as http:
        with pytest.raises(NotifyError) as refused:
            await http.post(f"http://{host}:9/", json={})
    assert refused.value.permanent


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST"])
async def test_a_name_that_leads_inside_is_refused(host: str) -> None:
    async with Peer() as peer, Http() as http:
        with pytest.raises(ForbiddenError, match="inside the network"):
            await http.post(peer.url(host=host), json={})
    assert peer.seen == []


def answering(*answers: list[str]) -> tuple[Lookup, list[str]]:
    """A name server that gives one answer after the other, and the names it was asked for."""
    asked: list[str] = []

    async def lookup(host: str, port: int) -> list[str]:
        asked.append(host)
        return answers[min(len(asked), len(answers)) - 1]

    return lookup, asked


async def test_a_name_that_leads_outside_first_and_inside_later_never_gets_inside() -> None:
    """Rebinding: what was judged is what is connected to, and each later answer is judged again."""
    lookup, _ = answering(["93.184.216.34"], ["127.0.0.1"])
    guard = Guard(lookup=lookup)
    assert await guard.find("shop.example", 443) == ["93.184.216.34"]
    with pytest.raises(ForbiddenError):
        await guard.find("shop.example", 443)


async def test_the_connection_goes_to_the_address_that_was_judged_and_nothing_is_looked_up_twice() -> None:
    lookup, asked = answering(["127.0.0.1"], ["169.254.169.254"])
    async with Peer() as peer, Http(allow=["127.0.0.1/32"], lookup=lookup) as http:
        await http.post(peer.url(host="shop.example"), json={})
    assert asked == ["shop.example"]
    assert len(peer.seen) == 1


async def test_of_several_addresses_only_those_outside_are_used() -> None:
    lookup, _ = answering(["10.0.0.1", "93.184.216.34", "::1", "2606:2800:220:1::1"])
    guard = Guard(lookup=lookup)
    found = await guard.resolve("shop.example", 443)
    assert [one["host"] for one in found] == ["93.184.216.34", "2606:2800:220:1::1"]
    assert [one["family"] for one in found] == [socket.AF_INET, socket.AF_INET6]
    assert {one["hostname"] for one in found} == {"shop.example"}


async def test_what_the_operator_allows_may_be_reached_and_nothing_beside_it() -> None:
    lookup, _ = answering(["10.20.0.7"])
    guard = Guard(["10.20.0.0/16", "alerts.corp.example", "::1"], lookup)
    assert await guard.find("any.example", 80) == ["10.20.0.7"]
    assert await guard.find("::1", 80) == ["::1"]
    with pytest.raises(ForbiddenError):
        await guard.find("10.21.0.7", 80)

    elsewhere, _ = answering(["192.168.0.9"])
    guard = Guard(["alerts.corp.example"], elsewhere)
    assert await guard.find("Alerts.Corp.Example.", 80) == ["192.168.0.9"]
    with pytest.raises(ForbiddenError):
        await guard.find("other.corp.example", 80)


async def test_an_allowed_network_holds_for_the_mapped_form_too() -> None:
    guard = Guard(["127.0.0.1/32"])
    assert len(await guard.find("::ffff:127.0.0.1", 80)) == 1
    with pytest.raises(ForbiddenError):
        await guard.find("::ffff:127.0.0.2", 80)


async def test_an_address_outside_is_permitted() -> None:
    guard = Guard()
    for host in ("93.184.216.34", "2606:2800:220:1::1", "::ffff:93.184.216.34", "64:ff9b::5db8:d822"):
        assert len(await guard.find(host, 443)) == 1


@pytest.mark.parametrize("entry", ["", "10.0.0.0/33", "http://x.example/", "10.0.0", "*.example", "a b"])
def test_an_entry_that_is_neither_name_nor_network_is_refused_by_its_number(entry: str) -> None:
    with pytest.raises(OperatorError, match="entry 2 is no host name"):
        Guard(["ok.example", entry])
