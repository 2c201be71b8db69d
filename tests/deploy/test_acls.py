"""The least rights that deploy/acls.py gives are enough, and not more than they are: on a broker with its authorizer."""

import asyncio
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.errors import TopicAuthorizationFailedError
from kafka.admin import (
    ACL,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    KafkaAdminClient,
    ResourcePattern,
    ResourceType,
)

from streams.broker.connection import aiokafka_options
from streams.clock import now, rfc3339
from streams.demo.hired import CATALOGUE, free_ports
from streams.settings import Settings, load
from streams.stages import WORDS
from tests.deploy.files import DEPLOY
from tests.deploy.test_image import healthcheck, wait_until_healthy
from tests.support.kafka import PROPERTIES, Broker, Unavailable, jars, missing

PATIENCE = 40.0  # seconds
MOMENTS = str(Path(sys.executable).with_name("moments"))


def acls() -> ModuleType:
    spec = spec_from_file_location("acls", DEPLOY / "acls.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_what_every_worker_touches_is_granted_to_its_word_and_commands_say_all_of_it() -> None:
    found = list(acls().grants(Settings()))
    assert len(set(found)) == len(found)
    assert {grant.user for grant in found} == {*WORDS, "console", "topics", "producer"}
    said = list(acls().commands(Settings(), "kafka-1:9092", "moments-", "admin.properties"))
    for grant in found:
        lines = [line for line in said if f"User:moments-{grant.user} " in line]
        place = f"--{grant.kind} {grant.name}"
        assert any(
            f"{line} ".count(f"{place} ") and all(f"--operation {operation} " in line for operation in grant.operations)
            for line in lines
        ), grant


USERS = (*WORDS, "console", "topics", "producer", "broker")
LOGIN = "org.apache.kafka.common.security.plain.PlainLoginModule required " + " ".join(
    ['username="broker" password="broker-secret"', *(f'user_{user}="{user}-secret"' for user in USERS)]
)
GUARDED = PROPERTIES.replace("PLAINTEXT://127.0.0.1:{port}", "SASL_PLAINTEXT://127.0.0.1:{port}") + (
    "listener.security.protocol.map=CONTROLLER:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT\n"
    "inter.broker.listener.name=SASL_PLAINTEXT\n"
    "sasl.enabled.mechanisms=PLAIN\n"
    "sasl.mechanism.inter.broker.protocol=PLAIN\n"
    f"listener.name.sasl_plaintext.plain.sasl.jaas.config={LOGIN};\n"
    "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer\n"
    # the controller's listener has no passwords
    "super.users=User:broker;User:ANONYMOUS\n"
)


def surroundings(bootstrap: str, user: str) -> dict[str, str]:
    """The monitor's settings for a user."""
    return {
        "MOMENTS_BROKERS": bootstrap,
        "MOMENTS_CATALOGUE": str(CATALOGUE),
        "MOMENTS_SECURITY__PROTOCOL": "SASL_PLAINTEXT",
        "MOMENTS_SECURITY__MECHANISM": "PLAIN",
        "MOMENTS_SECURITY__USERNAME": user,
        "MOMENTS_SECURITY__PASSWORD": f"{user}-secret",
    }


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[str]:
    """Bootstrap address of a broker on which everybody may do what deploy/acls.py says, and nothing else."""
    try:
        broker = Broker(jars(), tmp_path, GUARDED, listens).start()
    except Unavailable as reason:
        missing(reason)
        return
    try:
        admin = KafkaAdminClient(
            bootstrap_servers=broker.bootstrap,
            security_protocol="SASL_PLAINTEXT",
            sasl_mechanism="PLAIN",
            sasl_plain_username="broker",
            sasl_plain_password="broker-secret",
        )
        answer = admin.create_acls([acl for grant in acls().grants(Settings()) for acl in rights(grant)])
        assert not answer["failed"], answer
        admin.close()
        yield broker.bootstrap
    finally:
        broker.stop()


def listens(bootstrap: str) -> bool:
    host, _, port = bootstrap.rpartition(":")
    try:
        with socket.create_connection((host, int(port)), timeout=1):
            return True
    except OSError:
        return False


def rights(grant: Any) -> Iterator[ACL]:
    operations = {"Read": "READ", "Write": "WRITE", "Create": "CREATE", "Describe": "DESCRIBE"}
    operations["DescribeConfigs"] = "DESCRIBE_CONFIGS"
    for operation in grant.operations:
        yield ACL(
            principal=f"User:{grant.user}",
            host="*",
            operation=ACLOperation[operations[operation]],
            permission_type=ACLPermissionType.ALLOW,
            resource_pattern=ResourcePattern(
                ResourceType[grant.kind.replace("-", "_").upper()],
                grant.name,
                ACLResourcePatternType.PREFIXED if grant.prefixed else ACLResourcePatternType.LITERAL,
            ),
        )


def moments(environment: Mapping[str, str], *arguments: str) -> None:
    """Run a command to its end. AssertionError with what it says where it fails."""
    done = subprocess.run(
        [MOMENTS, *arguments],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


class Phone:
    """A webhook; `rang` is set with its first message."""

    def __init__(self) -> None:
        self.rang = threading.Event()
        rang = self.rang

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(204)
                self.end_headers()
                rang.set()

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/"
        self._thread = threading.Thread(target=self._server.serve_forever)

    def __enter__(self) -> "Phone":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.mark.kafka
def test_with_the_least_rights_a_breach_reaches_a_person_and_nobody_can_do_anothers_work(
    guarded: str, tmp_path: Path
) -> None:
    people, receivers, events = tmp_path / "acme.yaml", tmp_path / "receivers.yaml", tmp_path / "events.jsonl"
    with ExitStack() as stack:
        phone = stack.enter_context(Phone())
        people.write_text(
            "tenant: acme\nfallback: {people: [desk]}\n"
            "people:\n  - {id: desk, name: Desk, contacts: [{receiver: phone, address: desk}]}\n"
        )
        receivers.write_text(
            f'allow: [127.0.0.1/32]\nreceivers:\n  phone: {{type: webhook, url: "{phone.url}", '
            "secrets: [whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw]}\n"
        )
        topics = surroundings(guarded, "topics")
        moments(topics, "topics", "create", "--partitions", "2", "--replication", "1")
        moments(topics, "organisation", "publish", str(people), "--prune")
        running = []
        for word, stages in WORDS.items():
            first = free_ports(len(stages))
            ports = list(range(first, first + len(stages)))
            own = {"MOMENTS_METRICS_PORT": str(first), "MOMENTS_ALERTING__RECEIVERS": str(receivers)}
            environment = surroundings(guarded, word) | own
            running.append((start(stack, tmp_path / f"{word}.log", environment, "worker", "--roles", word), ports))
        port = free_ports(1)
        own = {"MOMENTS_CONSOLE__PORT": str(port), "MOMENTS_CONSOLE__OPEN_TO_ALL": "true"}
        running.append(
            (start(stack, tmp_path / "console.log", surroundings(guarded, "console") | own, "console"), [port])
        )
        for process, ports in running:
            wait_until_healthy(process, ports)

        events.write_text(
            '{"specversion":"1.0","id":"1","source":"/test","type":"order.placed","subject":"8812","time":"'
            + rfc3339(now())
            + '","tenant":"acme","region":"shanghai","data":{"order_id":"8812","store_id":"s-7","channel":"pickup"}}\n'
        )
        moments(surroundings(guarded, "producer"), "publish", str(events), "--topic", "orders.events.v1")
        assert phone.rang.wait(PATIENCE), (tmp_path / "alert.log").read_text() + (tmp_path / "notify.log").read_text()
        assert healthcheck(port) == 0
    for name in (*WORDS, "console"):
        said = (tmp_path / f"{name}.log").read_text()
        assert "uthorization" not in said, said
    for user, topic in (
        ("detect", "moments.alerts.v1"),
        ("alert", "moments.state.v1"),
        ("notify", "moments.transitions.v1"),
        ("console", "moments.alerts.v1"),
        ("producer", "moments.transitions.v1"),
    ):
        with pytest.raises(TopicAuthorizationFailedError):
            asyncio.run(forge(surroundings(guarded, user), topic))


def start(stack: ExitStack, log: Path, environment: dict[str, str], *command: str) -> subprocess.Popen[bytes]:
    """A process that ends with the stack, kindly."""

    def end() -> None:
        process.terminate()
        try:
            assert process.wait(60) == 0, log.read_text()
        finally:
            process.kill()

    with log.open("wb") as out:
        process = subprocess.Popen(
            [MOMENTS, *command],
            env=os.environ | environment,
            stdout=out,
            stderr=out,
        )
    stack.callback(end)
    return process


async def forge(environment: Mapping[str, str], topic: str) -> None:
    """Write what is another's to say."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        options = aiokafka_options(load())
    producer = AIOKafkaProducer(**options)
    await producer.start()
    try:
        await producer.send_and_wait(topic, b"{}", key=b"8812", partition=0)
    finally:
        await producer.stop()
