"""`python -m tests.support.tally_worker`: a worker whose shards run a Tally, with settings from the environment."""

import sys

from streams.app import create_app
from streams.cli.worker import configure_logging
from streams.runtime.process import run
from streams.settings import load
from tests.support.tally import Tally


def main() -> int:
    settings = load()
    configure_logging(settings)

    def make(partition: int) -> Tally:
        return Tally(partition, settings.inputs, settings.transitions)

    return run(lambda failed: create_app(settings, make, on_failure=failed))


if __name__ == "__main__":
    sys.exit(main())
