"""The resources of an operation as a tree that is drawn anew only where it shows."""

from collections.abc import Callable, Mapping
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Region, Size
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from philotes_tui.engine import Op, Resource, State
from philotes_tui.foreign import clean_line
from philotes_tui.tui import wording
from philotes_tui.tui.diffing import images
from philotes_tui.tui.fitting import cut, pad, shorten
from philotes_tui.tui.messages import ResourceHighlighted
from philotes_tui.tui.tree import Row, gist, short_name, short_type, tree_rows

SIGN_WIDTH = 12
TYPE_WIDTH = 24


class ResourceTree(ScrollView, can_focus=True):
    """One row for each resource: what happens, type, name, time, what it waits for.

    The rows are values; the cursor holds on to a URN, so that nothing jumps when
    resources appear above it.
    """

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "cursor(1)", "Down", show=False),
        Binding("k,up", "cursor(-1)", "Up", show=False),
        Binding("g,home", "edge(0)", "First", show=False),
        Binding("G,end", "edge(1)", "Last", show=False),
        Binding("pageup,ctrl+b", "page(-1)", "Page up", show=False),
        Binding("pagedown,ctrl+f", "page(1)", "Page down", show=False),
        Binding("space", "toggle_fold", "Fold or unfold", show=False),
        Binding("left,h", "fold(True)", "Fold", show=False),
        Binding("right,l", "fold(False)", "Unfold", show=False),
    ]
    COMPONENT_CLASSES = {  # noqa: RUF012 - Textual reads a plain class attribute
        "resource-tree--cursor",
        "resource-tree--guides",
        "resource-tree--type",
        "resource-tree--muted",
        *(f"resource-tree--{op}" for op in Op),
        *(f"resource-tree--{state}" for state in State),
    }
    unchanged: reactive[bool] = reactive(False)
    wanted: reactive[str] = reactive("")

    def __init__(
        self,
        *,
        clock: Callable[[], float],
        live: bool,
        id: str | None = None,  # noqa: A002 - Textual's name for it
    ) -> None:
        """Create the tree.

        Args:
            clock: The present time, seconds since the epoch.
            live: Whether rows say how far each resource is, or what is planned for it.
            id: The widget's id in the DOM.
        """
        super().__init__(id=id)
        self._clock = clock
        self._live = live
        self._resources: Mapping[str, Resource] = {}
        self._rows: tuple[Row, ...] = ()
        self._index: dict[str, int] = {}
        self._folded: set[str] = set()
        self._cursor = ""
        self._ended: float | None = None
        self._following = live
        self.empty = ""

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows as they stand."""
        return self._rows

    @property
    def highlighted(self) -> Resource | None:
        """The resource under the cursor."""
        return self._resources.get(self._cursor)

    def show(self, resources: Mapping[str, Resource], *, ended: float | None = None) -> None:
        """Take the present state of all resources; the cursor stays where it is.

        Args:
            resources: All resources by URN.
            ended: When the operation ended, seconds since the epoch; None while it runs.
        """
        self._ended = ended
        before = self._resources.get(self._cursor)
        self._resources = resources
        self._arrange()
        self._go_with_what_runs()
        if self.highlighted is not before:
            self.post_message(ResourceHighlighted(self._cursor))
            self._subtitle()

    def plain(self) -> str:
        """Return all rows as text."""
        return "\n".join("".join(t for t, _ in self._pieces(row, 200)) for row in self._rows)

    def go_to(self, urn: str) -> None:
        """Put the cursor on a resource, if it has a row."""
        if urn in self._index:
            self._move(self._index[urn])

    def watch_unchanged(self) -> None:
        """Rearrange when unchanged resources are to be shown or hidden."""
        self._arrange()

    def watch_wanted(self) -> None:
        """Rearrange when the filter changes."""
        self._arrange()

    def _arrange(self) -> None:
        self._rows = tree_rows(
            self._resources,
            unchanged=self.unchanged,
            wanted=self.wanted,
            folded=() if self.wanted else self._folded,
            settled=self._ended is not None and not self._live,
        )
        self._index = {row.urn: n for n, row in enumerate(self._rows)}
        self.virtual_size = Size(0, len(self._rows))
        if self._rows and self._cursor not in self._index:
            self._move(0)
        self.refresh()

    def _move(self, index: int) -> None:
        if not self._rows:
            return
        index = max(0, min(index, len(self._rows) - 1))
        urn = self._rows[index].urn
        if urn != self._cursor:
            self._cursor = urn
            self.post_message(ResourceHighlighted(urn))
            self._subtitle()
        self.scroll_to_region(Region(0, index, 1, 1), animate=False, immediate=True, x_axis=False)
        self.refresh()

    def follow(self) -> None:
        """Let the cursor go with what runs, until the reader moves it."""
        self._following = self._live
        self._go_with_what_runs()

    def _go_with_what_runs(self) -> None:
        """Put the cursor on the resource that has been waited for the longest."""
        waited = [r for r in self._rows if r.leaf and r.resource.state is State.RUNNING]
        if self._following and waited:
            self._move(self._index[min(waited, key=lambda r: r.resource.started).urn])

    def _subtitle(self) -> None:
        """Say on the border in full what the row under the cursor may have had to cut."""
        resource = self.highlighted
        waits = ""
        if resource is not None:
            waits = clean_line(resource.status) if self._live else images(resource.step)
        self.border_subtitle = Content(cut(waits, max(0, self.size.width - 4)))

    def _at(self) -> int:
        return self._index.get(self._cursor, 0)

    def action_cursor(self, step: int) -> None:
        """Move the cursor by a number of rows."""
        self._following = False
        self._move(self._at() + step)

    def action_page(self, pages: int) -> None:
        """Move the cursor by a number of pages."""
        self._following = False
        self._move(self._at() + pages * max(1, self.scrollable_content_region.height - 1))

    def action_edge(self, last: int) -> None:
        """Go to the first or the last row."""
        self._following = False
        self._move(len(self._rows) - 1 if last else 0)

    def action_toggle_fold(self) -> None:
        """Fold the row's children away, or bring them back."""
        self.action_fold(self._cursor not in self._folded)

    def action_fold(self, fold: bool) -> None:
        """Fold or unfold; on a leaf or a folded row, folding goes to the parent."""
        row = self._rows[self._at()] if self._rows else None
        if row is None:
            return
        if fold and (row.leaf or row.folded):
            self.go_to(row.resource.step.parent)
            return
        (self._folded.add if fold else self._folded.discard)(row.urn)
        self._arrange()

    def on_click(self, event: events.Click) -> None:
        """Put the cursor where the mouse clicks."""
        offset = event.get_content_offset(self)
        if offset is not None:
            self._following = False
            self._move(offset.y + round(self.scroll_y))

    def render_line(self, y: int) -> Strip:
        """Return one visible row."""
        width = self.size.width
        index = y + round(self.scroll_y)
        if not self._rows and y == 0:
            muted = self.get_component_rich_style("resource-tree--muted")
            text = shorten("Nothing matches the filter." if self.wanted else self.empty, width)
            return Strip([Segment(text, muted)]).adjust_cell_length(width, self.rich_style)
        if index >= len(self._rows):
            return Strip.blank(width, self.rich_style)
        row = self._rows[index]
        here = row.urn == self._cursor
        pieces = self._pieces(row, width)
        cursor = self.get_component_rich_style("resource-tree--cursor") if here else Style()
        segments = [
            Segment(text, self.get_component_rich_style(f"resource-tree--{role}") + cursor)
            for text, role in pieces
        ]
        return Strip(segments).adjust_cell_length(width, self.rich_style + cursor)

    def _pieces(self, row: Row, width: int) -> list[tuple[str, str]]:
        """Return a row's texts and roles, laid out for a width."""
        resource, step = row.resource, row.resource.step
        marker = "❯" if row.urn == self._cursor and self.has_focus else " "
        over = self._ended is not None
        sign = wording.live(resource, over=over) if self._live else wording.planned(step.op)
        failed = resource.state is State.FAILED
        if failed and not self._live:
            sign = "✗ failed"
        role = resource.state.value if self._live or failed else step.op.value
        fold = f" (+{row.folded} folded)" if row.folded else ""
        name = clean_line(short_name(step, self._resources)) + fold
        tail = self._tail(resource)
        room = width - 1 - SIGN_WIDTH - cell_len(row.guides)
        kind = clean_line(short_type(step))
        kind_width = max(min(TYPE_WIDTH, room * 2 // 5), room - cell_len(name) - 3)
        kind = shorten(kind, kind_width)
        room -= cell_len(kind) + 1
        tail_room = max(0, room - min(cell_len(name), room * 2 // 3) - 2)
        tail = cut(tail, tail_room) if tail_room > 2 else ""  # noqa: PLR2004 - a letter and dots
        name = shorten(name, max(1, room - (cell_len(tail) + 2 if tail else 0)))
        return [
            (marker, "guides"),
            (pad(sign, SIGN_WIDTH), role),
            (row.guides, "guides"),
            (kind + " ", "type"),
            (name, "muted" if not self._live and step.op is Op.SAME else "type"),
            ("  " + tail if tail else "", "muted"),
        ]

    def _tail(self, resource: Resource) -> str:
        """Return the time a live row took, and what it waits for."""
        errors = [d for d in resource.diagnostics if d.severity == "error"]
        if not self._live:
            replaces = any(c.replaces for c in resource.step.changes)
            return "  ".join(
                filter(None, ("! replaces" if replaces else "", images(resource.step)))
            )
        if resource.state is not State.RUNNING and resource.step.op is Op.SAME:
            return ""
        now = self._clock() if self._ended is None else self._ended
        took = wording.duration(resource.elapsed(now))
        if resource.state is State.FAILED and errors:
            return f"{took}  {gist(errors[-1].text)}"
        return f"{took}  {clean_line(resource.status)}".rstrip()
