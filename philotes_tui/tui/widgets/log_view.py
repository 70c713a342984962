"""The log of an operation: follows the end until the reader scrolls back."""

from collections.abc import Iterable
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.reactive import reactive

from philotes_tui.engine import Diagnostic, LogLine, Severity
from philotes_tui.foreign import clean_text
from philotes_tui.tui.diffing import Line, Tone
from philotes_tui.tui.tree import without_urns
from philotes_tui.tui.widgets.lines_view import LinesView

_TONE = {
    Severity.ERROR: Tone.ERROR,
    Severity.WARNING: Tone.WARNING,
    Severity.DEBUG: Tone.MUTED,
}


class LogView(LinesView):
    """Keeps every line. Scrolling up stops following; the end or `f` follows again."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f", "follow", "Follow", show=False),
        Binding("G,end", "follow", "End", show=False),
    ]
    following: reactive[bool] = reactive(True, repaint=False)

    def __init__(self, *, id: str | None = None, empty: str = "") -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id, empty=empty)
        self._taken = 0
        self._urns: dict[str, str] = {}

    def take(self, log: tuple[Diagnostic | LogLine, ...]) -> None:
        """Show what a log has grown by since the last time."""
        if len(log) == self._taken:
            return
        new, self._taken = log[self._taken :], len(log)
        self.append(log_lines(new))
        self._to_end_if_following()

    def restart(self) -> None:
        """Forget everything, for another operation."""
        self._taken = 0
        self.following = True
        self.show(())

    def on_resize(self, event: events.Resize) -> None:
        """Stay at the end while following."""
        super().on_resize(event)
        self._to_end_if_following()

    def action_follow(self) -> None:
        """Go to the end and stay there."""
        self.following = True
        self._to_end_if_following()

    def action_scroll_up(self) -> None:
        """Go up a row and stop following, before anything new can arrive."""
        self.following = self.max_scroll_y == 0
        self.scroll_relative(y=-1, animate=False, immediate=True)

    def action_page_up(self) -> None:
        """Go up a page and stop following."""
        self.following = self.max_scroll_y == 0
        self.scroll_relative(y=-self.container_size.height, animate=False, immediate=True)

    def action_scroll_home(self) -> None:
        """Go to the top and stop following."""
        self.following = self.max_scroll_y == 0
        self.scroll_to(y=0, animate=False, immediate=True)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Stop following when the reader scrolls up, follow again at the end."""
        super().watch_scroll_y(old_value, new_value)
        if new_value < old_value and new_value < self.max_scroll_y - 0.5:
            self.following = False
        elif new_value >= self.max_scroll_y - 0.5:
            self.following = True

    def watch_following(self, following: bool) -> None:
        """Say so on the border."""
        self.border_subtitle = "" if following else "scrolled back · f follows"

    def _to_end_if_following(self) -> None:
        if self.following:
            self.scroll_end(animate=False, immediate=True, x_axis=False)


def log_lines(entries: Iterable[Diagnostic | LogLine]) -> Iterable[Line]:
    """Yield log entries as lines; severities are written out, not only coloured."""
    for entry in entries:
        texts = clean_text(without_urns(entry.text)).rstrip().splitlines() or [""]
        if isinstance(entry, LogLine):
            yield from (Line(text, Tone.PLAIN, 2) for text in texts)
            continue
        tone = _TONE.get(entry.severity, Tone.PLAIN)
        about = f"{_last(entry.urn)}: " if entry.urn and tone in {Tone.ERROR, Tone.WARNING} else ""
        marked = "" if entry.severity is Severity.INFO else f"{entry.severity.value}: "
        yield Line(f"{marked}{about}{texts[0]}", tone, 2)
        yield from (Line(f"  {text}", tone, 4) for text in texts[1:])


def _last(urn: str) -> str:
    """Return the name at the end of a URN."""
    return urn.rpartition("::")[2]
