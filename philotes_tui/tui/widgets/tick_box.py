"""A yes or no that is told by a sign, not by colour alone."""

from textual.content import Content
from textual.widgets import Checkbox


class TickBox(Checkbox):
    """Draws `[x]` or `[ ]`; Space toggles it, and so does Enter."""

    def render(self) -> Content:
        """Return the sign and what it is about."""
        return Content.assemble("[x]" if self.value else "[ ]", self.label.pad(1, 1))
