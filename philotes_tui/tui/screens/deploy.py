"""The deploy: a live tree above, the log below, and a plain summary at the end."""

from dataclasses import replace
from typing import ClassVar

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Horizontal
from textual.widgets import ProgressBar, Static

from philotes_tui.engine import Change, Kind
from philotes_tui.engine.wording import INTERRUPTED
from philotes_tui.errors import PhilotesError
from philotes_tui.foreign import clean_line
from philotes_tui.tui import wording
from philotes_tui.tui.faults import as_error
from philotes_tui.tui.messages import Resolution
from philotes_tui.tui.offload import in_thread
from philotes_tui.tui.resolution import moved, resolve
from philotes_tui.tui.screens.approval import ApprovalDialog, Request
from philotes_tui.tui.screens.confirm import ConfirmDialog, Question
from philotes_tui.tui.screens.operation import OperationScreen
from philotes_tui.tui.summary import Outcome, headline, summary_lines, tally
from philotes_tui.tui.widgets.busy_line import BusyLine
from philotes_tui.tui.widgets.filter_line import FilterLine
from philotes_tui.tui.widgets.footer import Footer
from philotes_tui.tui.widgets.lines_view import LinesView
from philotes_tui.tui.widgets.log_view import LogView
from philotes_tui.tui.widgets.place_header import PlaceHeader
from philotes_tui.tui.widgets.resource_tree import ResourceTree
from philotes_tui.tui.widgets.trouble_line import TroubleLine

CANCEL = Question(
    "Cancel the deploy?",
    f"No further resource is begun; what is already done stays done. {INTERRUPTED}",
    safe="Keep going",
    other="Cancel it",
)
FORCE = Question(
    "Stop at once?",
    "Operations in flight are abandoned. The engine then does not know what became of "
    "them, and the stack may need a refresh before the next deploy.",
    safe="Wait",
    other="Stop now",
)


class DeployScreen(OperationScreen):
    """Deploys what was approved and stays until it has ended."""

    KIND = Kind.UP
    APPROVE = "r asks again."
    CSS_PATH = "deploy.tcss"
    AUTO_FOCUS = "#tree"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "cancel", "Cancel", tooltip="Cancel the deploy"),
        Binding("r", "retry", "Retry", tooltip="Deploy again"),
        Binding("v", "view", "Resources", tooltip="Switch summary and resources"),
        Binding("u", "unchanged", "Unchanged", tooltip="Show or hide unchanged resources"),
        Binding("f", "follow", "Follow", tooltip="Follow what runs and the end of the log"),
        Binding("escape", "back", "Versions", tooltip="Back to the versions"),
    ]

    def __init__(self, request: Request) -> None:
        super().__init__()
        self.request = request
        self.error: PhilotesError | None = None

    @property
    def label(self) -> str:
        """What is deployed."""
        return self.request.resolved.source.label

    @property
    def stack(self) -> str:
        """Where it is deployed."""
        return self.request.resolved.target.stack

    def compose(self) -> ComposeResult:
        """Lay out the screen."""
        clock = self.philotes.clock
        yield PlaceHeader()
        yield BusyLine(clock=clock, id="status")
        yield TroubleLine()
        with Horizontal(id="overall"):
            yield ProgressBar(total=1, show_eta=False, show_percentage=True, id="bar")
            yield Static(id="counts", markup=False)
        yield FilterLine(example="deployment, api, create…", id="filter")
        with Container(id="panes"):
            yield LinesView(id="summary")
            yield ResourceTree(clock=clock, live=True, id="tree")
            yield LogView(id="log", empty="Nothing was said yet.")
        yield Footer(compact=True)

    def on_mount(self) -> None:
        """Name the panes and begin."""
        self.query_one("#tree").border_title = "Resources"
        self.query_one("#log").border_title = "Log"
        self.query_one("#summary").border_title = "Summary"
        self._begin()

    def _begin(self) -> None:
        self.error = None
        self.query_one("#summary").display = False
        self.query_one("#overall").display = True
        tree = self.query_one(ResourceTree)
        tree.display = True
        tree.empty = "Waiting for the first resource."
        tree.show({})
        tree.focus()
        self.query_one(LogView).restart()
        expected = len(self.request.preview.resources) or None
        what = self.request.resolved
        change = Change(
            self.stack,
            what.source,
            expected=expected,
            context=what.target.context,
            cluster_id=self.request.cluster.reached,
            record_cluster=self.request.record,
        )
        self.query_one(BusyLine).start(self._doing())
        self.start(self.stack, lambda engine, sink: engine.up(change, sink))

    # What is drawn

    def _doing(self) -> str:
        where = f"{self.label} to {clean_line(self.stack)}"
        if self.stopping > 1:
            return f"Stopping the deploy of {where} at once"
        if self.stopping:
            return f"Cancelling the deploy of {where}: waiting for its end"
        return f"Deploying {where}"

    def draw(self, *, news: bool) -> None:
        """Draw the deploy as far as it has come."""
        progress = self.progress
        tree = self.query_one(ResourceTree)
        if self.running:
            self.query_one(BusyLine).say(self._doing())
        if not news:
            tree.refresh()
            return
        total = max(progress.expected or 0, len(progress.resources))
        fraction = progress.fraction()
        bar = self.query_one(ProgressBar)
        bar.update(total=1 if fraction is not None else None, progress=fraction or 0)
        counts = f" {progress.finished}/{total or '?'}  {wording.changes(progress)}"
        failed = f"  ✗ {len(progress.failed)} failed" if progress.failed else ""
        self.query_one("#counts", Static).update(Text(counts + failed, no_wrap=True))
        over = progress.ended or self.philotes.clock()
        tree.show(progress.resources, ended=None if self.running else over)
        self.query_one(LogView).take(progress.log)

    def ended(self, error: PhilotesError | None) -> None:
        """Show the summary."""
        self.error = error
        planned = len(self.request.preview.changed)
        outcome = Outcome(
            self.progress, error, self.label, self.stack, planned, self._on_which_cluster(error)
        )
        said = headline(outcome)
        self.query_one(BusyLine).stop(said)
        lines = summary_lines(outcome, self.philotes.services.log_file)
        summary = self.query_one("#summary", LinesView)
        summary.show(lines)
        tree = self.query_one(ResourceTree)
        tree.display = False
        self.query_one("#overall").display = bool(self.progress.resources)
        if self.progress.failed:
            tree.go_to(self.progress.failed[0].step.urn)
        summary.display = True
        summary.focus()
        if error is not None:
            self.query_one("#counts", Static).update(Text(f" {tally(outcome)}", no_wrap=True))
            self.query_one(ProgressBar).update(total=outcome.wanted or 1, progress=outcome.done)
        self.philotes.remember(f"{said} {tally(outcome)}".rstrip())
        self.app.bell()

    def _on_which_cluster(self, error: PhilotesError | None) -> str:
        cluster = self.request.cluster
        if not cluster.reached:
            return ""
        recorded = self.request.record and error is None
        standing = "recorded now" if recorded else cluster.standing
        return f"cluster {clean_line(cluster.context)}, id {cluster.short}, {standing}"

    # What the operator does

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what works now."""
        if action in {"cancel", "cancel_question"}:
            return self.running
        if action == "retry":
            return not self.running and self.error is not None and not self._resolving
        if action == "view":
            return not self.running
        if action == "back":
            over = not self.running and not self._resolving
            return over or self.query_one(FilterLine).display
        if action == "filter" and not self.query_one(ResourceTree).display:
            return False
        return super().check_action(action, parameters)

    def action_cancel(self) -> None:
        """Ask whether to cancel, and the second time whether to stop at once."""
        self.cancel_question()

    def cancel_question(self) -> None:
        """Ask; the deploy goes on meanwhile."""

        def answered(yes: bool | None) -> None:
            if yes:
                self.stop()

        self.app.push_screen(ConfirmDialog(FORCE if self.stopping else CANCEL), answered)

    def action_retry(self) -> None:
        """Ask for approval once more, check that nothing moved, deploy again."""

        def answered(approved: Request | None) -> None:
            if approved:
                self.request = approved
                self._resolving = self._approved = True
                self.query_one(BusyLine).start("Checking that nothing moved")
                self._ask()
                self.refresh_bindings()

        resolved, preview = self.request.resolved, self.request.preview
        deployed = self.philotes.deployed.describe(self.stack)
        again = Request(resolved, deployed, preview, again=True, record=self.request.record)
        self.app.push_screen(ApprovalDialog(again), answered)

    @work(group="resolve", exclusive=True, exit_on_error=False)
    async def _ask(self) -> None:
        services = self.philotes.services
        # What the stack holds was changed by the very deploy that is done again.
        before = replace(self.request.resolved, state=None)
        version = getattr(before.source, "version", None)
        try:
            now = await in_thread(lambda: resolve(services, self.stack, version))
        except Exception as fault:  # noqa: BLE001 - shown as an error
            error = as_error(fault, f"looking up {self.label}", services.log_file)
            self.post_message(Resolution(None, error, before_deploy=True))
        else:
            self.post_message(Resolution(now, moved(before, now), before_deploy=True))

    @on(Resolution)
    def _resolution(self, message: Resolution) -> None:
        if not self._approved:
            return  # dropped meanwhile
        self._resolving = False
        if message.error is None:
            if self.take_approval():
                self._begin()
            return
        self._approved = False
        self.query_one(BusyLine).stop(f"✗ {message.error.what}")
        self.philotes.show_error(message.error)
        self.refresh_bindings()

    def action_view(self) -> None:
        """Switch between the summary and the resources."""
        summary, tree = self.query_one("#summary"), self.query_one("#tree")
        summary.display, tree.display = tree.display, summary.display
        (summary if summary.display else tree).focus()

    def action_unchanged(self) -> None:
        """Show or hide unchanged resources."""
        tree = self.query_one(ResourceTree)
        tree.unchanged = not tree.unchanged

    def action_follow(self) -> None:
        """Follow what runs and the end of the log."""
        self.query_one(ResourceTree).follow()
        self.query_one(LogView).action_follow()

    def action_back(self) -> None:
        """Clear the filter, or go back to the versions once the deploy has ended."""
        if not self.filter_cleared():
            self.leave()
