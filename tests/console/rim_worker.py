"""`python -m tests.console.rim_worker`: a worker that cannot bear new people; settings from the environment."""

import asyncio
import sys

from streams.agents import directory
from streams.alerts.organisation import Directory
from streams.app import create_app
from streams.cli.worker import configure_logging
from streams.errors import InvariantError
from streams.runtime.process import run
from streams.runtime.transport import ShardApp
from streams.settings import load
from streams.stages import stage_of
from tests.support.tally import Tally


def refuse(people: Directory) -> None:
    """What a defect of ours would do."""
    raise InvariantError(f"nobody expected {', '.join(people.tenants())}")


def main() -> int:
    settings = load()
    configure_logging(settings)
    organisations = directory.Organisations(settings)
    asyncio.run(organisations.read())

    inputs = stage_of(settings, "detect").inputs

    def build(failed: object) -> ShardApp:
        assert callable(failed)
        app = create_app(
            settings,
            lambda partition: Tally(partition, inputs, settings.transitions),
            on_failure=failed,
        )
        directory.register(app, organisations, refuse, failed)
        return app

    return run(build)


if __name__ == "__main__":
    sys.exit(main())
