"""One line: the sections of a text by number, the one that is open in brackets."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual import events
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

_MARGIN = " "


class SectionStrip(Widget):
    """Shows and, to a mouse, offers the sections."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"section-strip--section", "section-strip--selected"}
    selected: reactive[str] = reactive("")

    @dataclass
    class Chosen(Message):
        """A section was clicked; they are counted from 1."""

        number: int

    def __init__(self, sections: Sequence[str], *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._sections = tuple(sections)

    def _labels(self) -> list[str]:
        return [
            f"[{number} {name}]" if name == self.selected else f" {number} {name} "
            for number, name in enumerate(self._sections, start=1)
        ]

    def render(self) -> Text:
        """Return the line."""
        text = Text(_MARGIN, no_wrap=True)
        for name, label in zip(self._sections, self._labels(), strict=True):
            role = "selected" if name == self.selected else "section"
            text.append(label, self.get_component_rich_style(f"section-strip--{role}"))
        return text

    def on_click(self, event: events.Click) -> None:
        """Tell which section was clicked."""
        end = cell_len(_MARGIN)
        for number, label in enumerate(self._labels(), start=1):
            end += cell_len(label)
            if event.x < end:
                self.post_message(self.Chosen(number))
                return
