"""Every error this program raises on purpose.

    PhilotesError
    ├── SettingsError               a settings or stack file is wrong (file, line, key)
    ├── InvalidReference            a registry reference or version cannot be parsed
    ├── RegistryError
    │   ├── RegistryUnreachable     no answer: refused, DNS, TLS, time-out
    │   ├── NotARegistry            an answer, but not one of the OCI protocol
    │   ├── RegistryDenied          401, 403: missing or private
    │   ├── RegistryRateLimited     429
    │   └── VersionNotFound         the repository or tag does not exist
    ├── ToolError
    │   ├── ToolMissing             not found and cannot be had
    │   ├── ToolUnfit               found, but too old or broken
    │   └── ToolBuildFailed         a download or build ended badly
    ├── ClusterError
    │   ├── ClusterUnreachable
    │   ├── ClusterMismatch         another cluster than the one the stack belongs to
    │   └── ContextUnknown          the kubeconfig has no such context
    ├── EngineError
    │   ├── OperationFailed         with the diagnostics that explain it
    │   ├── OperationCancelled
    │   ├── OperationInProgress     this process runs one already
    │   ├── StackLocked             another process holds the stack: who, since when
    │   ├── WrongPassphrase
    │   └── BackendUnavailable
    ├── ReleaseMoved                the tag no longer is what was approved
    ├── StackMoved                  the stack no longer is what the preview compared with
    ├── ApprovalRequired            a deploy without a terminal and without --yes
    ├── StateFolderError            disk full, not writable
    └── DemoError                   a demo process did not start or died

Each says what failed, on what, what the other side said, and what to do next.
`docs/exit-codes.md` lists the exit code of each.
"""

from collections.abc import Sequence
from typing import ClassVar

from philotes_tui.foreign import clean_text


class PhilotesError(Exception):
    """The base of all errors that reach a user.

    Args:
        what: What failed, one sentence without a full stop.
        on: The resource, URL, file or stack it failed on.
        said: What the other side said, verbatim; it is cleaned here.
        todo: What to do next, an imperative sentence.
    """

    exit_code: ClassVar[int] = 1
    kind: ClassVar[str] = "error"

    def __init__(self, what: str, *, on: str = "", said: str = "", todo: str = "") -> None:
        self.what = clean_text(what, 2_000).strip()
        self.on = clean_text(on, 1_000).strip()
        self.said = clean_text(said, 8_000).strip()
        self.todo = clean_text(todo, 2_000).strip()
        super().__init__(self.what)

    def sentence(self) -> str:
        """Return the whole story in one line: what, on what, said, what to do."""
        text = f"{self.what} ({self.on})" if self.on and self.on not in self.what else self.what
        if self.said:
            text += f": {' '.join(self.said.split())}"
        if not text.endswith((".", "!", "?")):
            text += "."
        return f"{text} {self.todo}".strip()

    __str__ = sentence  # as it is now: whoever passes an error on may add what to do

    def as_dict(self) -> dict[str, object]:
        """Return the error in the shape that `--json` prints under `error`."""
        return {
            "kind": self.kind,
            "what": self.what,
            "on": self.on,
            "said": self.said,
            "todo": self.todo,
            "exit_code": self.exit_code,
        }


class SettingsError(PhilotesError):
    """A settings or stack file cannot be used; `on` is `file:line` where known."""

    exit_code = 3
    kind = "settings"


class InvalidReference(PhilotesError):
    """A registry reference, tag, digest or version does not parse."""

    exit_code = 3
    kind = "invalid-reference"


class RegistryError(PhilotesError):
    """The registry gave an answer that cannot be used."""

    exit_code = 4
    kind = "registry"


class RegistryUnreachable(RegistryError):
    """No answer came: refused, unresolved, TLS refused, or too slow."""

    kind = "registry-unreachable"


class NotARegistry(RegistryError):
    """Something answered, but it does not speak the OCI distribution protocol."""

    kind = "not-a-registry"


class ChartUnusable(RegistryError):
    """What a registry holds is no chart that can be read; asking again changes nothing."""


class RegistryDenied(RegistryError):
    """The registry refused: the repository is missing, private, or credentials are wrong."""

    kind = "registry-denied"


class RegistryRateLimited(RegistryError):
    """The registry asks to wait.

    Args:
        retry_after: Seconds to wait before the next request, where it said so.
    """

    kind = "registry-rate-limited"

    def __init__(self, what: str, *, retry_after: float | None = None, **parts: str) -> None:
        self.retry_after = retry_after
        super().__init__(what, **parts)


class VersionNotFound(RegistryError):
    """The repository, tag or version does not exist (any more)."""

    exit_code = 5
    kind = "version-not-found"


class ReleaseMoved(PhilotesError):
    """The tag's digest changed between preview and deploy, so what was approved is gone."""

    exit_code = 5
    kind = "release-moved"


class StackMoved(PhilotesError):
    """The stack's destination, configuration or state changed between preview and deploy."""

    exit_code = 5
    kind = "stack-moved"


class ToolError(PhilotesError):
    """A program this one needs cannot be used."""

    exit_code = 7
    kind = "tool"


class ToolMissing(ToolError):
    """The tool is on no path and can be neither downloaded nor built."""

    kind = "tool-missing"


class ToolUnfit(ToolError):
    """The tool was found, but its version does not fit."""

    kind = "tool-unfit"


class ToolBuildFailed(ToolError):
    """A download or build of a tool failed; `said` holds the last lines of its log."""

    kind = "tool-build-failed"


class ClusterError(PhilotesError):
    """The Kubernetes cluster cannot be used."""

    exit_code = 6
    kind = "cluster"


class ClusterUnreachable(ClusterError):
    """The API server does not answer."""

    kind = "cluster-unreachable"


class ClusterMismatch(ClusterError):
    """The cluster that answers is not the one that is recorded, or not the one approved."""

    kind = "cluster-mismatch"


class ContextUnknown(ClusterError):
    """The kubeconfig has no such context, or there is no kubeconfig at all."""

    kind = "context-unknown"


class EngineError(PhilotesError):
    """Pulumi could not do what was asked."""

    kind = "engine"


class OperationFailed(EngineError):
    """The operation ran and failed.

    Args:
        diagnostics: The engine's own error messages, in order, already cleaned.
    """

    kind = "operation-failed"

    def __init__(
        self,
        what: str,
        *,
        on: str = "",
        said: str = "",
        todo: str = "",
        diagnostics: Sequence[str] = (),
    ) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__(what, on=on, said=said, todo=todo)


class OperationCancelled(EngineError):
    """The operator cancelled; what was already done stays done."""

    exit_code = 8
    kind = "cancelled"


class OperationInProgress(EngineError):
    """This process already runs an operation."""

    exit_code = 9
    kind = "operation-in-progress"


class StackLocked(EngineError):
    """Another process holds the stack's lock; `said` tells who and since when."""

    exit_code = 9
    kind = "stack-locked"


class WrongPassphrase(EngineError):
    """The stack's secrets cannot be decrypted with the passphrase given."""

    exit_code = 10
    kind = "wrong-passphrase"


class BackendUnavailable(EngineError):
    """The Pulumi backend does not answer or refuses the login."""

    exit_code = 10
    kind = "backend-unavailable"


class ApprovalRequired(PhilotesError):
    """A change was asked for that nobody approved."""

    exit_code = 2
    kind = "approval-required"


class StateFolderError(PhilotesError):
    """The folder this program keeps its state in cannot be written: disk full, read-only."""

    exit_code = 11
    kind = "state-folder"


class DemoError(PhilotesError):
    """A process of the demo did not become ready, or ended by itself."""

    exit_code = 12
    kind = "demo"
