"""Running one engine operation from the command line: live lines, Ctrl-C, the JSON result."""

import asyncio
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from types import FrameType

import click

from philotes_tui.cli.report import event_line, print_json, progress_document
from philotes_tui.cli.wiring import Wiring
from philotes_tui.engine import Engine, Event, Progress, Sink, Target, fold
from philotes_tui.errors import PhilotesError, ReleaseMoved
from philotes_tui.releases import ChartSource, LocalChart, RegistryChart, Version

TICK = 0.1
"""Seconds between two looks at what the operation told."""


def chosen_source(
    wiring: Wiring, target: Target, version: str | None, *, local: bool
) -> ChartSource:
    """Return the chart that was asked for, pinned to the digest its tag has now.

    Raises:
        click.UsageError: Neither or both of a version and --local were given.
        VersionNotFound: The registry has no such version.
    """
    if local == (version is not None):
        raise click.UsageError("Give either a VERSION or --local.")
    if version is None:
        return LocalChart(wiring.local_charts())
    wanted = Version.parse(version)
    digest = asyncio.run(wiring.charts(target).digest(wanted))
    return RegistryChart(target.registry, wanted, digest, target.plain_http)


def verify_unmoved(wiring: Wiring, target: Target, source: ChartSource) -> None:
    """Make sure the tag still is what was previewed.

    Raises:
        ReleaseMoved: It points to another digest now.
        VersionNotFound: It is gone.
    """
    if not isinstance(source, RegistryChart) or source.digest is None:
        return
    now = asyncio.run(wiring.charts(target).digest(source.version))
    if now != source.digest:
        raise ReleaseMoved(
            f"Version {source.version} was published again since the preview",
            on=source.registry,
            said=f"previewed {source.digest}, now {now}",
            todo="Preview it again and approve what it is now.",
        )


def run_operation(
    engine: Engine, call: Callable[[Sink], Progress], target: Target, *, as_json: bool = False
) -> Progress:
    """Run one operation, tell how it goes on stderr, and return its fold.

    The first Ctrl-C or SIGTERM cancels and lets operations in flight end, the
    second stops at once. With `as_json` the result is printed to stdout, also
    when the operation failed.

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

    thread = threading.Thread(target=work, name="operation")
    progress = Progress()
    with _cancelled_by_signals(engine):
        thread.start()
        while thread.is_alive():
            thread.join(TICK)
            progress = _take(progress, events)
    progress = _take(progress, events)
    if as_json:
        error = caught[0] if caught and isinstance(caught[0], PhilotesError) else None
        if not caught or error:
            print_json(progress_document(progress, target, error))
        if error:
            click.echo(f"error: {error.sentence()}", err=True)
            raise click.exceptions.Exit(error.exit_code)
    if caught:
        raise caught[0]
    return progress


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
def _cancelled_by_signals(engine: Engine) -> Iterator[None]:
    def cancel(number: int, frame: FrameType | None) -> None:
        del number, frame
        # A handler must not wait for locks its own thread may hold.
        threading.Thread(target=engine.cancel, daemon=True).start()

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {n: signal.signal(n, cancel) for n in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
