"""The first screen: which versions are published, and what is deployed where."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Static

from philotes_tui.foreign import clean_line
from philotes_tui.releases import Catalog, Release
from philotes_tui.tui.columns import PENDING, UNKNOWN, Seen
from philotes_tui.tui.listing import ReleaseRow, Rows, listed
from philotes_tui.tui.listing_text import (
    Listed,
    asking_text,
    notice_text,
    status_text,
    told_of,
)
from philotes_tui.tui.messages import FilterClosed, FilterTyped
from philotes_tui.tui.news import news_text
from philotes_tui.tui.screens.detailed import DetailedScreen
from philotes_tui.tui.screens.error_dialog import ErrorDialog
from philotes_tui.tui.screens.preview import PreviewScreen
from philotes_tui.tui.screens.stack_dialog import StackDialog
from philotes_tui.tui.screens.version import VersionScreen
from philotes_tui.tui.session import Deployed, Place
from philotes_tui.tui.widgets.busy_line import BusyLine
from philotes_tui.tui.widgets.error_panel import ErrorPanel
from philotes_tui.tui.widgets.filter_line import FilterLine
from philotes_tui.tui.widgets.footer import Footer
from philotes_tui.tui.widgets.notice import Notice
from philotes_tui.tui.widgets.place_header import PlaceHeader
from philotes_tui.tui.widgets.stack_strip import StackStrip
from philotes_tui.tui.widgets.version_table import VersionTable


class ReleasesScreen(DetailedScreen):
    """Usable at once; versions and deployed marks arrive when they do."""

    AUTO_FOCUS = "#versions"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "preview", "Preview", tooltip="Preview the version under the cursor"),
        # First in line, so that keys typed right after it reach the filter: over a slow
        # connection “/0.1.0” arrives at once, and its 1 would select a stack.
        Binding(
            "slash",
            "filter",
            "Filter",
            key_display="/",
            tooltip="Filter the versions",
            priority=True,
        ),
        Binding("i", "inspect", "Info", tooltip="Look into the version under the cursor"),
        Binding("s", "choose_stack", "Stack", show=False, tooltip="Select another stack"),
        Binding("l", "toggle_local", "Local", tooltip="Switch between registry and local charts"),
        Binding("p", "toggle_prereleases", "Pre", show=False, tooltip="Show or hide pre-releases"),
        Binding("r", "reload", "Reload", tooltip="Read versions and stacks again"),
        Binding("e", "explain", "Error", tooltip="Show the last error in full"),
        Binding("escape", "put_away", "Clear the filter, else hide the news", show=False),
        Binding("q", "app.quit", "Quit", tooltip="Quit"),
        *(
            Binding(str(n), f"stack({n})", "Select a stack by its number", show=False)
            for n in range(1, 10)
        ),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._placed_for: Catalog | None = None
        self._wanted = ""
        self._prereleases = True
        self._rows = Rows()

    def compose(self) -> ComposeResult:
        """Lay out the screen; nothing here waits for anything."""
        clock = self.philotes.clock
        yield PlaceHeader()
        yield StackStrip(self.philotes.services.stacks)
        yield BusyLine(clock=clock, id="status")
        yield FilterLine(example="version, rc, stack…", id="filter")
        yield Static(id="news", markup=False)
        yield VersionTable(id="versions")
        yield Notice(id="notice")
        yield ErrorPanel(id="fault")
        yield Footer(compact=True)

    def on_mount(self) -> None:
        """Show what is known and follow what is read."""
        self.watch(self.app, "place", self._place_changed)
        self.watch(self.app, "deployed", self._deployed_changed)

    # What is known changes

    def _place_changed(self, place: Place) -> None:
        self.query_one(StackStrip).selected = place.stack
        if place.target is not None:
            self.ask(place.target)
        self.draw()

    def _deployed_changed(self, deployed: Deployed) -> None:
        self.query_one(StackStrip).deployed = deployed
        self.draw()

    # What is drawn

    @property
    def rows(self) -> tuple[ReleaseRow, ...]:
        """The versions listed now."""
        catalog = self.published.catalog or Catalog()
        rows = self._rows.of(catalog, self.philotes.deployed, self.published.moved)
        return listed(rows, wanted=self._wanted, prereleases=self._prereleases)

    def draw(self) -> None:
        """Draw what is known now; the cursor stays on its version."""
        place, rows, published = self.philotes.place, self.rows, self.published
        table, panel = self.query_one(VersionTable), self.query_one("#fault", ErrorPanel)
        notice = self.query_one(Notice)
        fault = place.fault or (published.fault if published.catalog is None else None)
        log_file = self.philotes.services.log_file
        with self.app.batch_update():
            pending = PENDING if self.details_awaited else UNKNOWN
            minute = self.philotes.clock() // 60 * 60  # ages are not drawn anew with every key
            table.show(rows, Seen(place.stack, minute, pending), self.detailed.by_tag)
            self._place_cursor(rows)
            table.display = bool(rows) and not place.local and fault is None
            panel.display = fault is not None and (not place.local or place.fault is not None)
            if fault is not None and panel.display:
                keys = "r tries again   s another stack   l local charts"
                panel.show(fault, log_file, keys)
            notice.display = not table.display and not panel.display
            notice.say(notice_text(place, published.catalog, self.philotes.services.local_charts))
            self._draw_news(hidden=place.local or fault is not None)
            self._draw_status(len(rows))
        self._keep_focus()
        self.refresh_bindings()
        self.want_details()

    def _place_cursor(self, rows: tuple[ReleaseRow, ...]) -> None:
        """Start on the newest stable version: the first Enter should preview no pre-release.

        Until somebody is at the list, a newer one that the registry lists is started on instead.
        """
        table, catalog = self.query_one(VersionTable), self.published.catalog
        if rows and not table.held and self._placed_for is not catalog:
            self._placed_for = catalog
            table.start_on(next((row.version.text for row in rows if row.latest), ""))

    def _draw_news(self, *, hidden: bool) -> None:
        news, line = news_text(self.published, self.philotes.clock()), self.query_one("#news")
        self.query_one("#news", Static).update(news)
        line.display = bool(news) and not hidden

    def _draw_status(self, shown: int) -> None:
        place, line = self.philotes.place, self.query_one(BusyLine)
        if place.target is None and place.fault is None:
            line.go_on(f"Reading where stack {clean_line(place.stack, 40)} goes")
        elif self.published.reading and self.asked is not None:
            line.go_on(asking_text(self.published, self.asked.registry))
        else:
            row = self.query_one(VersionTable).current_row
            told = told_of(self.detailed, row)
            every = Listed(self.published.catalog, shown, self._wanted, self._prereleases, *told)
            line.stop(status_text(every, place, self.philotes.deployed))

    def _keep_focus(self) -> None:
        if not self.query_one(FilterLine).has_focus_within:
            self._focus_list()

    def _focus_list(self) -> None:
        for selector in ("#versions", "#fault", "#notice"):
            widget = self.query_one(selector)
            if widget.display:
                self.set_focus(widget)  # now: later it would take the keys of a filter
                return

    # Details of what is listed

    def in_sight(self) -> Sequence[Release]:
        """Return the versions on the screen, and those of the page after it."""
        table = self.query_one(VersionTable)
        if self.philotes.place.local or not table.display:
            return ()
        return [row.release for row in (*table.visible_rows, *table.rows_ahead())]

    def details_arrived(self, tags: Sequence[str]) -> None:
        """Draw these versions' cells."""
        self.query_one(VersionTable).tell(self.detailed.by_tag, tags)
        self._draw_status(self.query_one(VersionTable).row_count)

    @on(VersionTable.Moved)
    def _sight_moved(self) -> None:
        self.want_details()
        self._draw_status(self.query_one(VersionTable).row_count)

    # What the operator does

    @on(VersionTable.Chosen)
    def _chosen(self) -> None:
        self.action_preview()

    def action_preview(self) -> None:
        """Preview the version under the cursor, or the local charts."""
        place = self.philotes.place
        if place.local:
            self.app.push_screen(PreviewScreen(place.stack, None))
            return
        table = self.query_one(VersionTable)
        if table.display and (current := table.picked()):
            self.app.push_screen(PreviewScreen(place.stack, current.version))

    def action_inspect(self) -> None:
        """Look into the version under the cursor."""
        row, target = self.query_one(VersionTable).picked(), self.asked
        if row is not None and target is not None:
            self.app.push_screen(VersionScreen(row.release, target))

    def action_choose_stack(self) -> None:
        """Open the stack selector."""

        def chosen(stack: str | None) -> None:
            if stack is not None:
                self.philotes.select_stack(stack)

        self.app.push_screen(StackDialog(), chosen)

    def action_stack(self, number: int) -> None:
        """Select a stack by its number."""
        stacks = self.philotes.services.stacks
        if number <= len(stacks):
            self.philotes.select_stack(stacks[number - 1])

    def action_toggle_local(self) -> None:
        """Switch between the registry and the local charts."""
        self.philotes.toggle_local()

    def action_toggle_prereleases(self) -> None:
        """Show or hide pre-releases."""
        self._prereleases = not self._prereleases
        self.draw()

    def action_reload(self) -> None:
        """Read everything again."""
        self.forget_asked()
        self.philotes.reload()

    def action_explain(self) -> None:
        """Show the last error in full."""
        fault = self.published.fault
        if fault is None or self.published.catalog is None:  # then the panel shows it already
            fault = self.philotes.deployed.fault or self.detailed.refused or fault
        if fault is not None:
            self.app.push_screen(ErrorDialog(fault))

    def action_filter(self) -> None:
        """Open the filter."""
        self.query_one(FilterLine).open()

    def action_put_away(self) -> None:
        """Clear and close the filter; where there is none, hide what is new."""
        line = self.query_one(FilterLine)
        if line.display:
            line.action_clear()
        else:
            self.published = self.published.dismissed()
            self.draw()

    def another_registry(self) -> None:
        """Start on its newest stable version."""
        super().another_registry()
        self._placed_for, self.query_one(VersionTable).held = None, False

    @on(FilterTyped)
    def _filter_typed(self, message: FilterTyped) -> None:
        self._wanted = message.wanted
        self.query_one(VersionTable).held = True
        self.draw()

    @on(FilterClosed)
    def _filter_closed(self) -> None:
        self._focus_list()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what works now."""
        if action == "stack" and parameters:
            return int(str(parameters[0])) <= len(self.philotes.services.stacks)
        local, versions = self.philotes.place.local, self.query_one("#versions").display
        faults = (self.published.fault, self.philotes.deployed.fault, self.detailed.refused)
        typing = self.query_one(FilterLine).has_focus_within  # the key is typed into it
        offered = {
            "preview": local or versions,
            "inspect": versions,
            "explain": any(fault is not None for fault in faults),
            "filter": not local and not typing,
            "toggle_prereleases": not local,
        }
        return offered.get(action, True)
