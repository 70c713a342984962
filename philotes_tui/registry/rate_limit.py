"""When a host takes requests again that has asked to wait (RFC 6585, section 4: 429)."""

import asyncio
import random

from philotes_tui.registry.deadline import remaining


class RateLimit:
    """The waits that hosts ask for, shared by all requests of one client.

    If each request kept its own, they would come back together and be refused together.

    Args:
        spread: Seconds over which requests come back after a wait, doubled for each refusal
            in a row.
    """

    def __init__(self, spread: float) -> None:
        self._spread = spread
        self._until: dict[str, float] = {}
        self._rounds: dict[str, int] = {}

    def refused(self, origin: str, seconds: float, most: int) -> bool:
        """Note that a host asks to wait, and return whether to wait with the others.

        Args:
            origin: Scheme and host.
            seconds: How long.
            most: How many waits in a row, with nothing taken in between, are of use. What is
                refused while a wait is on belongs to that wait.
        """
        now = asyncio.get_running_loop().time()
        until = self._until.get(origin, 0.0)
        if until <= now:
            self._rounds[origin] = self._rounds.get(origin, 0) + 1
        if self._rounds.get(origin, 0) > most:
            return False  # and no other waits for this one
        self._until[origin] = until = max(until, now + seconds)
        return until - now < remaining()

    def taken(self, origin: str) -> None:
        """Note that a host has taken a request."""
        self._rounds.pop(origin, None)

    async def turn(self, origin: str) -> None:
        """Wait until a host takes requests again; not at all where the time left is too short."""
        loop = asyncio.get_running_loop()
        while 0 < (wait := self._until.get(origin, 0.0) - loop.time()) < remaining():
            spread = self._spread * 2.0 ** self._rounds.get(origin, 0)
            spread = min(spread, (remaining() - wait) / 2)
            await asyncio.sleep(wait + spread * random.random())  # noqa: S311
