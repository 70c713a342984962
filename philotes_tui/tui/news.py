"""What is said above the list of versions: that it is not current, and what changed. Pure."""

from collections.abc import Sequence

from rich.text import Text

from philotes_tui.errors import PhilotesError, RegistryUnreachable
from philotes_tui.foreign import clean_line
from philotes_tui.releases import Gone, New
from philotes_tui.tui import wording
from philotes_tui.tui.published import Published

MOST = 3
"""How many moved tags, and how many notices, are told; the others are marked or counted."""
LONGEST_NOTICE = 300
_SHORT = 12


def news_text(published: Published, now: float) -> Text:
    """Return what is to be said, a line for each; empty while there is nothing.

    Args:
        published: What is known.
        now: The present time, seconds since 1970.
    """
    lines: list[tuple[str, str]] = []
    if published.fault is not None and published.catalog is not None:
        lines += _not_current(published.fault, wording.age(now - published.seen_at))
    lines += _moved(published)
    changed = _changed(published)
    if changed:
        lines.append((changed, ""))
    told = [f"! {clean_line(notice, LONGEST_NOTICE)}" for notice in published.notices]
    lines += [(line, "") for line in told[-MOST:]]
    return Text("\n").join(Text(line, style) for line, style in lines)


def _not_current(fault: PhilotesError, ago: str) -> list[tuple[str, str]]:
    unreachable = isinstance(fault, RegistryUnreachable)
    what = "Registry not reached" if unreachable else "The registry did not list its versions"
    lines = [(f"✗ {what}: list as seen {ago} ago, not current", "bold")]
    todo = clean_line(fault.todo, LONGEST_NOTICE)
    return [*lines, (f"→ {todo}", "")] if todo else lines


def _moved(published: Published) -> list[tuple[str, str]]:
    moved = list(published.moved.values())
    lines = [
        f"! {clean_line(m.tag)} was moved to other content: {_short(m.was)} → {_short(m.now)}"
        for m in moved[:MOST]
    ]
    if len(moved) > MOST:
        lines.append(f"! and {len(moved) - MOST} more, marked in the list")
    return [(line, "bold") for line in lines]


def _changed(published: Published) -> str:
    new = [change.tag for change in published.changes if isinstance(change, New)]
    gone = [change.tag for change in published.changes if isinstance(change, Gone)]
    parts = [f"{word} {_named(tags)}" for word, tags in (("new", new), ("gone", gone)) if tags]
    if not parts:
        return ""
    ago = wording.age(published.seen_at - published.changed_since)
    return f"Since the list seen {ago} before: {'; '.join(parts)}"


def _named(versions: Sequence[str]) -> str:
    return wording.listed([clean_line(version) for version in versions], limit=MOST)


def _short(digest: str) -> str:
    return clean_line(digest.partition(":")[2])[:_SHORT]
