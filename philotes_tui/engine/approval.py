"""What a preview is of, exactly, and whether a deploy would still do just that. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from philotes_tui.engine.protocol import StackSummary
from philotes_tui.engine.target import Target
from philotes_tui.errors import PhilotesError, ReleaseMoved, StackMoved
from philotes_tui.releases import ChartSource, LocalChart, RegistryChart

_TODO = "Preview again and approve what you see then."


@dataclass(frozen=True)
class Resolved:
    """A destination, a chart, and what is deployed there, pinned.

    Attributes:
        target: Where it goes.
        source: What goes there; a registry chart carries its digest.
        state: What the stack held when this was looked up; None: not compared.
    """

    target: Target
    source: ChartSource
    state: StackSummary | None = None


def state_of(stack: str, summaries: Iterable[StackSummary]) -> StackSummary:
    """Return the stack's summary; one that is not there holds nothing."""
    return next((each for each in summaries if each.name == stack), StackSummary(stack))


def moved(before: Resolved, now: Resolved) -> PhilotesError | None:
    """Return why what was approved is no longer what a deploy would do, or None."""
    if before.target != now.target:
        return StackMoved(
            "The destination changed since the preview",
            on=before.target.stack,
            said=_difference(before.target, now.target),
            todo=_TODO,
        )
    if before.source != now.source:
        return _republished(before.source, now.source)
    if before.state and now.state and _held(before.state) != _held(now.state):
        return StackMoved(
            "The stack was changed by somebody else since the preview",
            on=before.target.stack,
            said=f"it held {_told(before.state)} and holds {_told(now.state)} now",
            todo=_TODO,
        )
    return None


def _republished(before: ChartSource, now: ChartSource) -> PhilotesError:
    if isinstance(before, LocalChart):
        what, on = "The local charts were changed since the preview", str(before.path)
    else:
        what, on = f"Version {before.label} was published again since the preview", before.registry
    return ReleaseMoved(
        what, on=on, said=f"previewed {_digest(before)}, now {_digest(now)}", todo=_TODO
    )


def _digest(source: ChartSource) -> str:
    if isinstance(source, RegistryChart):
        return source.digest or "no digest"
    return f"local charts {source.digest}".strip()


def _held(state: StackSummary) -> tuple[object, ...]:
    # The first preview creates the stack, and some backends date that like an update.
    return (state.resources, state.deployed, state.updated if state.resources else None)


def _told(state: StackSummary) -> str:
    if not state.resources:
        return "nothing"
    updated = f", updated {state.updated:%Y-%m-%d %H:%M:%S %Z}" if state.updated else ""
    return f"{state.deployed or 'an unknown version'} ({state.resources} resources{updated})"


def _difference(before: Target, now: Target) -> str:
    """Return which parts of a destination differ."""
    parts = []
    for name in ("context", "server", "namespace", "registry", "environment"):
        old, new = getattr(before, name), getattr(now, name)
        if old != new:
            parts.append(f"{name} was {old or 'none'} and is {new or 'none'} now")
    if before.cluster_id != now.cluster_id:
        was, is_now = before.cluster_id or "none", now.cluster_id or "none"
        parts.append(f"the recorded cluster was {was} and is {is_now} now")
    if not parts and before.revision != now.revision:
        parts.append(f"the configuration in Pulumi.{before.stack}.yaml was edited")
    return "; ".join(parts) or "the kubeconfig was edited"
