"""The engine on Pulumi: one operation at a time, everything told as our own events."""

import contextlib
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path

from philotes_tui.engine.events import (
    CancelRequested,
    Kind,
    LogLine,
    OperationEnded,
    OperationStarted,
    Result,
)
from philotes_tui.engine.file_backend import FileBackend, backend_folder, backend_url
from philotes_tui.engine.passphrase import passphrase_environment
from philotes_tui.engine.progress import Progress
from philotes_tui.engine.project import ensure_project, project_settings
from philotes_tui.engine.protocol import Change, Sink, StackSummary, Update
from philotes_tui.engine.pulumi.capture import quiet_library_loggers
from philotes_tui.engine.pulumi.command import Command
from philotes_tui.engine.pulumi.operations import Operation, Request
from philotes_tui.engine.pulumi.queries import Queries
from philotes_tui.engine.pulumi.session import Program
from philotes_tui.engine.pulumi.stream import EventStream
from philotes_tui.engine.values import without_credentials
from philotes_tui.errors import (
    OperationCancelled,
    OperationFailed,
    OperationInProgress,
    PhilotesError,
)
from philotes_tui.foreign import clean_line

_LOG = logging.getLogger(__name__)

_ALWAYS = {"PULUMI_SKIP_UPDATE_CHECK": "true"}
# The provider's version must equal the SDK's; whatever else is on PATH is not asked for.
_DEFAULTS = {"PULUMI_IGNORE_AMBIENT_PLUGINS": "true"}


class PulumiEngine:
    """Runs the stack program through Pulumi's Automation API. Implements `Engine`.

    Args:
        program: The Pulumi program; it runs in this process.
        project_dir: The persistent work folder; made into a project unless it is one.
        pulumi: The `pulumi` command line.
        version: Its version, as found before; it is not asked again.
        env: Environment variables on top of this process's.
        stacks: The names of the stacks that are shown even before they exist.
        initial: Configuration for a stack file that has to be made, by key.
        passphrase_file: Where the passphrase of backends without a service is kept.
        clock: Seconds since the epoch.
    """

    def __init__(
        self,
        program: Callable[[], None],
        project_dir: Path,
        pulumi: Path,
        version: str,
        *,
        env: Mapping[str, str] | None = None,
        stacks: Sequence[str] = (),
        initial: Mapping[str, str] | None = None,
        passphrase_file: Path | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        quiet_library_loggers()
        self._body = program
        self._project_dir = project_dir.absolute()
        self._environ = {**_DEFAULTS, **os.environ, **(env or {}), **_ALWAYS}
        self._stacks = tuple(stacks)
        self._initial = dict(initial or {})
        self._passphrase_file = passphrase_file
        self._clock = clock
        self._command = Command(pulumi, version, self._environ)
        self._asking = Command(pulumi, version, self._environ)
        self._flight = threading.Lock()
        self._running: Kind | None = None
        self._stream: EventStream | None = None
        self._program: Program | None = None

    @property
    def cli_starts(self) -> int:
        """How often the command line was started so far."""
        return self._command.starts + self._asking.starts

    def preview(self, change: Change, sink: Sink) -> Progress:
        """See `Engine.preview`."""
        return self._operate(_request(Kind.PREVIEW, change), sink, change.expected)

    def up(self, change: Change, sink: Sink) -> Progress:
        """See `Engine.up`."""
        return self._operate(_request(Kind.UP, change), sink, change.expected)

    def destroy(self, stack: str, sink: Sink) -> Progress:
        """See `Engine.destroy`."""
        return self._operate(Request(Kind.DESTROY, stack), sink)

    def refresh(self, stack: str, sink: Sink) -> Progress:
        """See `Engine.refresh`."""
        return self._operate(Request(Kind.REFRESH, stack), sink)

    def stacks(self) -> tuple[StackSummary, ...]:
        """See `Engine.stacks`."""
        return self._queries.stacks(self._stacks)

    def outputs(self, stack: str) -> Mapping[str, object]:
        """See `Engine.outputs`."""
        return self._queries.outputs(stack)

    def history(self, stack: str, limit: int = 20) -> tuple[Update, ...]:
        """See `Engine.history`."""
        return self._queries.history(stack, limit)

    def cancel(self) -> bool:
        """See `Engine.cancel`."""
        stream = self._stream
        if stream is None:
            return False
        stream.emit(CancelRequested(self._clock()))
        self._command.interrupt()
        return True

    def running(self) -> Kind | None:
        """See `Engine.running`."""
        return self._running

    def _operate(self, request: Request, sink: Sink, expected: int | None = None) -> Progress:
        with self._single_flight(request.kind):
            stream = self._stream = EventStream(sink, self._clock)
            stream.emit(
                OperationStarted(
                    self._clock(), request.kind, request.stack, request.label, expected
                )
            )
            try:
                self._run(request, stream)
            except PhilotesError as error:
                self._end(stream, error)
                raise
            except Exception as error:
                _LOG.exception("the engine failed")
                ours = OperationFailed(
                    f"The {request.kind} failed inside this program",
                    said=clean_line(str(error)) or type(error).__name__,
                    todo="Look into the log file for details.",
                )
                self._end(stream, ours)
                raise ours from error
            self._end(stream, None)
            return stream.progress()

    def _end(self, stream: EventStream, error: PhilotesError | None) -> None:
        match error:
            case None:
                result = Result.SUCCEEDED
            case OperationCancelled():
                result = Result.CANCELLED
            case _:
                result = Result.FAILED
        sentence = error.sentence() if error else ""
        stream.close(OperationEnded(self._clock(), result, sentence))

    def _run(self, request: Request, stream: EventStream) -> None:
        def on_print(line: str) -> None:
            stream.emit(LogLine(self._clock(), clean_line(without_credentials(line))))

        program = self._program = Program(self._body, on_print)
        Operation(
            request=request,
            project_dir=self._project_dir,
            initial=self._initial,
            environ=self._secrets_environment(),
            command=self._command,
            program=program,
            backend=self._backend(),
            stream=stream,
        ).run()

    @contextlib.contextmanager
    def _single_flight(self, kind: Kind) -> Iterator[None]:
        """Hold the one operation of this process, the last one's program included."""
        if not self._flight.acquire(blocking=False):
            raise OperationInProgress(
                f"A {self._running or 'operation'} is already running",
                todo="Wait until it has ended, or cancel it.",
            )
        try:
            if self._program is not None and not self._program.ended(0):
                raise OperationInProgress(
                    "The program of the last operation has not ended yet",
                    todo="Wait a moment; if it stays so, quit and start again.",
                )
            self._command.reset()
            self._running = kind
            yield
        finally:
            self._running = None
            self._stream = None
            self._flight.release()

    def _url(self) -> str:
        ensure_project(self._project_dir)
        return backend_url(self._environ, project_settings(self._project_dir)[1])

    def _secrets_environment(self) -> dict[str, str]:
        """Return the passphrase's file for backends that encrypt nothing by themselves."""
        if self._passphrase_file is None or self._url().startswith(("http://", "https://")):
            return {}
        return passphrase_environment(self._passphrase_file, self._environ)

    def _backend(self) -> FileBackend | None:
        """Return the backend's files if it is a folder whose layout is known."""
        folder = backend_folder(self._url(), self._project_dir)
        if folder is None:
            return None
        backend = FileBackend(folder, project_settings(self._project_dir)[0])
        return backend if backend.readable else None

    @cached_property
    def _queries(self) -> Queries:
        return Queries(self._asking, str(self._project_dir), self._backend())


def _request(kind: Kind, change: Change) -> Request:
    return Request(
        kind,
        change.stack,
        change.source,
        change.message,
        change.context,
        change.cluster_id,
        change.record_cluster,
    )
