"""Runs the real program in a pseudo-terminal and reads its screen as a person would."""

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import pyte

KEYS = {
    "enter": "\r",
    "escape": "\x1b",
    "tab": "\t",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "ctrl+c": "\x03",
    "ctrl+p": "\x10",
    "ctrl+q": "\x11",
    "backspace": "\x7f",
}


class Terminal:
    """A program in a pseudo-terminal of a fixed size.

    Args:
        command: The program and its arguments.
        environment: The whole environment of the program.
        columns: The width in cells.
        rows: The height in cells.
        cwd: The folder it starts in.
    """

    def __init__(
        self,
        command: Sequence[str | Path],
        environment: Mapping[str, str],
        *,
        columns: int = 80,
        rows: int = 24,
        cwd: Path | None = None,
    ) -> None:
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.received = bytearray()
        self._main, terminal = pty.openpty()
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.process = subprocess.Popen(
            [str(part) for part in command],
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
            env=_own(environment),
            cwd=cwd,
            start_new_session=True,
            preexec_fn=_take_terminal,  # noqa: PLW1509 - no threads run between fork and exec here
        )
        os.close(terminal)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the program, by its id, and give the terminal back."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self._drain_until_exit(30.0)
            finally:
                if self.process.poll() is None:
                    self.process.kill()
                    self.process.wait()
        if self._main >= 0:
            os.close(self._main)
            self._main = -1

    @property
    def text(self) -> str:
        """The screen as text, trailing blanks removed."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    def press(self, *keys: str) -> None:
        """Send keys: names of `KEYS`, or text as it is typed."""
        for key in keys:
            os.write(self._main, KEYS.get(key, key).encode())

    def resize(self, columns: int, rows: int) -> None:
        """Change the size of the terminal, as a person who drags its corner."""
        self.screen.resize(rows, columns)
        fcntl.ioctl(self._main, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def wait_for(self, *texts: str, seconds: float = 30.0) -> str:
        """Read until one of the texts stands on the screen; return that one."""
        deadline = time.monotonic() + seconds
        while True:
            shown = self.text
            for text in texts:
                if text in shown:
                    return text
            self._must_go_on(deadline, f"“{'” or “'.join(texts)}”")

    def wait_for_footer(self, start: str, seconds: float = 30.0) -> None:
        """Read until the last line starts with this, blanks before it not counted."""
        deadline = time.monotonic() + seconds
        while not self.text.splitlines()[-1].strip().startswith(start):
            self._must_go_on(deadline, f"the footer “{start}…”")

    def wait_for_change(self, shown: str, seconds: float = 30.0) -> None:
        """Read until the screen differs from what was shown before."""
        deadline = time.monotonic() + seconds
        while self.text == shown:
            self._must_go_on(deadline, "a change")

    def wait_until_gone(self, text: str, seconds: float = 30.0) -> None:
        """Read until a text stands no longer on the screen."""
        deadline = time.monotonic() + seconds
        while text in self.text:
            self._must_go_on(deadline, f"the end of “{text}”")

    def wait_for_exit(self, seconds: float = 60.0) -> int:
        """Read until the program has ended; return its exit code."""
        self._drain_until_exit(seconds)
        code = self.process.poll()
        assert code is not None, f"still running after {seconds} s:\n{self.text}"
        return code

    def _must_go_on(self, deadline: float, awaited: str) -> None:
        remaining = deadline - time.monotonic()
        if remaining <= 0:
            raise AssertionError(f"waited in vain for {awaited}; the screen is:\n{self.text}")
        if not self._read(min(remaining, 1.0)) and self.process.poll() is not None:
            raise AssertionError(
                f"the program ended ({self.process.returncode}) before {awaited}:\n{self.text}"
            )

    def _drain_until_exit(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while self.process.poll() is None and time.monotonic() < deadline:
            self._read(0.1)
        while self._read(0.0):
            pass

    def _read(self, seconds: float) -> bool:
        ready, _, _ = select.select([self._main], [], [], seconds)
        if not ready:
            return False
        try:
            data = os.read(self._main, 65536)
        except OSError:  # Linux answers EIO once the other side is closed
            return False
        self.received += data
        self._stream.feed(data)
        return bool(data)


def _own(environment: Mapping[str, str]) -> dict[str, str]:
    """Leave out the size of the terminal that the tests run in: it would stand for this one's."""
    kept = {key: value for key, value in environment.items() if key not in {"COLUMNS", "LINES"}}
    return {**kept, "TERM": "xterm-256color", "COLORTERM": "truecolor"}


def _take_terminal() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
