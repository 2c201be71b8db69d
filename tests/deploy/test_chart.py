"""The Helm chart: what it renders for three sets of values, against golden files, the schemas of Kubernetes and the code.

The golden files are checked everywhere; that the chart still renders them, where helm is on the PATH. `python -m
tests.deploy.chart` writes them again.
"""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from streams.alerts.organisation_file import load as load_organisations
from streams.catalogue.load import load as load_catalogue
from streams.notify.config import judge
from streams.settings import load
from streams.stages import WORDS, wanted_roles
from tests.deploy.chart import CHART, GOLDEN, SETS, Unavailable, elided, helm, render, template
from tests.deploy.files import BESIDE, DEPLOY, ROOT, faults, read_all_yaml, read_yaml, schema, variables

Manifest = dict[str, Any]


@pytest.fixture(params=SETS)
def golden(request: pytest.FixtureRequest) -> list[Manifest]:
    """The manifests of one set of values, as they were last accepted."""
    return read_all_yaml((GOLDEN / f"{request.param}.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def needs_helm() -> None:
    try:
        helm("version")
    except Unavailable as reason:
        pytest.skip(str(reason))


def pods(manifests: list[Manifest]) -> list[tuple[str, Manifest]]:
    """Name and pod template's spec of whatever runs pods."""
    kinds = ("StatefulSet", "Deployment", "Job")
    return [(one["metadata"]["name"], one["spec"]["template"]["spec"]) for one in manifests if one["kind"] in kinds]


def environment(pod: Manifest) -> dict[str, str]:
    return {entry["name"]: entry.get("value", "") for entry in pod["containers"][0]["env"]}


@pytest.mark.usefixtures("needs_helm")
@pytest.mark.parametrize("name", SETS)
def test_the_chart_renders_what_was_accepted(name: str) -> None:
    assert elided(render(name)) == (GOLDEN / f"{name}.yaml").read_text(encoding="utf-8")


@pytest.mark.usefixtures("needs_helm")
@pytest.mark.parametrize("name", SETS)
def test_helm_lint_finds_nothing(name: str) -> None:
    said = helm("lint", "--strict", "--values", str(Path(__file__).parent / "values" / f"{name}.yaml"), str(CHART))
    assert "0 chart(s) failed" in said
    assert "[WARNING]" not in said


@pytest.mark.usefixtures("needs_helm")
@pytest.mark.parametrize(
    "wrong",
    [
        "kafka.brokers[0]=kafka",  # no port
        "kafka.protocol=TLS",
        "replicas=3",  # nothing is called so
        "workers.sets.detect.replicas=-1",
        "settings.MOMENTS_SECURITY__PASSWORD=hunter2",  # a secret that would stand in the pod's description
        "console.url=moments.acme.example",
    ],
)
def test_values_that_cannot_be_right_are_refused(wrong: str) -> None:
    with pytest.raises(AssertionError, match="values don't meet the specifications of the schema"):
        template("--set", wrong)


@pytest.mark.usefixtures("needs_helm")
@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("kafka.protocol=SASL_SSL", "SASL needs a Secret"),
        ("console.accounts=", "nobody could sign in"),
        ("console.secret=", "several consoles need the same secret"),
        ("console.ingress.enabled=true", "answers to its own name alone"),
    ],
)
def test_what_would_not_start_is_refused_with_the_reason(wrong: str, said: str) -> None:
    minimal = str(Path(__file__).parent / "values" / "minimal.yaml")
    with pytest.raises(AssertionError, match=said):
        template("--values", minimal, "--set", wrong)


@pytest.mark.usefixtures("needs_helm")
def test_the_rules_are_those_of_the_project() -> None:
    made = [manifest for manifest in read_all_yaml(render("production")) if manifest["kind"] == "PrometheusRule"]
    rules = sorted((DEPLOY / "prometheus" / "rules").glob("*.yml"))
    assert rules
    assert {one["metadata"]["name"]: one["spec"] for one in made} == {
        file.stem: read_yaml(file.read_text(encoding="utf-8")) for file in rules
    }
    for manifest in made:
        assert misfits(manifest) == []


@pytest.mark.usefixtures("needs_helm")
def test_the_dashboards_are_those_of_the_project() -> None:
    named = "moments-dashboard-"
    made = [
        manifest for manifest in read_all_yaml(render("production")) if manifest["metadata"]["name"].startswith(named)
    ]
    folder = ROOT / "grafana" / "dashboards"
    dashboards = {"-".join(file.relative_to(folder).parts): file.read_text("utf-8") for file in folder.rglob("*.json")}
    if not dashboards:
        pytest.skip("grafana/dashboards is empty")
    shown = {name: text for manifest in made for name, text in manifest["data"].items()}
    assert shown.keys() == dashboards.keys()
    assert all(shown[name].strip() == text.strip() for name, text in dashboards.items())
    assert len({manifest["metadata"]["name"] for manifest in made}) == len(made) == len(dashboards)
    for manifest in made:
        assert misfits(manifest) == []
        assert sum(len(text.encode()) for text in manifest["data"].values()) < 1 << 20  # etcd takes no more


def misfits(manifest: Manifest) -> list[str]:
    """Where a manifest is not as its kind wants it."""
    kubernetes = schema("kubernetes.json")
    kind = kubernetes["kinds"][f"{manifest['apiVersion']} {manifest['kind']}"]
    return faults(manifest, kubernetes | {"$ref": f"#/definitions/{kind}"})


def test_every_manifest_is_as_kubernetes_wants_it(golden: list[Manifest]) -> None:
    for manifest in golden:
        assert misfits(manifest) == [], manifest["metadata"]["name"]
        assert misfits({**manifest, "spce": {}})  # the schema does find faults


def test_no_two_manifests_have_the_same_name(golden: list[Manifest]) -> None:
    names = [(manifest["kind"], manifest["metadata"]["name"]) for manifest in golden]
    assert len(set(names)) == len(names)


def test_every_pod_runs_without_rights_and_on_a_read_only_root(golden: list[Manifest]) -> None:
    assert pods(golden)
    for name, pod in pods(golden):
        assert pod["automountServiceAccountToken"] is False, name
        assert pod["securityContext"]["runAsNonRoot"] is True, name
        assert pod["securityContext"]["runAsUser"] == 10001, name
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
        for container in pod["containers"]:
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }, name
            assert {"cpu", "memory"} <= set(container["resources"]["requests"]), name
            assert "memory" in container["resources"]["limits"], name


def test_what_is_mounted_is_there_and_the_other_way_round(golden: list[Manifest]) -> None:
    maps = {one["metadata"]["name"] for one in golden if one["kind"] == "ConfigMap"}
    for name, pod in pods(golden):
        volumes = {volume["name"] for volume in pod["volumes"]}
        assert {mount["name"] for mount in pod["containers"][0]["volumeMounts"]} == volumes, name
        assert {volume["configMap"]["name"] for volume in pod["volumes"] if "configMap" in volume} <= maps, name


def test_the_settings_know_every_variable_and_take_every_value(
    golden: list[Manifest], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    known = {*variables(), *BESIDE}
    for name, pod in pods(golden):
        given = {key: value for key, value in environment(pod).items() if key.startswith("MOMENTS_")}
        assert set(given) <= known, name
        secrets = tmp_path / name
        secrets.mkdir()
        for volume in pod["volumes"]:
            for source in volume.get("projected", {}).get("sources", ()):
                for item in source["secret"]["items"]:
                    assert item["path"] in known, name
                    (secrets / item["path"]).write_text("x" * 32)
        with monkeypatch.context() as patch:
            for key, value in given.items():
                patch.setenv(key, value)
            patch.setenv("MOMENTS_SECRETS_DIR", str(secrets))
            settings = load()
        assert settings.brokers, name
        if settings.security.protocol.startswith("SASL"):
            assert settings.security.username == "x" * 32, name


def test_stages_have_the_ports_that_a_worker_gives_them(golden: list[Manifest]) -> None:
    for one in golden:
        if one["kind"] != "StatefulSet":
            continue
        (container,) = one["spec"]["template"]["spec"]["containers"]
        assert container["args"][:2] == ["worker", "--roles"]
        stages = wanted_roles(container["args"][2])
        ports = {f"metrics-{stage}": 9100 + place for place, stage in enumerate(stages)}
        assert {port["name"]: port["containerPort"] for port in container["ports"]} == ports
        asked = environment(one["spec"]["template"]["spec"])["HEALTHCHECK_PORTS"]
        assert asked.split() == [str(port) for port in ports.values()]
        (service,) = (s for s in golden if s["kind"] == "Service" and s["metadata"]["name"] == one["spec"]["serviceName"])
        assert {port["name"]: port["port"] for port in service["spec"]["ports"]} == ports
        assert service["spec"]["selector"].items() <= one["spec"]["template"]["metadata"]["labels"].items()


def test_every_stage_runs_in_exactly_one_set(golden: list[Manifest]) -> None:
    sets = [one["spec"]["template"]["spec"]["containers"][0] for one in golden if one["kind"] == "StatefulSet"]
    words = [word for container in sets for word in container["args"][2].split(",")]
    assert sorted(words) == sorted(WORDS)


def test_a_worker_is_known_by_the_name_of_its_pod(golden: list[Manifest]) -> None:
    for one in golden:
        if one["kind"] == "StatefulSet":
            (container,) = one["spec"]["template"]["spec"]["containers"]
            (instance,) = (entry for entry in container["env"] if entry["name"] == "MOMENTS_INSTANCE_ID")
            assert instance["valueFrom"] == {"fieldRef": {"fieldPath": "metadata.name"}}
            assert container["readinessProbe"]["exec"]["command"][-1] == "/readyz"
            assert container["livenessProbe"]["exec"]["command"][-1] == "/healthz"


def test_only_who_needs_a_secret_has_it() -> None:
    manifests = read_all_yaml((GOLDEN / "production.yaml").read_text(encoding="utf-8"))
    held = {
        name: set(re.findall(r"(?:name|secretName)'?: '([a-z-]+)'", str(pod["volumes"]))) for name, pod in pods(manifests)
    }
    secrets = {"kafka-ca"} | {f"kafka-moments-{role}" for role in ("detect", "alert", "notify", "console", "topics")}
    secrets |= {"moments-console", "moments-accounts", "moments-oidc", "moments-receivers"}
    assert {name.removeprefix("moments-"): found & secrets for name, found in held.items()} == {
        "detect": {"kafka-ca", "kafka-moments-detect"},
        "alert": {"kafka-ca", "kafka-moments-alert"},
        "notify": {"kafka-ca", "kafka-moments-notify", "moments-console", "moments-receivers"},
        "console": {"kafka-ca", "kafka-moments-console", "moments-console", "moments-accounts", "moments-oidc"},
        "topics": {"kafka-ca", "kafka-moments-topics"},
    }


def test_policies_choose_pods_that_there_are(golden: list[Manifest]) -> None:
    labels = [
        one["spec"]["template"]["metadata"]["labels"]
        for one in golden
        if one["kind"] in ("StatefulSet", "Deployment", "Job")
    ]
    choosing = [one for one in golden if one["kind"] in ("NetworkPolicy", "PodDisruptionBudget")]
    assert any(one["kind"] == "NetworkPolicy" for one in choosing)
    for one in choosing:
        selector = one["spec"].get("podSelector") or one["spec"]["selector"]
        assert any(selector["matchLabels"].items() <= found.items() for found in labels), one["metadata"]["name"]


def test_the_files_in_the_examples_are_right(tmp_path: Path) -> None:
    for name in SETS:
        values = read_yaml((Path(__file__).parent / "values" / f"{name}.yaml").read_text(encoding="utf-8"))
        for file, text in values.get("catalogue", {}).get("files", {}).items():
            (tmp_path / file).write_text(text)
            assert load_catalogue((str(tmp_path / file),)).moments
        organisation = values.get("organisation", {}).get("files", {})
        for file, text in organisation.items():
            (tmp_path / file).write_text(text)
        assert len(load_organisations([str(tmp_path / file) for file in organisation])) == len(organisation)
        receivers = values.get("receivers", {}).get("config")
        if receivers:
            for path in re.findall(r"/run/secrets/receivers/(\w+)", str(receivers)):
                (tmp_path / path).write_text("https://chat.acme.example/x")
            text = str(receivers).replace("/run/secrets/receivers", str(tmp_path))
            _, found = judge(read_yaml(text), tmp_path, {})
            assert found == []


def test_the_healthcheck_is_where_the_image_has_it(golden: list[Manifest]) -> None:
    dockerfile = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    (place,) = re.findall(r"^COPY deploy/healthcheck.py (\S+)$", dockerfile, re.MULTILINE)
    probes = {
        shlex.join(container[probe]["exec"]["command"][:-1])
        for _, pod in pods(golden)
        for container in pod["containers"]
        for probe in ("startupProbe", "livenessProbe", "readinessProbe")
        if "exec" in container.get(probe, {})
    }
    assert probes == {f"python -I -S {place}"}
