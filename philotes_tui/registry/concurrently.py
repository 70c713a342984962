"""Many questions at once, a few at a time."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from typing import TypeVar

Asked = TypeVar("Asked")
Answered = TypeVar("Answered")


async def in_order(
    ask: Callable[[Asked], Awaitable[Answered]], asked: Iterable[Asked], limit: int
) -> AsyncGenerator[Answered, None]:
    """Yield the answer to each question, in order, while up to `limit` are under way.

    Answers wait for their turn, so that one which takes long does not at once hold up the
    others; no more than twice `limit` questions are ahead of what was yielded.

    When the generator is closed or cancelled, or an answer raises, what is under way is
    cancelled and has ended before this returns.
    """
    room = asyncio.Semaphore(limit)

    async def one(question: Asked) -> Answered:
        async with room:
            return await ask(question)

    running: deque[asyncio.Task[Answered]] = deque()
    questions = iter(asked)
    try:
        while True:
            while len(running) < 2 * limit:
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


async def as_answered(
    ask: Callable[[Asked], Awaitable[Answered]], asked: Iterable[Asked], limit: int
) -> AsyncGenerator[Answered, None]:
    """Yield each answer as soon as it is there, while up to `limit` others are under way.

    One that takes long holds up no other. It ends as `in_order` does.
    """

    async def one(question: Asked) -> Answered:
        return await ask(question)

    running: set[asyncio.Task[Answered]] = set()
    questions = iter(asked)
    try:
        while True:
            while len(running) < limit:
                try:
                    running.add(asyncio.create_task(one(next(questions))))
                except StopIteration:
                    break
            if not running:
                return
            done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                yield task.result()
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
