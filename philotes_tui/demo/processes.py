"""Child processes: started, waited for until a fact holds, and stopped without remainder."""

import contextlib
import os
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Self, TypeVar

from philotes_tui.demo import leftovers
from philotes_tui.demo.identity import ProcessIdentity, start_of
from philotes_tui.demo.launch import wrapped
from philotes_tui.demo.state import StateFolder, disk_full, state_errors
from philotes_tui.errors import DemoError, StateFolderError
from philotes_tui.foreign import clean_text

Answered = TypeVar("Answered")

_POLL_S = 0.05
_LOG_LINES = 15
_LOG_BYTES = 16 * 1024
_GRACE_S = 5.0
_INHERITED = ("LANG", "LC_ALL", "LD_LIBRARY_PATH", "TMPDIR", "TZ")
"""All a child sees of our environment: REGISTRY_…, ETCD_… and HELM_… would change it."""


@dataclass(frozen=True)
class ChildProcess:
    """One started child.

    Attributes:
        name: What it is called in messages and logs.
        identity: What tells it from a later process with the same id.
        log: Where its output goes.
        lasting: Whether it should run until it is stopped.
    """

    name: str
    identity: ProcessIdentity
    log: Path
    lasting: bool
    _process: subprocess.Popen[bytes]

    @property
    def exit_code(self) -> int | None:
        """The exit code, the negative signal number, or None while it runs."""
        return self._process.poll()

    def last_lines(self) -> str:
        """Return the end of its log, made safe to show."""
        with contextlib.suppress(OSError), self.log.open("rb") as file:
            file.seek(max(0, self.log.stat().st_size - _LOG_BYTES))
            text = clean_text(file.read().decode(errors="replace"))
            return "\n".join(text.strip().splitlines()[-_LOG_LINES:])
        return ""

    def signal_to_end(self) -> None:
        """Send SIGTERM; nothing happens if it has ended."""
        self._process.terminate()

    def end(self, within: float) -> None:
        """Wait up to so many seconds for the end, then send SIGKILL."""
        try:
            self._process.wait(within)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class Supervisor:
    """Starts the demo's processes and answers for their end.

    Args:
        state: The claimed folder; logs and the record of processes go there. What
            an earlier demo left running there is ended first.
    """

    def __init__(self, state: StateFolder) -> None:
        self.state = state
        leftovers.end_leftovers(state)
        self._home = state.folder("home")
        self._children: list[ChildProcess] = []
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        # One thread for all starts: the kernel's death signal follows the starting thread.
        self._starter = ThreadPoolExecutor(1, thread_name_prefix="demo-starter")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(
        self, name: str, argv: Sequence[str | Path], environment: Mapping[str, str] | None = None
    ) -> ChildProcess:
        """Start a program in a session of its own, its output in `logs/<name>.log`.

        Args:
            name: A short name, unique among the processes that run.
            argv: The program by its absolute path, and its arguments.
            environment: Variables beside PATH and a private HOME.

        Raises:
            DemoError: the demo is being stopped.
            StateFolderError: the log or the record cannot be written.
        """
        return self._start(name, argv, environment, lasting=True)

    def _start(
        self,
        name: str,
        argv: Sequence[str | Path],
        environment: Mapping[str, str] | None,
        *,
        lasting: bool,
    ) -> ChildProcess:
        log = self.state.folder("logs") / f"{name}.log"
        given = self._environment(environment or {})
        command = [str(part) for part in argv]
        with self._lock, state_errors(self.state.root):
            self._refuse_when_stopping()
            if log.exists():
                log.replace(log.with_suffix(".log.1"))
            process = self._starter.submit(_spawn, command, log, given, self.state.root).result()
            identity = ProcessIdentity(process.pid, start_of(process.pid) or "", command[0])
            child = ChildProcess(name, identity, log, lasting, process)
            self._children.append(child)
            self._record()
        return child

    def wait_until(
        self, child: ChildProcess, fact: Callable[[], bool], *, what: str, within: float
    ) -> None:
        """Wait until a fact about a child holds.

        Args:
            child: The process the fact depends on.
            fact: Asked about every 50 ms; an `OSError` counts as not yet.
            what: The fact in words, to complete "… did not".
            within: Seconds until the wait is given up.

        Raises:
            DemoError: the process ended first, or time is up; with its last log lines.
        """
        deadline = time.monotonic() + within
        while True:
            # Looked at first: what ends while the fact is asked about may have brought it about.
            ended = child.exit_code is not None
            with contextlib.suppress(OSError):
                if fact():
                    return
            self._refuse_when_stopping()
            if ended:
                raise self.death_of(child)
            if time.monotonic() > deadline:
                raise _failure(child, f"{child.name} did not {what} within {within:.0f} s")
            self._stopping.wait(_POLL_S)

    def ask(self, child: ChildProcess, request: Callable[[], Answered]) -> Answered:
        """Return what a child that was ready answers to one request.

        Raises:
            DemoError: it does not answer any more; with its last log lines.
        """
        try:
            return request()
        except OSError as error:
            if child.exit_code is not None:
                raise self.death_of(child) from error
            raise _failure(child, f"{child.name} does not answer: {error}") from error

    def run(
        self,
        name: str,
        argv: Sequence[str | Path],
        environment: Mapping[str, str] | None = None,
        *,
        within: float,
    ) -> ChildProcess:
        """Run a program to its end, and return it for what it wrote.

        Raises:
            DemoError: it failed or took longer than `within` seconds.
        """
        child = self._start(name, argv, environment, lasting=False)
        try:
            self.wait_until(child, lambda: child.exit_code == 0, what="finish", within=within)
        finally:
            child.signal_to_end()
            child.end(_GRACE_S)
            with self._lock, state_errors(self.state.root):
                self._children = [other for other in self._children if other is not child]
                self._record()
        return child

    def ended(self) -> ChildProcess | None:
        """Return the first child that ended although nobody stopped it."""
        with self._lock:
            lasting = [child for child in self._children if child.lasting]
        return next((child for child in lasting if child.exit_code is not None), None)

    def death_of(self, child: ChildProcess) -> DemoError | StateFolderError:
        """Return the error that tells of a child's unasked end."""
        if "no space left on device" in child.last_lines().lower():
            return disk_full(self.state.root, f"{child.name}: no space left on device")
        code = child.exit_code or 0
        how = f"signal {-code}" if code < 0 else f"exit code {code}"
        return _failure(child, f"{child.name} ended by itself with {how}")

    def stop(self) -> None:
        """Stop all children in reverse order: SIGTERM, wait, SIGKILL. May be called twice."""
        self._stopping.set()
        with self._lock:
            children = self._children[::-1]
            self._children = []
        try:
            for child in children:
                child.signal_to_end()
                child.end(_GRACE_S)
        finally:  # a second Ctrl-C cuts the waits short, not the ends
            for child in children:
                child.end(0)
            self._starter.shutdown()
        leftovers.record(self.state, ())

    def _record(self) -> None:
        running = [child.identity for child in self._children if child.exit_code is None]
        leftovers.record(self.state, running)

    def _refuse_when_stopping(self) -> None:
        if self._stopping.is_set():
            raise DemoError("The demo was stopped before it was ready", todo="Start it again.")

    def _environment(self, given: Mapping[str, str]) -> dict[str, str]:
        kept = {name: os.environ[name] for name in _INHERITED if name in os.environ}
        return {"PATH": os.defpath, "HOME": str(self._home), **kept, **given}


def _spawn(
    command: list[str], log: Path, environment: dict[str, str], folder: Path
) -> subprocess.Popen[bytes]:
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        return subprocess.Popen(
            wrapped(command),
            stdin=subprocess.DEVNULL,
            stdout=descriptor,
            stderr=subprocess.STDOUT,
            env=environment,
            cwd=folder,
            start_new_session=True,
        )
    finally:
        os.close(descriptor)


def _failure(child: ChildProcess, what: str) -> DemoError:
    return DemoError(
        what,
        on=str(child.log),
        said=child.last_lines(),
        todo=f"The whole log is {child.log}; if it does not help, run `philotes-tui demo --reset`.",
    )
