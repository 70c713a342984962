"""The time one operation has, known to everything that runs within it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import NamedTuple

from philotes_tui.errors import RegistryUnreachable
from philotes_tui.registry.answer import redacted


class _Bound(NamedTuple):
    """When an operation has to end.

    Attributes:
        until: Seconds on the clock of the event loop.
        seconds: How many it was given.
    """

    until: float
    seconds: float


_NEVER = _Bound(float("inf"), float("inf"))
_BOUND: ContextVar[_Bound] = ContextVar("bound", default=_NEVER)


@asynccontextmanager
async def within(seconds: float, url: str) -> AsyncIterator[None]:
    """Give the block so many seconds and no more, nor more than is left to what it is part of.

    Args:
        seconds: The time for all of it.
        url: What is asked; shown without its query.

    Raises:
        RegistryUnreachable: The time was up; what ran is cancelled.
    """
    bound = min(_BOUND.get(), _Bound(asyncio.get_running_loop().time() + seconds, seconds))
    scope = asyncio.timeout_at(bound.until)
    token = _BOUND.set(bound)
    try:
        async with scope:
            yield
    except TimeoutError as error:
        if not scope.expired():
            raise
        raise RegistryUnreachable(
            f"The registry gave no complete answer within {bound.seconds:g} seconds",
            on=redacted(url),
            todo="Check the network and the registry, then try again.",
        ) from error
    finally:
        _BOUND.reset(token)


def remaining() -> float:
    """Return the seconds that are left to the operation; without one, no end."""
    return _BOUND.get().until - asyncio.get_running_loop().time()
