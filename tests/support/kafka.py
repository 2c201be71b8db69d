"""A real Apache Kafka for the tests: one KRaft node, started from Maven Central's jars, or one that is already there.

`MOMENTS_TEST_KAFKA=host:port` uses a broker of yours. Otherwise Java 17 and Maven start one; the jars are kept in the
user's cache directory. Where neither is possible the tests are skipped aloud, or fail if `MOMENTS_REQUIRE_KAFKA=1`.
"""

import base64
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self

import pytest
from kafka.admin import KafkaAdminClient
from kafka.errors import KafkaError

POM = Path(__file__).with_name("kafka-pom.xml")
VERSION = "4.3.0"
STARTS_WITHIN = 60.0
MAVEN = ("mvn", "-q", "-B", "dependency:copy-dependencies", "-DincludeScope=runtime")

PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
controller.listener.names=CONTROLLER
log.dirs={data}
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
broker.heartbeat.interval.ms=200
broker.session.timeout.ms=1000
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
auto.create.topics.enable=false
log.retention.check.interval.ms=1000
"""


class Unavailable(Exception):  # noqa: N818 it names a state, and is told as one
    """No broker can be had here; the message says why."""


class Broker:
    """A broker process. It can be stopped, frozen and started again on the same port with the same data."""

    def __init__(
        self,
        jars: Path,
        folder: Path,
        properties: str = PROPERTIES,
        ready: Callable[[str], bool] | None = None,
    ) -> None:
        """`properties` has `{port}`, `{controller}` and `{data}` to fill in; `ready` asks whether an address answers."""
        port, controller = free_ports(2)
        self.bootstrap = f"127.0.0.1:{port}"
        self._jars, self._folder = jars, folder
        self._properties = folder / "server.properties"
        self._ready = ready or answers
        self._properties.write_text(properties.format(port=port, controller=controller, data=folder / "data"))
        self._process: subprocess.Popen[bytes] | None = None
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).rstrip(b"=").decode()
        formatted = subprocess.run(
            [*self._java(), "kafka.tools.StorageTool", "format", f"--cluster-id={cluster}", "-c", str(self._properties)],
            capture_output=True,
            text=True,
            check=False,
        )
        if formatted.returncode:
            raise Unavailable(f"the broker's storage cannot be formatted: {formatted.stderr or formatted.stdout}")

    def _java(self) -> list[str]:
        # few threads and small heaps: the broker shares its machine with the tests
        return ["java", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", f"{self._jars}/*"]

    def start(self) -> Self:
        """Start the process and wait until it answers a metadata request."""
        with (self._folder / "kafka.log").open("ab") as log:
            self._process = subprocess.Popen(
                [*self._java(), "kafka.Kafka", str(self._properties)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                cwd=self._folder,
            )
        deadline = time.monotonic() + STARTS_WITHIN
        while not self._ready(self.bootstrap):
            if self._process.poll() is not None or time.monotonic() > deadline:
                last = (self._folder / "kafka.log").read_text(errors="replace")[-2000:]
                self.stop()
                raise Unavailable(f"the broker did not start:\n{last}")
            time.sleep(0.1)
        return self

    def stop(self) -> None:
        """End the process, kindly first."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGCONT)
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def kill(self) -> None:
        """End the process as a power cut would."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()
        self._process = None


def answers(bootstrap: str) -> bool:
    """Whether a broker answers a metadata request there."""
    host, _, port = bootstrap.rpartition(":")
    try:
        with socket.create_connection((host, int(port)), timeout=1):
            pass
        admin = KafkaAdminClient(bootstrap_servers=bootstrap, bootstrap_timeout_ms=2000, request_timeout_ms=3000)
    except (OSError, KafkaError):
        return False
    try:
        admin.list_topics()
    except KafkaError:
        return False
    finally:
        admin.close()
    return True


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()


def jars() -> Path:
    """The folder with Kafka's jars, fetched by Maven once.

    Unavailable where there is no Java, no Maven or no repository.
    """
    for tool in ("java", "mvn"):
        if shutil.which(tool) is None:
            raise Unavailable(f"{tool} is not installed, and MOMENTS_TEST_KAFKA names no broker")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "service-moment-monitor"
    there = cache / f"kafka-{VERSION}"
    if there.is_dir():
        return there
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as fresh:
        wanted = Path(fresh) / "jars"
        fetched = subprocess.run(
            [*MAVEN, "-f", str(POM), f"-DoutputDirectory={wanted}"],
            capture_output=True,
            text=True,
            check=False,
        )
        if fetched.returncode:
            raise Unavailable(f"Maven cannot fetch Kafka: {(fetched.stdout + fetched.stderr)[-500:]}")
        try:
            wanted.rename(there)
        except OSError:
            if not there.is_dir():  # else another test run has been quicker
                raise
    return there


def missing(reason: Unavailable) -> None:
    """Skip the test aloud, or fail it where Kafka is required."""
    if os.environ.get("MOMENTS_REQUIRE_KAFKA") == "1":
        pytest.fail(f"MOMENTS_REQUIRE_KAFKA=1, but there is no Kafka: {reason}", pytrace=False)
    pytest.skip(f"no real Kafka: {reason}")


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Bootstrap address of a real broker, shared by the session. Topics are the test's own; nothing is cleaned up."""
    if given := os.environ.get("MOMENTS_TEST_KAFKA"):
        if not answers(given):
            pytest.fail(f"MOMENTS_TEST_KAFKA={given} does not answer", pytrace=False)
        yield given
        return
    try:
        broker = Broker(jars(), tmp_path_factory.mktemp("kafka")).start()
    except Unavailable as reason:
        missing(reason)
        return
    try:
        yield broker.bootstrap
    finally:
        broker.stop()


@pytest.fixture
def own_kafka(tmp_path: Path) -> Iterator[Broker]:
    """A broker of the test's own, to be stopped and started at will."""
    try:
        broker = Broker(jars(), tmp_path).start()
    except Unavailable as reason:
        missing(reason)
        return
    try:
        yield broker
    finally:
        broker.stop()
