"""What operations print: live lines, changes, outcomes, the shapes of docs/json.md."""

import json
from collections import Counter
from collections.abc import Sequence

import click

from philotes_tui.engine import (
    UNTOUCHED,
    CancelRequested,
    ChangeKind,
    Diagnostic,
    Event,
    Kind,
    LogLine,
    Op,
    OperationEnded,
    OperationStarted,
    Progress,
    PropertyChange,
    Resource,
    Severity,
    State,
    StatusChanged,
    StepDone,
    StepFailed,
    Target,
)
from philotes_tui.engine.cluster_identity import cluster_of
from philotes_tui.engine.wording import INTERRUPTED, OPERATION, short_type
from philotes_tui.errors import PhilotesError
from philotes_tui.foreign import clean_line

SYMBOLS = {
    Op.CREATE: "+",
    Op.UPDATE: "~",
    Op.DELETE: "-",
    Op.REPLACE: "±",
    Op.SAME: " ",
    Op.READ: " ",
    Op.REFRESH: " ",
    Op.IMPORT: "=",
    Op.DISCARD: "<",
    Op.OTHER: "?",
}
_CHANGES = {ChangeKind.ADD: "+", ChangeKind.UPDATE: "~", ChangeKind.DELETE: "-"}
VALUE_WIDTH = 160
_CONTAINERS = frozenset({"Stack", "Chart"})
_PLANNED = {
    Op.CREATE: "to create",
    Op.UPDATE: "to update",
    Op.REPLACE: "to replace",
    Op.DELETE: "to delete",
}
_DONE = {
    Op.CREATE: "created",
    Op.UPDATE: "updated",
    Op.REPLACE: "replaced",
    Op.DELETE: "deleted",
}


def event_line(event: Event, started: float) -> str:  # noqa: PLR0911 - one return an event
    """Return the line that tells of an event while an operation runs, or nothing."""
    clock = f"{max(0.0, event.at - started):6.1f}s"
    match event:
        case OperationStarted(kind=kind, stack=stack, source=source):
            return f"{OPERATION[kind]} of {source or 'the stack'} on {stack}"
        case StepDone(step=step) if step.op not in UNTOUCHED:
            return f"{clock} {SYMBOLS[step.op]} {step.op:<8} {short_type(step.type)} {step.name}"
        case StepFailed(step=step):
            return f"{clock} ✗ failed   {short_type(step.type)} {step.name}"
        case StatusChanged(urn=urn, text=text) if text:
            name = urn.rsplit(":", 1)[-1]
            return f"{clock}   … {clean_line(name, 80)}: {clean_line(text, VALUE_WIDTH)}"
        case Diagnostic(severity=severity, text=text) if severity is not Severity.DEBUG:
            return "\n".join(f"{clock}   {severity}: {line}" for line in text.splitlines() if line)
        case LogLine(text=text):
            return f"{clock}   {text}"
        case CancelRequested():
            return f"{clock} Cancelling. {INTERRUPTED} Again stops at once."
        case OperationEnded(result=result):
            return f"{clock} {result}"
        case _:
            return ""


def print_changes(progress: Progress, *, properties: bool) -> None:
    """Print what a preview found, resource by resource, then the counts."""
    for resource in progress.changed:
        step = resource.step
        click.echo(f"{SYMBOLS[step.op]} {step.op:<8} {short_type(step.type):<22} {step.name}")
        if properties and step.op in {Op.UPDATE, Op.REPLACE}:
            for change in step.changes:
                click.echo(f"    {_property(change)}")
    click.echo(counts_sentence(progress))


def counts_sentence(progress: Progress) -> str:
    """Return `2 to create, 1 to update, 30 unchanged`, or `2 created, …` after a deploy."""
    done = progress.kind is not Kind.PREVIEW
    words = _DONE if done else _PLANNED
    parts = [f"{progress.counts[op]} {word}" for op, word in words.items() if progress.counts[op]]
    same = sum(progress.counts[op] for op in UNTOUCHED)
    return ", ".join([*parts, f"{same} unchanged"]) if parts else f"No changes; {same} unchanged."


def waiting_line(progress: Progress, now: float) -> str:
    """Return the line that tells, when nothing was heard for a while, what is awaited."""
    waiting = [r for r in progress.resources.values() if r.state is State.RUNNING]
    # The stack and the chart run as long as what is in them.
    own = [r for r in waiting if short_type(r.step.type) not in _CONTAINERS] or waiting
    names = ", ".join(f"{short_type(r.step.type)} {r.step.name}" for r in own[:3])
    more = f" and {len(own) - 3} more" if len(own) > 3 else ""  # noqa: PLR2004 - as above
    clock = f"{progress.elapsed(now):6.1f}s"
    return f"{clock}   … still waiting for {names or 'Pulumi'}{more}. Ctrl-C cancels."


def print_outcome(progress: Progress) -> None:
    """Print the plain summary of a finished deploy."""
    took = progress.elapsed(progress.ended or progress.started)
    click.echo(f"Deployed {progress.source} to {progress.stack} in {took:.1f} s.")
    click.echo(counts_sentence(progress))
    for name, value in progress.outputs.items():
        click.echo(f"  {clean_line(name, 80)}: {_value(value)}")


def unfinished_lines(progress: Progress) -> list[str]:
    """Return what a deploy that failed or was cancelled has done, and what not."""
    # The stack and the chart are not ended before all in them is.
    own = [r for r in progress.changed if short_type(r.step.type) not in _CONTAINERS]
    done = Counter(r.step.op for r in own if r.state is State.DONE)
    parts = [f"{done[op]} {word}" for op, word in _DONE.items() if done[op]]
    lines = [f"done:      {', '.join(parts) or 'nothing was changed'}"]
    for head, state in (("failed:   ", State.FAILED), ("not ended:", State.RUNNING)):
        names = [f"{short_type(r.step.type)} {r.step.name}" for r in own if r.state is state]
        lines += [f"{head} {name}" for name in names]
    missing = (progress.expected or 0) - len(progress.resources)
    if missing > 0:
        lines.append(f"not begun: {missing}")
    return lines


def progress_document(
    progress: Progress,
    target: Target,
    error: PhilotesError | None,
    notices: Sequence[str] = (),
) -> dict[str, object]:
    """Return the documented JSON shape of a preview or deploy."""
    return {
        "kind": progress.kind,
        "stack": progress.stack or target.stack,
        "environment": target.environment,
        "context": target.context,
        "cluster": _cluster(progress, target),
        "source": progress.source,
        "notices": list(notices),
        "result": progress.result,
        "seconds": round(progress.elapsed(progress.ended or progress.started), 3),
        "counts": {op: n for op, n in sorted(progress.counts.items()) if n},
        "resources": [_resource(r) for r in progress.resources.values()],
        "diagnostics": [
            {"severity": d.severity, "urn": d.urn or None, "text": d.text}
            for d in progress.log
            if isinstance(d, Diagnostic)
        ],
        "outputs": dict(progress.outputs),
        "error": error.as_dict() if error else None,
    }


def _cluster(progress: Progress, target: Target) -> dict[str, object]:
    cluster = cluster_of(target, progress.outputs)
    return {
        "id": cluster.reached or None,
        "recorded": cluster.recorded or None,
        "matches": cluster.matches,
    }


def _resource(resource: Resource) -> dict[str, object]:
    step = resource.step
    return {
        "urn": step.urn,
        "type": step.type,
        "name": step.name,
        "op": step.op,
        "state": resource.state,
        "seconds": round(resource.elapsed(resource.ended or resource.started), 3)
        if resource.state is not State.RUNNING
        else None,
        "changes": [
            {
                "path": c.path,
                "kind": c.kind,
                "before": c.before,
                "after": c.after,
                "replaces": c.replaces,
            }
            for c in step.changes
        ],
    }


def _property(change: PropertyChange) -> str:
    mark = "  (replaces)" if change.replaces else ""
    head = f"{_CHANGES[change.kind]} {clean_line(change.path, VALUE_WIDTH)}: "
    match change.kind:
        case ChangeKind.ADD:
            return f"{head}{_value(change.after)}{mark}"
        case ChangeKind.DELETE:
            return f"{head}{_value(change.before)}{mark}"
        case _:
            return f"{head}{_value(change.before)} → {_value(change.after)}{mark}"


def _value(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return clean_line(text, VALUE_WIDTH)
