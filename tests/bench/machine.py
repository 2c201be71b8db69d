"""Where a figure was measured, and how fast that place was at that moment."""

import json
import os
import platform
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import psutil
from pydantic import BaseModel, TypeAdapter

LIBRARIES = ("faust-streaming", "aiokafka", "pydantic", "msgspec")


@dataclass(frozen=True, slots=True)
class Calibration:
    """Two fixed pieces of work, in nanoseconds: a turn of a plain Python loop, and a small event validated by pydantic.

    Figures of two moments, or of two machines, are compared best as multiples of these.
    """

    loop: float
    validate: float


class _Tiny(BaseModel):
    id: str
    kind: str
    count: int
    share: float


def calibrate() -> Calibration:
    """The best of several short turns: what the machine can do when nobody takes it away."""
    turns = 200_000
    value = json.dumps({"id": "o-0000001", "kind": "order.placed", "count": 3, "share": 0.5}).encode()
    validate = TypeAdapter(_Tiny).validate_json

    def loop() -> None:
        total = 0
        for number in range(turns):
            total += number & 7

    def events() -> None:
        for _ in range(turns // 10):
            validate(value)

    return Calibration(_best(loop, turns), _best(events, turns // 10))


def _best(work: Callable[[], None], turns: int) -> float:
    def once() -> float:
        began = time.perf_counter_ns()
        work()
        return (time.perf_counter_ns() - began) / turns

    return min(once() for _ in range(7))


def describe(kafka: str | None) -> list[tuple[str, str]]:
    """The machine and the programs, as rows of a table."""
    return [
        ("processor", f"{_processor()}, {os.cpu_count()} cores"),
        ("memory", f"{psutil.virtual_memory().total / (1 << 30):.0f} GiB"),
        ("system", f"{platform.system()} {platform.release()}"),
        ("Python", f"{platform.python_implementation()} {platform.python_version()} ({_built_by()})"),
        ("libraries", ", ".join(f"{name} {version(name)}" for name in LIBRARIES)),
        ("Kafka", kafka or "not used"),
    ]


def _built_by() -> str:
    """An interpreter built without profile-guided optimisation is slower by a tenth or more."""
    home = Path(sys.base_prefix)
    return "the distribution's" if home == Path("/usr") else "of one's own building"


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    for line in info.read_text().splitlines() if info.exists() else ():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def load() -> float:
    """Load average of the last minute: processes that wanted a core."""
    return os.getloadavg()[0]


def pin(core: int, process: int | None = None) -> None:
    """Keep a process, this one if none is given, on one core, where the system can."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(process or 0, {core % (os.cpu_count() or 1)})
