"""A terminal driver that outlives its terminal.

When a connection drops, the kernel takes the terminal away: writing to it fails
from then on. The framework's writer thread dies of that and the program then
waits for it for ever, with a deploy in its hands. Here writes go nowhere instead,
so that the program can cancel what runs, wait for it, and end.
"""

from collections.abc import Callable
from typing import IO, TYPE_CHECKING, Any, cast

from textual.drivers.linux_driver import LinuxDriver

if TYPE_CHECKING:
    from philotes_tui.tui.app import PhilotesApp


class EnduringFile:
    """Passes text on to a terminal until that is gone, then drops it."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self._gone = False

    def write(self, text: str) -> int:
        """Write text, or drop it."""
        self._unless_gone(lambda: self._file.write(text))
        return len(text)

    def flush(self) -> None:
        """Flush, or do nothing."""
        self._unless_gone(self._file.flush)

    def fileno(self) -> int:
        """Return the file's number."""
        return self._file.fileno()

    def isatty(self) -> bool:
        """Return whether this is, or was, a terminal."""
        return self._gone or self._file.isatty()

    def _unless_gone(self, act: Callable[[], object]) -> None:
        if self._gone:
            return
        try:
            act()
        except (OSError, ValueError):
            self._gone = True


class EnduringDriver(LinuxDriver):
    """Tells the program to leave when its terminal cannot be read any more."""

    def __init__(self, app: "PhilotesApp", **options: Any) -> None:
        super().__init__(app, **options)
        if self._file is not None:
            self._file = cast("Any", EnduringFile(self._file))

    def run_input_thread(self) -> None:
        """Read keys until the program ends or the terminal goes away."""
        try:
            super().run_input_thread()
        except OSError:
            app = cast("PhilotesApp", self._app)
            app.call_later(app.told_to_leave)
