"""What the screens are told of single versions: by a real registry, and by what is kept of it."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path

import pytest

from philotes_tui.cli.browsing import AT_ONCE, BrowsedCharts
from philotes_tui.cli.wiring import Wiring
from philotes_tui.engine import Target
from philotes_tui.errors import RegistryUnreachable
from philotes_tui.registry import ChartRegistry, Limits, NoCredentials
from philotes_tui.releases import Moved, Release
from philotes_tui.settings import Settings
from philotes_tui.tui.detailed import Known
from philotes_tui.tui.offload import streamed_in_thread
from tests.commands.charts import NEWEST_FIRST, VERSIONS
from tests.registry.conftest import OwnRegistry, open_sockets, running_registry
from tests.registry.fake_charts import NAME, Charts
from tests.registry.fake_registry import FakeRegistry, Reply

pytestmark = pytest.mark.real


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where what registries said is kept for this test."""
    monkeypatch.setenv("PHILOTES_TUI_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "registry"


def charts_of(address: str, tmp_path: Path) -> BrowsedCharts:
    """Return the charts as the program wires them for its screens."""
    services = Wiring(Settings(state_dir=tmp_path / "state")).services()
    target = Target("dev", "dev", "philotes", "ctx", "https://127.0.0.1:1", address, True)
    charts = services.charts(target)
    assert isinstance(charts, BrowsedCharts)
    return charts


async def everything(charts: BrowsedCharts) -> dict[str, Known]:
    releases = (await charts.catalog()).releases
    return {release.tag: known async for release, known in charts.details_of(releases)}


def test_details_of_real_charts_are_kept_and_told_again_without_the_registry(
    chart_registry: OwnRegistry, folder: Path, tmp_path: Path
) -> None:
    charts = charts_of(chart_registry.charts, tmp_path)
    assert asyncio.run(charts.kept_details([])) == {}
    told = asyncio.run(everything(charts))
    assert set(told) == {version.replace("+", "_") for version in VERSIONS}
    for version, tag in ((version, version.replace("+", "_")) for version in VERSIONS):
        details = told[tag].details
        assert details is not None
        assert details.version.text == version
        assert details.created is not None
        assert details.size > 10_000
        assert not told[tag].moved
    requests = charts._charts.requests
    catalog = asyncio.run(charts.catalog())
    assert [release.version.text for release in catalog.releases] == list(NEWEST_FIRST)
    kept = asyncio.run(charts.kept_details(catalog.releases))
    assert kept == told
    assert charts._charts.requests == requests + 1  # the list alone


def test_a_version_is_looked_into_whole_and_again_without_the_registry(
    chart_registry: OwnRegistry, folder: Path, tmp_path: Path
) -> None:
    charts = charts_of(chart_registry.charts, tmp_path)
    release = asyncio.run(charts.catalog()).releases[2]
    assert release.version.text == "0.2.0"
    assert asyncio.run(charts.inspect_kept(release)) is None
    found = asyncio.run(charts.inspect(release))
    content = found.content
    assert (content.name, content.version) == ("philotes", "0.2.0")
    assert "# Reaches all subcharts." in content.values
    assert content.readme
    assert content.schema
    assert {each.name for each in content.dependencies} >= {"philotes-api", "philotes-worker"}
    assert any("philotes-api" in image.reference for image in found.images)
    kept = asyncio.run(charts.inspect_kept(release))
    assert kept is not None
    assert kept.kept
    assert (kept.content, kept.details) == (content, found.details)
    assert kept.signatures_known


def test_a_registry_that_went_down_leaves_what_was_looked_into(
    registry_programs: dict[str, Path], folder: Path, tmp_path: Path
) -> None:
    place = tmp_path / "registry"
    place.mkdir()
    with running_registry(place, registry_programs) as running:
        running.push("1.0.0", "1.1.0")
        charts = charts_of(running.charts, tmp_path)
        new, old = asyncio.run(charts.catalog()).releases
        asyncio.run(charts.inspect(old))
    with pytest.raises(RegistryUnreachable):
        asyncio.run(charts.inspect(old))
    with pytest.raises(RegistryUnreachable):
        asyncio.run(everything_of(charts, [new, old]))
    kept = asyncio.run(charts.inspect_kept(old))
    assert kept is not None
    assert kept.content.version == "1.0.0"
    assert asyncio.run(charts.inspect_kept(new)) is None
    assert list(asyncio.run(charts.kept_details([new, old]))) == ["1.0.0"]


async def everything_of(charts: BrowsedCharts, releases: list[Release]) -> list[Known]:
    return [known async for _, known in charts.details_of(releases)]


def test_a_tag_that_moved_is_told_until_somebody_knows_by_details_and_by_a_look_into_it(
    registry_programs: dict[str, Path], folder: Path, tmp_path: Path
) -> None:
    place = tmp_path / "registry"
    place.mkdir()
    with running_registry(place, registry_programs) as running:
        running.push("1.0.0", "1.1.0")
        charts = charts_of(running.charts, tmp_path)
        before = asyncio.run(everything(charts))
        (running.folder / "philotes" / "values.yaml").write_text("changed: true\n")
        running.push("1.0.0", "1.1.0")
        after = asyncio.run(everything(charts))
        moved, was = after["1.0.0"].moved, before["1.0.0"].details
        assert moved is not None
        assert was is not None
        assert (moved.tag, moved.was) == ("1.0.0", was.digest)
        assert asyncio.run(everything(charts))["1.0.0"].moved == moved
        charts.told([moved])
        assert asyncio.run(everything(charts))["1.0.0"].moved is None
        second = after["1.1.0"].moved
        assert second is not None
        charts.told([second])
        (running.folder / "philotes" / "values.yaml").write_text("changed: again\n")
        running.push("1.1.0")
        new = asyncio.run(charts.catalog()).releases[0]
        for _ in range(2):
            found = asyncio.run(charts.inspect(new))
            assert found.moved_from == second.now
        charts.told([Moved("1.1.0", found.moved_from, found.details.digest)])
        assert asyncio.run(charts.inspect(new)).moved_from == ""


@pytest.fixture
def many() -> Charts:
    charts = Charts()
    for number in range(40):
        charts.add(f"0.{number}.0")
    return charts


LIMITS = Limits(deadline=20, connect=2, retries=0)


def of_fake(fake: FakeRegistry, folder: Path) -> BrowsedCharts:
    registry = ChartRegistry(fake.folder, credentials=NoCredentials(), limits=LIMITS)
    return BrowsedCharts(registry, folder)


def test_one_version_that_takes_long_holds_up_no_other(many: Charts, folder: Path) -> None:
    many.override[f"GET {NAME}/manifests/0.39.0"] = lambda _: Reply(silent=True)

    async def others(charts: BrowsedCharts) -> list[str]:
        releases = (await charts.catalog()).releases
        found: list[str] = []
        async with aclosing(charts.details_of(releases)) as answers:
            async for release, _ in answers:
                found.append(release.tag)
                if len(found) == 39:
                    break
        return found

    with FakeRegistry(many) as fake:
        found = asyncio.run(others(of_fake(fake, folder)))
    assert set(found) == set(many.tags) - {"0.39.0"}


def test_a_stream_that_is_cancelled_ends_its_thread_and_closes_its_connections(
    many: Charts, folder: Path
) -> None:
    for tag in many.tags:
        many.override[f"GET {NAME}/manifests/{tag}"] = lambda _: Reply(silent=True)
    pulled: list[str] = []
    told: list[tuple[Release, Known]] = []

    def wishes(releases: tuple[Release, ...]) -> Iterator[Release]:
        for release in releases:
            pulled.append(release.tag)
            yield release

    async def cancelled(charts: BrowsedCharts) -> None:
        releases = (await charts.catalog()).releases
        before = set(threading.enumerate())
        stream = streamed_in_thread(lambda: charts.details_of(wishes(releases)), told.append)
        task = asyncio.create_task(stream)
        while len(fake.requests) < AT_ONCE + 1:  # noqa: ASYNC110 - the fake runs in a thread
            await asyncio.sleep(0.005)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        for thread in set(threading.enumerate()) - before:
            if thread.name == "philotes-read":
                await asyncio.to_thread(thread.join, 10)
                assert not thread.is_alive()

    sockets = open_sockets()
    with FakeRegistry(many) as fake:
        asyncio.run(cancelled(of_fake(fake, folder)))
    assert len(fake.requests) == AT_ONCE + 1
    assert (len(pulled), told) == (AT_ONCE, [])
    assert open_sockets() <= sockets
