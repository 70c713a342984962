"""The estimate of the time to go, and snapshots as lines."""

from pathlib import Path

import pytest

from philotes_tui.toolchain import FoundTool, Phase, Progress, ToolRow
from philotes_tui.toolchain.progress import arrived, moved, noted, ticked
from philotes_tui.toolchain.render import (
    announcements,
    duration,
    heartbeat,
    live_lines,
    painted,
    roughly,
    summary,
)


def three(*expected: float) -> Progress:
    names = ("pulumi", "helm", "etcd")
    return Progress(
        tuple(
            ToolRow(name, "v1.0.0", index, 3, expected=seconds)
            for index, (name, seconds) in enumerate(zip(names, expected, strict=True), 1)
        )
    )


def building(progress: Progress, *names: str) -> Progress:
    for name in names:
        progress = moved(progress, name, Phase.BUILDING)
    return progress


def test_the_time_to_go_is_the_work_that_is_left() -> None:
    later = ticked(building(three(100, 50, 30), "pulumi"), 20)
    assert later.to_go == pytest.approx(160)
    assert later.rows[0].to_go == pytest.approx(80)
    assert later.elapsed == pytest.approx(20)


def test_two_builds_at_once_share_the_work_of_a_second() -> None:
    later = ticked(building(three(100, 50, 30), "pulumi", "helm"), 20)
    assert [row.work for row in later.rows] == [10, 10, 0]
    assert later.to_go == pytest.approx(160)
    assert later.rows[1].to_go == pytest.approx(80)


def test_a_build_that_takes_longer_than_usual_never_has_nothing_to_go() -> None:
    later = ticked(building(three(10, 0, 0), "pulumi"), 60)
    assert later.to_go == pytest.approx(15)


@pytest.mark.parametrize(("took", "low", "high"), [(120, 160, 200), (60, 100, 100), (5, 15, 40)])
def test_what_is_left_is_measured_by_what_this_run_has_shown(
    took: float, low: float, high: float
) -> None:
    started = ticked(building(three(100, 60, 0), "helm"), took)
    done = arrived(started, FoundTool("helm", Path("/x"), "v1", "build"))
    to_go = ticked(done, 0).to_go
    assert to_go is not None
    assert low <= to_go <= high


def test_what_is_ready_has_nothing_to_go() -> None:
    found = FoundTool("pulumi", Path("/x/pulumi"), "v1.0.1", "path")
    later = ticked(arrived(three(100, 50, 30), found), 1)
    assert later.to_go == pytest.approx(80)
    assert later.rows[0].version == "v1.0.1"
    assert later.ready == 1


def test_a_note_is_kept_once() -> None:
    assert noted(noted(three(1, 1, 1), "No network."), "No network.").notes == ("No network.",)


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.4, "0 s"), (59, "59 s"), (125, "2 min 05 s"), (3840, "1 h 04 min")]
)
def test_durations_are_written_for_people(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, ""),
        (3, "a few seconds to go"),
        (42, "about 40 s to go"),
        (58, "about 1 min to go"),
        (610, "about 10 min to go"),
    ],
)
def test_estimates_are_as_coarse_as_they_deserve(seconds: float | None, text: str) -> None:
    assert roughly(seconds) == text


def test_a_start_and_an_end_are_one_line_each_where_nothing_is_redrawn() -> None:
    idle = three(330, 60, 36)
    started = building(idle, "helm")
    ended = arrived(ticked(started, 65), FoundTool("helm", Path("/x"), "v4.3.1", "build"))
    assert announcements(None, idle, starts=True) == []
    assert announcements(idle, started, starts=True) == [
        "[2/3] helm v1.0.0: building, typically 1 min 00 s of work"
    ]
    assert announcements(started, ended, starts=True) == [
        "[2/3] helm v4.3.1: built in 1 min 05 s, 1 of 3 tools ready"
    ]
    assert announcements(idle, started, starts=False) == []


def test_a_note_is_shown_once_and_cleaned() -> None:
    noisy = noted(three(1, 1, 1), "HTTP\x1b[2J 404")
    assert announcements(three(1, 1, 1), noisy, starts=False) == ["HTTP 404"]
    assert announcements(noisy, noisy, starts=False) == []


def test_a_failure_is_announced() -> None:
    failed = moved(three(1, 1, 1), "etcd", Phase.FAILED)
    assert announcements(three(1, 1, 1), failed, starts=False) == [
        "[3/3] etcd v1.0.0: FAILED after 0 s"
    ]


def test_the_heartbeat_says_what_runs_and_how_long_it_will_take() -> None:
    now = ticked(building(three(330, 60, 36), "pulumi"), 30)
    assert heartbeat(now) == (
        "... 0 of 3 tools ready; 30 s; pulumi (building for 30 s); about 7 min to go"
    )


def test_the_live_block_has_one_line_per_running_tool_and_one_for_all() -> None:
    now = ticked(building(three(330, 60, 36), "pulumi", "helm"), 30)
    lines = live_lines(now, 100)
    assert [line.split()[1] for line in lines[:2]] == ["pulumi", "helm"]
    assert lines[0].endswith("building 30 s, about 7 min to go")
    assert lines[2] == "  0 of 3 tools ready · 30 s so far · about 7 min to go"


@pytest.mark.parametrize("width", [20, 40, 80])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    now = ticked(building(three(330, 60, 36), "pulumi", "helm"), 30)
    assert all(len(line) < width for line in live_lines(now, width, ascii_only=True))


def test_colour_is_added_only_by_the_one_who_paints() -> None:
    now = building(three(330, 60, 36), "pulumi")
    assert "\x1b" not in "".join(live_lines(now, 80))
    assert "\x1b" in "".join(live_lines(now, 80, painted))


def test_the_last_line_tells_what_was_new() -> None:
    done = three(1, 1, 1)
    for name in ("pulumi", "helm", "etcd"):
        done = arrived(done, FoundTool(name, Path("/x"), "v1", "build"))
    assert summary(done) == "All 3 tools are ready."
    worked = ticked(building(three(1, 1, 1), "helm"), 60)
    assert summary(worked) == "All 3 tools are ready, 1 new in 1 min 00 s."
