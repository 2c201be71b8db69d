"""How hard the random tests try: a minute in all by default, a hundred times that with MOMENTS_HYPOTHESIS=long."""

import os
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, settings

EFFORT = 100 if os.environ.get("MOMENTS_HYPOTHESIS") == "long" else 1


def explore(examples: int) -> Callable[[Any], Any]:
    """Settings of a hypothesis test: so many examples, no deadline (the machine may be busy), the same ones each time.

    The long run takes new ones each time.
    """
    return settings(
        max_examples=examples * EFFORT,
        deadline=None,
        derandomize=EFFORT == 1,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
