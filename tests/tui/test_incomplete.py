"""A preview that did not come to its end claims nothing of what it did not compute."""

import pytest

from philotes_tui.engine import OperationEnded, Result
from philotes_tui.errors import OperationCancelled, OperationFailed, PhilotesError
from philotes_tui.tui.widgets.resource_tree import ResourceTree
from tests.tui import acts, walk
from tests.tui.stage import Stage, screen_text, until

pytestmark = pytest.mark.anyio

FAILED = (OperationFailed("The preview failed"), Result.FAILED, "Not computed.")
CANCELLED = (
    OperationCancelled("The preview was cancelled"),
    Result.CANCELLED,
    "Cancelled before anything was computed.",
)


@pytest.mark.parametrize(("fault", "result", "said"), [FAILED, CANCELLED])
async def test_it_does_not_say_that_nothing_changes(
    stage: Stage, fault: PhilotesError, result: Result, said: str
) -> None:
    begun = (*tuple(acts.preview())[:6], OperationEnded(acts.BEGAN + 2, result))
    stage.engine.on_preview = lambda _: begun
    stage.engine.preview_fault = fault
    app = stage.app()
    async with app.run_test(size=(80, 40)) as pilot:
        screen = await walk.choose(pilot, "0.2.0")
        await until(pilot, lambda: screen.progress.result is not None and not screen.running)
        await until(pilot, lambda: said in screen_text(app))
        assert "unchanged" not in screen_text(app).lower().replace("u unchanged", "")
        assert "Nothing changes" not in screen_text(app)


async def test_what_it_found_until_then_is_counted_as_that(stage: Stage) -> None:
    begun = (*tuple(acts.preview())[:10], OperationEnded(acts.BEGAN + 2, Result.FAILED))
    stage.engine.on_preview = lambda _: begun
    stage.engine.preview_fault = OperationFailed("The preview failed")
    app = stage.app()
    async with app.run_test(size=(80, 40)) as pilot:
        screen = await walk.choose(pilot, "0.2.0")
        await until(pilot, lambda: "~ update 2 so far" in screen_text(app))
        assert screen.query_one(ResourceTree).rows
