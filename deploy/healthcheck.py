"""Exit status 0 if every port on this machine answers 200: for images and pods, where there is no curl.

    healthcheck [PORT ...] [/PATH]

Without ports, those in HEALTHCHECK_PORTS (with spaces); without a path, /healthz. A worker with several stages serves
one port for each of them, and only all of them together say that it works. Nothing but `socket` is imported, so that a
look costs a few milliseconds (`python -I -S`).
"""

import os
import socket
import sys

PATIENCE = 4.0  # seconds, less than what probes wait


def status_of(port: int, path: str) -> str:
    """What the port answers, `200` if all is well. Raises OSError where nobody answers."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
        connection.sendall(f"GET {path} HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n".encode())
        line = connection.makefile("rb").readline().decode("ascii", "replace")
    return " ".join(line.split(" ")[1:2])


def main(arguments: list[str]) -> int:
    paths = [argument for argument in arguments if argument.startswith("/")] or ["/healthz"]
    ports = [argument for argument in arguments if not argument.startswith("/")]
    faults = 0
    for port in ports or os.environ.get("HEALTHCHECK_PORTS", "").split():
        try:
            status = status_of(int(port), paths[0])
        except OSError as error:
            status = str(error)
        sys.stdout.write(f"{port}{paths[0]}: {status}\n")
        faults += status != "200"
    return 1 if faults or not (ports or os.environ.get("HEALTHCHECK_PORTS")) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
