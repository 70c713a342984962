"""Folders for what one operation alone may read, removed even after a kill."""

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from philotes_tui.errors import StateFolderError

FOLDER = ".running"
_LOCK = "lock"


@dataclass(frozen=True)
class PrivateFolder:
    """A folder of mode 0700.

    Attributes:
        path: Where it stands.
        lock: The descriptor that keeps it: a process that inherits it keeps the folder
            although this process is gone (flock(2)).
    """

    path: Path
    lock: int


@contextlib.contextmanager
def private_folder(project_dir: Path) -> Iterator[PrivateFolder]:
    """Yield a new folder below the project; those of killed processes are removed first.

    It holds a copy of the stack's configuration and what the providers leave in their
    folder of temporary files, which may be a kubeconfig.

    Raises:
        StateFolderError: It cannot be made.
    """
    parent = project_dir / FOLDER
    try:
        made = _made(parent)
    except OSError as error:
        raise StateFolderError(
            "No folder for the operation can be made",
            on=str(parent),
            said=error.strerror or str(error),
            todo="Free some space or make the folder writable, then try again.",
        ) from error
    try:
        yield made
    finally:
        shutil.rmtree(made.path, ignore_errors=True)
        os.close(made.lock)


def _made(parent: Path) -> PrivateFolder:
    parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Nobody may take a folder for left behind between its making and its locking.
    with (parent / _LOCK).open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        for each in parent.iterdir():
            if each.is_dir() and not _is_held(each):
                shutil.rmtree(each, ignore_errors=True)
        folder = Path(tempfile.mkdtemp(dir=parent))
        lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX)
    return PrivateFolder(folder, lock)


def _is_held(folder: Path) -> bool:
    try:
        with (folder / _LOCK).open("r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False
