"""`python -m streams.demo.leashed COMMAND...`: a command that is not ours, ended at SIGTERM or when the input closes.

A demo that is killed outright cannot end what it has started, and other people's programs do not look at their input.
"""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence


def run(command: Sequence[str]) -> int:
    """Its exit status."""
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    signal.signal(signal.SIGTERM, lambda *_: child.terminate())

    def end_with_parent() -> None:
        while os.read(0, 1024):
            pass
        child.terminate()

    threading.Thread(target=end_with_parent, name="leash", daemon=True).start()
    return child.wait()


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
