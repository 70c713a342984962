"""The stack selector."""

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.types import CSSPathType
from textual.widgets import Static

from philotes_tui.engine import Target
from philotes_tui.errors import PhilotesError
from philotes_tui.foreign import clean_line
from philotes_tui.tui.faults import as_error
from philotes_tui.tui.fitting import shorten
from philotes_tui.tui.offload import in_thread
from philotes_tui.tui.screens.base import Dialog
from philotes_tui.tui.session import Deployed, Place
from philotes_tui.tui.widgets.key_table import Cells, KeyTable

if TYPE_CHECKING:
    from textual.widgets import DataTable


class StackDialog(Dialog[str]):
    """Returns the name of the stack chosen, or None."""

    CSS_PATH: ClassVar[CSSPathType | None] = ["dialog.tcss", "stack_dialog.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s,q", "close", "Close", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._targets: dict[str, Target | PhilotesError] = {}

    def compose(self) -> ComposeResult:
        """Lay out the box."""
        with Vertical(classes="box") as box:
            box.border_title = "Stack"
            yield KeyTable("stack", "environment", "cluster", "deployed", id="stacks")
            yield Static("Enter selects, Esc leaves it as it is.", id="hint", markup=False)

    def on_mount(self) -> None:
        """List the stacks at once and read where they go."""
        self._show()
        table = self.query_one(KeyTable)
        table.go_to(self.philotes.place.stack)
        table.focus()
        self.watch(self.app, "deployed", self._show, init=False)
        self._read_targets()

    @work(group="targets", exclusive=True, exit_on_error=False)
    async def _read_targets(self) -> None:
        services = self.philotes.services
        for name in services.stacks:
            try:
                self._targets[name] = await in_thread(partial(services.target, name))
            except Exception as fault:  # noqa: BLE001 - shown in the row
                doing = f"reading the stack {name}"
                self._targets[name] = as_error(fault, doing, services.log_file)
            self._show()

    def _show(self) -> None:
        app = self.philotes
        rows = [
            (name, _cells(name, self._targets.get(name), app.place, app.deployed))
            for name in app.services.stacks
        ]
        self.query_one(KeyTable).show(rows)

    @on(KeyTable.RowSelected)
    def _selected(self, event: "DataTable.RowSelected") -> None:
        event.stop()
        self.dismiss(str(event.row_key.value))


def _cells(
    name: str, target: Target | PhilotesError | None, place: Place, deployed: Deployed
) -> Cells:
    """Return one stack's row."""
    here = "●" if name == place.stack else " "
    if isinstance(target, Target):
        environment = "▌PRODUCTION▐" if target.is_production else clean_line(target.environment)
        cluster = clean_line(target.context) or "none"
    elif target is None:
        environment, cluster = "…", "…"
    else:
        environment, cluster = "?", f"✗ {target.what}"
    version = "…" if deployed.reading else deployed.describe(name)
    return (
        Text(f"{here} {clean_line(name, 24)}"),
        Text(environment, "bold" if "PRODUCTION" in environment else ""),
        Text(shorten(cluster, 26)),
        Text(shorten(clean_line(version), 16)),
    )
