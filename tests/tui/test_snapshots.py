"""Pictures of every screen; a change of one is looked at before it is accepted."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from textual.pilot import Pilot

from philotes_tui.errors import (
    ClusterMismatch,
    ClusterUnreachable,
    OperationCancelled,
    OperationFailed,
    RegistryError,
    RegistryUnreachable,
    SettingsError,
    StackLocked,
    WrongPassphrase,
)
from philotes_tui.releases import CachedTags, Moved, Release, Version
from philotes_tui.releases.details import COSIGN, PROVENANCE, Signature
from philotes_tui.tui.screens.help import HelpDialog
from philotes_tui.tui.screens.releases import ReleasesScreen
from philotes_tui.tui.screens.stack_dialog import StackDialog
from philotes_tui.tui.screens.too_small import TooSmallScreen
from tests.tui import acts, walk
from tests.tui.stage import (
    LONG_REGISTRY,
    TAGS,
    Stage,
    before,
    details_for,
    inspection_of,
    screen_text,
    until,
)

Compare = Callable[..., bool]
Way = Callable[[Pilot[Any]], Awaitable[object]]

SIZES = pytest.mark.parametrize("size", [(80, 24), (140, 40)], ids=["80x24", "140x40"])


ANOTHER_CLUSTER = ClusterMismatch(
    "This is not the cluster of the stack, so the preview was refused; nothing was changed",
    on="stack dev, context “philotes-demo”",
    said=f"recorded is the cluster {acts.CLUSTER}, reached was"
    " 9f8e7d6c-0000-4000-8000-000000000002",
    todo="Set philotes:kubeContext of Pulumi.dev.yaml to a context that reaches"
    f" {acts.CLUSTER}. Only if the stack is to move to the other cluster, set philotes:clusterId"
    " there to 9f8e7d6c-0000-4000-8000-000000000002.",
)


@pytest.fixture
def taken(snap_compare: Compare) -> Callable[..., bool]:
    """Take the picture at the end of a way through the program."""

    def take(
        stage: Stage, way: Way, size: tuple[int, int] = (80, 24), *, settled: bool = True
    ) -> bool:
        async def run_before(pilot: Pilot[Any]) -> None:
            await way(pilot)
            if settled:
                await walk.details_settled(pilot)
            await pilot.pause()

        return snap_compare(stage.app(), terminal_size=size, run_before=run_before)

    return take


Taken = Callable[..., bool]


def pressed(way: Way, *keys: str) -> Way:
    async def walk_on(pilot: Pilot[Any]) -> None:
        await way(pilot)
        await pilot.press(*keys)
        await pilot.pause()

    return walk_on


@SIZES
def test_releases(taken: Taken, stage: Stage, size: tuple[int, int]) -> None:
    stage.demo = True
    assert taken(stage, walk.listed, size)


@SIZES
def test_releases_with_tags_that_are_no_semver(
    taken: Taken, stage: Stage, size: tuple[int, int]
) -> None:
    stage.charts.tags = ("0.1.0", "0.2.0", "v0.3.0", "v0.3", "0.04.0", "latest")
    stage.engine.deployed = {"dev": "v0.3.0"}
    stage.charts.moves = (Moved("v0.3", "sha256:" + "1a" * 32, "sha256:" + "2b" * 32),)
    assert taken(stage, pressed(walk.listed, "j", "j"), size)


def test_a_version_whose_tag_is_no_semver(taken: Taken, stage: Stage) -> None:
    stage.charts.tags = ("0.1.0", "v0.3.0")

    async def way(pilot: Pilot[Any]) -> None:
        await walk.inspected(pilot, "v0.3.0")

    assert taken(stage, way)


def test_releases_before_the_registry_answers(taken: Taken, stage: Stage) -> None:
    stage.charts.gate = stage.gate()
    gate = stage.charts.gate

    async def waiting(pilot: Pilot[Any]) -> None:
        await until(pilot, gate.reached.is_set)
        await until(pilot, lambda: not walk.app_of(pilot).deployed.reading)

    assert taken(stage, waiting)


@SIZES
def test_releases_on_production(taken: Taken, stage: Stage, size: tuple[int, int]) -> None:
    stage.stack, stage.registry = "prod", LONG_REGISTRY
    stage.context = "arn:aws:eks:eu-central-1:123456789012:cluster/philotes-production"
    stage.server = "https://3F2A.gr7.eu-central-1.eks.amazonaws.com"
    assert taken(stage, walk.listed, size)


def test_releases_in_light(taken: Taken, stage: Stage) -> None:
    assert taken(stage, pressed(walk.listed, "t"))


def test_releases_without_colour(
    taken: Taken, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    stage.stack = "prod"
    assert taken(stage, walk.listed)


def test_releases_filtered(taken: Taken, stage: Stage) -> None:
    assert taken(stage, pressed(walk.listed, "slash", "r", "c"))


def test_releases_with_nothing_published(taken: Taken, stage: Stage) -> None:
    stage.charts.tags = ("latest",)
    assert taken(stage, _settled)


async def _settled(pilot: Pilot[Any]) -> None:
    app = walk.app_of(pilot)
    await until(pilot, lambda: app.place.target is not None or app.place.fault is not None)
    await until(pilot, lambda: not app.deployed.reading)
    screen = app.screen
    assert isinstance(screen, ReleasesScreen)
    await until(pilot, lambda: not screen.published.reading)


def test_releases_in_local_mode(taken: Taken, stage: Stage) -> None:
    assert taken(stage, pressed(walk.listed, "l"))


@SIZES
def test_releases_while_the_registry_is_down(
    taken: Taken, stage: Stage, size: tuple[int, int]
) -> None:
    stage.charts.fault = RegistryUnreachable(
        "The registry does not answer",
        on="http://127.0.0.1:5000/v2/charts/philotes/tags/list",
        said="[Errno 111] Connection refused [/bold]",
        todo="Start the registry or check the address in the stack file, then press r.",
    )
    assert taken(stage, _settled, size)


SEEN = CachedTags((*TAGS[:4], *TAGS[5:], "0.1.3"), acts.BEGAN - 3 * 3600)


@SIZES
def test_releases_seen_before_the_registry_answers(
    taken: Taken, stage: Stage, size: tuple[int, int]
) -> None:
    stage.charts.seen = SEEN
    gate = stage.charts.gate = stage.gate()

    async def waiting(pilot: Pilot[Any]) -> None:
        await walk.listed(pilot)
        await until(pilot, gate.reached.is_set)

    assert taken(stage, waiting, size)


@SIZES
def test_releases_seen_while_the_registry_is_down(
    taken: Taken, stage: Stage, size: tuple[int, int]
) -> None:
    stage.charts.seen = SEEN
    stage.charts.fault = RegistryUnreachable(
        "The registry does not answer",
        on="http://127.0.0.1:5000/v2/charts/philotes/tags/list",
        said="[Errno 111] Connection refused [/bold]",
        todo="Start the registry or check the address in the stack file, then press r.",
    )
    assert taken(stage, _settled_list, size)


@SIZES
def test_releases_with_news(taken: Taken, stage: Stage, size: tuple[int, int]) -> None:
    stage.charts.seen = SEEN
    stage.charts.moves = (Moved("0.2.0", "sha256:" + "1a" * 32, "sha256:" + "2b" * 32),)
    stage.charts.notices = ("The login stored for ghcr.io was refused, so it was left out.",)

    async def told(pilot: Pilot[Any]) -> None:
        await _settled_list(pilot)
        await until(pilot, lambda: "! moved" in screen_text(walk.app_of(pilot)))

    assert taken(stage, told, size)


async def _settled_list(pilot: Pilot[Any]) -> None:
    await walk.listed(pilot)
    await _settled(pilot)


def test_releases_with_a_broken_stack_file(taken: Taken, stage: Stage) -> None:
    stage.target_fault = SettingsError(
        "The stack file cannot be read",
        on="stack/Pulumi.dev.yaml:7",
        said="philotes:environment is “prd”, allowed are dev, staging, production",
        todo="Correct line 7, then press r.",
    )
    assert taken(stage, _settled)


def test_releases_when_the_backend_does_not_answer(taken: Taken, stage: Stage) -> None:
    stage.engine.stacks_fault = WrongPassphrase("The passphrase is wrong", todo="Correct it.")
    assert taken(stage, walk.listed)


def test_stack_selector(taken: Taken, stage: Stage) -> None:
    async def opened(pilot: Pilot[Any]) -> None:
        await walk.detailed(pilot)
        await pilot.press("s")
        screen = walk.app_of(pilot).screen
        assert isinstance(screen, StackDialog)
        await until(pilot, lambda: len(screen._targets) == 3)

    assert taken(stage, opened)


def test_help(taken: Taken, stage: Stage) -> None:
    async def opened(pilot: Pilot[Any]) -> None:
        await walk.detailed(pilot)
        await pilot.press("question_mark")
        await until(pilot, lambda: isinstance(walk.app_of(pilot).screen, HelpDialog))

    assert taken(stage, opened)


@SIZES
def test_releases_whose_details_are_told(taken: Taken, stage: Stage, size: tuple[int, int]) -> None:
    signed = (Signature(COSIGN, "sha256:1"), Signature(PROVENANCE, "sha256:2"))
    for version in ("0.2.1", "0.2.0"):
        told = details_for(Version(version))
        stage.charts.details[version] = replace(told, signatures=signed, deprecated=True)
    stage.charts.details["0.1.2"] = RegistryError("Its manifest is no JSON")

    async def on_the_broken_one(pilot: Pilot[Any]) -> None:
        table = await walk.detailed(pilot)
        table.go_to("0.1.2")

    assert taken(stage, on_the_broken_one, size)


def test_releases_while_details_are_read(taken: Taken, stage: Stage) -> None:
    gate = stage.charts.details_gate = stage.gate()
    stage.charts.kept["0.2.0"] = before(Version("0.2.0"))

    async def held(pilot: Pilot[Any]) -> None:
        await walk.listed(pilot)
        await until(pilot, gate.reached.is_set)
        await until(pilot, lambda: "3 d" in screen_text(walk.app_of(pilot)))

    assert taken(stage, held, settled=False)


@SIZES
def test_version(taken: Taken, stage: Stage, size: tuple[int, int]) -> None:
    assert taken(stage, walk.inspected, size)


def test_version_values_searched(taken: Taken, stage: Stage) -> None:
    assert taken(stage, pressed(walk.inspected, "2", "slash", *"env", "enter"))


def test_version_searched_without_colour(
    taken: Taken, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert taken(stage, pressed(walk.inspected, "2", "slash", *"env", "enter"))


def test_version_without_a_schema(taken: Taken, stage: Stage) -> None:
    assert taken(stage, pressed(walk.inspected, "5"))


def test_version_as_it_was_read_before(taken: Taken, stage: Stage) -> None:
    release = Release(Version("0.2.0"), "0.2.0")
    stage.charts.inspected_kept["0.2.0"] = inspection_of(release, kept=True, signatures_known=False)
    assert taken(stage, _down_by_now(stage))


def test_version_that_cannot_be_read(taken: Taken, stage: Stage) -> None:
    assert taken(stage, _down_by_now(stage))


def _down_by_now(stage: Stage) -> Way:
    async def looked_into(pilot: Pilot[Any]) -> None:
        await walk.detailed(pilot)
        stage.charts.fault = RegistryUnreachable(
            "The registry does not answer",
            on="http://127.0.0.1:5000/v2/charts/philotes/manifests/0.2.0",
            said="[Errno 111] Connection refused [/bold]",
            todo="Start the registry or check the address in the stack file, then press r.",
        )
        await walk.inspected(pilot)

    return looked_into


def test_version_while_it_is_read(taken: Taken, stage: Stage) -> None:
    gate = stage.charts.inspect_gate = stage.gate()

    async def held(pilot: Pilot[Any]) -> None:
        await walk.look_into(pilot)
        await until(pilot, gate.reached.is_set)

    assert taken(stage, held)


@SIZES
def test_preview(taken: Taken, stage: Stage, size: tuple[int, int]) -> None:
    assert taken(stage, walk.previewed, size)


@SIZES
def test_preview_of_a_real_upgrade(taken: Taken, stage: Stage, size: tuple[int, int]) -> None:
    stage.engine.on_preview = lambda _: acts.recorded("preview-upgrade")
    assert taken(stage, walk.previewed, size)


@SIZES
def test_a_real_deploy_that_failed(taken: Taken, stage: Stage, size: tuple[int, int]) -> None:
    stage.engine.on_up = lambda _: acts.recorded("up-failed")
    stage.engine.up_fault = OperationFailed(
        "The deploy of 0.1.0 failed",
        on="staging",
        todo="Correct the cause and try again; what was already done stays done.",
    )
    assert taken(stage, walk.deployed, size)


def test_preview_while_it_is_computed(taken: Taken, stage: Stage) -> None:
    gate = stage.gate()
    stage.engine.on_preview = lambda c: (*tuple(acts.preview(c.stack))[:8], gate)

    async def half_way(pilot: Pilot[Any]) -> None:
        screen = await walk.choose(pilot, "0.2.0")
        await until(pilot, lambda: len(screen.progress.resources) == 3)

    assert taken(stage, half_way)


def test_preview_of_a_multi_line_change(taken: Taken, stage: Stage) -> None:
    assert taken(stage, pressed(walk.previewed, "j", "tab"))


def test_preview_with_a_warning(taken: Taken, stage: Stage) -> None:
    stage.engine.on_preview = lambda c: acts.preview(c.stack, warning=True)
    assert taken(stage, walk.previewed)


def test_preview_without_changes(taken: Taken, stage: Stage) -> None:
    stage.engine.on_preview = lambda c: acts.unchanged(c.stack)
    assert taken(stage, walk.previewed)


def test_preview_without_a_cluster(taken: Taken, stage: Stage) -> None:
    stage.engine.on_preview = lambda _: ()
    stage.engine.preview_fault = ClusterUnreachable(
        "The cluster does not answer",
        on="philotes-demo (https://127.0.0.1:6443)",
        said="dial tcp 127.0.0.1:6443: connect: connection refused",
        todo="Start the cluster or choose another context, then press r.",
    )
    assert taken(stage, _failed)


async def _failed(pilot: Pilot[Any]) -> None:
    screen = await walk.choose(pilot, "0.2.0")
    await until(pilot, lambda: screen._fault is not None)


@SIZES
def test_approval(taken: Taken, stage: Stage, size: tuple[int, int]) -> None:
    assert taken(stage, walk.asked, size)


@SIZES
def test_approval_on_production(taken: Taken, stage: Stage, size: tuple[int, int]) -> None:
    stage.stack = "prod"
    stage.engine.deployed = {"dev": "0.1.2", "prod": "0.2.1"}
    assert taken(stage, walk.asked, size)


@SIZES
def test_approval_of_a_first_deploy(taken: Taken, stage: Stage, size: tuple[int, int]) -> None:
    stage.stack, stage.engine.deployed = "prod", {}
    assert taken(stage, walk.asked, size)


def test_approval_on_the_cluster_recorded(taken: Taken, stage: Stage) -> None:
    stage.recorded = acts.CLUSTER
    assert taken(stage, walk.asked)


def test_approval_without_colour_with_the_focus_on_the_tick(
    taken: Taken, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert taken(stage, pressed(walk.asked, "tab", "space"))


def test_preview_on_another_cluster(taken: Taken, stage: Stage) -> None:
    stage.engine.on_preview = lambda _: ()
    stage.engine.preview_fault = ANOTHER_CLUSTER
    assert taken(stage, _failed)


def _held(stage: Stage) -> Way:
    gate = stage.gate()
    stage.engine.on_up = lambda c: (*acts.deploy_begun(c.stack, c.expected), gate)

    async def half_way(pilot: Pilot[Any]) -> None:
        screen = await walk.deploying(pilot)
        await until(pilot, lambda: len(screen.progress.log) == 3)

    return half_way


@SIZES
def test_deploy_while_it_runs(taken: Taken, stage: Stage, size: tuple[int, int]) -> None:
    stage.now = acts.BEGAN + 5
    assert taken(stage, pressed(_held(stage), "j", "j"), size)


def test_deploy_asking_whether_to_cancel(taken: Taken, stage: Stage) -> None:
    stage.now = acts.BEGAN + 5
    assert taken(stage, pressed(_held(stage), "c"))


@SIZES
def test_deploy_that_succeeded(taken: Taken, stage: Stage, size: tuple[int, int]) -> None:
    assert taken(stage, walk.deployed, size)


def _failing(stage: Stage) -> None:
    stage.engine.on_up = lambda c: acts.deploy_failed(c.stack, c.expected)
    stage.engine.up_fault = OperationFailed(
        "The deploy failed",
        on="dev",
        todo="Raise the quota of the namespace, then deploy again.",
        diagnostics=[acts.WHY_IT_FAILED],
    )


@SIZES
def test_deploy_that_failed_half_way(taken: Taken, stage: Stage, size: tuple[int, int]) -> None:
    _failing(stage)
    assert taken(stage, walk.deployed, size)


def test_deploy_that_failed_in_light(taken: Taken, stage: Stage) -> None:
    _failing(stage)
    assert taken(stage, pressed(walk.deployed, "t", "v"))


def test_deploy_that_failed_without_colour(
    taken: Taken, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    _failing(stage)
    assert taken(stage, pressed(walk.deployed, "v", "down"))


def test_deploy_that_was_cancelled(taken: Taken, stage: Stage) -> None:
    stage.engine.on_up = lambda c: acts.deploy_cancelled(c.stack, c.expected)
    stage.engine.up_fault = OperationCancelled(
        "The deploy was cancelled", todo="Deploy again when ready."
    )
    assert taken(stage, walk.deployed)


def test_deploy_of_a_locked_stack(taken: Taken, stage: Stage) -> None:
    stage.engine.on_up = lambda _: ()
    stage.engine.up_fault = StackLocked(
        "The stack is locked by another operation",
        on="dev",
        said="alex@build-7 since 2024-01-01 09:12",
        todo="Wait until it ends; if it died, run “pulumi cancel”.",
    )
    assert taken(stage, walk.deployed)


def test_a_terminal_that_is_too_small(taken: Taken, stage: Stage) -> None:
    async def covered(pilot: Pilot[Any]) -> None:
        await until(pilot, lambda: isinstance(pilot.app.screen, TooSmallScreen))
        await until(pilot, lambda: not walk.app_of(pilot).deployed.reading)

    assert taken(stage, covered, (50, 12))
