"""The fold: what is known after some events, whatever the batches they came in."""

import random
from pathlib import Path

import pytest

from philotes_tui.engine import (
    CancelRequested,
    Diagnostic,
    Event,
    Kind,
    LogLine,
    Op,
    OperationEnded,
    OperationStarted,
    Progress,
    PropertyChange,
    Result,
    Severity,
    State,
    StatusChanged,
    Step,
    StepDone,
    StepFailed,
    StepStarted,
    Summarized,
    fold,
)
from philotes_tui.engine.events import ChangeKind
from philotes_tui.engine.recording import load

RECORDINGS = sorted((Path(__file__).parent / "recordings").glob("*.jsonl"))


def recorded(path: Path) -> list[Event]:
    return list(load(path.read_text("utf-8").splitlines()))


def step(urn: str = "urn:a", op: Op = Op.CREATE, *changes: PropertyChange) -> Step:
    return Step(urn, op, "t:i:T", urn, changes=changes)


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda p: p.stem)
@pytest.mark.parametrize("seed", range(5))
def test_batches_do_not_matter(path: Path, seed: int) -> None:
    events = recorded(path)
    whole = fold(Progress(), events)
    cuts = random.Random(seed)  # noqa: S311  # where to cut, not a secret
    pieces, rest = Progress(), events
    while rest:
        size = cuts.randint(1, 12)
        pieces, rest = fold(pieces, rest[:size]), rest[size:]
    assert pieces == whole


@pytest.mark.parametrize("seed", range(20))
def test_a_second_operation_forgets_the_first_wherever_the_batch_is_cut(seed: int) -> None:
    first, second = recorded(RECORDINGS[0]), recorded(RECORDINGS[-1])
    events = [*first, *second]
    cut = random.Random(seed).randint(0, len(events))  # noqa: S311  # no secret
    assert fold(fold(Progress(), events[:cut]), events[cut:]) == fold(Progress(), second)


def test_a_fold_changes_nothing_it_was_given() -> None:
    before = fold(Progress(), [StepStarted(1.0, step())])
    fold(before, [StepDone(2.0, step()), LogLine(2.0, "x")])
    assert before.resources["urn:a"].state is State.RUNNING
    assert before.log == ()


def test_a_replacement_is_one_resource_that_keeps_its_changes() -> None:
    change = PropertyChange("data.x", ChangeKind.UPDATE, "1", "2", replaces=True)
    progress = fold(
        Progress(),
        [
            StepStarted(1.0, step("urn:a", Op.REPLACE)),
            StepDone(2.0, step("urn:a", Op.REPLACE)),
            StepStarted(3.0, step("urn:a", Op.REPLACE, change)),
            StepDone(4.0, step("urn:a", Op.REPLACE, change)),
            StepDone(5.0, step("urn:a", Op.DELETE)),
        ],
    )
    (resource,) = progress.resources.values()
    assert resource.step.op is Op.REPLACE
    assert resource.step.changes == (change,)
    assert (resource.started, resource.ended) == (1.0, 5.0)


def test_a_step_that_failed_stays_failed() -> None:
    events: list[Event] = [StepStarted(1.0, step()), StepFailed(2.0, step()), StepDone(3.0, step())]
    assert fold(Progress(), events).failed[0].state is State.FAILED


def test_a_status_is_shown_until_it_is_cleared_or_the_step_ends() -> None:
    waiting = fold(Progress(), [StepStarted(1.0, step()), StatusChanged(2.0, "urn:a", "0/1")])
    assert waiting.resources["urn:a"].status == "0/1"
    assert fold(waiting, [StatusChanged(3.0, "urn:a", "")]).resources["urn:a"].status == ""
    assert fold(waiting, [StepDone(3.0, step())]).resources["urn:a"].status == ""


def test_a_diagnostic_stands_in_the_log_and_at_its_resource() -> None:
    said = Diagnostic(2.0, Severity.ERROR, "no", "urn:a")
    progress = fold(Progress(), [StepStarted(1.0, step()), said, LogLine(3.0, "line")])
    assert progress.resources["urn:a"].diagnostics == (said,)
    assert progress.log == (said, LogLine(3.0, "line"))
    assert progress.errors == (said,)


def test_what_runs_at_the_end_is_done_after_success_and_unfinished_after_failure() -> None:
    running = fold(Progress(), [StepStarted(1.0, step())])
    done = fold(running, [OperationEnded(2.0, Result.SUCCEEDED)])
    assert done.unfinished == ()
    assert done.resources["urn:a"].ended == 2.0
    failed = fold(running, [OperationEnded(2.0, Result.FAILED, "why")])
    assert [r.step.urn for r in failed.unfinished] == ["urn:a"]
    assert failed.error == "why"


def test_the_fraction_is_unknown_without_a_preview_and_never_above_one() -> None:
    started = OperationStarted(0.0, Kind.UP, "dev", expected=1)
    assert fold(Progress(), [OperationStarted(0.0, Kind.UP, "dev")]).fraction() is None
    events: list[Event] = [started, StepDone(1.0, step("urn:a")), StepDone(1.0, step("urn:b"))]
    assert fold(Progress(), events).fraction() == 1.0
    begun: list[Event] = [started, StepStarted(1.0, step())]
    assert fold(Progress(), begun).fraction() == 0.0


def test_times_are_counted_to_now_or_to_the_end() -> None:
    begun = fold(Progress(), [OperationStarted(10.0, Kind.UP, "dev"), CancelRequested(11.0)])
    assert begun.elapsed(14.0) == 4.0
    assert begun.cancelling
    assert fold(begun, [OperationEnded(12.0, Result.CANCELLED)]).elapsed(99.0) == 2.0


def test_the_engine_s_own_count_is_kept() -> None:
    assert fold(Progress(), [Summarized(1.0, {"create": 2}, 1.0)]).summary == {"create": 2}


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda p: p.stem)
def test_the_fold_counts_what_the_engine_counts(path: Path) -> None:
    progress = fold(Progress(), recorded(path))
    if progress.result is Result.SUCCEEDED:
        assert {op.value: n for op, n in progress.counts.items()} == dict(progress.summary)
    else:
        assert progress.error
        assert progress.failed
