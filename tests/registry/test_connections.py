"""Connections that are kept between requests: whatever becomes of one, the next gets its own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

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


@asynccontextmanager
async def keeping_open() -> AsyncIterator[tuple[str, list[asyncio.Task[None]]]]:
    """Serve connections that stay open; yield the address, and a task for each until its end."""
    open_now: list[asyncio.Task[None]] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        open_now.append(task)
        try:
            while await reader.readline():
                while await reader.readline() not in {b"\r\n", b""}:
                    pass
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        finally:
            writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v2/", open_now


@pytest.mark.parametrize("turns", range(6))
def test_closing_that_is_cancelled_closes_every_connection_all_the_same(turns: int) -> None:
    async def close() -> None:
        async with keeping_open() as (url, open_now):
            ours = connections(4)
            asked = Asked("GET", url, largest=100)
            await asyncio.gather(*(ours.exchange(asked) for _ in range(4)))
            assert len(open_now) == 4
            closing: asyncio.Task[object] = asyncio.create_task(ours.aclose())
            await after_turns(1 + turns, closing)
            _, still_open = await asyncio.wait(open_now, timeout=2)
            await ours.aclose()
            assert not still_open

    asyncio.run(close())
