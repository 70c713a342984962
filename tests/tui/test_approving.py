"""An approval holds for what was shown, and only while nothing else is asked."""

import signal
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from philotes_tui.errors import OperationCancelled, OperationFailed
from philotes_tui.tui.screens.approval import ApprovalDialog
from philotes_tui.tui.screens.deploy import DeployScreen
from philotes_tui.tui.screens.help import HelpDialog
from philotes_tui.tui.screens.preview import PreviewScreen
from philotes_tui.tui.screens.releases import ReleasesScreen
from philotes_tui.tui.widgets.filter_line import FilterLine
from tests.tui import acts, walk
from tests.tui.stage import Gate, Stage, screen_text, until

pytestmark = pytest.mark.anyio


async def checking(pilot: Pilot[Any], stage: Stage) -> tuple[PreviewScreen, Gate]:
    """Approve, and hold the check that follows."""
    await walk.asked(pilot)
    gate = stage.charts.digest_gate = stage.gate()
    await pilot.press("y")
    await until(pilot, gate.reached.is_set)
    return await walk.preview_screen(pilot), gate


async def test_a_dialog_opened_during_the_check_is_not_replaced_by_a_deploy(stage: Stage) -> None:
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        screen, gate = await checking(pilot, stage)
        await pilot.press("question_mark")
        await until(pilot, lambda: isinstance(app.screen, HelpDialog))
        gate.open()
        await until(pilot, lambda: screen.approvable)
        assert isinstance(app.screen, HelpDialog)
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is screen)
        assert "Not started: another question was open. a approves again." in screen_text(app)
        assert not stage.engine.ups
        await pilot.press("a", "y")
        await until(pilot, lambda: stage.engine.ups)


async def test_ctrl_c_during_the_check_drops_the_approval(stage: Stage) -> None:
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        screen, gate = await checking(pilot, stage)
        await pilot.press("ctrl+c")
        await until(pilot, lambda: "Not started. a approves again." in screen_text(app))
        gate.open()
        assert screen.approvable
        assert app.screen is screen
        await pilot.press("a", "y")
        await until(pilot, lambda: stage.engine.ups)
        await until(pilot, lambda: isinstance(app.screen, DeployScreen))
        assert len(stage.engine.ups) == 1


async def test_quitting_during_the_check_deploys_nothing(stage: Stage) -> None:
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        _, gate = await checking(pilot, stage)
        await pilot.press("ctrl+q")
        gate.open()
        await until(pilot, lambda: app.return_code is not None)
    assert not stage.engine.ups


async def test_a_repeat_does_not_begin_under_a_dialog_either(stage: Stage) -> None:
    stage.engine.on_up = lambda c: acts.deploy_failed(c.stack, c.expected)
    stage.engine.up_fault = OperationFailed("The deploy failed", todo="Again?")
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await walk.deployed(pilot)
        gate = stage.charts.digest_gate = stage.gate()
        await pilot.press("r", "y")
        await until(pilot, gate.reached.is_set)
        await pilot.press("question_mark")
        await until(pilot, lambda: isinstance(app.screen, HelpDialog))
        gate.open()
        await until(pilot, lambda: screen.running or screen.check_action("retry", ()))
        await pilot.press("escape")
        await until(pilot, lambda: "r asks again." in screen_text(app))
        assert len(stage.engine.ups) == 1


async def test_quitting_is_asked_of_what_began_under_the_question(stage: Stage) -> None:
    looked_up = stage.charts.digest_gate = stage.gate()
    held = stage.gate()
    stage.engine.on_preview = lambda c: (*tuple(acts.preview(c.stack))[:6], held)
    stage.engine.preview_fault = OperationCancelled("The preview was cancelled")
    stage.engine.on_cancel = held.open
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await walk.choose(pilot, "0.2.0")
        await until(pilot, looked_up.reached.is_set)
        await pilot.press("ctrl+c")
        await until(pilot, lambda: "Quit?" in screen_text(app))
        looked_up.open()
        await until(pilot, held.reached.is_set)
        await pilot.press("y")
        await until(pilot, lambda: app.return_code is not None)
    assert stage.engine.cancels == 1


async def test_a_terminal_that_goes_away_is_one_cancel_and_a_second_sigterm_stops_at_once(
    stage: Stage,
) -> None:
    gate = stage.gate()
    stage.engine.on_up = lambda c: (*acts.deploy_begun(c.stack, c.expected), gate)
    stage.engine.up_fault = OperationCancelled("The deploy was cancelled")
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await walk.deploying(pilot)
        await until(pilot, gate.reached.is_set)
        app.told_to_leave(signal.SIGHUP)
        app.told_to_leave()
        assert screen.stopping == 1
        app.told_to_leave(signal.SIGTERM)
        assert screen.stopping == 2
        gate.open()
        await until(pilot, lambda: app.return_code is not None)


async def test_a_slash_is_typed_into_the_filter_of_a_preview(stage: Stage) -> None:
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await walk.previewed(pilot)
        await pilot.press("slash", *"philotes", "slash", *"philotes-w")
        await until(pilot, lambda: screen.query_one(FilterLine).wanted == "philotes/philotes-w")


async def test_a_slash_is_typed_into_the_filter_of_the_versions(stage: Stage) -> None:
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await walk.listed(pilot)
        await pilot.press("slash", "1", "slash", "2")
        await until(pilot, lambda: app.screen.query_one(FilterLine).wanted == "1/2")


@pytest.mark.parametrize("key", ["question_mark", "ctrl+q", "ctrl+p"])
async def test_a_preview_left_under_a_dialog_goes_when_that_is_answered(
    stage: Stage, key: str
) -> None:
    held = stage.gate()
    stage.engine.on_preview = lambda c: (*tuple(acts.preview(c.stack))[:6], held)
    stage.engine.preview_fault = OperationCancelled("The preview was cancelled")
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await walk.choose(pilot, "0.2.0")
        await until(pilot, held.reached.is_set)
        await pilot.press("escape", key)
        await until(pilot, lambda: app.screen is not screen)
        dialog = app.screen
        held.open()
        await until(pilot, lambda: app.operation is None)
        assert app.screen is dialog, "nobody has answered it"
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, ReleasesScreen))
        await pilot.press("escape", "enter")
        assert await walk.preview_screen(pilot) is not screen


async def test_a_chart_that_calls_itself_otherwise_is_told_where_it_is_approved(
    stage: Stage,
) -> None:
    stage.charts.pinned_notices = ("0.2.0 names a chart that calls itself foo, not philotes.",)
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await walk.previewed(pilot)
        told = "! 0.2.0 names a chart that calls itself foo, not philotes."
        assert told in screen_text(app)
        await pilot.press("a")
        await until(pilot, lambda: isinstance(app.screen, ApprovalDialog))
        assert told in str(app.screen.query_one("#warnings", Static).render())
        await pilot.press("escape")
        stage.charts.pinned_notices = ()
        await pilot.press("r")
        await until(pilot, lambda: screen.approvable)
        assert told not in screen_text(app)
