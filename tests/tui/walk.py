"""The ways through the program that many tests take."""

from typing import Any

from textual.pilot import Pilot

from philotes_tui.tui.app import PhilotesApp
from philotes_tui.tui.screens.approval import ApprovalDialog
from philotes_tui.tui.screens.deploy import DeployScreen
from philotes_tui.tui.screens.preview import PreviewScreen
from philotes_tui.tui.screens.releases import ReleasesScreen
from philotes_tui.tui.screens.version import VersionScreen
from philotes_tui.tui.widgets.version_table import VersionTable
from tests.tui.stage import until


def app_of(pilot: Pilot[Any]) -> PhilotesApp:
    app = pilot.app
    assert isinstance(app, PhilotesApp)
    return app


async def listed(pilot: Pilot[Any]) -> VersionTable:
    """Wait for the versions and for what is deployed."""
    app = app_of(pilot)
    table = app.screen.query_one("#versions", VersionTable)
    await until(pilot, lambda: table.row_count and table.display, "versions are listed")
    await until(pilot, lambda: not app.deployed.reading, "deployed marks are read")
    return table


async def detailed(pilot: Pilot[Any]) -> VersionTable:
    """Wait for the versions and for all details that are asked for."""
    table = await listed(pilot)
    await details_settled(pilot)
    return table


async def details_settled(pilot: Pilot[Any]) -> None:
    """Wait until no details are to come to the list, if that is the screen that is shown."""
    screen = pilot.app.screen
    if isinstance(screen, ReleasesScreen):
        await until(
            pilot,
            lambda: (
                screen.published.reading
                or not screen.details_awaited
                or not screen.detailed.wanting(screen.in_sight())
            ),
            "the details are read",
        )


async def look_into(pilot: Pilot[Any], version: str = "0.2.0") -> VersionScreen:
    """Open what is known of a version."""
    table = await listed(pilot)
    table.go_to(version)
    await pilot.press("i")
    app = app_of(pilot)
    await until(pilot, lambda: isinstance(app.screen, VersionScreen), "the version is looked into")
    screen = app.screen
    assert isinstance(screen, VersionScreen)
    return screen


async def inspected(pilot: Pilot[Any], version: str = "0.2.0") -> VersionScreen:
    """Open what is known of a version and wait until that is all."""
    screen = await look_into(pilot, version)
    await until(pilot, lambda: not screen.reading, "it is read")
    return screen


async def choose(pilot: Pilot[Any], version: str) -> PreviewScreen:
    """Open the preview of a version."""
    table = await listed(pilot)
    table.go_to(version)
    await pilot.press("enter")
    return await preview_screen(pilot)


async def preview_screen(pilot: Pilot[Any]) -> PreviewScreen:
    app = app_of(pilot)
    await until(pilot, lambda: isinstance(app.screen, PreviewScreen), "the preview opens")
    screen = app.screen
    assert isinstance(screen, PreviewScreen)
    return screen


async def previewed(pilot: Pilot[Any], version: str = "0.2.0") -> PreviewScreen:
    """Open the preview of a version and wait for its end."""
    screen = await choose(pilot, version)
    await until(pilot, lambda: screen.approvable, "the preview ends")
    return screen


async def asked(pilot: Pilot[Any], version: str = "0.2.0") -> ApprovalDialog:
    """Go on to the approval."""
    await previewed(pilot, version)
    await pilot.press("a")
    app = app_of(pilot)
    await until(pilot, lambda: isinstance(app.screen, ApprovalDialog), "approval is asked")
    dialog = app.screen
    assert isinstance(dialog, ApprovalDialog)
    return dialog


async def deploying(pilot: Pilot[Any], version: str = "0.2.0") -> DeployScreen:
    """Approve on a stack that is not production, and see the deploy begin."""
    await asked(pilot, version)
    await pilot.press("y")
    app = app_of(pilot)
    await until(pilot, lambda: isinstance(app.screen, DeployScreen), "the deploy begins")
    screen = app.screen
    assert isinstance(screen, DeployScreen)
    return screen


async def deployed(pilot: Pilot[Any], version: str = "0.2.0") -> DeployScreen:
    """See a deploy through to its end."""
    screen = await deploying(pilot, version)
    await until(pilot, lambda: not screen.running, "the deploy ends")
    return screen
