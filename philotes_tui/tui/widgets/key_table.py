"""A table of rows by key, with the keys of vi and of less."""

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.widgets import DataTable

Cells = tuple[Text, ...]


class KeyTable(DataTable[Text]):
    """Rows are updated in place; the cursor stays on its row's key."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "cursor_down", "Down", show=False),
        Binding("k,up", "cursor_up", "Up", show=False),
        Binding("g,home,ctrl+home", "scroll_top", "First", show=False),
        Binding("G,end,ctrl+end", "scroll_bottom", "Last", show=False),
        Binding("pageup,ctrl+b", "page_up", "Page up", show=False),
        Binding("pagedown,ctrl+f", "page_down", "Page down", show=False),
    ]

    def __init__(self, *columns: str, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        """Create the table.

        Args:
            columns: The headings.
            id: The widget's id in the DOM.
        """
        super().__init__(id=id, cursor_type="row", zebra_stripes=False)
        self._headings = columns

    def on_mount(self) -> None:
        """Lay out the columns."""
        for heading in self._headings:
            self.add_column(Text(heading), key=heading)

    @property
    def keys_in_order(self) -> list[str]:
        """The rows' keys, top to bottom."""
        return [str(row.key.value) for row in self.ordered_rows]

    @property
    def current(self) -> str:
        """The key of the row under the cursor, or an empty string."""
        keys = self.keys_in_order
        return keys[self.cursor_row] if 0 <= self.cursor_row < len(keys) else ""

    def go_to(self, key: str) -> None:
        """Put the cursor on a row, if it is there."""
        keys = self.keys_in_order
        if key in keys:
            self.move_cursor(row=keys.index(key), animate=False)

    def show(self, rows: Sequence[tuple[str, Cells]]) -> None:
        """Show these rows; only cells that differ are touched while the keys stay."""
        if [key for key, _ in rows] == self.keys_in_order:
            for key, cells in rows:
                for heading, cell in zip(self._headings, cells, strict=True):
                    if self.get_cell(key, heading) != cell:
                        self.update_cell(key, heading, cell, update_width=True)
            return
        stay, height = self._nearest([key for key, _ in rows]), self._height_of_cursor()
        self.clear()
        for key, cells in rows:
            self.add_row(*cells, key=key)
        if stay:
            self.go_to(stay)
            # After the table has measured its new rows, or it could not scroll that far.
            self.call_after_refresh(self._keep_height, height)

    def _nearest(self, keys: Sequence[str]) -> str:
        """Return the key under the cursor, or where it is gone, the next one that stays."""
        before, kept = self.keys_in_order, set(keys)
        after = [*before[self.cursor_row :], *reversed(before[: self.cursor_row])]
        return next((key for key in after if key in kept), "")

    def _height_of_cursor(self) -> int:
        return self.cursor_row - round(self.scroll_y)

    def _keep_height(self, height: int) -> None:
        """Scroll so that the cursor stands as many rows below the top as before."""
        self.scroll_to(y=self.cursor_row - height, animate=False, force=True)
