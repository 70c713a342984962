"""What an operation tells while it runs: our own frozen events.

The engine adapter turns what Pulumi says into these; everything else (screens,
`--json`, recordings, tests) knows only these.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TypeAlias

EMPTY: Mapping[str, object] = MappingProxyType({})


class Kind(StrEnum):
    """What is being done to a stack."""

    PREVIEW = "preview"
    UP = "up"
    DESTROY = "destroy"
    REFRESH = "refresh"


class Op(StrEnum):
    """What happens to one resource (pulumi/pulumi:sdk/go/common/apitype/events.go, OpType)."""

    SAME = "same"
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    REPLACE = "replace"
    READ = "read"
    REFRESH = "refresh"
    IMPORT = "import"
    DISCARD = "discard"
    OTHER = "other"


class Severity(StrEnum):
    """How bad a diagnostic is."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Result(StrEnum):
    """How an operation ended."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class ChangeKind(StrEnum):
    """What happens to one property."""

    ADD = "add"
    UPDATE = "update"
    DELETE = "delete"


@dataclass(frozen=True)
class PropertyChange:
    """One property that changes.

    Attributes:
        path: Where it stands, such as `spec.template.spec.containers[0].image`.
        kind: Added, updated or deleted.
        before: The old JSON value; secrets are masked, None where there was none.
        after: The new JSON value; secrets and unknowns are masked.
        replaces: Whether this change forces the resource to be replaced.
    """

    path: str
    kind: ChangeKind
    before: object = None
    after: object = None
    replaces: bool = False


@dataclass(frozen=True)
class Step:
    """What is to happen, or happens, to one resource.

    Attributes:
        urn: Pulumi's unique name of the resource.
        op: The operation, with the parts of a replacement folded into REPLACE.
        type: The type token, such as `kubernetes:apps/v1:Deployment`.
        name: The resource's name in the program.
        parent: The URN of the parent, or an empty string.
        changes: The properties that change, by path.
        inputs: The new inputs (the old ones on a delete), secrets masked.
    """

    urn: str
    op: Op
    type: str
    name: str
    parent: str = ""
    changes: tuple[PropertyChange, ...] = ()
    inputs: Mapping[str, object] = field(default_factory=lambda: EMPTY)


@dataclass(frozen=True)
class OperationStarted:
    """The operation begins.

    Attributes:
        at: Seconds since the epoch, here and on every event.
        expected: How many resources a preview of the same change listed, where known.
    """

    at: float
    kind: Kind
    stack: str
    source: str = ""
    expected: int | None = None


@dataclass(frozen=True)
class StepStarted:
    """The engine begins a step (or, in a preview, plans it)."""

    at: float
    step: Step


@dataclass(frozen=True)
class StepDone:
    """The step ended well."""

    at: float
    step: Step


@dataclass(frozen=True)
class StepFailed:
    """The step ended badly; a diagnostic with the same URN says why."""

    at: float
    step: Step


@dataclass(frozen=True)
class StatusChanged:
    """What a running resource waits for right now; an empty text clears it."""

    at: float
    urn: str
    text: str


@dataclass(frozen=True)
class Diagnostic:
    """Something the engine, a provider or the program says; kept for good.

    Attributes:
        urn: The resource it is about, or an empty string.
        text: Cleaned text, possibly of several lines.
    """

    at: float
    severity: Severity
    text: str
    urn: str = ""


@dataclass(frozen=True)
class LogLine:
    """A line the CLI printed that is no event."""

    at: float
    text: str


@dataclass(frozen=True)
class OutputsComputed:
    """The stack's outputs, secrets masked."""

    at: float
    outputs: Mapping[str, object]


@dataclass(frozen=True)
class Summarized:
    """The engine's own count of what changed."""

    at: float
    changes: Mapping[str, int]
    seconds: float


@dataclass(frozen=True)
class CancelRequested:
    """The operator asked to stop; what is being changed is interrupted."""

    at: float


@dataclass(frozen=True)
class OperationEnded:
    """The last event of every operation, however it ended."""

    at: float
    result: Result
    error: str = ""


Event: TypeAlias = (
    OperationStarted
    | StepStarted
    | StepDone
    | StepFailed
    | StatusChanged
    | Diagnostic
    | LogLine
    | OutputsComputed
    | Summarized
    | CancelRequested
    | OperationEnded
)
