"""How far the tools are: frozen snapshots, and the clock that estimates the rest. Pure.

Builds share the processors, so seconds on the clock say little about one of
several. Work does: a tool gains `1/n` second of work per second while `n` tools
are being made. Typical work per tool is known beforehand or learned, and the
time to go is simply the work that is left.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from philotes_tui.toolchain.found import FoundTool

_TYPICAL_WEIGHT = 20.0
"""Seconds of typical work that stand against what this run has shown so far."""


class Phase(StrEnum):
    """What is done for a tool right now."""

    QUEUED = "queued"
    WAITING = "waiting for another process"
    DOWNLOADING = "downloading"
    BUILDING = "building"
    READY = "ready"
    FAILED = "failed"

    @property
    def is_running(self) -> bool:
        """Whether work is done for the tool."""
        return self in {Phase.WAITING, Phase.DOWNLOADING, Phase.BUILDING}


@dataclass(frozen=True, slots=True)
class ToolRow:
    """One tool in a snapshot.

    Args:
        tool: Its name.
        version: The version that is wanted, or was found.
        index: Its place, from 1.
        count: How many tools there are.
        phase: What is done for it.
        elapsed: Seconds since work on it began.
        to_go: About how many seconds are left for it; None if nobody can tell.
        detail: How far, or where it was found.
        work: Seconds of work done so far.
        expected: Seconds of work it takes typically.
    """

    tool: str
    version: str
    index: int
    count: int
    phase: Phase = Phase.QUEUED
    elapsed: float = 0.0
    to_go: float | None = None
    detail: str = ""
    work: float = 0.0
    expected: float = 0.0


@dataclass(frozen=True, slots=True)
class Progress:
    """All tools at one moment.

    Args:
        rows: One per tool, in order.
        elapsed: Seconds since the start.
        to_go: About how many seconds are left in all; None if nobody can tell.
        notes: Sentences worth showing once, in order.
    """

    rows: tuple[ToolRow, ...]
    elapsed: float = 0.0
    to_go: float | None = None
    notes: tuple[str, ...] = ()

    @property
    def ready(self) -> int:
        """How many tools are ready."""
        return sum(row.phase is Phase.READY for row in self.rows)

    @property
    def running(self) -> tuple[ToolRow, ...]:
        """The tools that are worked on."""
        return tuple(row for row in self.rows if row.phase.is_running)


def moved(progress: Progress, tool: str, phase: Phase, detail: str = "") -> Progress:
    """Return the snapshot after a tool entered a phase or has something to say."""
    return replace(
        progress,
        rows=tuple(
            replace(row, phase=phase, detail=detail) if row.tool == tool else row
            for row in progress.rows
        ),
    )


def arrived(progress: Progress, found: FoundTool) -> Progress:
    """Return the snapshot after a tool became ready."""
    words = {"path": f"found: {found.path}", "download": "downloaded", "build": "built"}
    rows = moved(progress, found.name, Phase.READY, words[found.origin]).rows
    return replace(
        progress,
        rows=tuple(
            replace(row, version=found.version) if row.tool == found.name else row for row in rows
        ),
    )


def noted(progress: Progress, note: str) -> Progress:
    """Return the snapshot with one more note; the same note is not said twice."""
    return progress if note in progress.notes else replace(progress, notes=(*progress.notes, note))


def ticked(progress: Progress, seconds: float) -> Progress:
    """Return the snapshot some seconds later, with its estimates made anew."""
    sharing = max(1, sum(row.phase is Phase.BUILDING for row in progress.rows))
    rows = tuple(_worked(row, seconds, sharing) for row in progress.rows)
    pace = _pace(rows)
    left = sum(_left(row, pace) for row in rows if row.phase not in {Phase.READY, Phase.FAILED})
    # The others end too, so no single tool takes longer than all that is left.
    rows = tuple(
        replace(row, to_go=min(_left(row, pace) * sharing, left))
        if row.phase is Phase.BUILDING
        else replace(row, to_go=None)
        for row in rows
    )
    return replace(progress, rows=rows, elapsed=progress.elapsed + seconds, to_go=left)


def _worked(row: ToolRow, seconds: float, sharing: int) -> ToolRow:
    if not row.phase.is_running:
        return row
    work = row.work + (seconds / sharing if row.phase is Phase.BUILDING else 0.0)
    return replace(row, elapsed=row.elapsed + seconds, work=work)


def _pace(rows: tuple[ToolRow, ...]) -> float:
    """Return how this run compares to what is typical: 2.0 takes twice as long.

    Builds that ended tell, and those that took longer than expected already;
    a little typical work weighs in, so that one tiny tool does not decide.
    """
    told = [row for row in rows if row.work > (0.0 if row.phase is Phase.READY else row.expected)]
    worked = sum(row.work for row in told) + _TYPICAL_WEIGHT
    return worked / (sum(row.expected for row in told) + _TYPICAL_WEIGHT)


def _left(row: ToolRow, pace: float) -> float:
    # Beyond even that, a quarter of what it took so far is as good a guess as any.
    return max(row.expected * pace - row.work, row.work / 4)
