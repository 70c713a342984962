"""A version with other content is told, also where it was gone in between or others look too."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from philotes_tui.cache import TagCache
from philotes_tui.cli.browsing import BrowsedCharts
from philotes_tui.cli.looking import tell_moved
from philotes_tui.cli.picking import Picked
from philotes_tui.cli.published import Published
from philotes_tui.cli.remembered import LOOKED_AT
from philotes_tui.registry import ChartRegistry, Limits, NoCredentials
from philotes_tui.releases import Moved, New, Release, Version
from tests.registry.fake_charts import NAME, Charts, digest_of
from tests.registry.fake_registry import FakeRegistry, Reply, Request

LIMITS = Limits(deadline=5, connect=2, retries=0)
RELEASE = Release(Version.parse("1.0.0"), "1.0.0")


def registry(fake: FakeRegistry) -> ChartRegistry:
    return ChartRegistry(fake.folder, credentials=NoCredentials(), limits=LIMITS)


def browsed(fake: FakeRegistry, folder: Path) -> BrowsedCharts:
    return BrowsedCharts(registry(fake), folder)


def published(fake: FakeRegistry, folder: Path) -> Published:
    """Return what a command sees that starts now."""
    charts, tags = registry(fake), TagCache(folder)
    return Published(charts, tags, tags.get(str(charts.repository)), offline=False)


def replaced(charts: Charts, list_now: Callable[[], object]) -> Moved:
    """Delete a version, list what is there, and push other content under its name."""
    was = digest_of(charts.tags.pop("1.0.0"))
    list_now()
    return Moved("1.0.0", was, digest_of(charts.add("1.0.0", description="other")))


@pytest.fixture
def charts() -> Charts:
    charts = Charts()
    for version in ("1.0.0", "1.1.0"):
        charts.add(version)
    return charts


def test_a_screen_tells_a_version_that_came_back_with_other_content(
    charts: Charts, tmp_path: Path
) -> None:
    with FakeRegistry(charts) as fake:
        screen = browsed(fake, tmp_path)
        asyncio.run(screen.catalog())
        asyncio.run(screen.moved())
        moved = replaced(charts, lambda: asyncio.run(screen.catalog()))
        asyncio.run(screen.catalog())
        assert asyncio.run(screen.moved()) == (moved,)
        screen.told([moved])
        assert asyncio.run(screen.moved()) == ()


def test_a_command_tells_a_version_that_came_back_with_other_content(
    charts: Charts, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with FakeRegistry(charts) as fake:
        asyncio.run(published(fake, tmp_path).listing())
        published(fake, tmp_path).learn({"1.0.0": digest_of(charts.tags["1.0.0"])})
        moved = replaced(charts, lambda: asyncio.run(published(fake, tmp_path).listing()))
        command = published(fake, tmp_path)
        listing = asyncio.run(command.listing())
        assert listing.with_digests({"1.0.0": moved.now}).changes == (moved, New("1.0.0"))
        tell_moved(command, Picked("1.0.0", RELEASE), moved.now)
    assert "1.0.0 was MOVED to other content" in capsys.readouterr().err


def test_a_digest_that_others_keep_meanwhile_is_compared_with_and_not_replaced(
    charts: Charts, tmp_path: Path
) -> None:
    seen_by_others = digest_of(b"what the tag named a moment before")

    def meanwhile(_: Request) -> Reply:
        TagCache(tmp_path).add_digests(name, {"1.0.0": seen_by_others})
        return Reply(200, {"Docker-Content-Digest": digest_of(charts.tags["1.0.0"])})

    charts.override[f"HEAD {NAME}/manifests/1.0.0"] = meanwhile
    with FakeRegistry(charts) as fake:
        screen = browsed(fake, tmp_path)
        name = str(registry(fake).repository)
        asyncio.run(screen.catalog())
        asyncio.run(screen.moved())
        moved = asyncio.run(screen.moved())
    assert moved == (Moved("1.0.0", seen_by_others, digest_of(charts.tags["1.0.0"])),)


@pytest.mark.parametrize("tag", ["v1.2.3", "1.2", "v1.2.3_build"])
def test_a_tag_that_is_no_semver_and_is_listed_is_compared_too(
    charts: Charts, tmp_path: Path, tag: str
) -> None:
    charts.tags[tag] = charts.add("1.2.3")
    with FakeRegistry(charts) as fake:
        screen = browsed(fake, tmp_path)
        asyncio.run(screen.catalog())
        asyncio.run(screen.moved())
        was = digest_of(charts.tags[tag])
        charts.tags[tag] = charts.tags["1.0.0"]
        assert asyncio.run(screen.moved()) == (Moved(tag, was, digest_of(charts.tags[tag])),)


def test_tags_that_are_no_semver_cost_no_more_requests(charts: Charts, tmp_path: Path) -> None:
    for number in range(2 * LOOKED_AT):
        charts.tags[f"v2.0.{number}"] = charts.tags["1.0.0"]
    with FakeRegistry(charts) as fake:
        screen = browsed(fake, tmp_path)
        asyncio.run(screen.catalog())
        asyncio.run(screen.moved())
        assert len([each for each in fake.requests if each.method == "HEAD"]) == LOOKED_AT
