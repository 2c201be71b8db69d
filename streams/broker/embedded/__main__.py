"""`python -m streams.broker.embedded --topic NAME:PARTITIONS ...`: the broker, until its standard input closes.

Writes its address as the first line on standard output. After that every line on standard input is an order, answered
with `ok` or `error: ...`: `rtt MILLISECONDS`, `down`, `up`, `fail API_KEY CODE [CODE ...]`. Whoever starts it and dies,
however suddenly, closes that input and so ends it.
"""

import argparse
import signal
import sys

from streams.broker.embedded.cluster import MockCluster
from streams.errors import MonitorError, OperatorError


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m streams.broker.embedded", description=__doc__)
    parser.add_argument("--topic", action="append", default=[], metavar="NAME:PARTITIONS", help="a topic to begin with")
    options = parser.parse_args(arguments)
    # Ctrl-C in a terminal reaches the whole group; the broker outlives its clients, so that they can end in peace
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        cluster = MockCluster(dict(_topic(text) for text in options.topic))
    except MonitorError as fault:
        _say(f"error: {fault}")
        return fault.exit_status
    _say(cluster.bootstrap)
    for line in sys.stdin:
        _say(_obey(cluster, line.split()))
    cluster.close()
    return 0


def _topic(text: str) -> tuple[str, int]:
    name, _, partitions = text.rpartition(":")
    if not name or not partitions.isdecimal() or int(partitions) < 1:
        raise OperatorError(f"--topic {text!r} should be NAME:PARTITIONS, like orders.events.v1:4")
    return name, int(partitions)


def _obey(cluster: MockCluster, order: list[str]) -> str:
    try:
        match order:
            case ["rtt", milliseconds]:
                cluster.set_round_trip(int(milliseconds))
            case ["down"]:
                cluster.go_down()
            case ["up"]:
                cluster.come_up()
            case ["fail", api_key, *codes]:
                cluster.fail_next(int(api_key), [int(code) for code in codes])
            case _:
                return f"error: no such order: {' '.join(order)}"
    except (ValueError, OperatorError) as fault:
        return f"error: {fault}"
    return "ok"


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
