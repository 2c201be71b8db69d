"""/metrics for Prometheus, /healthz for whoever restarts processes and /readyz for whoever counts on them: one small HTTP
server in a thread of its own.

A scrape answers from a thread while the main thread judges events. Text is made anew for each, uncompressed: making it
takes some milliseconds (see series.py), compressing it would take longer than sending it.
"""

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

from streams.errors import OperatorError

Complaints = Callable[[], list[str]]
"""What is wrong, one line each; an empty list means that nothing is."""

_TEXT = "text/plain; version=0.0.4; charset=utf-8"


def nothing() -> list[str]:
    """Complains of nothing."""
    return []


class MetricsServer:
    """Serves while it is entered. Port 0 takes any free one; `port` tells which.

    `scrape` gives the text of /metrics. `complaints` say what keeps the process from living (/healthz), `unready` what
    keeps it from being counted on (/readyz); both answer 503 with their lines, and are asked in the server's thread.
    """

    def __init__(
        self, host: str, port: int, scrape: Callable[[], bytes], complaints: Complaints, unready: Complaints = nothing
    ) -> None:
        class Handler(BaseHTTPRequestHandler):
            wbufsize = -1  # one answer, one packet: each call to the system may cost a turn of the processor

            def do_GET(self) -> None:
                path = self.path.partition("?")[0]
                if path == "/metrics":
                    self._answer(200, scrape(), _TEXT)
                elif path == "/healthz":
                    self._tell(complaints())
                elif path == "/readyz":
                    self._tell(unready())
                else:
                    self._answer(404, b"/metrics, /healthz or /readyz\n")

            def _tell(self, found: list[str]) -> None:
                self._answer(503 if found else 200, "\n".join(found or ["ok"]).encode() + b"\n")

            def _answer(self, status: int, body: bytes, kind: str = "text/plain; charset=utf-8") -> None:
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """Scrapes are not worth a log line."""

        try:
            self._server = ThreadingHTTPServer((host, port), Handler)
        except OSError as error:
            raise OperatorError(f"MOMENTS_METRICS_PORT: cannot listen on {host}:{port}: {error.strerror}") from error
        self._server.daemon_threads = True
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, name="metrics", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
