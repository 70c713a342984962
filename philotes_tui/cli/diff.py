"""`philotes-tui diff`."""

import asyncio
import os
import sys
from collections.abc import Iterator

import click

from philotes_tui.cli.completing import stack_option, version_argument
from philotes_tui.cli.looking import Looked, look, tell_notices
from philotes_tui.cli.main import pass_settings
from philotes_tui.cli.output import note, print_json, printable
from philotes_tui.cli.patience import patience
from philotes_tui.cli.published import Published
from philotes_tui.cli.wiring import Wiring
from philotes_tui.foreign import clean_line
from philotes_tui.releases.difference import (
    LONGEST,
    Change,
    Difference,
    FileDifference,
    ValueDifference,
    difference,
)
from philotes_tui.settings import Settings

SECTIONS = ("dependencies", "images", "values", "templates", "files")
"""In the order they are printed; `files` only where nothing was chosen."""
MOST_LINES = 20_000
"""Lines that are printed at most."""
_SYMBOLS = {Change.ADDED: "+", Change.REMOVED: "-", Change.CHANGED: "~"}
_COLOURS = {"+": "green", "-": "red", "@": "cyan", "~": "yellow"}
_WIDEST = 1_000

Entry = FileDifference | ValueDifference


@click.command("diff")
@version_argument("before")
@version_argument("after")
@click.option("--values", is_flag=True, help="Compare the values.")
@click.option("--templates", is_flag=True, help="Compare the templates.")
@click.option("--dependencies", is_flag=True, help="Compare the versions of the subcharts.")
@click.option("--images", is_flag=True, help="Compare the images that the default values name.")
@click.option("--exit-code", is_flag=True, help="Exit with 1 if there are differences.")
@stack_option("Use the registry of this stack.")
@click.option("--offline", is_flag=True, help="Compare what was seen before; ask nobody.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON (docs/json.md).")
@pass_settings
def command(
    settings: Settings,
    before: str,
    after: str,
    stack: str | None,
    *,
    exit_code: bool,
    values: bool,
    templates: bool,
    dependencies: bool,
    images: bool,
    offline: bool,
    as_json: bool,
) -> None:
    """Compare BEFORE with AFTER; each is a version, tag, digest, constraint or `latest`.

    Without --values, --templates, --dependencies or --images all of it is compared.
    """
    published = Wiring(settings).published(stack, offline=offline)
    with patience(f"{published.charts.url} for {before} and {after}"):
        old, new = asyncio.run(_read(published, before, after))
    tell_notices(published, old.picked, new.picked)
    chosen = (dependencies, images, values, templates, False)
    sections = [name for name, wanted in zip(SECTIONS, chosen, strict=True) if wanted]
    found = difference(old.content, new.content)
    entries = {name: _entries(found, name) for name in sections or SECTIONS}
    differs = any(entries.values())
    if as_json:
        print_json(_document(published, old, new, entries, offline=offline))
    else:
        _print(old, new, entries)
    if differs and exit_code:
        click.get_current_context().exit(1)


async def _read(published: Published, before: str, after: str) -> tuple[Looked, Looked]:
    old = await look(published, before, signatures=False)
    return old, await look(published, after, signatures=False)


def _entries(found: Difference, section: str) -> tuple[Entry, ...]:
    entries: tuple[Entry, ...] = getattr(found, section)
    return entries


def _print(old: Looked, new: Looked, entries: dict[str, tuple[Entry, ...]]) -> None:
    names = old.picked.name, new.picked.name
    if old.details.digest == new.details.digest:
        click.echo(f"{names[0]} and {names[1]} are the same: {old.details.digest}.")
        return
    left = MOST_LINES
    for line in _lines(names, entries):
        if not left:
            note(
                f"Only the first {MOST_LINES} lines are shown; name what to compare, or use --json."
            )
            break
        left -= 1
        click.echo(_coloured(line))
    if not any(entries.values()):
        what = "" if len(entries) == len(SECTIONS) else f" in their {_listed(list(entries))}"
        click.echo(f"{names[0]} and {names[1]} do not differ{what}.")


def _lines(names: tuple[str, str], entries: dict[str, tuple[Entry, ...]]) -> Iterator[str]:
    between = ""
    for section, found in entries.items():
        if not found:
            continue
        yield f"{between}{section}:"
        between = "\n"
        for entry in found:
            if isinstance(entry, ValueDifference):
                yield _value_line(entry)
            elif section == "files":
                yield f"{_SYMBOLS[entry.change]} {clean_line(entry.path, _WIDEST)}"
            else:
                yield from _file_lines(entry, names)


def _value_line(entry: ValueDifference) -> str:
    name = clean_line(entry.name, _WIDEST)
    sides = [clean_line(side, _WIDEST) for side in (entry.before, entry.after) if side is not None]
    return f"{_SYMBOLS[entry.change]} {name}  {' → '.join(sides)}"


def _file_lines(entry: FileDifference, names: tuple[str, str]) -> Iterator[str]:
    path = clean_line(entry.path, _WIDEST)
    yield f"--- {'/dev/null' if entry.change is Change.ADDED else f'{names[0]}/{path}'}"
    yield f"+++ {'/dev/null' if entry.change is Change.REMOVED else f'{names[1]}/{path}'}"
    if not entry.lines:
        yield f"~ differs in its line ends alone, or has more than {LONGEST} lines"
    yield from map(printable, entry.lines)


def _coloured(line: str) -> str:
    """Return a line in colour on a terminal that wants it (no-color.org)."""
    if not sys.stdout.isatty() or os.environ.get("NO_COLOR"):
        return line
    colour = _COLOURS.get(line[:1])
    return click.style(line, fg=colour) if colour else line


def _listed(names: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _document(
    published: Published,
    old: Looked,
    new: Looked,
    entries: dict[str, tuple[Entry, ...]],
    *,
    offline: bool,
) -> dict[str, object]:
    return {
        "registry": published.charts.url,
        "cached": offline,
        "before": _side(old),
        "after": _side(new),
        "differs": any(entries.values()),
        **{section: [_entry(entry) for entry in found] for section, found in entries.items()},
    }


def _side(looked: Looked) -> dict[str, object]:
    return {
        "wanted": looked.picked.wanted,
        "version": looked.details.version.text,
        "tag": looked.details.tag or None,
        "digest": looked.details.digest,
    }


def _entry(entry: Entry) -> dict[str, object]:
    if isinstance(entry, ValueDifference):
        sides = {"before": entry.before, "after": entry.after}
        return {"name": entry.name, "change": entry.change, **sides}
    return {"path": entry.path, "change": entry.change, "diff": "\n".join(entry.lines) or None}
