import pytest
from textual import events
from textual.widgets import Static

from philotes_tui.errors import OperationCancelled
from philotes_tui.tui.app import PhilotesApp
from philotes_tui.tui.screens.confirm import ConfirmDialog
from philotes_tui.tui.screens.deploy import DeployScreen
from philotes_tui.tui.screens.help import HelpDialog
from philotes_tui.tui.screens.releases import ReleasesScreen
from philotes_tui.tui.screens.too_small import TooSmallScreen
from philotes_tui.tui.themes import DARK, LIGHT
from tests.tui import acts, walk
from tests.tui.stage import Gate, Stage, screen_text, until

pytestmark = pytest.mark.anyio


def held_until_cancelled(stage: Stage) -> Gate:
    gate = stage.gate()
    stage.engine.on_up = lambda c: (*acts.deploy_begun(c.stack, c.expected), gate)
    stage.engine.up_fault = OperationCancelled("The deploy was cancelled")
    stage.engine.on_cancel = gate.open
    return gate


async def test_q_quits_when_nothing_runs(stage: Stage) -> None:
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await walk.listed(pilot)
        await pilot.press("q")
    assert app.return_value == ()
    assert app.return_code == 0


async def test_quitting_does_not_wait_for_a_registry_that_never_answers(stage: Stage) -> None:
    gate = stage.charts.gate = stage.gate()
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, gate.reached.is_set)
        await pilot.press("q")
    assert app.return_code == 0


async def test_ctrl_c_asks_and_a_second_one_quits(stage: Stage) -> None:
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await walk.listed(pilot)
        await pilot.press("ctrl+c")
        await until(pilot, lambda: isinstance(app.screen, ConfirmDialog))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ReleasesScreen))
        await pilot.press("ctrl+c")
        await until(pilot, lambda: isinstance(app.screen, ConfirmDialog))
        await pilot.press("ctrl+c")
    assert app.return_code == 0


async def test_ctrl_c_asks_even_while_a_filter_is_typed(stage: Stage) -> None:
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await walk.listed(pilot)
        await pilot.press("slash", "r", "ctrl+c")
        await until(pilot, lambda: isinstance(app.screen, ConfirmDialog))


async def test_ctrl_c_during_a_deploy_asks_whether_to_cancel(stage: Stage) -> None:
    gate = held_until_cancelled(stage)
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await walk.deploying(pilot)
        await until(pilot, gate.reached.is_set)
        await pilot.press("ctrl+c")
        await until(pilot, lambda: "Cancel the deploy?" in screen_text(app))
        assert stage.engine.cancels == 0
        await pilot.press("y")
        await until(pilot, lambda: not screen.running)
        assert isinstance(app.screen, DeployScreen)


async def test_ctrl_c_during_a_preview_cancels_it(stage: Stage) -> None:
    gate = stage.gate()
    stage.engine.on_preview = lambda c: (*tuple(acts.preview(c.stack))[:6], gate)
    stage.engine.preview_fault = OperationCancelled("The preview was cancelled")
    stage.engine.on_cancel = gate.open
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await walk.choose(pilot, "0.2.0")
        await until(pilot, gate.reached.is_set)
        await pilot.press("ctrl+c")
        await until(pilot, lambda: not screen.running)


async def test_quitting_a_running_deploy_asks_cancels_waits_and_then_leaves(stage: Stage) -> None:
    gate = held_until_cancelled(stage)
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await walk.deploying(pilot)
        await until(pilot, gate.reached.is_set)
        await pilot.press("ctrl+q")
        await until(pilot, lambda: isinstance(app.screen, ConfirmDialog))
        await pilot.press("n")
        await until(pilot, lambda: isinstance(app.screen, DeployScreen))
        assert stage.engine.cancels == 0
        await pilot.press("ctrl+q")
        await until(pilot, lambda: isinstance(app.screen, ConfirmDialog))
        await pilot.press("y")
        await until(pilot, lambda: app.return_code is not None)
    assert stage.engine.cancels == 1
    assert app.return_value is not None
    assert "was cancelled" in app.return_value[0]


async def test_keys_typed_ahead_of_a_question_take_the_safe_answer(stage: Stage) -> None:
    gate = held_until_cancelled(stage)
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await walk.deploying(pilot)
        await until(pilot, gate.reached.is_set)
        app.post_message(events.Key("c", "c"))
        app.post_message(events.Key("enter", "\r"))
        await until(pilot, lambda: app.screen is not screen)
        await until(pilot, lambda: app.screen is screen)
        assert stage.engine.cancels == 0


async def test_help_lists_the_keys_of_the_screen_and_closes(stage: Stage) -> None:
    app = stage.app()
    async with app.run_test(size=(80, 40)) as pilot:
        await walk.listed(pilot)
        await pilot.press("question_mark")
        await until(pilot, lambda: isinstance(app.screen, HelpDialog))
        shown = screen_text(app)
        assert "Switch between registry and local charts" in shown
        assert "Light or dark theme" in shown
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, ReleasesScreen))


async def test_the_palette_selects_a_stack(stage: Stage) -> None:
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await walk.listed(pilot)
        await pilot.press("ctrl+p")
        await until(pilot, lambda: app.screen.query("OptionList"))
        await pilot.press(*"stack prod")
        await until(pilot, lambda: "Select stack prod" in screen_text(app))
        await pilot.press("enter")
        await until(pilot, lambda: app.place.stack == "prod")


async def test_the_palette_names_what_two_keys_do_once(stage: Stage) -> None:
    app = stage.app()
    async with app.run_test(size=(80, 40)) as pilot:
        await walk.listed(pilot)
        await pilot.press("ctrl+p")
        await until(pilot, lambda: app.screen.query("OptionList"))
        await pilot.press(*"quit")
        await until(pilot, lambda: "key q" in screen_text(app))
        await until(pilot, lambda: "Read versions" not in screen_text(app))
        assert "key ^q" not in screen_text(app)


async def test_the_theme_is_switched_and_remembered(stage: Stage) -> None:
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await walk.listed(pilot)
        assert app.theme == DARK
        await pilot.press("t")
        await until(pilot, lambda: stage.saved_themes == [LIGHT])


async def test_an_unknown_theme_falls_back_to_the_dark_one(stage: Stage) -> None:
    stage.theme = "gone-with-the-wind"
    app = stage.app()
    async with app.run_test(size=(80, 24)):
        assert app.theme == DARK


async def test_a_terminal_too_small_is_covered_until_it_grows(stage: Stage) -> None:
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await walk.listed(pilot)
        await pilot.resize_terminal(40, 10)
        await until(pilot, lambda: isinstance(app.screen, TooSmallScreen))
        await until(pilot, lambda: "40×10" in screen_text(app))
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: isinstance(app.screen, ReleasesScreen))


async def test_the_palette_and_help_open_over_whole_screens_only(stage: Stage) -> None:
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await walk.listed(pilot)
        await pilot.press("ctrl+p")
        await until(pilot, lambda: app.screen.query("OptionList"))
        palette = app.screen
        await pilot.resize_terminal(40, 10)
        await until(pilot, lambda: isinstance(app.screen, TooSmallScreen))
        await pilot.press("ctrl+p", "question_mark")
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: app.screen is palette)


async def test_a_defect_of_the_screens_is_logged_and_said_in_a_sentence(
    stage: Stage, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PhilotesApp, "is_headless", property(lambda _: False))
    app = stage.app()
    try:
        raise ZeroDivisionError("drawn badly")  # noqa: TRY301 - the very thing that is tested
    except ZeroDivisionError as defect:
        app._handle_exception(defect)
    said = str(app._exit_renderables)
    assert "Something unexpected went wrong" in said
    assert "/var/log/philotes-tui.log" in said
    assert "ZeroDivisionError" in caplog.text


async def test_reading_begins_even_if_the_footer_is_never_drawn(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("philotes_tui.tui.screens.releases.Footer", lambda **_: Static())
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await walk.listed(pilot)
