"""A registry that asks to wait while many questions are under way."""

import asyncio
import threading
import time

import pytest

from philotes_tui.registry import Limits
from philotes_tui.registry.deadline import within
from philotes_tui.registry.transport import Transport
from tests.registry.fake_registry import FakeRegistry, Reply, Request, as_json

pytestmark = pytest.mark.usefixtures("no_leaks")

WAIT = {"Retry-After": "1"}
LIMITS = Limits(retries=1, backoff=0.05)


class Allowance:
    """So many requests for each second; the others are asked to wait for one."""

    def __init__(self, most: int) -> None:
        self.refused = 0
        self._most = most
        self._left = most
        self._since = 0.0
        self._lock = threading.Lock()

    def __call__(self, _: Request) -> Reply:
        with self._lock:
            now = time.monotonic()
            if now - self._since >= 1:
                self._since, self._left = now, self._most
            if self._left:
                self._left -= 1
                return as_json({})
            self.refused += 1
            return Reply(429, WAIT)


async def status(transport: Transport, fake: FakeRegistry, path: str = "") -> int:
    return (await transport.send("GET", f"http://{fake.host}/v2/{path}", {}, largest=100)).status


def test_many_that_are_refused_together_are_all_answered_as_long_as_some_are_taken() -> None:
    async def statuses(fake: FakeRegistry) -> list[int]:
        async with Transport(LIMITS) as transport, within(20, fake.folder):
            return await asyncio.gather(*(status(transport, fake) for _ in range(12)))

    with FakeRegistry(Allowance(4)) as fake:
        assert asyncio.run(statuses(fake)) == [200] * 12


def test_while_a_host_asks_to_wait_nothing_else_goes_there() -> None:
    came: list[float] = []

    def answer(request: Request) -> Reply:
        came.append(time.monotonic())
        return Reply(429, WAIT) if len(came) == 1 else as_json({})

    async def statuses(fake: FakeRegistry) -> list[int]:
        async with Transport(LIMITS) as transport:
            first = asyncio.create_task(status(transport, fake, "first"))
            while not transport._rate_limit._until:  # noqa: ASYNC110 - set when the answer is read
                await asyncio.sleep(0.005)
            return [await status(transport, fake, "second"), await first]

    with FakeRegistry(answer) as fake:
        assert asyncio.run(statuses(fake)) == [200, 200]
    assert len(came) == 3
    assert min(came[1:]) - came[0] >= 1


def test_a_registry_that_takes_nothing_is_given_up_after_as_many_waits_as_retries() -> None:
    async def statuses(fake: FakeRegistry) -> list[int]:
        async with Transport(LIMITS) as transport, within(20, fake.folder):
            return await asyncio.gather(*(status(transport, fake) for _ in range(6)))

    started = time.monotonic()
    with FakeRegistry(lambda _: Reply(429, WAIT)) as fake:
        assert asyncio.run(statuses(fake)) == [429] * 6
        assert len(fake.requests) <= 2 * 6
    assert time.monotonic() - started < 6


def test_a_question_with_too_little_time_for_the_wait_is_told_so_at_once() -> None:
    async def answered(fake: FakeRegistry) -> int:
        async with Transport(Limits(retries=2, patience=5)) as transport:
            first = asyncio.create_task(status(transport, fake))
            await asyncio.to_thread(fake.asked_once.wait, 10)
            try:
                async with within(3, fake.folder):
                    return await status(transport, fake)
            finally:
                first.cancel()
                await asyncio.gather(first, return_exceptions=True)

    started = time.monotonic()
    with FakeRegistry(lambda _: Reply(429, {"Retry-After": "4"})) as fake:
        assert asyncio.run(answered(fake)) == 429
    assert time.monotonic() - started < 2
