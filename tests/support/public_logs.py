"""Two public event logs with an independent verdict for every obligation, as events of the contract.

The logs lie beside the project, never in it: `MOMENTS_TEST_DATA` names their folder, otherwise `../shared/data` beside
the repository's root is looked for. No row of them is written anywhere but into a test's own temporary folder.

`olist` has one row an order, `helpdesk` one row an event; both have naive stamps, taken as UTC. Rows become events in the
order of their stamps, ties in the order of the file. Every row has an id of its own: exact duplicate rows are distinct
obligations in the verdicts, so they are distinct events here.
"""

import csv
import gzip
import json
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from schemas.events import TOPICS
from streams.clock import instant, rfc3339

VARIABLE = "MOMENTS_TEST_DATA"
_BESIDE = Path(__file__).parents[3] / "shared" / "data"

# the verdicts stand this in for a due that nobody knows: the clock stands still when the log ends
_NO_DUE = "2262-01-01 00:00:00"


class Published(NamedTuple):
    """An event as bytes. `at` is its event time, `topic` the one the contract gives it, `key` its case."""

    at: int
    topic: str
    key: bytes
    value: bytes


class Verdict(NamedTuple):
    """What the verdicts say of one obligation; instants, `due` None where the clock stands still at the end of the log.

    `verdict` is met, late, missing, pending or cancelled; `end` None where there is none.
    """

    start: int
    due: int | None
    end: int | None
    verdict: str


Obligations = dict[tuple[str, str], list[Verdict]]
"""Verdicts by rule and case, in the order of their starts."""


@dataclass(frozen=True, slots=True, repr=False)
class PublicLog:
    """One log: its events in the order of their stamps, and what they come to. `last` is the last stamp.

    A test that fails shows its arguments, and rows are not to be shown; hence no repr.
    """

    name: str
    events: list[Published]
    obligations: Obligations
    counts: dict[str, dict[str, int]]

    @property
    def last(self) -> int:
        return self.events[-1].at


def data_folder() -> Path:
    """The folder of the logs. Skips the test, aloud, where there is none."""
    given = os.environ.get(VARIABLE)
    folder = Path(given) if given else _BESIDE
    if not (folder / "olist").is_dir():
        pytest.skip(f"the public logs are not here: {folder} has no olist folder; {VARIABLE} may name another place")
    return folder


def read_log(name: str) -> PublicLog:
    """The log `olist` or `helpdesk`. Skips the test where the logs are absent."""
    folder = data_folder() / name
    events = _orders(folder / "orders.csv.gz") if name == "olist" else _tickets(folder / "tickets.csv.gz")
    counts = json.loads((folder / "counts.json").read_text())
    return PublicLog(name, sorted(events, key=lambda event: event.at), _verdicts(folder / "verdicts.csv.gz"), counts)


def _rows(file: Path) -> Iterator[list[str]]:
    """The rows without the header; by position, because a header names a column twice."""
    with gzip.open(file, "rt", encoding="utf-8", newline="") as text:
        rows = csv.reader(text)
        next(rows)
        yield from rows


def _named_rows(file: Path) -> Iterator[dict[str, str]]:
    with gzip.open(file, "rt", encoding="utf-8", newline="") as text:
        yield from csv.DictReader(text)


def _stamp(text: str) -> int:
    moment = datetime.fromisoformat(text.replace("/", "-"))
    return instant(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _event(log: str, number: str, kind: str, at: int, case: str, region: str | None, data: dict[str, Any]) -> Published:
    envelope = {
        "specversion": "1.0",
        "id": number,
        "source": f"/{log}",
        "type": kind,
        "time": rfc3339(at),
        "subject": case,
        "tenant": log,
        "data": data,
    }
    if region is not None:
        envelope["region"] = region
    topic = TOPICS[kind.partition(".")[0]]
    return Published(at, topic, case.encode(), json.dumps(envelope, ensure_ascii=False).encode())


# olist: the column that dates each event, in the order of an order's life

_ORDER = {
    "order_purchase_timestamp": "order.placed",
    "order_aproved_at": "order.confirmed",
    "order_delivered_customer_date": "delivery.delivered",
    "review_creation_date": "feedback.requested",
    "review_answer_timestamp": "feedback.received",
}


def _orders(file: Path) -> Iterator[Published]:
    for row in _named_rows(file):
        for column, kind in _ORDER.items():
            if not row[column]:
                continue
            data: dict[str, Any] = {}
            if kind == "order.placed":
                # nothing dates the cancellation of an order, so its status rides with the order itself
                data["promised_at"] = rfc3339(_stamp(row["order_estimated_delivery_date"]))
                data["attributes"] = {"status": row["order_status"]}
            elif kind == "feedback.received":
                data["score"] = float(row["review_score"])
            yield _event(
                "olist", f"{row['id']}-{kind}", kind, _stamp(row[column]), row["id"], row["customer_state"], data
            )


# helpdesk: what an activity is in the contract; others are touchpoints of their own name

_ACTIVITY = {
    "Assign seriousness": "ticket.assigned",
    "Take in charge ticket": "ticket.replied",
    "Require upgrade": "ticket.escalated",
    "Wait": "ticket.waiting",
    "Resolve ticket": "ticket.resolved",
    "Closed": "ticket.closed",
}


def _tickets(file: Path) -> Iterator[Published]:
    seen: dict[str, int] = defaultdict(int)
    resolved: set[str] = set()
    for case, activity, _, stamp, *_ in _rows(file):
        number, at = seen[case], _stamp(stamp)
        seen[case] += 1
        # beside the event of its own activity a row may open or reopen the ticket; only the former counts as a row
        if number == 0:
            yield _event("helpdesk", f"{case}#{number} opened", "ticket.opened", at, case, None, {})
        elif case in resolved and activity not in ("Resolve ticket", "Closed"):
            yield _event("helpdesk", f"{case}#{number} reopened", "ticket.reopened", at, case, None, {})
        if activity == "Resolve ticket":
            resolved.add(case)
        kind = _ACTIVITY.get(activity) or f"touchpoint.{activity.lower().replace(' ', '_')}"
        data: dict[str, Any] = {"attributes": {"row": number}}
        if kind == "ticket.replied":
            data["by"] = "human"
        yield _event("helpdesk", f"{case}#{number}", kind, at, case, None, data)


def _verdicts(file: Path) -> Obligations:
    found: dict[tuple[str, str], list[tuple[int, Verdict]]] = defaultdict(list)
    for row in _named_rows(file):
        # an obligation that a case can have several times is named after the row that begins it
        case, _, number = row["case"].partition("#")
        due = None if row["due"] == _NO_DUE else _stamp(row["due"])
        end = _stamp(row["end"]) if row["end"] else None
        verdict = Verdict(_stamp(row["start"]), due, end, row["verdict"])
        found[row["rule"], case].append((int(number or 0), verdict))
    return {key: [verdict for _, verdict in sorted(those, key=lambda one: one[0])] for key, those in found.items()}


def write_lines(events: Iterable[Published], file: Path) -> Path:
    """The events as a file of JSON Lines."""
    file.write_bytes(b"".join(event.value + b"\n" for event in events))
    return file
