"""Running one engine operation from the command line: live lines, Ctrl-C, the JSON result."""

import asyncio
import logging
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from queue import Empty, SimpleQueue
from types import FrameType

import click

from philotes_tui.cli.boundary import tell_error
from philotes_tui.cli.output import note, print_json
from philotes_tui.cli.patience import patience
from philotes_tui.cli.picking import one_version, pin
from philotes_tui.cli.report import (
    event_line,
    progress_document,
    unfinished_lines,
    waiting_line,
)
from philotes_tui.cli.wiring import Wiring
from philotes_tui.engine import Engine, Event, Kind, Progress, Sink, Target, fold
from philotes_tui.engine.approval import Resolved, state_of
from philotes_tui.errors import PhilotesError
from philotes_tui.releases import ChartSource, LocalChart, RegistryChart
from philotes_tui.signals import ENDING

TICK = 0.1
"""Seconds between two looks at what the operation told."""
QUIET = 10.0
"""Seconds without news after which a line tells what is being waited for."""
_LOGGER = logging.getLogger(__name__)


def check_choice(version: str | None, *, local: bool) -> None:
    """Make sure that one chart was asked for.

    Raises:
        click.UsageError: Neither or both of a version and --local were given.
    """
    if version is None and not local:
        raise click.UsageError("Which VERSION? `philotes-tui versions` lists them; or use --local.")
    if version is not None and local:
        raise click.UsageError("Either a version or --local, not both.")


def chosen_source(
    wiring: Wiring, target: Target, version: str | None, *, local: bool
) -> ChartSource:
    """Return the chart that was asked for, pinned to what its tag names now.

    Raises:
        click.UsageError: Neither or both of a version and --local were given.
        InvalidReference: It is not one version, a constraint for instance.
        VersionNotFound: The registry has no such version.
        RegistryError: It does not answer usefully, or the tag names no chart.
    """
    check_choice(version, local=local)
    if version is None:
        return LocalChart(wiring.local_charts(), wiring.local_digest())
    release = one_version(version)
    with patience(f"{target.registry} to tell what version {release.version} is"):
        found = asyncio.run(pin(wiring.charts(target), release))
    return RegistryChart(
        target.registry,
        release.version,
        found.digest,
        target.plain_http,
        target.ca_file,
        found.notices,
    )


def told_source(wiring: Wiring, target: Target, version: str | None, *, local: bool) -> ChartSource:
    """Return the chart that was asked for, and tell on stderr what is to be known of it.

    Raises:
        PhilotesError: As `chosen_source`.
    """
    source = chosen_source(wiring, target, version, local=local)
    for sentence in source.notices:
        note(sentence)
    return source


def resolved(
    wiring: Wiring, engine: Engine, stack: str, version: str | None, *, local: bool
) -> Resolved:
    """Return what the chart that was asked for means on a stack right now.

    Raises:
        PhilotesError: As `Wiring.target`, `Wiring.require_cluster`, `chosen_source` and
            `Engine.stacks`.
    """
    target = wiring.target(stack)
    wiring.require_cluster(stack)
    source = chosen_source(wiring, target, version, local=local)
    return Resolved(target, source, state_of(stack, engine.stacks()))


def run_operation(
    wiring: Wiring,
    call: Callable[[Sink], Progress],
    target: Target,
    *,
    kind: Kind = Kind.PREVIEW,
    as_json: bool = False,
    notices: Sequence[str] = (),
) -> Progress:
    """Run one operation, tell how it goes on stderr, and return its fold.

    Args:
        wiring: Gives the engine.
        call: Starts the operation with the sink for its events.
        target: Where it goes.
        kind: What it is, told even if it fails before it has begun.
        as_json: Whether the result is printed as JSON.
        notices: What is to be known of the chart; part of that JSON.

    The first Ctrl-C or SIGTERM cancels, the second stops at once. With `as_json`
    the result is printed to stdout, also when the operation failed.

    Raises:
        PhilotesError: The operation failed.
    """
    events: SimpleQueue[Event] = SimpleQueue()
    caught: list[BaseException] = []

    def work() -> None:
        try:
            call(events.put)
        except BaseException as error:  # noqa: BLE001 - handed over to the waiting thread
            caught.append(error)

    doubt = partial(_ask_cluster, wiring, target.stack)
    thread = threading.Thread(target=work, name="operation")
    progress = _watched(thread, wiring.engine(), events, doubt, Progress(kind))
    if caught and progress.kind is Kind.UP and progress.resources:
        for line in unfinished_lines(progress):
            click.echo(f"  {line}", err=True)
    if as_json:
        error = caught[0] if caught and isinstance(caught[0], PhilotesError) else None
        if not caught or error:
            print_json(progress_document(progress, target, error, notices))
        if error:
            _LOGGER.error("%s: %s", error.kind, error.sentence())
            tell_error(error)
            raise click.exceptions.Exit(error.exit_code)
    if caught:
        raise caught[0]
    return progress


def _watched(
    thread: threading.Thread,
    engine: Engine,
    events: SimpleQueue[Event],
    doubt: Callable[[], None],
    progress: Progress,
) -> Progress:
    """Run the thread to its end, tell what it says, and hand signals on to the engine.

    When nothing was heard for a while, `doubt` is called, on a thread of its own. If
    telling fails, the operation is cancelled and waited for: nobody would see it.
    """
    told = time.monotonic()
    with _counted_signals() as asked:
        stops = _Stops(engine, asked)
        thread.start()
        try:
            while thread.is_alive():
                thread.join(TICK)
                stops.hand_on()
                before = progress
                progress = _take(progress, events)
                if progress is not before:
                    told = time.monotonic()
                elif time.monotonic() - told >= QUIET:
                    told = time.monotonic()
                    click.echo(waiting_line(progress, time.time()), err=True)
                    threading.Thread(target=doubt, daemon=True).start()
        except BaseException:
            stops.at_least_one()
            while thread.is_alive():
                stops.hand_on()
                thread.join(TICK)
            raise
    return _take(progress, events)


class _Stops:
    """Hands each signal that was collected on to the engine, once."""

    def __init__(self, engine: Engine, asked: list[int]) -> None:
        self._engine = engine
        self._asked = asked
        self._given = 0

    def hand_on(self) -> None:
        """Cancel as often as was asked; before the engine has begun, it is asked again later."""
        while self._given < len(self._asked) and self._engine.cancel():
            self._given += 1

    def at_least_one(self) -> None:
        """Make sure that there is a cancel, without turning the first into a second."""
        if not self._asked:
            self._asked.append(signal.SIGTERM)


def _ask_cluster(wiring: Wiring, stack: str) -> None:
    """Tell if the cluster is gone: Pulumi itself waits for it up to ten minutes."""
    try:
        wiring.probe_cluster(stack)
    except PhilotesError as error:
        click.echo(f"          {error.sentence()}", err=True)


def _take(progress: Progress, events: SimpleQueue[Event]) -> Progress:
    batch: list[Event] = []
    while True:
        try:
            batch.append(events.get_nowait())
        except Empty:
            break
    for event in batch:
        if line := event_line(event, progress.started or time.time()):
            click.echo(line, err=True)
    return fold(progress, batch) if batch else progress


@contextmanager
def _counted_signals() -> Iterator[list[int]]:
    """Collect the signals that ask to stop, instead of being stopped by them."""
    asked: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        del frame
        asked.append(number)

    if threading.current_thread() is not threading.main_thread():
        yield asked
        return
    wanted = [n for n in (signal.SIGINT, *ENDING) if signal.getsignal(n) is not signal.SIG_IGN]
    before = {number: signal.signal(number, note) for number in wanted}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
