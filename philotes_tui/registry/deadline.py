"""The time one operation has, known to everything that runs within it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar

from philotes_tui.errors import RegistryUnreachable
from philotes_tui.registry.answer import redacted

_UNTIL: ContextVar[float] = ContextVar("until")


@asynccontextmanager
async def within(seconds: float, url: str) -> AsyncIterator[None]:
    """Give the block so many seconds and no more.

    Args:
        seconds: The time for all of it.
        url: What is asked; shown without its query.

    Raises:
        RegistryUnreachable: The time was up; what ran is cancelled.
    """
    scope = asyncio.timeout(seconds)
    token = _UNTIL.set(asyncio.get_running_loop().time() + seconds)
    try:
        async with scope:
            yield
    except TimeoutError as error:
        if not scope.expired():
            raise
        raise RegistryUnreachable(
            f"The registry gave no complete answer within {seconds:g} seconds",
            on=redacted(url),
            todo="Check the network and the registry, then try again.",
        ) from error
    finally:
        _UNTIL.reset(token)


def remaining() -> float:
    """Return the seconds that are left to the operation; without one, no end."""
    until = _UNTIL.get(float("inf"))
    return until - asyncio.get_running_loop().time()
