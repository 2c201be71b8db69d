"""`python -m tests.parity.serve`: the command `moments worker`, with settings from the environment."""

from streams.cli.main import main

if __name__ == "__main__":
    main(["worker"])
