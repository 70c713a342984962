"""A text to read: scrolled, renewed in place, searched."""

import re
from collections.abc import Iterable
from typing import ClassVar

from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.strip import Strip

from philotes_tui.tui.diffing import Line
from philotes_tui.tui.widgets.lines_view import LinesView


class TextView(LinesView):
    """Marks what is searched for; `n` and `N` go to the next and the previous place."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"text-view--found"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "found(1)", "Next", show=False, tooltip="Next place that was searched for"),
        Binding("N", "found(-1)", "Previous", show=False, tooltip="Previous place"),
    ]

    def __init__(self, *, id: str | None = None, empty: str = "") -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id, empty=empty)
        self._wanted: re.Pattern[str] | None = None
        self._place = 0

    def read(self, lines: Iterable[Line], *, empty: str = "", stay: bool = False) -> None:
        """Show a text.

        Args:
            lines: The text.
            empty: What to show in its place where it has no lines.
            stay: Whether it is the same text, only newer: the position stays.
        """
        top = self.scroll_offset.y
        self._empty = empty
        self.show(lines)
        if stay:
            self.scroll_to(y=top, animate=False, immediate=True, force=True)
        self._say_where()
        self.refresh()

    def search(self, wanted: str) -> None:
        """Mark what is searched for and go to the first place from here on."""
        self._wanted = re.compile(re.escape(wanted), re.IGNORECASE) if wanted else None
        rows, top = self._places(), self.scroll_offset.y
        self._place = next((n for n, row in enumerate(rows) if row >= top), 0)
        self._go_to_place(rows)
        self.refresh()

    def action_found(self, step: int) -> None:
        """Go to the next place, after the last one to the first."""
        rows = self._places()
        if rows:
            self._place = (self._place + step) % len(rows)
            self._go_to_place(rows)

    def _places(self) -> list[int]:
        """Return the rows of the lines that have what is searched for, one for each line."""
        wanted = self._wanted
        if wanted is None:
            return []
        ends = [*self._first_row[1:], len(self._rows)]
        found = []
        for line, first, end in zip(self._lines, self._first_row, ends, strict=True):
            if wanted.search(line.text):
                in_row = (row for row in range(first, end) if wanted.search(self._rows[row][0]))
                found.append(next(in_row, first))
        return found

    def _go_to_place(self, rows: list[int]) -> None:
        if rows:
            above = self.scrollable_content_region.height // 3
            y = max(0, rows[self._place] - above)
            self.scroll_to(y=y, animate=False, immediate=True, force=True)
        self._say_where()

    def _say_where(self) -> None:
        if self._wanted is None:
            self.border_subtitle = ""
            return
        number = len(self._places())
        self._place = min(self._place, max(0, number - 1))
        where = f"{self._place + 1} of {number} · n next, N previous" if number else "not found"
        self.border_subtitle = where

    def render_line(self, y: int) -> Strip:
        """Return one visible row with what is searched for marked."""
        row = y + self.scroll_offset.y
        if self._wanted is None or row >= len(self._rows):
            return super().render_line(y)
        text, tone = self._rows[row]
        plain = self.get_component_rich_style(f"lines-view--{tone}")
        marked = plain + self.get_component_rich_style("text-view--found")
        segments, end = [], 0
        for found in self._wanted.finditer(text):
            segments += [Segment(text[end : found.start()], plain), Segment(found[0], marked)]
            end = found.end()
        segments.append(Segment(text[end:], plain))
        return Strip(segments).adjust_cell_length(self.size.width, self.rich_style)
