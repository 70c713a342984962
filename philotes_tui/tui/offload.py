"""Running blocking or importing work beside the screen without tying the exit to it.

A thread worker keeps the program from quitting until it ends. Reading versions
from a registry that does not answer must not: it runs in a daemon thread that a
quitting program leaves behind.
"""

import asyncio
import contextlib
import threading
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


async def in_thread(work: Callable[[], T]) -> T:
    """Return what `work` returns on a thread of its own, or raise what it raises.

    A caller that is cancelled no longer waits; the thread's result is dropped.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, fault: BaseException | None) -> None:
        if done.done():
            return
        if fault is not None:
            done.set_exception(fault)
        else:
            done.set_result(result)  # type: ignore[arg-type]  # None only if T is

    def run() -> None:
        result: T | None = None
        fault: BaseException | None = None
        try:
            result = work()
        except BaseException as raised:  # noqa: BLE001 - handed to the one who waits
            fault = raised
        with contextlib.suppress(RuntimeError):  # the program has quit meanwhile
            loop.call_soon_threadsafe(settle, result, fault)

    threading.Thread(target=run, name="philotes-read", daemon=True).start()
    return await done


async def awaited_in_thread(work: Callable[[], Awaitable[T]]) -> T:
    """Return what the awaitable made by `work` returns, run on a thread and loop of its own.

    Imports, TLS set-up and parsing then never hold up the screen's loop.
    """

    async def run() -> T:
        return await work()

    return await in_thread(lambda: asyncio.run(run()))
