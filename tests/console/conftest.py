"""What the tests of the pages begin with: the evening, the console over it, and 李娜 at her browser."""

from pathlib import Path
from typing import Any

import pytest

from tests.console.page_browser import Browser
from tests.console.page_world import START, Evening, evening


@pytest.fixture
def world() -> Evening:
    return evening(START)


@pytest.fixture
def app(world: Evening, tmp_path: Path) -> Any:
    return world.app_in(tmp_path)


@pytest.fixture
def lina(app: Any) -> Browser:
    return Browser(app).sign_in("li.na")
