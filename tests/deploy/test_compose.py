"""compose.yaml: by the Compose Specification's schema, and in what it says of the monitor."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from streams.demo.world import STORES, TENANT
from streams.notify.config import load as read_receivers
from streams.settings import load
from streams.stages import ROLES
from tests.deploy.files import BESIDE, DEPLOY, faults, read_yaml, schema, variables
from tests.support.kafka import VERSION

FILE = DEPLOY / "compose.yaml"
OURS = "moments:local"


@pytest.fixture(scope="module")
def compose() -> Any:
    return read_yaml(FILE.read_text(encoding="utf-8"))


def services(compose: Any, image: str = OURS) -> dict[str, Any]:
    return {name: service for name, service in compose["services"].items() if service["image"] == image}


def test_the_file_is_as_the_compose_specification_wants_it(compose: Any) -> None:
    assert faults(compose, schema("compose.json")) == []
    assert faults({"services": {"a": {"image": 3}}}, schema("compose.json"))  # the schema does find faults


def test_whatever_a_service_names_is_declared(compose: Any) -> None:
    for name, service in compose["services"].items():
        assert set(service["networks"]) <= set(compose["networks"]), name
        assert set(service.get("depends_on", ())) <= set(compose["services"]), name
        for secret in service.get("secrets", ()):
            assert (secret if isinstance(secret, str) else secret["source"]) in compose["secrets"], name
        for volume in service.get("volumes", ()):
            source = volume.split(":")[0]
            assert source in compose["volumes"] if "/" not in source else (DEPLOY / source).exists(), (name, source)


def test_every_secret_is_one_that_the_script_makes(compose: Any, tmp_path: Path) -> None:
    script = ["sh", str(DEPLOY / "secrets.sh"), str(tmp_path / "secrets")]
    subprocess.run(script, check=True, capture_output=True)
    made = {file.name: file.read_text() for file in (tmp_path / "secrets").iterdir()}
    assert {Path(secret["file"]).name for secret in compose["secrets"].values()} == set(made)
    assert all(len(value) == 48 for value in made.values())
    assert len(set(made.values())) == len(made)
    again = subprocess.run(script, check=True, capture_output=True, text=True)
    assert again.stdout == ""
    assert {file.name: file.read_text() for file in (tmp_path / "secrets").iterdir()} == made
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700


def test_three_brokers_form_one_quorum(compose: Any) -> None:
    brokers = services(compose, f"apache/kafka:{VERSION}")
    assert list(brokers) == ["kafka-1", "kafka-2", "kafka-3"]
    voters = ",".join(f"{number}@kafka-{number}:9093" for number in (1, 2, 3))
    for number, (name, broker) in enumerate(brokers.items(), 1):
        environment = broker["environment"]
        assert environment["KAFKA_NODE_ID"] == number
        assert environment["KAFKA_CONTROLLER_QUORUM_VOTERS"] == voters
        assert environment["KAFKA_ADVERTISED_LISTENERS"] == f"PLAINTEXT://{name}:9092"
        assert f"{name}:/var/lib/kafka/data" in broker["volumes"]


def test_the_monitor_runs_without_rights_and_on_a_read_only_root(compose: Any) -> None:
    for name, service in services(compose).items():
        assert service["read_only"] is True, name
        assert service["user"] == "10001:10001", name
        assert service["cap_drop"] == ["ALL"], name
        assert "no-new-privileges:true" in service["security_opt"], name


def test_every_port_is_open_to_this_machine_alone(compose: Any) -> None:
    ports = [port for service in compose["services"].values() for port in service.get("ports", ())]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_the_settings_know_every_variable_and_take_every_value(compose: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    known = {*variables(), *BESIDE}
    for name, service in services(compose).items():
        given = {key: str(value) for key, value in service["environment"].items() if key.startswith("MOMENTS_")}
        assert set(given) <= known, name
        with monkeypatch.context() as patch:
            for key, value in given.items():
                if key not in BESIDE:
                    patch.setenv(key, value)
            assert len(load().brokers) == 3
        secrets = [secret["target"] for secret in service.get("secrets", ()) if isinstance(secret, dict)]
        assert set(secrets) <= known, name


def test_each_worker_has_a_name_of_its_own_and_is_asked_at_every_stage(compose: Any) -> None:
    workers = {name: service for name, service in services(compose).items() if service.get("command") == ["worker"]}
    assert {name: service["environment"]["MOMENTS_INSTANCE_ID"] for name, service in workers.items()} == {
        name: name for name in workers
    }
    assert len(workers) == 2
    ports = " ".join(str(9100 + place) for place in range(len(ROLES)))
    assert {service["environment"]["HEALTHCHECK_PORTS"] for service in workers.values()} == {ports}


def test_prometheus_scrapes_every_stage_of_both_workers_and_the_console(compose: Any) -> None:
    folder = DEPLOY / "prometheus"
    config = read_yaml((folder / "prometheus.yml").read_text(encoding="utf-8"))
    jobs = {job["job_name"]: set(targets(job, folder)) for job in config["scrape_configs"]}
    alertmanagers = {target for one in config["alerting"]["alertmanagers"] for target in targets(one, folder)}
    named = {target.partition(":")[0] for target in set().union(*jobs.values(), alertmanagers)}
    assert named <= {*compose["services"], "localhost"}
    ports = range(9100, 9100 + len(ROLES))
    assert jobs["moments-worker"] == {f"{worker}:{port}" for worker in ("worker-1", "worker-2") for port in ports}
    assert jobs["moments-console"] == {"console:9100"}
    assert alertmanagers == {"alertmanager:9093"}
    assert "./prometheus:/etc/prometheus:ro" in compose["services"]["prometheus"]["volumes"]


def targets(job: Any, folder: Path) -> Iterator[str]:
    """What a scrape job or an alertmanager entry names, in itself and in its files."""
    groups = list(job.get("static_configs", ()))
    for files in job.get("file_sd_configs", ()):
        for name in files["files"]:
            groups += read_yaml((folder / name).read_text(encoding="utf-8"))
    for group in groups:
        yield from group["targets"]


def test_alertmanager_has_every_secret_that_its_configuration_reads(compose: Any) -> None:
    text = (DEPLOY / "alertmanager" / "alertmanager.yml").read_text(encoding="utf-8")
    read = set(re.findall(r"^\s*(?:- )?\w+_file: (\S+)$", text, re.MULTILINE))
    assert {secret["target"] for secret in compose["services"]["alertmanager"]["secrets"]} == read


def test_grafana_finds_its_dashboards_and_prometheus(compose: Any) -> None:
    folder = DEPLOY.parent / "grafana" / "provisioning"
    providers, sources = list(folder.glob("dashboards/*.y*ml")), list(folder.glob("datasources/*.y*ml"))
    if not providers or not sources:
        pytest.skip("grafana/provisioning is empty")
    mounted = {volume.split(":")[1] for volume in compose["services"]["grafana"]["volumes"]}
    for file in providers:
        for provider in read_yaml(file.read_text(encoding="utf-8"))["providers"]:
            path = provider["options"]["path"]
            assert any(path == place or path.startswith(place + "/") for place in mounted), path
    set_ = compose["services"]["grafana"]["environment"]
    for file in sources:
        text = re.sub(r"\$\{?(\w+)\}?", lambda name: set_.get(name[1], name[0]), file.read_text(encoding="utf-8"))
        for source in read_yaml(text)["datasources"]:
            assert source["url"] == "http://prometheus:9090"


def test_the_organisation_knows_every_store_of_the_chain_and_the_receivers_reach_everybody() -> None:
    organisation = read_yaml((DEPLOY / "demo" / "organisation.yaml").read_text(encoding="utf-8"))
    assert organisation["tenant"] == TENANT
    assert {(store["id"], store["region"]) for store in organisation["stores"]} == {
        (store.id, store.region) for store in STORES
    }
    receivers = read_receivers(DEPLOY / "demo" / "receivers.yaml")
    asked = {contact["receiver"] for person in organisation["people"] for contact in person["contacts"]}
    assert asked <= set(receivers.configs)
    assert "alertmanager" in receivers.allow


def test_the_consoles_first_start_makes_the_account_and_its_second_leaves_it(compose: Any, tmp_path: Path) -> None:
    secret = tmp_path / "console_password"
    secret.write_text("a password of some length")
    accounts = tmp_path / "accounts.yaml"
    (script,) = compose["services"]["console"]["command"]
    script = script.replace("$$", "$").replace("/run/secrets/console_password", shlex.quote(str(secret)))
    script = script.replace("exec moments console", "exec moments console user list")
    environment = os.environ | {
        "MOMENTS_CONSOLE__ACCOUNTS": str(accounts),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    for _ in range(2):
        done = subprocess.run(["sh", "-ec", script], env=environment, check=True, capture_output=True, text=True)
        assert done.stdout.splitlines()[-1].split() == ["desk", "admin", "all"]
    assert accounts.read_text().count("id: desk") == 1
