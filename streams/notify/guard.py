"""Where messages may go: not to the inside of the network, unless the operator allows it.

The guard stands where a name becomes an address, and hands only the addresses that it has judged to the connector, so
that a name which answers differently the next time (rebinding) gains nothing. Redirects are never followed.
"""

import re
import socket
from asyncio import get_running_loop
from collections.abc import Awaitable, Callable, Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from aiohttp.abc import AbstractResolver, ResolveResult

from streams.errors import OperatorError
from streams.notify.base import NotifyError

Address = IPv4Address | IPv6Address
Lookup = Callable[[str, int], Awaitable[list[str]]]
"""Addresses of a name, as texts. OSError where it has none."""

_NUMERIC = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)", re.IGNORECASE)
_NAT64 = ip_network("64:ff9b::/96")
_COMPATIBLE = ip_network("::/96")
# a public address by its number, yet the metadata server of a cloud
_METADATA = frozenset({ip_address("168.63.129.16")})


class ForbiddenError(NotifyError):
    """The destination lies where messages must not go."""

    def __init__(self, why: str) -> None:
        super().__init__(f"destination not allowed: {why}", permanent=True)


class Guard(AbstractResolver):
    """Judges destinations; also the resolver of the HTTP session.

    `allow`: host names, addresses and networks (CIDR) that may be reached although they are inside.
    """

    def __init__(self, allow: Iterable[str] = (), lookup: Lookup | None = None) -> None:
        self._names: set[str] = set()
        self._networks = []
        self._lookup = lookup or _lookup
        for number, entry in enumerate(allow, 1):
            try:
                self._networks.append(ip_network(entry))
            except ValueError:
                if not re.fullmatch(r"(?!.*[0-9/]$)[A-Za-z0-9_.-]+", entry):
                    raise OperatorError(f"allow: entry {number} is no host name, address or network") from None
                self._names.add(entry.lower().rstrip("."))

    def permits(self, host: str, address: Address) -> bool:
        """Whether this address of that host may be reached."""
        if host.lower().rstrip(".") in self._names or any(address in network for network in self._networks):
            return True
        if isinstance(address, IPv6Address) and (inner := _embedded(address)) is not None:
            return self.permits(host, inner)
        return address.is_global and not address.is_multicast and address not in _METADATA

    async def find(self, host: str, port: int) -> list[str]:
        """The addresses at which a host may be reached; connect to these and look nothing up again.

        ForbiddenError where there are only others, OSError where the name is not known.
        """
        literal = self.check(host)
        found = [literal] if literal else [ip_address(text) for text in await self._lookup(host, port)]
        permitted = [str(address) for address in found if self.permits(host, address)]
        if not permitted:
            raise ForbiddenError("an address inside the network")
        return permitted

    def check(self, host: str) -> Address | None:
        """The address if the host is written as one, None for a name. ForbiddenError where it may not be reached.

        An address in another form than the canonical one (decimal, octal, hexadecimal, shortened) is always refused.
        """
        bare = host.strip("[]")
        address = _parse(bare)
        if address is None:
            if not bare.rstrip(".") or _NUMERIC.fullmatch(bare.rstrip(".").rpartition(".")[2]):
                raise ForbiddenError("an address in an unusual form")
            return None
        if not self.permits(bare, address):
            raise ForbiddenError("an address inside the network")
        return address

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_INET,  # noqa: ARG002 the signature is aiohttp's; each address has its own
    ) -> list[ResolveResult]:
        """For the connector: the permitted addresses of a name."""
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for address in await self.find(host, port)
        ]

    async def close(self) -> None:
        """Nothing to close."""


def _parse(text: str) -> Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None


def _embedded(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that an IPv6 address stands for: mapped, 6to4, NAT64, or the old compatible form."""
    if address.ipv4_mapped or address.sixtofour:
        return address.ipv4_mapped or address.sixtofour
    if address in _NAT64 or (address in _COMPATIBLE and int(address) > 1):
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return None


async def _lookup(host: str, port: int) -> list[str]:
    found = await get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))
