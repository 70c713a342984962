"""Telling one process from a later one that was given the same process id."""

import contextlib
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

_ENDING = ("Z", "X")


@dataclass(frozen=True)
class ProcessIdentity:
    """What makes a process this one and no other.

    Attributes:
        pid: The process id, which the system uses again later.
        started: When it started: boot id and clock ticks on Linux (proc(5), field 22
            of `/proc/PID/stat`), the text of `ps -o lstart` elsewhere.
        executable: The program it runs, an absolute path.
    """

    pid: int
    started: str
    executable: str


def start_of(pid: int) -> str | None:
    """Return when the process started, or None if it is gone or a zombie."""
    state, started = _state_and_start(pid)
    return started if state and state not in _ENDING else None


def is_ending(identity: ProcessIdentity) -> bool:
    """Tell whether this very process has ended, but is not gone from the system yet."""
    state, started = _state_and_start(identity.pid)
    return state in _ENDING and started == identity.started


def is_still(identity: ProcessIdentity, launcher: str) -> bool:
    """Tell whether the process with this id is the one that was recorded.

    Args:
        identity: What was recorded when it started.
        launcher: The program that becomes the executable by `exec`; for a moment
            the process runs it instead.
    """
    if start_of(identity.pid) != identity.started:
        return False
    running = _executable_of(identity.pid)
    return running in {_real(identity.executable), _real(launcher)}


def _state_and_start(pid: int) -> tuple[str, str]:
    """Return the state's letter and the start time, both empty if there is no such process."""
    if sys.platform != "linux":
        state, _, started = _ps(pid, "stat=,lstart=").partition(" ")
        return state[:1], " ".join(started.split())
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return "", ""
    # The command's name stands in parentheses and may hold spaces and parentheses itself.
    fields = stat.rpartition(")")[2].split()
    return fields[0], f"{boot}:{fields[19]}"


def _executable_of(pid: int) -> str:
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            return str(Path(f"/proc/{pid}/exe").readlink()).removesuffix(" (deleted)")
        return ""
    return _real(_ps(pid, "comm="))


def _real(path: str) -> str:
    return os.path.realpath(path) if path else ""


def _ps(pid: int, columns: str) -> str:
    answer = subprocess.run(
        ["ps", "-o", columns, "-p", str(pid)],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "/bin:/usr/bin", "LC_ALL": "C"},
    )
    return answer.stdout.strip()
