"""Signals: the screens answer them while they stand; without screens the engine does."""

import asyncio
import signal
import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from types import FrameType

from philotes_tui.signals import ENDING
from philotes_tui.tui.faults import LOGGER

AGAIN = 0.1
"""Seconds between two looks at whether the engine can be cancelled, or has ended."""


def take_signals(interrupted: Callable[[], None], told_to_leave: Callable[[int], None]) -> None:
    """Have the running loop answer signals, so that the terminal is given back in order.

    Args:
        interrupted: Called on SIGINT.
        told_to_leave: Called with the number of a signal that ends the program.
    """
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGINT, interrupted)
    for number in ENDING:
        loop.add_signal_handler(number, told_to_leave, number)


def cancel_without_screens(
    cancel: Callable[[], bool], ended: threading.Event, times: int = 1
) -> None:
    """Cancel an operation that nobody sees any more; each further signal asks once more.

    To be called in the main thread with the loop running. Nothing is waited for: the
    asking is done on a daemon thread.

    Args:
        cancel: Asks the engine; returns whether it had something to cancel.
        ended: Set once the operation has ended.
        times: How often the engine is to be asked at once.
    """
    asked: SimpleQueue[int] = SimpleQueue()  # may be put into while a signal is answered
    for _ in range(times):
        asked.put(0)

    def note(number: int, frame: FrameType | None) -> None:
        del frame
        asked.put(number)

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, *ENDING):
        # The loop's own handlers go with the loop, before the operation has ended.
        loop.remove_signal_handler(number)
        signal.signal(number, note)
    threading.Thread(
        target=_ask_until_ended, args=(cancel, ended, asked), name="philotes-cancel", daemon=True
    ).start()


def _ask_until_ended(
    cancel: Callable[[], bool], ended: threading.Event, asked: SimpleQueue[int]
) -> None:
    while not ended.is_set():
        try:
            asked.get(timeout=AGAIN)
        except Empty:
            continue
        # Before the engine has begun there is nothing to cancel: then ask again.
        while not _heeded(cancel) and not ended.wait(AGAIN):
            pass


def _heeded(cancel: Callable[[], bool]) -> bool:
    try:
        return cancel()
    except Exception:  # noqa: BLE001 - nobody is left to raise it to
        LOGGER.exception("the engine could not be asked to cancel")
        return True
