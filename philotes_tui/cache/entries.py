"""A private folder of entries, bounded in size, for several processes at once.

An entry is one file that appears whole, by a rename. Readers take no lock. The one lock,
a file held with flock(2), guards the count of bytes; the system frees it when a process
dies, and nobody waits for it longer than a second.

Nothing here is precious: whatever cannot be read is absent, whatever cannot be written
is left out, and `notice` says so once.
"""

import contextlib
import fcntl
import os
import stat
import time
from collections.abc import Iterator
from pathlib import Path

PARTIAL = ".partial-"
"""What the names of files that are being written begin with."""
USAGE = ".usage"
"""The file that is locked, and that holds the bytes of all entries as a number."""
ABANDONED = 3_600.0
"""Seconds after which a file that is still being written belongs to nobody."""
_PATIENCE = 1.0  # seconds to wait for the lock
_PAUSE = 0.005
_KEPT = 7 / 8  # of the limit after old entries were removed, so that not every write removes some


class EntryStore:
    """Entries by name below one folder.

    Args:
        folder: Where they stand; made with mode 0700. It is not used if it belongs to
            another user, who could put anything there.
        limit: The most bytes all entries together may have.
    """

    def __init__(self, folder: Path, limit: int) -> None:
        self.folder = folder
        self.limit = limit
        self.notice = ""
        self._ours: bool | None = None

    def read(self, name: str) -> bytes | None:
        """Return an entry, or None; what is read counts as used now."""
        if not self._usable(make=False):
            return None
        path = self.folder / name
        try:
            # Neither a symbolic link nor a pipe in the place of an entry may lead elsewhere.
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError:
            return None
        try:
            found = os.fstat(descriptor)
            if not stat.S_ISREG(found.st_mode) or found.st_size > self.limit:
                return None
            content = _all_of(descriptor, found.st_size)
            with contextlib.suppress(OSError):
                os.utime(descriptor)
        except OSError:
            return None
        else:
            return content
        finally:
            os.close(descriptor)

    def write(self, name: str, content: bytes) -> bool:
        """Keep an entry in the place of an older one; return whether it is kept."""
        if len(content) > self.limit or not self._usable(make=True):
            return False
        partial = self.folder / f"{PARTIAL}{os.getpid()}-{os.urandom(8).hex()}"
        path = self.folder / name
        try:
            path.parent.mkdir(mode=0o700, exist_ok=True)
            before = _size(path)
            _write_new(partial, content)
            partial.replace(path)
        except OSError as error:
            if isinstance(error, FileNotFoundError):
                self._ours = None  # somebody removed the folder; the next write makes it again
            else:
                self._note(error)
            with contextlib.suppress(OSError):
                partial.unlink()
            return False
        with contextlib.suppress(OSError):
            self._count(len(content) - before)
        return True

    def drop(self, name: str) -> None:
        """Remove an entry that turned out to be useless."""
        with contextlib.suppress(OSError):
            (self.folder / name).unlink()

    @contextlib.contextmanager
    def locked(self, name: str) -> Iterator[int | None]:
        """Hold a lock file of the folder while the block runs.

        Yields:
            The descriptor of the locked file, or None if others kept it for too long.

        Raises:
            OSError: The folder is not there or cannot be written.
        """
        descriptor = os.open(self.folder / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            yield descriptor if _lock(descriptor) else None
        finally:
            os.close(descriptor)

    def _usable(self, *, make: bool) -> bool:
        """Return whether the folder is there and ours, and make it if wanted."""
        if self._ours:
            return True
        try:
            if make:
                self.folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                self.folder.mkdir(mode=0o700, exist_ok=True)
            found = self.folder.stat()
            if found.st_uid != os.geteuid():
                self._ours = False
                self.notice = f"The cache {self.folder} belongs to another user and is not used."
            elif not stat.S_ISDIR(found.st_mode):
                self._ours = False
                self.notice = f"The cache {self.folder} is no folder and is not used."
            else:
                if stat.S_IMODE(found.st_mode) & 0o077:
                    with contextlib.suppress(OSError):
                        self.folder.chmod(0o700)
                self._ours = True
        except FileNotFoundError:
            return False
        except OSError as error:
            self._note(error)
            return False
        return self._ours

    def _note(self, error: OSError) -> None:
        from philotes_tui.foreign import clean_line  # noqa: PLC0415 - reading goes without it

        why = clean_line(error.strerror or str(error), 200)
        self.notice = self.notice or (
            f"The cache {self.folder} cannot be written ({why}); everything works without it."
        )

    def _count(self, added: int) -> None:
        with self.locked(USAGE) as descriptor:
            if descriptor is None:
                return
            total = _counted(descriptor)
            total = total + added if total is not None else None
            if total is None or total > self.limit:
                total = self._swept()
            os.pwrite(descriptor, f"{total:020}\n".encode(), 0)

    def _swept(self) -> int:
        """Remove what was used longest ago until the rest fits; return its bytes."""
        found = sorted(_entries(self.folder))
        total = sum(size for _, size, _ in found)
        room = self.limit if total <= self.limit else int(self.limit * _KEPT)
        for _, size, path in found:
            if total <= room:
                break
            with contextlib.suppress(OSError):
                os.unlink(path)  # noqa: PTH108 – 20,000 of them
            total -= size
        return total


def _all_of(descriptor: int, size: int) -> bytes:
    parts = []
    # Entries never grow, as they appear whole; one that does is as good as damaged.
    while size > 0 and (part := os.read(descriptor, size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _write_new(path: Path, content: bytes) -> None:
    # No fsync: what a power cut damages is found out when it is read.
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with open(descriptor, "wb") as file:  # noqa: PTH123 – a descriptor has no path
        file.write(content)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _lock(descriptor: int) -> bool:
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                return False
            time.sleep(_PAUSE)
        else:
            return True


def _counted(descriptor: int) -> int | None:
    text = os.pread(descriptor, 32, 0).strip()
    return int(text) if text.isdigit() else None


def _entries(folder: Path) -> Iterator[tuple[int, int, str]]:
    """Yield time of use, bytes and path of each entry; remove what killed writers left."""
    folders = [str(folder)]
    while folders:
        with contextlib.suppress(OSError), os.scandir(folders.pop()) as listed:
            for entry in listed:
                with contextlib.suppress(OSError):
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.path)
                        continue
                    found = entry.stat(follow_symlinks=False)
                    if not entry.name.startswith("."):
                        yield found.st_mtime_ns, found.st_size, entry.path
                    elif (
                        entry.name.startswith(PARTIAL) and found.st_mtime < time.time() - ABANDONED
                    ):
                        os.unlink(entry.path)  # noqa: PTH108 – beside the others
