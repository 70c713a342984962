"""Which columns the list of versions has, and what stands in them. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from rich.text import Text

from philotes_tui.foreign import clean_line
from philotes_tui.releases import ChartDetails
from philotes_tui.releases.naming import called_otherwise
from philotes_tui.settings import CHART
from philotes_tui.tui import wording
from philotes_tui.tui.detailed import Known
from philotes_tui.tui.fitting import cut, shorten
from philotes_tui.tui.listing import ReleaseRow

GAP = 2
"""Cells between two columns."""
PENDING = "…"
"""Stands where an answer is awaited."""
UNKNOWN = "?"
"""Stands where there was no answer."""
_NONE = "—"
_KIND = 16
_DEPLOYED = 16
_LEAST_DEPLOYED = 11
_SHORTEST_VERSION = 8
_SHORTENED_VERSION = 24
"""Cells of a version that make no other column go."""


class Column(StrEnum):
    """A column, by its heading."""

    VERSION = "version"
    KIND = "kind"
    APP_VERSION = "app version"
    AGE = "age"
    SIZE = "size"
    SIGNED = "signed"
    DEPRECATED = "deprecated"
    DEPLOYED = "deployed on"


_WIDTH = {
    Column.AGE: 6,
    Column.SIGNED: 6,
    Column.APP_VERSION: 12,
    Column.SIZE: 9,
    Column.DEPRECATED: 10,
}
"""Cells of the columns that come and go with the width, the most useful first."""
_IN_FULL = {Column.SIGNED: 11, Column.APP_VERSION: 20}
"""Cells of those that say more where there is room."""


@dataclass(frozen=True)
class Placed:
    """A column and its cells."""

    column: Column
    width: int


@dataclass(frozen=True)
class Seen:
    """What the cells of all versions are seen with.

    Attributes:
        stack: The stack selected.
        now: The present time, seconds since 1970.
        pending: What stands in the place of what is not known: `PENDING` or `UNKNOWN`.
    """

    stack: str = ""
    now: float = 0.0
    pending: str = PENDING


def lay_out(width: int, longest: int) -> tuple[Placed, ...]:
    """Return the columns that fit, left to right.

    It depends on nothing that arrives later, so that no column moves meanwhile. Long versions
    are shortened before any column is left out, and get what the others leave.

    Args:
        width: Cells of a row.
        longest: Cells of the longest version.
    """
    room = width - 1 - _KIND - 2 * GAP
    least = max(_SHORTEST_VERSION, len(Column.VERSION))
    version = max(least, min(longest, _SHORTENED_VERSION, room - _LEAST_DEPLOYED))
    left = room - version - _DEPLOYED
    chosen: dict[Column, int] = {}
    for column, wanted in _WIDTH.items():
        if wanted + GAP <= left:
            chosen[column] = wanted
            left -= wanted + GAP
    more = max(0, min(longest - version, left + _DEPLOYED - _LEAST_DEPLOYED))
    version, left = version + more, left - more
    for column, full in _IN_FULL.items():
        if column in chosen and full - chosen[column] <= left:
            left -= full - chosen[column]
            chosen[column] = full
    chosen |= {
        Column.VERSION: version,
        Column.KIND: _KIND,
        Column.DEPLOYED: max(_LEAST_DEPLOYED, _DEPLOYED + left),
    }
    return tuple(Placed(column, chosen[column]) for column in Column if column in chosen)


def heading(placed: Sequence[Placed]) -> str:
    """Return the headings in their places."""
    return " " + (" " * GAP).join(cut(p.column.value, p.width).ljust(p.width) for p in placed)


def row_text(row: ReleaseRow, known: Known | None, placed: Sequence[Placed], seen: Seen) -> Text:
    """Return one version's cells in their places; nothing in it is markup."""
    text = Text(" ", no_wrap=True)
    marked = all(p.column is not Column.DEPRECATED for p in placed)
    for number, each in enumerate(placed):
        cell = _cell(each, row, known, seen, marked=marked)
        cell.truncate(each.width, overflow="ellipsis", pad=True)
        text.append(" " * GAP if number else "")
        text.append_text(cell)
    return text


def _cell(
    placed: Placed, row: ReleaseRow, known: Known | None, seen: Seen, *, marked: bool
) -> Text:
    match placed.column:
        case Column.VERSION:
            version = shorten(clean_line(row.version.text), placed.width)
            return Text(version, "bold" if row.stacks else "")
        case Column.KIND:
            return _kind(row, deprecated=marked and _deprecated(known), other=_other(known))
        case Column.DEPLOYED:
            return _deployed(row, seen.stack)
    if known is not None and known.error is not None:
        return Text(UNKNOWN)
    if known is None or known.details is None:
        return Text(seen.pending)
    return Text(_told(placed, known.details, known, seen))


def _told(placed: Placed, details: ChartDetails, known: Known, seen: Seen) -> str:
    match placed.column:
        case Column.AGE:
            created = details.created
            text = wording.age(seen.now - created.timestamp()) if created else _NONE
        case Column.SIZE:
            text = wording.size(details.size)
        case Column.APP_VERSION:
            text = clean_line(details.app_version, 40) or _NONE
        case Column.DEPRECATED:
            text = "deprecated" if details.deprecated else "no"
        case _:
            text = _signed(details, "no" if known.signatures_known else seen.pending, placed.width)
    return text


def _signed(details: ChartDetails, none: str, width: int) -> str:
    kinds = list(dict.fromkeys(signature.kind for signature in details.signatures))
    if not kinds:
        return none
    if width < _IN_FULL[Column.SIGNED]:
        return "yes"
    return kinds[0] if len(kinds) == 1 else f"{cut(kinds[0], 8)} +{len(kinds) - 1}"


def _deprecated(known: Known | None) -> bool:
    return known is not None and known.details is not None and known.details.deprecated


def _other(known: Known | None) -> bool:
    """Whether the tag names another chart or another version than it says."""
    details = known.details if known else None
    return details is not None and bool(called_otherwise(details, CHART))


def _kind(row: ReleaseRow, *, deprecated: bool, other: bool) -> Text:
    text = Text(row.kind, "" if row.kind == "stable" else "italic")
    marks = [
        mark
        for mark, wanted in (
            ("! moved", row.moved),
            ("! other", other),
            ("! deprecated", deprecated),
            ("★ latest", row.latest),
        )
        if wanted
    ]
    if row.apart:  # whose kind is long, and is told of the row under the cursor as well
        text = Text("  ").join([*(Text(mark, "bold") for mark in marks), text])
    else:
        for mark in marks:
            text.append(f"  {mark}", "bold not italic")
    return text


def _deployed(row: ReleaseRow, stack: str) -> Text:
    text = Text()
    for name in row.stacks:
        text.append("● " if name == stack else "○ ")
        text.append(clean_line(name, 24) + "  ", "bold" if name == stack else "")
    return text
