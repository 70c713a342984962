"""Work beside the screen's loop."""

import asyncio
import threading
from collections.abc import AsyncGenerator

import pytest

from philotes_tui.tui.offload import streamed_in_thread

pytestmark = pytest.mark.anyio


async def test_nothing_is_taken_once_the_caller_has_ended() -> None:
    gate = threading.Event()
    reading: list[threading.Thread] = []
    taken: list[int] = []

    async def values() -> AsyncGenerator[int, None]:
        reading.append(threading.current_thread())
        yield 1
        gate.wait(30)  # and no cancel is heeded meanwhile
        yield 2

    async def until_the_first() -> None:
        async with asyncio.timeout(None) as limit:

            def take(value: int) -> None:
                taken.append(value)
                limit.reschedule(0)

            await streamed_in_thread(values, take)

    with pytest.raises(TimeoutError):
        await until_the_first()
    gate.set()
    await asyncio.to_thread(reading[0].join, 30)
    assert taken == [1]
