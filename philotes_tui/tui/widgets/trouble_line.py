"""Lines that are there only while something is amiss."""

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

    def __init__(self, id: str = "trouble") -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id, markup=False)

    def say(self, *troubles: str) -> None:
        """Show sentences, or with none or empty ones go away."""
        told = [f"! {trouble}" for trouble in troubles if trouble]
        self.update(Text("\n".join(told)))
        self.display = bool(told)
