"""Reading the end of a build's log."""

from pathlib import Path

from philotes_tui.foreign import clean_line

_TAIL_BYTES = 64 * 1024


def last_lines(log: Path, count: int = 15) -> str:
    """Return the last lines of a log that say something, cleaned, one per line."""
    try:
        with log.open("rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - _TAIL_BYTES))
            text = file.read().decode(errors="replace")
    except OSError as error:
        return f"its log cannot be read: {error}"
    lines = [clean_line(line, 400) for line in text.splitlines()]
    return "\n".join([line for line in lines if line][-count:])
