"""`python -m tests.soak`: the whole monitor for half an hour, and what is to be said of it. See `--help`."""

import argparse
import asyncio
import sys
from datetime import UTC
from pathlib import Path

from streams.clock import as_datetime, now
from tests.bench.machine import describe
from tests.soak.chain import EVENTS_A_SECOND
from tests.soak.found import Plan
from tests.soak.report import page
from tests.soak.run import soak
from tests.soak.verdict import reasons
from tests.support.kafka import VERSION, Unavailable

PAGE = Path(__file__).parents[2] / "docs" / "soak.md"
WHOLE = 30.0


def main() -> int:
    """Exit status 1, with the reasons, where something is not as it should be; 2 where there is no Kafka."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=WHOLE, help="how long; default 30, at least 1")
    parser.add_argument("--rate", type=float, default=100.0, help="events a second, in whole chains; default 100")
    parser.add_argument("--seed", type=int, default=7, help="another seed is another world")
    parser.add_argument("--out", type=Path, help="page to write; a run of 30 minutes or more writes docs/soak.md")
    parser.add_argument("--logs", type=Path, help="folder in which the logs of the processes are left")
    asked = parser.parse_args()
    if asked.minutes < 1:
        parser.error("--minutes is at least 1")
    plan = Plan(asked.minutes, max(1, round(asked.rate / EVENTS_A_SECOND)), asked.seed, asked.logs)
    try:
        found = asyncio.run(soak(plan))
    except Unavailable as reason:
        print(f"no Kafka: {reason}", file=sys.stderr)
        return 2
    wrong = reasons(found)
    machine = describe(f"Apache Kafka {VERSION}, one KRaft node on the same machine, unpinned")
    command = f"python -m tests.soak --minutes {asked.minutes:g} --rate {asked.rate:g} --seed {asked.seed}"
    text = page(found, command, as_datetime(now()).astimezone(UTC).date().isoformat(), machine, wrong)
    print(text)
    out = asked.out or (PAGE if asked.minutes >= WHOLE else None)
    if out is not None:
        out.write_text(text, encoding="utf-8")
        print(f"written: {out}")
    for line in wrong:
        print(f"soak: {line}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
