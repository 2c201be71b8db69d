"""Where a request comes from and what it is addressed to, as far as its headers can be believed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any
from urllib.parse import urlsplit

from streams.errors import OperatorError
from streams.settings import Settings

_AUTHORITY = re.compile(r"(?P<name>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::(?P<port>[0-9]{1,5}))?")
_UNSEEN = re.compile(r"[\x00-\x20\x7f-\x9f\\\u2028\u2029]")
_PORTS = {"http": "80", "https": "443"}


class HeaderError(Exception):
    """A header that may stand in a request once stands there more often: two readers could read two things."""


def header(scope: Any, name: bytes) -> str | None:
    """The one value of a header, None where there is none. HeaderError where there are several."""
    found = [value for key, value in scope["headers"] if key.lower() == name]
    if len(found) > 1:
        raise HeaderError(f"the header {name.decode()} stands there {len(found)} times")
    return found[0].decode("latin-1") if found else None


def is_loopback(host: str) -> bool:
    """Whether a name or address is this machine's own."""
    bare = host.strip("[]").rstrip(".").lower()
    if bare == "localhost":
        return True
    try:
        return ip_address(bare).is_loopback
    except ValueError:
        return False


def safe_next(path: str | None) -> str:
    """A path of this console to go to after signing in; `/` for what could lead elsewhere or round in circles."""
    if not path or len(path) > 2000 or not path.startswith("/") or path.startswith("//") or _UNSEEN.search(path):
        return "/"
    try:
        parts = urlsplit(path)
    except ValueError:
        return "/"
    circles = parts.path.startswith(("/sign-in", "/sign-out", "/api/"))
    return "/" if parts.scheme or parts.netloc or circles else path


@dataclass(frozen=True, slots=True)
class Address:
    """What a request is addressed to and who sent it. `origin` is what the Origin header of our own pages says."""

    client: str
    secure: bool
    origin: str


class Origins:
    """The console's own address, and the proxies that may speak for others."""

    def __init__(self, settings: Settings) -> None:
        """OperatorError where `console.behind` has what is no address or network."""
        self._proxies = networks(settings.console.behind)
        self._local = is_loopback(settings.console.host)
        self._name, self._origin = None, None
        if settings.alerting.console is not None:
            parts = urlsplit(settings.alerting.console)
            match = _AUTHORITY.fullmatch(parts.netloc)
            if match is None:
                raise OperatorError("MOMENTS_ALERTING__CONSOLE: the address of the console has a host and perhaps a port")
            self._name = _name(match)
            self._origin = _origin(parts.scheme, match)
        self.https = self._origin is not None and self._origin.startswith("https:")

    def of(self, scope: Any) -> Address | None:
        """None where the request is not addressed to this console: a name of somebody else's that leads here (DNS
        rebinding), or a Host header that is none. HeaderError."""
        host = header(scope, b"host")
        match = None if host is None else _AUTHORITY.fullmatch(host)
        if match is None:
            return None
        name = _name(match)
        client, scheme = self._sender(scope)
        if name == self._name and self._origin is not None:
            return Address(client, self.https or scheme == "https", self._origin)
        # a page elsewhere cannot have a loopback name of its own; from outside nobody has a use for one
        if is_loopback(name) and (self._local or self._name is None):
            return Address(client, scheme == "https", _origin(scheme, match))
        return None

    def _sender(self, scope: Any) -> tuple[str, str]:
        """Address and scheme: those of the connection or, where that is a proxy's, what the proxy says it saw."""
        peer: str = scope["client"][0] if scope.get("client") else "unknown"
        if not self._trusted(peer):
            return peer, scope.get("scheme", "http")
        forwarded = header(scope, b"x-forwarded-proto")
        scheme = (forwarded or scope.get("scheme", "http")).rpartition(",")[2].strip().lower()
        values = [value.decode("latin-1") for key, value in scope["headers"] if key.lower() == b"x-forwarded-for"]
        client = peer
        # from the right: what a proxy of ours added can be believed, what the sender wrote himself cannot
        for hop in reversed([part.strip() for part in ",".join(values).split(",") if part.strip()]):
            try:
                client = str(ip_address(hop))
            except ValueError:
                break
            if not self._trusted(client):
                break
        return client, "https" if scheme == "https" else "http"

    def _trusted(self, address: str) -> bool:
        try:
            found = ip_address(address)
        except ValueError:
            return False
        return any(found.version == network.version and found in network for network in self._proxies)


def networks(text: str) -> Sequence[IPv4Network | IPv6Network]:
    """Addresses and networks of a text with commas. OperatorError names what is none."""
    found = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        try:
            found.append(ip_network(part))
        except ValueError as error:
            raise OperatorError(f"MOMENTS_CONSOLE__BEHIND: {part} is no address or network of a proxy") from error
    return tuple(found)


def _name(match: re.Match[str]) -> str:
    return match["name"].lower().rstrip(".")


def _origin(scheme: str, match: re.Match[str]) -> str:
    port = match["port"]
    shown = "" if port is None or port == _PORTS.get(scheme) else f":{port}"
    return f"{scheme}://{match['name'].lower()}{shown}"
