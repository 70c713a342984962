"""A question with a safe answer and another one."""

from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Static

from philotes_tui.engine import Kind
from philotes_tui.engine.wording import INTERRUPTED, OPERATION
from philotes_tui.tui.screens.base import Dialog


@dataclass(frozen=True)
class Question:
    """What is asked.

    Attributes:
        title: The question in a few words.
        text: What each answer leads to.
        safe: The answer that changes nothing; it has the focus.
        other: The answer that acts; the key `y` gives it too.
    """

    title: str
    text: str
    safe: str
    other: str


QUIT = Question("Quit?", "Nothing is running; nothing is lost.", safe="Stay", other="Quit")


def quit_running(kind: Kind) -> Question:
    """Return the question asked when the operator quits while an operation is running."""
    text = (
        f"A {OPERATION[kind]} is running. Quitting cancels it; the program quits by "
        "itself when that has ended."
    )
    if kind is not Kind.PREVIEW:
        text += f" {INTERRUPTED}"
    return Question("Quit?", text, safe="Keep running", other="Cancel it and quit")


class ConfirmDialog(Dialog[bool]):
    """Returns whether the answer was the one that acts."""

    AUTO_FOCUS = "#safe"  # from the very first, for keys typed ahead
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "Yes", show=False),
        Binding("n", "answer(False)", "No", show=False),
        Binding("left,up,h", "app.focus_previous", "Other answer", show=False),
        Binding("right,down,l", "app.focus_next", "Other answer", show=False),
    ]

    def __init__(self, question: Question) -> None:
        super().__init__()
        self.question = question

    def compose(self) -> ComposeResult:
        """Lay out the box."""
        with VerticalScroll(classes="box", can_focus=False) as box:
            box.border_title = Content(self.question.title)
            yield Static(Text(self.question.text), markup=False)
            with Horizontal(classes="buttons"):
                yield Button(Text(f"{self.question.other} (y)"), id="other")
                yield Button(Text(f"{self.question.safe} (n)"), id="safe", variant="primary")

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "other")

    def action_answer(self, other: bool) -> None:
        """Answer by key."""
        self.dismiss(other)

    def action_close(self) -> None:
        """Take the safe answer."""
        self.dismiss(False)
