"""The clocks of a case that people follow from their beginning on, as they stand: promises, and the steps of a chain.

What is said of a clock that runs well is not published, so nothing tells of it; these few are. They follow from the
record of the case alone: whoever has the record before and after a decision knows what has changed.
"""

from collections.abc import Iterator, Mapping
from hashlib import blake2b
from typing import Any, Final

import msgspec

from streams.catalogue.model import Moment
from streams.catalogue.vocabulary import LABELS
from streams.clock import rfc3339
from streams.engine.case import Case, Occurrence, Phase
from streams.engine.doubt import as_told, is_unknown
from streams.engine.fold import LookBack
from streams.engine.promise import promise_of
from streams.engine.rules import Rules
from streams.engine.severity import severity_of
from streams.engine.tell import start_of
from streams.ingest.promised import whole

_STATES: Final = {
    Phase.RUNNING: "running",
    Phase.AT_RISK: "at_risk",
    Phase.PAUSED: "paused",
    Phase.BREACHED: "broken",
    Phase.MET: "met",
    Phase.RECOVERED: "recovered",
    Phase.CANCELLED: "cancelled",
    Phase.EXPIRED: "expired",
}
_encode = msgspec.json.Encoder().encode

Followed = dict[bytes, bytes]
"""By key: schemas.followed.Followed as JSON. The same record gives the same bytes."""


def follow(rules: Rules, tenant: str, case_id: str, case: Case) -> Followed:
    """The clocks of a case that are followed, ended ones too while the case is kept."""
    found: Followed = {}
    for track in case.tracks:
        if track.moment in rules.followed:
            moment = rules.moments[rules.catalogue.position(track.moment) or 0]
            for occurrence in track.occurrences:
                name = followed_id(tenant, case_id, moment.id, occurrence.number)
                document = _document(rules, tenant, case_id, case, moment, occurrence)
                if document is not None:
                    found[name.encode()] = _encode({"id": name, **document})
    return found


def followed_id(tenant: str, case: str, moment: str, occurrence: int) -> str:
    """128 bits in hex over what makes an occurrence itself: that of its alert, if there is one."""
    return blake2b(f"{tenant}\x1f{case}\x1f{moment}\x1f{occurrence}".encode(), digest_size=16).hexdigest()


def differences(before: Mapping[bytes, bytes], after: Mapping[bytes, bytes]) -> Iterator[tuple[bytes, bytes | None]]:
    """What is to be published where a case went from one to the other; None for what is followed no more."""
    for key, value in after.items():
        if before.get(key) != value:
            yield key, value
    for key in before:
        if key not in after:
            yield key, None


def _document(
    rules: Rules, tenant: str, case_id: str, case: Case, moment: Moment, occurrence: Occurrence
) -> dict[str, Any] | None:
    start, look = start_of(case.facts, case.base, occurrence)
    promise = promise_of(case.facts[: case.applied], case.base, start, occurrence)
    if promise is None and moment.chain is None:
        return None
    told = as_told(occurrence)
    phase = Phase(told.phase)
    latest = LookBack(case.facts, min(case.applied, len(case.facts)) - 1, case.base)
    labels = {label: latest(path) for label, path in LABELS.items()}
    ruling = None if moment.ruling is None else moment.ruling(look)
    return {
        "tenant": tenant,
        "case": case_id,
        "within": whole(case_id, None if promise is None else promise["id"]),
        "moment": moment.id,
        "occurrence": occurrence.number,
        "state": "unknown" if is_unknown(occurrence) else _STATES[phase],
        "started_at": rfc3339(occurrence.started),
        "due_at": _stamp(told.broken if told.broken is not None else occurrence.due),
        "ended_at": None if phase.is_open else _stamp(occurrence.stopped),
        "stage": moment.stage,
        "severity": severity_of(moment, occurrence, told.risen, ruling),
        "owner": moment.owner,
        "title": moment.title,
        "labels": {label: None if value is None else str(value) for label, value in labels.items()},
        "promise": promise,
        "chain": rules.step_of(moment),
        "catalogue": rules.version,
    }


def _stamp(at: int | None) -> str | None:
    return None if at is None else rfc3339(at)
