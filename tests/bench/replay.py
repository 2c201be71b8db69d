"""Part `replay`: `moments replay` over a file, without a broker."""

import subprocess
import time
from collections.abc import Iterable
from pathlib import Path

import psutil

from streams.cli.shares import cores
from tests.bench import job, tea_job
from tests.bench.installation import MOMENTS
from tests.bench.machine import pin
from tests.bench.page import Figure, Part

EVENTS = 200_000


def measure(share: float, one_moment: str, tea_chain: str, folder: Path) -> Part:
    """Whole commands, and the same without the time that the command takes for a single event."""
    standard = list(job.messages(job.Job().scaled(share * EVENTS / 1_000_000)))
    tea = list(tea_job.messages(tea_job.TeaJob().scaled(share * EVENTS / 1_000_000)))
    first = _written(folder / "first.jsonl", standard[:1])
    standard_file, tea_file = _written(folder / "standard.jsonl", standard), _written(folder / "tea.jsonl", tea)
    several = cores()
    single = _timed(one_moment, first, 1)
    one, all_cores = _timed(one_moment, standard_file, 1), _timed(one_moment, standard_file, several)
    chain, chain_all_cores = _timed(tea_chain, tea_file, 1), _timed(tea_chain, tea_file, several)
    return Part(
        "Replay",
        f"`moments replay`, every step of every clock written to a file. {len(standard):,} events of the standard job, "
        f"{len(tea):,} of the tea chain. One process is pinned to a core; of {several}, the default here, each "
        "decodes every event and judges its share of the cases.",
        [
            Figure("one moment, one process, whole command", len(standard) / one, "events/s"),
            Figure("one moment, one process, without start-up", len(standard) / (one - single), "events/s"),
            Figure(
                f"one moment, {several} processes, without start-up",
                len(standard) / (all_cores - single),
                "events/s",
                120_000,
            ),
            Figure("tea chain, one process, without start-up", len(tea) / (chain - single), "events/s"),
            Figure(
                f"tea chain, {several} processes, without start-up", len(tea) / (chain_all_cores - single), "events/s"
            ),
            Figure("start-up", single, "s"),
        ],
    )


def _written(path: Path, messages: Iterable[job.Message]) -> Path:
    path.write_bytes(b"".join(message.value + b"\n" for message in messages))
    return path


def _timed(catalogue: str, file: Path, workers: int) -> float:
    """Seconds of a command."""
    command = [MOMENTS, "replay", catalogue, str(file), "--out", str(file.with_suffix(".out")), "--no-progress"]
    began = time.perf_counter()
    process = psutil.Popen(
        [*command, "--workers", str(workers)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    if workers == 1:
        pin(1, process.pid)
    status = process.wait()
    seconds = time.perf_counter() - began
    if status:
        raise AssertionError(f"moments replay ended with {status}")
    return seconds
