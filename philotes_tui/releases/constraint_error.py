"""The error of a constraint that does not parse."""

from philotes_tui.errors import InvalidReference

_WINDOW = 60
_BEFORE = 40


class InvalidConstraint(InvalidReference):
    """A version constraint does not parse.

    Args:
        problem: What is wrong at the place, without a capital and a full stop.
        text: The whole constraint.
        position: Where in it, characters from 0.
    """

    kind = "invalid-constraint"

    def __init__(self, problem: str, text: str, position: int) -> None:
        self.text = text
        self.position = min(position, len(text))
        super().__init__(
            f"The constraint cannot be read at character {self.position + 1}: {problem}",
            on=text if len(text) <= _WINDOW else "",
            todo="Write it as in Helm, for example ^0.3, “>=1.2 <2” or “1.2 - 2 || ~3.1”.",
        )

    @property
    def pointer(self) -> str:
        """Two lines: the constraint, or what stands around the place, and a caret below it."""
        start = max(0, self.position - _BEFORE)
        shown = self.text[start : start + _WINDOW]
        before, after = "…" if start else "", "…" if start + _WINDOW < len(self.text) else ""
        line = "".join(c if c.isprintable() else "�" for c in shown)
        return f"{before}{line}{after}\n{' ' * (len(before) + self.position - start)}^"
