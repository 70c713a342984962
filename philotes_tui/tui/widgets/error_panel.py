"""An error a person can act on: what, on what, what was said, what to do."""

from pathlib import Path

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from philotes_tui.errors import OperationFailed, PhilotesError
from philotes_tui.foreign import clean_text


class ErrorPanel(VerticalScroll, can_focus=True):
    """Shows one error; hidden while there is none."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name for it
        super().__init__(id=id)
        self.display = False

    def compose(self) -> ComposeResult:
        """Lay out the one text."""
        yield Static(markup=False)

    def show(self, error: PhilotesError, log_file: Path, keys: str = "") -> None:
        """Show an error.

        Args:
            error: What to show.
            log_file: Where the details are.
            keys: Which keys do what now, such as `r tries again`.
        """
        self.border_title = "✗ Failed"
        self.query_one(Static).update(error_text(error, log_file, keys))
        self.display = True
        self.scroll_home(animate=False)

    def clear(self) -> None:
        """Hide the panel."""
        self.display = False


def error_text(error: PhilotesError, log_file: Path, keys: str = "") -> Text:
    """Return an error as text; nothing in it is ever taken for markup."""
    text = Text()
    text.append(f"✗ {error.what}\n", "bold")
    if error.on:
        text.append("on      ", "dim")
        text.append(f"{error.on}\n")
    said = error.said
    if isinstance(error, OperationFailed):
        said = clean_text("\n".join(error.diagnostics)) or said
    for index, line in enumerate(said.expandtabs(4).splitlines()):
        text.append("said    " if not index else "        ", "dim")
        text.append(f"{line}\n")
    if error.todo:
        text.append("\n→ ", "bold")
        text.append(f"{error.todo}\n", "bold")
    if keys:
        text.append(f"\n{keys}\n")
    text.append(f"details {log_file}", "dim")
    return text
