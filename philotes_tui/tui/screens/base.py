"""What all screens have in common."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, TypeVar, cast

from textual import work
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen, Screen
from textual.types import CSSPathType

from philotes_tui.engine import Target
from philotes_tui.releases import Moved
from philotes_tui.tui.faults import LOGGER
from philotes_tui.tui.offload import in_thread

if TYPE_CHECKING:
    from philotes_tui.tui.app import PhilotesApp

R = TypeVar("R")

WIDE = 110
"""Columns from which panes stand side by side."""


class PhilotesScreen(Screen[None]):
    """A whole screen: header, body, footer."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide")]  # noqa: RUF012 - Textual's own
    ESCAPE_TO_MINIMIZE = False

    @property
    def philotes(self) -> "PhilotesApp":
        """The program this screen belongs to."""
        return cast("PhilotesApp", self.app)

    _leaving = False

    def leave(self) -> None:
        """Go back to the screen below; under a dialog, as soon as that has been answered.

        Dismissing takes whatever is on top, and with it the answer that is waited for.
        """
        self._leaving = True
        if self.app.screen is self:
            self.dismiss(None)

    def on_screen_resume(self) -> None:
        """Leave now if that had to wait for a dialog."""
        if self._leaving:
            self.leave()

    @work(group="told", exit_on_error=False)
    async def moved_told(self, target: Target, moved: Sequence[Moved]) -> None:
        """Have versions compared from now on with what was told of them."""
        services = self.philotes.services
        try:
            await in_thread(lambda: services.charts(target).told(moved))
        except Exception as fault:  # noqa: BLE001 - it is told once more, the next time
            LOGGER.warning("what was told of moved tags was not kept: %s", fault)


class Dialog(ModalScreen[R]):
    """A box over the screen; Esc is always the safe way out."""

    CSS_PATH: ClassVar[CSSPathType | None] = "dialog.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "Close", show=False),
    ]

    @property
    def philotes(self) -> "PhilotesApp":
        """The program this dialog belongs to."""
        return cast("PhilotesApp", self.app)

    def action_close(self) -> None:
        """Go away without an answer."""
        self.dismiss(None)
