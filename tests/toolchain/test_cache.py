"""What a build is kept under, and that nothing half-made is ever found there."""

import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from philotes_tui.errors import StateFolderError
from philotes_tui.toolchain import TOOLS, Cache, cache_root, recipe_root
from philotes_tui.toolchain.cache import (
    cache_key,
    fresh_folder,
    held_lock,
    is_locked,
    read_json,
    write_json,
    writing,
)
from philotes_tui.toolchain.tools import Recipe
from tests.toolchain.conftest import tiny


@pytest.mark.parametrize("name", ["go.mod", "go.sum", "main.go", "more.go"])
def test_the_key_changes_with_every_file_of_the_recipe(cache: Cache, name: str) -> None:
    before = cache_key(tiny().recipe, cache.recipes)
    with (cache.recipes / "tiny" / name).open("a") as file:
        file.write("// changed\n")
    assert cache_key(tiny().recipe, cache.recipes) != before


@pytest.mark.parametrize(
    "changed",
    [
        replace(tiny().recipe, tags="netgo"),
        replace(tiny().recipe, ldflags="-X main.version=v2"),
        replace(tiny().recipe, package="./cmd"),
    ],
)
def test_the_key_changes_with_what_go_is_told(cache: Cache, changed: Recipe) -> None:
    assert cache_key(changed, cache.recipes) != cache_key(tiny().recipe, cache.recipes)


def test_the_key_is_that_of_the_platform(cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    before = cache_key(tiny().recipe, cache.recipes)
    monkeypatch.setattr("platform.machine", lambda: "riscv64")
    assert cache_key(tiny().recipe, cache.recipes) != before


def test_the_key_is_the_same_in_another_folder(cache: Cache, tmp_path: Path) -> None:
    moved = cache.recipes.rename(tmp_path / "moved")
    (cache.recipes / "tiny").mkdir(parents=True)
    for file in (moved / "tiny").iterdir():
        (cache.recipes / "tiny" / file.name).write_bytes(file.read_bytes())
    assert cache_key(tiny().recipe, cache.recipes) == cache_key(tiny().recipe, moved)


def test_every_tool_has_a_recipe_in_this_checkout() -> None:
    for tool in TOOLS.values():
        assert cache_key(tool.recipe, recipe_root())


def test_the_environment_names_another_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PHILOTES_TUI_CACHE", str(tmp_path / "elsewhere"))
    assert cache_root() == tmp_path / "elsewhere"


def test_a_folder_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    destination = tmp_path / "built" / "tiny-v1"

    def fail_half_way() -> None:
        with fresh_folder(destination) as partial:
            (partial / "tiny").write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_half_way()
    assert list(destination.parent.iterdir()) == []
    with fresh_folder(destination) as partial:
        (partial / "tiny").write_text("whole")
        assert not destination.exists()
    assert (destination / "tiny").read_text() == "whole"


def test_what_a_killed_attempt_left_is_removed_by_the_next(tmp_path: Path) -> None:
    destination = tmp_path / "tiny-v1"
    left = tmp_path / ".partial-tiny-v1-abc"
    left.mkdir()
    (left / "tiny").write_text("half")
    with fresh_folder(destination) as partial:
        (partial / "tiny").write_text("whole")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["tiny-v1"]


def test_a_lock_is_held_against_other_processes_and_freed_when_they_die(tmp_path: Path) -> None:
    lock = tmp_path / "locks" / "tiny.lock"
    code = (
        "import pathlib, sys, threading\n"
        "from philotes_tui.toolchain.cache import held_lock\n"
        "with held_lock(pathlib.Path(sys.argv[1]), threading.Event()):\n"
        "    print('held', flush=True)\n"
        "    sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(lock)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout
        assert other.stdout.readline() == b"held\n"
        assert is_locked(lock)
        stop = threading.Event()
        stop.set()
        with held_lock(lock, stop) as held:
            assert not held
        other.kill()
    with held_lock(lock, threading.Event()) as held:
        assert held
    assert not is_locked(lock)


def test_a_broken_memory_file_is_an_empty_one(tmp_path: Path) -> None:
    path = tmp_path / "versions.json"
    path.write_text("{")
    assert read_json(path) == {}
    write_json(path, {"a": 1})
    assert read_json(path) == {"a": 1}


def test_a_full_disk_ends_in_a_sentence_that_names_the_folder(tmp_path: Path) -> None:
    with (
        pytest.raises(StateFolderError, match=r"Free some space") as caught,
        writing(tmp_path),
        Path("/dev/full").open("w") as file,
    ):
        file.write("x" * 100_000)
    assert caught.value.on == str(tmp_path)
