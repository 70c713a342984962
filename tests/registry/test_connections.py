"""Connections that are kept between requests: whatever becomes of one, the next gets its own."""

import asyncio

import pytest

from philotes_tui.registry.connections import Connections
from philotes_tui.registry.exchange import Request as Asked
from philotes_tui.registry.limits import Limits
from philotes_tui.registry.trust import tls_context
from tests.registry.fake_registry import FakeRegistry, as_json

pytestmark = pytest.mark.usefixtures("no_leaks")

STEPS = 60
"""More turns of the event loop than one request takes until it waits for its answer."""


def connections(most: int = 1) -> Connections:
    return Connections(Limits(connect=2, connections=most), tls_context, {})


async def after_turns(turns: int, task: asyncio.Task[object]) -> None:
    """Cancel a task once the event loop has gone round so many times."""
    for _ in range(turns):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def test_a_request_that_is_cancelled_at_any_step_leaves_the_next_one_a_connection() -> None:
    async def answered(fake: FakeRegistry) -> list[int]:
        asked = Asked("GET", f"http://{fake.host}/v2/", largest=100)
        statuses = []
        for turns in range(STEPS):
            ours = connections()
            try:
                given_up: asyncio.Task[object] = asyncio.create_task(ours.exchange(asked))
                await after_turns(turns, given_up)
                async with asyncio.timeout(1):
                    status, _, _ = await ours.exchange(asked)
                statuses.append(status)
            finally:
                await ours.aclose()
        return statuses

    with FakeRegistry(lambda _: as_json({})) as fake:
        assert asyncio.run(answered(fake)) == [200] * STEPS
