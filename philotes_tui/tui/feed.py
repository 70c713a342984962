"""The way of an operation's events from the engine's thread to the screen."""

from queue import Empty, SimpleQueue

from philotes_tui.engine import Event, Progress, fold

MOST_AT_ONCE = 2_000
"""Events folded in one tick, so that a storm cannot hold up the screen."""


class Feed:
    """Takes events on any thread and folds them on the screen's."""

    def __init__(self) -> None:
        self._queue: SimpleQueue[Event] = SimpleQueue()
        self.put = self._queue.put
        """The sink for the engine; it neither blocks nor raises."""
        self.progress = Progress()

    def drain(self, limit: int = MOST_AT_ONCE) -> bool:
        """Fold what has come since the last time; return whether anything had."""
        batch: list[Event] = []
        while len(batch) < limit:
            try:
                batch.append(self._queue.get_nowait())
            except Empty:
                break
        if batch:
            self.progress = fold(self.progress, batch)
        return bool(batch)

    def drain_all(self) -> None:
        """Fold everything that has come; for when the operation has ended."""
        while self.drain():
            pass
