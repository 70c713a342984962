"""Clean lines of text, wrapped and scrolled, thousands of them without effort."""

from collections.abc import Iterable
from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from philotes_tui.tui.diffing import Line, Tone
from philotes_tui.tui.fitting import wrap

WAY_OF_THE_KEYS: list[BindingType] = [
    Binding("j,down", "scroll_down", "Down", show=False),
    Binding("k,up", "scroll_up", "Up", show=False),
    Binding("g,home", "scroll_home", "Top", show=False),
    Binding("G,end", "scroll_end", "End", show=False),
    Binding("pageup,ctrl+b", "page_up", "Page up", show=False),
    Binding("pagedown,ctrl+f,space", "page_down", "Page down", show=False),
]


class LinesView(ScrollView, can_focus=True):
    """Shows lines by Textual's line API: only what is visible is ever drawn."""

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = WAY_OF_THE_KEYS
    COMPONENT_CLASSES = {f"lines-view--{tone}" for tone in Tone}  # noqa: RUF012 - Textual's own

    def __init__(self, *, id: str | None = None, empty: str = "") -> None:  # noqa: A002 - Textual's name
        """Create the view.

        Args:
            id: The widget's id in the DOM.
            empty: What to show while there are no lines.
        """
        super().__init__(id=id)
        self._empty = empty
        self._lines: list[Line] = []
        self._rows: list[tuple[str, Tone]] = []
        self._first_row: list[int] = []
        self._wrapped_at = 0

    @property
    def lines(self) -> tuple[Line, ...]:
        """All lines shown."""
        return tuple(self._lines)

    @property
    def plain(self) -> str:
        """All lines as text."""
        return "\n".join(line.text for line in self._lines)

    def set_title(self, title: str) -> None:
        """Name what is shown on the border; foreign text is not taken for markup."""
        self.border_title = Content(title)

    def show(self, lines: Iterable[Line]) -> None:
        """Replace all lines and go to the top; nothing moves if they are the same."""
        new = list(lines)
        if new == self._lines:
            return
        self._lines = new
        self._wrap_all()
        self.scroll_home(animate=False, immediate=True)

    def append(self, lines: Iterable[Line]) -> None:
        """Add lines at the end; the position stays."""
        new = list(lines)
        self._lines += new
        for line in new:
            self._add_rows(line)
        self._resized()

    def _wrap_all(self) -> None:
        self._wrapped_at = self.scrollable_content_region.width
        self._rows, self._first_row = [], []
        for line in self._lines:
            self._add_rows(line)
        self._resized()

    def _add_rows(self, line: Line) -> None:
        self._first_row.append(len(self._rows))
        width = self._wrapped_at or 80
        self._rows += [
            (row, line.tone) for row in wrap(line.text.expandtabs(4), width, line.indent)
        ]

    def _resized(self) -> None:
        self.virtual_size = Size(self._wrapped_at, len(self._rows))
        self.refresh()

    def on_resize(self, event: events.Resize) -> None:
        """Wrap anew and keep the line at the top where it is."""
        del event
        if self.scrollable_content_region.width == self._wrapped_at:
            return
        top = self._line_at(round(self.scroll_y))
        self._wrap_all()
        if self._first_row and top:
            self.scroll_to(y=self._first_row[top], animate=False, immediate=True)

    def _line_at(self, row: int) -> int:
        """Return the index of the line that a row belongs to."""
        found = 0
        for index, first in enumerate(self._first_row):
            if first > row:
                break
            found = index
        return found

    def render_line(self, y: int) -> Strip:
        """Return one visible row."""
        width = self.size.width
        row = y + round(self.scroll_y)
        if not self._rows and y == 0:
            text, tone = self._empty, Tone.MUTED
        elif row < len(self._rows):
            text, tone = self._rows[row]
        else:
            return Strip.blank(width, self.rich_style)
        style = self.get_component_rich_style(f"lines-view--{tone}")
        return Strip([Segment(text, style)]).adjust_cell_length(width, self.rich_style)
