"""The least a Textual program with a header, a table and a footer is: what start-up is held to."""

from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import DataTable, Footer, Header


class BareApp(App[None]):
    """A header, an empty table and a footer; `q` quits."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "nothing", "Filter", key_display="/"),
        Binding("s", "nothing", "Stack"),
        Binding("l", "nothing", "Local"),
        Binding("r", "nothing", "Reload"),
        Binding("q", "quit", "Quit"),
    ]

    def compose(self) -> ComposeResult:
        """Lay out the screen."""
        yield Header()
        yield DataTable[str]()
        yield Footer(compact=True)

    def on_mount(self) -> None:
        """Give the table its columns."""
        self.query_one(DataTable).add_columns("version", "kind", "deployed on")

    def action_nothing(self) -> None:
        """Stand behind the keys the footer names."""


if __name__ == "__main__":
    BareApp().run()
