"""The events of one operation on their way to whoever listens."""

import logging
import threading
from collections.abc import Callable

from philotes_tui.engine.events import Event
from philotes_tui.engine.progress import Progress, fold
from philotes_tui.engine.protocol import Sink

_LOG = logging.getLogger(__name__)


class EventStream:
    """Passes events on in one order, from whichever thread, and keeps them for the fold.

    A sink that raises is logged and does not disturb the operation.
    """

    def __init__(self, sink: Sink, clock: Callable[[], float]) -> None:
        self.clock = clock
        self._sink = sink
        self._guard = threading.RLock()  # a sink may cancel, which emits
        self._events: list[Event] = []
        self._closed = False

    def emit(self, *events: Event) -> None:
        """Pass events on; after `close` they are dropped."""
        with self._guard:
            for event in events:
                if self._closed:
                    return
                self._events.append(event)
                try:
                    self._sink(event)
                except Exception:  # noqa: BLE001  # the operation goes on
                    _LOG.exception("the sink raised on %s", type(event).__name__)

    def close(self, last: Event) -> None:
        """Pass the last event on."""
        with self._guard:
            self.emit(last)
            self._closed = True

    def progress(self) -> Progress:
        """Return the fold of all events so far."""
        with self._guard:
            return fold(Progress(), self._events)
