"""Snapshots as lines of text. Pure; `display` puts them on a terminal."""

from collections.abc import Callable

from philotes_tui.foreign import clean_line
from philotes_tui.toolchain.progress import Phase, Progress, ToolRow

_SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_SGR = {"dim": "2", "good": "32", "bad": "31", "busy": "36"}
_NARROW = 60
"""Below this many columns the estimate of a single tool is left out."""

Paint = Callable[[str, str], str]


def plain(text: str, _style: str) -> str:
    """Return the text as it is."""
    return text


def painted(text: str, style: str) -> str:
    """Return the text in one of the styles `dim`, `good`, `bad` and `busy`."""
    return f"\x1b[{_SGR[style]}m{text}\x1b[0m"


def duration(seconds: float) -> str:
    """Return seconds for people: `8 s`, `2 min 05 s`, `1 h 04 min`."""
    whole = int(seconds)
    if whole < 60:  # noqa: PLR2004 - seconds in a minute
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:  # noqa: PLR2004 - minutes in an hour
        return f"{minutes} min {rest:02d} s"
    return f"{minutes // 60} h {minutes % 60:02d} min"


def roughly(seconds: float | None) -> str:
    """Return an estimate for people, as coarse as it deserves."""
    if seconds is None:
        return ""
    if seconds < 10:  # noqa: PLR2004 - nobody needs it finer
        return "a few seconds to go"
    if seconds < 55:  # noqa: PLR2004 - below a minute, in steps of ten
        return f"about {round(seconds / 10) * 10} s to go"
    return f"about {max(1, round(seconds / 60))} min to go"


def announcements(before: Progress | None, now: Progress, *, starts: bool) -> list[str]:
    """Return what happened between two snapshots, one line each, in full words.

    Args:
        before: The snapshot shown last; None for the first.
        now: The newest snapshot.
        starts: Whether the start of a tool gets a line too (where nothing is redrawn).
    """
    known = before.notes if before else ()
    lines = [clean_line(note, 600) for note in now.notes if note not in known]
    old_phases = {row.tool: row.phase for row in before.rows} if before else {}
    for row in now.rows:
        if row.phase is old_phases.get(row.tool, Phase.QUEUED):
            continue
        place = f"[{row.index}/{row.count}] {row.tool} {row.version}"
        if row.phase is Phase.READY and before:
            took = f" in {duration(row.elapsed)}" if row.elapsed else ""
            lines.append(f"{place}: {clean_line(row.detail)}{took}, {_so_far(now)}")
        elif row.phase is Phase.FAILED:
            lines.append(f"{place}: FAILED after {duration(row.elapsed)}")
        elif starts and row.phase.is_running:
            lines.append(f"{place}: {row.phase}, typically {duration(row.expected)} of work")
    return lines


def heartbeat(now: Progress) -> str:
    """Return one line that says what is going on, for where nothing is redrawn."""
    running = ", ".join(
        f"{row.tool} ({row.phase} for {duration(row.elapsed)})" for row in now.running
    )
    parts = [_so_far(now), duration(now.elapsed), running or "starting", roughly(now.to_go)]
    return "... " + "; ".join(part for part in parts if part)


def live_lines(
    now: Progress, width: int, paint: Paint = plain, *, ascii_only: bool = False
) -> list[str]:
    """Return the block that is redrawn in place: running tools, then the whole.

    Args:
        now: The newest snapshot.
        width: Columns of the terminal; no line is longer.
        paint: Adds colour, or does not.
        ascii_only: Draw without characters beyond ASCII.
    """
    frames = "|/-\\" if ascii_only else _SPINNER
    frame = frames[int(now.elapsed * 2) % len(frames)]
    lines = [_live_row(row, width, frame, paint) for row in now.running]
    parts = [_so_far(now), f"{duration(now.elapsed)} so far", roughly(now.to_go)]
    total = (" - " if ascii_only else " · ").join(part for part in parts if part)
    return [*lines, paint(_cut(f"  {total}", width), "dim")]


def summary(now: Progress) -> str:
    """Return the last line once everything is ready."""
    made = [row for row in now.rows if row.elapsed]
    if not made:
        return f"All {len(now.rows)} tools are ready."
    return f"All {len(now.rows)} tools are ready, {len(made)} new in {duration(now.elapsed)}."


def _live_row(row: ToolRow, width: int, frame: str, paint: Paint) -> str:
    head = f"{frame} {row.tool} {row.version}"
    tail = f"{row.detail or row.phase} {duration(row.elapsed)}"
    if width >= _NARROW and row.to_go is not None:
        tail += f", {roughly(row.to_go)}"
    column = min(36, max(0, width - 30))
    line = _cut(f"{head:<{column}} {clean_line(tail, 200)}", width)
    return paint(line[:1], "busy") + line[1:]


def _so_far(now: Progress) -> str:
    return f"{now.ready} of {len(now.rows)} tools ready"


def _cut(line: str, width: int) -> str:
    return line if len(line) < width else line[: max(1, width - 1)]
