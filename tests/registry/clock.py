"""An event loop whose clock is put forward by hand, so that no test waits for a deadline."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class Clock:
    """Goes like the system's, and ahead of it by what it was put forward."""

    def __init__(self) -> None:
        self._ahead = 0.0

    def forward(self, seconds: float) -> None:
        """Put it forward; from any thread."""
        self._ahead += seconds

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine in an event loop with this clock."""

        async def run() -> T:
            loop = asyncio.get_running_loop()
            own = loop.time
            loop.time = lambda: own() + self._ahead  # type: ignore[method-assign]
            return await coroutine

        return asyncio.run(run())
