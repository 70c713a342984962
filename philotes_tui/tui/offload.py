"""Running blocking or importing work beside the screen without tying the exit to it.

A thread worker keeps the program from quitting until it ends. Reading versions
from a registry that does not answer must not: it runs in a daemon thread that a
quitting program leaves behind.
"""

import asyncio
import contextlib
import contextvars
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable
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

    Imports, TLS set-up and parsing then never hold up the screen's loop. When the caller is
    cancelled, so is the awaitable: what it has open is closed.
    """
    running: list[tuple[asyncio.AbstractEventLoop, asyncio.Task[T]]] = []
    dropped = threading.Event()

    async def run() -> T:
        task = asyncio.current_task()
        if task is not None:
            running.append((asyncio.get_running_loop(), task))
        if dropped.is_set():
            raise asyncio.CancelledError
        return await work()

    try:
        return await in_thread(lambda: asyncio.run(run()))
    except asyncio.CancelledError:
        dropped.set()
        for loop, task in running:
            with contextlib.suppress(RuntimeError):  # it has ended meanwhile
                loop.call_soon_threadsafe(task.cancel)
        raise


async def streamed_in_thread(
    make: Callable[[], AsyncGenerator[T, None]], take: Callable[[T], object]
) -> None:
    """Call `take` here with each value of a generator that runs on a thread and loop of its own.

    When the caller is cancelled, the generator is closed. What was on its way then may be taken
    before the caller has ended, and nothing after that.

    Args:
        make: Makes the generator, on that thread.
        take: Is called on the loop of the caller, in the caller's context; it must not raise.
    """
    loop, context = asyncio.get_running_loop(), contextvars.copy_context()
    ended = False

    def give(value: T) -> None:
        if not ended:
            take(value)

    async def run() -> None:
        async with contextlib.aclosing(make()) as values:
            async for value in values:
                with contextlib.suppress(RuntimeError):  # the program has quit meanwhile
                    loop.call_soon_threadsafe(give, value, context=context)

    try:
        await awaited_in_thread(run)
    finally:
        ended = True
