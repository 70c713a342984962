"""One at a time, across threads that each have an event loop of their own."""

import asyncio
import threading
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import TypeAlias

_Waiting: TypeAlias = tuple[asyncio.AbstractEventLoop, asyncio.Future[None]]


class Turns:
    """Lets in one after another for each key, in the order in which they came.

    An `asyncio.Lock` belongs to one event loop, and a `threading.Lock` would stop all that
    runs on the loop of the one that waits.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()  # held for no longer than a look at the queues
        self._queues: dict[str, deque[_Waiting]] = {}

    @asynccontextmanager
    async def turn(self, key: str) -> AsyncIterator[None]:
        """Wait for one's turn, and have it until the block ends; may be cancelled."""
        loop = asyncio.get_running_loop()
        mine: _Waiting = (loop, loop.create_future())
        with self._lock:
            queue = self._queues.setdefault(key, deque())
            queue.append(mine)
            if queue[0] is mine:
                mine[1].set_result(None)
        try:
            await mine[1]
            yield
        finally:
            self._leave(key, mine)

    def _leave(self, key: str, mine: _Waiting) -> None:
        with self._lock:
            queue = self._queues[key]
            was_first = queue[0] is mine
            queue.remove(mine)
            if not queue:
                del self._queues[key]
            elif was_first:
                _call(queue[0])


def _call(waiting: _Waiting) -> None:
    loop, future = waiting
    with suppress(RuntimeError):  # closed: who waited there was cancelled, and leaves
        loop.call_soon_threadsafe(_let_in, future)


def _let_in(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
