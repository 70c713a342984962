from pathlib import Path

import pytest

from philotes_tui.errors import RegistryUnreachable, SettingsError, WrongPassphrase
from philotes_tui.tui.screens.error_dialog import ErrorDialog
from philotes_tui.tui.screens.preview import PreviewScreen
from philotes_tui.tui.screens.releases import ReleasesScreen
from philotes_tui.tui.screens.stack_dialog import StackDialog
from philotes_tui.tui.widgets.error_panel import ErrorPanel
from philotes_tui.tui.widgets.key_table import KeyTable
from philotes_tui.tui.widgets.version_table import VersionTable
from tests.tui import walk
from tests.tui.stage import Stage, screen_text, until

pytestmark = pytest.mark.anyio


async def test_the_screen_is_usable_before_the_registry_answers(stage: Stage) -> None:
    gate = stage.charts.gate = stage.gate()
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, gate.reached.is_set)
        assert "Reading versions from 127.0.0.1:5000/charts" in screen_text(app)
        await pilot.press("s")
        await until(pilot, lambda: isinstance(app.screen, StackDialog))
        await pilot.press("escape")
        gate.open()
        table = await walk.listed(pilot)
        assert table.row_count == 8


async def test_versions_stand_newest_first_and_build_metadata_has_its_plus(stage: Stage) -> None:
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        table = await walk.listed(pilot)
        assert table.keys_in_order[:4] == [
            "0.10.0-alpha",
            "0.3.0-rc.1",
            "0.3.0-beta.1+build.5",
            "0.2.1",
        ]


async def test_the_cursor_starts_on_the_latest_stable_version_and_then_stays(
    stage: Stage,
) -> None:
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        table = await walk.listed(pilot)
        assert table.current == "0.2.1"
        await pilot.press("g", "r")
        await until(pilot, lambda: "8 versions" in screen_text(app))
        assert table.current == "0.10.0-alpha"


async def test_what_is_deployed_shows_up_in_place_and_the_cursor_stays(stage: Stage) -> None:
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        table = await walk.listed(pilot)
        assert table.current == "0.2.1"
        stage.engine.deployed["prod"] = "0.2.1"
        app.read_stacks()
        await until(pilot, lambda: app.deployed.version("prod"))
        await until(pilot, lambda: "○ prod" in screen_text(app))
        assert table.current == "0.2.1"


async def test_the_filter_narrows_as_it_is_typed_and_escape_clears_it(stage: Stage) -> None:
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        table = await walk.listed(pilot)
        await pilot.press("slash", "b", "e", "t")
        await until(pilot, lambda: table.keys_in_order == ["0.3.0-beta.1+build.5"])
        await pilot.press("a", "x")
        await until(pilot, lambda: not table.display)
        assert "No version matches" in screen_text(app)
        await pilot.press("escape")
        await until(pilot, lambda: table.row_count == 8)
        await until(pilot, lambda: table.has_focus)


async def test_enter_in_the_filter_goes_to_the_list_and_the_filter_holds(stage: Stage) -> None:
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        table = await walk.listed(pilot)
        await pilot.press("slash", "r", "c", "enter")
        await until(pilot, lambda: table.has_focus)
        assert table.keys_in_order == ["0.3.0-rc.1"]
        await pilot.press("enter")
        screen = await walk.preview_screen(pilot)
        assert str(screen.version) == "0.3.0-rc.1"


async def test_vi_keys_move_the_cursor(stage: Stage) -> None:
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        table = await walk.listed(pilot)
        await pilot.press("j", "j", "k")
        assert table.current == "0.2.0"
        await pilot.press("G")
        assert table.current == "0.1.0"
        await pilot.press("g")
        assert table.current == "0.10.0-alpha"


async def test_pre_releases_can_be_hidden_but_deployed_ones_stay(stage: Stage) -> None:
    stage.engine.deployed = {"dev": "0.3.0-rc.1"}
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        table = await walk.listed(pilot)
        await pilot.press("p")
        await until(pilot, lambda: table.row_count == 6)
        assert table.keys_in_order[0] == "0.3.0-rc.1"


async def test_a_registry_that_is_down_leaves_local_mode_and_stacks_usable(stage: Stage) -> None:
    stage.charts.fault = RegistryUnreachable("The registry does not answer", todo="Press r.")
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = app.screen
        await until(pilot, lambda: screen.query_one("#fault", ErrorPanel).display)
        assert "The registry does not answer" in screen_text(app)
        assert "/var/log/philotes-tui.log" in screen_text(app)
        await pilot.press("l")
        await until(pilot, lambda: "Local charts" in screen_text(app))
        await pilot.press("3")
        await until(pilot, lambda: app.place.is_production)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, PreviewScreen))
        await until(pilot, lambda: stage.engine.previews)
        assert stage.engine.previews[0].source.label == "local charts"


async def test_reload_reads_again_what_failed(stage: Stage) -> None:
    stage.charts.fault = RegistryUnreachable("The registry does not answer")
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        panel = app.screen.query_one("#fault", ErrorPanel)
        await until(pilot, lambda: panel.display)
        stage.charts.fault = None
        await pilot.press("r")
        await walk.listed(pilot)
        assert not panel.display


async def test_a_failed_reload_keeps_the_list_and_says_so(stage: Stage) -> None:
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        table = await walk.listed(pilot)
        stage.charts.fault = RegistryUnreachable("The registry [/b] does not answer")
        await pilot.press("r")
        await until(pilot, lambda: "not current" in screen_text(app))
        assert table.row_count == 8
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, ErrorDialog))
        assert "The registry [/b] does not answer" in screen_text(app)


async def test_a_backend_that_does_not_answer_does_not_hide_the_versions(stage: Stage) -> None:
    stage.engine.stacks_fault = WrongPassphrase("The passphrase is wrong", todo="Correct it.")
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        table = await walk.listed(pilot)
        await until(pilot, lambda: app.deployed.fault is not None)
        assert table.row_count == 8
        assert "What is deployed could not be read" in screen_text(app)


async def test_the_error_in_full_is_the_one_that_is_not_on_the_screen(stage: Stage) -> None:
    stage.charts.fault = RegistryUnreachable("The registry does not answer")
    stage.engine.stacks_fault = WrongPassphrase("The passphrase is wrong", todo="Correct it.")
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.deployed.fault is not None)
        await until(pilot, lambda: "The registry does not answer" in screen_text(app))
        assert "What is deployed could not be read (e explains" in screen_text(app)
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, ErrorDialog))
        assert "The passphrase is wrong" in screen_text(app)


async def test_a_broken_stack_file_names_itself_and_other_stacks_work(stage: Stage) -> None:
    stage.target_fault = SettingsError("The stack file is wrong", on="stack/Pulumi.dev.yaml:7")
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "stack/Pulumi.dev.yaml:7" in screen_text(app))
        stage.target_fault = None
        await pilot.press("2")
        await walk.listed(pilot)
        assert app.place.stack == "staging"


async def test_an_unexpected_error_becomes_a_sentence_and_a_logged_traceback(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    stage.charts.fault = ZeroDivisionError("[/oops] division by zero")
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "Something unexpected went wrong" in screen_text(app))
        shown = screen_text(app)
        assert "ZeroDivisionError: [/oops]" in shown
        assert "Traceback" not in shown
    assert "Traceback" in caplog.text


async def test_hostile_names_are_shown_as_they_are(stage: Stage) -> None:
    stage.context = "ctx[/foo]\x1b[31m[prod]"
    stage.registry = "oci://reg.example/[bold]x"
    stage.engine.deployed = {"dev": "[blink]0.1.0\x1b]0;owned\x07"}
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await walk.listed(pilot)
        shown = screen_text(app)
        assert "ctx[/foo][prod]" in shown
        assert "reg.example/[bold]x" in shown
        assert "[blink]0.1.0" in shown
        assert "\x1b" not in shown
        await pilot.press("s")
        await until(pilot, lambda: isinstance(app.screen, StackDialog))
        await until(pilot, lambda: screen_text(app).count("ctx[/foo][prod]") >= 3)


async def test_the_stack_selector_shows_where_each_stack_goes(stage: Stage) -> None:
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await walk.listed(pilot)
        await pilot.press("s")
        await until(pilot, lambda: "PRODUCTION" in screen_text(app))
        assert app.screen.query_one(KeyTable).current == "dev"
        await pilot.press("j", "j", "enter")
        await until(pilot, lambda: app.place.is_production)
        await until(pilot, lambda: "▌PRODUCTION▐" in screen_text(app))
        assert isinstance(app.screen, ReleasesScreen)


async def test_switching_to_a_stack_with_the_same_registry_does_not_list_again(
    stage: Stage,
) -> None:
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await walk.listed(pilot)
        stage.charts.fault = RegistryUnreachable("nobody should have asked")
        await pilot.press("2")
        await until(pilot, lambda: app.place.target and app.place.target.stack == "staging")
        await until(pilot, lambda: "8 versions" in screen_text(app))


async def test_a_registry_that_is_trusted_by_another_authority_is_asked_anew(
    stage: Stage,
) -> None:
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await walk.listed(pilot)
        stage.ca_file, stage.charts.tags = Path("/etc/another.pem"), ("9.9.9",)
        await pilot.press("2")
        table = app.screen.query_one(VersionTable)
        await until(pilot, lambda: table.keys_in_order == ["9.9.9"])


async def test_another_registry_clears_the_list_and_is_read(stage: Stage) -> None:
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await walk.listed(pilot)
        stage.registry, stage.charts.tags = "oci://elsewhere.example/charts", ("9.9.9",)
        await pilot.press("2")
        table = app.screen.query_one(VersionTable)
        await until(pilot, lambda: table.keys_in_order == ["9.9.9"])
