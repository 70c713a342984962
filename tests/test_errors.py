"""Errors as they are printed, written to the log, and passed on."""

import asyncio
from pathlib import Path

import pytest

from philotes_tui.cache import TagCache
from philotes_tui.cli.picking import named_nearest
from philotes_tui.cli.published import Published
from philotes_tui.errors import ChartUnusable, RegistryError, RegistryUnreachable, VersionNotFound
from philotes_tui.registry import ChartRegistry, NoCredentials
from philotes_tui.releases import CachedTags, Release, Version
from tests.registry.fake_charts import Charts
from tests.registry.fake_registry import FakeRegistry


def test_an_error_that_was_added_to_is_told_whole_wherever_it_is_printed(tmp_path: Path) -> None:
    charts = ChartRegistry("oci://127.0.0.1:5000/charts")
    seen = CachedTags(("1.0.0",), 1.0)
    error = RegistryUnreachable("Nothing listens", todo="Check the address.")
    Published(charts, TagCache(tmp_path), seen, offline=False).offer_offline(error)
    assert "--offline shows the 1 versions" in error.todo
    assert str(error) == error.sentence()


@pytest.mark.parametrize(
    ("error", "tags"),
    [
        (ChartUnusable("It is not a Helm chart", todo="Check it."), ("1.0.0",)),
        (RegistryUnreachable("Nothing listens", todo="Check it."), ()),
    ],
)
def test_what_was_seen_before_is_offered_only_where_that_is_of_use(
    error: RegistryError, tags: tuple[str, ...], tmp_path: Path
) -> None:
    charts = ChartRegistry("oci://127.0.0.1:5000/charts")
    seen = CachedTags(tags, 1.0)
    Published(charts, TagCache(tmp_path), seen, offline=False).offer_offline(error)
    assert error.todo == "Check it."


def test_the_nearest_versions_are_told_in_an_error_of_their_own() -> None:
    charts = Charts()
    charts.add("1.0.0")
    error = VersionNotFound("There is no such tag", said="status 404", todo="Look.")
    told = str(error)
    with FakeRegistry(charts) as fake:
        registry = ChartRegistry(fake.folder, credentials=NoCredentials())
        wanted = Release(Version.parse("1.0.1"), "1.0.1")
        named = asyncio.run(named_nearest(error, wanted, registry))
    assert str(named).endswith("Nearest to it: 1.0.0. `philotes-tui versions` lists all 1.")
    assert "status 404" not in str(named)
    assert str(error) == told
