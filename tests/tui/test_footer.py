"""The line of keys is made anew where other keys are shown, and only there."""

import pytest
from textual.widgets._footer import FooterKey

from tests.tui import walk
from tests.tui.stage import Stage, until

pytestmark = pytest.mark.anyio


async def test_keys_that_stay_the_same_are_not_made_anew(stage: Stage) -> None:
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await walk.listed(pilot)
        shown = list(app.screen.query(FooterKey))
        assert "Preview" in [key.description for key in shown]
        app.screen.refresh_bindings()
        await pilot.pause()
        assert list(app.screen.query(FooterKey)) == shown


async def test_other_keys_take_the_place_of_those_that_stood_there(stage: Stage) -> None:
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await walk.listed(pilot)
        await pilot.press("slash")
        await until(pilot, lambda: "Preview" not in described(app.screen.query(FooterKey)))
        await pilot.press("escape")
        await until(pilot, lambda: "Preview" in described(app.screen.query(FooterKey)))


def described(keys: object) -> list[str]:
    return [key.description for key in keys]  # type: ignore[attr-defined]
