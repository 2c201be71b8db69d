"""`moments notify`: the file is checked, and a marked test message goes out once."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from streams.cli.notify import notify
from streams.errors import OperatorError

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@contextmanager
def answering(status: int, body: bytes = b"") -> Iterator[tuple[str, list[bytes]]]:
    """A server on a thread of its own, since the command runs an event loop of its own; and what it was sent."""
    seen: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            seen.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Retry-After", "9")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/hook", seen
        finally:
            server.shutdown()
            thread.join()


def write(folder: Path, url: str, allow: str = "127.0.0.1/32") -> Path:
    file = folder / "receivers.yaml"
    file.write_text(
        f"allow: ['{allow}']\nreceivers:\n"
        f"  shop: {{type: webhook, url: '{url}', secrets: [{SECRET}]}}\n"
        "  pager: {type: pagerduty, routing_key: s3cr3t}\n",
        encoding="utf-8",
    )
    return file


def run(*arguments: object) -> Result:
    return CliRunner().invoke(notify, [str(argument) for argument in arguments])


@pytest.mark.parametrize(("language", "mark"), [("zh", "测试"), ("en", "test")])
def test_one_marked_message_goes_out_and_what_came_of_it_is_printed(tmp_path: Path, language: str, mark: str) -> None:
    with answering(204) as (url, seen):
        result = run("test", "shop", "--receivers", write(tmp_path, url), "--lang", language, "--address", "lin")
    assert (result.exit_code, result.output) == (0, "shop: taken with 204\n")
    [body] = (json.loads(raw) for raw in seen)
    assert body["type"] == "moment.alert.test"
    assert body["data"]["to"] == "lin"
    assert body["data"]["language"] == language
    assert mark in body["data"]["title"].lower()
    assert mark in body["data"]["text"].lower()


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (404, "shop: failed, answered 404 (will not pass by itself)\n"),
        (503, "shop: failed, answered 503 (may pass; it asks to wait 9 s)\n"),
    ],
)
def test_a_failure_is_printed_and_is_exit_status_1(tmp_path: Path, status: int, said: str) -> None:
    with answering(status) as (url, seen):
        result = run("test", "shop", "--receivers", write(tmp_path, url))
    assert (result.exit_code, result.output) == (1, said)
    assert len(seen) == 1


def test_a_destination_inside_that_is_not_allowed_is_not_reached(tmp_path: Path) -> None:
    with answering(200) as (url, seen):
        result = run("test", "shop", "--receivers", write(tmp_path, url, "10.0.0.0/8"))
    assert result.exit_code == 1
    assert "destination not allowed: an address inside the network" in result.output
    assert seen == []


def test_a_receiver_that_is_not_in_the_file_is_the_operators_to_set_right(tmp_path: Path) -> None:
    result = run("test", "shopp", "--receivers", write(tmp_path, "https://shop.example/"))
    assert isinstance(result.exception, OperatorError)
    assert str(result.exception) == "receivers.yaml has no receiver shopp; it has pager, shop"


def test_the_list_has_names_and_types_and_nothing_secret(tmp_path: Path) -> None:
    result = run("list", "--receivers", write(tmp_path, "https://shop.example/"))
    assert result.exit_code == 0
    assert result.output.split() == ["pager", "pagerduty", "shop", "webhook"]
