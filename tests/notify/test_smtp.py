"""Mail, to a real SMTP server on the loopback."""

import asyncio
import email
import email.policy
import socket
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd import smtp as server_side
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session
from pydantic import SecretStr, ValidationError

from streams.notify.base import Message, NotifyError
from streams.notify.http import Http
from streams.notify.smtp import Smtp, SmtpConfig
from tests.notify.peer import make_certificate
from tests.notify.robots import local_http, told
from tests.notify.stored import assert_stored

PASSWORD = "hunter2-Grüße"
SENDER = "moments@example.com"
TO = "wang@example.com"


class Postbox:
    """What the server was given, and what it is to answer."""

    def __init__(self) -> None:
        self.taken: list[Envelope] = []
        self.logins: list[tuple[bytes, bytes]] = []
        self.at_rcpt = "250 OK"
        self.at_data = "250 2.0.0 queued as 4F1"
        self.tls: list[bool] = []

    async def handle_RCPT(  # noqa: N802 the name is the library's
        self, server: server_side.SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.at_rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.at_rcpt

    async def handle_DATA(self, server: server_side.SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 the same
        assert server.transport is not None
        self.tls.append(server.transport.get_extra_info("sslcontext") is not None)
        if self.at_data.startswith("250"):
            self.taken.append(envelope)
        return self.at_data

    def login(self, server: server_side.SMTP, session: Session, envelope: Envelope, way: str, given: Any) -> AuthResult:
        assert isinstance(given, LoginPassword)
        self.logins.append((given.login, given.password))
        return AuthResult(success=given == LoginPassword(b"moments", PASSWORD.encode()), handled=False)

    def mail(self, index: int = 0) -> EmailMessage:
        content = self.taken[index].content
        assert isinstance(content, bytes)
        read = email.message_from_bytes(content, policy=email.policy.default)
        assert isinstance(read, EmailMessage)
        return read


@asynccontextmanager
async def post_office(
    box: Postbox, *, certificate: Path | None = None, at_once: bool = False, **options: Any
) -> AsyncIterator[int]:
    """A server with this postbox; its port. `at_once`: TLS from the first byte, otherwise by STARTTLS."""
    context = None
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
    if context is not None and not at_once:
        options["tls_context"] = context
    loop = asyncio.get_running_loop()

    def serve() -> server_side.SMTP:
        return server_side.SMTP(box, hostname="mail.example.com", loop=loop, **options)

    server = await loop.create_server(serve, "127.0.0.1", 0, ssl=context if at_once else None)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()


def smtp(port: int, http: Http, **changed: Any) -> Smtp:
    fields: dict[str, Any] = {"host": "127.0.0.1", "port": port, "sender": SENDER, "security": "none", "timeout": 5.0}
    return Smtp("mail", SmtpConfig(**(fields | changed)), http)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("tls"), "IP:127.0.0.1", "DNS:localhost")


@pytest.mark.parametrize(
    ("story", "language"), [("broke_critical", "zh"), ("ended_late", "en"), ("grouped", "zh"), ("incident", "en")]
)
async def test_the_mail_is_the_stored_one(story: str, language: str) -> None:
    box = Postbox()
    async with post_office(box) as port, local_http() as http:
        assert await smtp(port, http).send(told(story, language), TO) == "250 taken"
    (envelope,) = box.taken
    assert (envelope.mail_from, envelope.rcpt_tos) == (SENDER, [TO])
    assert isinstance(envelope.content, bytes)
    assert_stored(f"smtp_{story}.{language}.eml", envelope.content.decode("ascii"))


async def test_a_person_reads_the_same_in_text_and_html() -> None:
    box = Postbox()
    message = told("broke")
    async with post_office(box) as port, local_http() as http:
        await smtp(port, http).send(message, TO)
    mail = box.mail()
    assert mail["Subject"] == message.title
    text, page = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert page is not None
    assert text.get_content().replace("\r\n", "\n") == message.text + "\n"
    assert message.html in page.get_content().replace("\r\n", "\n")


async def test_mails_of_one_group_are_one_thread_whichever_alert_they_name() -> None:
    box = Postbox()
    first, second = told("grouped"), told("group_over")
    object.__setattr__(second, "alert", second.alert.model_copy(update={"id": "another-alert"}))
    async with post_office(box) as port, local_http() as http:
        for message in (first, second):
            await smtp(port, http).send(message, TO)
    assert first.group is not None
    assert [box.mail(index)["References"] for index in range(2)] == [f"<alert.{first.group.id}@example.com>"] * 2


async def test_mails_of_one_alert_are_one_thread_and_those_of_another_are_not() -> None:
    box = Postbox()
    first, second = told("broke"), told("ended_late")
    object.__setattr__(second, "id", "another-notice")
    other = told("broke")
    object.__setattr__(other, "key", "another-alert")
    async with post_office(box) as port, local_http() as http:
        for message in (first, second, other):
            await smtp(port, http).send(message, TO)
    roots = [box.mail(index)["References"] for index in range(3)]
    assert roots[0] == roots[1] == f"<alert.{first.key}@example.com>" != roots[2]
    assert [box.mail(index)["In-Reply-To"] for index in range(3)] == roots
    assert box.mail(0)["Message-ID"] != box.mail(1)["Message-ID"]


async def test_a_second_attempt_has_the_id_of_the_first() -> None:
    box = Postbox()
    async with post_office(box) as port, local_http() as http:
        for _ in range(2):
            await smtp(port, http).send(told("broke"), TO)
    assert box.mail(0)["Message-ID"] == box.mail(1)["Message-ID"]
    assert box.taken[0].content == box.taken[1].content


async def test_ids_and_domains_of_any_length_stay_ids() -> None:
    box = Postbox()
    message: Message = told("broke")
    object.__setattr__(message, "key", "a" * 64)
    async with post_office(box) as port, local_http() as http:
        await smtp(port, http, sender="moments@mail.of-a-company-with-a-long-name.example.com").send(message, TO)
    content = box.taken[0].content
    assert isinstance(content, bytes)
    root = b"<alert." + b"a" * 64 + b"@mail.of-a-company-with-a-long-name.example.com>"
    assert b"\nIn-Reply-To: " + root + b"\r\n" in content
    assert b"\nReferences: " + root + b"\r\n" in content


async def test_a_title_of_wide_letters_arrives_with_its_spaces() -> None:
    box = Postbox()
    message = told("broke")
    title = "【再次提醒 · 已超时 5 分 12 秒】a ＜at user＿id · a＜at us…"
    object.__setattr__(message, "title", title)
    async with post_office(box) as port, local_http() as http:
        await smtp(port, http).send(message, TO)
    assert box.mail()["Subject"] == title


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_a_password_goes_over_tls_to_the_server_of_the_certificate(certificate: Path, security: str) -> None:
    box = Postbox()
    at_once = security == "tls"
    # with TLS from the first byte this server knows of no STARTTLS, and would wait for one before a login
    options: dict[str, Any] = {"authenticator": box.login, "auth_require_tls": not at_once}
    async with post_office(box, certificate=certificate, at_once=at_once, **options) as port, local_http() as http:
        receiver = smtp(
            port, http, security=security, ca_file=certificate, username="moments", password=SecretStr(PASSWORD)
        )
        assert await receiver.send(told("broke"), TO) == "250 taken"
    assert box.logins == [(b"moments", PASSWORD.encode())]
    assert box.tls == [True]


async def test_a_wrong_password_is_permanent_and_never_in_the_error(certificate: Path) -> None:
    box = Postbox()
    options: dict[str, Any] = {"authenticator": box.login, "auth_required": True}
    async with post_office(box, certificate=certificate, **options) as port, local_http() as http:
        receiver = smtp(
            port, http, security="starttls", ca_file=certificate, username="moments", password=SecretStr("s3cr3t")
        )
        with pytest.raises(NotifyError) as refused:
            await receiver.send(told("broke"), TO)
    assert refused.value.permanent
    assert "535" in str(refused.value)
    assert "s3cr3t" not in repr(refused.value) + repr(receiver._config)
    assert refused.value.__cause__ is None
    assert refused.value.__context__ is None


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_a_certificate_that_nobody_signed_is_permanent(certificate: Path, security: str) -> None:
    async with post_office(Postbox(), certificate=certificate, at_once=security == "tls") as port, local_http() as http:
        with pytest.raises(NotifyError, match="cannot be trusted") as refused:
            await smtp(port, http, security=security).send(told("broke"), TO)
    assert refused.value.permanent


async def test_a_certificate_of_another_server_is_permanent(tmp_path: Path) -> None:
    other = make_certificate(tmp_path, "DNS:elsewhere.example.com")
    async with post_office(Postbox(), certificate=other) as port, local_http() as http:
        with pytest.raises(NotifyError, match="cannot be trusted") as refused:
            await smtp(port, http, security="starttls", ca_file=other).send(told("broke"), TO)
    assert refused.value.permanent


async def test_a_server_without_starttls_is_not_spoken_to_in_the_clear() -> None:
    box = Postbox()
    async with post_office(box) as port, local_http() as http:
        with pytest.raises(NotifyError, match="STARTTLS") as refused:
            await smtp(port, http, security="starttls").send(told("broke"), TO)
    assert refused.value.permanent
    assert not box.taken


@pytest.mark.parametrize(
    ("where", "answer", "permanent"),
    [
        ("at_rcpt", "450 4.2.1 mailbox busy", False),
        ("at_rcpt", "550 5.1.1 no such user", True),
        ("at_data", "451 4.3.0 try again later", False),
        ("at_data", "552 5.3.4 too big", True),
        ("at_data", "554 5.7.1 spam", True),
    ],
)
async def test_4xx_passes_and_5xx_is_permanent(where: str, answer: str, permanent: bool) -> None:
    box = Postbox()
    setattr(box, where, answer)
    async with post_office(box) as port, local_http() as http:
        with pytest.raises(NotifyError) as refused:
            await smtp(port, http).send(told("broke"), TO)
    assert refused.value.permanent is permanent
    assert str(refused.value) == f"the mail server answered {answer[:3]}"


async def test_a_server_that_is_not_there_passes() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    async with local_http() as http:
        with pytest.raises(NotifyError, match="no connection") as failed:
            await smtp(port, http).send(told("broke"), TO)
    assert not failed.value.permanent


@pytest.fixture
def silent() -> Iterator[int]:
    """A port that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


async def test_a_server_that_never_greets_passes_after_the_timeout(silent: int) -> None:
    async with local_http() as http:
        with pytest.raises(NotifyError, match=r"no answer within 0\.2 s") as failed:
            await smtp(silent, http, timeout=0.2).send(told("broke"), TO)
    assert not failed.value.permanent


@pytest.mark.parametrize("greeting", [b"", b"220 hi\r\n", b"554 no\r\n", b"421 busy\r\n", b"HTTP/1.1 200 OK\r\n\r\n"])
async def test_a_server_that_hangs_up_or_speaks_another_language_is_told_apart_by_its_code(greeting: bytes) -> None:
    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(greeting)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(greet, "127.0.0.1", 0) as server, local_http() as http:
        with pytest.raises(NotifyError) as failed:
            await smtp(server.sockets[0].getsockname()[1], http).send(told("broke"), TO)
    assert failed.value.permanent is greeting.startswith(b"554")


async def test_a_server_inside_the_network_is_not_reached_unless_allowed() -> None:
    box = Postbox()
    async with post_office(box) as port, Http() as http:
        with pytest.raises(NotifyError, match="not allowed") as refused:
            await smtp(port, http).send(told("broke"), TO)
    assert refused.value.permanent
    assert not box.taken


@pytest.mark.parametrize(
    "address",
    [
        "",
        "wang",
        "wang@",
        "a b@example.com",
        "a@example.com,b@example.com",
        "a@example.com\r\nBcc: b@example.com",
        "a@example.com\n",
        "<a@example.com>",
        "Wang <a@example.com>",
        '"a b"@example.com',
        "王@example.com",
        "a@exa\x00mple.com",
        "a@-x.example",
    ],
)
async def test_an_address_that_is_no_single_mailbox_is_refused(address: str) -> None:
    box = Postbox()
    async with post_office(box) as port, local_http() as http:
        with pytest.raises(NotifyError, match="not a mail address") as refused:
            await smtp(port, http).send(told("broke"), address)
    assert refused.value.permanent
    assert not box.taken


@pytest.mark.parametrize(
    "changed",
    [
        {"username": "moments"},
        {"password": "x"},
        {"username": "moments", "password": "x", "security": "none"},
        {"sender": "Moments <moments@example.com>"},
        {"sender": "moments@example.com\nBcc: x@example.com"},
        {"port": 0},
    ],
)
def test_a_configuration_that_cannot_work_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        SmtpConfig(**({"host": "mail.example.com", "sender": SENDER} | changed))
