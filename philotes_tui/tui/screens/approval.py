"""The approval of a deploy: everything a person must know, then a deliberate act."""

from dataclasses import dataclass, replace
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.types import CSSPathType
from textual.widgets import Button, Input, Static

from philotes_tui.engine import Op, Progress, Target
from philotes_tui.engine.cluster_identity import ClusterIdentity, cluster_of
from philotes_tui.errors import InvalidReference
from philotes_tui.foreign import clean_line
from philotes_tui.releases import ChartSource, LocalChart, RegistryChart, Version
from philotes_tui.tui import wording
from philotes_tui.tui.resolution import Resolved
from philotes_tui.tui.screens.base import Dialog
from philotes_tui.tui.tree import short_name, short_type
from philotes_tui.tui.widgets.tick_box import TickBox


@dataclass(frozen=True)
class Request:
    """What is to be approved.

    Attributes:
        resolved: Destination and chart, pinned.
        deployed: The version deployed now, `nothing` or `unknown`.
        preview: What the preview found.
        again: Whether this repeats a deploy that did not succeed.
        record: Whether the cluster's id is to be kept in the stack file; before the
            approval what is proposed, afterwards what was chosen.
    """

    resolved: Resolved
    deployed: str
    preview: Progress
    again: bool = False
    record: bool = False

    @property
    def cluster(self) -> ClusterIdentity:
        """Which cluster the preview reached, and which one is recorded."""
        return cluster_of(self.resolved.target, self.preview.outputs)


class ApprovalDialog(Dialog[Request]):
    """Returns the request as it was approved, or None; production needs the stack's name typed."""

    CSS_PATH: ClassVar[CSSPathType | None] = ["dialog.tcss", "approval.tcss"]
    # Keys typed ahead reach the dialog before `on_mount` has moved the focus: what has
    # it from the very first must be what does no harm.
    AUTO_FOCUS = "#name, #cancel"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "approve", "Deploy", show=False),
        Binding("n", "close", "Cancel", show=False),
        Binding("r,ctrl+r", "toggle_record", "Record the cluster", show=False),
        Binding("left,up", "app.focus_previous", "Other answer", show=False),
        Binding("right,down", "app.focus_next", "Other answer", show=False),
    ]

    def __init__(self, request: Request) -> None:
        super().__init__()
        self.request = request
        self._target = request.resolved.target

    def compose(self) -> ComposeResult:
        """Lay out the box."""
        production = self._target.is_production
        with VerticalScroll(classes="box", can_focus=False) as box:
            verb = "Deploy again" if self.request.again else "Deploy"
            box.border_title = Content(f"{verb} {self.request.resolved.source.label}")
            box.set_class(production, "-danger")
            if production:
                yield Static("▌PRODUCTION▐", classes="production", markup=False)
            yield Static(facts(self.request), id="facts", markup=False)
            yield Static(Text("\n").join(warnings(self.request)), id="warnings", markup=False)
            if self.request.cluster.recordable:
                # A field for a name takes the letter itself.
                key = "ctrl+r" if production else "r"
                label = Content(f"Record this cluster: refuse any other from now on ({key})")
                yield TickBox(label, self.request.record, id="record", compact=True)
            if production:
                name = self._target.stack
                yield Static(f"Type the stack's name, {name}, to deploy:", markup=False)
                yield Input(id="name", compact=True, select_on_focus=False)
            with Horizontal(classes="buttons"):
                key = "" if production else " (y)"
                yield Button(Text(f"Deploy{key}"), id="deploy", disabled=production)
                yield Button(Text("Cancel (esc)"), id="cancel", variant="primary")

    def on_mount(self) -> None:
        """Hide what is empty and keep the cursor from blinking over a slow line."""
        self.query_one("#warnings").display = bool(warnings(self.request))
        for field in self.query(Input):
            field.cursor_blink = False

    @property
    def _named(self) -> bool:
        if not self._target.is_production:
            return True
        return self.query_one("#name", Input).value.strip() == self._target.stack

    @on(Input.Changed)
    def _typed(self) -> None:
        self.query_one("#deploy", Button).disabled = not self._named

    @on(Input.Submitted)
    def _submitted(self) -> None:
        if self._named:
            self._approve()

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "deploy" and self._named:
            self._approve()
        else:
            self.action_close()

    def _approve(self) -> None:
        boxes = self.query(TickBox)
        self.dismiss(replace(self.request, record=any(box.value for box in boxes)))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Give `y` and `n` no meaning where a name must be typed."""
        del parameters
        return not (self._target.is_production and action == "approve")

    def action_approve(self) -> None:
        """Deploy."""
        self._approve()

    def action_toggle_record(self) -> None:
        """Record the cluster, or do not; the focus stays where it is."""
        for box in self.query(TickBox):
            box.toggle()

    def action_close(self) -> None:
        """Do not deploy."""
        self.dismiss(None)


def facts(request: Request) -> Text:
    """Return what would be deployed where, line by line."""
    target, source, cluster = request.resolved.target, request.resolved.source, request.cluster
    lines = [
        ("stack", target.stack),
        ("environment", target.environment),
        ("cluster", target.context or "none"),
        ("server", target.server or "unknown"),
        ("cluster id", f"{cluster.reached}  {cluster.standing}"),
        ("namespace", target.namespace),
        ("version", f"{request.deployed} → {source.label}"),
        ("chart", _origin(target, source)),
        ("changes", wording.changes(request.preview)),
    ]
    text = Text()
    for index, (label, value) in enumerate(each for each in lines if each[1].strip()):
        text.append("\n" if index else "")
        text.append(f"{label:<12}", "dim")
        text.append(clean_line(value), "bold" if label in {"stack", "cluster", "version"} else "")
    return text


def _origin(target: Target, source: ChartSource) -> str:
    if isinstance(source, RegistryChart):
        digest = f"@{source.digest[:19]}…" if source.digest else ""
        return f"{target.registry.removeprefix('oci://')}/philotes{digest}"
    return str(source.path)


def warnings(request: Request) -> list[Text]:
    """Return what deserves a second look before approving."""
    target, source = request.resolved.target, request.resolved.source
    found: list[str] = []
    if target.problem:
        found.append(target.problem)
    found += source.notices
    if isinstance(source, LocalChart) and target.environment != "dev":
        found.append("Local charts are meant for development.")
    if _is_older(source.label, request.deployed):
        found.append("This is older than what is deployed now.")
    if isinstance(source, RegistryChart) and source.version.is_prerelease and target.is_production:
        found.append("This is a pre-release.")
    gone = [
        f"{short_type(r.step)} {short_name(r.step, request.preview.resources)}"
        for r in request.preview.changed
        if r.step.op in {Op.DELETE, Op.REPLACE}
    ]
    if gone:
        count = wording.plural(len(gone), "resource")
        found.append(f"{count} will be deleted or replaced: {wording.listed(gone)}.")
    return [Text(f"! {clean_line(line)}") for line in found]


def _is_older(version: str, deployed: str) -> bool:
    try:
        return Version.lenient(version) < Version.lenient(deployed.partition(",")[0])
    except InvalidReference:
        return False
