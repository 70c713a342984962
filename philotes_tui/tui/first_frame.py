"""Waiting until the first picture stands: what reading imports would hold it up."""

from collections.abc import Callable
from typing import Any

from textual.app import App

MOST = 50
"""Pictures waited for; a screen whose footer never comes is not waited for any longer."""
PAUSE = 0.05
"""Seconds in which the terminal is sent the picture."""


def when_drawn(app: App[Any], begin: Callable[[], object], left: int = MOST) -> None:
    """Call `begin` once the footer of the first screen was drawn.

    Args:
        app: The program, on its first screen.
        begin: What was held back.
        left: How many more pictures are waited for at most.
    """
    if left and len(app.screen_stack) == 1 and not app.query("FooterKey"):
        app.screen.call_after_refresh(when_drawn, app, begin, left - 1)
    else:
        app.screen.call_after_refresh(app.set_timer, PAUSE, begin)
