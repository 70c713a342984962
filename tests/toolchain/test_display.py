"""The display on a terminal and on everything else."""

import io
from pathlib import Path

import pytest

from philotes_tui.toolchain import FoundTool, Phase, Progress, ToolRow
from philotes_tui.toolchain.display import display
from philotes_tui.toolchain.progress import arrived, moved, ticked


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def start() -> Progress:
    return Progress((ToolRow("helm", "v1", 1, 2, expected=60), ToolRow("etcd", "v1", 2, 2)))


def story() -> list[Progress]:
    """Both tools are built, ten seconds of the clock between two snapshots."""
    first = start()
    second = ticked(moved(first, "helm", Phase.BUILDING), 10)
    steps = [first, second]
    for _ in range(6):
        steps.append(ticked(steps[-1], 10))
    steps.append(arrived(steps[-1], FoundTool("helm", Path("/x"), "v1", "build")))
    steps.append(arrived(steps[-1], FoundTool("etcd", Path("/x"), "v1", "path")))
    return steps


def test_without_a_terminal_lines_are_few_and_plain() -> None:
    stream = io.StringIO()
    with display(stream) as show:
        for snapshot in story():
            show(snapshot)
    lines = stream.getvalue().splitlines()
    assert lines == [
        "[1/2] helm v1: building, typically 1 min 00 s of work",
        "... 0 of 2 tools ready; 30 s; helm (building for 30 s); about 30 s to go",
        "... 0 of 2 tools ready; 1 min 00 s; helm (building for 1 min 00 s); about 20 s to go",
        "[1/2] helm v1: built in 1 min 10 s, 1 of 2 tools ready",
        "[2/2] etcd v1: found: /x, 2 of 2 tools ready",
        "All 2 tools are ready, 1 new in 1 min 10 s.",
    ]


def test_where_all_is_there_nothing_is_shown() -> None:
    ready = start()
    for name in ("helm", "etcd"):
        ready = arrived(ready, FoundTool(name, Path("/x"), "v1", "build"))
    for stream in (io.StringIO(), Terminal()):
        with display(stream) as show:
            show(ready)
        assert stream.getvalue() == ""


def test_on_a_terminal_the_block_is_drawn_over_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")
    stream = Terminal()
    with display(stream) as show:
        for snapshot in story()[:4]:
            show(snapshot)
    written = stream.getvalue()
    assert written.count("\x1b[2A") == 3  # twice redrawn, once removed
    assert "\x1b[36m" not in written
    assert written.endswith("\x1b[2A\x1b[J")


def test_a_dumb_terminal_gets_plain_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    stream = Terminal()
    with display(stream) as show:
        for snapshot in story():
            show(snapshot)
    assert "\x1b" not in stream.getvalue()
