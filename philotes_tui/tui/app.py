"""The program on the screen."""

import signal
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from textual import events, on, work
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.driver import Driver
from textual.reactive import reactive
from textual.screen import Screen
from textual.types import CSSPathType

from philotes_tui.engine import Target
from philotes_tui.errors import PhilotesError
from philotes_tui.tui.commands import PhilotesCommands
from philotes_tui.tui.faults import LOGGER, as_error
from philotes_tui.tui.first_frame import when_drawn
from philotes_tui.tui.messages import StacksRead, StacksUnreadable, TargetRead, TargetUnreadable
from philotes_tui.tui.offload import in_thread
from philotes_tui.tui.screens.base import PhilotesScreen
from philotes_tui.tui.screens.confirm import QUIT, ConfirmDialog, Question, quit_running
from philotes_tui.tui.screens.error_dialog import ErrorDialog
from philotes_tui.tui.screens.help import HelpDialog, keys_text
from philotes_tui.tui.screens.operation import OperationScreen
from philotes_tui.tui.screens.releases import ReleasesScreen
from philotes_tui.tui.screens.too_small import TooSmallScreen, is_too_small
from philotes_tui.tui.services import Services
from philotes_tui.tui.session import Deployed, Place
from philotes_tui.tui.signals import take_signals
from philotes_tui.tui.themes import DARK, LIGHT, THEMES


class PhilotesApp(App[tuple[str, ...]]):
    """`run()` returns one sentence for each deploy of this session, in order.

    Args:
        services: Everything the screens may call.
        clock: The present time, seconds since the epoch.
    """

    TITLE = "philotes-tui"
    # The first screen is the default one, whose own CSS_PATH the framework does not read.
    CSS_PATH: ClassVar[CSSPathType | None] = [
        Path(__file__).with_name("app.tcss"),
        Path(__file__).with_name("screens") / "releases.tcss",
    ]
    COMMANDS = App.COMMANDS | {PhilotesCommands}
    NOTIFICATION_TIMEOUT = 8
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark", "help", "Help", key_display="?", tooltip="All keys"),
        Binding("t", "toggle_theme", "Theme", show=False, tooltip="Light or dark theme"),
        Binding("ctrl+q", "quit", "Quit", show=False, priority=True, tooltip="Quit"),
        Binding(
            "ctrl+c",
            "interrupt",
            "Interrupt",
            show=False,
            priority=True,
            tooltip="Cancel what runs, or quit",
        ),
    ]
    place: reactive[Place] = reactive(Place(""))
    deployed: reactive[Deployed] = reactive(Deployed())

    def __init__(self, services: Services, clock: Callable[[], float] = time.time) -> None:
        super().__init__()
        self.services = services
        self.clock = clock
        self.animation_level = "none"  # every frame costs a slow line dearly
        self.operation: OperationScreen | None = None
        self._told: list[str] = []
        self._code = 0
        self._leaving = False
        self.set_reactive(
            PhilotesApp.place, Place(services.stack, services.registry, demo=services.demo)
        )
        for theme in THEMES:
            self.register_theme(theme)
        known = services.theme in self.available_themes
        self.theme = services.theme if known else DARK

    def get_driver_class(self) -> type[Driver]:
        """Use the platform's driver, on POSIX in the form that outlives its terminal."""
        chosen = super().get_driver_class()
        if chosen.__name__ != "LinuxDriver":
            return chosen
        from philotes_tui.tui.driver import EnduringDriver  # noqa: PLC0415 - only on POSIX

        return EnduringDriver

    def get_default_screen(self) -> Screen[None]:
        """Start on the versions."""
        return ReleasesScreen()

    def on_mount(self) -> None:
        """Begin to read only when the first picture stands."""
        self.theme_changed_signal.subscribe(self, lambda theme: self._save_theme(theme.name))
        when_drawn(self, self.reload)
        if not self.is_headless:
            take_signals(self.action_interrupt, self.told_to_leave)

    # Where we are and what is deployed

    def reload(self) -> None:
        """Read the stack's destination and what is deployed again."""
        self.select_stack(self.place.stack)
        self.read_stacks()

    def select_stack(self, stack: str) -> None:
        """Make a stack the one that previews are for."""
        if self.operation is None:
            self.place = replace(self.place, stack=stack, target=None, fault=None)
            self._read_target(stack)

    def toggle_local(self) -> None:
        """Switch between the registry and the local charts."""
        self.place = replace(self.place, local=not self.place.local)

    def target_read(self, target: Target) -> None:
        """Take a destination that was just read."""
        if target.stack == self.place.stack:
            self.place = replace(self.place, target=target, fault=None)

    @work(group="target", exclusive=True, exit_on_error=False)
    async def _read_target(self, stack: str) -> None:
        try:
            target = await in_thread(lambda: self.services.target(stack))
        except Exception as fault:  # noqa: BLE001 - shown as an error
            error = as_error(fault, f"reading the stack {stack}", self.services.log_file)
            self.post_message(TargetUnreadable(stack, error))
        else:
            self.post_message(TargetRead(stack, target))

    @on(TargetRead)
    def _target_read(self, message: TargetRead) -> None:
        self.target_read(message.target)

    @on(TargetUnreadable)
    def _target_unreadable(self, message: TargetUnreadable) -> None:
        if message.stack == self.place.stack:
            self.place = replace(self.place, fault=message.error)

    @work(group="stacks", exclusive=True, exit_on_error=False)
    async def read_stacks(self) -> None:
        """Ask the backend what is deployed where."""
        self.deployed = replace(self.deployed, reading=True)
        try:
            stacks = await in_thread(lambda: self.services.engine().stacks())
        except Exception as fault:  # noqa: BLE001 - shown as an error
            error = as_error(fault, "reading what is deployed", self.services.log_file)
            self.post_message(StacksUnreadable(error))
        else:
            self.post_message(StacksRead(stacks))

    @on(StacksRead)
    def _stacks_read(self, message: StacksRead) -> None:
        self.deployed = Deployed({summary.name: summary for summary in message.stacks})

    @on(StacksUnreadable)
    def _stacks_unreadable(self, message: StacksUnreadable) -> None:
        self.deployed = replace(self.deployed, reading=False, fault=message.error)

    # Operations

    def operation_ended(self, screen: OperationScreen) -> None:
        """Take note that nothing runs any more."""
        self.operation = None
        if self._leaving:
            self._leave()
        elif screen.KIND.value != "preview":
            self.read_stacks()

    def remember(self, sentence: str) -> None:
        """Keep a sentence to print when the program has left the screen."""
        self._told.append(sentence)

    def show_error(self, error: PhilotesError) -> None:
        """Show an error over whatever is on the screen."""
        self.push_screen(ErrorDialog(error))

    # Leaving

    async def action_quit(self) -> None:
        """Quit, or ask first while an operation runs."""
        running = self.operation
        if running is None or not running.running:
            self._leave()
            return
        if isinstance(self.screen, ConfirmDialog | TooSmallScreen):
            return

        self._ask_to_leave(quit_running(running.KIND))

    def action_interrupt(self) -> None:
        """Cancel what runs, else ask whether to quit; a second ctrl+c then quits."""
        if not self.screen_stack or self._exit:
            return  # a signal that comes while the screens are taken down
        if self.operation is not None and self.operation.running:
            if not isinstance(self.screen, ConfirmDialog | TooSmallScreen):
                self.operation.cancel_question()
            return
        if self._drop_approval():
            return
        if isinstance(self.screen, ConfirmDialog | TooSmallScreen):
            self._leave()
            return
        self._ask_to_leave(QUIT)

    def _ask_to_leave(self, question: Question) -> None:
        def answered(yes: bool | None) -> None:
            if yes:  # by now something may have begun, or ended
                self._leave_in_order()

        self.push_screen(ConfirmDialog(question), answered)

    def _drop_approval(self) -> bool:
        """Let nothing begin that was approved but is still checked; return whether there was."""
        screens = [screen for screen in self.screen_stack if isinstance(screen, OperationScreen)]
        return any(screen.drop_approval() for screen in screens)

    def _leave_in_order(self, *, at_once: bool = False) -> None:
        """Leave, once what runs has been cancelled and has ended."""
        running = self.operation
        if running is None or not running.running:
            self._leave()
            return
        self._leaving = True
        if at_once or not running.stopping:  # the second cancel would stop it at once
            running.stop()

    def _leave(self) -> None:
        self._drop_approval()
        self.exit(tuple(self._told), return_code=self._code)

    def told_to_leave(self, number: int = signal.SIGHUP) -> None:
        """Leave without asking: cancel what runs, wait for it, and end.

        Args:
            number: The signal that told so; the exit code is 128 more, as shells expect.
        """
        self._code = 128 + number
        # A terminal that goes away tells it twice, by SIGHUP and at the next read.
        self._leave_in_order(at_once=self._leaving and number == signal.SIGTERM)

    def _handle_exception(self, error: Exception) -> None:
        """Log a defect of our own with its traceback, and leave with a sentence."""
        told, first = self._exit_renderables[:], self._exception is None
        super()._handle_exception(error)
        if self.is_headless:
            return
        said = as_error(error, "drawing the screen", self.services.log_file).sentence()
        running = self.operation
        if running is not None and running.running:
            said += f"\n{running.abandoned()}"
        self._exit_renderables[:] = [said] if first else told  # the rest follows from it

    # Looks, help, sizes

    def action_toggle_theme(self) -> None:
        """Switch between light and dark."""
        dark = self.current_theme.dark
        self.theme = LIGHT if dark else DARK

    @work(group="theme", exclusive=True, exit_on_error=False)
    async def _save_theme(self, name: str) -> None:
        try:
            await in_thread(lambda: self.services.save_theme(name))
        except Exception as fault:  # noqa: BLE001 - a look that is not kept is no reason to stop
            LOGGER.warning("the theme was not saved: %s", fault)
            self.notify("The theme could not be saved.", severity="warning", markup=False)

    def action_help(self) -> None:
        """List all keys of the present screen."""
        if isinstance(self.screen, PhilotesScreen):
            self.push_screen(HelpDialog(keys_text(self, self.screen)))

    def action_command_palette(self) -> None:
        """Open the palette over a whole screen, never over a dialog or itself."""
        if isinstance(self.screen, PhilotesScreen):
            super().action_command_palette()

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Offer only the choice of a theme; all else comes from the keys of the screen."""
        del screen
        yield SystemCommand("Theme…", "Choose among all themes", self.action_change_theme)

    def on_resize(self, event: events.Resize) -> None:
        """Cover everything while the terminal is too small."""
        small = is_too_small(event.size)
        if small and not isinstance(self.screen, TooSmallScreen):
            self.push_screen(TooSmallScreen())
        elif not small and isinstance(self.screen, TooSmallScreen):
            self.pop_screen()
