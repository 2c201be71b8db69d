"""What the stories of feeds begin with."""

import pytest

from tests.feeds.feed_stage import Stage


@pytest.fixture(params=[False, True], ids=["one worker", "a restart after every decision"])
def stage(request: pytest.FixtureRequest) -> Stage:
    return Stage(restless=request.param)
