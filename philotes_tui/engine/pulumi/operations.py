"""One operation from its configuration to its end."""

import contextlib
import logging
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pulumi.automation import CommandResult

from philotes_tui.engine.events import Diagnostic, Kind, LogLine, Severity
from philotes_tui.engine.file_backend import FileBackend
from philotes_tui.engine.project import ensure_project, ensure_stack_file
from philotes_tui.engine.pulumi.command import Command
from philotes_tui.engine.pulumi.failures import Failure, error_of
from philotes_tui.engine.pulumi.queries import EXIT_STACK_NOT_FOUND
from philotes_tui.engine.pulumi.session import Program, run_with_program
from philotes_tui.engine.pulumi.stream import EventStream
from philotes_tui.engine.pulumi.translate import traceback_of, translate
from philotes_tui.engine.stack_file import StackFile, adopt_salt
from philotes_tui.engine.values import without_credentials
from philotes_tui.engine.yaml_file import save
from philotes_tui.errors import PhilotesError, StateFolderError
from philotes_tui.foreign import clean_line
from philotes_tui.releases import ChartSource

_LOG = logging.getLogger(__name__)

_VERBS: Mapping[Kind, tuple[str, ...]] = {
    Kind.PREVIEW: ("preview",),
    Kind.UP: ("up", "--yes", "--skip-preview"),
    Kind.DESTROY: ("destroy", "--yes", "--skip-preview"),
    Kind.REFRESH: ("refresh", "--yes", "--skip-preview"),
}
_QUIET = ("--color=never", "--suppress-outputs", "--suppress-progress")


@dataclass(frozen=True)
class Request:
    """What is asked for.

    Attributes:
        source: The chart to deploy; None where the operation deploys nothing.
        message: Why, for the history.
        context: The kubeconfig context for a stack file that names none.
    """

    kind: Kind
    stack: str
    source: ChartSource | None = None
    message: str = ""
    context: str = ""

    @property
    def label(self) -> str:
        """Return how people call what is deployed."""
        return self.source.label if self.source else ""


@dataclass
class Operation:
    """Runs one request. Used once.

    Attributes:
        initial: Configuration for a stack file that has to be made.
        environ: What is added to the command line's environment.
        backend: The backend's files, where there are such.
    """

    request: Request
    project_dir: Path
    initial: Mapping[str, str]
    environ: Mapping[str, str]
    command: Command
    program: Program
    backend: FileBackend | None
    stream: EventStream
    _errors: list[str] = field(default_factory=list)

    def run(self) -> None:
        """Run to the end; the configuration is saved once a deploy has succeeded.

        Raises:
            PhilotesError: It failed or was cancelled.
        """
        ensure_project(self.project_dir)
        ensure_stack_file(self.project_dir, self.request.stack, self.initial)
        if self.backend is not None and not self.backend.exists(self.request.stack):
            self._create_stack()
        with _private_folder() as folder:
            config = self._configured(folder)
            result = self._run_program(config)
            if result.code == EXIT_STACK_NOT_FOUND:
                self._create_stack()
                result = self._run_program(self._configured(folder))
            if result.code != 0:
                raise self._error(result)
            if self.request.kind is Kind.UP and self.request.source is not None:
                self._save(config, self.request.source)

    def _configured(self, folder: Path) -> Path:
        """Return a copy of the stack's configuration with the source that is asked for.

        The stack's own file stays as it is until a deploy has succeeded.
        """
        file = StackFile.read(self.project_dir, self.request.stack)
        source, context = self.request.source, self.request.context
        text = (
            file.text if source is None else file.with_source(source, pinned=True, context=context)
        )
        path = folder / file.path.name
        save(path, text)
        return path

    def _save(self, used: Path, source: ChartSource) -> None:
        file = StackFile.read(self.project_dir, self.request.stack)
        text = adopt_salt(
            file.with_source(source, context=self.request.context), used.read_text(encoding="utf-8")
        )
        try:
            save(file.path, text)
        except StateFolderError as error:
            raise StateFolderError(
                "The deploy succeeded, but the stack's configuration could not be saved",
                on=error.on,
                said=error.said,
                todo="Free some space, then deploy the same version again.",
            ) from error

    def _create_stack(self) -> None:
        """Create the stack in the backend; this writes the salt of its secrets to its file."""
        result = self.command.run(
            ["stack", "init", self.request.stack, "--no-select", "--color=never"],
            str(self.project_dir),
            self.environ,
        )
        if result.code != 0 and "already exists" not in result.stderr:
            raise self._error(result)

    def _run_program(self, config: Path) -> CommandResult:
        request = self.request
        args = [
            *_VERBS[request.kind],
            f"--stack={request.stack}",
            f"--config-file={config}",
            *_QUIET,
        ]
        if request.message:
            args.append(f"--message={clean_line(request.message, 500)}")
        return run_with_program(
            self.command,
            args,
            str(self.project_dir),
            # The provider leaves a copy of the kubeconfig in the folder of temporary files
            # (pulumi/pulumi-kubernetes:provider/pkg/provider/provider.go, Configure).
            {**self.environ, **dict.fromkeys(("TMPDIR", "TMP", "TEMP"), str(config.parent))},
            self.program,
            on_event=self._on_event,
            on_error=self._on_error_line,
        )

    def _on_event(self, raw: Mapping[str, Any]) -> None:
        if traceback := traceback_of(raw):
            _LOG.error("the stack program raised:\n%s", traceback)
        events = translate(raw, self.stream.clock())
        for event in events:
            if isinstance(event, Diagnostic) and event.severity is Severity.ERROR:
                self._errors.append(event.text)
        self.stream.emit(*events)

    def _on_error_line(self, line: str) -> None:
        text = clean_line(without_credentials(line))
        if text:
            self.stream.emit(LogLine(self.stream.clock(), text))

    def _error(self, result: CommandResult) -> PhilotesError:
        request, backend = self.request, self.backend
        return error_of(
            Failure(
                kind=request.kind,
                stack=request.stack,
                source=request.label,
                code=result.code,
                stderr=result.stderr,
                diagnostics=tuple(self._errors),
                locks=backend.locks(request.stack) if backend else (),
                cancelled=self.command.interrupted,
                project_dir=str(self.project_dir),
                backend_url=backend.folder.as_uri() if backend else "",
            )
        )


@contextlib.contextmanager
def _private_folder() -> Iterator[Path]:
    """A folder of mode 0700 that is gone afterwards: it holds encrypted values."""
    try:
        folder = Path(tempfile.mkdtemp(prefix="philotes-tui-"))
    except OSError as error:
        raise StateFolderError(
            "No temporary folder can be made",
            on=tempfile.gettempdir(),
            said=error.strerror or str(error),
            todo="Free some space, then try again.",
        ) from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
