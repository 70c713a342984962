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

    One that takes long holds up no other. It ends as `in_order` does, but answers that came
    together with a failure are yielded before it is raised.
    """

    async def one(question: Asked) -> Answered:
        return await ask(question)

    running: set[asyncio.Task[Answered]] = set()
    ended: list[asyncio.Task[Answered]] = []
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
            ended = sorted(done, key=_is_failed)
            while ended:
                yield ended[0].result()
                del ended[0]
    finally:
        for task in running:
            task.cancel()
        # Those that ended too: of what fails together one is told, and none goes unlooked at.
        await asyncio.gather(*running, *ended, return_exceptions=True)


def _is_failed(task: asyncio.Task[Answered]) -> bool:
    return task.cancelled() or task.exception() is not None
