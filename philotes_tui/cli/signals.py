"""Being asked to end: SIGTERM and SIGHUP end a command as Ctrl-C does, by an exception."""

import signal
from types import FrameType

ENDING = (signal.SIGTERM, signal.SIGHUP)


def end_on_signals() -> None:
    """Let the process clean up when it is asked to end; to be called in the main thread.

    A signal that is ignored stays ignored, so `nohup` keeps its meaning.
    """
    for number in ENDING:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _end)


def let_interrupts_end() -> None:
    """Let Ctrl-C end the process at once and silently, as its last moments need."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _end(number: int, _frame: FrameType | None) -> None:
    for each in ENDING:
        signal.signal(each, signal.SIG_IGN)  # one is enough; the next would cut the clean-up
    raise SystemExit(128 + number)
