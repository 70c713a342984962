"""What differs between two versions, as lines for people."""

import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import click

from philotes_tui.cli.output import printable
from philotes_tui.foreign import clean_line
from philotes_tui.releases.difference import (
    LONGEST,
    Change,
    Difference,
    FileDifference,
    KeyDifference,
    ValueDifference,
    unified,
)
from philotes_tui.releases.values_difference import compact, kind_of

SECTIONS = ("dependencies", "images", "values", "templates", "files")
"""In the order they are printed; `files` only where nothing was chosen."""
_SYMBOLS = {Change.ADDED: "+", Change.REMOVED: "-", Change.CHANGED: "~"}
_COLOURS = {"+": "green", "-": "red", "@": "cyan", "~": "yellow"}
_WIDEST = 1_000
_ONE_LINE = 100
_INDENT = "    "
_SCALARS = frozenset({"text", "boolean", "integer", "number"})
# What YAML 1.1, which Helm reads, takes for text without quotation marks, and people too.
_BARE = re.compile(
    r"(?!(?:true|false|yes|no|on|off|null|y|n)$)[A-Za-z/][\w./:@+-]*(?<!:)", re.IGNORECASE
)


@dataclass(frozen=True)
class Line:
    """A line, and by what it is coloured: `+`, `-`, `~`, `@` or nothing."""

    text: str
    sign: str = ""

    def print(self) -> None:
        """Print it, in colour on a terminal that wants it (no-color.org)."""
        plain = not sys.stdout.isatty() or bool(os.environ.get("NO_COLOR"))
        colour = None if plain else _COLOURS.get(self.sign)
        click.echo(click.style(self.text, fg=colour) if colour else self.text)


def lines(
    names: tuple[str, str], found: Difference, sections: Sequence[str], *, text: bool
) -> Iterator[Line]:
    """Yield what differs.

    Args:
        names: What the two versions are called.
        found: What differs.
        sections: Those of `SECTIONS` that are told.
        text: Whether values are told as text, with their comments.
    """
    between = ""
    for section in sections:
        told = tuple(_section(names, found, section, text=text))
        if told:
            yield Line(f"{between}{section}:")
            between = "\n"
        yield from told


def _section(
    names: tuple[str, str], found: Difference, section: str, *, text: bool
) -> Iterator[Line]:
    if section == "values" and not text and found.keys is not None:
        yield from _by_key(found)
        return
    if section == "values" and not text and found.values:
        yield Line("~ compared as text: some values are no YAML, or too many", "~")
    for entry in getattr(found, section):
        if isinstance(entry, ValueDifference):
            yield _value_line(entry)
        elif section == "files":
            symbol = _SYMBOLS[entry.change]
            yield Line(f"{symbol} {clean_line(entry.path, _WIDEST)}", symbol)
        else:
            yield from _file_lines(entry, names)


def _value_line(entry: ValueDifference) -> Line:
    symbol = _SYMBOLS[entry.change]
    sides = [clean_line(side, _WIDEST) for side in (entry.before, entry.after) if side is not None]
    return Line(f"{symbol} {clean_line(entry.name, _WIDEST)}  {' → '.join(sides)}", symbol)


def _file_lines(entry: FileDifference, names: tuple[str, str]) -> Iterator[Line]:
    path = clean_line(entry.path, _WIDEST)
    yield Line(f"--- {'/dev/null' if entry.change is Change.ADDED else f'{names[0]}/{path}'}", "-")
    yield Line(
        f"+++ {'/dev/null' if entry.change is Change.REMOVED else f'{names[1]}/{path}'}", "+"
    )
    if not entry.lines:
        yield Line(f"~ differs in its line ends alone, or has more than {LONGEST} lines", "~")
    for line in entry.lines:
        yield Line(printable(line), line[:1])


def _by_key(found: Difference) -> Iterator[Line]:
    for entry in found.keys or ():
        yield from _key_lines(entry)
    for path, why in found.silent:
        yield Line(f"~ {clean_line(path, _WIDEST)}  {why}; --text shows it", "~")


def _key_lines(entry: KeyDifference) -> Iterator[Line]:
    symbol = _SYMBOLS[entry.change]
    head = f"{symbol} {clean_line(entry.key, _WIDEST)}:"
    if diff := text_lines(entry):
        yield Line(head, symbol)
        for line in diff:
            yield Line(f"{_INDENT}{printable(line)}", line[:1])
        return
    sides = [_shown(value) for value in _sides(entry)]
    whole = f"{head} {' → '.join(sides)}{_kinds(entry)}"
    if len(sides) == 1 or len(whole) <= _ONE_LINE:
        yield Line(whole, symbol)
        return
    yield Line(f"{head}{_kinds(entry)}", symbol)
    for sign, side in zip("-+", sides, strict=True):
        yield Line(f"{_INDENT}{sign} {side}", sign)


def text_lines(entry: KeyDifference) -> tuple[str, ...]:
    """Return the unified diff of a text of several lines; nothing for any other value."""
    sides = _sides(entry)
    if not all(isinstance(side, str) for side in sides):
        return ()
    if not any("\n" in side for side in sides):
        return ()
    return unified(entry.before or "", entry.after or "")


def _sides(entry: KeyDifference) -> list[Any]:
    both = ((Change.ADDED, entry.before), (Change.REMOVED, entry.after))
    return [value for missing, value in both if entry.change is not missing]


def _shown(value: Any) -> str:
    """Return a value as YAML has it on one line."""
    if isinstance(value, str) and _BARE.fullmatch(value):
        return clean_line(value, _WIDEST)
    return clean_line(compact(value), _WIDEST)


def _kinds(entry: KeyDifference) -> str:
    """Return what became of the kind of a value that looks alike before and after."""
    kinds = [kind_of(side) for side in _sides(entry)]
    changed = len(set(kinds)) > 1 and _SCALARS.issuperset(kinds)
    return f"  ({' → '.join(kinds)})" if changed else ""


def key_document(entry: KeyDifference) -> Mapping[str, object]:
    """Return the documented JSON shape of a value that differs."""
    return {
        "key": clean_line(entry.key, _WIDEST),
        "change": entry.change,
        "before": _cleaned(entry.before),
        "after": _cleaned(entry.after),
        "diff": "\n".join(map(printable, text_lines(entry))) or None,
    }


def _cleaned(value: Any) -> Any:
    match value:
        case str():
            return printable(value)
        case list():
            return [_cleaned(each) for each in value]
        case dict():
            return {clean_line(key, _WIDEST): _cleaned(below) for key, below in value.items()}
        case _:
            return value
