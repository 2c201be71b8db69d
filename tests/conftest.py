"""Fixtures for every tier."""

import warnings
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, settings

with warnings.catch_warnings():
    # these libraries call deprecated functions while they are imported; what they do later is judged like everything else
    warnings.simplefilter("ignore", DeprecationWarning)
    import faust  # noqa: F401
    import kafka  # noqa: F401

pytest_plugins = ["tests.support.kafka", "tests.support.stage", "tests.support.visit_files"]

# no property is about time, and a busy machine is no fault
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The tests that schemathesis makes have their operation in the name, but not in the id by which a run in several
    processes tells them apart."""
    for item in items:
        _, bracket, operation = item.name.partition("[")
        if bracket and "[" not in item.nodeid:
            item._id = replace(item._id, params=operation.removesuffix("]"))
