"""Examples kept beside the tests, compared to the byte. `MOMENTS_WRITE_EXAMPLES=1` writes them anew, to be read and
committed.
"""

import os
from pathlib import Path

FOLDER = Path(__file__).parent / "examples"


def assert_stored(name: str, actual: str) -> None:
    """`actual` is what the example says, byte for byte."""
    file = FOLDER / name
    if os.environ.get("MOMENTS_WRITE_EXAMPLES"):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(actual.encode())
    assert file.is_file(), f"there is no example {name}"
    assert actual.encode() == file.read_bytes(), f"differs from the example {name}"
