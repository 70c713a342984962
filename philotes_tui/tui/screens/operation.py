"""What a preview and a deploy have in common: events in, a fold, ten pictures a second."""

import threading
from abc import abstractmethod
from collections.abc import Callable
from typing import ClassVar, TypeAlias

from textual import on, work
from textual.binding import Binding, BindingType
from textual.timer import Timer
from textual.worker import Worker, WorkerState

from philotes_tui.engine import Engine, Kind, Progress, Sink
from philotes_tui.engine.wording import OPERATION
from philotes_tui.errors import OperationCancelled, PhilotesError
from philotes_tui.tui.faults import as_error
from philotes_tui.tui.feed import Feed
from philotes_tui.tui.messages import FilterClosed, FilterTyped
from philotes_tui.tui.offload import in_thread
from philotes_tui.tui.screens.base import PhilotesScreen
from philotes_tui.tui.signals import cancel_without_screens
from philotes_tui.tui.widgets.busy_line import BusyLine
from philotes_tui.tui.widgets.filter_line import FilterLine
from philotes_tui.tui.widgets.resource_tree import ResourceTree
from philotes_tui.tui.widgets.trouble_line import TroubleLine

EACH = 0.1
"""Seconds between two pictures of a running operation."""
QUIET = 10.0
"""Seconds without news after which the cluster is asked whether it is still there."""

Operate: TypeAlias = Callable[[Engine, Sink], Progress]


class OperationScreen(PhilotesScreen):
    """Runs one operation at a time on a thread, and draws its fold on the screen's."""

    KIND = Kind.PREVIEW
    APPROVE = ""
    """What to press to approve, for a sentence."""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "slash",
            "filter",
            "Filter",
            key_display="/",
            tooltip="Filter the resources",
            priority=True,  # what is typed right after it belongs to the filter
        ),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.feed = Feed()
        self.running = False
        self.stopping = 0
        self._resolving = False
        self._approved = False
        self._heeded = 0
        self._asking = False
        self._on_stack = ""
        self._heard = 0.0
        self._thread_ended = threading.Event()
        self._timer: Timer | None = None

    @property
    def progress(self) -> Progress:
        """What is known of the operation so far."""
        return self.feed.progress

    @abstractmethod
    def draw(self, *, news: bool) -> None:
        """Draw the progress; without news only the clock has moved on."""

    @abstractmethod
    def ended(self, error: PhilotesError | None) -> None:
        """Take the end of the operation."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave the key of the filter to the filter while that is typed."""
        del parameters
        return action != "filter" or not self.query_one(FilterLine).has_focus_within

    def action_filter(self) -> None:
        """Open the filter of the resources."""
        self.query_one(FilterLine).open()

    @on(FilterTyped)
    def _filter_typed(self, message: FilterTyped) -> None:
        self.query_one(ResourceTree).wanted = message.wanted

    @on(FilterClosed)
    def _filter_closed(self) -> None:
        self.query_one(ResourceTree).focus()

    def filter_cleared(self) -> bool:
        """Clear the filter if there is one, and return whether there was."""
        line = self.query_one(FilterLine)
        if not line.display:
            return False
        line.action_clear()
        return True

    def drop_approval(self) -> bool:
        """Forget an approval whose facts are still checked; return whether there was one."""
        if not self._approved:
            return False
        self._approved = self._resolving = False
        self.workers.cancel_group(self, "resolve")
        self._not_started("Not started")
        return True

    def take_approval(self) -> bool:
        """Use up an approval whose facts hold; return whether the deploy may begin.

        It may not under another screen: what is asked there would be answered blindly.
        """
        if self._approved and self.app.screen is not self:
            self._not_started("Not started: another question was open")
            self._approved = False
        stands, self._approved = self._approved, False
        return stands

    def _not_started(self, said: str) -> None:
        self.query_one(BusyLine).stop(f"{said}. {self.APPROVE}")
        self.refresh_bindings()

    def start(self, stack: str, operate: Operate) -> None:
        """Begin an operation on a stack."""
        self.feed = Feed()
        self._on_stack, self._heard = stack, self.philotes.clock()
        self.running, self.stopping, self._heeded = True, 0, 0
        self._thread_ended = threading.Event()
        self.philotes.operation = self
        if self._timer is None:
            self._timer = self.set_interval(EACH, self._tick)
        self._timer.resume()
        self._operate(operate, self.feed.put, self._thread_ended)
        self.refresh_bindings()

    @work(thread=True, group="operation", exit_on_error=False)
    def _operate(self, operate: Operate, sink: Sink, ended: threading.Event) -> None:
        try:
            operate(self.philotes.services.engine(), sink)
        finally:
            ended.set()

    @on(Worker.StateChanged)
    def _worker_changed(self, event: Worker.StateChanged) -> None:
        if event.worker.group != "operation":
            return
        if event.state in {WorkerState.SUCCESS, WorkerState.ERROR, WorkerState.CANCELLED}:
            self._finish(event.worker.error)

    def _finish(self, fault: BaseException | None) -> None:
        if self._timer is not None:
            self._timer.pause()
        self.feed.drain_all()
        self.running = False
        error = None
        if fault is not None:
            doing = f"running the {OPERATION[self.KIND]}"
            error = as_error(fault, doing, self.philotes.services.log_file)
        self.workers.cancel_group(self, "probe")
        with self.app.batch_update():
            self.query_one("#trouble", TroubleLine).say("")
            self.draw(news=True)
            self.ended(error)
        self.refresh_bindings()
        self.philotes.operation_ended(self)

    def _tick(self) -> None:
        if not self.running:
            return
        self._ask_to_stop()
        news = self.feed.drain()
        self._listen(news=news)
        with self.app.batch_update():
            self.draw(news=news)

    def _listen(self, *, news: bool) -> None:
        """Ask the cluster when nothing was heard: Pulumi waits for a lost one up to ten minutes."""
        now = self.philotes.clock()
        if news:
            self._heard = now
            self.query_one("#trouble", TroubleLine).say("")
        elif now - self._heard >= QUIET:
            self._heard = now
            self._probe()

    @work(group="probe", exclusive=True, exit_on_error=False)
    async def _probe(self) -> None:
        services, stack, trouble = self.philotes.services, self._on_stack, ""
        try:
            await in_thread(lambda: services.probe_cluster(stack))
        except Exception as fault:  # noqa: BLE001 - said on the screen
            trouble = as_error(fault, "asking the cluster", services.log_file).sentence()
        if self.running:
            self.query_one("#trouble", TroubleLine).say(trouble)

    def stop(self) -> None:
        """Ask the engine to stop; a second call stops at once."""
        if self.running:
            self.stopping += 1
            self._ask_to_stop()
            self.draw(news=True)
            self.refresh_bindings()

    def _ask_to_stop(self) -> None:
        """Ask the engine as often as was wanted; before it has begun, ask it again later."""
        if self._heeded < self.stopping and not self._asking:
            self._asking = True
            self._cancel()

    @work(group="stop", exit_on_error=False)
    async def _cancel(self) -> None:
        services = self.philotes.services
        try:
            self._heeded += await in_thread(lambda: services.engine().cancel())
        except Exception as fault:  # noqa: BLE001 - said on the screen
            self._heeded = self.stopping
            error = as_error(fault, "cancelling", services.log_file)
            self.notify(error.sentence(), severity="error", markup=False)
        finally:
            self._asking = False

    def abandoned(self) -> str:
        """Cancel because nothing can be drawn any more; return what to tell of it."""
        services = self.philotes.services
        times = max(self.stopping, 1) - self._heeded
        cancel_without_screens(lambda: services.engine().cancel(), self._thread_ended, times)
        name = OPERATION[self.KIND]
        return f"The {name} is being cancelled; waiting for its end."

    def cancel_question(self) -> None:
        """Ask whether to cancel; a screen whose operation is harmless does not ask."""
        self.stop()


def was_cancelled(error: PhilotesError | None) -> bool:
    """Return whether an operation ended because the operator wanted it."""
    return isinstance(error, OperationCancelled)
