"""Many questions at once: how many, in which order, and who waits for whom."""

import asyncio
import gc
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import aclosing
from typing import Protocol

import pytest

from philotes_tui.registry.concurrently import as_answered, in_order

LIMIT = 3


class Stream(Protocol):
    """Either of the two ways to ask many questions."""

    def __call__(
        self, ask: Callable[[int], Awaitable[int]], asked: Iterable[int], limit: int
    ) -> AsyncGenerator[int, None]: ...


def untold(ask_all: Callable[[], Awaitable[None]]) -> list[str]:
    """Return what the event loop had to tell itself because nobody looked at it."""
    told: list[str] = []

    async def watched() -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: told.append(context["message"]))
        await ask_all()

    asyncio.run(watched())
    gc.collect()
    return told


def test_as_many_as_the_limit_are_under_way_and_never_more() -> None:
    under_way: set[int] = set()
    most = 0

    async def ask(question: int) -> int:
        nonlocal most
        under_way.add(question)
        most = max(most, len(under_way))
        await asyncio.sleep(0)
        under_way.remove(question)
        return question

    async def answers() -> list[int]:
        return [answer async for answer in in_order(ask, range(20), LIMIT)]

    assert asyncio.run(answers()) == list(range(20))
    assert most == LIMIT


def test_the_next_are_asked_while_the_first_takes_long_but_not_all_of_them() -> None:
    asked: list[int] = []

    async def answers() -> list[int]:
        enough = asyncio.Event()

        async def ask(question: int) -> int:
            asked.append(question)
            if question == 2 * LIMIT - 1:
                enough.set()
            if question == 0:
                await enough.wait()
                assert asked == list(range(2 * LIMIT))
            return question

        return [answer async for answer in in_order(ask, range(20), LIMIT)]

    assert asyncio.run(asyncio.wait_for(answers(), 10)) == list(range(20))


def test_one_that_takes_long_holds_up_no_other() -> None:
    async def answers() -> list[int]:
        others = asyncio.Event()
        found: list[int] = []

        async def ask(question: int) -> int:
            if question == 0:
                await others.wait()
            return question

        async for answer in as_answered(ask, range(10), LIMIT):
            found.append(answer)
            if len(found) == 9:
                others.set()
        return found

    *others, last = asyncio.run(asyncio.wait_for(answers(), 10))
    assert sorted(others) == list(range(1, 10))
    assert last == 0


@pytest.mark.parametrize("stream", [in_order, as_answered])
def test_of_questions_that_fail_together_one_is_told_and_none_is_forgotten(stream: Stream) -> None:
    async def ask_all() -> None:
        async def ask(question: int) -> int:
            raise ConnectionError(str(question))

        with pytest.raises(ConnectionError):
            async for _ in stream(ask, range(8), 8):
                pass

    assert untold(ask_all) == []


def test_answers_that_come_together_with_a_failure_are_told_before_it() -> None:
    async def answered() -> set[int]:
        async def ask(question: int) -> int:
            if question % 2:
                raise ConnectionError(str(question))
            return question

        answers = as_answered(ask, range(8), 8)
        found = {await anext(answers) for _ in range(4)}
        with pytest.raises(ConnectionError):
            await anext(answers)
        return found

    assert asyncio.run(answered()) == {0, 2, 4, 6}


@pytest.mark.parametrize("stream", [in_order, as_answered])
def test_what_is_left_early_is_cancelled_and_none_is_forgotten(stream: Stream) -> None:
    async def ask_all() -> None:
        async def ask(question: int) -> int:
            if question == 1:
                raise ConnectionError
            if question > 1:
                await asyncio.Event().wait()
            return question

        async with aclosing(stream(ask, range(9), LIMIT)) as answers:
            assert await anext(answers) == 0
        assert asyncio.all_tasks() == {asyncio.current_task()}

    assert untold(ask_all) == []
