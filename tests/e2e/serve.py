"""`python -m tests.e2e.serve`: `moments console` with settings from the environment."""

from streams.cli.main import main

if __name__ == "__main__":
    main(["console"])
