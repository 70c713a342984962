"""The list of versions, ten thousand of them without effort: only what is visible is ever made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from philotes_tui.tui.columns import Placed, Seen, heading, lay_out, row_text
from philotes_tui.tui.detailed import Known
from philotes_tui.tui.listing import ReleaseRow


class VersionTable(ScrollView, can_focus=True):
    """Rows by version under a line of headings; the cursor stays on its version."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "version-table--heading",
        "version-table--row",
        "version-table--cursor",
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "cursor(1)", "Down", show=False),
        Binding("k,up", "cursor(-1)", "Up", show=False),
        Binding("g,home,ctrl+home", "first", "First", show=False),
        Binding("G,end,ctrl+end", "last", "Last", show=False),
        Binding("pageup,ctrl+b", "page(-1)", "Page up", show=False),
        Binding("pagedown,ctrl+f,space", "page(1)", "Page down", show=False),
    ]

    @dataclass
    class Chosen(Message):
        """The version under the cursor was clicked once more."""

        version: str

    class Moved(Message):
        """Other rows are visible now, or the cursor is on another one."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name for it
        super().__init__(id=id)
        self._rows: tuple[ReleaseRow, ...] = ()
        self._at: dict[str, int] = {}
        self._longest = 0
        self._known: Mapping[str, Known] = {}
        self._seen = Seen()
        self._placed: tuple[Placed, ...] = ()
        self.cursor_row = 0
        self.held = False
        """Whether somebody is at the list, so that the cursor stays on its version."""

    # What is shown

    @property
    def row_count(self) -> int:
        """How many versions are listed."""
        return len(self._rows)

    @property
    def keys_in_order(self) -> list[str]:
        """The versions listed, top to bottom."""
        return list(self._at)

    @property
    def current(self) -> str:
        """The version under the cursor, or an empty string."""
        row = self.current_row
        return row.version.text if row else ""

    @property
    def current_row(self) -> ReleaseRow | None:
        """The row under the cursor."""
        return self._rows[self.cursor_row] if self.cursor_row < len(self._rows) else None

    @property
    def page(self) -> int:
        """How many rows are visible at once."""
        return max(1, self.scrollable_content_region.height - 1)

    @property
    def visible_rows(self) -> Sequence[ReleaseRow]:
        """The rows on the screen."""
        first = round(self.scroll_y)
        return self._rows[first : first + self.page]

    def rows_ahead(self) -> Sequence[ReleaseRow]:
        """Return the rows of the page after the visible ones."""
        after = round(self.scroll_y) + self.page
        return self._rows[after : after + self.page]

    def show(
        self, rows: tuple[ReleaseRow, ...], seen: Seen, known: Mapping[str, Known] | None = None
    ) -> None:
        """Show these rows; the cursor stays on its version, and where it is on the screen.

        Args:
            rows: The versions, top to bottom.
            seen: What their cells are seen with.
            known: What is known of them, by tag.
        """
        known = {} if known is None else known
        same = rows is self._rows
        if same and seen == self._seen and known is self._known:
            return
        self._seen, self._known = seen, known
        if not same:
            stay, height = self._nearest(rows), self.cursor_row - round(self.scroll_y)
            self._rows, self._at = rows, {row.version.text: n for n, row in enumerate(rows)}
            self._longest = max((len(version) for version in self._at), default=0)
            self._lay_out()
            self.cursor_row = self._at.get(stay, 0)
            self.scroll_to(y=self.cursor_row - height, animate=False, immediate=True, force=True)
            self._keep_in_sight()
            self.post_message(self.Moved())
        self.refresh()

    def tell(self, known: Mapping[str, Known], tags: Sequence[str]) -> None:
        """Draw what became known; nothing else of the screen is touched.

        Args:
            known: What is known, by tag.
            tags: Of which versions something new is known.
        """
        self._known = known
        told = set(tags)
        for number, row in enumerate(self.visible_rows, start=1):
            if row.version.tag in told:
                self.refresh(Region(0, number, self.size.width, 1))

    def picked(self) -> ReleaseRow | None:
        """Return the row under the cursor, which now stays there."""
        self.held = True
        return self.current_row

    def go_to(self, version: str) -> None:
        """Put the cursor on a version, if it is there, to stay there."""
        if version in self._at:
            self._move_by_hand(self._at[version])

    def start_on(self, version: str) -> None:
        """Put the cursor on a version, if it is there, as in a list that is new."""
        if version in self._at:
            self.scroll_to(y=0, animate=False, immediate=True, force=True)
            self._move_to(self._at[version])
            self._keep_in_sight()

    # Where the cursor is

    def action_cursor(self, rows: int) -> None:
        """Move the cursor by some rows."""
        self._move_by_hand(self.cursor_row + rows)

    def action_page(self, pages: int) -> None:
        """Move the cursor by pages."""
        self._move_by_hand(self.cursor_row + pages * self.page)

    def action_first(self) -> None:
        """Go to the newest version."""
        self._move_by_hand(0)

    def action_last(self) -> None:
        """Go to the oldest version."""
        self._move_by_hand(len(self._rows) - 1)

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the row; a click on the cursor chooses its version."""
        row = event.y - 1 + round(self.scroll_y)
        if event.y < 1 or row >= len(self._rows):
            return
        if row == self.cursor_row:
            self.post_message(self.Chosen(self.current))
        self._move_by_hand(row)

    def on_mouse_scroll_down(self) -> None:
        """Take note that somebody looks at other rows."""
        self.held = True

    def on_mouse_scroll_up(self) -> None:
        """Take note that somebody looks at other rows."""
        self.held = True

    def _move_by_hand(self, row: int) -> None:
        self.held = True
        self._move_to(row)

    def _move_to(self, row: int) -> None:
        before, self.cursor_row = self.cursor_row, max(0, min(row, len(self._rows) - 1))
        if self.cursor_row != before:
            self._keep_in_sight()
            self.refresh()
            self.post_message(self.Moved())

    def _keep_in_sight(self) -> None:
        top = round(self.scroll_y)
        if not self.scrollable_content_region.height:
            return  # not laid out yet; it will be
        if self.cursor_row < top:
            self.scroll_to(y=self.cursor_row, animate=False, immediate=True, force=True)
        elif self.cursor_row >= top + self.page:
            y = self.cursor_row - self.page + 1
            self.scroll_to(y=y, animate=False, immediate=True, force=True)

    def _nearest(self, rows: Sequence[ReleaseRow]) -> str:
        """Return the version under the cursor, or where it is gone, the next one that stays."""
        kept = {row.version.text for row in rows}
        after = self._rows[self.cursor_row :]
        before = reversed(self._rows[: self.cursor_row])
        for part in (after, before):
            for row in part:
                if row.version.text in kept:
                    return row.version.text
        return ""

    # How it is drawn

    def on_resize(self, event: events.Resize) -> None:
        """Choose the columns anew."""
        del event
        self._lay_out()
        self._keep_in_sight()
        self.post_message(self.Moved())

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Tell that other rows are visible."""
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) != round(new_value):
            self.post_message(self.Moved())

    def _lay_out(self) -> None:
        width = self.scrollable_content_region.width
        self._placed = lay_out(width, self._longest)
        self.virtual_size = Size(width, len(self._rows) + 1)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Return the headings or one visible row."""
        width = self.size.width
        if y == 0:
            style = self.get_component_rich_style("version-table--heading")
            strip = Strip([Segment(heading(self._placed), style)])
            return strip.adjust_cell_length(width, style)
        number = y - 1 + round(self.scroll_y)
        if number >= len(self._rows):
            return Strip.blank(width, self.rich_style)
        row = self._rows[number]
        is_cursor = number == self.cursor_row
        name = "version-table--cursor" if is_cursor else "version-table--row"
        style = self.get_component_rich_style(name)
        text = row_text(row, self._known.get(row.version.tag), self._placed, self._seen)
        segments = Segment.apply_style(text.render(self.app.console), style)
        return Strip(segments).adjust_cell_length(width, style)
