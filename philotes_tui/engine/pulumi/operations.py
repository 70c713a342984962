"""One operation from its configuration to its end."""

import logging
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pulumi.automation import CommandResult

from philotes_tui.engine.cluster_identity import OUTPUT
from philotes_tui.engine.events import Diagnostic, Kind, LogLine, Severity
from philotes_tui.engine.file_backend import FileBackend
from philotes_tui.engine.private_folder import PrivateFolder, private_folder
from philotes_tui.engine.project import ensure_project, ensure_stack_file
from philotes_tui.engine.pulumi.command import Command
from philotes_tui.engine.pulumi.failure import Failure
from philotes_tui.engine.pulumi.failures import error_of
from philotes_tui.engine.pulumi.queries import EXIT_STACK_NOT_FOUND
from philotes_tui.engine.pulumi.session import Program, run_with_program
from philotes_tui.engine.pulumi.stream import EventStream
from philotes_tui.engine.pulumi.translate import traceback_of, translate
from philotes_tui.engine.stack_file import StackFile, adopt_salt, stack_path
from philotes_tui.engine.values import without_credentials
from philotes_tui.engine.yaml_file import save
from philotes_tui.errors import PhilotesError, SettingsError, StateFolderError
from philotes_tui.foreign import clean_line
from philotes_tui.releases import ChartSource

_LOG = logging.getLogger(__name__)

_VERBS: Mapping[Kind, tuple[str, ...]] = {
    Kind.PREVIEW: ("preview",),
    Kind.UP: ("up", "--yes", "--skip-preview"),
    # The program checks which cluster is reached; without it nothing would.
    Kind.DESTROY: ("destroy", "--yes", "--skip-preview", "--run-program"),
    Kind.REFRESH: ("refresh", "--yes", "--skip-preview", "--run-program"),
}
_QUIET = ("--color=never", "--suppress-outputs", "--suppress-progress")
_UNREACHABLE = "configured Kubernetes cluster is unreachable"


@dataclass(frozen=True)
class Request:
    """What is asked for.

    Attributes:
        source: The chart to deploy; None where the operation deploys nothing.
        message: Why, for the history.
        context: The kubeconfig context for a stack file that names none.
        cluster_id: The cluster that may be deployed to where the stack file records none.
        record_cluster: Whether the cluster's id is kept in the stack file.
    """

    kind: Kind
    stack: str
    source: ChartSource | None = None
    message: str = ""
    context: str = ""
    cluster_id: str = ""
    record_cluster: bool = False

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
    _recorded: bool = False

    def run(self) -> None:
        """Run to the end; the configuration is saved once a deploy has succeeded.

        Raises:
            PhilotesError: It failed or was cancelled.
        """
        ensure_project(self.project_dir)
        ensure_stack_file(self.project_dir, self.request.stack, self.initial)
        if self.backend is not None and not self.backend.exists(self.request.stack):
            self._create_stack()
        with private_folder(self.project_dir) as folder:
            config = self._configured(folder.path)
            result = self._run_program(config, folder)
            if result.code == EXIT_STACK_NOT_FOUND:
                self._create_stack()
                result = self._run_program(self._configured(folder.path), folder)
            if result.code != 0:
                raise self._error(result)
            if self.request.kind is Kind.UP and self.request.source is not None:
                self._save(config, self.request.source)

    def _configured(self, folder: Path) -> Path:
        """Return a copy of the stack's configuration with the source that is asked for.

        The stack's own file stays as it is until a deploy has succeeded.
        """
        file = StackFile.read(self.project_dir, self.request.stack)
        request = self.request
        self._recorded = bool(file.settings.cluster_id)
        text = file.text
        if request.source is not None:
            text = file.with_source(
                request.source, pinned=True, context=request.context, cluster=request.cluster_id
            )
        path = folder / file.path.name
        save(path, text)
        return path

    def _save(self, used: Path, source: ChartSource) -> None:
        """Keep what was deployed; the cluster is changed, so a fault here fails nothing."""
        stack = self.request.stack
        try:
            file = StackFile.read(self.project_dir, stack)
            text = file.with_source(
                source, context=self.request.context, cluster=self._cluster_to_record()
            )
            save(file.path, adopt_salt(text, used.read_text(encoding="utf-8")))
        except (SettingsError, StateFolderError) as error:
            self.stream.emit(
                Diagnostic(
                    self.stream.clock(),
                    Severity.WARNING,
                    "The deploy succeeded, but its chart version and context could not be saved"
                    f" to {stack_path(self.project_dir, stack)}, which still names the ones"
                    f" before. {error.sentence()} Then deploy the same version again.",
                )
            )

    def _cluster_to_record(self) -> str:
        """Return the id of the cluster that was deployed to, where it is to be kept."""
        if not self.request.record_cluster:
            return ""
        return str(self.stream.progress().outputs.get(OUTPUT) or "")

    def _create_stack(self) -> None:
        """Create the stack in the backend; this writes the salt of its secrets to its file."""
        result = self.command.run(
            ["stack", "init", self.request.stack, "--no-select", "--color=never"],
            str(self.project_dir),
            self.environ,
        )
        if result.code != 0 and "already exists" not in result.stderr:
            raise self._error(result)

    def _run_program(self, config: Path, folder: PrivateFolder) -> CommandResult:
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
            {**self.environ, **dict.fromkeys(("TMPDIR", "TMP", "TEMP"), str(folder.path))},
            self.program,
            on_event=self._on_event,
            on_error=self._on_error_line,
            keep=(folder.lock,),
        )

    def _on_event(self, raw: Mapping[str, Any]) -> None:
        if traceback := traceback_of(raw):
            _LOG.error("the stack program raised:\n%s", traceback)
        events = translate(raw, self.stream.clock())
        for event in events:
            if isinstance(event, Diagnostic) and _explains(event):
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
                # The one this program found need not be on the operator's PATH.
                program="pulumi" if shutil.which("pulumi") else self.command.command,
                recorded=self._recorded,
            )
        )


def _explains(diagnostic: Diagnostic) -> bool:
    """Whether a diagnostic tells why an operation fails.

    When the provider cannot read an object it says why in a warning, and in the error only that
    it could not (pulumi/pulumi-kubernetes:provider/pkg/provider/provider.go, Read).
    """
    return diagnostic.severity is Severity.ERROR or diagnostic.text.startswith(_UNREACHABLE)
