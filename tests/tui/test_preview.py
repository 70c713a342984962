import pytest
from textual import events

from philotes_tui.engine import Kind, OperationEnded, OperationStarted, Result
from philotes_tui.errors import (
    ClusterUnreachable,
    OperationCancelled,
    OperationFailed,
    VersionNotFound,
)
from philotes_tui.releases import RegistryChart
from philotes_tui.tui.screens.approval import ApprovalDialog
from philotes_tui.tui.screens.deploy import DeployScreen
from philotes_tui.tui.screens.releases import ReleasesScreen
from philotes_tui.tui.widgets.lines_view import LinesView
from philotes_tui.tui.widgets.log_view import LogView
from philotes_tui.tui.widgets.resource_tree import ResourceTree
from tests.tui import acts, walk
from tests.tui.stage import Stage, screen_text, until

pytestmark = pytest.mark.anyio


async def test_the_preview_is_of_the_digest_the_tag_points_to(stage: Stage) -> None:
    stage.charts.digests = {"0.2.0": "sha256:" + "ab" * 32}
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await walk.previewed(pilot, "0.2.0")
        source = stage.engine.previews[0].source
        assert isinstance(source, RegistryChart)
        assert source.digest == "sha256:" + "ab" * 32
        assert source.registry == "oci://127.0.0.1:5000/charts"


async def test_resources_appear_while_the_preview_is_computed(stage: Stage) -> None:
    gate = stage.gate()
    stage.engine.on_preview = lambda c: (
        *tuple(acts.preview(c.stack))[:10],
        gate,
        *tuple(acts.preview(c.stack))[10:],
    )
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await walk.choose(pilot, "0.2.0")
        await until(pilot, lambda: len(screen.progress.resources) == 4)
        assert "Previewing 0.2.0 on dev  4 resources" in screen_text(app)
        await pilot.press("a")
        assert app.screen is screen, "an unfinished preview cannot be approved"
        gate.open()
        await until(pilot, lambda: screen.approvable)
        assert "6 changes" in screen_text(app)


async def test_only_changes_are_listed_until_unchanged_ones_are_asked_for(stage: Stage) -> None:
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await walk.previewed(pilot)
        tree = screen.query_one(ResourceTree)
        assert "Service" not in tree.plain()
        await pilot.press("u")
        assert "Service philotes/philotes-api" in tree.plain()
        assert len(tree.rows) == len(acts.STEPS)


async def test_the_properties_follow_the_cursor(stage: Stage) -> None:
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await walk.previewed(pilot)
        view = screen.query_one("#diff", LinesView)
        assert "- ghcr.io/janovincze/philotes-api:0.1.0" in view.plain
        assert "◆ image" in view.plain
        await pilot.press("j")
        await until(pilot, lambda: "data.config.yaml" in view.plain)
        assert "    -   level: info" in view.plain
        assert "    +   timeout: 30s" in view.plain
        await pilot.press("j")
        await until(pilot, lambda: "maxReplicas: 5" in view.plain)
        await pilot.press("j")
        await until(pilot, lambda: "! forces replacement" in view.plain)


async def test_folding_a_parent_hides_its_children_and_says_how_many(stage: Stage) -> None:
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await walk.previewed(pilot)
        tree = screen.query_one(ResourceTree)
        await pilot.press("h", "h")
        assert "(+5 folded)" in tree.plain()
        await pilot.press("l")
        assert "folded" not in tree.plain()


async def test_the_filter_keeps_ancestors_and_escape_clears_it_before_it_goes_back(
    stage: Stage,
) -> None:
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await walk.previewed(pilot)
        tree = screen.query_one(ResourceTree)
        await pilot.press("slash", *"configmap", "enter")
        await until(pilot, lambda: len(tree.rows) == 3)
        assert [row.resource.step.name for row in tree.rows][:2] == [
            "philotes-dev",
            "philotes-dev-philotes",
        ]
        assert tree.has_focus
        await pilot.press("escape")
        await until(pilot, lambda: len(tree.rows) == 7)
        assert app.screen is screen
        await pilot.press("slash", *"zzz")
        await until(pilot, lambda: "Nothing matches the filter." in screen_text(app))
        await pilot.press("escape", "escape")
        await until(pilot, lambda: isinstance(app.screen, ReleasesScreen))


async def test_no_changes_are_said_plainly(stage: Stage) -> None:
    stage.engine.on_preview = lambda c: acts.unchanged(c.stack)
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await walk.previewed(pilot)
        assert "No changes: dev already is as 0.2.0 wants it." in screen_text(app)


async def test_a_warning_opens_the_messages(stage: Stage) -> None:
    stage.engine.on_preview = lambda c: acts.preview(c.stack, warning=True)
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await walk.previewed(pilot)
        assert screen.query_one(LogView).display
        assert "is deprecated [see /docs]" in screen.query_one(LogView).plain


async def test_a_version_that_vanished_since_the_list_is_an_error_with_a_way_back(
    stage: Stage,
) -> None:
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        table = await walk.listed(pilot)
        stage.charts.fault = VersionNotFound(
            "Version 0.2.0 is not in the registry any more", todo="Go back and press r."
        )
        table.go_to("0.2.0")
        await pilot.press("enter")
        await until(pilot, lambda: "is not in the registry any more" in screen_text(app))
        assert not stage.engine.previews
        stage.charts.fault = None
        await pilot.press("r")
        screen = await walk.preview_screen(pilot)
        await until(pilot, lambda: screen.approvable)


async def test_a_failed_preview_keeps_what_it_found_and_runs_again(stage: Stage) -> None:
    stage.engine.preview_fault = ClusterUnreachable(
        "The cluster does not answer", on="philotes-demo", todo="Start it."
    )
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await walk.choose(pilot, "0.2.0")
        await until(pilot, lambda: "The cluster does not answer" in screen_text(app))
        assert not screen.approvable
        assert screen.query_one(ResourceTree).rows
        stage.engine.preview_fault = None
        await pilot.press("r")
        await until(pilot, lambda: screen.approvable)
        assert "does not answer" not in screen_text(app)


async def test_the_diagnostics_of_a_failed_preview_are_shown(stage: Stage) -> None:
    stage.engine.on_preview = lambda c: (
        OperationStarted(acts.BEGAN, Kind.PREVIEW, c.stack),
        OperationEnded(acts.BEGAN + 1, Result.FAILED),
    )
    stage.engine.preview_fault = OperationFailed(
        "The preview failed", diagnostics=["chart [/x] needs a value: \x1b[31mapi.url"]
    )
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await walk.choose(pilot, "0.2.0")
        await until(pilot, lambda: "chart [/x] needs a value: api.url" in screen_text(app))


async def test_a_running_preview_is_cancelled_by_its_key(stage: Stage) -> None:
    gate = stage.gate()
    stage.engine.on_preview = lambda c: (*tuple(acts.preview(c.stack))[:6], gate)
    stage.engine.preview_fault = OperationCancelled("The preview was cancelled")
    stage.engine.on_cancel = gate.open
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await walk.choose(pilot, "0.2.0")
        await until(pilot, gate.reached.is_set)
        await pilot.press("c")
        await until(pilot, lambda: not screen.running)
        assert stage.engine.cancels == 1
        assert "The preview was cancelled. r runs it again." in screen_text(app)


async def test_escape_from_a_running_preview_cancels_it_and_goes_back(stage: Stage) -> None:
    gate = stage.gate()
    stage.engine.on_preview = lambda c: (*tuple(acts.preview(c.stack))[:6], gate)
    stage.engine.preview_fault = OperationCancelled("The preview was cancelled")
    stage.engine.on_cancel = gate.open
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await walk.choose(pilot, "0.2.0")
        await until(pilot, gate.reached.is_set)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, ReleasesScreen))
        assert stage.engine.cancels == 1
        assert app.operation is None


async def test_the_approval_names_everything_and_enter_does_not_deploy(stage: Stage) -> None:
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await walk.asked(pilot)
        shown = screen_text(app)
        for fact in ("dev", "philotes-demo", "https://127.0.0.1:6443", "0.1.2 → 0.2.0"):
            assert fact in shown
        assert "namespace   philotes" in shown
        assert "+ create 1  ~ update 3" in shown
        await pilot.press("enter")
        await until(pilot, lambda: not isinstance(app.screen, ApprovalDialog))
        assert not stage.engine.ups


@pytest.mark.parametrize("ahead", [["enter"], ["s", "h", "enter"], ["l", "enter", "enter"]])
async def test_keys_typed_ahead_of_the_approval_do_not_deploy(
    stage: Stage, ahead: list[str]
) -> None:
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await walk.previewed(pilot)
        for key in ["a", *ahead]:
            app.post_message(events.Key(key, "\r" if key == "enter" else key))
        await until(pilot, lambda: app.screen is not screen)
        await until(pilot, lambda: app.screen is screen)
        assert not stage.engine.ups
        assert screen.approvable, "nor has it begun to"


async def test_production_needs_the_stacks_name_typed(stage: Stage) -> None:
    stage.stack = "prod"
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        dialog = await walk.asked(pilot)
        await pilot.press("y", "enter")
        assert app.screen is dialog, "neither y nor a wrong name deploys"
        await pilot.press("backspace", *"pro", "enter")
        assert app.screen is dialog
        await pilot.press("d", "enter")
        await until(pilot, lambda: isinstance(app.screen, DeployScreen))
        await until(pilot, lambda: stage.engine.ups)
        assert stage.engine.ups[0].stack == "prod"


@pytest.mark.parametrize("deployed", ["0.10.0", "v0.10.0", "0.10"])
async def test_a_downgrade_is_pointed_out(stage: Stage, deployed: str) -> None:
    stage.engine.deployed = {"dev": deployed}
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await walk.asked(pilot)
        assert "This is older than what is deployed now." in screen_text(app)


async def test_a_tag_that_moved_since_the_preview_is_not_deployed(stage: Stage) -> None:
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await walk.asked(pilot, "0.2.0")
        stage.charts.digests = {"0.2.0": "sha256:" + "ff" * 32}
        await pilot.press("y")
        await until(pilot, lambda: "published again since the preview" in screen_text(app))
        assert not stage.engine.ups
        await pilot.press("r")
        screen = await walk.preview_screen(pilot)
        await until(pilot, lambda: screen.approvable)
        source = stage.engine.previews[-1].source
        assert isinstance(source, RegistryChart)
        assert source.digest == "sha256:" + "ff" * 32


async def test_a_stack_that_somebody_else_changed_since_the_preview_is_left_alone(
    stage: Stage,
) -> None:
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await walk.asked(pilot, "0.2.0")
        stage.engine.deployed = {**stage.engine.deployed, "dev": "0.2.1"}
        await pilot.press("y")
        await until(pilot, lambda: "was changed by somebody else" in screen_text(app))
        assert not stage.engine.ups


async def test_a_context_that_changed_since_the_preview_is_not_deployed_to(stage: Stage) -> None:
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await walk.asked(pilot)
        stage.context = "production-eu"
        await pilot.press("y")
        await until(pilot, lambda: "The destination changed" in screen_text(app))
        assert "context was philotes-demo and is production-eu now" in " ".join(
            screen_text(app).replace("│", " ").split()
        )
        assert not stage.engine.ups
