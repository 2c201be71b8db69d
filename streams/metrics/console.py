"""What the console counts."""

from streams.clock import SECOND
from streams.metrics.families import Families


class Console:
    """The instruments of the console; `Instruments.console`."""

    def __init__(self, families: Families) -> None:
        self._pages = families.series("moments_console_open_pages", [()])
        self._requests = families.series("moments_console_requests_total")
        self._age = families.series("moments_console_board_age_seconds")

    def open_pages(self, count: int) -> None:
        """So many pages are open."""
        self._pages.put({(): count})

    def answered(self, route: str, status: int) -> None:
        """A request; `route` is the pattern of its path, or a word for paths that match none."""
        self._requests.add((route, str(status)))

    def board_age(self, span: int) -> None:
        """How old the picture is, in microseconds."""
        self._age.put({(): span / SECOND})

    def gone(self, partition: int) -> None:
        """The console has no shards."""
