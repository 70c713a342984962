"""Medians with their range, ratios of pairs, and the table they are printed in."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

HEADS = ("", "A", "B", "A/B")


@dataclass(frozen=True)
class Pairs:
    """What was measured of A and of B, alternately.

    Attributes:
        what: What was measured.
        unit: `s` or `MiB`.
        a: The values of philotes-tui, in the order they were taken.
        b: The values of what it is held to; `a[i]` and `b[i]` were taken one after the other.
    """

    what: str
    unit: str
    a: Sequence[float]
    b: Sequence[float]

    def row(self) -> tuple[str, str, str, str]:
        """Return the row of the table."""
        ratios = [a / b for a, b in zip(self.a, self.b, strict=True)]
        return (
            self.what,
            f"{spread(self.a)} {self.unit}",
            f"{spread(self.b)} {self.unit}",
            f"x {spread(ratios)}",
        )


def spread(values: Sequence[float]) -> str:
    """Return `median (min–max)` with about three digits."""
    digits = 0 if median(values) >= 100 else 2  # noqa: PLR2004 - three digits are enough
    middle, low, high = (f"{v:.{digits}f}" for v in (median(values), min(values), max(values)))
    return f"{middle} ({low}–{high})"


def print_rows(a: str, b: str, pairs: Sequence[Pairs]) -> None:
    """Print measurements as a table; `a` and `b` head the columns of values."""
    print_table([(HEADS[0], f"A {a}", f"B {b}", HEADS[3]), *(each.row() for each in pairs)])


def print_table(rows: Sequence[Sequence[str]]) -> None:
    """Print rows of cells, each column as wide as its widest cell."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        print(f"  {'  '.join(cells)}".rstrip())


def note(text: str) -> None:
    """Print a sentence below a table."""
    print(f"  {text}", flush=True)
