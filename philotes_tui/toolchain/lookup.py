"""Finding tools without downloading or building: PATH, Pulumi's plugins, the cache."""

import os
import shutil
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from philotes_tui.errors import ToolMissing
from philotes_tui.foreign import clean_line
from philotes_tui.toolchain.cache import Cache
from philotes_tui.toolchain.development import ALL_TOOLS, DEVELOPMENT_TOOLS
from philotes_tui.toolchain.fit import control_plane_accords, misfit, wanted
from philotes_tui.toolchain.found import FoundTool, ToolStatus
from philotes_tui.toolchain.probe import version_of
from philotes_tui.toolchain.tools import CONTROL_PLANE, PROVIDER, PROVIDER_PLUGIN, Tool

_TODO_DEVELOPMENT = "Run `make test` or `make bench`, which build it, or install {wanted}."
_TODO = "Run `philotes-tui doctor --install` to have it downloaded or built, or install {wanted}."


def named(names: Iterable[str]) -> list[Tool]:
    """Return the tools of these names, each once, in the order of the table.

    Raises:
        ToolMissing: A name is not in the table.
    """
    asked = set(names)
    unknown = asked - ALL_TOOLS.keys()
    if unknown:
        raise ToolMissing(
            f"No tool is called {', '.join(sorted(unknown))}",
            todo=f"Known are {', '.join(ALL_TOOLS)}.",
        )
    return [tool for name, tool in ALL_TOOLS.items() if name in asked]


def inspect(names: Iterable[str], cache: Cache | None = None) -> list[ToolStatus]:
    """Return where each tool is and whether it fits, without changing anything.

    Args:
        names: Names of tools, keys of `ALL_TOOLS`.
        cache: The cache to look in; by default the user's.

    Raises:
        ToolMissing: A name is not in the table.
    """
    cache = cache or Cache.default()
    asked = named(names)
    # A control plane on PATH is judged as a whole, whichever parts were asked for.
    family = {*CONTROL_PLANE} if any(tool.name in CONTROL_PLANE for tool in asked) else set()
    looked_at = [tool for name, tool in ALL_TOOLS.items() if tool in asked or name in family]
    with ThreadPoolExecutor(max_workers=4) as pool:
        on_path = dict(
            zip(
                (tool.name for tool in looked_at),
                pool.map(lambda tool: _on_path(tool, cache), looked_at),
                strict=True,
            )
        )
    if family:
        on_path.update(_with_accord({name: on_path[name] for name in CONTROL_PLANE}))
    return [_first_fitting(tool, on_path[tool.name], cache) for tool in asked]


def found(status: ToolStatus) -> FoundTool:
    """Return the tool of a status that fits, with the files beside it."""
    if status.path is None or status.origin is None or not status.fits:
        raise ValueError(status)
    names = ALL_TOOLS[status.name].recipe.companions
    beside = (status.path.parent / name for name in names)
    companions = tuple(path for path in beside if path.is_file())
    version = status.version or ALL_TOOLS[status.name].version
    return FoundTool(status.name, status.path, version, status.origin, companions)


def cached(tool: Tool, cache: Cache) -> ToolStatus | None:
    """Return the finished download or build of a tool, if there is one."""
    if is_executable(path := cache.downloaded(tool)):
        return _status(tool, path=path, version=tool.version, origin="download")
    path = cache.built(tool)
    whole = all((path.parent / name).is_file() for name in tool.recipe.companions)
    if is_executable(path) and whole:
        return _status(tool, path=path, version=tool.version, origin="build")
    return None


def is_executable(path: Path) -> bool:
    """Return whether a path is a file that may be run."""
    return path.is_file() and os.access(path, os.X_OK)


def _first_fitting(tool: Tool, on_path: ToolStatus, cache: Cache) -> ToolStatus:
    return on_path if on_path.fits else cached(tool, cache) or on_path


def _status(tool: Tool, **known: object) -> ToolStatus:
    why = str(known.get("why", ""))
    todo = _TODO_DEVELOPMENT if tool.name in DEVELOPMENT_TOOLS else _TODO
    values = {
        "path": None,
        "version": None,
        "origin": None,
        **known,
        "fits": not why,
        "todo": todo.format(wanted=f"{tool.name} {wanted(tool)}") if why else "",
        "why": why,
    }
    return ToolStatus(name=tool.name, wanted=wanted(tool), optional=tool.optional, **values)  # type: ignore[arg-type]


def _on_path(tool: Tool, cache: Cache) -> ToolStatus:
    """Return the first fitting file on PATH, else why the first one there does not fit."""
    if not tool.version_args:
        return _plugin(tool)
    first: ToolStatus | None = None
    for path in _candidates(tool.name):
        version = version_of(tool, path, cache.root / "versions.json")
        if version is None:
            why = f"{path} does not tell a version of {tool.name}"
        else:
            version = clean_line(version, 80)
            why = misfit(tool, version)
        status = _status(tool, path=path, version=version, origin="path", why=why)
        if status.fits:
            return status
        first = first or status
    return first or _status(tool, why="not found on PATH")


def _candidates(name: str) -> Iterator[Path]:
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        if folder and (hit := shutil.which(name, path=folder)):
            yield Path(hit).absolute()


def _plugin(tool: Tool) -> ToolStatus:
    """Return the provider plugin: the name of its folder is what tells its version."""
    home = Path(os.environ.get("PULUMI_HOME") or Path.home() / ".pulumi")
    folder = home / "plugins" / PROVIDER_PLUGIN
    path = folder / PROVIDER
    # The CLI marks an installation that did not end with a file of this name.
    if is_executable(path) and not folder.with_name(f"{folder.name}.partial").exists():
        return _status(tool, path=path, version=tool.version, origin="path")
    for path in _candidates(tool.name):
        if path.resolve().parent.name == PROVIDER_PLUGIN:
            return _status(tool, path=path.resolve(), version=tool.version, origin="path")
        return _status(tool, path=path, origin="path", why=f"{path} does not tell its version")
    return _status(tool, why=f"not among the plugins in {home}")


def _with_accord(family: dict[str, ToolStatus]) -> dict[str, ToolStatus]:
    """Refuse a control plane on PATH whose parts may not run together."""
    versions = {name: status.version or "" for name, status in family.items() if status.fits}
    if not versions or control_plane_accords(versions):
        return family
    why = "the control plane on PATH is not complete, or not of one version"
    return {
        name: _status(
            ALL_TOOLS[name], path=status.path, version=status.version, origin="path", why=why
        )
        if status.fits
        else status
        for name, status in family.items()
    }
