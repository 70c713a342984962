"""Many questions at once, a few at a time, their answers in the order they were asked."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from typing import TypeVar

Asked = TypeVar("Asked")
Answered = TypeVar("Answered")


async def in_order(
    ask: Callable[[Asked], Awaitable[Answered]], asked: Iterable[Asked], limit: int
) -> AsyncGenerator[Answered, None]:
    """Yield the answer to each question, in order, while up to `limit` others are under way.

    When the generator is closed or cancelled, or an answer raises, what is under way is
    cancelled and has ended before this returns.
    """

    async def one(question: Asked) -> Answered:
        return await ask(question)

    running: deque[asyncio.Task[Answered]] = deque()
    questions = iter(asked)
    try:
        while True:
            while len(running) < limit:
                try:
                    running.append(asyncio.create_task(one(next(questions))))
                except StopIteration:
                    break
            if not running:
                return
            yield await running[0]
            running.popleft()
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
