"""What came of a deploy, as lines to read. Pure."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from philotes_tui.engine import Diagnostic, Progress, Resource, Result, Severity, State
from philotes_tui.errors import OperationCancelled, PhilotesError
from philotes_tui.foreign import clean_line, clean_text
from philotes_tui.tui import wording
from philotes_tui.tui.diffing import Line, Tone, yaml_lines
from philotes_tui.tui.tree import short_name, short_type, without_urns

MOST_NAMED = 200
"""Resources named one by one in a summary; the tree has them all."""

_CANCELLED = re.compile(r"\bcancell?ed\b", re.IGNORECASE)


@dataclass(frozen=True)
class Outcome:
    """How a deploy ended.

    Attributes:
        progress: The fold of all its events.
        error: What the engine raised, or None.
        label: What was deployed.
        stack: Where.
        planned: How many changes the preview found.
        cluster: Which cluster this was about, or empty.
    """

    progress: Progress
    error: PhilotesError | None
    label: str
    stack: str
    planned: int = 0
    cluster: str = ""

    @property
    def cancelled(self) -> bool:
        """Whether the operator wanted it to end."""
        return isinstance(self.error, OperationCancelled)

    @property
    def done(self) -> int:
        """How many changes are done."""
        return sum(r.state is State.DONE for r in self.progress.changed)

    @property
    def wanted(self) -> int:
        """How many changes there were to do."""
        return max(self.planned, len(self.progress.changed))


def headline(outcome: Outcome) -> str:
    """Return the one sentence that says how a deploy ended."""
    progress = outcome.progress
    what = f"{outcome.label} to {clean_line(outcome.stack, 60)}"
    took = ""
    if progress.started and progress.ended is not None:
        took = wording.duration(progress.elapsed(progress.ended))
    if outcome.error is None:
        where = clean_line(outcome.stack, 60)
        return f"✓ {outcome.label} is deployed on {where}{f', in {took}' if took else ''}."
    after = f" after {took}" if took else ""
    if outcome.cancelled:
        return f"! The deploy of {what} was cancelled{after}."
    return f"✗ The deploy of {what} failed{after}."


def tally(outcome: Outcome) -> str:
    """Return what was changed, or how much of it a deploy has done that did not succeed."""
    progress = outcome.progress
    if outcome.error is None:
        return wording.changes(progress)
    if not progress.resources:
        return ""
    return f"{outcome.done} of {wording.plural(outcome.wanted, 'change')} done"


def summary_lines(outcome: Outcome, log_file: Path) -> tuple[Line, ...]:
    """Return the summary of a deploy that ended.

    Args:
        outcome: How it ended.
        log_file: Where details are.
    """
    progress, error = outcome.progress, outcome.error
    lines = [Line(headline(outcome), Tone.ERROR if error else Tone.AFTER, 2)]
    if progress.resources:
        lines.append(Line(f"  {tally(outcome)}", Tone.HEADING, 2))
    if outcome.cluster:
        lines.append(Line(f"  {outcome.cluster}", Tone.MUTED, 2))
    lines.append(Line(""))
    if error is not None:
        lines += _failed(outcome)
        lines += _said(outcome, error)
        lines += _to_do(outcome, error)
    if progress.resources:
        lines += _done(progress)
        lines += _interrupted(outcome)
        lines += _not_done(progress)
    elif error is not None:
        lines += [Line("Nothing was changed.", Tone.HEADING), Line("")]
    if error is None:
        lines += _outputs(progress)
    lines.append(Line(f"details: {log_file}", Tone.MUTED, 2))
    return tuple(lines)


def _failed(outcome: Outcome) -> Iterator[Line]:
    failed = [r for r in outcome.progress.failed if not _was_interrupted(r, outcome)]
    if failed:
        yield Line("What failed", Tone.HEADING)
        yield from _with_errors(failed, outcome.progress, "✗", Tone.ERROR)


def _interrupted(outcome: Outcome) -> Iterator[Line]:
    """Yield what failed only because it was waited for when the cancel came."""
    resources = [r for r in outcome.progress.failed if _was_interrupted(r, outcome)]
    if resources:
        yield Line("Interrupted; the next preview shows what became of it", Tone.HEADING)
        yield from _with_errors(resources, outcome.progress, "!", Tone.WARNING)


def _was_interrupted(resource: Resource, outcome: Outcome) -> bool:
    """Return whether a resource's errors are the cancel itself, as its provider words it.

    The Kubernetes provider says `Resource operation was cancelled`, Go `context canceled`.
    """
    return outcome.cancelled and any(_CANCELLED.search(d.text) for d in _errors(resource))


def _errors(resource: Resource) -> Iterator[Diagnostic]:
    return (d for d in resource.diagnostics if d.severity is Severity.ERROR)


def _with_errors(
    resources: Iterable[Resource], progress: Progress, sign: str, tone: Tone
) -> Iterator[Line]:
    for resource in resources:
        yield Line(f"  {sign} {_named(resource, progress)}", tone, 4)
        for diagnostic in _errors(resource):
            yield from _paragraph(diagnostic.text, "      ")
    yield Line("")


def _said(outcome: Outcome, error: PhilotesError) -> Iterator[Line]:
    """Yield what no failed resource has said already."""
    if outcome.cancelled:
        return
    told = {d.text for r in outcome.progress.failed for d in r.diagnostics}
    said = [d.text for d in outcome.progress.errors if d.text not in told]
    if not said and not told:
        said = [error.said]
        yield Line(f"✗ {error.what}", Tone.ERROR, 2)
        if error.on:
            yield Line(f"  on {error.on}", Tone.PLAIN, 5)
    for text in filter(None, said):
        yield from _paragraph(text, "  ")
    if said:
        yield Line("")


def _to_do(outcome: Outcome, error: PhilotesError) -> Iterator[Line]:
    yield Line("What to do", Tone.HEADING)
    yield Line(f"  → {error.todo or 'Read the messages above.'}", Tone.PLAIN, 4)
    yield Line("  → r deploys again; what is done already is not done twice.", Tone.PLAIN, 4)
    if outcome.progress.resources:
        yield Line("  → v shows all resources, the log is below or beside.", Tone.PLAIN, 4)
    yield Line("")


def _paragraph(text: str, margin: str) -> Iterator[Line]:
    for line in clean_text(without_urns(text)).strip().splitlines():
        yield Line(f"{margin}{line}", Tone.PLAIN, len(margin) + 2)


def _done(progress: Progress) -> Iterator[Line]:
    done = [r for r in progress.changed if r.state is State.DONE]
    yield Line(f"What was done: {wording.plural(len(done), 'change')}", Tone.HEADING)
    for resource in done[:MOST_NAMED]:
        took = wording.duration(resource.elapsed(resource.ended or resource.started))
        text = f"  {wording.live(resource):<12} {_named(resource, progress)}  {took}"
        yield Line(text, Tone.PLAIN, 4)
    if len(done) > MOST_NAMED:
        yield Line(f"  … and {len(done) - MOST_NAMED} more, see the resources (v).", Tone.MUTED)
    if not done:
        yield Line("  Nothing was changed.", Tone.MUTED)
    yield Line("")


def _not_done(progress: Progress) -> Iterator[Line]:
    left = [r for r in progress.changed if r.state is State.RUNNING]
    if left:
        yield Line("What was begun and not seen to end", Tone.HEADING)
        for resource in left[:MOST_NAMED]:
            text = f"  {wording.live(resource, over=True):<12} {_named(resource, progress)}"
            yield Line(text, Tone.WARNING, 4)
        yield Line("")
    missing = (progress.expected or 0) - len(progress.resources)
    if missing > 0 and progress.result is not Result.SUCCEEDED:
        yield Line(f"What was not begun: {wording.plural(missing, 'resource')}", Tone.HEADING)
        yield Line("")


def _outputs(progress: Progress) -> Iterator[Line]:
    if progress.outputs:
        yield Line("Outputs", Tone.HEADING)
        yield from (Line(f"  {text}", Tone.PLAIN, 4) for text in yaml_lines(progress.outputs))
        yield Line("")


def _named(resource: Resource, progress: Progress) -> str:
    step = resource.step
    return clean_line(f"{short_type(step)} {short_name(step, progress.resources)}")
