"""One run of the command line with the program in this process and our ear at its events.

These are the parts of `pulumi.automation` put together as its `Stack.up` does,
without what that adds: three more starts of the command line for outputs and
history, a model that loses events it does not know, and worker threads that keep
the interpreter from ending. See pulumi/pulumi:sdk/python/lib/pulumi/automation/_stack.py.
"""

import asyncio
import contextlib
import json
import logging
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent import futures
from typing import Any

import grpc  # type: ignore[import-untyped]
from google.protobuf import empty_pb2  # type: ignore[import-untyped]
from pulumi.automation import CommandResult
from pulumi.automation._server import LanguageServer
from pulumi.runtime._callbacks import _CallbackServicer
from pulumi.runtime._grpc_settings import _GRPC_CHANNEL_OPTIONS
from pulumi.runtime.proto import events_pb2_grpc, language_pb2_grpc
from pulumi.runtime.settings import SETTINGS

from philotes_tui.engine.pulumi.capture import LineSink, as_program, prints_sorted
from philotes_tui.engine.pulumi.command import Command

_LOG = logging.getLogger(__name__)
PROGRAM_GRACE = 10.0
"""Seconds the program's thread may take to end after the command line has."""
_TASKS_GRACE = 5.0
"""Seconds the tasks of an aborted program may take to end."""

RawSink = Callable[[Mapping[str, Any]], None]


class Program:
    """The inline program and whether a run of it still goes on."""

    def __init__(self, body: Callable[[], None], on_print: LineSink) -> None:
        self.body = body
        self.on_print = on_print
        self.project_dir = ""
        self.idle = threading.Event()
        self.idle.set()
        self._loop: asyncio.AbstractEventLoop | None = None

    def __call__(self) -> None:
        """Run the program's body; called by the language host inside its event loop."""
        self._loop = asyncio.get_running_loop()
        # What a program gets to know by plain `pulumi up` too; the SDK forgets it inline.
        SETTINGS.root_directory = self.project_dir
        self.body()

    def close(self) -> None:
        """End what an aborted run left in its event loop, and the loop.

        The SDK stops tidying at the first task that raises when it is cancelled.
        """
        loop, self._loop = self._loop, None
        if loop is None or loop.is_closed() or loop.is_running():
            return
        # The SDK's handler stops the loop when a task failed because the engine is gone.
        loop.set_exception_handler(lambda *_: None)
        pending = asyncio.all_tasks(loop)
        for task in pending:
            task.cancel()
        if pending:
            _settle(loop, pending)
        _stop_callbacks(loop)
        loop.close()

    def ended(self, seconds: float) -> bool:
        """Return whether the program's thread has ended, waiting up to `seconds`."""
        return self.idle.wait(seconds)


def run_with_program(
    command: Command,
    args: Sequence[str],
    cwd: str,
    environ: Mapping[str, str],
    program: Program,
    *,
    on_event: RawSink,
    on_error: LineSink,
    keep: Sequence[int] = (),
) -> CommandResult:
    """Run an operation with the inline program and return how the command line ended.

    Args:
        command: The command line.
        args: The operation and its flags.
        cwd: The project folder.
        environ: What is added to the command line's environment.
        program: What the language host runs.
        on_event: Takes each engine event as parsed JSON, on another thread.
        on_error: Takes each line of standard error at the end.
        keep: Descriptors the command line inherits.

    Raises:
        ToolMissing, ToolUnfit: The command line cannot be started.
    """
    with prints_sorted(), _served(program, on_event) as address:
        result = command.run(
            [
                *args,
                f"--client={address}",
                f"--event-log=tcp://{address}",
                "--exec-kind=auto.inline",
            ],
            cwd,
            # The hidden flag --event-log exists only in this mode.
            {**environ, "PULUMI_DEBUG_COMMANDS": "true"},
            on_error=on_error,
            keep=keep,
        )
    # The program's last calls fail once the server is gone; only then can it end.
    if not program.ended(PROGRAM_GRACE):
        _LOG.warning("the program still runs although its operation has ended")
    return result


@contextlib.contextmanager
def _served(program: Program, on_event: RawSink) -> Iterator[str]:
    """Serve the language host and the event log on one loopback port; yield its address."""
    server = grpc.server(_DaemonThreads(), options=_GRPC_CHANNEL_OPTIONS)
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(_Host(program), server)
    events = _Events(on_event)
    events_pb2_grpc.add_EventsServicer_to_server(events, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"127.0.0.1:{port}"
        # The command line closes the stream before it exits, so this is short.
        events.drained.wait(5.0)
    finally:
        server.stop(0).wait(2.0)


class _Host(LanguageServer):
    """The SDK's language host, with prints captured and its end known."""

    def __init__(self, program: Program) -> None:
        super().__init__(program)
        self._program = program

    def Run(self, request: Any, context: Any) -> Any:  # noqa: N802
        self._program.idle.clear()
        # The SDK keeps the servers of all runs and stops each again at the end of every one,
        # which fails for that of an aborted run: its loop is gone.
        _CallbackServicer._servicers.clear()  # noqa: SLF001 - one run at a time
        self._program.project_dir = request.info.root_directory
        try:
            with as_program(self._program.on_print):
                return super().Run(request, context)  # type: ignore[no-untyped-call]
        finally:
            try:
                self._program.close()
            finally:
                self._program.idle.set()


def _stop_callbacks(loop: asyncio.AbstractEventLoop) -> None:
    """Stop what serves the transforms of an aborted run."""
    stopping = loop.create_task(_CallbackServicer.shutdown())  # type: ignore[no-untyped-call]
    with contextlib.suppress(Exception):
        _settle(loop, [stopping])
        stopping.exception()


def _settle(loop: asyncio.AbstractEventLoop, tasks: Collection[asyncio.Task[Any]]) -> None:
    """Let cancelled tasks end."""
    ending = loop.create_task(asyncio.wait(tasks, timeout=_TASKS_GRACE))
    while not ending.done():
        # A stop that the SDK's handler asked for before, while the loop stood, ends the next run.
        with contextlib.suppress(RuntimeError):
            loop.run_until_complete(ending)


class _Events(events_pb2_grpc.EventsServicer):
    """Receives the engine's events as JSON; nothing it is sent can make it raise."""

    def __init__(self, on_event: RawSink) -> None:
        self._on_event = on_event
        self.drained = threading.Event()
        self.drained.set()

    def StreamEvents(self, request_iterator: Any, context: Any) -> Any:  # noqa: ARG002, N802
        self.drained.clear()
        try:
            for request in request_iterator:
                self._take(request.event)
        except Exception:  # noqa: BLE001  # the engine waits for the answer
            _LOG.exception("the stream of engine events broke")
        finally:
            self.drained.set()
        return empty_pb2.Empty()

    def _take(self, text: str) -> None:
        try:
            event = json.loads(text)
            if isinstance(event, dict):
                self._on_event(event)
        except Exception:  # noqa: BLE001  # one bad event must not stop the rest
            _LOG.exception("an engine event could not be read")


class _DaemonThreads(futures.ThreadPoolExecutor):
    """A thread for each call that does not keep the interpreter alive.

    A program that never returns would otherwise hang the end of this process,
    because the standard pool's threads are joined at exit.
    """

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> futures.Future[Any]:
        future: futures.Future[Any] = futures.Future()

        def work() -> None:
            try:
                future.set_result(fn(*args, **kwargs))
            except BaseException as error:  # noqa: BLE001  # handed to the future's owner
                future.set_exception(error)

        threading.Thread(target=work, name="pulumi-host", daemon=True).start()
        return future
