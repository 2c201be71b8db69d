"""A message as a mail."""

import hashlib
import re
from email.charset import BASE64, Charset
from email.header import Header
from email.headerregistry import BaseHeader, HeaderRegistry, MessageIDHeader, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import format_datetime

from streams.clock import as_datetime
from streams.notify.base import Message, NotifyError
from streams.notify.escape import plain

MAILBOX = r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$"
"""A mail address as it may stand in an envelope and a header: ASCII, no quotes, no spaces, nothing beside it."""
_PAGE = '<!doctype html>\n<html lang="{language}"><meta charset="utf-8"><body>\n{body}\n</body></html>\n'
_WORD = re.compile(r"[A-Za-z0-9_-]{1,64}")
_UTF8 = Charset("utf-8")
_UTF8.header_encoding = BASE64  # said here, because libraries (apprise is one) change what it is for the whole process


class _Subject(UnstructuredHeader, BaseHeader):
    """A subject folded by the older, exact way: the library's newer one loses spaces between wide letters."""

    def fold(self, *, policy: Policy) -> str:
        charset = "us-ascii" if self.isascii() else _UTF8
        written = Header(str(self), charset, header_name=self.name).encode(linesep=policy.linesep)
        return f"{self.name}: {written}{policy.linesep}"


_HEADERS = HeaderRegistry()
_HEADERS.map_to_type("subject", _Subject)
for _name in ("in-reply-to", "references"):  # as the free text for which the library takes them, a long id is torn up
    _HEADERS.map_to_type(_name, MessageIDHeader)  # type: ignore[arg-type]  # the registry adds the base itself
_POLICY = SMTP.clone(header_factory=_HEADERS)


def compose(message: Message, sender: str, address: str, now: int) -> EmailMessage:
    """The mail that brings `message` to `address`. NotifyError (permanent) for an address that is none.

    All attempts at one notice have the same Message-ID, so a mail that arrives twice can be known; and all mails of
    one alert, or one group, refer to the same root, so a mail program shows them as one thread whichever of them it got.
    """
    if not re.fullmatch(MAILBOX, address):
        raise NotifyError("the contact's address is not a mail address", permanent=True)
    domain = sender.rpartition("@")[2]
    root = f"<alert.{_word(message.key)}@{domain}>"
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = sender
    mail["To"] = address
    # once more, because a line break here would be another header; and no encoded word may be hidden in it
    mail["Subject"] = plain(message.title).replace("=?", "=？")
    mail["Date"] = format_datetime(as_datetime(now // 1_000_000 * 1_000_000))
    mail["Message-ID"] = f"<notice.{_word(message.id)}@{domain}>"
    mail["In-Reply-To"] = root
    mail["References"] = root
    mail["Auto-Submitted"] = "auto-generated"  # so that no absence note answers
    page = _PAGE.format(language=message.language, body=message.html)
    mail.set_content(message.text + "\n", cte="base64")
    mail.add_alternative(page, subtype="html", cte="base64")
    mail.set_boundary(f"=_{hashlib.blake2b(message.id.encode(errors='replace'), digest_size=16).hexdigest()}")
    mail["Content-Language"] = message.language  # now, because setting the content takes away what was said of it
    return mail


def _word(identifier: str) -> str:
    """An id as it may stand in a Message-ID: itself, or where it has other characters its hash."""
    if _WORD.fullmatch(identifier):
        return identifier
    return hashlib.blake2b(identifier.encode(errors="replace"), digest_size=16).hexdigest()
