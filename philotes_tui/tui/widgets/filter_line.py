"""A line to type a filter into, shown only while there is one."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Input, Static

from philotes_tui.tui.messages import FilterClosed, FilterTyped


class FilterLine(Horizontal):
    """Tells each change as it is typed; Enter keeps the filter, Esc clears it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "clear", "Clear the filter", show=False),
    ]

    def __init__(
        self,
        *,
        example: str,
        hint: str = "enter keeps the filter, esc clears it",
        id: str | None = None,  # noqa: A002 - Textual's name
    ) -> None:
        """Create the line, hidden.

        Args:
            example: What can be typed, shown while nothing is.
            hint: What the keys do, shown beside it.
            id: The widget's id in the DOM.
        """
        super().__init__(id=id)
        self._placeholder = f"{example}   {hint}"
        self.display = False

    @property
    def wanted(self) -> str:
        """The filter as it stands."""
        return self.query_one(Input).value.strip()

    def compose(self) -> ComposeResult:
        """Lay out the sign and the input."""
        yield Static("/", markup=False)
        yield Input(compact=True, placeholder=self._placeholder, select_on_focus=False)

    def open(self) -> None:
        """Show the line and type into it."""
        self.display = True
        self.query_one(Input).cursor_blink = False
        # At once and not by a message: the next key may have arrived with this one.
        self.screen.set_focus(self.query_one(Input))

    def action_clear(self) -> None:
        """Clear the filter and go away."""
        self.query_one(Input).value = ""
        self.display = False
        self.post_message(FilterClosed())

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(FilterTyped(self.wanted))

    @on(Input.Submitted)
    def _kept(self, event: Input.Submitted) -> None:
        event.stop()
        self.display = bool(self.wanted)
        self.post_message(FilterClosed())
