"""The fold that turns events into what is known so far.

Screens draw a `Progress`, `--json` prints one, a recording replays into one.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property

from philotes_tui.engine.events import (
    EMPTY,
    CancelRequested,
    Diagnostic,
    Event,
    Kind,
    LogLine,
    Op,
    OperationEnded,
    OperationStarted,
    OutputsComputed,
    Result,
    Severity,
    StatusChanged,
    Step,
    StepDone,
    StepFailed,
    StepStarted,
    Summarized,
)


class State(StrEnum):
    """Where one resource stands."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True)
class Resource:
    """One resource as the operation has left it so far.

    Attributes:
        started: Seconds since the epoch at which its first step began.
        ended: The same for its last step's end; None while it runs.
        status: What it waits for right now.
    """

    step: Step
    state: State
    started: float
    ended: float | None = None
    status: str = ""
    diagnostics: tuple[Diagnostic, ...] = ()

    def elapsed(self, now: float) -> float:
        """Return the seconds it has taken until `now` or its end."""
        return max(0.0, (self.ended if self.ended is not None else now) - self.started)


@dataclass(frozen=True)
class Progress:
    """Everything an operation has told so far. Immutable; see `fold`."""

    kind: Kind = Kind.PREVIEW
    stack: str = ""
    source: str = ""
    expected: int | None = None
    started: float = 0.0
    ended: float | None = None
    resources: Mapping[str, Resource] = field(default_factory=dict)
    log: tuple[Diagnostic | LogLine, ...] = ()
    outputs: Mapping[str, object] = field(default_factory=lambda: EMPTY)
    summary: Mapping[str, int] = field(default_factory=dict)
    cancelling: bool = False
    result: Result | None = None
    error: str = ""

    @cached_property
    def counts(self) -> Mapping[Op, int]:
        """How many resources there are of each operation."""
        return Counter(r.step.op for r in self.resources.values())

    @cached_property
    def finished(self) -> int:
        """How many resources need nothing more."""
        return sum(r.state is not State.RUNNING for r in self.resources.values())

    @property
    def changed(self) -> tuple[Resource, ...]:
        """The resources that are, or would be, touched."""
        return tuple(r for r in self.resources.values() if r.step.op not in UNTOUCHED)

    @property
    def failed(self) -> tuple[Resource, ...]:
        """The resources whose step failed."""
        return tuple(r for r in self.resources.values() if r.state is State.FAILED)

    @property
    def unfinished(self) -> tuple[Resource, ...]:
        """The resources whose step had begun and not ended; after the end, in unknown state."""
        return tuple(r for r in self.resources.values() if r.state is State.RUNNING)

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """The diagnostics that explain a failure, in order."""
        return tuple(
            line
            for line in self.log
            if isinstance(line, Diagnostic) and line.severity is Severity.ERROR
        )

    def elapsed(self, now: float) -> float:
        """Return the seconds the operation has taken until `now` or its end."""
        return max(0.0, (self.ended if self.ended is not None else now) - self.started)

    def fraction(self) -> float | None:
        """Return how much is done, 0 to 1, or None while the total is unknown."""
        if self.result is Result.SUCCEEDED:
            return 1.0
        if not self.expected:
            return None
        return min(1.0, self.finished / max(self.expected, len(self.resources)))


UNTOUCHED = frozenset({Op.SAME, Op.READ, Op.REFRESH})
"""Operations that leave the real resource as it is."""


def fold(progress: Progress, events: Iterable[Event]) -> Progress:
    """Return `progress` with a batch of events taken in; pure.

    Batches keep this linear: the maps are copied once a batch, not once an event.
    """
    batch = _Batch(progress)
    for event in events:
        batch.take(event)
    return batch.frozen()


class _Batch:
    """The mutable inside of one `fold`; never leaves it."""

    def __init__(self, progress: Progress) -> None:
        self._begin(progress)

    def _begin(self, progress: Progress) -> None:
        self.base = progress
        self.resources = dict(progress.resources)
        self.log: list[Diagnostic | LogLine] = []

    def frozen(self) -> Progress:
        return replace(self.base, resources=self.resources, log=self.base.log + tuple(self.log))

    def take(self, event: Event) -> None:
        match event:
            case StepStarted() | StepDone() | StepFailed():
                self._step(event)
            case StatusChanged(urn=urn, text=text):
                if urn in self.resources:
                    self.resources[urn] = replace(self.resources[urn], status=text)
            case Diagnostic(urn=urn):
                self.log.append(event)
                if urn in self.resources:
                    known = self.resources[urn]
                    self.resources[urn] = replace(known, diagnostics=(*known.diagnostics, event))
            case LogLine():
                self.log.append(event)
            case OperationStarted():
                self._begin(_whole(self.base, event))
            case OperationEnded(at=at, result=Result.SUCCEEDED):
                self._settle(at)
                self.base = _whole(self.base, event)
            case _:
                self.base = _whole(self.base, event)

    def _settle(self, at: float) -> None:
        """End what the engine never said the end of, as of components a provider makes."""
        for urn, resource in self.resources.items():
            if resource.state is State.RUNNING:
                self.resources[urn] = replace(resource, state=State.DONE, ended=at, status="")

    def _step(self, event: StepStarted | StepDone | StepFailed) -> None:
        known = self.resources.get(event.step.urn)
        step = _merged(known.step, event.step) if known else event.step
        started = known.started if known else event.at
        diagnostics = known.diagnostics if known else ()
        if isinstance(event, StepStarted):
            made = Resource(step, State.RUNNING, started, None, "", diagnostics)
        else:
            failed = isinstance(event, StepFailed) or (
                known is not None and known.state is State.FAILED
            )
            state = State.FAILED if failed else State.DONE
            made = Resource(step, state, started, event.at, "", diagnostics)
        self.resources[event.step.urn] = made


def _merged(known: Step, new: Step) -> Step:
    """Return one step for a URN that is worked on more than once, as in a replacement."""
    op = Op.REPLACE if Op.REPLACE in (known.op, new.op) else new.op
    return replace(
        new, op=op, changes=new.changes or known.changes, inputs=new.inputs or known.inputs
    )


def _whole(progress: Progress, event: Event) -> Progress:
    """Return `progress` after an event about the operation as a whole."""
    match event:
        case OperationStarted(at=at, kind=kind, stack=stack, source=source, expected=expected):
            return Progress(kind, stack, source, expected, started=at)
        case OutputsComputed(outputs=outputs):
            return replace(progress, outputs=outputs)
        case Summarized(changes=changes):
            return replace(progress, summary=changes)
        case CancelRequested():
            return replace(progress, cancelling=True)
        case OperationEnded(at=at, result=result, error=error):
            return replace(progress, ended=at, result=result, error=error)
        case _:
            return progress
