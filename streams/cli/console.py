"""`moments console`: serve the on-call console, and keep its users and tokens."""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socket import socket
from typing import TYPE_CHECKING, Annotated

import structlog
import typer

from streams.cli.console_accounts import token, user
from streams.settings import Settings

if TYPE_CHECKING:
    from streams.console.vitals import Vitals

log = structlog.stdlib.get_logger(__name__)

console = typer.Typer(
    help="Serve the on-call console, and keep its users and tokens.",
    add_completion=False,
    rich_markup_mode="markdown",
)
console.add_typer(user, name="user")
console.add_typer(token, name="token")

_ENDS_WITHIN = 3
"""Seconds that open pages may take to let go of their streams."""


@console.callback(invoke_without_command=True)
def serve(
    ctx: typer.Context,
    settings: Annotated[Path | None, typer.Option(help="Settings file, TOML or environment lines.")] = None,
    broker: Annotated[str | None, typer.Option(help="Bootstrap brokers, host:port, several with commas.")] = None,
    catalogue: Annotated[
        list[str] | None, typer.Option(help="A catalogue file or shipped pack, as the workers have it.")
    ] = None,
    organisation: Annotated[
        list[str] | None, typer.Option(help="A file that says who answers for what, as the workers have it.")
    ] = None,
    accounts: Annotated[Path | None, typer.Option(help="File of users and tokens.")] = None,
    host: Annotated[str | None, typer.Option(help="Address to listen at; 127.0.0.1 if not given.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen at; 8080 if not given.")] = None,
    metrics_port: Annotated[
        int | None, typer.Option(help="Serve /metrics, /healthz and /readyz there; nothing of it if not given.")
    ] = None,
    log_format: Annotated[str | None, typer.Option(help="json or console.")] = None,
    log_level: Annotated[str | None, typer.Option(help="debug, info, warning or error.")] = None,
) -> None:
    """Serve the console until told to stop (SIGTERM, Ctrl-C). It follows the topics that the workers write.

    Put a proxy with TLS before it, and set MOMENTS_ALERTING__CONSOLE to its address and MOMENTS_CONSOLE__SECRET to the
    same secret as the workers': then messages carry links that acknowledge. Exit status: 0 stopped as told, 2 something
    to set right.

    Examples:

    `moments console user add li.na --role responder --tenant acme --accounts accounts.yaml`

    `moments console --broker localhost:9092 --catalogue pack:tea_chain --organisation acme.yaml --accounts accounts.yaml`
    """
    if ctx.invoked_subcommand is not None:
        return
    from streams.cli.worker import configure_logging
    from streams.settings import load

    own = {"accounts": accounts, "host": host, "port": port}
    known = load(
        {
            "brokers": broker,
            "catalogue": tuple(catalogue) if catalogue else None,
            "alerting": {"organisation": tuple(organisation)} if organisation else None,
            "console": {name: value for name, value in own.items() if value is not None} or None,
            "metrics_port": metrics_port,
            "log_format": log_format,
            "log_level": log_level,
        },
        settings,
    )
    configure_logging(known)
    if known.metrics_port is None:
        asyncio.run(_serve(known))
        return
    from prometheus_client import CollectorRegistry

    from streams.console.vitals import Vitals
    from streams.metrics.instruments import Instruments
    from streams.metrics.server import MetricsServer

    vitals = Vitals(known, Instruments(CollectorRegistry(), "console"))
    at = known.metrics_host, known.metrics_port
    with MetricsServer(*at, vitals.scrape, vitals.complaints, vitals.unready) as server:
        log.info("metrics are served", port=server.port)
        asyncio.run(_serve(known, vitals))


async def _serve(settings: Settings, vitals: "Vitals | None" = None) -> None:
    """Until SIGTERM or SIGINT, or until what follows the topics has failed; that is raised then."""
    import uvicorn

    from streams.console.app import create_console

    failures: list[BaseException] = []

    def failed(error: BaseException) -> None:
        failures.append(error)
        server.should_exit = True

    class Server(uvicorn.Server):
        """Says where it is once it is there; ends with 0 when it is told to stop, where uvicorn would raise the signal
        again.
        """

        @contextmanager
        def capture_signals(self) -> Iterator[None]:
            loop = asyncio.get_running_loop()
            for name in (signal.SIGTERM, signal.SIGINT):
                loop.add_signal_handler(name, self.handle_exit, name, None)
            yield

        async def startup(self, sockets: list[socket] | None = None) -> None:
            await super().startup(sockets)
            for listening in self.servers if self.started else ():
                for open_ in listening.sockets:
                    log.info("the console is served", address="http://{}:{}".format(*open_.getsockname()[:2]))

    server = Server(
        uvicorn.Config(
            create_console(settings, failed=failed, vitals=vitals),
            host=settings.console.host,
            port=settings.console.port,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,  # whose headers count is the console's own to say
            timeout_graceful_shutdown=_ENDS_WITHIN,
        )
    )
    await server.serve()
    if failures:
        raise failures[0]
