"""One line: every stack and what is deployed on it."""

from collections.abc import Sequence

from rich.cells import cell_len
from rich.text import Text
from textual.reactive import reactive
from textual.widget import Widget

from philotes_tui.foreign import clean_line
from philotes_tui.tui.fitting import shorten
from philotes_tui.tui.session import Deployed

LONGEST_VERSION = 18


class StackStrip(Widget):
    """Shows stacks by number, the selected one in brackets."""

    COMPONENT_CLASSES = {  # noqa: RUF012 - Textual reads a plain class attribute
        "stack-strip--stack",
        "stack-strip--selected",
    }
    selected: reactive[str] = reactive("")
    deployed: reactive[Deployed] = reactive(Deployed())

    def __init__(self, stacks: Sequence[str], *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._stacks = tuple(stacks)

    def render(self) -> Text:
        """Return the line at the present width."""
        text = Text(" deployed ", self.get_component_rich_style("stack-strip--stack"), no_wrap=True)
        for index, (label, selected) in enumerate(
            strip_labels(self._stacks, self.selected, self.deployed)
        ):
            left = len(self._stacks) - index
            if cell_len(text.plain) + cell_len(label) + 12 > self.size.width and left > 1:
                text.append(f" +{left} more (s)")
                break
            role = "selected" if selected else "stack"
            text.append(label, self.get_component_rich_style(f"stack-strip--{role}"))
            text.append(" ")
        return text


def strip_labels(
    stacks: Sequence[str], selected: str, deployed: Deployed
) -> list[tuple[str, bool]]:
    """Return each stack's label and whether it is the selected one; pure."""
    labels = []
    for number, name in enumerate(stacks, start=1):
        version = deployed.brief(name)
        if not version:
            unknown = deployed.fault is not None and name not in deployed.stacks
            version = "?" if unknown else "…" if deployed.reading else "—"
        key = f"{number} " if number <= 9 else ""  # noqa: PLR2004 - there are nine such keys
        text = f"{key}{clean_line(name, 20)} {shorten(clean_line(version), LONGEST_VERSION)}"
        here = name == selected
        labels.append((f"[{text}]" if here else f" {text} ", here))
    return labels
