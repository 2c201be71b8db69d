"""A real HTTP server on the loopback that answers as it is told: well, badly, late, cut off, or not at all.

async with Peer() as peer:
    peer.say(Status(500))            # for the next request; the last thing said holds for all after it
    await http.post(peer.url("/hook"), json={})
    peer.seen[0].wire()              # the request as it came, line by line
"""

import asyncio
import socket
import ssl
import struct
import subprocess
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest
from aiohttp import web

Answer = Callable[["Peer", web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Seen:
    """A request as it came."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str:
        """The header's value; KeyError where there is none."""
        return {key.lower(): value for key, value in self.headers}[name.lower()]

    def wire(self) -> str:
        """The whole request as text; the host, whose port is another one each time, reads `peer`."""
        lines = [f"{key}: {'peer' if key.lower() == 'host' else value}" for key, value in self.headers]
        return "\n".join([f"{self.method} {self.path} HTTP/1.1", *lines, "", self.body.decode()])


def Status(status: int, body: bytes | str = b"", headers: Mapping[str, str] | None = None) -> Answer:  # noqa: N802
    """Answer with a status."""

    async def answer(_: "Peer", __: web.Request) -> web.StreamResponse:
        return web.Response(status=status, body=body.encode() if isinstance(body, str) else body, headers=headers)

    return answer


async def hang(peer: "Peer", _: web.Request) -> web.StreamResponse:
    """Take the request and never answer."""
    await peer.leaving.wait()
    return web.Response()


async def hang_after_headers(peer: "Peer", request: web.Request) -> web.StreamResponse:
    """200, and then nothing more."""
    response = web.StreamResponse(headers={"Content-Length": "100"})
    await response.prepare(request)
    await peer.leaving.wait()
    return response


async def moved(peer: "Peer", _: web.Request) -> web.StreamResponse:
    """301 to another path of this server."""
    return web.Response(status=301, headers={"Location": peer.url("/elsewhere")})


async def reset(_: "Peer", request: web.Request) -> web.StreamResponse:
    """Reset the connection instead of an answer."""
    assert request.transport is not None
    connection: socket.socket = request.transport.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    request.transport.abort()
    return web.Response()


async def babble(_: "Peer", request: web.Request) -> web.StreamResponse:
    """Something that is not HTTP."""
    assert isinstance(request.transport, asyncio.Transport)
    request.transport.write(b"SSH-2.0-OpenSSH_9.2 s3cr3t\r\n\r\n")
    request.transport.close()
    return web.Response()


async def cut(_: "Peer", request: web.Request) -> web.StreamResponse:
    """200 and half of the body that it announced."""
    assert request.transport is not None
    response = web.StreamResponse(headers={"Content-Length": "100", "Content-Type": "application/json"})
    await response.prepare(request)
    await response.write(b'{"ok":')
    request.transport.close()
    return response


async def flood(peer: "Peer", request: web.Request) -> web.StreamResponse:
    """200 and a body without end, until the client hangs up."""
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    await response.prepare(request)
    try:
        while not peer.leaving.is_set():
            await response.write(b" " * 65536)
            peer.flooded += 65536
    except ConnectionError:
        peer.hung_up.set()
    return response


@dataclass
class Peer:
    """The server. `certificate` makes it speak TLS."""

    certificate: Path | None = None
    seen: list[Seen] = field(default_factory=list)
    flooded: int = 0
    leaving: asyncio.Event = field(default_factory=asyncio.Event)
    hung_up: asyncio.Event = field(default_factory=asyncio.Event)
    _arrivals: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))
    _answers: list[Answer] = field(default_factory=lambda: [Status(200)])
    _runner: web.ServerRunner | None = None
    _port: int = 0

    def say(self, *answers: Answer) -> None:
        """What to answer to the next requests, one after the other; the last one stays."""
        self._answers = list(answers)

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        """The address of a path on this server."""
        return f"http{'s' if self.certificate else ''}://{host}:{self._port}{path}"

    async def arrived(self, count: int) -> None:
        """Return once so many more requests have come."""
        for _ in range(count):
            await self._arrivals.acquire()

    async def __aenter__(self) -> Self:
        self._runner = web.ServerRunner(web.Server(self._take), handle_signals=False, shutdown_timeout=0.1)
        await self._runner.setup()
        tls = None
        if self.certificate is not None:
            tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            tls.load_cert_chain(self.certificate)
        listening = socket.create_server(("127.0.0.1", 0))
        self._port = listening.getsockname()[1]
        await web.SockSite(self._runner, listening, ssl_context=tls).start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self.leaving.set()
        assert self._runner is not None
        await self._runner.cleanup()

    async def _take(self, request: web.BaseRequest) -> web.StreamResponse:
        headers = tuple((key.decode(), value.decode()) for key, value in request.raw_headers)
        self.seen.append(Seen(request.method, request.raw_path, headers, await request.read()))
        self._arrivals.release()
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        return await answer(self, request)  # type: ignore[arg-type]


def make_certificate(folder: Path, *names: str) -> Path:
    """A self-signed certificate with its key, in one file, for these names and addresses (`DNS:x`, `IP:x`)."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=peer"]
    command += ["-addext", f"subjectAltName={','.join(names)}", "-keyout", str(key), "-out", str(certificate)]
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=60)
    except FileNotFoundError:
        pytest.skip("openssl, which makes the certificate, is not installed")
    both = folder / "both.pem"
    both.write_bytes(key.read_bytes() + certificate.read_bytes())
    return both
