"""A line that is there only while something is amiss."""

from rich.text import Text
from textual.widgets import Static


class TroubleLine(Static):
    """Says what seems wrong while an operation goes on; takes no room otherwise."""

    DEFAULT_CSS = """
    TroubleLine {
        display: none;
        height: auto;
        padding: 0 1;
        color: $warning;
    }
    """

    def __init__(self) -> None:
        super().__init__(id="trouble", markup=False)

    def say(self, trouble: str) -> None:
        """Show a sentence, or with an empty one go away."""
        self.update(Text(f"! {trouble}" if trouble else ""))
        self.display = bool(trouble)
