"""Building one tool from its recipe into the cache."""

import shutil
import subprocess
from pathlib import Path
from typing import IO

from philotes_tui.errors import ToolBuildFailed
from philotes_tui.toolchain.cache import BUILD_FLAGS, Cache, fresh_folder
from philotes_tui.toolchain.golang import build_environment, go_for
from philotes_tui.toolchain.logs import last_lines
from philotes_tui.toolchain.process import Children
from philotes_tui.toolchain.tools import Tool


def build(tool: Tool, cache: Cache, children: Children) -> Path:
    """Build a tool and return its executable in the cache.

    Raises:
        ToolBuildFailed: Go said no; `said` holds the last lines of the log.
        ToolMissing: There is no Go and none can be had.
        Stopped: The work was stopped meanwhile.
    """
    go = go_for(cache, children)
    destination = cache.built(tool)
    folder = cache.recipes / tool.recipe.group
    log = cache.log(tool.name)
    log.parent.mkdir(parents=True, exist_ok=True)
    with fresh_folder(destination.parent) as partial, log.open("wb") as output:
        # Go's work folder, which go leaves behind when interrupted, goes with the partial one.
        work = partial / ".work"
        work.mkdir()
        command = build_command(tool, go, partial / tool.name)
        environment = {**build_environment(), "GOTMPDIR": str(work)}
        code = children.run(command, cwd=folder, env=environment, output=output)
        shutil.rmtree(work)
        if code == 0:
            _copy_companions(tool, go, folder, partial, output)
        if code != 0 or not _is_whole(tool, partial):
            raise _failed(tool, log, code)
    return destination


def build_command(tool: Tool, go: Path, destination: Path) -> list[str]:
    """Return the command that builds a tool."""
    return [
        *(str(go), "build", *BUILD_FLAGS),
        *("-tags", tool.recipe.tags),
        *("-ldflags", f"-s -w {tool.recipe.ldflags}"),
        *("-o", str(destination), tool.recipe.package),
    ]


def prefetch(tool: Tool, cache: Cache, children: Children) -> None:
    """Fetch the modules a build needs into Go's module cache, ahead of the build.

    Listing the packages fetches exactly the modules they are in and, unlike
    `go mod download`, never writes to go.sum. What fails here fails again, with
    a log, in the build.
    """
    go = go_for(cache, children)
    command = [
        *(str(go), "list", "-e", "-mod=readonly", "-deps", "-f", ""),
        *("-tags", tool.recipe.tags, tool.recipe.package),
    ]
    folder = cache.recipes / tool.recipe.group
    with Path("/dev/null").open("wb") as nowhere:
        children.run(command, cwd=folder, env=build_environment(), output=nowhere)


def _copy_companions(tool: Tool, go: Path, folder: Path, to: Path, output: IO[bytes]) -> None:
    recipe = tool.recipe
    if not recipe.companions:
        return
    asked = subprocess.run(
        [str(go), "list", "-mod=readonly", "-m", "-f", "{{.Dir}}", recipe.companion_module],
        cwd=folder,
        env=build_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=output,
        timeout=60,
        check=False,
    )
    source = Path(asked.stdout.decode().strip()) / recipe.companion_folder
    for name in recipe.companions:
        if (source / name).is_file():
            shutil.copyfile(source / name, to / name)  # not its mode: modules are read-only
        else:
            output.write(f"{source / name}: no such file\n".encode())


def _is_whole(tool: Tool, folder: Path) -> bool:
    return all((folder / name).is_file() for name in (tool.name, *tool.recipe.companions))


def _failed(tool: Tool, log: Path, code: int) -> ToolBuildFailed:
    said = last_lines(log) or f"go ended with exit code {code} and said nothing"
    todo = f"The whole log is {log}. What is finished is kept, so starting again goes on from here."
    if "no space left on device" in said.lower():
        todo = f"Free some space (a build of all tools needs about 12 GB). {todo}"
    return ToolBuildFailed(f"Building {tool.name} {tool.version} failed", said=said, todo=todo)
