"""One version looked into: what the registry says of it, its values, its README, its templates."""

from collections.abc import Awaitable, Callable
from typing import ClassVar

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from philotes_tui.engine import Target
from philotes_tui.errors import PhilotesError, RegistryUnreachable
from philotes_tui.foreign import clean_line
from philotes_tui.releases import Moved, Release
from philotes_tui.tui.faults import LOGGER, as_error
from philotes_tui.tui.inspection import Inspection
from philotes_tui.tui.messages import FilterClosed, FilterTyped, Inspected, InspectionFailed
from philotes_tui.tui.offload import awaited_in_thread, in_thread
from philotes_tui.tui.screens.base import PhilotesScreen
from philotes_tui.tui.screens.error_dialog import ErrorDialog
from philotes_tui.tui.screens.preview import PreviewScreen
from philotes_tui.tui.services import Charts
from philotes_tui.tui.version_text import EMPTY, Section, VersionText, version_text
from philotes_tui.tui.widgets.busy_line import BusyLine
from philotes_tui.tui.widgets.error_panel import ErrorPanel
from philotes_tui.tui.widgets.filter_line import FilterLine
from philotes_tui.tui.widgets.footer import Footer
from philotes_tui.tui.widgets.place_header import PlaceHeader
from philotes_tui.tui.widgets.section_strip import SectionStrip
from philotes_tui.tui.widgets.text_view import TextView

SECTIONS = tuple(Section)


class VersionScreen(PhilotesScreen):
    """Shows what was read before at once, and what the registry answers in its place."""

    CSS_PATH = "version.tcss"
    AUTO_FOCUS = "#text"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "preview", "Preview", tooltip="Preview this version"),
        Binding("slash", "search", "Search", key_display="/", tooltip="Search here", priority=True),
        Binding("tab,right", "turn(1)", "Next", show=False, tooltip="Next section"),
        Binding("shift+tab,left", "turn(-1)", "Previous", show=False, tooltip="Previous section"),
        Binding("r", "reload", "Reload", tooltip="Ask the registry again"),
        Binding("e", "explain", "Error", tooltip="Show the error in full"),
        Binding("escape", "back", "Back", tooltip="Clear the search, else back to the versions"),
        *(
            Binding(str(n), f"open({n})", f"{section}", show=False, tooltip=f"Open {section}")
            for n, section in enumerate(SECTIONS, start=1)
        ),
    ]

    def __init__(self, release: Release, target: Target) -> None:
        """Create the screen.

        Args:
            release: The version to look into.
            target: The stack's destination, whose registry has it.
        """
        super().__init__()
        self.release = release
        self.target = target
        self.section = Section.OVERVIEW
        self.text: VersionText | None = None
        self.reading = False
        self.fault: PhilotesError | None = None
        self._told: Moved | None = None

    def compose(self) -> ComposeResult:
        """Lay out the screen."""
        yield PlaceHeader()
        yield BusyLine(clock=self.philotes.clock, id="status")
        yield SectionStrip(SECTIONS)
        yield FilterLine(example="text", hint="enter goes to the text, esc clears", id="search")
        yield TextView(id="text", empty="Nothing is known of it yet.")
        yield ErrorPanel(id="fault")
        yield Footer(compact=True)

    def on_mount(self) -> None:
        """Begin to read."""
        self.action_reload()

    # Reading

    def action_reload(self) -> None:
        """Ask the registry, again perhaps."""
        self.reading, self.fault = True, None
        self._read()
        self.draw()

    @work(group="inspection", exclusive=True, exit_on_error=False)
    async def _read(self) -> None:
        services, release = self.philotes.services, self.release
        try:
            charts = await in_thread(lambda: services.charts(self.target))
            if self.text is None:
                await self._read_kept(charts)
            read = await self._as_text(lambda: charts.inspect(release))
        except Exception as fault:  # noqa: BLE001 - shown as an error
            doing = f"looking into {release.version}"
            self.post_message(InspectionFailed(as_error(fault, doing, services.log_file)))
        else:
            if read is not None:
                self.post_message(Inspected(read))

    async def _read_kept(self, charts: Charts) -> None:
        try:
            read = await self._as_text(lambda: charts.inspect_kept(self.release))
        except Exception as fault:  # noqa: BLE001 - the registry is asked all the same
            LOGGER.warning("what was read before was not read: %s", fault)
            return
        if read is not None:
            self.post_message(Inspected(read))

    async def _as_text(self, ask: Callable[[], Awaitable[Inspection | None]]) -> VersionText | None:
        now = self.philotes.clock()

        async def read() -> VersionText | None:
            inspection = await ask()
            return None if inspection is None else version_text(inspection, now)

        return await awaited_in_thread(read)

    @on(Inspected)
    def _inspected(self, message: Inspected) -> None:
        self.text = message.text
        self.reading = message.text.inspection.kept
        self.draw(stay=True)

    @on(InspectionFailed)
    def _failed(self, message: InspectionFailed) -> None:
        self.reading, self.fault = False, message.error
        self.draw(stay=True)

    # What is drawn

    def draw(self, *, stay: bool = False) -> None:
        """Draw what is known now.

        Args:
            stay: Whether the same text is shown as before, only newer.
        """
        view, panel = self.query_one(TextView), self.query_one(ErrorPanel)
        self.query_one(SectionStrip).selected = self.section
        panel.display = self.text is None and self.fault is not None
        view.display = not panel.display
        if panel.display and self.fault is not None:
            keys = "r tries again   esc goes back to the versions"
            panel.show(self.fault, self.philotes.services.log_file, keys)
        view.set_title(f"{clean_line(str(self.release.version), 60)}  {self.section}")
        if self.text is not None:
            lines = self.text.sections[self.section]
            view.read(lines, empty=EMPTY[self.section], stay=stay)
        self._tell_moved()
        self._draw_status()
        if not self.query_one(FilterLine).has_focus_within:
            (panel if panel.display else view).focus()
        self.refresh_bindings()

    def _tell_moved(self) -> None:
        """Have that the tag was moved told no more, if it is the overview that is seen."""
        if self.text is None or self.section is not Section.OVERVIEW or self.app.screen is not self:
            return
        inspection = self.text.inspection
        details = inspection.details
        moved = Moved(self.release.tag, inspection.moved_from, details.digest)
        if moved.was and moved != self._told:
            self._told = moved
            self.moved_told(self.target, (moved,))

    def _draw_status(self) -> None:
        line, version = self.query_one(BusyLine), self.release.version
        host = clean_line(self.target.registry).removeprefix("oci://")
        if self.reading:
            known = "As it was read before, asking" if self.text else f"Asking for {version} at"
            line.go_on(f"{known} {host}")
        elif self.fault is not None and self.text is not None:
            unreachable = isinstance(self.fault, RegistryUnreachable)
            what = "Registry not reached" if unreachable else self.fault.what
            said = f" ✗ {what}: {version} as it was read before, not current (e explains)"
            line.stop(Text(said, "bold", no_wrap=True, overflow="ellipsis"))
        elif self.fault is not None:
            line.stop(Text(f" ✗ {version} could not be read"))
        else:
            line.stop(Text(f" {version} at {host}", no_wrap=True, overflow="ellipsis"))

    # What the operator does

    def action_open(self, number: int) -> None:
        """Open a section by its number."""
        self.section = SECTIONS[number - 1]
        self.draw()

    def action_turn(self, step: int) -> None:
        """Open the next section, after the last one the first."""
        self.action_open((SECTIONS.index(self.section) + step) % len(SECTIONS) + 1)

    @on(SectionStrip.Chosen)
    def _chosen(self, message: SectionStrip.Chosen) -> None:
        self.action_open(message.number)

    def action_preview(self) -> None:
        """Preview this version."""
        self.app.switch_screen(PreviewScreen(self.philotes.place.stack, self.release.version))

    def action_explain(self) -> None:
        """Show the error in full."""
        if self.fault is not None:
            self.app.push_screen(ErrorDialog(self.fault))

    def action_search(self) -> None:
        """Open the line to type into what is searched for."""
        self.query_one(FilterLine).open()

    @on(FilterTyped)
    def _typed(self, message: FilterTyped) -> None:
        self.query_one(TextView).search(message.wanted)

    @on(FilterClosed)
    def _search_closed(self) -> None:
        self.query_one(TextView).focus()

    def action_back(self) -> None:
        """Clear the search; where there is none, go back to the versions."""
        line = self.query_one(FilterLine)
        if line.display:
            line.action_clear()
        else:
            self.leave()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what works now."""
        del parameters
        if action == "search":
            return self.text is not None and not self.query_one(FilterLine).has_focus_within
        if action == "explain":
            return self.fault is not None and self.text is not None
        if action == "reload":
            return not self.reading
        return True
