"""The program on a real pseudo-terminal: signals, and a terminal that goes away."""

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


class Terminal:
    """A pseudo-terminal of 80×24 with the program on it."""

    def __init__(self, log: Path, *how: str) -> None:
        self.log = log
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.before = termios.tcgetattr(slave)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.tui.program", str(log), *how],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509
            env={**os.environ, "TERM": "xterm-256color"},
        )
        os.close(slave)
        self.seen = ""

    def type(self, keys: str) -> None:
        os.write(self.master, keys.encode())

    def read_until(self, text: str) -> None:
        while text not in self.seen:
            ready, _, _ = select.select([self.master], [], [], 30)
            assert ready, f"“{text}” never came; the end was {self.seen[-400:]!r}"
            self.seen += os.read(self.master, 65_536).decode(errors="replace")

    def wait(self) -> int:
        """Return the exit code; reads meanwhile, as a program waits for a full terminal."""
        deadline = time.monotonic() + 30
        while self.process.poll() is None:
            assert time.monotonic() < deadline, f"still running: {self.seen[-400:]!r}"
            self._read(0.1)
        while self._read(0):
            pass
        return self.process.returncode

    def _read(self, seconds: float) -> bool:
        if not select.select([self.master], [], [], seconds)[0]:
            return False
        try:
            self.seen += os.read(self.master, 65_536).decode(errors="replace")
        except OSError:  # Linux answers EIO once the other side is closed
            return False
        return True

    def approve(self) -> None:
        self.read_until("8 versions")
        self.type("\r")
        self.read_until("a approves")
        self.type("a")
        self.read_until("Deploy (y)")
        self.type("y")

    def to_a_running_deploy(self) -> None:
        self.approve()
        self.read_until("Waiting for app")

    @property
    def cancels(self) -> int:
        """How often the engine was asked to cancel."""
        file = Path(f"{self.log}.cancelled")
        return len(file.read_text().splitlines()) if file.exists() else 0

    def wait_for_cancels(self, number: int) -> None:
        deadline = time.monotonic() + 30
        while self.cancels < number:
            assert time.monotonic() < deadline, "the engine was not asked to cancel"
            assert self.process.poll() is None, "the program left a deploy behind"
            time.sleep(0.01)  # between two looks at the fact that is waited for

    def close(self) -> None:
        if self.master >= 0:
            os.close(self.master)
            self.master = -1


@contextmanager
def program(log: Path, *how: str) -> Iterator[Terminal]:
    made = Terminal(log, *how)
    try:
        yield made
    finally:
        made.close()
        if made.process.poll() is None:
            made.process.kill()
        made.process.wait()


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    with program(tmp_path / "log", "1") as made:
        yield made


def test_sigterm_cancels_the_deploy_and_gives_the_terminal_back(terminal: Terminal) -> None:
    terminal.to_a_running_deploy()
    terminal.process.send_signal(signal.SIGTERM)
    terminal.read_until("was cancelled")
    assert terminal.wait() == 0
    assert "\x1b[?1049l" in terminal.seen, "the alternate screen was left"
    assert "Traceback" not in terminal.seen


def test_ctrl_c_during_a_deploy_asks_and_the_deploy_goes_on(terminal: Terminal) -> None:
    terminal.to_a_running_deploy()
    terminal.type("\x03")
    terminal.read_until("Keep going")
    assert terminal.process.poll() is None
    terminal.type("y")
    terminal.read_until("What was done")
    terminal.type("\x11")
    assert terminal.wait() == 0


def test_a_dropped_connection_cancels_the_deploy_and_ends_the_program(
    terminal: Terminal,
) -> None:
    terminal.to_a_running_deploy()
    terminal.close()
    terminal.process.wait(30)
    assert terminal.cancels == 1


def test_a_deploy_that_cannot_be_drawn_is_cancelled_and_waited_for(tmp_path: Path) -> None:
    with program(tmp_path / "log", "1", "broken") as terminal:
        terminal.approve()
        terminal.read_until("The deploy is being cancelled; waiting for its end")
        assert terminal.wait() == 1
        assert terminal.cancels == 1
        assert "\x1b[?1049l" in terminal.seen, "the alternate screen was left"
        assert "Something unexpected went wrong" in terminal.seen
        assert "Traceback" not in terminal.seen


def test_ctrl_c_once_the_screens_are_gone_asks_the_engine_again(tmp_path: Path) -> None:
    with program(tmp_path / "log", "2", "broken") as terminal:
        terminal.approve()
        terminal.read_until("is being cancelled")
        terminal.wait_for_cancels(1)
        terminal.type("\x03")
        terminal.wait_for_cancels(2)
        assert terminal.wait() == 1
        assert "Traceback" not in terminal.seen
        assert "ScreenStackError" not in terminal.seen
