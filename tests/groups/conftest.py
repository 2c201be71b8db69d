"""Every story is told twice: in one life, and with another worker after every decision."""

import pytest

from tests.groups.group_stage import Stage


@pytest.fixture(params=[False, True], ids=["one life", "restarts"])
def restless(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def stage(restless: bool) -> Stage:
    return Stage(restless=restless)
