"""Whether all there is has been read, as far as a stage can know: what time alone would say waits for it."""

from collections.abc import Iterable, Sequence

from streams.state.decision import Batch


class Unread:
    """What is known of the ends of the inputs. Spans in microseconds."""

    def __init__(self, topics: Iterable[str], settle: int) -> None:
        self._until: dict[str, int | None] = dict.fromkeys(topics)
        self._settle = settle

    def has_read_all(self, batches: Sequence[Batch], now: int) -> bool:
        """Whether no input is known to hold more than was read, after these batches. One of which nothing is known
        (after a restart), or whose last batch did not reach the end, is waited for, but not for longer than `settle`.
        """
        for topic, since in self._until.items():
            if since is None:
                self._until[topic] = now + self._settle
        for batch in batches:
            if batch.caught_up_at is not None:
                self._until[batch.topic] = now
            elif batch.records:
                self._until[batch.topic] = now + self._settle
        return all(until is None or until <= now for until in self._until.values())
