"""The demo's private folder: claimed by one demo at a time, removed only when it is ours.

A folder is ours when it carries the marker file. A claim is an exclusive
`flock(2)` on a file inside it, so it ends with the process that holds it,
however that process ends.
"""

import contextlib
import errno
import fcntl
import json
import os
import shutil
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from philotes_tui.errors import DemoError, StateFolderError

MARKER = ".philotes-demo"
_MARKER_TEXT = (
    "This folder is the state of `philotes-tui demo`.\n"
    "`philotes-tui demo --reset` removes it with everything in it.\n"
)
_LOCK = "lock"
_OUTLIVES_RESET = (_LOCK, MARKER)
"""Removed last and in this order, so that a reset cut short can be run again."""


@contextlib.contextmanager
def state_errors(folder: Path) -> Iterator[None]:
    """Turn an `OSError` of the folder into one that says what to do.

    Raises:
        DemoError: the system is out of memory, processes or open files.
        StateFolderError: the disk is full, or the folder cannot be read or written.
    """
    try:
        yield
    except OSError as error:
        raise unusable(folder, error) from error


def unusable(folder: Path, error: OSError) -> DemoError | StateFolderError:
    """Return the error to show for an `OSError` on the demo's folder."""
    where = str(error.filename or folder)
    said = error.strerror or str(error)
    if error.errno in {errno.EAGAIN, errno.ENOMEM, errno.EMFILE, errno.ENFILE}:
        return DemoError(
            "The system has no room for the demo's processes",
            said=said,
            todo="Close other programs, and start the demo again.",
        )
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return disk_full(folder, said)
    return StateFolderError(
        "The demo's folder cannot be used",
        on=where,
        said=said,
        todo=f"Make {folder} writable for you, or choose another state folder.",
    )


def is_running(root: Path) -> bool:
    """Tell whether a demo holds this folder right now."""
    try:
        descriptor = os.open(root / _LOCK, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def disk_full(folder: Path, said: str) -> StateFolderError:
    """Return the error to show when the disk below the demo's folder is full."""
    return StateFolderError(
        "The disk with the demo's folder is full",
        on=str(folder),
        said=said,
        todo="Free some space there, or choose another state folder, and start again.",
    )


class StateFolder:
    """A claimed state folder; `release` gives it back.

    Attributes:
        root: The folder, absolute, mode 0700.
    """

    def __init__(self, root: Path, lock: int) -> None:
        self.root = root
        self._lock: int | None = lock

    @classmethod
    def claim(cls, root: Path) -> Self:
        """Create the folder where needed and take its lock.

        Raises:
            DemoError: the folder holds somebody else's files, or another demo uses it.
            StateFolderError: it cannot be created or written.
        """
        root = root.absolute()
        with state_errors(root):
            root.mkdir(mode=0o700, parents=True, exist_ok=True)
            _refuse_a_foreign_folder(root)
            root.chmod(0o700)
            lock = _locked(root)
            (root / MARKER).write_text(_MARKER_TEXT, encoding="utf-8")
        return cls(root, lock)

    def release(self) -> None:
        """Give the lock back; a second call does nothing."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def folder(self, *parts: str) -> Path:
        """Return a folder below the root, created with mode 0700."""
        path = self.root.joinpath(*parts)
        with state_errors(self.root):
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
        return path

    def write_private(self, path: Path, content: str | bytes) -> None:
        """Replace a file as a whole, mode 0600 from its first byte on.

        Raises:
            StateFolderError: the disk is full or the folder not writable.
        """
        data = content.encode() if isinstance(content, str) else content
        draft = path.with_name(f".{path.name}.new")
        with state_errors(self.root):
            draft.unlink(missing_ok=True)
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
            draft.replace(path)

    def read_json(self, name: str) -> Any:
        """Return the parsed file, or None where it is missing or was cut short."""
        with state_errors(self.root):
            try:
                return json.loads((self.root / name).read_text(encoding="utf-8"))
            except (FileNotFoundError, ValueError):
                return None

    def write_json(self, name: str, value: object) -> None:
        """Replace a JSON file of mode 0600 directly below the root."""
        self.write_private(self.root / name, json.dumps(value, indent=1) + "\n")

    def remove(self) -> None:
        """Remove the folder with everything in it, and give the lock back."""
        with state_errors(self.root):
            for entry in sorted(self.root.iterdir()):
                if entry.name in _OUTLIVES_RESET:
                    continue
                if entry.is_dir() and not entry.is_symlink():
                    shutil.rmtree(entry)
                else:
                    entry.unlink()
            for name in _OUTLIVES_RESET:
                (self.root / name).unlink(missing_ok=True)
            self.root.rmdir()
        self.release()


def is_ours(root: Path) -> bool:
    """Tell whether the folder is a real folder of this user that carries the marker."""
    try:
        kind = root.lstat()
        marker = (root / MARKER).lstat()
    except OSError:
        return False
    return (
        stat.S_ISDIR(kind.st_mode)
        and stat.S_ISREG(marker.st_mode)
        and kind.st_uid == marker.st_uid == os.getuid()
    )


def _refuse_a_foreign_folder(root: Path) -> None:
    strangers = [entry.name for entry in root.iterdir() if entry.name != _LOCK]
    if strangers and not is_ours(root):
        raise DemoError(
            "The demo keeps its state in a folder of its own, and this one holds other files",
            on=str(root),
            said=", ".join(sorted(strangers)[:3]),
            todo="Choose an empty or new folder.",
        )


def _locked(root: Path) -> int:
    path = root / _LOCK
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            held_by = os.read(descriptor, 200).decode(errors="replace").strip()
            os.close(descriptor)
            raise DemoError(
                "Another demo uses this folder",
                on=str(root),
                said=held_by,
                todo="Quit it first, or choose another state folder.",
            ) from None
        # A reset may have unlinked the file between open and flock.
        if _same_file(descriptor, path):
            since = datetime.now(UTC).astimezone().isoformat(sep=" ", timespec="seconds")
            os.ftruncate(descriptor, 0)
            os.write(descriptor, f"process {os.getpid()} since {since}\n".encode())
            return descriptor
        os.close(descriptor)


def _same_file(descriptor: int, path: Path) -> bool:
    try:
        there = path.stat()
    except FileNotFoundError:
        return False
    here = os.fstat(descriptor)
    return (here.st_dev, here.st_ino) == (there.st_dev, there.st_ino)
