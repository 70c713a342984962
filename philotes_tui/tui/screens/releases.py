"""The first screen: which versions are published, and what is deployed where."""

from typing import ClassVar

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Footer, Input, Static

from philotes_tui.engine import Target
from philotes_tui.errors import PhilotesError
from philotes_tui.foreign import clean_line
from philotes_tui.releases import Catalog, Version
from philotes_tui.tui import wording
from philotes_tui.tui.faults import as_error
from philotes_tui.tui.listing import ReleaseRow, release_rows
from philotes_tui.tui.messages import CatalogRead, CatalogUnreadable
from philotes_tui.tui.offload import awaited_in_thread
from philotes_tui.tui.screens.base import PhilotesScreen
from philotes_tui.tui.screens.error_dialog import ErrorDialog
from philotes_tui.tui.screens.preview import PreviewScreen
from philotes_tui.tui.screens.stack_dialog import StackDialog
from philotes_tui.tui.session import Deployed, Place
from philotes_tui.tui.widgets.busy_line import BusyLine
from philotes_tui.tui.widgets.error_panel import ErrorPanel
from philotes_tui.tui.widgets.key_table import Cells, KeyTable
from philotes_tui.tui.widgets.notice import Notice
from philotes_tui.tui.widgets.place_header import PlaceHeader
from philotes_tui.tui.widgets.stack_strip import StackStrip


class VersionTable(KeyTable):
    """The list of versions; Enter previews."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select_cursor", "Preview", tooltip="Preview the version under the cursor")
    ]


class ReleasesScreen(PhilotesScreen):
    """Usable at once; versions and deployed marks arrive when they do."""

    CSS_PATH = "releases.tcss"
    AUTO_FOCUS = "#versions"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "preview", "Preview", tooltip="Preview the version under the cursor"),
        Binding("slash", "filter", "Filter", key_display="/", tooltip="Filter the versions"),
        Binding("s", "choose_stack", "Stack", tooltip="Select another stack"),
        Binding("l", "toggle_local", "Local", tooltip="Switch between registry and local charts"),
        Binding("p", "toggle_prereleases", "Pre", tooltip="Show or hide pre-releases"),
        Binding("r", "reload", "Reload", tooltip="Read versions and stacks again"),
        Binding("e", "explain", "Error", tooltip="Show the last error in full"),
        Binding("escape", "clear_filter", "Clear the filter", show=False),
        Binding("q", "app.quit", "Quit", tooltip="Quit"),
        *(
            Binding(str(n), f"stack({n})", f"Select stack number {n}", show=False)
            for n in range(1, 10)
        ),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._catalog: Catalog | None = None
        self._asked: Target | None = None
        self._fault: PhilotesError | None = None
        self._wanted = ""
        self._prereleases = True

    def compose(self) -> ComposeResult:
        """Lay out the screen; nothing here waits for anything."""
        clock = self.philotes.clock
        yield PlaceHeader()
        yield StackStrip(self.philotes.services.stacks)
        yield BusyLine(clock=clock, id="status")
        with Horizontal(id="filter"):
            yield Static("/", markup=False)
            yield Input(id="wanted", compact=True, placeholder="version, rc, stack…")
        yield VersionTable("version", "kind", "deployed on", id="versions")
        yield Notice(id="notice")
        yield ErrorPanel(id="fault")
        yield Footer(compact=True)

    def on_mount(self) -> None:
        """Show what is known and follow what is read."""
        self.query_one("#filter").display = False
        self.watch(self.app, "place", self._place_changed)
        self.watch(self.app, "deployed", self._deployed_changed)

    # What is known changes

    def _place_changed(self, place: Place) -> None:
        self.query_one(StackStrip).selected = place.stack
        target = place.target
        if target is not None and not _same_registry(target, self._asked):
            self._catalog = None
            self._read_catalog(target)
        elif target is None and place.fault is None:
            self.query_one(BusyLine).start(f"Reading where stack {clean_line(place.stack)} goes")
        self._draw()

    def _deployed_changed(self, deployed: Deployed) -> None:
        self.query_one(StackStrip).deployed = deployed
        self._draw()

    def _read_catalog(self, target: Target) -> None:
        self._asked = target
        self._fault = None
        shown = clean_line(target.registry).removeprefix("oci://")
        self.query_one(BusyLine).start(f"Reading versions from {shown}")
        self._ask_registry(target)

    @work(group="catalog", exclusive=True, exit_on_error=False)
    async def _ask_registry(self, target: Target) -> None:
        services = self.philotes.services
        try:
            catalog = await awaited_in_thread(lambda: services.charts(target).catalog())
        except Exception as fault:  # noqa: BLE001 - shown as an error
            error = as_error(fault, "reading the versions", services.log_file)
            self.post_message(CatalogUnreadable(target.registry, error))
        else:
            self.post_message(CatalogRead(target.registry, catalog))

    @on(CatalogRead)
    def _catalog_read(self, message: CatalogRead) -> None:
        if self._asked is not None and message.registry == self._asked.registry:
            self._catalog, self._fault = message.catalog, None
            self.query_one(BusyLine).stop()
            self._draw()

    @on(CatalogUnreadable)
    def _catalog_unreadable(self, message: CatalogUnreadable) -> None:
        if self._asked is not None and message.registry == self._asked.registry:
            self._fault = message.error
            self.query_one(BusyLine).stop()
            self._draw()

    # What is drawn

    @property
    def rows(self) -> tuple[ReleaseRow, ...]:
        """The versions listed now."""
        catalog = self._catalog or Catalog()
        deployed = self.philotes.deployed
        return release_rows(catalog, deployed, wanted=self._wanted, prereleases=self._prereleases)

    def _draw(self) -> None:
        place, rows = self.philotes.place, self.rows
        table, panel = self.query_one(KeyTable), self.query_one("#fault", ErrorPanel)
        notice = self.query_one(Notice)
        with self.app.batch_update():
            table.show([(row.version.text, _cells(row, place.stack)) for row in rows])
            fault = place.fault or (self._fault if self._catalog is None else None)
            local = place.local and place.fault is None
            table.display = bool(rows) and not local and fault is None
            panel.display = fault is not None and not local
            if fault is not None and not local:
                keys = "r tries again   s another stack   l local charts"
                panel.show(fault, self.philotes.services.log_file, keys)
            notice.display = not table.display and not panel.display
            notice.say(self._notice())
            if not self.query_one(BusyLine).busy or place.fault is not None:
                self.query_one(BusyLine).stop(self._status(len(rows)))
        self._keep_focus()
        self.refresh_bindings()

    def _keep_focus(self) -> None:
        if self.query_one("#filter").display:
            return
        for selector in ("#versions", "#fault", "#notice"):
            widget = self.query_one(selector)
            if widget.display:
                widget.focus()
                return

    def _notice(self) -> Text:
        place = self.philotes.place
        stack = clean_line(place.stack)
        if place.local:
            path = self.philotes.services.local_charts
            return Text.assemble(
                ("Local charts\n\n", "bold"),
                f"Deploys come from {path}, not from the registry.\n\n",
                (f"Enter previews them on {stack}.\n", "bold"),
                "l goes back to the registry's versions.",
            )
        if self._catalog is None:
            return Text("The versions are listed here as soon as the registry answers.", "dim")
        if self._catalog.releases:
            return Text.assemble(
                ("No version matches.\n\n", "bold"),
                "Esc clears the filter, p shows or hides pre-releases.",
            )
        others = wording.plural(len(self._catalog.others), "other tag")
        return Text.assemble(
            ("No versions are published here yet.\n\n", "bold"),
            f"The registry answered, with {others} and no chart version.\n",
            "Publish one with “helm push”, then press r; or press l for the local charts.",
        )

    def _status(self, shown: int) -> Text:
        place, deployed = self.philotes.place, self.philotes.deployed
        parts: list[str] = []
        if self._fault is not None and self._catalog is not None:
            parts.append(f"✗ {self._fault.what} (e explains, r tries again)")
        elif deployed.fault is not None:
            parts.append("! What is deployed cannot be read (e explains, r tries again)")
        if place.local:
            parts.append("local mode: the registry's versions are not used")
        elif self._catalog is not None and place.fault is None:
            total = len(self._catalog.releases)
            number = wording.plural(total, "version")
            parts.append(number if shown == total else f"{shown} of {number}")
            if self._wanted:
                parts.append(f"filter “{self._wanted}”")
            if not self._prereleases:
                parts.append("pre-releases hidden")
        return Text(" " + " · ".join(parts), no_wrap=True, overflow="ellipsis")

    # What the operator does

    @on(KeyTable.RowSelected, "#versions")
    def _row_selected(self, event: KeyTable.RowSelected) -> None:
        event.stop()
        self.action_preview()

    def action_preview(self) -> None:
        """Preview the version under the cursor, or the local charts."""
        place = self.philotes.place
        if place.local:
            self.app.push_screen(PreviewScreen(place.stack, None))
            return
        current = self.query_one(KeyTable).current
        if self.query_one(KeyTable).display and current:
            self.app.push_screen(PreviewScreen(place.stack, Version(current)))

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
        self._draw()

    def action_reload(self) -> None:
        """Read everything again."""
        self._asked = None
        self.philotes.reload()

    def action_explain(self) -> None:
        """Show the last error in full."""
        fault = self._fault or self.philotes.deployed.fault
        if fault is not None:
            self.app.push_screen(ErrorDialog(fault))

    def action_filter(self) -> None:
        """Open the filter."""
        self.query_one("#filter").display = True
        self.query_one("#wanted", Input).focus()

    def action_clear_filter(self) -> None:
        """Clear and close the filter."""
        self.query_one("#wanted", Input).value = ""
        self.query_one("#filter").display = False
        self._keep_focus()

    @on(Input.Changed, "#wanted")
    def _filter_typed(self, event: Input.Changed) -> None:
        self._wanted = event.value.strip()
        self._draw()

    @on(Input.Submitted, "#wanted")
    def _filter_done(self) -> None:
        self.query_one("#filter").display = bool(self._wanted)
        self.query_one(KeyTable).focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what works now."""
        if action == "explain":
            return self._fault is not None or self.philotes.deployed.fault is not None
        if action == "stack" and parameters:
            return int(str(parameters[0])) <= len(self.philotes.services.stacks)
        if action in {"filter", "toggle_prereleases"}:
            return not self.philotes.place.local
        return True


def _cells(row: ReleaseRow, stack: str) -> Cells:
    """Return one version's cells."""
    deployed = Text()
    for name in row.stacks:
        deployed.append("● " if name == stack else "○ ")
        deployed.append(clean_line(name, 24) + "  ", "bold" if name == stack else "")
    kind = Text(row.kind, "" if row.kind == "stable" else "italic")
    if row.latest:
        kind.append("  ★ latest", "bold")
    return (Text(row.version.text, "bold" if row.stacks else ""), kind, deployed)


def _same_registry(one: Target, other: Target | None) -> bool:
    return (
        other is not None and one.registry == other.registry and one.plain_http == other.plain_http
    )
