"""Shown while the terminal is too small to show anything else without lying."""

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.geometry import Size
from textual.screen import ModalScreen
from textual.widgets import Static

LEAST = Size(60, 16)
"""Columns and rows below which the screens cannot be read."""


class TooSmallScreen(ModalScreen[None]):
    """Says which size is needed; goes away by itself."""

    CSS_PATH = "too_small.tcss"

    def compose(self) -> ComposeResult:
        """Lay out the one text."""
        yield Static(markup=False)

    def on_mount(self) -> None:
        """Say the size."""
        self._say(self.app.size)

    def on_resize(self, event: events.Resize) -> None:
        """Say the new size."""
        self._say(event.size)

    def _say(self, size: Size) -> None:
        text = (
            f"This terminal is too small.\n\nIt has {size.width}×{size.height}, "
            f"at least {LEAST.width}×{LEAST.height} is needed.\nMake it larger to go on."
        )
        self.query_one(Static).update(Text(text, justify="center"))


def is_too_small(size: Size) -> bool:
    """Return whether the screens cannot be read at this size."""
    return size.width < LEAST.width or size.height < LEAST.height
