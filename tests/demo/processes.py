"""What tests ask about processes."""

import json
import time
from collections.abc import Callable
from pathlib import Path

from philotes_tui.demo.identity import start_of


def eventually(fact: Callable[[], bool], seconds: float = 15) -> bool:
    """Wait up to so many seconds for a fact, and tell whether it came to hold."""
    deadline = time.monotonic() + seconds
    while not fact():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def is_gone(pid: int) -> bool:
    """Tell whether no process with this id runs (a zombie does not run)."""
    return start_of(pid) is None


def recorded(state: Path) -> list[int]:
    """Return the ids of the processes a demo has written down."""
    return [entry["pid"] for entry in json.loads((state / "processes.json").read_text())]
