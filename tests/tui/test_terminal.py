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
from collections.abc import Iterator
from pathlib import Path

import pytest


class Terminal:
    """A pseudo-terminal of 80×24 with the program on it."""

    def __init__(self, log: Path) -> None:
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.before = termios.tcgetattr(slave)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.tui.program", str(log)],
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

    def to_a_running_deploy(self) -> None:
        self.read_until("8 versions")
        self.type("jjj\r")
        self.read_until("a approves")
        self.type("a")
        self.read_until("Deploy (y)")
        self.type("y")
        self.read_until("Waiting for app")

    def close(self) -> None:
        if self.master >= 0:
            os.close(self.master)
            self.master = -1


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    made = Terminal(tmp_path / "log")
    yield made
    made.close()
    if made.process.poll() is None:
        made.process.kill()
    made.process.wait()


def test_sigterm_cancels_the_deploy_and_gives_the_terminal_back(terminal: Terminal) -> None:
    terminal.to_a_running_deploy()
    terminal.process.send_signal(signal.SIGTERM)
    terminal.read_until("was cancelled")
    assert terminal.process.wait(30) == 0
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
    assert terminal.process.wait(30) == 0


def test_a_dropped_connection_cancels_the_deploy_and_ends_the_program(
    terminal: Terminal, tmp_path: Path
) -> None:
    terminal.to_a_running_deploy()
    terminal.close()
    terminal.process.wait(30)
    assert (tmp_path / "log.cancelled").exists()
