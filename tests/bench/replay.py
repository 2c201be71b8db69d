"""Part `replay`: `moments replay` over a file, without a broker."""

import subprocess
import time
from collections.abc import Iterable
from pathlib import Path

import psutil

from tests.bench import job, tea_job
from tests.bench.installation import MOMENTS
from tests.bench.machine import pin
from tests.bench.page import Figure, Part

EVENTS = 200_000


def measure(share: float, one_moment: str, tea_chain: str, folder: Path) -> Part:
    """Whole commands on one core each, and the same without the time that the command takes for a single event."""
    standard = list(job.messages(job.Job().scaled(share * EVENTS / 1_000_000)))
    tea = list(tea_job.messages(tea_job.TeaJob().scaled(share * EVENTS / 1_000_000)))
    halves = [[message for message in standard if message.key[-1] % 2 == half] for half in range(2)]
    single = _timed([(one_moment, _written(folder / "single.jsonl", standard[:1]))])
    one = _timed([(one_moment, _written(folder / "standard.jsonl", standard))])
    two = _timed([(one_moment, _written(folder / f"half-{n}.jsonl", half)) for n, half in enumerate(halves)])
    chain = _timed([(tea_chain, _written(folder / "tea.jsonl", tea))])
    return Part(
        "Replay",
        f"`moments replay`, every step of every clock written to a file. {len(standard):,} events of the standard job, "
        f"{len(tea):,} of the tea chain; each process on one core. The two halves are the even and the odd cases, on "
        "a core each.",
        [
            Figure("one moment, whole command", len(standard) / one, "events/s"),
            Figure("one moment, without start-up", len(standard) / (one - single), "events/s", 120_000),
            Figure(
                "one moment, two processes on two halves, without start-up", len(standard) / (two - single), "events/s"
            ),
            Figure("tea chain, without start-up", len(tea) / (chain - single), "events/s"),
            Figure("start-up", single, "s"),
        ],
    )


def _written(path: Path, messages: Iterable[job.Message]) -> Path:
    path.write_bytes(b"".join(message.value + b"\n" for message in messages))
    return path


def _timed(runs: list[tuple[str, Path]]) -> float:
    """Seconds until the last of the commands, all started at once, has ended."""
    began = time.perf_counter()
    processes: list[psutil.Popen] = []
    for core, (catalogue, file) in enumerate(runs, 1):
        command = [MOMENTS, "replay", catalogue, str(file), "--out", str(file.with_suffix(".out")), "--no-progress"]
        process = psutil.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        pin(core, process.pid)
        processes.append(process)
    statuses = [process.wait() for process in processes]
    seconds = time.perf_counter() - began
    if any(statuses):
        raise AssertionError(f"moments replay ended with {statuses}")
    return seconds
