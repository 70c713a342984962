"""Many questions at once: how many, in which order, and who waits for whom."""

import asyncio

from philotes_tui.registry.concurrently import in_order

LIMIT = 3


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
