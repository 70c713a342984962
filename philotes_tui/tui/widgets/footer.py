"""The line of keys at the bottom of each whole screen."""

from textual import widgets
from textual.app import ComposeResult


class Footer(widgets.Footer):
    """The framework's, but made anew only where other keys are to be shown.

    Whatever is drawn asks whether the keys are still the same, ten times a second while
    an operation runs; to end and make a dozen widgets each time costs more than the rest.
    """

    _composed: tuple[object, ...] | None = None

    def compose(self) -> ComposeResult:
        """Lay out the keys, and keep which they are."""
        self._composed = self._keys() if self._bindings_ready else None
        return super().compose()

    async def recompose(self) -> None:
        """Make the keys anew if they differ from those that stand there."""
        if self.is_attached and self._keys() != self._composed:
            await super().recompose()

    def _keys(self) -> tuple[object, ...]:
        return tuple(
            (binding, self.app.get_key_display(binding), enabled, tooltip)
            for _, binding, enabled, tooltip in self.screen.active_bindings.values()
        )
