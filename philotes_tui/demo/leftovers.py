"""What a `kill -9` of this program left running, ended at the next start.

The record names each child by process id, start time and executable. A process
that differs in any of them was given the id later; it is never touched.
"""

import contextlib
import os
import select
import signal
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from philotes_tui.demo.identity import ProcessIdentity, is_ending, is_still, start_of
from philotes_tui.demo.launch import launcher
from philotes_tui.demo.state import StateFolder
from philotes_tui.errors import DemoError

_RECORD = "processes.json"
_POLL_S = 0.02
_GRACE_S = 5.0
"""How long a process may take to end after SIGTERM, and again after SIGKILL."""


def record(state: StateFolder, processes: Iterable[ProcessIdentity]) -> None:
    """Write down the processes that run now."""
    state.write_json(_RECORD, [asdict(process) for process in processes])


def end_leftovers(state: StateFolder) -> tuple[int, ...]:
    """End every recorded process that still runs, and return the ids of those.

    Raises:
        DemoError: one of them cannot be ended.
    """
    ended = tuple(
        process.pid for process in reversed(_recorded(state.read_json(_RECORD))) if _end(process)
    )
    record(state, ())
    return ended


def _recorded(value: Any) -> list[ProcessIdentity]:
    found = []
    for entry in value if isinstance(value, list) else ():
        match entry:
            case {"pid": int(pid), "started": str(started), "executable": str(executable)}:
                found.append(ProcessIdentity(pid, started, executable))
    return found


def _end(process: ProcessIdentity) -> bool:
    """Return whether the process was still there; it is gone afterwards."""
    if process.pid <= 1 or process.pid == os.getpid():
        return False
    with _pidfd(process.pid) as pidfd:
        # It is opened first: the checks then speak of the process that will be signalled.
        if is_ending(process):
            _gone_within(process, pidfd, _GRACE_S)
            return False
        if not is_still(process, launcher()):
            return False
        for number in (signal.SIGTERM, signal.SIGKILL):
            _send(process.pid, pidfd, number)
            if _gone_within(process, pidfd, _GRACE_S):
                return True
    raise DemoError(
        "A process of an earlier demo does not end",
        on=f"process {process.pid}, {process.executable}",
        todo=f"End it with `kill -9 {process.pid}`, and start the demo again.",
    )


@contextlib.contextmanager
def _pidfd(pid: int) -> Iterator[int | None]:
    """Yield a descriptor of exactly this process (pidfd_open(2)), None where there is none."""
    descriptor = None
    if sys.platform == "linux":
        with contextlib.suppress(OSError):  # before Linux 5.3, or the process is gone
            descriptor = os.pidfd_open(pid)
    try:
        yield descriptor
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _send(pid: int, pidfd: int | None, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        if sys.platform == "linux" and pidfd is not None:
            signal.pidfd_send_signal(pidfd, number)
        else:
            os.kill(pid, number)


def _gone_within(process: ProcessIdentity, pidfd: int | None, seconds: float) -> bool:
    if pidfd is not None:
        # Readable once the last thread is gone, and with it every lock it held.
        return bool(select.select([pidfd], [], [], seconds)[0])
    deadline = time.monotonic() + seconds
    while start_of(process.pid) == process.started:
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_S)
    return True
