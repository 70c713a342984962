"""What the screens are told of a real registry, now and from what is kept of it."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from philotes_tui.cache import BlobCache, TagCache
from philotes_tui.cli.remembered import LOOKED_AT, RememberedCharts
from philotes_tui.cli.wiring import Wiring
from philotes_tui.engine import Target
from philotes_tui.errors import RegistryUnreachable
from philotes_tui.registry import ChartRegistry
from philotes_tui.releases import CachedTags, Moved, Version
from philotes_tui.settings import Settings
from tests.registry.conftest import OwnRegistry, running_registry

pytestmark = pytest.mark.real


@pytest.fixture
def registry(registry_programs: dict[str, Path], tmp_path: Path) -> Iterator[OwnRegistry]:
    folder = tmp_path / "registry"
    folder.mkdir()
    with running_registry(folder, registry_programs) as running:
        running.push("1.0.0", "1.1.0")
        yield running


@pytest.fixture
def charts(registry: OwnRegistry, tmp_path: Path) -> RememberedCharts:
    return RememberedCharts(ChartRegistry(registry.charts), TagCache(tmp_path / "cache"))


def push_other_content(registry: OwnRegistry, version: str) -> None:
    (registry.folder / "philotes" / "values.yaml").write_text("changed: true\n")
    registry.push(version)


def test_what_was_listed_is_known_without_asking(charts: RememberedCharts) -> None:
    assert charts.seen() is None
    catalog = asyncio.run(charts.catalog())
    seen = charts.seen()
    assert seen is not None
    assert {release.tag for release in catalog.releases} == set(seen.tags) == {"1.0.0", "1.1.0"}


def test_a_moved_tag_is_found_until_somebody_was_told(
    charts: RememberedCharts, registry: OwnRegistry
) -> None:
    asyncio.run(charts.catalog())
    assert asyncio.run(charts.moved()) == ()  # the first look has nothing to compare with
    was = asyncio.run(charts.pinned(Version("1.1.0"))).named
    push_other_content(registry, "1.1.0")
    asyncio.run(charts.catalog())
    now = asyncio.run(charts.pinned(Version("1.1.0"))).named
    moved = (Moved("1.1.0", was, now),)
    assert was != now
    assert asyncio.run(charts.moved()) == asyncio.run(charts.moved()) == moved
    charts.told(moved)
    assert asyncio.run(charts.moved()) == ()


def test_a_digest_read_for_a_preview_is_compared_with_later(
    charts: RememberedCharts, registry: OwnRegistry
) -> None:
    asyncio.run(charts.catalog())
    was = asyncio.run(charts.pinned(Version("1.0.0"))).named
    push_other_content(registry, "1.0.0")
    assert [each.was for each in asyncio.run(charts.moved())] == [was]


def test_pinning_a_version_costs_two_requests_and_one_right_before_the_deploy(
    registry: OwnRegistry, tmp_path: Path
) -> None:
    client = ChartRegistry(registry.charts, blobs=BlobCache(tmp_path / "cache"))
    charts = RememberedCharts(client, TagCache(tmp_path / "cache"))
    costs = []
    for _ in range(2):
        before = client.requests
        asyncio.run(charts.pinned(Version("1.0.0")))
        costs.append(client.requests - before)
    assert costs == [2, 1]


def test_a_version_that_is_gone_is_not_compared_and_nothing_fails(
    charts: RememberedCharts, registry: OwnRegistry, tmp_path: Path
) -> None:
    asyncio.run(charts.catalog())
    for tag in registry.folder.glob("store/**/philotes/_manifests/tags/1.0.0"):
        tag.rename(tmp_path / "gone")
    assert asyncio.run(charts.moved()) == ()
    seen = charts.seen()
    assert seen is not None
    assert list(seen.digests) == ["1.1.0"]


def test_digests_cost_one_request_each_and_only_so_many_are_asked_for(
    registry: OwnRegistry, tmp_path: Path
) -> None:
    client = ChartRegistry(registry.charts)
    tags = TagCache(tmp_path / "cache")
    many = tuple(f"0.{minor}.0" for minor in range(3 * LOOKED_AT))
    known = dict.fromkeys(many[: 2 * LOOKED_AT], "sha256:" + "0" * 64)
    tags.put(str(client.repository), CachedTags(many, 1.0, known))
    asyncio.run(RememberedCharts(client, tags).moved())
    assert client.requests == 2 * LOOKED_AT  # the newest, and the newest of those known


def test_the_screens_are_wired_to_what_is_kept(
    registry: OwnRegistry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PHILOTES_TUI_CACHE", str(tmp_path / "cache"))
    services = Wiring(Settings(state_dir=tmp_path / "state")).services()
    here = Target("dev", "dev", "philotes", "ctx", "https://127.0.0.1:1", registry.charts, True)
    assert services.seen(here) is None
    asyncio.run(services.charts(here).catalog())
    seen = services.seen(here)
    assert seen is not None
    assert set(seen.tags) == {"1.0.0", "1.1.0"}


def test_a_registry_that_is_down_leaves_what_was_seen(
    registry_programs: dict[str, Path], tmp_path: Path
) -> None:
    folder = tmp_path / "registry"
    folder.mkdir()
    with running_registry(folder, registry_programs) as running:
        running.push("1.0.0")
        charts = RememberedCharts(ChartRegistry(running.charts), TagCache(tmp_path / "cache"))
        asyncio.run(charts.catalog())
    with pytest.raises(RegistryUnreachable) as refused:
        asyncio.run(charts.catalog())
    assert "--offline" not in refused.value.todo  # there is no such option on the screen
    seen = charts.seen()
    assert seen is not None
    assert seen.tags == ("1.0.0",)
