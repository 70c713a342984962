"""The time one operation has, known to everything that runs within it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from contextvars import ContextVar
from typing import NamedTuple

from philotes_tui.errors import RegistryError, RegistryUnreachable
from philotes_tui.registry.answer import redacted

_MOST = 0.9


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
async def within(seconds: float, url: str, *, told: float | None = None) -> AsyncIterator[None]:
    """Give the block so many seconds and no more, nor more than is left to what it is part of.

    Args:
        seconds: The time for all of it.
        url: What is asked; shown without its query.
        told: The seconds that the error names; None names those that were given.

    Raises:
        RegistryUnreachable: The time was up; what ran is cancelled.
    """
    own = _Bound(asyncio.get_running_loop().time() + seconds, seconds if told is None else told)
    bound = min(_BOUND.get(), own)
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


def most_of_it(url: str) -> AbstractAsyncContextManager[None]:
    """Give a block so much of the time left that there is some to tell what it found until then.

    Its error names the time of the whole operation; `is_late` tells it from others.
    """
    return within(remaining() * _MOST, url, told=_BOUND.get().seconds)


def is_late(error: RegistryError) -> bool:
    """Whether an error says that no answer came in time."""
    return isinstance(error, RegistryUnreachable) and isinstance(error.__cause__, TimeoutError)


def remaining() -> float:
    """Return the seconds that are left to the operation; without one, no end."""
    return _BOUND.get().until - asyncio.get_running_loop().time()
