"""What may take a while is done aside: the connections of the others go on meanwhile."""

import asyncio
import threading
from collections.abc import AsyncIterable, Callable
from pathlib import Path
from typing import Any

import pytest

from philotes_tui.cache import TagCache
from philotes_tui.cache.signatures import SignatureCache
from philotes_tui.cli import browsing
from philotes_tui.cli.browsing import BrowsedCharts
from philotes_tui.cli.published import Published
from philotes_tui.registry import ChartRegistry, Limits, NoCredentials
from philotes_tui.releases import Release, Version
from tests.registry.fake_charts import BUNDLE, Charts, descriptor, digest_of
from tests.registry.fake_registry import FakeRegistry
from tests.registry.test_archive import CHART, tgz

RELEASE = Release(Version.parse("1.2.3"), "1.2.3")
LIMITS = Limits(deadline=5, connect=2, retries=0)


@pytest.fixture
def charts() -> Charts:
    charts = Charts(referrers={})
    signed = digest_of(charts.add("1.2.3", archive=tgz({"Chart.yaml": CHART})))
    assert charts.referrers is not None
    charts.referrers[signed] = [descriptor(BUNDLE, b"{}", artifactType=BUNDLE)]
    return charts


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PHILOTES_TUI_CACHE", str(tmp_path))
    return tmp_path / "registry"


def registry(fake: FakeRegistry) -> ChartRegistry:
    return ChartRegistry(fake.folder, credentials=NoCredentials(), limits=LIMITS)


def watched(monkeypatch: pytest.MonkeyPatch, owner: object, name: str) -> set[int]:
    """Return the threads that call a function, filled while they do."""
    threads: set[int] = set()
    real: Callable[..., Any] = getattr(owner, name)

    def noted(*args: Any) -> Any:
        threads.add(threading.get_ident())
        return real(*args)

    monkeypatch.setattr(owner, name, noted)
    return threads


async def read_all(answers: AsyncIterable[object]) -> None:
    async for _ in answers:
        pass


@pytest.mark.parametrize("where", ["screen", "command"])
def test_signatures_are_kept_aside_while_other_versions_are_read(
    charts: Charts, folder: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    threads = watched(monkeypatch, SignatureCache, "keep")
    with FakeRegistry(charts) as fake:
        asked: Any = BrowsedCharts(registry(fake), folder)
        if where == "command":
            asked = Published(registry(fake), TagCache(folder), None, offline=False)
        asyncio.run(read_all(asked.details_of([RELEASE])))
    assert threads
    assert threading.get_ident() not in threads


def test_images_are_looked_for_aside(
    charts: Charts, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads = watched(monkeypatch, browsing, "images")
    with FakeRegistry(charts) as fake:
        asyncio.run(BrowsedCharts(registry(fake), folder).inspect(RELEASE))
    assert threads
    assert threading.get_ident() not in threads
