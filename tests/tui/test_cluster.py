"""Which cluster a deploy is for: shown before the approval, recorded if that is wanted."""

from typing import Any

import pytest
from textual.pilot import Pilot

from philotes_tui.errors import ClusterMismatch, ClusterUnreachable, OperationFailed
from philotes_tui.tui.screens.approval import ApprovalDialog
from philotes_tui.tui.screens.operation import OperationScreen
from philotes_tui.tui.widgets.lines_view import LinesView
from philotes_tui.tui.widgets.tick_box import TickBox
from tests.tui import acts, walk
from tests.tui.stage import Stage, screen_text, until

pytestmark = pytest.mark.anyio

OFFER = "Record this cluster"


def first_deploy(stage: Stage) -> None:
    stage.engine.deployed = {}


def focused(pilot: Pilot[Any]) -> str:
    widget = pilot.app.focused
    return (widget.id if widget else "") or ""


async def begun(pilot: Pilot[Any], stage: Stage) -> tuple[str, bool]:
    """Wait for the deploy; return the cluster it is held to and whether that is recorded."""
    await until(pilot, lambda: stage.engine.ups)
    (change,) = stage.engine.ups
    return change.cluster_id, change.record_cluster


async def test_a_first_deploy_records_the_cluster_unless_the_tick_is_taken_away(
    stage: Stage,
) -> None:
    first_deploy(stage)
    async with stage.app().run_test(size=(80, 24)) as pilot:
        dialog = await walk.asked(pilot)
        assert f"cluster id  {acts.CLUSTER}  not recorded" in screen_text(walk.app_of(pilot))
        assert dialog.query_one(TickBox).value
        assert focused(pilot) == "cancel", "what does no harm has the focus"
        await pilot.press("y")
        assert await begun(pilot, stage) == (acts.CLUSTER, True)


@pytest.mark.parametrize(
    "keys", [("r",), ("ctrl+r",), ("tab", "space"), ("tab", "enter"), ("up", "up", "space")]
)
async def test_the_tick_is_taken_away_by_key(stage: Stage, keys: tuple[str, ...]) -> None:
    first_deploy(stage)
    async with stage.app().run_test(size=(80, 24)) as pilot:
        await walk.asked(pilot)
        app = walk.app_of(pilot)
        await pilot.press(*keys)
        await until(pilot, lambda: f"[ ] {OFFER}" in screen_text(app))
        assert not stage.engine.ups, "nothing is approved by that"
        await pilot.press("y")
        assert await begun(pilot, stage) == (acts.CLUSTER, False)


async def test_a_later_deploy_records_the_cluster_only_if_it_is_ticked(stage: Stage) -> None:
    async with stage.app().run_test(size=(80, 24)) as pilot:
        dialog = await walk.asked(pilot)
        assert not dialog.query_one(TickBox).value
        await pilot.press("r", "y")
        assert await begun(pilot, stage) == (acts.CLUSTER, True)


async def test_a_recorded_cluster_is_told_and_nothing_is_offered(stage: Stage) -> None:
    stage.recorded = acts.CLUSTER
    async with stage.app().run_test(size=(80, 24)) as pilot:
        await walk.asked(pilot)
        shown = screen_text(walk.app_of(pilot))
        assert f"{acts.CLUSTER}  as recorded" in shown
        assert OFFER not in shown
        await pilot.press("r", "y")
        assert await begun(pilot, stage) == (acts.CLUSTER, False)


async def test_a_preview_that_tells_no_cluster_offers_nothing(stage: Stage) -> None:
    stage.engine.on_preview = lambda c: [
        event for event in acts.preview(c.stack) if not hasattr(event, "outputs")
    ]
    async with stage.app().run_test(size=(80, 24)) as pilot:
        await walk.asked(pilot)
        shown = screen_text(walk.app_of(pilot))
        assert OFFER not in shown
        assert "cluster id" not in shown
        await pilot.press("y")
        assert await begun(pilot, stage) == ("", False)


async def test_on_production_the_letter_belongs_to_the_name(stage: Stage) -> None:
    stage.stack, stage.engine.deployed = "prod", {}
    async with stage.app().run_test(size=(80, 24)) as pilot:
        dialog = await walk.asked(pilot)
        assert focused(pilot) == "name"
        await pilot.press(*"prod")
        assert dialog.query_one(TickBox).value, "the r was typed into the name"
        await pilot.press("ctrl+r")
        assert not dialog.query_one(TickBox).value
        assert focused(pilot) == "name"
        await pilot.press("ctrl+r", "enter")
        assert await begun(pilot, stage) == (acts.CLUSTER, True)


async def test_a_repeated_deploy_proposes_what_was_chosen(stage: Stage) -> None:
    first_deploy(stage)
    stage.engine.on_up = lambda c: acts.deploy_failed(c.stack, c.expected)
    stage.engine.up_fault = OperationFailed("The deploy failed", todo="Again?")
    async with stage.app().run_test(size=(80, 24)) as pilot:
        screen = await walk.deployed(pilot)
        app = walk.app_of(pilot)
        summary = screen.query_one("#summary", LinesView)
        assert "cluster philotes-demo, id 4f6c2d1e, not recorded" in summary.plain
        await pilot.press("r")
        await until(pilot, lambda: isinstance(app.screen, ApprovalDialog))
        assert app.screen.query_one(TickBox).value
        stage.engine.on_up = lambda c: acts.deploy_done(c.stack, c.expected)
        stage.engine.up_fault = None
        await pilot.press("y")
        await until(pilot, lambda: not screen.running and screen.error is None)
        assert [change.record_cluster for change in stage.engine.ups] == [True, True]
        assert "cluster philotes-demo, id 4f6c2d1e, recorded now" in summary.plain


async def test_another_cluster_is_an_error_with_both_ids_that_offers_no_approval(
    stage: Stage,
) -> None:
    stage.recorded, other = acts.CLUSTER, "9f8e7d6c-0000-4000-8000-000000000002"
    stage.engine.on_preview = lambda _: ()
    stage.engine.preview_fault = ClusterMismatch(
        "This is not the cluster of the stack",
        said=f"recorded is the cluster {acts.CLUSTER}, reached was {other}",
        todo="Set philotes:kubeContext.",
    )
    async with stage.app().run_test(size=(80, 24)) as pilot:
        screen = await walk.choose(pilot, "0.2.0")
        await until(pilot, lambda: "This is not the cluster" in screen_text(walk.app_of(pilot)))
        shown = " ".join(screen_text(walk.app_of(pilot)).split())
        assert acts.CLUSTER in shown
        assert other in shown
        assert not screen.approvable


@pytest.mark.parametrize("deploys", [True, False], ids=["deploy", "preview"])
async def test_a_silent_operation_says_that_the_cluster_is_gone_until_it_is_heard_again(
    stage: Stage, deploys: bool
) -> None:
    silent, heard = stage.gate(), stage.gate()
    acted = tuple(acts.preview("dev"))
    told = (*acted[:6], silent, *acted[6:8], heard, *acted[8:])
    if deploys:
        begun = tuple(acts.deploy_begun("dev"))
        stage.engine.on_up = lambda _: (*begun[:6], silent, *begun[6:], heard)
    else:
        stage.engine.on_preview = lambda _: told
    stage.cluster_fault = ClusterUnreachable("The cluster of “eu” does not answer", todo="Wait.")
    async with stage.app().run_test(size=(80, 24)) as pilot:
        app = walk.app_of(pilot)
        screen: OperationScreen
        screen = await (walk.deploying(pilot) if deploys else walk.choose(pilot, "0.2.0"))
        await until(pilot, silent.reached.is_set)
        await pilot.pause()
        stage.now += 9.0
        screen._listen(news=False)
        assert not [w for w in screen.workers if w.group == "probe"], "it is too early"
        stage.now += 2.0
        await until(pilot, lambda: "! The cluster of “eu” does not answer" in screen_text(app))
        silent.open()
        await until(pilot, lambda: "does not answer" not in screen_text(app))
        assert not stage.engine.cancels, "to wait on or to cancel is the operator's choice"
