"""`python -m tests.parity.serve [ARGUMENTS]`: `moments worker` with settings from the environment; without arguments the
detect stage alone."""

import sys

from streams.cli.main import main

if __name__ == "__main__":
    main(["worker", *(sys.argv[1:] or ["--roles", "detect"])])
