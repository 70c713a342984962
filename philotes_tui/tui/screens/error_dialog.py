"""One error in full, over the screen it happened on."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from philotes_tui.errors import PhilotesError
from philotes_tui.tui.screens.base import Dialog
from philotes_tui.tui.widgets.error_panel import ErrorPanel


class ErrorDialog(Dialog[None]):
    """Shows an error; Esc, Enter or q close it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,q", "close", "Close", show=False),
    ]

    def __init__(self, error: PhilotesError) -> None:
        super().__init__()
        self.error = error

    def compose(self) -> ComposeResult:
        """Lay out the panel as the box."""
        panel = ErrorPanel(id="error")
        panel.add_class("box", "-danger")
        yield panel

    def on_mount(self) -> None:
        """Show the error."""
        panel = self.query_one(ErrorPanel)
        panel.show(self.error, self.philotes.services.log_file, "Esc closes.")
        panel.focus()
