"""Tags that Helm takes for versions and that are no SemVer: listed below, and used like others."""

import pytest

from philotes_tui.releases import CachedTags, Moved
from philotes_tui.tui.screens.releases import ReleasesScreen
from tests.tui import acts, walk
from tests.tui.stage import Stage, screen_text, until

pytestmark = pytest.mark.anyio

TAGS = ("0.1.0", "v2.0.0", "1.2", "v2.1.0", "0.2.0", "latest", "sha256-" + "a" * 64 + ".sig")
LISTED = ["0.2.0", "0.1.0", "v2.1.0", "v2.0.0", "1.2"]


async def test_they_stand_below_the_versions_newest_first_with_the_reason(stage: Stage) -> None:
    stage.charts.tags = TAGS
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        table = await walk.detailed(pilot)
        assert table.keys_in_order == LISTED
        assert table.current == "0.2.0"
        shown = screen_text(app)
        assert "2 versions, 3 other tags" in shown
        rows = {line.split()[0]: line for line in shown.splitlines() if line.split()}
        assert "leading v" in rows["v2.1.0"]
        assert "short" in rows["1.2"]
        assert "★ latest" in rows["0.2.0"]
        await pilot.press("G", "k")
        await until(pilot, lambda: "v2.0.0: SemVer but for a leading “v”" in screen_text(app))


async def test_what_is_published_under_such_tags_alone_is_listed(stage: Stage) -> None:
    stage.charts.tags = ("v2.0.0",)
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        table = await walk.detailed(pilot)
        assert table.current == "v2.0.0"
        assert "1 tag that is no SemVer" in screen_text(app)
        await pilot.press("slash", *"nothing")
        await until(pilot, lambda: "No version matches" in screen_text(app))


async def test_one_is_previewed_under_its_own_name(stage: Stage) -> None:
    stage.charts.tags = TAGS
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await walk.previewed(pilot, "v2.1.0")
        assert [change.source.label for change in stage.engine.previews] == ["v2.1.0"]


async def test_one_is_looked_into_and_says_what_it_is(stage: Stage) -> None:
    stage.charts.tags = TAGS
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await walk.inspected(pilot, "1.2")
        await until(
            pilot,
            lambda: "! its tag is SemVer but for fewer than three numbers" in screen_text(app),
        )


async def test_a_filter_finds_them_by_name_and_by_what_they_are(stage: Stage) -> None:
    stage.charts.tags = TAGS
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        table = await walk.listed(pilot)
        await pilot.press("slash", *"v2.0")
        await until(pilot, lambda: table.keys_in_order == ["v2.0.0"])
        assert "1 of 5 tags" in screen_text(app)
        await pilot.press("escape", "slash", *"leading")
        await until(pilot, lambda: table.keys_in_order == ["v2.1.0", "v2.0.0"])


async def test_the_list_seen_last_has_them_and_what_came_and_went_is_told(stage: Stage) -> None:
    stage.charts.seen = CachedTags(("v1.9.0",), acts.BEGAN - 3600)
    stage.charts.tags = ("v2.0.0",)
    gate = stage.charts.gate = stage.gate()
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        table = await walk.listed(pilot)
        assert table.keys_in_order == ["v1.9.0"]
        gate.open()
        await until(pilot, lambda: "new v2.0.0; gone v1.9.0" in screen_text(app))


async def test_a_moved_one_is_marked_however_narrow_the_list_is(stage: Stage) -> None:
    stage.charts.tags = TAGS
    stage.charts.moves = (Moved("v2.1.0", "sha256:" + "1a" * 32, "sha256:" + "2b" * 32),)
    stage.engine.deployed = {"dev": "v2.1.0"}
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await walk.detailed(pilot)
        assert isinstance(app.screen, ReleasesScreen)
        row = next(line for line in screen_text(app).splitlines() if line.startswith(" v2.1.0 "))
        assert "! moved  lead" in row
        assert "● dev" in row
