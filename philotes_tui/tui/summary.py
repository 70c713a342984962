"""What came of a deploy, as lines to read. Pure."""

from collections.abc import Iterator
from pathlib import Path

from philotes_tui.engine import Progress, Resource, Result, State
from philotes_tui.errors import PhilotesError
from philotes_tui.foreign import clean_line, clean_text
from philotes_tui.tui import wording
from philotes_tui.tui.diffing import Line, Tone, yaml_lines
from philotes_tui.tui.tree import short_name, short_type

MOST_NAMED = 200
"""Resources named one by one in a summary; the tree has them all."""


def summary_lines(
    progress: Progress, error: PhilotesError | None, label: str, log_file: Path, now: float
) -> tuple[Line, ...]:
    """Return the summary of a deploy that ended.

    Args:
        progress: The fold of all its events.
        error: What the engine raised, or None.
        label: What was deployed.
        log_file: Where details are.
        now: The present time, where the end itself was not told.
    """
    lines = [Line(headline(progress, error, label, now), _tone(error), 2), Line("")]
    if error is not None:
        lines += _why(progress, error)
    lines += _done(progress)
    if error is None:
        lines += _outputs(progress)
    lines.append(Line(f"details: {log_file}", Tone.MUTED, 2))
    return tuple(lines)


def headline(progress: Progress, error: PhilotesError | None, label: str, now: float) -> str:
    """Return the one sentence that says how a deploy ended."""
    took = wording.duration(progress.elapsed(now))
    stack = clean_line(progress.stack, 60) or "the stack"
    if error is None:
        return f"✓ {label} is deployed on {stack}: {wording.changes(progress)}, in {took}."
    if progress.result is Result.CANCELLED:
        return f"! The deploy of {label} to {stack} was cancelled after {took}."
    return f"✗ The deploy of {label} to {stack} failed after {took}."


def _tone(error: PhilotesError | None) -> Tone:
    return Tone.ERROR if error is not None else Tone.AFTER


def _why(progress: Progress, error: PhilotesError) -> Iterator[Line]:
    if progress.failed:
        yield Line("What failed", Tone.HEADING)
        for resource in progress.failed:
            yield Line(f"  ✗ {_named(resource, progress)}", Tone.ERROR, 4)
            for diagnostic in resource.diagnostics:
                for text in clean_text(diagnostic.text).strip().splitlines():
                    yield Line(f"      {text}", Tone.PLAIN, 6)
    told = {d.text for r in progress.failed for d in r.diagnostics}
    other = [d.text for d in progress.errors if d.text not in told]
    if progress.result is not Result.CANCELLED and (other or not progress.failed):
        yield Line("What was said", Tone.HEADING)
        said = other or [error.said or error.what]
        for whole in said:
            for text in clean_text(whole).strip().splitlines():
                yield Line(f"  {text}", Tone.PLAIN, 4)
    yield Line("What to do", Tone.HEADING)
    if progress.result is not Result.CANCELLED and error.what:
        yield Line(f"  {error.what}.", Tone.PLAIN, 2)
    yield Line(f"  {error.todo or 'Read the messages above.'}", Tone.PLAIN, 2)
    yield Line("  r deploys again; what is done already is not done twice.", Tone.PLAIN, 2)
    yield Line("")


def _done(progress: Progress) -> Iterator[Line]:
    done = [r for r in progress.changed if r.state is State.DONE]
    left = [r for r in progress.changed if r.state is State.RUNNING]
    yield Line(f"What was done: {wording.plural(len(done), 'change')}", Tone.HEADING)
    for resource in done[:MOST_NAMED]:
        took = wording.duration(resource.elapsed(resource.ended or resource.started))
        text = f"  {wording.live(resource):<11} {_named(resource, progress)}  {took}"
        yield Line(text, Tone.PLAIN, 4)
    if len(done) > MOST_NAMED:
        yield Line(f"  … and {len(done) - MOST_NAMED} more, see the resources (v).", Tone.MUTED)
    if not done:
        yield Line("  Nothing was changed.", Tone.MUTED)
    if left:
        yield Line("")
        yield Line("What was begun and not seen to end", Tone.HEADING)
        for resource in left[:MOST_NAMED]:
            yield Line(f"  {wording.live(resource):<11} {_named(resource, progress)}", Tone.WARNING)
    missing = (progress.expected or 0) - len(progress.resources)
    if missing > 0 and progress.result is not Result.SUCCEEDED:
        yield Line("")
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
