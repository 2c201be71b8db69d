"""What an operator may set: from the environment (`MOMENTS_...`), a file, a secrets directory, and flags.

What wins, strongest first: flags, environment, the file named by `MOMENTS_FILE` or `--settings` (TOML, or lines of
`MOMENTS_X=...`), the secrets directory named by `MOMENTS_SECRETS_DIR` (one file a secret, as Kubernetes and Docker mount
them), the defaults below. Nested values are reached with two underscores: `MOMENTS_SECURITY__PASSWORD`. Lists of brokers,
topics and paths may be written with commas. Settings are frozen; nothing reads the environment a second time.
"""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    InitSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from schemas.dead_letter import SUFFIX
from streams.clock import parse_duration
from streams.errors import OperatorError

INPUTS = ("orders.events.v1", "deliveries.events.v1", "tickets.events.v1", "touchpoints.events.v1")


def _split(value: object) -> object:
    """A list as people write it in an environment variable: `a,b`."""
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


def _span(value: object) -> object:
    """A duration such as `250ms` or `90s` as microseconds. A number in a text is refused: nobody could tell its unit."""
    return parse_duration(value) if isinstance(value, str) else value


Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
Span = Annotated[int, BeforeValidator(_span), Field(ge=0)]
"""Microseconds, written as a duration (`100ms`, `60s`) in texts."""

Protocol = Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]
Mechanism = Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]


class Security(BaseModel):
    """How every client of the monitor speaks to the brokers."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    protocol: Protocol = "PLAINTEXT"
    mechanism: Mechanism = "SCRAM-SHA-512"
    username: str | None = None
    password: SecretStr | None = None
    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None
    key_password: SecretStr | None = None
    check_hostname: bool = True

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.protocol.startswith("SASL") and (self.username is None or self.password is None):
            raise ValueError(f"{self.protocol} needs username and password")
        if (self.cert_file is None) != (self.key_file is None):
            raise ValueError("cert_file and key_file come together")
        return self


class Ingest(BaseModel):
    """Bounds on events; `streams.ingest.policy.Policy` says what they mean. Spans in microseconds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    future: Span = 5 * 60_000_000
    max_age: Span | None = None
    max_bytes: int = Field(default=64 * 1024, gt=0)


class Paging(BaseModel):
    """What of old news is still told. Spans are microseconds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    prompt: Span = 10_000_000
    """A warning or breach that is learnt of within this span of its instant is told at once; later ones are ranked."""
    page_age: Span = 2 * 3_600_000_000
    """One that is learnt of later than this is raised and pages nobody."""


class Crowds(BaseModel):
    """From how many breaches within ten minutes a shared cause may be an incident; what is usual may raise it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    store: int = Field(default=5, ge=1)
    fleet: int = Field(default=10, ge=1)
    provider: int = Field(default=10, ge=1)
    region: int = Field(default=20, ge=1)


class Grouping(BaseModel):
    """How much a person is told at once, and how often. Spans are microseconds; 0 switches a rule off."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    broken_window: Span = 5 * 60_000_000
    """After the first breach of a group (a moment in a region) was told, more of it are one message so long after."""
    risk_window: Span = 60_000_000
    """The same for warnings."""
    messages_an_hour: int = Field(default=20, ge=0)
    """More than that to one person wait for a digest; critical ones pass."""
    digest_after: Span = 15 * 60_000_000
    incidents: bool = True
    """Many breaches with a shared cause become one incident."""
    incident_above: Crowds = Crowds()
    catch_up_pace: Span = 30_000_000
    """What is learnt of late is told at most one message a person in this span."""
    flaps: int = Field(default=4, ge=2)
    flap_span: Span = 30 * 60_000_000
    steady_for: Span = 15 * 60_000_000
    """An alert that ended so often within the span flaps: it is told again once it was open for `steady_for`."""
    closed_stores: bool = True
    """Outside of the opening hours of a store nobody is told of it, unless it is critical, until it opens."""


class Alerting(BaseModel):
    """Topics and files of the alert and notify stages."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    commands: str = "moments.commands.v1"
    alerts: str = "moments.alerts.v1"
    audit: str = "moments.audit.v1"
    asks: str = "moments.asks.v1"
    groups: str = "moments.groups.v1"
    mutes: str = "moments.mutes.v1"
    notices: str = "moments.notices.v1"
    receipts: str = "moments.receipts.v1"
    alert_state: str = "moments.alert-state.v1"
    group_state: str = "moments.group-state.v1"
    notify_state: str = "moments.notify-state.v1"
    organisation: Names = ()
    """Files that say who answers for what; the topic counts on top of them. Without either nobody is told."""
    organisation_topic: str = "organisation.v1"
    receivers: Path | None = None
    """File of the receivers: where messages can be sent."""
    paging: Paging = Paging()
    grouping: Grouping = Grouping()
    console: Annotated[str, Field(pattern=r"^https?://[^/\s\[\]]+(/\S*)?$")] | None = None
    """Address of the console, for the links in messages."""


class Feeds(BaseModel):
    """Whether absence counts only where its feed is heard, and the topics by which that is known."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    watch: bool = True
    """Off: silence of a whole source is not told apart from cases in which nothing happened."""
    pulses: str = "moments.pulses.v1"
    topic: str = "moments.feeds.v1"
    state: str = "moments.feed-state.v1"
    usual_at_least: float = Field(default=1.0, gt=0)
    """A feed that usually sends fewer events a minute than this is judged by its heartbeats alone."""
    suspect_after: Span = 2_000_000
    blind_after: Span = 30_000_000
    """Silence shorter than this makes no feed suspect, or blind, however many events are usual."""
    settle: Span = 60_000_000
    """A feed that speaks again is believed after so long without events from before its return."""
    learn_minutes: int = Field(default=10, ge=1)
    """So many minutes of a feed have to be known before it is judged."""
    forget_after: Span = 30 * 24 * 3_600_000_000
    """A feed that was not heard for so long is no feed any more: what it was to bring is then judged without it."""
    most_of_a_tenant: int = Field(default=1_000, ge=1)
    time_zone: str = "UTC"
    """Of the instants in what people are told of feeds."""


class Oidc(BaseModel):
    """Sign-in by an OpenID Connect provider."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    issuer: Annotated[str, Field(pattern=r"^https?://\S+$")]
    client_id: str
    client_secret: SecretStr
    scope: str = "openid profile email"
    person_claim: str = "preferred_username"
    """The claim that is the person's id in the organisation data."""
    roles_claim: str = "roles"
    tenants_claim: str = "tenants"
    viewers: Names = ("moments-viewer",)
    responders: Names = ("moments-responder",)
    admins: Names = ("moments-admin",)
    """Values of the roles claim that give each role."""


class Console(BaseModel):
    """The on-call console: where it listens, and who may sign in."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    accounts: Path | None = None
    """File of local users and machine tokens, made with `moments console user` and `moments console token`."""
    secret: SecretStr | None = None
    """Signs sessions and acknowledge links; the notify stage and every console of an installation share it."""
    oidc: Oidc | None = None
    session: Span = 12 * 3_600_000_000
    links: Span = 24 * 3_600_000_000
    """How long a session, and an acknowledge link, holds."""
    behind: str = ""
    """Addresses of the reverse proxies whose X-Forwarded-For and X-Forwarded-Proto count, with commas."""
    open_to_all: bool = False
    """Everybody who can reach it is an admin, without signing in: for the demo, and refused beyond loopback."""


class Metrics(BaseModel):
    """How many values of a label are told apart; beyond these it is `other`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tenants: int = Field(default=200, ge=1)
    regions: int = Field(default=200, ge=1)
    """Of each tenant."""
    feeds: int = Field(default=2_000, ge=1)
    stores: int = Field(default=50, ge=0)
    """Those with most breaches are named."""


class Settings(BaseSettings):
    """Everything a worker needs to know. Spans are microseconds."""

    model_config = SettingsConfigDict(
        env_prefix="MOMENTS_", env_nested_delimiter="__", frozen=True, extra="ignore", validate_default=False
    )

    brokers: Names = ("localhost:9092",)
    app_id: str = Field(default="moments", pattern=r"^[A-Za-z0-9._-]+$")
    inputs: Names = INPUTS
    transitions: str = "moments.transitions.v1"
    followed: str = "moments.followed.v1"
    """The clocks that people follow from their beginning on, as they stand."""
    changelog: str = "moments.state.v1"
    catalogue: Names = ()
    """Catalogue files, or shipped packs such as `pack:tea_chain`."""
    ingest: Ingest = Ingest()
    security: Security = Security()
    feeds: Feeds = Feeds()
    alerting: Alerting = Alerting()
    console: Console = Console()

    instance_id: str | None = None
    """Static membership: a worker that comes back within `session_timeout` gets its shards without a rebalance."""
    session_timeout: Span = 10_000_000
    heartbeat_interval: Span = 2_000_000
    rebalance_timeout: Span = 30_000_000
    fetch_wait: Span = 100_000
    """How long a broker may hold a fetch that has nothing to say; the idle clock moves in such steps."""
    fetch_bytes: int = Field(default=1 << 20, gt=0)
    check_crcs: bool = True
    """Off for the development broker alone, whose transaction markers have no checksum."""
    gather: Span = 50_000
    """Thin traffic is put together for so long before it becomes a transaction."""
    batch_bytes: int = Field(default=900_000, gt=0)
    """Upper size of a written record batch; the brokers' `max.message.bytes` (1 MiB by default) must be above it."""
    broker_patience: Span = 60_000_000
    """How long the brokers may be away in the middle of a transaction or a restore before the worker gives up."""
    offsets_interval: Span = 5_000_000
    stall_after: Span = 60_000_000
    """Records to read and no position moved for so long: the worker calls itself unhealthy."""
    allow_fresh_start: bool = False
    """Start from nothing although the consumer group has been further; only after the state was given up on purpose."""

    current_within: Span = 30_000_000
    """A shard that has not read its inputs to their ends for so long makes its worker unready."""

    metrics_port: int | None = Field(default=None, ge=0, le=65535)
    metrics_host: str = "0.0.0.0"
    metrics: Metrics = Metrics()
    log_format: Literal["json", "console"] = "console"
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if not self.brokers:
            raise ValueError("brokers is empty")
        if not self.inputs or len(set(self.inputs)) != len(self.inputs):
            raise ValueError("inputs must name at least one topic, and each only once")
        written = {self.transitions, self.followed, self.changelog}
        if len(written) != 3 or written & set(self.inputs):
            raise ValueError("inputs, transitions, followed and changelog must be different topics")
        if self.heartbeat_interval * 2 > self.session_timeout:
            raise ValueError("session_timeout must be at least twice heartbeat_interval")
        return self

    @property
    def dead_letter_suffix(self) -> str:
        """What the name of a topic's dead letter topic ends with; fixed by the contract."""
        return SUFFIX

    @property
    def dead_letters(self) -> tuple[str, ...]:
        """The dead letter topics of the inputs."""
        return tuple(topic + SUFFIX for topic in self.inputs)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 the signature is pydantic-settings'
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        # what was given to the constructor is all there is; `load` brings in the world outside
        return (init_settings,)


def load(flags: Mapping[str, Any] | None = None, file: Path | None = None) -> Settings:
    """Settings from flags (None values are ignored), environment, file, secrets directory and defaults.

    OperatorError with one line a fault, naming the environment variable that would set it right.
    """
    given = {name: value for name, value in (flags or {}).items() if value is not None}
    named = file or (Path(os.environ["MOMENTS_FILE"]) if os.environ.get("MOMENTS_FILE") else None)
    if named is not None and not named.is_file():
        raise OperatorError(f"settings file {named} does not exist")
    sources: list[Callable[[], dict[str, Any]]] = [InitSettingsSource(Settings, given), EnvSettingsSource(Settings)]
    if named is not None:
        toml = named.suffix == ".toml"
        sources.append(TomlConfigSettingsSource(Settings, named) if toml else DotEnvSettingsSource(Settings, named))
    if secrets := os.environ.get("MOMENTS_SECRETS_DIR"):
        if not Path(secrets).is_dir():
            raise OperatorError(f"MOMENTS_SECRETS_DIR: {secrets} is not a directory")
        # nested secrets are files such as MOMENTS_SECURITY__PASSWORD, which only the environment source can unfold
        sources.append(_Secrets(Settings, Path(secrets)))
    try:
        merged: dict[str, Any] = {}
        for source in reversed(sources):
            merged = _merge(merged, source())
        return Settings(**merged)
    except ValidationError as error:
        raise OperatorError("\n".join(_sentence(fault) for fault in error.errors())) from error
    except ValueError as error:  # a TOML file that is none, a duration that is none
        raise OperatorError(f"settings: {error}") from error


class _Secrets(EnvSettingsSource):
    """A secrets directory, read like an environment."""

    def __init__(self, settings_cls: type[BaseSettings], directory: Path) -> None:
        self._directory = directory
        super().__init__(settings_cls)

    def _load_env_vars(self) -> Mapping[str, str | None]:
        files = [entry for entry in self._directory.iterdir() if entry.is_file()]
        return {entry.name.lower(): entry.read_text(encoding="utf-8").strip() for entry in files}


def _merge(under: dict[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(under)
    for name, value in over.items():
        below = merged.get(name)
        merged[name] = _merge(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged


def _sentence(fault: Mapping[str, Any]) -> str:
    where = "__".join(str(part) for part in fault["loc"])
    return f"MOMENTS_{where.upper()}: {fault['msg']}" if where else f"settings: {fault['msg']}"


__all__ = ["INPUTS", "Alerting", "Ingest", "Security", "Settings", "load"]
