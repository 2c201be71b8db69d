"""Part `storm`: everything breaks at once, and how many pages the people on call get of it."""

import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from confluent_kafka import Consumer

from streams.clock import MILLISECOND, SECOND, now, parse_rfc3339, rfc3339
from streams.stages import ROLES
from tests.bench.installation import Installation
from tests.bench.job import STORES, TENANT, message
from tests.bench.page import Figure, Part
from tests.bench.told import Listening
from tests.support.person import write_receivers

BREACHES = 100_000
SECONDS = 60.0
AHEAD = 20 * SECOND
REGIONS = 4
PATIENCE = 300.0


class Kept(threading.Thread):
    """Reads the alerts as they become visible: the cases of which there is one, and when the last came."""

    def __init__(self, consumer: Consumer) -> None:
        super().__init__(name="alerts", daemon=True)
        self.cases: set[str] = set()
        self.last = 0
        self.over = threading.Event()
        self._consumer = consumer

    def run(self) -> None:
        while not self.over.is_set():
            for read in self._consumer.consume(1_000, 0.2):
                if read.error() is None and read.value() is not None:
                    case = json.loads(read.value())["case"]
                    if case not in self.cases:
                        self.cases.add(case)
                        self.last = now()
        self._consumer.close()


def files(folder: Path, url: str) -> dict[str, object]:
    """A supervisor for each region, and the stores of it are theirs."""
    folder.mkdir()
    people = [
        {"id": f"lead-{region}", "name": f"Lead {region}", "contacts": [{"receiver": "hook"}]}
        for region in range(REGIONS)
    ]
    duty = [{"people": [f"lead-{region}"]} for region in range(REGIONS)]
    regions = [{"id": f"r{region}", "duty": duty[region]} for region in range(REGIONS)]
    stores = [
        {"id": f"store-{number:03d}", "region": f"r{number % REGIONS}", "duty": duty[number % REGIONS]}
        for number in range(STORES)
    ]
    organisation = {"tenant": TENANT, "fallback": duty[0], "people": people, "regions": regions, "stores": stores}
    (folder / "organisation.yaml").write_text(json.dumps(organisation))
    write_receivers(folder, url)
    return {"organisation": str(folder / "organisation.yaml"), "receivers": str(folder / "receivers.yaml")}


def orders(count: int, began: int) -> Iterator[tuple[int, str, bytes, bytes]]:
    """Orders that nobody will deliver: (offset from the begin, topic, key, value)."""
    for number in range(count):
        offset = round(number * SECONDS * SECOND / count)
        at = (began + offset) // MILLISECOND * MILLISECOND
        data: dict[str, object] = {"promised_at": rfc3339(at + AHEAD), "channel": "app"}
        event = message(at, number, "order.placed", data)
        document = json.loads(event.value) | {"region": f"r{number % STORES % REGIONS}"}
        yield offset, event.topic, event.key, json.dumps(document).encode()


def measure(name: str, bootstrap: str, folder: Path, catalogue: str, share: float) -> Part:
    """One worker with all stages, on the cores that the broker and the publisher leave."""
    count = int(BREACHES * share)
    listening = Listening()
    listening.start()
    listening.ready.wait()
    assert listening.person is not None
    alerting = files(folder / "storm", listening.person.url)
    place = Installation(name, bootstrap, folder, 4, roles="detect,alert,notify", alerting=alerting).create_topics()
    kept = Kept(place.reader_of(f"{name}.alerts"))
    with place.worker(catalogue, core=None) as worker:
        worker.wait_for("shard reads", len(ROLES) * place.partitions)
        kept.start()
        time.sleep(2.0)  # imports and connections are not part of it
        began = now()
        producer, topics = place.producer(linger=20), place.topics
        for offset, topic, key, value in orders(count, began):
            while now() < began + offset:
                producer.poll(0)
                time.sleep(0.002)
            producer.produce(topics[topic], value, key)
            producer.poll(0)
        producer.flush(60)
        last_due = now() + AHEAD
        deadline = time.monotonic() + PATIENCE
        while len(kept.cases) < count and time.monotonic() < deadline:
            time.sleep(0.2)
        time.sleep(5.0)  # whoever was to be paged has been by now
        worker.stop()
    kept.over.set()
    kept.join()
    heard = {body["id"] if "id" in body else headers["webhook-id"]: (at, body) for at, headers, body in _heard(listening)}
    listening.over.set()
    listening.join()
    if len(kept.cases) != count:
        raise AssertionError(f"{len(kept.cases)} cases have an alert, {count} are true")
    pages = Counter(_about(body) for _, body in heard.values())
    firsts = [
        (at - parse_rfc3339(body["data"]["alert"]["due_at"])) / SECOND
        for at, body in heard.values()
        if body["type"].endswith(".broke")
    ]
    return Part(
        "A storm",
        f"{count:,} orders in {SECONDS:.0f} s, none of which is delivered, of {STORES} stores in {REGIONS} regions with "
        "a supervisor each; `moments worker` with all stages on the cores that the broker and the publisher leave. "
        "Every case has its alert in the end; what the supervisors got meanwhile is counted at a webhook.",
        [
            Figure("cases with their alert", len(kept.cases), "", count),
            Figure("messages, all of them", len(heard)),
            Figure("most messages to one person about one group or incident", max(pages.values()), "", 1, at_most=True),
            Figure("the first page of a group, at the latest, after its deadline", max(firsts), "s"),
            Figure("last alert kept, after the last deadline", max(0, kept.last - last_due) / SECOND, "s"),
        ],
    )


def _heard(listening: Listening) -> list[tuple[int, dict[str, str], dict[str, Any]]]:
    assert listening.person is not None
    return [
        (at, {name.lower(): value for name, value in headers.items()}, body)
        for at, headers, body in listening.person.heard
    ]


def _about(body: dict[str, Any]) -> tuple[str, str]:
    """The person, and the group or incident that a message is about: a first page speaks for its group."""
    data = body["data"]
    group = data.get("group") or {}
    incident = group.get("id") if group.get("kind") == "incident" else None
    alert = data["alert"]
    return str(data["to"]), incident or f"{alert['labels']['region']}/{alert['moment']}"
