"""Python's garbage collector, set for a process that makes millions of short-lived objects and no cycles."""

import gc


def calm_collector() -> None:
    """Collect rarely. Nothing on the path of an event makes reference cycles; what a collection finds is what a library
    left.

    At Python's own thresholds the search takes between a fifth and a third of a worker's time while it catches up.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 50)
