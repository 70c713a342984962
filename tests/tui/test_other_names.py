"""A tag that names another chart, or another version than it says."""

from dataclasses import replace

import pytest

from philotes_tui.releases import ChartDetails, Release, Version
from tests.tui import walk
from tests.tui.stage import Stage, details_for, inspection_of, screen_text, until
from tests.tui.test_details import line_of

pytestmark = pytest.mark.anyio

RELEASE = Release(Version("0.2.0"), "0.2.0")


def called(name: str, version: str, tag: str = "0.2.0") -> ChartDetails:
    told = details_for(Version.lenient(tag))
    return replace(told, tag=tag, own_name=name, own_version=version)


@pytest.mark.parametrize(
    ("name", "version", "told"),
    [
        ("philotes", "0.1.0", "! 0.2.0 names a chart that calls itself version 0.1.0"),
        ("foo", "0.2.0", "! 0.2.0 names a chart that calls itself foo, not philotes"),
    ],
)
@pytest.mark.parametrize("size", [(80, 24), (140, 40)])
async def test_it_is_marked_in_the_list_and_told_of_the_row_under_the_cursor(
    stage: Stage, name: str, version: str, told: str, size: tuple[int, int]
) -> None:
    stage.charts.details["0.2.0"] = called(name, version)
    app = stage.app()
    async with app.run_test(size=size) as pilot:
        table = await walk.listed(pilot)
        await until(pilot, lambda: "stable  ! other" in line_of(pilot, "0.2.0"))
        assert "! other" not in line_of(pilot, "0.2.1")
        assert "calls itself" not in screen_text(app)
        table.go_to("0.2.0")
        await until(pilot, lambda: told in screen_text(app))


async def test_a_tag_that_names_what_it_means_is_not_marked(stage: Stage) -> None:
    stage.charts.tags = (*stage.charts.tags, "v1.2.3", "v1.2.4")
    stage.charts.details["v1.2.3"] = called("philotes", "1.2.3", "v1.2.3")
    stage.charts.details["v1.2.4"] = called("philotes", "0.2.0", "v1.2.4")
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await walk.listed(pilot)
        await until(pilot, lambda: "! other  lead" in line_of(pilot, "v1.2.4"))
        assert "! other" not in line_of(pilot, "v1.2.3")


async def test_it_is_told_where_the_version_is_looked_into(stage: Stage) -> None:
    stage.charts.inspected["0.2.0"] = inspection_of(RELEASE, details=called("foo", "0.1.0"))
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await walk.inspected(pilot)
        lines = [line.strip(" │┃▌▐") for line in screen_text(app).splitlines()]
        assert "! the tag names a chart that calls itself foo, not philotes" in "\n".join(lines)
        assert "! the tag names a chart that calls itself version 0.1.0" in "\n".join(lines)


async def test_what_the_archive_calls_itself_counts_as_well(stage: Stage) -> None:
    usual = inspection_of(RELEASE)
    content = replace(usual.content, version="0.1.0")
    stage.charts.inspected["0.2.0"] = replace(usual, content=content)
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await walk.inspected(pilot)
        assert "! the tag names a chart that calls itself version 0.1.0" in screen_text(app)


async def test_what_is_too_long_for_the_line_ends_in_an_ellipsis(stage: Stage) -> None:
    stage.charts.details["0.2.0"] = called("a" * 90, "0.2.0")
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        table = await walk.listed(pilot)
        table.go_to("0.2.0")
        await until(pilot, lambda: "names a chart that" in screen_text(app))
        line = next(each for each in screen_text(app).splitlines() if "names a chart" in each)
        assert line.rstrip().endswith("…")
