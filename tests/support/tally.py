"""The runtime's own test tool: a small processor with state, timers and outputs, whose right answer is easy to work out.

Records are JSON `{"n": int, "due": microseconds or null}` under a key. The processor counts them per key, says every
one of them once (`echo`, with the running count), and says `late` when the shard clock passes a `due` before `done`
has come.
"""

import heapq
import json
from collections.abc import Iterable, Sequence

from streams.clock import MILLISECOND
from streams.runtime.processor import Batch, Decision, Output

Stored = tuple[bytes, bytes | None]


class Tally:
    """A processor. `out` is the topic it writes to; `echo` False keeps it to the state and the timers."""

    def __init__(self, partition: int, inputs: Sequence[str], out: str, *, echo: bool = True) -> None:
        self.partition, self.out, self.echo = partition, out, echo
        self.cases: dict[bytes, dict[str, int | None]] = {}
        self.timers: list[tuple[int, bytes]] = []
        self.clocks = dict.fromkeys(inputs, 0)

    def restore(self, records: Iterable[Stored]) -> None:
        for key, value in records:
            if value is None:
                self.cases.pop(key, None)
            else:
                self.cases[key] = json.loads(value)

    def ready(self) -> None:
        self.timers = [(case["due"], key) for key, case in self.cases.items() if case["due"] is not None]
        heapq.heapify(self.timers)

    def decide(self, batches: Sequence[Batch], now: int) -> Decision:
        touched: set[bytes] = set()
        outputs: list[Output] = []
        for batch in batches:
            for record in batch.records:
                key = record.key or b""
                word = json.loads(record.value or b"{}")
                case = self.cases.setdefault(key, {"count": 0, "due": None})
                case["count"] = (case["count"] or 0) + 1
                if "due" in word:
                    case["due"] = word["due"]
                    if case["due"] is not None:
                        heapq.heappush(self.timers, (case["due"], key))
                touched.add(key)
                if self.echo:
                    outputs.append(self._say(key, {"echo": word["n"], "count": case["count"]}))
                self._hear(batch.topic, record.timestamp * MILLISECOND)
            if batch.caught_up_at is not None:
                self._hear(batch.topic, batch.caught_up_at)
        until = min(self.clocks.values())
        while self.timers and self.timers[0][0] < until:
            due, key = heapq.heappop(self.timers)
            if self.cases[key]["due"] == due:
                self.cases[key]["due"] = None
                touched.add(key)
                outputs.append(self._say(key, {"late": due, "found": now}))
        return Decision({key: json.dumps(self.cases[key]).encode() for key in touched}, outputs)

    def _hear(self, topic: str, at: int) -> None:
        self.clocks[topic] = max(self.clocks[topic], at)

    def _say(self, key: bytes, words: dict[str, int | None]) -> Output:
        return Output(self.out, key, json.dumps(words).encode())
