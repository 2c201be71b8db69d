"""`python -m tests.bench.sampled OUT ARGUMENTS...`: the `moments` command with the sampler beside it.

The shares go to OUT as JSON.
"""

import json
import sys
from pathlib import Path

from streams.cli.main import main
from tests.bench.sampling import Sampler

if __name__ == "__main__":
    sampler = Sampler()
    try:
        with sampler:
            main(sys.argv[2:])
    finally:
        Path(sys.argv[1]).write_text(json.dumps(sampler.shares))
