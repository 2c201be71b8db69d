"""Every error the monitor raises on purpose. The type says whose fault it is, and so who has to act.

MonitorError
├── ProducerError          an upstream event is wrong; it goes to the dead letters, nothing stops
├── OperatorError          configuration, catalogue, topics or rights are wrong; the message says what to do
│   ├── CatalogueError     carries file, line and column
│   ├── TopicError         a topic is missing, or is not as the monitor needs it
│   └── StateError         the stored state cannot be what it says; never a silent fresh start
├── ReceiverError          a system we write to failed
└── InvariantError         we are wrong: an illegal lifecycle move, a broken promise between two modules
"""


class MonitorError(Exception):
    """Root of the tree; the command line turns it into one line and an exit status."""

    exit_status = 1


class ProducerError(MonitorError):
    """An upstream event breaks the contract."""


class OperatorError(MonitorError):
    """Something the operator of this installation can and must set right."""

    exit_status = 2


class CatalogueError(OperatorError):
    """One or more faults in a catalogue file. `problems` has a line each: `file:line:column: what, and what would do`."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class TopicError(OperatorError):
    """A Kafka topic is missing or misconfigured."""


class StateError(OperatorError):
    """Stored state contradicts itself or the log it came from."""


class ReceiverError(MonitorError):
    """A system that we deliver to refused or did not answer."""


class InvariantError(MonitorError):
    """A defect of the monitor itself; the worker stops rather than go on with a state it cannot trust."""

    exit_status = 3
