"""The Pulumi command line as a process of our own that can be interrupted.

`pulumi.automation.PulumiCommand` keeps no handle of the process, lets a raising
callback stall it on a full pipe, and starts it once more to ask its version.

What the process prints goes to files, not to pipes: nobody has to read along for
it to go on, and if this program is killed it is not killed by its next line but
ends its operation and gives the lock back.
"""

import contextlib
import logging
import os
import signal
import subprocess
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from pulumi.automation import CommandResult, PulumiCommand
from semver import VersionInfo

from philotes_tui.engine.passphrase import VARIABLE
from philotes_tui.errors import OperationCancelled, StateFolderError, ToolMissing, ToolUnfit

_LOG = logging.getLogger(__name__)
_BYTES_KEPT = 64 * 1024 * 1024
_KILL_AFTER = 5.0
"""Seconds between asking the command line to terminate and killing it."""


class Command(PulumiCommand):
    """Runs the Pulumi command line, one process at a time.

    Attributes:
        starts: How often the command line was started through this object.

    Args:
        executable: The `pulumi` program.
        version: Its version, as the one who found it knows.
        environ: The whole environment of the process; additions come on top.
    """

    def __init__(self, executable: Path, version: str, environ: Mapping[str, str]) -> None:
        self.command = str(executable)
        self.version = VersionInfo.parse(version.removeprefix("v"))
        self.starts = 0
        self._environ = dict(environ)
        self._guard = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._interrupts = 0

    def run(
        self,
        args: list[str],
        cwd: str,
        additional_env: Mapping[str, str],
        on_output: Callable[[str], object] | None = None,
        on_error: Callable[[str], object] | None = None,
        *,
        keep: Sequence[int] = (),
    ) -> CommandResult:
        """Run the command line to its end and return what it printed and its exit code.

        Unlike the base class this returns failures too; the caller reads the code.
        The callbacks get the lines once the process has ended. It inherits the descriptors
        `keep`, and so the locks on them, until its own end.

        Raises:
            ToolMissing: The program is not there.
            ToolUnfit: It cannot be started.
            StateFolderError: There is no room for what it prints.
            OperationCancelled: `interrupt` was called since the last `reset`.
        """
        with _scratch() as out, _scratch() as err:
            process = self._start(
                ["--non-interactive", *args], cwd, additional_env, (out, err), keep
            )
            try:
                code = self._wait(process)
            finally:
                with self._guard:
                    self._process = None
                if self._interrupts > 1:
                    _sweep_session(process.pid)
            result = CommandResult(stdout=_text(out), stderr=_text(err), code=code)
        _tell(result.stdout, on_output)
        _tell(result.stderr, on_error)
        return result

    def reset(self) -> None:
        """Forget earlier interrupts; call it before an operation."""
        with self._guard:
            self._interrupts = 0

    @property
    def interrupted(self) -> bool:
        """Whether it was interrupted since the last reset."""
        return self._interrupts > 0

    def interrupt(self) -> bool:
        """Ask the running process to stop; return whether there is one.

        Without one, the next start is refused until `reset`. The first time it is
        SIGINT, on which Pulumi cancels its providers and writes the state. The second time it is
        SIGTERM, and SIGKILL when that has not helped after a while.
        """
        with self._guard:
            process = self._process
            self._interrupts += 1
            first = self._interrupts == 1
        if process is None:
            return False
        _signal_group(process, signal.SIGINT if first else signal.SIGTERM)
        if not first:
            killer = threading.Timer(_KILL_AFTER, _signal_group, (process, signal.SIGKILL))
            killer.daemon = True
            killer.start()
        return True

    def _start(
        self,
        args: list[str],
        cwd: str,
        additional_env: Mapping[str, str],
        streams: tuple[BinaryIO, BinaryIO],
        keep: Sequence[int],
    ) -> "subprocess.Popen[bytes]":
        if any(VARIABLE in arg for arg in args):
            raise ValueError("a passphrase is never an argument")
        env = {**self._environ, **additional_env, "PULUMI_AUTOMATION_API": "true"}
        # Plugins that ship with the command line stand beside it.
        env["PATH"] = os.pathsep.join([str(Path(self.command).parent), env.get("PATH", "")])
        try:
            with self._guard:
                if self._interrupts:
                    raise OperationCancelled("The operation was cancelled before it began")
                self._process = subprocess.Popen(
                    [self.command, *args],
                    stdin=subprocess.DEVNULL,
                    stdout=streams[0],
                    stderr=streams[1],
                    cwd=cwd,
                    env=env,
                    start_new_session=True,
                    pass_fds=keep,
                )
                self.starts += 1
                return self._process
        except FileNotFoundError as error:
            raise ToolMissing(
                "The Pulumi command line was not found",
                on=self.command,
                todo="Run `philotes-tui doctor` to see which tools are missing.",
            ) from error
        except OSError as error:
            raise ToolUnfit(
                "The Pulumi command line cannot be started",
                on=self.command,
                said=error.strerror or str(error),
                todo="Run `philotes-tui doctor` to see which tools fit.",
            ) from error

    def _wait(self, process: "subprocess.Popen[bytes]") -> int:
        """Wait for the process; Ctrl-C in the waiting thread interrupts it, not the waiting."""
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:
                self.interrupt()


def _scratch() -> BinaryIO:
    try:
        return tempfile.TemporaryFile(prefix="philotes-tui-")
    except OSError as error:
        raise StateFolderError(
            "No temporary file can be made",
            on=tempfile.gettempdir(),
            said=error.strerror or str(error),
            todo="Free some space, then try again.",
        ) from error


def _text(file: BinaryIO) -> str:
    file.seek(0)
    return file.read(_BYTES_KEPT).decode("utf-8", errors="replace")


def _tell(text: str, callback: Callable[[str], object] | None) -> None:
    if callback is None:
        return
    for line in text.splitlines():
        try:
            callback(line.rstrip())
        except Exception:  # noqa: BLE001  # a listener's fault is not the operation's
            _LOG.exception("a callback for a line of the command line raised")


def _signal_group(process: "subprocess.Popen[bytes]", number: signal.Signals) -> None:
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, number)


def _sweep_session(session: int) -> None:
    """Kill what a killed command line left behind: its plugins have process groups of their own.

    Only Linux tells a process's session without another program; elsewhere the
    plugins notice by themselves within minutes that nobody asks for their health.
    """
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            # proc_pid_stat(5): the name in parentheses may hold anything.
            fields = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            if int(fields[3]) == session:
                os.kill(int(stat.parent.name), signal.SIGKILL)
