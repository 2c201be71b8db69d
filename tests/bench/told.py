"""Part `told`: live traffic, and how long after its deadline the person on call has the message."""

import asyncio
import json
import statistics
import threading
import time
from pathlib import Path

from streams.clock import SECOND, now, parse_rfc3339
from streams.stages import ROLES
from tests.bench.installation import Installation
from tests.bench.job import STORES, TENANT
from tests.bench.latency import RATE, publish_live
from tests.bench.page import Figure, Part
from tests.support.person import Person, on_call, write_receivers

SECONDS = 30.0
WARM = 15.0
"""Seconds of the same traffic before what is measured: in the first ones Java compiles the broker's transactions."""


class Listening(threading.Thread):
    """Somebody on call, in a thread of their own."""

    def __init__(self) -> None:
        super().__init__(name="on-call", daemon=True)
        self.person: Person | None = None
        self.ready, self.over = threading.Event(), threading.Event()

    def run(self) -> None:
        async def listen() -> None:
            async with on_call() as self.person:
                self.ready.set()
                await asyncio.to_thread(self.over.wait)

        asyncio.run(listen())

    def heard(self) -> dict[str, tuple[int, int]]:
        """When each broken case was due and when it was told, by case; the first message of each counts."""
        found: dict[str, tuple[int, int]] = {}
        for at, _, body in list(self.person.heard) if self.person is not None else ():
            alert = body["data"]["alert"]
            if body["type"].endswith(".broke"):
                found.setdefault(alert["case"], (parse_rfc3339(alert["due_at"]), at))
        return found


def files(folder: Path, url: str) -> dict[str, object]:
    """An organisation in which everybody is reached at `url`."""
    folder.mkdir()
    people = [{"id": "li.na", "name": "Li Na", "contacts": [{"receiver": "hook"}]}]
    stores = [{"id": f"store-{number:03d}", "duty": {"people": ["li.na"]}} for number in range(STORES)]
    organisation = {"tenant": TENANT, "fallback": {"people": ["li.na"]}, "people": people, "stores": stores}
    (folder / "organisation.yaml").write_text(json.dumps(organisation))
    write_receivers(folder, url)
    # each breach by itself: it is the way of one message that is measured
    alone = {"messages_an_hour": 0, "incidents": False}
    return {
        "organisation": str(folder / "organisation.yaml"),
        "receivers": str(folder / "receivers.yaml"),
        "grouping": alone,
    }


def measure(name: str, bootstrap: str, folder: Path, catalogue: str, share: float) -> Part:
    """One worker with all stages, a publisher and a receiver beside it."""
    listening = Listening()
    listening.start()
    listening.ready.wait()
    assert listening.person is not None
    alerting = files(folder / "told", listening.person.url)
    place = Installation(name, bootstrap, folder, 12, roles="detect,alert,notify", alerting=alerting).create_topics()
    with place.worker(catalogue, core=None) as worker:
        worker.wait_for("shard reads", len(ROLES) * place.partitions)
        time.sleep(2.0)  # imports and connections are not part of it
        warm = now() + int(WARM * SECOND)
        breaking = publish_live(place, WARM + max(SECONDS * share, 8.0), apart=True)
        deadline = time.monotonic() + 30
        while len(listening.heard()) < breaking and time.monotonic() < deadline:
            time.sleep(0.1)
        worker.stop()
    listening.over.set()
    listening.join()
    told = listening.heard().values()
    if len(told) != breaking:
        raise AssertionError(f"{len(told)} breaches were told, {breaking} are true")
    if any(at < due for due, at in told):
        raise AssertionError("a breach was told before its deadline")
    late = [(at - due) / SECOND for due, at in told if due >= warm]
    cuts = statistics.quantiles(late, n=100)
    return Part(
        "Told",
        f"The live traffic of the latency part ({RATE} events a second over 12 partitions), `moments worker` with all "
        f"stages on the cores that the broker and the publisher leave; after {WARM:.0f} s of it {len(late):,} breaches, "
        "each told by itself. From `due_at` to the moment at which a webhook on the same machine has the signed message.",
        [
            Figure("median", cuts[49], "s"),
            Figure("99 of 100", cuts[98], "s", 1.0, at_most=True),
            Figure("largest", max(late), "s"),
        ],
    )
