"""`python -m streams.cli.leash COMMAND...`: the `moments` command, ended when its standard input closes.

A demo that is killed outright cannot end its worker; the worker sees that its input has closed and ends itself, in the
way a supervisor would end it.
"""

import os
import signal
import sys
import threading

from streams.cli.main import main


def _end_with_parent() -> None:
    # not sys.stdin: a thread that waits in it keeps its lock, and the interpreter cannot shut down
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    threading.Thread(target=_end_with_parent, name="leash", daemon=True).start()
    main(sys.argv[1:])
