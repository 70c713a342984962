"""Child processes in groups of their own, so that all of a build can be ended at once."""

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

_GRACE = 2.0
"""Seconds between asking a group to end and ending it."""


class Stopped(Exception):
    """The work was stopped from outside, by `Children.stop` or by who called `ensure`."""


@dataclass(slots=True)
class Children:
    """The processes that run now, and the event that says to start no more."""

    stopped: threading.Event = field(default_factory=threading.Event)
    _running: set[subprocess.Popen[bytes]] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def run(
        self, command: Sequence[str], *, cwd: Path, env: Mapping[str, str], output: IO[bytes]
    ) -> int:
        """Run a command to its end and return its exit code; all it prints goes to `output`.

        Raises:
            Stopped: `stop` was called before or while it ran.
            OSError: The command cannot be started.
        """
        with self._lock:
            if self.stopped.is_set():
                raise Stopped
            child = subprocess.Popen(
                command,
                cwd=cwd,
                env=dict(env),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            self._running.add(child)
        try:
            code = child.wait()
        finally:
            with self._lock:
                self._running.discard(child)
        if self.stopped.is_set():
            raise Stopped
        return code

    def stop(self) -> None:
        """End every running group and let no new one start."""
        self.stopped.set()
        with self._lock:
            running = list(self._running)
        for child in running:
            _signal_group(child, signal.SIGINT)
        for child in running:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(_GRACE)
            _signal_group(child, signal.SIGKILL)  # whatever of the group is still there


def _signal_group(child: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, number)
