"""What this program asks of a deployment engine."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeAlias

from philotes_tui.engine.events import Event, Kind, Result
from philotes_tui.engine.facts import Facts, facts_of_outputs
from philotes_tui.engine.progress import Progress
from philotes_tui.releases import ChartSource

Sink: TypeAlias = Callable[[Event], None]
"""Takes events as they come, on any thread. It must neither block nor raise."""


@dataclass(frozen=True)
class Change:
    """A change of a stack that is asked for.

    Attributes:
        stack: The stack's name.
        source: The chart to deploy.
        message: Why, for the history.
        expected: How many resources the preview listed, for the progress bar.
        context: The kubeconfig context that was shown; used, and kept in the stack file, where
            that names none, so that another current context is not another cluster unnoticed.
        cluster_id: The id of the cluster that was shown. A deploy that reaches another one is
            refused, also where the stack file records none.
        record_cluster: Whether the id of the cluster that was deployed to is kept in the stack
            file, where that records none, so that every later operation is held to it.
    """

    stack: str
    source: ChartSource
    message: str = ""
    expected: int | None = None
    context: str = ""
    cluster_id: str = ""
    record_cluster: bool = False


@dataclass(frozen=True)
class StackSummary:
    """One stack as its backend knows it.

    Attributes:
        resources: How many resources the last update left.
        updated: When the last update ended; None if there was none.
        updating: Whether an update runs right now, as far as the backend tells.
        outputs: The outputs of the last update that succeeded, secrets masked.
        unfinished: What a later update was after that did not succeed: a version,
            `local charts`, or `an update`. Empty where the last one succeeded.
    """

    name: str
    resources: int = 0
    updated: datetime | None = None
    updating: bool = False
    outputs: Mapping[str, object] | None = None
    unfinished: str = ""

    @property
    def facts(self) -> Facts:
        """Return what the last update that succeeded deployed."""
        return facts_of_outputs(self.outputs)

    @property
    def shown(self) -> str:
        """Return what people read, which never calls a half-done stack untouched."""
        if not self.resources:
            return ""
        if self.unfinished:
            part = f"part of {self.unfinished}"
            return f"{self.deployed}, {part}" if self.deployed else part
        return self.deployed or f"{self.resources} resources"

    @property
    def deployed(self) -> str:
        """Return the version that was last deployed whole, `local charts`, or an empty string."""
        if not self.resources or not self.outputs:
            return ""
        if self.outputs.get("source") == "local":
            return "local charts"
        return str(self.outputs.get("version", ""))


@dataclass(frozen=True)
class Update:
    """One entry of a stack's history.

    Attributes:
        started: When it began; the key of an entry on backends without numbers.
        version: The chart version asked for, or `local charts`, where recorded.
        changes: How many resources by operation.
        facts: What was deployed if it succeeded, as its outputs tell where the backend
            keeps them; else what its configuration asked for.
    """

    kind: str
    result: str
    started: datetime
    ended: datetime | None = None
    message: str = ""
    version: str = ""
    changes: Mapping[str, int] | None = None
    facts: Facts = field(default_factory=Facts)


class Engine(Protocol):
    """Runs operations on stacks, one at a time in a process.

    Every operation sends its events to the sink, `OperationStarted` first and
    `OperationEnded` last, and returns the fold of them all.

    Raises:
        OperationInProgress: Another operation runs in this process.
        OperationFailed: It failed; the diagnostics that explain it are attached.
        OperationCancelled: `cancel` was called.
        StackLocked, WrongPassphrase, BackendUnavailable, ClusterUnreachable,
        ClusterMismatch, ContextUnknown, VersionNotFound, SettingsError, ToolError: As they say.
    """

    def preview(self, change: Change, sink: Sink) -> Progress:
        """Compute what the change would do.

        Nothing is deployed, and configuration that is there stays as it is. The first
        preview of a new stack creates the stack in the backend and its file: Pulumi
        previews only stacks that exist.
        """
        ...

    def up(self, change: Change, sink: Sink) -> Progress:
        """Make the change; the stack's configuration is saved once it succeeded."""
        ...

    def destroy(self, stack: str, sink: Sink) -> Progress:
        """Delete all of the stack's resources; the stack and its history stay."""
        ...

    def refresh(self, stack: str, sink: Sink) -> Progress:
        """Read the real state of all resources into the stack's state."""
        ...

    def stacks(self) -> tuple[StackSummary, ...]:
        """Return the stacks of the project with what is deployed on each."""
        ...

    def outputs(self, stack: str) -> Mapping[str, object]:
        """Return the stack's outputs, secrets masked."""
        ...

    def history(self, stack: str, limit: int = 20) -> tuple[Update, ...]:
        """Return the latest updates of the stack, newest first."""
        ...

    def cancel(self) -> bool:
        """Ask the running operation to stop; return whether there was one.

        What is being changed is interrupted, and the state is written. A second call
        stops at once.
        """
        ...

    def running(self) -> Kind | None:
        """Return what runs right now in this process."""
        ...


__all__ = ["Change", "Engine", "Result", "Sink", "StackSummary", "Update"]
