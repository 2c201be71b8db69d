"""A quiet step of a plain case as replay says it: few values, and quick to write.

Most of what replay writes are first clocks that begin and end in time. All their transitions of one kind and moment have
most of their bytes in common, so these are written out once (`Form`), and a step keeps only what is its own.
"""

from functools import lru_cache
from hashlib import blake2b
from typing import Final

import msgspec

from streams.catalogue.model import Moment
from streams.catalogue.vocabulary import LABELS
from streams.clock import SECOND, rfc3339
from streams.engine.case import KIND_NAMES, Fact, Kind
from streams.engine.publish import as_document
from streams.engine.rules import Rules
from streams.engine.transition import Transition, transition_id
from streams.ingest.event import Event

_REMEMBERED: Final = 1 << 14
_OWN: Final = {
    "id": b'"%b"',
    "tenant": b"%b",
    "case": b"%b",
    "at": b'"%b"',
    "found_at": b'"%b"',
    "due_at": b"%b",
    "labels": b"%b",
    "cause": b'{"id":%b,"source":%b,"type":%b,"occurred_at":"%b"}',
}
"""Gaps in the published form: what each step has of its own, in the order of the form."""

_encode = msgspec.json.Encoder().encode


class Labels:
    """The labels of a case: region, store, channel, courier fleet and payment provider as its latest facts have them,
    and their published form. `values` in the order of `LABELS`."""

    __slots__ = ("texts", "values", "written")

    def __init__(self, values: tuple[object, ...]) -> None:
        self.values = values
        self.texts = {label: None if value is None else str(value) for label, value in zip(LABELS, values, strict=True)}
        self.written = _encode(self.texts)


NO_LABELS: Final = Labels((None,) * len(LABELS))
"""Of a case whose facts say nothing of where it happened."""


class Form:
    """What the quiet steps of one kind and moment under one catalogue version have in common."""

    __slots__ = ("_name", "_pattern", "kind", "moment", "rules")

    def __init__(self, rules: Rules, moment: Moment, kind: Kind) -> None:
        self.rules, self.moment, self.kind = rules, moment, kind
        self._name = f"\x1f{moment.id}\x1f1\x1f{KIND_NAMES[kind]}\x1f0".encode()
        self._pattern = _pattern(self)

    def write(self, step: "Quiet") -> bytes:
        """The step as `encode_transition` writes its transition."""
        event, due = step.event, step.due
        at = _stamp(event.occurred_at)
        return self._pattern % (
            blake2b(step.key + self._name, digest_size=16).hexdigest().encode(),
            _text(event.tenant),
            _encode(event.case),
            at,
            at if step.found_at == event.occurred_at else _stamp(step.found_at),
            b"null" if due is None else b'"%b"' % _stamp(due),
            step.labels.written,
            _encode(event.id),
            _text(event.source),
            _text(event.type),
            at,
        )


class Quiet(msgspec.Struct, frozen=True, gc=False):
    """The first occurrence of a moment begins, or ends unbroken, with an event. Instants in microseconds; `key` is the
    case's."""

    form: Form
    key: bytes
    event: Event
    found_at: int
    due: int | None
    labels: Labels

    @property
    def kind(self) -> Kind:
        """What is said."""
        return self.form.kind

    def write(self) -> bytes:
        """The bytes that `encode_transition` gives for the transition."""
        return self.form.write(self)

    def transition(self) -> Transition:
        """The same as a transition."""
        event, moment, kind = self.event, self.form.moment, self.form.kind
        return Transition(
            id=transition_id(event.tenant, event.case, moment.id, 1, kind, 0),
            kind=kind,
            tenant=event.tenant,
            case=event.case,
            moment=moment.id,
            occurrence=1,
            revision=0,
            at=event.occurred_at,
            found_at=self.found_at,
            due_at=self.due,
            stage=moment.stage,
            severity=moment.severity,
            owner=moment.owner,
            title=moment.title,
            labels=self.labels.texts,
            cause=Fact(event.occurred_at, event.id, event.source, event.type, {}),
            catalogue=self.form.rules.version,
            proof=None,
            sentence=None,
        )


def _pattern(form: Form) -> bytes:
    """The published form of a step, with gaps for what is its own."""
    step = Quiet(form, b"", Event("", "", "", "", None, "", 0, {}), 0, None, NO_LABELS)
    parts = [
        _encode(name) + b":" + (_OWN.get(name) or _encode(value).replace(b"%", b"%%"))
        for name, value in as_document(step.transition()).items()
    ]
    return b"{" + b",".join(parts) + b"}"


def _stamp(at: int) -> bytes:
    """`rfc3339`, remembering the seconds."""
    second, fraction = divmod(at, SECOND)
    return b"%b.%06dZ" % (_second(second), fraction) if fraction else _second(second) + b"Z"


@lru_cache(_REMEMBERED)
def _second(second: int) -> bytes:
    return rfc3339(second * SECOND)[:-1].encode()


@lru_cache(_REMEMBERED)
def _text(text: str) -> bytes:
    return _encode(text)
