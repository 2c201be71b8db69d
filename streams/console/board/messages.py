"""What people were told, and what came of it: notices and receipts of the last days."""

import zlib
from collections.abc import Iterable, Iterator

import msgspec

from schemas.notice import Notice, Receipt
from streams.clock import instant
from streams.console.views import Entry

_MOST = 50_000


class _Kept(msgspec.Struct, gc=False, eq=False, frozen=True):
    """A notice, packed: it has the whole alert in it. `at` is when it was taken."""

    at: int
    packed: bytes
    tenant: str


class Messages:
    """By what they are about: an alert told by itself, a group, or an alert that a group's message names."""

    def __init__(self) -> None:
        self._notices: dict[str, _Kept] = {}
        self._receipts: dict[str, list[tuple[int, bytes]]] = {}
        self._about: dict[str, dict[str, None]] = {}
        self._subjects: dict[str, set[str]] = {}

    def __len__(self) -> int:
        """Notices of which something is kept, be it a receipt."""
        return len(self._subjects)

    def put_notice(self, notice: Notice, value: bytes, at: int) -> None:
        """A notice that came at an instant."""
        self._notices.pop(notice.id, None)
        self._notices[notice.id] = _Kept(at, zlib.compress(value, 1), notice.alert.tenant)
        members = () if notice.group is None else (member.alert for member in notice.group.members)
        for subject in {notice.subject, notice.alert.id, *members}:
            self._tie(subject, notice.id)
        if len(self._notices) > _MOST:
            self._forget(next(iter(self._notices)))

    def put_receipt(self, receipt: Receipt, value: bytes, at: int) -> None:
        """A receipt that came at an instant, before its notice perhaps: they lie in two topics."""
        self._receipts.setdefault(receipt.notice, []).append((at, value))
        self._tie(receipt.alert, receipt.notice)
        if len(self._receipts) > _MOST:
            self._forget(next(iter(self._receipts)))

    def about(self, subjects: Iterable[str], tenant: str) -> tuple[list[Notice], list[Receipt]]:
        """Notices and receipts about any of these alerts and groups, each in the order of their instants."""
        ids = {name: None for subject in subjects for name in self._about.get(subject, ())}
        notices = [self._read(kept) for name in ids if (kept := self._notices.get(name)) and kept.tenant == tenant]
        receipts = [Receipt.model_validate_json(value) for name in ids for _, value in self._receipts.get(name, ())]
        receipts = [receipt for receipt in receipts if receipt.tenant == tenant]
        notices.sort(key=lambda notice: (notice.at, notice.id))
        receipts.sort(key=lambda receipt: (receipt.at, receipt.notice, receipt.attempt))
        return notices, receipts

    def drop(self, subject: str) -> None:
        """The alert or group is forgotten, and with it what concerned nothing else."""
        for name in self._about.pop(subject, ()):
            self._subjects[name].discard(subject)
            if not self._subjects[name]:
                self._forget(name)

    def sweep(self, before: int) -> None:
        """Forget what came before an instant."""
        for name in [name for name, kept in self._notices.items() if kept.at < before]:
            self._forget(name)
        for name in [name for name, receipts in self._receipts.items() if receipts[-1][0] < before]:
            self._forget(name)

    def _tie(self, subject: str, notice: str) -> None:
        self._about.setdefault(subject, {})[notice] = None
        self._subjects.setdefault(notice, set()).add(subject)

    def _forget(self, notice: str) -> None:
        self._notices.pop(notice, None)
        self._receipts.pop(notice, None)
        for subject in self._subjects.pop(notice, ()):
            ids = self._about.get(subject)
            if ids is not None:
                ids.pop(notice, None)
                if not ids:
                    del self._about[subject]

    @staticmethod
    def _read(kept: _Kept) -> Notice:
        return Notice.model_validate_json(zlib.decompress(kept.packed))


def entries(notices: list[Notice], receipts: list[Receipt]) -> Iterator[Entry]:
    """Lines of a timeline."""
    yield from (Entry(instant(notice.at), "message", notice=notice) for notice in notices)
    yield from (Entry(instant(receipt.at), "message", receipt=receipt) for receipt in receipts)
