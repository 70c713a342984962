"""A plain text in the place where a list would be."""

from rich.text import Text
from textual.widgets import Static


class Notice(Static, can_focus=True):
    """Can take the focus, so that the keys of the screen work while there is no list."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name for it
        super().__init__(id=id, markup=False)

    def say(self, text: Text) -> None:
        """Show a text."""
        self.update(text)
