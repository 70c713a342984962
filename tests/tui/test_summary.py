"""The summary of a deploy tells what was done from what was only begun."""

from pathlib import Path

from philotes_tui.engine import Event, Kind, Progress, Result, fold
from philotes_tui.engine.events import Diagnostic, OperationEnded, Severity, StepFailed
from philotes_tui.errors import OperationCancelled, OperationFailed
from philotes_tui.tui.screens.confirm import quit_running
from philotes_tui.tui.screens.deploy import CANCEL
from philotes_tui.tui.summary import Outcome, summary_lines
from tests.tui import acts

CANCELLED = OperationCancelled("The deploy was cancelled", todo="Again?")


def told(outcome: Outcome) -> str:
    return "\n".join(line.text for line in summary_lines(outcome, Path("a.log")))


def cancelled(text: str) -> tuple[Event, ...]:
    """A deploy whose cancel ends the wait for a resource with this error."""
    return (
        *acts.deploy_begun(expected=9),
        Diagnostic(acts.BEGAN + 8, Severity.ERROR, text, acts.STEPS[6].urn),
        StepFailed(acts.BEGAN + 8, acts.STEPS[6]),
        OperationEnded(acts.BEGAN + 9, Result.CANCELLED),
    )


def test_what_a_real_cancel_interrupted_stands_below_what_was_done() -> None:
    progress = fold(Progress(), acts.recorded("up-cancelled"))
    said = told(Outcome(progress, CANCELLED, "0.1.0", "prod"))
    assert "What failed" not in said
    assert said.index("What was done") < said.index("Interrupted")
    assert "! Deployment philotes-prod/philotes-worker" in said[said.index("Interrupted") :]


def test_a_cancelled_call_is_an_interruption_too() -> None:
    progress = fold(Progress(), cancelled("post https://127.0.0.1: context canceled"))
    assert "What failed" not in told(Outcome(progress, CANCELLED, "0.2.0", "dev"))


def test_what_failed_before_the_cancel_is_still_what_failed() -> None:
    progress = fold(Progress(), cancelled(acts.WHY_IT_FAILED))
    said = told(Outcome(progress, CANCELLED, "0.2.0", "dev"))
    assert "What failed" in said
    assert "Interrupted" not in said


def test_nothing_is_interrupted_in_a_deploy_that_failed_by_itself() -> None:
    progress = fold(Progress(), cancelled("the order was cancelled by a webhook"))
    said = told(Outcome(progress, OperationFailed("The deploy failed"), "0.2.0", "dev"))
    assert "What failed" in said


def test_the_questions_promise_no_end_to_what_is_being_changed() -> None:
    for text in (CANCEL.text, quit_running(Kind.UP).text):
        assert "are interrupted and counted as not done" in text
    assert "interrupted" not in quit_running(Kind.PREVIEW).text
