"""One line that says what is going on and for how long."""

from collections.abc import Callable

from rich.text import Text
from textual.timer import Timer
from textual.widgets import Static

from philotes_tui.tui import wording

EACH = 0.1
"""Seconds between two pictures of the spinner."""


class BusyLine(Static):
    """A spinner, a text and the seconds so far; or a plain text when nothing goes on."""

    def __init__(self, *, clock: Callable[[], float], id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id, markup=False)
        self._clock = clock
        self._since: float | None = None
        self._doing = ""
        self._timer: Timer | None = None

    @property
    def busy(self) -> bool:
        """Whether something goes on."""
        return self._since is not None

    def start(self, doing: str) -> None:
        """Say what has begun now."""
        self._doing = doing
        self._since = self._clock()
        if self._timer is None:
            self._timer = self.set_interval(EACH, self._tick)
        self._timer.resume()
        self._tick()

    def go_on(self, doing: str) -> None:
        """Say what goes on; the seconds begin anew only when it is something else."""
        if not self.busy or doing != self._doing:
            self.start(doing)

    def say(self, doing: str) -> None:
        """Change what is going on; the seconds go on."""
        self._doing = doing

    def stop(self, text: Text | str = "") -> None:
        """Say what came of it."""
        self._since = None
        if self._timer is not None:
            self._timer.pause()
        self.update(Text(text) if isinstance(text, str) else text)

    def _tick(self) -> None:
        if self._since is None:
            return
        now = self._clock()
        took = wording.duration(now - self._since)
        self.update(Text(f"{wording.spinner(now)} {self._doing}  {took}"))
