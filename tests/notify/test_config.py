"""The receivers' file: what it may say, where secrets may stand, and that no secret ever leaves it by an error."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from pydantic import BaseModel

from streams.clock import MINUTE
from streams.errors import OperatorError
from streams.notify.alertmanager import AlertmanagerConfig
from streams.notify.base import FollowUp
from streams.notify.config import Receivers, load
from streams.notify.pagerduty import PagerDutyConfig
from streams.notify.registry import KINDS, build, find, follow_ups
from streams.notify.slack import SlackConfig
from streams.notify.webhook import WebhookConfig

SECRET = "s3cr3t-hunter2"
FIRST = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SECOND = "whsec_bmV3LXNlY3JldC1uZXctc2VjcmV0LW5ldy1zZWNyZXQ="


def read(folder: Path, text: str, name: str = "receivers.yaml", environ: Mapping[str, str] | None = None) -> Receivers:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return load(file, environ or {})


def refused(folder: Path, text: str, name: str = "receivers.yaml", environ: Mapping[str, str] | None = None) -> list[str]:
    """The faults of a file; neither they nor what is behind them have the secret."""
    with pytest.raises(OperatorError) as error:
        read(folder, text, name, environ)
    assert SECRET not in str(error.value)
    assert error.value.__cause__ is None
    assert error.value.__context__ is None
    return str(error.value).splitlines()


YAML = f"""
allow: [10.20.0.0/16, alerts.corp.example]
receivers:
  shop: {{type: webhook, url: "https://shop.example/hook", secrets: [{SECOND}, {FIRST}]}}
  fleet: {{type: alertmanager, urls: ["http://am-0:9093", "http://am-1:9093"], labels: {{team: stores}}}}
  on-call: {{type: pagerduty, routing_key: {SECRET}}}
  duty-chat: {{type: slack, token: {SECRET}, channel: C042}}
"""

TOML = f"""
allow = ["10.20.0.0/16", "alerts.corp.example"]
[receivers.shop]
type = "webhook"
url = "https://shop.example/hook"
secrets = ["{SECOND}", "{FIRST}"]
[receivers.fleet]
type = "alertmanager"
urls = ["http://am-0:9093", "http://am-1:9093"]
labels = {{team = "stores"}}
[receivers.on-call]
type = "pagerduty"
routing_key = "{SECRET}"
[receivers.duty-chat]
type = "slack"
token = "{SECRET}"
channel = "C042"
"""


async def test_yaml_and_toml_say_the_same(tmp_path: Path) -> None:
    one, other = read(tmp_path, YAML), read(tmp_path, TOML, "receivers.toml")
    assert one == other
    assert one.kinds == {"shop": "webhook", "fleet": "alertmanager", "on-call": "pagerduty", "duty-chat": "slack"}
    assert one.allow == ("10.20.0.0/16", "alerts.corp.example")
    async with one.open() as http:
        receivers = build(one, http)
    assert {name: receiver.name for name, receiver in receivers.items()} == {name: name for name in one.kinds}
    shop, fleet, pager, chat = (one.configs[name] for name in one.kinds)
    assert isinstance(shop, WebhookConfig)
    assert isinstance(fleet, AlertmanagerConfig)
    assert isinstance(pager, PagerDutyConfig)
    assert isinstance(chat, SlackConfig)
    assert [secret.get_secret_value() for secret in shop.secrets] == [SECOND, FIRST]
    assert fleet.labels == {"team": "stores"}
    assert pager.routing_key.get_secret_value() == SECRET


def test_only_those_that_want_to_hear_more_of_what_they_took_are_told_more(tmp_path: Path) -> None:
    assert follow_ups(read(tmp_path, YAML)) == {
        "fleet": FollowUp(repeat_every=5 * MINUTE),
        "on-call": FollowUp(acknowledgements=True),
    }


def test_a_secret_may_stand_in_a_file_or_in_the_environment(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(f"{SECRET}\n", encoding="utf-8")
    (tmp_path / "secrets").write_text(f"{SECOND}\n\n{FIRST}\n", encoding="utf-8")
    found = read(
        tmp_path,
        """
        receivers:
          on-call: {type: pagerduty, routing_key_file: key}
          chat: {type: slack, url_env: CHAT_URL}
          shop: {type: webhook, url_env: SHOP_URL, secrets_file: secrets}
        """,
        environ={"CHAT_URL": "https://hooks.example/T0/s3cr3t", "SHOP_URL": "https://shop.example/"},
    )
    pager, chat, shop = found.configs["on-call"], found.configs["chat"], found.configs["shop"]
    assert isinstance(pager, PagerDutyConfig)
    assert isinstance(chat, SlackConfig)
    assert isinstance(shop, WebhookConfig)
    assert pager.routing_key.get_secret_value() == SECRET
    assert chat.url is not None
    assert chat.url.get_secret_value() == "https://hooks.example/T0/s3cr3t"
    assert [secret.get_secret_value() for secret in shop.secrets] == [SECOND, FIRST]


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        (
            "{type: pagerduty, routing_key_file: absent}",
            "x.routing_key_file: there is no such file, or it cannot be read",
        ),
        ("{type: pagerduty, routing_key_env: ABSENT}", "x.routing_key_env: not set"),
        ("{type: pagerduty, routing_key_env: [KEY]}", "x.routing_key_env: not set"),
        (
            f"{{type: pagerduty, routing_key: {SECRET}, routing_key_env: KEY}}",
            "x.routing_key_env: routing_key is given twice",
        ),
        ("{type: pagerduty}", "x.routing_key: Field required"),
        ("{type: pagerduty, routing_key_env: EMPTY}", "x.routing_key: "),
        (f"{{type: pagerduty, routing_key: {SECRET}, retries: 3}}", "x.retries: Extra inputs are not permitted"),
        (f"{{type: pagerduty, routing_key: [{SECRET}]}}", "x.routing_key: Input should be a valid string"),
        (f"{{type: slack, url: {SECRET}}}", "x.url: Value error, must be a URL that begins with https:// or http://"),
        (
            f"{{type: slack, url: 'ftp://{SECRET}/'}}",
            "x.url: Value error, must be a URL that begins with https:// or http://",
        ),
        (
            f"{{type: slack, url: 'http://[{SECRET}'}}",
            "x.url: Value error, must be a URL that begins with https:// or http://",
        ),
        ("{type: slack}", "x.entry: Value error, give either url or token"),
        (
            f"{{type: webhook, url: 'https://a.example', secrets: [whsec_{SECRET}]}}",
            "x.secrets.0: Value error, must be whsec_ and then 24 to 64 bytes in base64",
        ),
        ("{type: webhook, url: 'https://a.example', secrets: []}", "x.secrets: Value error, give at least one"),
        (f"{{type: alertmanager, urls: ['http://a'], hold: {SECRET}}}", "x.hold: String should match pattern"),
        (f"{{type: {SECRET}}}", "x: give it a `type`, one of alertmanager, apprise, dingtalk"),
        (SECRET, "x: give it a `type`, one of alertmanager, apprise, dingtalk"),
        ("{}", "x: give it a `type`"),
    ],
)
def test_each_fault_is_named_by_receiver_and_field(tmp_path: Path, entry: str, fault: str) -> None:
    [said] = refused(tmp_path, f"receivers:\n  x: {entry}\n", environ={"KEY": SECRET, "EMPTY": ""})
    assert said.startswith(f"receivers.yaml: {fault}")


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    text = "allow: nobody\nca_file: absent.pem\nretries: 3\nreceivers:\n  a: {type: pagerduty}\n  b: {type: pigeon}\n"
    assert len(refused(tmp_path, text)) == 5


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        ("receivers.yaml", f"receivers: {{a: '{SECRET}", "this is not YAML (at line 1)"),
        ("receivers.yaml", f"receivers:\n  a: {{type: x, k: {SECRET}, k: {SECRET}}}", "a key stands twice (at line 2)"),
        ("receivers.yaml", f"receivers: !!python/object:{SECRET} {{}}", "this is not YAML (at line 1)"),
        ("receivers.yaml", f"receivers: *{SECRET}", "this is not YAML (at line 1)"),
        ("receivers.yaml", SECRET, "begin with `receivers:`, and under it a name for each receiver"),
        ("receivers.yaml", "", "begin with `receivers:`, and under it a name for each receiver"),
        ("receivers.yaml", f"receivers: [{SECRET}]", "begin with `receivers:`, and under it a name for each receiver"),
        ("receivers.yaml", "allow: [10.0.0.0/33]\nreceivers: {}", "allow: entry 1 is no host name, address or network"),
        ("receivers.toml", f'[receivers.a]\nkey = "{SECRET}', "this is not TOML (at end of document)"),
        ("receivers.toml", f"[receivers.a]\n{SECRET}", "this is not TOML (at end of document)"),
        ("receivers.toml", f'[receivers]\n"{SECRET}" = 1\n"{SECRET}" = 2\n', "this is not TOML (at line 3"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_by_the_place(tmp_path: Path, name: str, text: str, fault: str) -> None:
    [said] = refused(tmp_path, text, name)
    assert said.startswith(f"{name}: {fault}")


def test_a_file_that_is_not_there_or_no_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match="there is no such file"):
        load(tmp_path / "absent.yaml")
    (tmp_path / "bytes.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(OperatorError, match="cannot be read"):
        load(tmp_path / "bytes.yaml")
    (tmp_path / "deep.yaml").write_text("[" * 100_000, encoding="utf-8")
    with pytest.raises(OperatorError, match="this is not YAML"):
        load(tmp_path / "deep.yaml")


def test_authorities_that_are_none_are_refused(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("no certificate", encoding="utf-8")
    found = read(tmp_path, "ca_file: ca.pem\nreceivers: {}")
    with pytest.raises(OperatorError, match="ca_file: holds no certificate"):
        found.open()


def test_no_secret_is_shown_by_anything_that_is_printed_or_logged(tmp_path: Path) -> None:
    found = read(tmp_path, YAML)
    for shown in (
        found,
        *found.configs.values(),
        *(config.model_dump() for config in found.configs.values()),
    ):
        for text in (repr(shown), str(shown)):
            assert not any(secret in text for secret in (SECRET, FIRST, SECOND, "am-0", "shop.example"))


@pytest.mark.parametrize("type_", sorted(KINDS))
def test_every_type_has_a_strict_frozen_configuration_and_a_receiver(type_: str) -> None:
    kind = find(type_)
    assert issubclass(kind.config, BaseModel)
    assert kind.config.model_config.get("extra") == "forbid"
    assert kind.config.model_config.get("frozen") is True
    assert callable(kind.receiver)
