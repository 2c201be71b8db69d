"""What the outbox remembers: notices still to be delivered, notices that are done, and the alerts and groups they are
about, which are their subjects.

Each record is one value of the changelog: JSON whose `type` says which of the three it is. Fields are only ever added,
with a default; a layout that breaks this takes the next number in its tag.
"""

from typing import Final, Literal

import msgspec

from schemas.alert import OPEN_STATES, State
from schemas.notice import Notice, Outcome, Reason
from streams.clock import instant
from streams.errors import StateError
from streams.notify.base import OVER, SEVERAL

_TAKEN: Final[frozenset[State]] = frozenset({"acknowledged", "snoozed"})
_SILENT_ONCE_TAKEN: Final[frozenset[Reason]] = frozenset({"warned", "broke", "worsened", "escalated", "again"})


class Waiting(msgspec.Struct, tag="waiting-1", kw_only=True):
    """A notice still to be delivered; or one that stands (see outbox_standing). Instants in microseconds.

    `notice` is the notice as JSON; the fields beside it are those that the outbox works with. `order` is its offset in
    the topic of notices; notices of one subject and person are told in this order. `attempts` counts those with a
    receipt, over all contacts; `failures` those of them that failed since the last that did not.
    """

    notice: msgspec.Raw
    id: str
    tenant: str
    case: str
    subject: str = msgspec.field(name="alert")
    person: str
    reason: Reason
    receivers: list[str]
    at: int
    order: int
    next_at: int
    contact: int = 0
    attempts: int = 0
    failures: int = 0

    @property
    def receiver(self) -> str:
        """The receiver of the contact whose turn it is."""
        return self.receivers[self.contact]

    @property
    def says_over(self) -> bool:
        """Whether it tells that its subject is over."""
        return self.reason in OVER

    @property
    def about(self) -> Literal["alert", "group"]:
        """What its subject is, in a word."""
        return "group" if self.reason in SEVERAL else "alert"


class Done(msgspec.Struct, tag="done-1"):
    """A notice that needs nothing more. Remembered until `until`, so that a repeated record of it sends nothing.

    `early` names the receiver of one whose delivery was heard of before the notice itself, if it may stand there.
    """

    outcome: Outcome
    until: int
    early: str = ""


class Known(msgspec.Struct, tag="alert-1"):
    """An alert or a group as far as its notices need it: the newest version heard of, and the state then.

    `shown` says that its own topic had it; until then it is only what a notice said. `told` are the persons whom
    an attempt may have reached, `spared` those for whom a notice ended before anything was tried, with its order.
    `until` is when it may be forgotten if no notice waits; None while it is open.
    """

    version: int
    state: State
    shown: bool
    until: int | None = None
    told: list[str] = []
    spared: dict[str, int] = {}

    @property
    def open(self) -> bool:
        """Whether somebody may still have to do something."""
        return self.state in OPEN_STATES

    def learn(self, news: "Known", forget_at: int) -> bool:
        """Take what is newer. True if anything was, or if the topic shows it for the first time.

        Unless it is open and shown it may then be forgotten at `forget_at`.
        """
        if news.version > self.version:
            self.version, self.state = news.version, news.state
        elif self.shown or not news.shown:
            return False
        self.shown |= news.shown
        self.until = None if self.open and self.shown else forget_at
        return True

    def never_told(self, person: str, order: int) -> bool:
        """Whether every notice of it for this person before that one surely ended before anything was tried."""
        return person not in self.told and self.spared.get(person, order) < order


Remembered = Waiting | Done | Known

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[Remembered] = msgspec.json.Decoder(Remembered)


def encode(record: Remembered) -> bytes:
    """The bytes of a record."""
    return _encoder.encode(record)


def decode(key: bytes, value: bytes) -> Remembered:
    """The record of the bytes. StateError where this release does not know it."""
    try:
        return _decoder.decode(value)
    except msgspec.MsgspecError as error:
        raise StateError(f"the outbox has a record {key!r} that this release cannot read: {error}") from error


def open_notice(notice: Notice, order: int, now: int) -> Waiting:
    """The record of a notice that has just come: due at once, by its first contact.

    A notice of the future is as old as its arrival; otherwise it would never grow too old.
    """
    alert = notice.alert
    return Waiting(
        # written anew: what one JSON reader lets pass (NaN, say) another may not read back
        notice=msgspec.Raw(notice.model_dump_json().encode()),
        id=notice.id,
        tenant=alert.tenant,
        case=alert.case,
        subject=notice.subject,
        person=notice.person,
        reason=notice.reason,
        receivers=[contact.receiver for contact in notice.contacts],
        at=min(instant(notice.at), now),
        order=order,
        next_at=now,
    )


def is_moot(reason: Reason, state: State) -> bool:
    """Whether a subject in this state makes a notice of this reason pointless: it is over, or somebody has it already.

    What says that it is over never is, nor a digest, which tells what was kept back whatever has become of it.
    """
    if reason in OVER or reason == "digest":
        return False
    return state not in OPEN_STATES or (state in _TAKEN and reason in _SILENT_ONCE_TAKEN)


def known_by(notice: Notice) -> Known:
    """What a notice says of its subject."""
    subject = notice.alert if notice.group is None else notice.group
    return Known(subject.version, subject.state, shown=False)
