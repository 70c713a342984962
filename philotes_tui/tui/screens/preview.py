"""The dry run: live as it is computed, then a tree to read and approve."""

from typing import ClassVar

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.widgets import Static

from philotes_tui.engine import Change, Kind, Progress, Result, Severity
from philotes_tui.errors import PhilotesError
from philotes_tui.foreign import clean_line
from philotes_tui.releases import Version
from philotes_tui.tui import wording
from philotes_tui.tui.diffing import images, resource_lines
from philotes_tui.tui.faults import as_error
from philotes_tui.tui.messages import Resolution, ResourceHighlighted
from philotes_tui.tui.offload import in_thread
from philotes_tui.tui.resolution import Resolved, moved, resolve
from philotes_tui.tui.screens.approval import ApprovalDialog, Request
from philotes_tui.tui.screens.deploy import DeployScreen
from philotes_tui.tui.screens.operation import OperationScreen, was_cancelled
from philotes_tui.tui.widgets.busy_line import BusyLine
from philotes_tui.tui.widgets.error_panel import ErrorPanel
from philotes_tui.tui.widgets.filter_line import FilterLine
from philotes_tui.tui.widgets.footer import Footer
from philotes_tui.tui.widgets.lines_view import LinesView
from philotes_tui.tui.widgets.log_view import LogView
from philotes_tui.tui.widgets.place_header import PlaceHeader
from philotes_tui.tui.widgets.resource_tree import ResourceTree
from philotes_tui.tui.widgets.trouble_line import TroubleLine


class PreviewScreen(OperationScreen):
    """Previews one version, or the local charts, on one stack."""

    KIND = Kind.PREVIEW
    APPROVE = "a approves again."
    CSS_PATH = "preview.tcss"
    AUTO_FOCUS = "#tree"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "approve", "Approve", tooltip="Go on to deploy exactly this"),
        Binding("c", "cancel", "Cancel", tooltip="Cancel the preview"),
        Binding("r", "rerun", "Re-run", tooltip="Preview again"),
        Binding("u", "unchanged", "Unchanged", tooltip="Show or hide unchanged resources"),
        Binding("m", "messages", "Messages", tooltip="Show or hide what the engine said"),
        Binding("escape", "back", "Back", tooltip="Back to the versions"),
    ]

    def __init__(self, stack: str, version: Version | None) -> None:
        """Create the screen.

        Args:
            stack: The stack's name.
            version: The version to preview, or None for the local charts.
        """
        super().__init__()
        self.stack = stack
        self.version = version
        self.resolved: Resolved | None = None
        self._request: Request | None = None
        self._fault: PhilotesError | None = None
        self._back = False

    @property
    def label(self) -> str:
        """What is previewed."""
        return str(self.version) if self.version else "local charts"

    def compose(self) -> ComposeResult:
        """Lay out the screen."""
        clock = self.philotes.clock
        yield PlaceHeader()
        yield BusyLine(clock=clock, id="status")
        yield TroubleLine()
        yield TroubleLine("notices")
        yield Static(id="counts", markup=False)
        yield ErrorPanel(id="fault")
        yield FilterLine(example="deployment, api, create…", id="filter")
        with Container(id="panes"):
            yield ResourceTree(clock=clock, live=False, id="tree")
            yield LinesView(id="diff", empty="Nothing selected.")
        yield LogView(id="log", empty="The engine said nothing.")
        yield Footer(compact=True)

    def on_mount(self) -> None:
        """Name the panes and begin."""
        for pane, title in (("#tree", "Changes"), ("#diff", "Properties"), ("#log", "Messages")):
            self.query_one(pane).border_title = title
        self.query_one("#log").display = False
        self.action_rerun()

    # Pin, then preview

    def action_rerun(self) -> None:
        """Preview again from the start."""
        self._fault, self.resolved = None, None
        self.query_one(ErrorPanel).clear()
        self.query_one("#notices", TroubleLine).say()
        self.query_one("#panes").display = True
        self.query_one(LogView).restart()
        self.query_one(ResourceTree).empty = "Waiting for the first resource."
        self.query_one(ResourceTree).show({})
        self.query_one("#counts", Static).update("")
        self._resolve(before_deploy=False)

    def _resolve(self, *, before_deploy: bool) -> None:
        self._resolving, self._approved = True, before_deploy
        what = "Checking that nothing moved" if before_deploy else f"Looking up {self.label}"
        self.query_one(BusyLine).start(what)
        self._ask(before_deploy)
        self.refresh_bindings()

    @work(group="resolve", exclusive=True, exit_on_error=False)
    async def _ask(self, before_deploy: bool) -> None:
        services, stack, version = self.philotes.services, self.stack, self.version
        try:
            resolved = await in_thread(lambda: resolve(services, stack, version))
        except Exception as fault:  # noqa: BLE001 - shown as an error
            error = as_error(fault, f"looking up {self.label}", services.log_file)
            self.post_message(Resolution(None, error, before_deploy))
        else:
            self.post_message(Resolution(resolved, None, before_deploy))

    @on(Resolution)
    def _resolution(self, message: Resolution) -> None:
        if message.before_deploy and not self._approved:
            return  # dropped meanwhile
        self._resolving = False
        now = message.resolved
        if now is None:
            self._approved = False
            self._fail(message.error)
        elif not message.before_deploy:
            self.resolved = now
            self.query_one("#notices", TroubleLine).say(*now.source.notices)
            self.philotes.target_read(now.target)
            change = Change(self.stack, now.source, context=now.target.context)
            self.query_one(BusyLine).start(self._doing())
            self.start(self.stack, lambda engine, sink: engine.preview(change, sink))
        elif self.resolved is not None:
            error = moved(self.resolved, now)
            if error is not None:
                self._approved = False
                self._fail(error)
            elif self.take_approval() and self._request is not None:
                self.app.switch_screen(DeployScreen(self._request))

    def _fail(self, error: PhilotesError | None) -> None:
        if error is None:
            return
        self._fault = error
        self.query_one(BusyLine).stop(f"✗ {error.what}")
        keys = "r previews again   esc goes back to the versions"
        panel = self.query_one(ErrorPanel)
        panel.show(error, self.philotes.services.log_file, keys)
        self.query_one("#panes").display = bool(self.progress.resources)
        panel.focus()
        self.refresh_bindings()

    # What is drawn

    def _doing(self) -> str:
        where = f"{self.label} on {clean_line(self.stack)}"
        if self.stopping:
            return f"Cancelling the preview of {where}"
        number = wording.plural(len(self.progress.resources), "resource")
        return f"Previewing {where}  {number}"

    def draw(self, *, news: bool) -> None:
        """Draw the preview as far as it is computed."""
        progress = self.progress
        if self.running:
            self.query_one(BusyLine).say(self._doing())
        if not news:
            return
        self.query_one("#counts", Static).update(
            Text(f" {wording.counts(progress.counts)}" if progress.resources else "")
        )
        tree = self.query_one(ResourceTree)
        if progress.resources:
            tree.empty = "Nothing changes so far."
        tree.show(progress.resources)
        self.query_one(LogView).take(progress.log)
        if any(getattr(line, "severity", None) in _LOUD for line in progress.log):
            self.query_one(LogView).display = True

    def ended(self, error: PhilotesError | None) -> None:
        """Say what the preview found."""
        if was_cancelled(error):
            self.query_one(BusyLine).stop("The preview was cancelled. r runs it again.")
            self._say_incomplete("Cancelled before anything was computed.")
        elif error is not None:
            self._fail(error)
            self._say_incomplete("Not computed.")
        else:
            self._say_found(self.progress)
        if self._back:
            self.leave()

    def _say_incomplete(self, said: str) -> None:
        """Claim nothing of what was not computed to the end."""
        found = wording.touched(self.progress)
        self.query_one("#counts", Static).update(Text(f" {found} so far" if found else ""))
        tree = self.query_one(ResourceTree)
        tree.empty = said
        tree.show(self.progress.resources)

    def _say_found(self, progress: Progress) -> None:
        took = wording.duration(progress.elapsed(self.philotes.clock()))
        stack = clean_line(self.stack)
        tree = self.query_one(ResourceTree)
        changed = len(progress.changed)
        if not changed:
            self.query_one(BusyLine).stop(
                f"No changes: {stack} already is as {self.label} wants it."
            )
            tree.empty = "No changes. u shows the unchanged resources."
            tree.show(progress.resources)
            return
        number = wording.plural(changed, "change")
        self.query_one(BusyLine).stop(
            f"✓ {self.label} on {stack}: {number} ({took}). a approves, esc goes back."
        )
        telling = [r for r in progress.changed if images(r.step)]
        telling += [r for r in progress.changed if r.step.changes]
        tree.go_to((telling or progress.changed)[0].step.urn)

    @on(ResourceHighlighted)
    def _highlighted(self) -> None:
        resource = self.query_one(ResourceTree).highlighted
        view = self.query_one("#diff", LinesView)
        view.show(resource_lines(resource) if resource else ())
        name = clean_line(resource.step.name, 60) if resource else ""
        view.set_title(f"Properties of {name}" if name else "Properties")

    # What the operator does

    @property
    def approvable(self) -> bool:
        """Whether there is a finished preview to approve."""
        done = self.progress.result is Result.SUCCEEDED and not self.running
        still = not self._resolving and not self._leaving
        return done and still and self._fault is None and self.resolved is not None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what works now."""
        if action == "approve":
            return self.approvable
        if action == "cancel":
            return self.running
        if action == "rerun":
            return not self.running and not self._resolving and not self._leaving
        return super().check_action(action, parameters)

    def action_approve(self) -> None:
        """Ask for approval, then check that what was previewed still holds."""
        if self.resolved is None:
            return
        deployed = self.philotes.deployed.describe(self.stack)

        def answered(approved: Request | None) -> None:
            if approved:
                self._request = approved
                self._resolve(before_deploy=True)

        state = self.resolved.state
        first = state is not None and not state.resources
        request = Request(self.resolved, deployed, self.progress, record=first)
        self.app.push_screen(ApprovalDialog(request), answered)

    def action_cancel(self) -> None:
        """Cancel the preview; it changes nothing, so nothing is asked."""
        self.stop()

    def action_unchanged(self) -> None:
        """Show or hide unchanged resources."""
        tree = self.query_one(ResourceTree)
        tree.unchanged = not tree.unchanged

    def action_messages(self) -> None:
        """Show or hide what the engine said."""
        log = self.query_one(LogView)
        log.display = not log.display

    def action_back(self) -> None:
        """Go back; a filter is cleared and a running preview is cancelled first."""
        if self.filter_cleared():
            return
        self.drop_approval()
        if self.running:
            self._back = True
            self.stop()
        else:
            self.leave()


_LOUD = {Severity.WARNING, Severity.ERROR}
