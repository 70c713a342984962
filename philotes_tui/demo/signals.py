"""SIGTERM and SIGHUP end the program as Ctrl-C does: by an exception that cleans up."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = (signal.SIGTERM, signal.SIGHUP)


@contextmanager
def ending_on_signals() -> Iterator[None]:
    """Raise `SystemExit` in the main thread when the process is asked to end.

    A signal that is ignored stays ignored, so `nohup` keeps its meaning. To be entered
    in the main thread, around everything that must be stopped.
    """
    before = {
        number: signal.signal(number, _end)
        for number in _SIGNALS
        if signal.getsignal(number) is not signal.SIG_IGN
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _end(number: int, _frame: FrameType | None) -> None:
    signal.signal(number, signal.SIG_IGN)  # one is enough; the next would cut the clean-up
    raise SystemExit(128 + number)
