"""Settings come from flags, environment, file and secrets; what is wrong is told by the name that mends it."""

from pathlib import Path

import pytest

from streams.broker.connection import aiokafka_options, kafka_python_options
from streams.errors import OperatorError
from streams.settings import INPUTS, Security, Settings, load


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    for name in list(os.environ):
        if name.startswith("MOMENTS_"):
            monkeypatch.delenv(name)


def test_the_defaults_are_those_of_the_contract() -> None:
    settings = load()
    assert settings.inputs == INPUTS
    assert (settings.transitions, settings.changelog) == ("moments.transitions.v1", "moments.state.v1")
    assert settings.dead_letters[0] == "orders.events.v1.dlq"


def test_a_flag_beats_the_environment_which_beats_the_file_which_beats_the_secrets(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    for name in ("MOMENTS_APP_ID", "MOMENTS_TRANSITIONS", "MOMENTS_CHANGELOG", "MOMENTS_INSTANCE_ID"):
        (secrets / name).write_text("from-secrets\n")
    (secrets / "MOMENTS_INSTANCE_ID").write_text("worker-7\n")
    file = tmp_path / "moments.toml"
    file.write_text('app_id = "from-file"\ntransitions = "from-file"\nchangelog = "also-from-file"\n')
    monkeypatch.setenv("MOMENTS_SECRETS_DIR", str(secrets))
    monkeypatch.setenv("MOMENTS_APP_ID", "from-environment")
    monkeypatch.setenv("MOMENTS_TRANSITIONS", "from-environment")
    settings = load({"app_id": "from-flag", "transitions": None}, file)
    assert settings.app_id == "from-flag"
    assert settings.transitions == "from-environment"
    assert settings.changelog == "also-from-file"
    assert settings.instance_id == "worker-7"


def test_nested_values_lists_and_durations_are_written_as_people_write_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOMENTS_BROKERS", "one:9092, two:9092")
    monkeypatch.setenv("MOMENTS_CATALOGUE", "pack:tea_chain,own.yaml")
    monkeypatch.setenv("MOMENTS_GATHER", "80ms")
    monkeypatch.setenv("MOMENTS_INGEST__MAX_AGE", "30d")
    settings = load()
    assert settings.brokers == ("one:9092", "two:9092")
    assert settings.catalogue == ("pack:tea_chain", "own.yaml")
    assert settings.gather == 80_000
    assert settings.ingest.max_age == 30 * 24 * 3600 * 1_000_000


def test_an_environment_file_is_read_like_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "worker.env"
    file.write_text("MOMENTS_BROKERS=a:1,b:2\nMOMENTS_SECURITY__PROTOCOL=SSL\n")
    monkeypatch.setenv("MOMENTS_FILE", str(file))
    settings = load()
    assert settings.brokers == ("a:1", "b:2")
    assert settings.security.protocol == "SSL"


def test_a_password_in_a_secrets_directory_reaches_every_client_and_no_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "MOMENTS_SECURITY__PASSWORD").write_text("hush\n")
    monkeypatch.setenv("MOMENTS_SECRETS_DIR", str(tmp_path))
    monkeypatch.setenv("MOMENTS_SECURITY__PROTOCOL", "SASL_SSL")
    monkeypatch.setenv("MOMENTS_SECURITY__USERNAME", "monitor")
    settings = load()
    assert "hush" not in repr(settings)
    for options in (aiokafka_options(settings), kafka_python_options(settings)):
        assert options["sasl_plain_password"] == "hush"
        assert options["sasl_plain_username"] == "monitor"
        assert options["sasl_mechanism"] == "SCRAM-SHA-512"
        assert options["security_protocol"] == "SASL_SSL"
        assert options["ssl_context"].check_hostname


def test_plain_text_needs_neither_certificates_nor_names() -> None:
    for options in (aiokafka_options(Settings()), kafka_python_options(Settings())):
        assert options["security_protocol"] == "PLAINTEXT"
        assert not {"ssl_context", "sasl_mechanism"} & options.keys()


def test_a_certificate_that_cannot_be_read_is_the_operators_to_mend(tmp_path: Path) -> None:
    settings = Settings(security=Security(protocol="SSL", ca_file=tmp_path / "none.pem"))
    with pytest.raises(OperatorError, match="MOMENTS_SECURITY"):
        aiokafka_options(settings)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("MOMENTS_GATHER", "50", "MOMENTS_GATHER"),
        ("MOMENTS_GATHER", "soon", "MOMENTS_GATHER"),
        ("MOMENTS_BROKERS", "", "brokers is empty"),
        ("MOMENTS_INPUTS", "a,a", "only once"),
        ("MOMENTS_TRANSITIONS", "orders.events.v1", "different topics"),
        ("MOMENTS_APP_ID", "no spaces", "MOMENTS_APP_ID"),
        ("MOMENTS_SESSION_TIMEOUT", "3s", "twice heartbeat_interval"),
        ("MOMENTS_SECURITY__PROTOCOL", "SASL_SSL", "needs username and password"),
        ("MOMENTS_SECURITY__CERT_FILE", "/x.pem", "come together"),
        ("MOMENTS_SECURITY__PROTOKOLL", "SSL", "MOMENTS_SECURITY__PROTOKOLL"),
        ("MOMENTS_FILE", "/does/not/exist.toml", "does not exist"),
        ("MOMENTS_SECRETS_DIR", "/does/not/exist", "not a directory"),
    ],
)
def test_what_is_wrong_is_told_by_the_name_that_mends_it(
    name: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(OperatorError, match=said):
        load()


def test_settings_are_frozen() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Settings().app_id = "other"  # type: ignore[misc]
