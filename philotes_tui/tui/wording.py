"""The words and symbols the screens use, so that colour is never the only sign."""

from collections.abc import Mapping, Sequence

from philotes_tui.engine import UNTOUCHED, Op, Progress, Resource, State

SYMBOL: Mapping[Op, str] = {
    Op.SAME: "=",
    Op.CREATE: "+",
    Op.UPDATE: "~",
    Op.DELETE: "-",
    Op.REPLACE: "±",
    Op.READ: "<",
    Op.REFRESH: "↻",
    Op.IMPORT: "»",
    Op.DISCARD: "x",
    Op.OTHER: "?",
}

_DONE_WORD: Mapping[Op, str] = {
    Op.SAME: "same",
    Op.CREATE: "created",
    Op.UPDATE: "updated",
    Op.DELETE: "deleted",
    Op.REPLACE: "replaced",
    Op.READ: "read",
    Op.REFRESH: "refreshed",
    Op.IMPORT: "imported",
    Op.DISCARD: "discarded",
    Op.OTHER: "done",
}

_RUNNING_WORD: Mapping[Op, str] = {
    Op.SAME: "checking",
    Op.CREATE: "creating",
    Op.UPDATE: "updating",
    Op.DELETE: "deleting",
    Op.REPLACE: "replacing",
    Op.READ: "reading",
    Op.REFRESH: "refreshing",
    Op.IMPORT: "importing",
    Op.DISCARD: "discarding",
    Op.OTHER: "working",
}

ORDER = (Op.CREATE, Op.UPDATE, Op.REPLACE, Op.DELETE, Op.IMPORT, Op.DISCARD, Op.OTHER)
"""The order in which counts are named; what is left as it is comes last."""

SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"

_AGES = ((365 * 86_400, "y"), (86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


def spinner(now: float) -> str:
    """Return the spinner's picture at `now`, in seconds."""
    return SPINNER[int(now * 10) % len(SPINNER)]


def duration(seconds: float) -> str:
    """Return a span of time as a person writes it: `3.4s`, `1m 04s`, `2h 05m`."""
    if seconds < 60:  # noqa: PLR2004 - seconds in a minute
        return f"{max(0.0, seconds):.1f}s"
    minutes, rest = divmod(int(seconds), 60)
    if minutes < 60:  # noqa: PLR2004 - minutes in an hour
        return f"{minutes}m {rest:02d}s"
    return f"{minutes // 60}h {minutes % 60:02d}m"


def age(seconds: float) -> str:
    """Return an age in its largest unit, such as `3 h`; less than 0 counts as 0."""
    whole = max(0, int(seconds))
    for size, unit in _AGES:
        if whole >= size:
            return f"{whole // size} {unit}"
    return "0 s"


def size(count: int) -> str:
    """Return a number of bytes as people read it, such as `12.3 KiB`."""
    if count < 1024:  # noqa: PLR2004 - the unit itself
        return f"{count} B"
    value = count / 1024
    return f"{value:.1f} KiB" if value < 1024 else f"{value / 1024:.1f} MiB"  # noqa: PLR2004


def planned(op: Op) -> str:
    """Return what a preview says of one resource, such as `+ create`."""
    return f"{SYMBOL[op]} {op.value}"


def live(resource: Resource, *, over: bool = False) -> str:
    """Return what an operation says of one resource, such as `✓ created`.

    Args:
        resource: The resource as it stands.
        over: Whether the operation has ended, so that nothing is running any more.
    """
    op = resource.step.op
    if over and resource.state is State.RUNNING:
        return planned(op) if op in UNTOUCHED else "! halted"
    if resource.state is State.FAILED:
        return "✗ failed"
    if resource.state is State.RUNNING:
        return f"▸ {_RUNNING_WORD[op]}"
    return f"✓ {_DONE_WORD[op]}"


def counts(numbers: Mapping[Op, int]) -> str:
    """Return how many resources there are of each operation, changes first."""
    parts = [f"{planned(op)} {numbers[op]}" for op in ORDER if numbers.get(op)]
    same = sum(numbers.get(op, 0) for op in (Op.SAME, Op.READ, Op.REFRESH))
    if same:
        parts.append(f"= unchanged {same}")
    return "  ".join(parts) or "nothing"


def touched(progress: Progress) -> str:
    """Return the counts of what is, or would be, touched; empty where nothing is known to be."""
    numbers = {op: n for op, n in progress.counts.items() if op in ORDER}
    return counts(numbers) if numbers else ""


def changes(progress: Progress) -> str:
    """Return the counts of what is, or would be, touched, or at the end `no changes`."""
    return touched(progress) or ("no changes" if progress.result else "")


def listed(names: Sequence[str], limit: int = 3) -> str:
    """Return names joined for a sentence, the rest as a number."""
    shown = ", ".join(names[:limit])
    return shown if len(names) <= limit else f"{shown} and {len(names) - limit} more"


def plural(number: int, noun: str) -> str:
    """Return `1 resource`, `2 resources`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
