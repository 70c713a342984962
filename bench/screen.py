"""A program in a pseudo-terminal whose output is kept with the time at which it came."""

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
from types import TracebackType
from typing import Self

import pyte

FOOTER = "Quit"
"""The word that both footers end with."""


class Screen:
    """A program on a terminal of a fixed size.

    Nothing is drawn while it runs: the output is replayed afterwards, so that the
    emulator takes no time from the program.

    Args:
        command: The program and its arguments.
        environment: Its whole environment.
        columns: The width in cells.
        rows: The height in cells.
    """

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], columns: int, rows: int
    ) -> None:
        self._size = columns, rows
        self._chunks: list[tuple[float, bytes]] = []
        self._main, terminal = pty.openpty()
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.begun = time.monotonic()
        self.process = subprocess.Popen(
            command,
            env={**environment, "TERM": "xterm-256color", "COLORTERM": "truecolor"},
            preexec_fn=lambda: os.login_tty(terminal),  # noqa: PLW1509 - a few calls before exec
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
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.wait_for_exit(20.0)
            except TimeoutError:
                self.process.kill()
                self.process.wait()
        os.close(self._main)

    @property
    def output(self) -> bytes:
        """Everything the program wrote so far."""
        return b"".join(chunk for _, chunk in self._chunks)

    def press(self, text: str) -> None:
        """Send keys as they are typed."""
        os.write(self._main, text.encode())

    def read_until(self, *texts: str, seconds: float = 60.0) -> None:
        """Read until all the texts were written; raises TimeoutError with what was, if not."""
        deadline = time.monotonic() + seconds
        wanted = [text.encode() for text in texts]
        while not all(text in self.output for text in wanted):
            self._read(0.5)
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise TimeoutError(f"no {texts} in {self.output[-2000:]!r}")

    def read_for(self, seconds: float) -> None:
        """Read for a time."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            self._read(left)

    def read_until_quiet(self, quiet: float, seconds: float = 60.0) -> None:
        """Read until nothing came for `quiet` seconds, for at most `seconds`."""
        deadline = time.monotonic() + seconds
        while self._read(quiet) and time.monotonic() < deadline:
            pass

    def wait_for_exit(self, seconds: float = 60.0) -> None:
        """Read until the program has ended."""
        deadline = time.monotonic() + seconds
        while self.process.poll() is None:
            if time.monotonic() > deadline:
                raise TimeoutError(f"process {self.process.pid} does not end")
            self._read(0.005)

    def first_frame(self) -> float:
        """Return after how many seconds the first complete frame had been written.

        That is when the last row holds the footer and the first one is not empty.
        """
        columns, rows = self._size
        screen = pyte.Screen(columns, rows)
        stream = pyte.ByteStream(screen)
        for at, chunk in self._chunks:
            stream.feed(chunk)
            if FOOTER in screen.display[-1] and screen.display[0].strip():
                return at - self.begun
        raise TimeoutError("no complete frame:\n" + "\n".join(screen.display))

    def _read(self, seconds: float) -> bool:
        ready, _, _ = select.select([self._main], [], [], seconds)
        if not ready:
            return False
        try:
            data = os.read(self._main, 65536)
        except OSError:  # Linux answers EIO once the other side is closed
            time.sleep(0.001)
            return False
        self._chunks.append((time.monotonic(), data))
        return bool(data)
