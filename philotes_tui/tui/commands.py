"""The command palette: every key of the screen by its name, and the stacks."""

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.types import IgnoreReturnCallbackType

from philotes_tui.foreign import clean_line

if TYPE_CHECKING:
    from philotes_tui.tui.app import PhilotesApp

Command = tuple[str, str, IgnoreReturnCallbackType]


class PhilotesCommands(Provider):
    """What can be done on the present screen."""

    async def discover(self) -> Hits:
        """Yield all commands before anything is typed."""
        for title, explanation, call in self._commands():
            yield DiscoveryHit(Content(title), call, text=title, help=explanation)

    async def search(self, query: str) -> Hits:
        """Yield the commands that match what is typed."""
        matcher = self.matcher(query)
        for title, explanation, call in self._commands():
            score = matcher.match(title)
            if score > 0:
                yield Hit(score, matcher.highlight(title), call, text=title, help=explanation)

    def _commands(self) -> Iterator[Command]:
        app = cast("PhilotesApp", self.app)
        seen: set[str] = set()
        for active in self.screen.active_bindings.values():
            binding = active.binding
            named = bool(binding.tooltip) and active.enabled and binding.tooltip not in seen
            if not named or binding.action == "interrupt":
                continue
            seen.add(binding.tooltip)  # two keys may name one action differently
            key = f"key {app.get_key_display(binding)}"
            yield binding.tooltip, key, partial(app.run_action, binding.action, active.node)
        if app.operation is None and len(app.screen_stack) <= 2:  # noqa: PLR2004 - and the palette
            for name in app.services.stacks:
                call = partial(app.select_stack, name)
                yield f"Select stack {clean_line(name)}", app.deployed.version(name), call
