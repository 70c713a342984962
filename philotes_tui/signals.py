"""Being asked to end: SIGTERM and SIGHUP end a command as Ctrl-C does, by an exception."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

ENDING = (signal.SIGTERM, signal.SIGHUP)
"""The signals that ask a program to end; Ctrl-C, SIGINT, is one of its own."""


def end_on_signals() -> None:
    """Let the process clean up when it is asked to end; to be called in the main thread.

    A signal that is ignored stays ignored, so `nohup` keeps its meaning.
    """
    for number in _heeded():
        signal.signal(number, _end)


@contextmanager
def ending_on_signals() -> Iterator[None]:
    """Raise `SystemExit` in the main thread when the process is asked to end in this block.

    To be entered in the main thread, around everything that must be stopped. What
    was done on these signals before is done again afterwards.
    """
    before = {number: signal.signal(number, _end) for number in _heeded()}
    try:
        yield
    finally:
        for number, answer in before.items():
            signal.signal(number, answer)


def let_interrupts_end() -> None:
    """Let Ctrl-C end the process at once and silently, as its last moments need."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _heeded() -> list[signal.Signals]:
    return [number for number in ENDING if signal.getsignal(number) is not signal.SIG_IGN]


def _end(number: int, _frame: FrameType | None) -> None:
    for each in ENDING:
        signal.signal(each, signal.SIG_IGN)  # one is enough; the next would cut the clean-up
    raise SystemExit(128 + number)
