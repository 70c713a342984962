"""What every command prints with: JSON, tables, ages, sizes, text that others wrote."""

import json
import math
import re
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial

import click

from philotes_tui.foreign import clean_text

SHORT = 12
"""Hexadecimal digits of a digest in a table, as many as other tools of registries show."""
LONG_LIST = 100
"""Entries of a list beyond which each is printed on one line."""
LARGEST_TEXT = 4 * 1024 * 1024
"""Characters of one file of a chart that are printed."""
# YAML allows none of these in a document (yaml.org/spec/1.2.2, «Character Set»), so that
# taking them out of values leaves what Helm reads as it is.
_OBEYED = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")
# JSON allows them in text as they are.
_OBEYED_IN_JSON = re.compile(r"[\x7f-\x9f]")
_UNITS = ((365 * 86_400, "y"), (86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


def print_json(document: Mapping[str, object]) -> None:
    """Print a document as JSON on stdout."""
    print_bytes(encoded(as_json(document)))


def print_bytes(content: bytes) -> None:
    """Print on stdout what was put in an encoding before."""
    click.echo(content, nl=False)


def encoded(document: str) -> bytes:
    """Return JSON as it is printed, whatever the terminal's encoding is.

    What a terminal obeys is escaped, which every reader of JSON takes for the same text.
    """
    whole = document.encode("utf-8", "replace") + b"\n"
    if b"\x7f" in whole or b"\xc2" in whole:  # which C1 controls begin with in UTF-8
        shown = _OBEYED_IN_JSON.sub(lambda found: f"\\u{ord(found[0]):04x}", document)
        return shown.encode("utf-8", "replace") + b"\n"
    return whole


def as_json(document: Mapping[str, object]) -> str:
    """Return a document as JSON, indented, but each entry of a long list on one line."""
    return joined(json_rows(document))


def json_rows(document: Mapping[str, object]) -> dict[str, str]:
    """Return the JSON of each value of a document, by its key.

    Indenting is done without the interpreter's fast encoder; for ten thousand versions that
    would take longer than to ask for them.
    """
    return {key: _body(value) for key, value in document.items()}


def joined(rows: Mapping[str, str]) -> str:
    """Return the document whose values were made JSON by `json_rows`."""
    lines = [f"  {json.dumps(key)}: {body}" for key, body in rows.items()]
    return "\n".join(("{", ",\n".join(lines), "}"))


def _body(value: object) -> str:
    if isinstance(value, list) and len(value) > LONG_LIST:
        return "[\n    " + ",\n    ".join(_entries(value)) + "\n  ]"
    text = _dumped(value, indent=2)
    return text.replace("\n", "\n  ")


def _entries(value: Sequence[object]) -> Sequence[str]:
    """Return each entry of a list as JSON."""
    whole = _dumped(value)
    # All at once is three times as fast; where the text between two objects stands inside
    # of one as well, there are more pieces than entries.
    pieces = whole[2:-2].split("}, {")
    if len(pieces) == len(value) and all(isinstance(each, dict) for each in value):
        return [f"{{{piece}}}" for piece in pieces]
    return [_dumped(each) for each in value]


def _dumped(value: object, indent: int | None = None) -> str:
    """Return a value as JSON; numbers that JSON has not are text, as YAML writes them."""
    dumps = partial(json.dumps, ensure_ascii=False, allow_nan=False, indent=indent, default=str)
    try:
        return dumps(value)
    except ValueError:  # none of almost all documents, so that nobody walks through those
        return dumps(_finite(value))


def _finite(value: object) -> object:
    match value:
        case Mapping():
            return {key: _finite(below) for key, below in value.items()}
        case list() | tuple():
            return [_finite(each) for each in value]
        case float() if not math.isfinite(value):
            return ".nan" if math.isnan(value) else f"{'-' if value < 0 else ''}.inf"
        case _:
            return value


class Columns:
    """Left-aligned columns whose rows can be printed one by one.

    Args:
        heads: The first row.
        widths: The least width of each column; a longer cell pushes those after it.
    """

    def __init__(self, heads: Sequence[str], widths: Sequence[int] = ()) -> None:
        padded = [*widths, *[0] * (len(heads) - len(widths))]
        self._heads = heads
        self._widths = [max(len(h), w) for h, w in zip(heads, padded, strict=True)]

    @classmethod
    def for_rows(
        cls, heads: Sequence[str], rows: Sequence[Sequence[str]], widest: int | None = None
    ) -> "Columns":
        """Return columns as wide as rows need them, and no wider than `widest` if given."""
        needed = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
        return cls(heads, [min(width, widest or width) for width in needed])

    def print_head(self) -> None:
        """Print the first row."""
        self.print_row(self._heads)

    def print_row(self, cells: Sequence[str]) -> None:
        """Print a row."""
        click.echo(self.line(cells))

    def line(self, cells: Sequence[str]) -> str:
        """Return a row."""
        pairs = zip(cells, self._widths, strict=True)
        return "  ".join([cell.ljust(width) for cell, width in pairs]).rstrip()


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], *, widest: int | None = None) -> str:
    """Return left-aligned columns, or nothing without rows.

    Args:
        heads: The first row.
        rows: The others.
        widest: Characters that a column has at most; a longer cell pushes those after it.
            None makes each as wide as it needs to be.
    """
    if not rows:
        return ""
    columns = Columns.for_rows(heads, rows, widest)
    return "".join(f"{columns.line(row)}\n" for row in (heads, *rows))


def print_table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print left-aligned columns, as wide as they need to be."""
    click.echo(table(heads, rows), nl=False)


def printable(text: str) -> str:
    """Return text of a chart as it stands in the archive, without what a terminal obeys.

    Where standard output is a terminal, what cannot be seen goes as well, for it can make
    text look like another.
    """
    return clean_text(text, LARGEST_TEXT) if sys.stdout.isatty() else _OBEYED.sub("", text)


def print_file(text: str) -> None:
    """Print a file of a chart; see `printable`."""
    shown = printable(text)
    click.echo(shown.encode("utf-8", "replace"), nl=not shown.endswith("\n"))


def note(sentence: str) -> None:
    """Print a sentence for people on stderr, beside what a command answers."""
    click.echo(sentence, err=True)


def age(seconds: float) -> str:
    """Return an age in its largest unit, such as `3 h`.

    Args:
        seconds: The age; less than 0 counts as 0.
    """
    whole = max(0, int(seconds))
    for size, unit in _UNITS:
        if whole >= size:
            return f"{whole // size} {unit}"
    return "0 s"


def size(count: int) -> str:
    """Return a number of bytes as people read it, such as `12.3 KiB`."""
    if count < 1024:  # noqa: PLR2004 - the unit itself
        return f"{count} B"
    value = count / 1024
    return f"{value:.1f} KiB" if value < 1024 else f"{value / 1024:.1f} MiB"  # noqa: PLR2004


def short_digest(digest: str) -> str:
    """Return the start of a digest, without its algorithm."""
    return digest.partition(":")[2][:SHORT]


def iso(moment: datetime | float | None) -> str | None:
    """Return a moment as ISO 8601 in UTC; a number is in seconds since 1970."""
    if isinstance(moment, int | float):
        moment = datetime.fromtimestamp(moment, UTC)
    return moment.astimezone(UTC).isoformat(timespec="seconds") if moment else None
