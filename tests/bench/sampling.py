"""Where the processor time of a process goes, by stage of the monitor: a thread that looks at the others now and then.

At each look, the processor time a thread has used since the last one is booked to the stage its stack is in. That is
exact in sum and rough in detail: what C code does is booked where Python goes on after it, so stages are modules and
not lines.
"""

import sys
import threading
import time
from collections import defaultdict
from types import FrameType
from typing import Self

INTERVAL = 0.004
ENTRY = 6
"""Bytecode offset up to which a function has done nothing yet."""
HOST = "event loop, Faust, the rest"
FETCH = "fetch"
TRANSACTION = "transaction"
TELLING = "telling (proof, sentences)"
ENGINE = "engine"
DECODE = "decode and validate"
RECORDS = "case records (decode, encode)"
SHORT = "the short way (judging and records in one)"
DEADLINES = "deadline queue"
ENCODE = "encode transitions"

PROCESSOR, KAFKA = "processor", "kafka"  # looked at more closely

# the first that fits the file of a frame, walking outwards from the innermost
FILES = (
    ("/streams/ingest/", DECODE),
    ("/streams/engine/publish.py", ENCODE),
    ("/streams/engine/tell.py", TELLING),
    ("/streams/engine/proof.py", TELLING),
    ("/streams/engine/sentence.py", TELLING),
    ("/streams/engine/", ENGINE),
    ("/streams/catalogue/", ENGINE),
    ("/streams/state/codec.py", RECORDS),
    ("/streams/state/lane.py", SHORT),
    ("/streams/state/plain.py", SHORT),
    ("/streams/state/dictionary.py", SHORT),
    ("/streams/state/reader.py", RECORDS),
    ("/streams/state/deadlines.py", DEADLINES),
    ("/streams/state/processor.py", PROCESSOR),
    ("/streams/state/judge.py", PROCESSOR),
    ("/streams/runtime/transaction.py", TRANSACTION),
    ("/aiokafka/producer/", TRANSACTION),
    ("/streams/runtime/reading.py", FETCH),
    ("/aiokafka/consumer/", FETCH),
    ("/aiokafka/", KAFKA),
)
FUNCTIONS = {
    "decide": ENCODE,
    "<listcomp>": ENCODE,
    "_hold": RECORDS,
    "take": SHORT,
    "store": RECORDS,
    "fire": DEADLINES,
    "_still_due": DEADLINES,
    "_requeue": DEADLINES,
}
"""Of streams/state/processor.py and judge.py; their other functions are the engine's door."""


class Sampler:
    """Samples from the first event inside the `with` to its end, so without start-up; `shares` afterwards."""

    def __init__(self) -> None:
        self._begun = False
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self._used: dict[int, float] = {}
        self._files: dict[str, str | None] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="sampler", daemon=True)

    def __enter__(self) -> Self:
        self._main = threading.main_thread().ident
        self._look(book=False)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    @property
    def shares(self) -> list[tuple[str, float]]:
        """Stage and share of the processor time of all Python threads, largest first; HOST last."""
        total = sum(self.seconds.values()) or 1.0
        ranked = sorted(self.seconds.items(), key=lambda entry: -entry[1])
        found = [(name, seconds / total) for name, seconds in ranked if name != HOST]
        return [*found, (HOST, self.seconds[HOST] / total)] if self.seconds[HOST] else found

    def _watch(self) -> None:
        while not self._over.wait(INTERVAL):
            self._look(book=True)

    def _look(self, *, book: bool) -> None:
        frames = sys._current_frames()
        own = threading.get_ident()
        for thread in threading.enumerate():
            if thread.ident is None or thread.ident == own or not thread.is_alive():
                continue
            used = time.clock_gettime(time.pthread_getcpuclockid(thread.ident))
            spent = used - self._used.get(thread.ident, used)
            self._used[thread.ident] = used
            if book and spent > 0:
                stage = self._stage(frames.get(thread.ident), thread.ident)
                self._begun = self._begun or stage == DECODE
                if self._begun:
                    self.seconds[stage] += spent

    def _stage(self, frame: FrameType | None, thread: int) -> str:
        innermost: str | None = None
        kafka = False
        if frame is not None and frame.f_lasti <= ENTRY:
            frame = frame.f_back  # Python stops threads where functions begin; the time went to the one that called
        while frame is not None:
            code = frame.f_code
            stage = self._file(code.co_filename)
            if stage == PROCESSOR:
                stage = FUNCTIONS.get(code.co_name, ENGINE)
            if stage == TELLING:
                return stage  # what telling asks of the engine and the catalogue is telling
            if stage == KAFKA:
                kafka = True
            else:
                innermost = innermost or stage
            frame = frame.f_back
        if innermost is not None:
            return innermost
        # the reading thread holds the consumer; on the main thread, sockets are the producers'
        return FETCH if thread != self._main else TRANSACTION if kafka else HOST

    def _file(self, name: str) -> str | None:
        if name not in self._files:
            path = name.replace("\\", "/")
            self._files[name] = next((stage for part, stage in FILES if part in path), None)
        return self._files[name]
