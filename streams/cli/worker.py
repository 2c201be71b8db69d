"""`moments worker`: one process that judges its share of the shards. Start more of them to share the load."""

import asyncio
import logging
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import structlog
import typer

from streams.cli.collector import calm_collector
from streams.cli.team import team
from streams.settings import Settings, load
from streams.stages import ALL_ROLES, ROLES, Role, stage_of, wanted_roles

LIBRARIES = ("aiokafka", "faust", "mode", "kafka")

log = structlog.stdlib.get_logger(__name__)


def worker(
    settings: Annotated[Path | None, typer.Option(help="Settings file, TOML or environment lines.")] = None,
    broker: Annotated[str | None, typer.Option(help="Bootstrap brokers, host:port, several with commas.")] = None,
    catalogue: Annotated[
        list[str] | None, typer.Option(help="A catalogue file or shipped pack (pack:tea_chain); may be given again.")
    ] = None,
    roles: Annotated[str, typer.Option(help="Stages to run, with commas; each is a process of its own.")] = ALL_ROLES,
    stage: Annotated[str | None, typer.Option(hidden=True, help="The one stage of this process of a team.")] = None,
    organisation: Annotated[
        list[str] | None, typer.Option(help="A file that says who answers for what; may be given again.")
    ] = None,
    receivers: Annotated[Path | None, typer.Option(help="File of the receivers: where messages can be sent.")] = None,
    instance_id: Annotated[str | None, typer.Option(help="Static membership: the same name for the same worker.")] = None,
    metrics_port: Annotated[
        int | None, typer.Option(help="Serve /metrics and /healthz there; further stages take the ports after it.")
    ] = None,
    log_format: Annotated[str | None, typer.Option(help="json or console.")] = None,
    log_level: Annotated[str | None, typer.Option(help="debug, info, warning or error.")] = None,
) -> None:
    """Run a worker until it is told to stop (SIGTERM, Ctrl-C).

    Everything that can be set here can be set in the environment or a file, too: `MOMENTS_BROKERS`, `MOMENTS_CATALOGUE`,
    and so on. Exit status: 0 stopped as told, 2 something to set right, 4 another worker took over, else a defect.

    Examples:

    `moments worker --broker localhost:9092 --catalogue pack:tea_chain`

    `moments worker --roles detect` to scale the judging alone
    """
    alerting = {"organisation": tuple(organisation) if organisation else None, "receivers": receivers}
    known = load(
        {
            "brokers": broker,
            "catalogue": tuple(catalogue) if catalogue else None,
            "alerting": {name: value for name, value in alerting.items() if value is not None} or None,
            "instance_id": instance_id,
            "metrics_port": metrics_port,
            "log_format": log_format,
            "log_level": log_level,
        },
        settings,
    )
    configure_logging(known)
    wanted = wanted_roles(roles) if stage is None else [role for role in ROLES if role == stage]
    if len(wanted) == 1:
        raise SystemExit(serve(known, wanted[0]))
    flags = {
        "--settings": settings,
        "--broker": broker,
        "--receivers": receivers,
        "--instance-id": instance_id,
        "--log-format": log_format,
        "--log-level": log_level,
    }
    given = [text for flag, value in flags.items() if value is not None for text in (flag, str(value))]
    given += [text for name in catalogue or () for text in ("--catalogue", name)]
    given += [text for name in organisation or () for text in ("--organisation", name)]
    raise SystemExit(team(known, wanted, given))


def serve(settings: Settings, role: Role = "detect") -> int:
    """Run one stage with these settings; the exit status. Raises MonitorError for what is wrong before it begins."""
    from importlib.metadata import version

    from prometheus_client import CollectorRegistry

    from streams.broker.metadata import see_that_topics_fit
    from streams.cli.main import DISTRIBUTION
    from streams.cli.staff import builder
    from streams.metrics.bounded import Bounds
    from streams.metrics.instruments import Instruments
    from streams.metrics.server import MetricsServer
    from streams.runtime.process import run

    instruments = Instruments(CollectorRegistry(), role, bounds=Bounds(**settings.metrics.model_dump()))
    stage = stage_of(settings, role)
    partitions = asyncio.run(see_that_topics_fit(settings, stage.topics))
    instruments.about(version(DISTRIBUTION), partitions, stage.inputs)
    build = builder(settings, role, instruments, partitions)
    apps: list[Any] = []

    def build_and_note(failed: Callable[[BaseException], None]) -> Any:
        apps.append(build(failed))
        return apps[0]

    def start() -> int:
        calm_collector()
        return run(build_and_note)

    def unready() -> list[str]:
        claims = apps[0].runtime.ownership.unready() if apps else ["the worker is being set up"]
        return claims or instruments.behind(settings.current_within)

    if settings.metrics_port is None:
        return start()
    host, port = settings.metrics_host, settings.metrics_port
    alive = partial(instruments.stalled, settings.stall_after)
    with MetricsServer(host, port, instruments.scrape, alive, unready) as server:
        log.info("metrics are served", port=server.port)
        return start()


def configure_logging(settings: Settings) -> None:
    """One line an event on standard error, JSON or for people, for our own log and for that of every library."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    console = settings.log_format == "console"
    last: list[Any] = (
        [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)]
        if console
        else [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
    )
    structlog.configure(
        processors=[
            *shared,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last]
        )
    )
    handler.addFilter(Dampening())
    level = settings.log_level.upper()
    logging.basicConfig(handlers=[handler], level=level, force=True)
    # the host libraries tell every step of theirs; at info, what the shards say is enough
    chatter = logging.getLevelName(level) if settings.log_level == "debug" else max(logging.WARNING, logging.root.level)
    for name in LIBRARIES:
        logging.getLogger(name).setLevel(chatter)


class Dampening(logging.Filter):
    """Lets a library say the same thing once in `PAUSE` seconds: while the brokers are away, they repeat it endlessly."""

    PAUSE = 10.0

    def __init__(self) -> None:
        super().__init__()
        self._said: dict[tuple[str, str], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        if not record.name.startswith(LIBRARIES):
            return True
        what = (record.name, str(record.msg))
        if record.created - self._said.get(what, 0.0) < self.PAUSE:
            return False
        self._said[what] = record.created
        return True


__all__ = ["configure_logging", "serve", "worker"]
