"""A tool small enough to be built by the real Go in a moment, and folders of its own."""

import os
import shutil
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from philotes_tui.toolchain import TOOLS, Cache, Tool
from philotes_tui.toolchain.tools import Recipe

MAIN = """package main

import "fmt"

var version = "v0.0.0"

func main() { fmt.Println("tiny version " + version) }
"""


def tiny(name: str = "tiny", **changed: object) -> Tool:
    """A tool whose recipe is the module that `cache` holds."""
    values: dict[str, object] = {
        "name": name,
        "version": "v1.2.3",
        "minimum": (1, 2, 0),
        "below": (2, 0, 0),
        "version_args": ("--version",),
        "version_pattern": r"tiny version v?(\S+)",
        "recipe": Recipe(name, ".", 4.0, ldflags="-X main.version=v1.2.3"),
        **changed,
    }
    return Tool(**values)  # type: ignore[arg-type]


def write_recipe(recipes: Path, name: str, main: str = MAIN) -> Path:
    folder = recipes / name
    folder.mkdir(parents=True)
    (folder / "go.mod").write_text(f"module example.test/{name}\n\ngo 1.26\n")
    (folder / "go.sum").write_text("")
    (folder / "main.go").write_text(main)
    return folder


def write_script(path: Path, body: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


@pytest.fixture
def bin_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The first folder on PATH, empty; behind it only what builds and scripts need."""
    go = shutil.which("go")
    folders = [tmp_path / "bin", *([Path(go).parent] if go else []), "/usr/bin", "/bin"]
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", os.pathsep.join(map(str, folders)))
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "pulumi-home"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return tmp_path / "bin"


@pytest.fixture
def cache(tmp_path: Path, bin_folder: Path) -> Cache:
    """A cache of its own, with the recipe of `tiny`."""
    cache = Cache(tmp_path / "cache", tmp_path / "recipes")
    write_recipe(cache.recipes, "tiny")
    return cache


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> Callable[[Tool], Tool]:
    """Put a tool into the table for one test."""

    def put(tool: Tool) -> Tool:
        monkeypatch.setitem(TOOLS, tool.name, tool)
        return tool

    return put
