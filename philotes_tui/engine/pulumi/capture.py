"""Keeps what the program prints off the terminal.

The inline program runs in this process, but standard output belongs to the
screen or to `--json`. A print made in the context of the program becomes a line
for the log; everybody else's goes where it always went.
"""

import contextlib
import io
import logging
import sys
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import TextIO

LineSink = Callable[[str], None]

_sink: ContextVar[LineSink | None] = ContextVar("philotes_program_lines", default=None)
_LONGEST_LINE = 16 * 1024


@contextlib.contextmanager
def as_program(sink: LineSink) -> Iterator[None]:
    """Send what this context, and what is started from it, prints to `sink`, by line."""
    buffer = _Lines(sink)
    token = _sink.set(buffer.write)
    try:
        yield
    finally:
        _sink.reset(token)
        buffer.close()


@contextlib.contextmanager
def prints_sorted() -> Iterator[None]:
    """Let standard output and error tell the program's prints from all others."""
    out, err = _Sorted(sys.stdout), _Sorted(sys.stderr)
    sys.stdout, sys.stderr = out, err
    try:
        yield
    finally:
        # Somebody may have put a stream of their own on top meanwhile; leave it then:
        # what is below passes everything through.
        if sys.stdout is out:
            sys.stdout = out.below
        if sys.stderr is err:
            sys.stderr = err.below


def quiet_library_loggers() -> None:
    """Keep the loggers of grpc and pulumi from falling back to the terminal.

    Python's logging prints warnings of loggers without a handler on standard
    error. Records still reach the handlers of the root logger, such as a log file.
    """
    for name in ("grpc", "pulumi", "asyncio"):
        logger = logging.getLogger(name)
        if not logger.handlers:
            logger.addHandler(logging.NullHandler())


class _Lines:
    """Cuts written text into lines."""

    def __init__(self, sink: LineSink) -> None:
        self._sink = sink
        self._rest = ""

    def write(self, text: str) -> None:
        *lines, self._rest = (self._rest + text).split("\n")
        if len(self._rest) > _LONGEST_LINE:
            lines.append(self._rest)
            self._rest = ""
        for line in lines:
            self._give(line)

    def close(self) -> None:
        rest, self._rest = self._rest, ""
        if rest:
            self._give(rest)

    def _give(self, line: str) -> None:
        # Whoever listens may print too; that is no print of the program.
        token = _sink.set(None)
        try:
            self._sink(line)
        finally:
            _sink.reset(token)


class _Sorted(io.TextIOBase):
    """A text stream that gives the program's writes to its sink and passes on all others."""

    def __init__(self, below: TextIO) -> None:
        super().__init__()
        self.below = below

    def write(self, text: str, /) -> int:
        sink = _sink.get()
        if sink is None:
            return self.below.write(text)
        sink(text)
        return len(text)

    def writable(self) -> bool:
        return True

    def flush(self) -> None:
        if _sink.get() is None:
            self.below.flush()

    def isatty(self) -> bool:
        return _sink.get() is None and self.below.isatty()

    def fileno(self) -> int:
        return self.below.fileno()

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self.below.encoding
