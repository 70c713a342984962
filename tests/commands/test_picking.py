"""Which of the versions that were seen somebody means."""

import asyncio
from pathlib import Path

import pytest

from philotes_tui.cache import TagCache
from philotes_tui.cli.picking import details, pick
from philotes_tui.cli.published import Published
from philotes_tui.errors import InvalidReference, VersionNotFound
from philotes_tui.registry import ChartRegistry, NoCredentials
from philotes_tui.releases import CachedTags
from tests.registry.fake_charts import NAME, Charts
from tests.registry.fake_registry import FakeRegistry, error

TAGS = ("0.9.0", "1.0.0", "1.1.0-rc.1", "1.1.0-beta.2", "1.0.0_b", "v2.0.0", "1.2", "2.0.0-0")


@pytest.fixture
def published(tmp_path: Path) -> Published:
    charts = ChartRegistry("oci://127.0.0.1:5000/charts")
    return Published(charts, TagCache(tmp_path), CachedTags(TAGS, 1.0), offline=True)


@pytest.mark.parametrize(
    ("wanted", "tag"),
    [
        ("latest", "1.0.0_b"),
        ("^1", "1.0.0_b"),
        (">=1.0.0-0 <2", "2.0.0-0"),
        (">=1.0.0-0 <2-0", "1.1.0-rc.1"),
        ("1.0.0", "1.0.0"),
        ("1.0.0+b", "1.0.0_b"),
        ("1.0.0_b", "1.0.0_b"),
        ("1.2", "1.2"),
        ("v2.0.0", "v2.0.0"),
        ("2.0.0", "2.0.0"),  # not published, which whoever reads it is told
        ("1", "1"),
    ],
)
def test_a_version_is_taken_by_name_and_a_constraint_takes_the_newest_that_fits(
    published: Published, wanted: str, tag: str
) -> None:
    release = asyncio.run(pick(published, wanted)).release
    assert release is not None
    assert release.tag == tag


@pytest.mark.parametrize(("wanted", "kind"), [(">3", VersionNotFound), ("", InvalidReference)])
def test_what_fits_nothing_and_what_means_nothing_is_refused(
    published: Published, wanted: str, kind: type[Exception]
) -> None:
    with pytest.raises(kind):
        asyncio.run(pick(published, wanted))


def test_a_version_that_is_listed_and_gone_is_not_called_its_own_neighbour(tmp_path: Path) -> None:
    charts = Charts()
    for version in ("1.0.0", "1.1.0", "1.2.0"):
        charts.add(version)
    charts.override[f"GET {NAME}/manifests/1.1.0"] = lambda _: error(404, "MANIFEST_UNKNOWN")
    with FakeRegistry(charts) as fake:
        registry = ChartRegistry(fake.folder, credentials=NoCredentials())
        published = Published(registry, TagCache(tmp_path), None, offline=False)
        with pytest.raises(VersionNotFound) as told:
            asyncio.run(look(published))
    assert "Version 1.1.0 is listed in oci://" in told.value.what
    assert "and is not there" in told.value.what
    assert told.value.todo.startswith("Nearest to it: 1.2.0 or 1.0.0. ")


async def look(published: Published) -> None:
    await details(published, await pick(published, "1.1.0"), signatures=True)
