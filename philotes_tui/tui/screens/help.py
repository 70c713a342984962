"""All keys that work on a screen."""

from collections.abc import Iterable
from typing import Any, ClassVar

from rich.text import Text
from textual.app import App, ComposeResult
from textual.binding import ActiveBinding, Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import Screen
from textual.types import CSSPathType
from textual.widgets import Static

from philotes_tui.tui.fitting import pad
from philotes_tui.tui.screens.base import Dialog
from philotes_tui.tui.widgets.lines_view import WAY_OF_THE_KEYS

KEY_WIDTH = 18


class HelpDialog(Dialog[None]):
    """Lists keys; any of the usual ways closes it."""

    CSS_PATH: ClassVar[CSSPathType | None] = ["dialog.tcss", "help.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark,q,enter", "close", "Close", show=False),
    ]

    def __init__(self, text: Text) -> None:
        super().__init__()
        self._text = text

    def compose(self) -> ComposeResult:
        """Lay out the box."""
        with _Keys(classes="box") as box:
            box.border_title = "Keys"
            box.border_subtitle = "esc closes"
            yield Static(self._text, markup=False)


class _Keys(VerticalScroll, can_focus=True):
    """A text that scrolls by all the usual keys."""

    BINDINGS: ClassVar[list[BindingType]] = WAY_OF_THE_KEYS


def keys_text(app: App[Any], screen: Screen[Any]) -> Text:
    """Return the keys that work on a screen now, grouped by what they belong to."""
    groups: dict[str, dict[str, tuple[list[str], str]]] = {}
    for active in screen.active_bindings.values():
        if not active.binding.description or active.binding.action in _NOT_OURS:
            continue
        group = groups.setdefault(_group(active, app, screen), {})
        what = active.binding.tooltip or active.binding.description
        if not active.enabled:
            what += " (not now)"
        keys, _ = group.setdefault(what, ([], what))
        keys.append(app.get_key_display(active.binding))
    return Text("\n\n").join(
        _block(title, groups[title].values()) for title in _ORDER if title in groups
    )


_NOT_OURS = {
    "screen.copy_text",
    *(f"{verb}_{side}" for verb in ("scroll", "page", "cursor") for side in ("left", "right")),
}
"""What the framework binds everywhere and nothing here needs."""

_ORDER = ("This screen", "The focused part", "Everywhere")


def _group(active: ActiveBinding, app: App[Any], screen: Screen[Any]) -> str:
    if active.node is app:
        return "Everywhere"
    if active.node is screen:
        everywhere = active.binding.action.startswith("app.focus")
        return "Everywhere" if everywhere else "This screen"
    return "The focused part"


def _block(title: str, entries: Iterable[tuple[list[str], str]]) -> Text:
    text = Text(title, "bold")
    for keys, what in entries:
        text.append("\n  ")
        text.append(pad(" ".join(keys), KEY_WIDTH), "bold")
        text.append(f" {what}", "not bold")
    return text
