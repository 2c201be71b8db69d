"""`moments demo`, whole: broker, worker, chain and reckoning, started and stopped as a person would."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator

import psutil
import pytest

from streams.demo import prometheus
from streams.stages import ROLES

DEMO = (sys.executable, "-c", "from streams.cli.main import main; main()", "demo", "--lang", "en")
CHILDREN = ("streams.broker.embedded", *["streams.cli.leash"] * (2 + len(ROLES)))
"""Of the worker, of its stages, and of the console."""
if prometheus.is_installed():
    CHILDREN += ("streams.demo.leashed", "prometheus")


@pytest.fixture
def demo() -> Iterator[subprocess.Popen[str]]:
    running = subprocess.Popen(
        DEMO, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    with running:
        yield running
        running.kill()


def read_until(demo: subprocess.Popen[str], words: str) -> str:
    """The first line with these words; fails with everything said so far if it ends before."""
    assert demo.stdout is not None
    said = []
    for line in demo.stdout:
        said.append(line)
        if words in line:
            return line
    pytest.fail(f"the demo ended without saying {words!r}:\n{''.join(said)}")


def children_of(demo: subprocess.Popen[str]) -> list[psutil.Process]:
    deadline = time.monotonic() + 30
    while len(found := psutil.Process(demo.pid).children(recursive=True)) < len(CHILDREN):
        assert time.monotonic() < deadline, found
        time.sleep(0.05)  # nobody tells when a process has begun another one
    assert len(found) == len(CHILDREN)
    for module in CHILDREN:
        assert any(module in child.cmdline() for child in found)
    return found


@pytest.mark.parametrize("company", [(), ("--pack", "hotel")], ids=["tea chain", "pack"])
def test_a_demo_that_ends_by_itself_has_told_exactly_what_is_true(company: tuple[str, ...]) -> None:
    run = subprocess.run(
        [*DEMO, "--for", "15", "--seed", "3", *company],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stderr == ""
    last = run.stdout.splitlines()[-1]
    assert last.startswith("The monitor was right: of ")
    assert " retracted " in run.stdout
    assert "refused." in last


def test_a_pack_that_does_not_exist_is_said_before_anything_starts() -> None:
    run = subprocess.run([*DEMO, "--pack", "hotle"], capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 2
    assert run.stderr == "moments: pack:hotle: there is no such pack; did you mean 'hotel'?\n"


def answer_of(address: str) -> bytes:
    """What is served there, as soon as something is: the first counts are shown while the worker is still starting."""
    deadline = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(address, timeout=10) as answer:
                return bytes(answer.read())
        except OSError:
            assert time.monotonic() < deadline, f"nothing is served at {address}"
            time.sleep(0.1)


def test_ctrl_c_ends_everything_cleanly_and_metrics_answer_until_then(demo: subprocess.Popen[str]) -> None:
    address = next(word for word in read_until(demo, "/metrics").split() if word.endswith("/metrics"))
    read_until(demo, " broken ")
    children = children_of(demo)
    assert b"moments_events_applied_total" in answer_of(address)
    demo.send_signal(signal.SIGINT)
    rest, _ = demo.communicate(timeout=30)
    assert demo.returncode == 0
    assert rest.splitlines()[-1] == "stopped"
    assert "Traceback" not in rest
    assert [child for child in children if child.is_running()] == []


def test_a_demo_that_is_killed_leaves_nobody_behind(demo: subprocess.Popen[str]) -> None:
    read_until(demo, " broken ")
    children = children_of(demo)
    os.kill(demo.pid, signal.SIGKILL)
    demo.wait(timeout=10)
    _, alive = psutil.wait_procs(children, timeout=30)
    assert alive == []


def test_a_worker_that_dies_ends_the_demo_with_the_end_of_its_log(demo: subprocess.Popen[str]) -> None:
    read_until(demo, " broken ")
    worker = next(child for child in children_of(demo) if child.cmdline()[-1] == "worker")
    worker.kill()
    rest, _ = demo.communicate(timeout=30)
    assert demo.returncode == 1
    assert "moments: the worker ended by itself with status -9" in rest
    assert "Traceback" not in rest
