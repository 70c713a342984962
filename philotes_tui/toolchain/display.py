"""Showing progress on a stream: redrawn in place on a terminal, plain lines elsewhere."""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from philotes_tui.toolchain.progress import Progress
from philotes_tui.toolchain.render import (
    announcements,
    heartbeat,
    live_lines,
    painted,
    plain,
    summary,
)

HEARTBEAT = 30.0
"""Seconds between two lines where nothing is redrawn."""


@contextmanager
def display(stream: TextIO = sys.stderr) -> Iterator[Callable[[Progress], None]]:
    """Give a function that shows each snapshot it is called with.

    A terminal gets one line per running tool, redrawn in place; anything else
    gets a line at the start and end of each tool and one every 30 seconds.
    `NO_COLOR` and `TERM=dumb` are heeded. If everything was there already,
    nothing is shown.
    """
    is_live = stream.isatty() and os.environ.get("TERM", "") not in {"", "dumb"}
    shown = _Live(stream) if is_live else _Plain(stream)
    try:
        yield shown.show
    finally:
        shown.close()


class _Plain:
    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._last: Progress | None = None
        self._due = HEARTBEAT

    def show(self, now: Progress) -> None:
        for line in announcements(self._last, now, starts=True):
            self._print(line)
        if now.elapsed >= self._due:
            self._print(heartbeat(now))
            self._due = now.elapsed + HEARTBEAT
        if self._last is not None and _just_ended(self._last, now):
            self._print(summary(now))
        self._last = now

    def close(self) -> None:
        self._stream.flush()

    def _print(self, line: str) -> None:
        self._stream.write(f"{line}\n")
        self._stream.flush()


class _Live:
    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._last: Progress | None = None
        self._drawn = 0
        self._ascii = "utf" not in (stream.encoding or "").lower()
        self._paint = plain if os.environ.get("NO_COLOR") else painted

    def show(self, now: Progress) -> None:
        lines = announcements(self._last, now, starts=False)
        live: list[str] = []
        if self._last is not None and _just_ended(self._last, now):
            lines.append(summary(now))
        elif now.ready < len(now.rows):
            width = shutil.get_terminal_size().columns
            live = live_lines(now, width, self._paint, ascii_only=self._ascii)
        self._last = now
        self._redraw(lines, live)

    def close(self) -> None:
        self._redraw([], [])

    def _redraw(self, lines: list[str], live: list[str]) -> None:
        if not (lines or live or self._drawn):
            return
        up = f"\x1b[{self._drawn}A" if self._drawn else ""
        text = "".join(f"{line}\n" for line in [*lines, *live])
        # One write, so that no half-drawn block is ever seen; J clears what is below.
        self._stream.write(f"\r{up}\x1b[J{text}")
        self._stream.flush()
        self._drawn = len(live)


def _just_ended(before: Progress, now: Progress) -> bool:
    return before.ready < len(before.rows) and now.ready == len(now.rows)
