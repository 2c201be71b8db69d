"""A broker with TLS and a password: every client of the monitor gets through, and none without the password."""

import asyncio
import json
import socket
import ssl
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from streams.broker.connection import aiokafka_options
from streams.clock import MINUTE, now
from streams.settings import Security, Settings
from tests.integration.test_from_publish_to_explain import CATALOGUE, event, moments
from tests.support.desk import alerting_of, feeds_of
from tests.support.kafka import PROPERTIES, Broker, Unavailable, jars, missing
from tests.support.worker import WorkerProcess

pytestmark = pytest.mark.kafka

LISTENER = "SASL_SSL://127.0.0.1:{port}"
LOGIN = (
    "org.apache.kafka.common.security.plain.PlainLoginModule required "
    'username="broker" password="broker-secret" user_broker="broker-secret" user_monitor="monitor-secret";'
)
SECURED = PROPERTIES.replace("PLAINTEXT://127.0.0.1:{port}", LISTENER) + (
    "listener.security.protocol.map=CONTROLLER:PLAINTEXT,SASL_SSL:SASL_SSL\n"
    "inter.broker.listener.name=SASL_SSL\n"
    "sasl.enabled.mechanisms=PLAIN\n"
    "sasl.mechanism.inter.broker.protocol=PLAIN\n"
    f"listener.name.sasl_ssl.plain.sasl.jaas.config={LOGIN}\n"
    "ssl.keystore.location={store}\nssl.keystore.password=store-secret\n"
    "ssl.truststore.location={store}\nssl.truststore.password=store-secret\n"
)


def certificate(folder: Path) -> tuple[Path, Path]:
    """A key store for the broker, and its certificate for the clients; made by Java's own tool."""
    store, pem = folder / "broker.p12", folder / "broker.pem"
    owner = ["-alias", "broker", "-keystore", str(store), "-storetype", "PKCS12", "-storepass", "store-secret"]
    name = ["-dname", "CN=127.0.0.1", "-ext", "san=ip:127.0.0.1", "-ext", "bc=ca:true", "-validity", "2"]
    for command in (["-genkeypair", "-keyalg", "RSA", *owner, *name], ["-exportcert", "-rfc", "-file", str(pem), *owner]):
        subprocess.run(["keytool", *command], check=True, capture_output=True)
    return store, pem


def settings_for(bootstrap: str, pem: Path, password: str = "monitor-secret") -> Settings:
    name = f"secured-{uuid.uuid4().hex[:8]}"
    return Settings(
        brokers=(bootstrap,),
        app_id=name,
        inputs=(f"{name}.orders",),
        transitions=f"{name}.out",
        followed=f"{name}.followed",
        changelog=f"{name}.state",
        feeds=feeds_of(name),
        alerting=alerting_of(name),
        security=Security(
            protocol="SASL_SSL", mechanism="PLAIN", username="monitor", password=SecretStr(password), ca_file=pem
        ),
    )


@pytest.fixture
def secured(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """Bootstrap address of a broker with TLS and SASL, and the certificate to trust."""

    def answers(bootstrap: str) -> bool:
        host, _, port = bootstrap.rpartition(":")
        trusting = ssl.create_default_context(cafile=str(pem))
        try:
            with (
                socket.create_connection((host, int(port)), timeout=2) as plain,
                trusting.wrap_socket(plain, server_hostname=host),
            ):
                return True
        except OSError:
            return False

    try:
        found = jars()
        store, pem = certificate(tmp_path)
        broker = Broker(found, tmp_path, SECURED.replace("{store}", str(store)), answers).start()
    except Unavailable as reason:
        missing(reason)
        return
    try:
        yield broker.bootstrap, pem
    finally:
        broker.stop()


async def test_every_client_passes_tls_and_the_password(secured: tuple[str, Path], tmp_path: Path) -> None:
    bootstrap, pem = secured
    settings = settings_for(bootstrap, pem)
    file = tmp_path / "shop.yaml"
    file.write_text(CATALOGUE)
    settings = settings.model_copy(update={"catalogue": (str(file),)})
    created = moments(settings, "topics", "create", "--roles", "detect", "--partitions", "1", "--replication", "1")
    assert created.returncode == 0, created.stderr
    events = tmp_path / "events.jsonl"
    events.write_text(event(1, "order.placed", "8812", now() - 4 * MINUTE) + "\n")
    published = moments(settings, "publish", str(events), "--topic", settings.inputs[0])
    assert published.returncode == 0, published.stderr
    with WorkerProcess(settings, tmp_path / "worker.log", module="tests.parity.serve") as worker:
        told = await first_record(settings, worker)
        assert await asyncio.to_thread(worker.terminate) == 0
        assert "monitor-secret" not in worker.tail(1000)
    assert (told["kind"], told["case"]) == ("breached", "8812")
    explained = moments(settings, "explain", "8812")
    assert "breached" in explained.stdout, explained.stderr

    refused = moments(settings_for(bootstrap, pem, "wrong"), "topics", "check", "--roles", "detect")
    assert refused.returncode == 2
    assert "wrong" not in refused.stdout + refused.stderr


async def first_record(settings: Settings, worker: WorkerProcess) -> dict[str, object]:
    from aiokafka import AIOKafkaConsumer

    consumer = AIOKafkaConsumer(
        settings.transitions,
        **aiokafka_options(settings),
        isolation_level="read_committed",
        auto_offset_reset="earliest",
    )
    await consumer.start()
    try:
        async with asyncio.timeout(30):
            while True:
                assert worker.status is None, worker.tail()
                for records in (await consumer.getmany(timeout_ms=200)).values():
                    document: dict[str, object] = json.loads(records[0].value)
                    return document
    finally:
        await consumer.stop()
