"""Fixtures for every tier."""

import warnings

with warnings.catch_warnings():
    # these libraries call deprecated functions while they are imported; what they do later is judged like everything else
    warnings.simplefilter("ignore", DeprecationWarning)
    import faust  # noqa: F401
    import kafka  # noqa: F401

pytest_plugins = ["tests.support.kafka", "tests.support.stage"]
