"""One at a time, in whatever threads they wait."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

from philotes_tui.registry.turns import Turns


def test_who_waits_is_let_in_in_the_order_of_coming_and_other_keys_at_once() -> None:
    turns, order = Turns(), list[str]()

    async def enter(key: str, name: str) -> None:
        async with turns.turn(key):
            order.append(f"{name} in")
            await asyncio.sleep(0)
            order.append(f"{name} out")

    async def run() -> None:
        async with asyncio.timeout(5):
            await asyncio.gather(enter("k", "a"), enter("k", "b"), enter("other", "c"))

    asyncio.run(run())
    assert [entry for entry in order if entry[0] != "c"] == ["a in", "a out", "b in", "b out"]
    assert order.index("c in") < order.index("a out")


def test_who_no_longer_waits_holds_up_nobody() -> None:
    turns = Turns()

    async def enter(held: asyncio.Event, release: asyncio.Event) -> None:
        async with turns.turn("k"):
            held.set()
            await release.wait()

    async def run() -> None:
        async with asyncio.timeout(5):
            held, release = asyncio.Event(), asyncio.Event()
            release.set()
            first_held, first_release = asyncio.Event(), asyncio.Event()
            first = asyncio.create_task(enter(first_held, first_release))
            await first_held.wait()
            given_up, patient, let_in = (
                asyncio.create_task(enter(asyncio.Event(), release)) for _ in range(3)
            )
            last = asyncio.create_task(enter(held, release))
            await asyncio.sleep(0)
            given_up.cancel()  # while it waits
            first_release.set()
            await first
            await patient
            let_in.cancel()  # once it is its turn
            await last
            assert held.is_set()

    asyncio.run(run())


def test_only_one_thread_is_in_at_a_time() -> None:
    turns, inside, most = Turns(), [0], [0]
    ready = threading.Barrier(4)

    async def enter() -> None:
        async with asyncio.timeout(10):
            for _ in range(50):
                async with turns.turn("k"):
                    inside[0] += 1
                    most[0] = max(most[0], inside[0])
                    await asyncio.sleep(0)
                    inside[0] -= 1

    def run(_: int) -> None:
        ready.wait(10)
        asyncio.run(enter())

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(run, range(4)))
    assert most == [1]
