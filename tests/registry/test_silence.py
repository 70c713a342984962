"""One version that is not answered in time, and a registry that answers none."""

import asyncio

import pytest

from philotes_tui.errors import RegistryError, RegistryUnreachable
from philotes_tui.registry import ChartRegistry, Limits, NoCredentials
from philotes_tui.releases import ChartDetails, Release
from tests.registry.fake_charts import NAME, Charts
from tests.registry.fake_registry import FakeRegistry, Reply

LIMITS = Limits(deadline=0.7, connect=0.5, retries=0)


def silent_for(*numbers: int) -> Charts:
    charts = Charts()
    for number in range(5):
        charts.add(f"0.{number}.0")
    for number in numbers:
        for method in ("GET", "HEAD"):
            path = f"{method} {NAME}/manifests/0.{number}.0"
            charts.override[path] = lambda _: Reply(silent=True)
    return charts


def registry(fake: FakeRegistry) -> ChartRegistry:
    return ChartRegistry(fake.folder, credentials=NoCredentials(), limits=LIMITS)


async def details_of(
    chart: ChartRegistry, limit: int, *, ordered: bool
) -> list[tuple[Release, ChartDetails | RegistryError]]:
    releases = (await chart.catalog()).releases
    stream = chart.details_of(releases, limit, signatures=False, ordered=ordered)
    return [each async for each in stream]


@pytest.mark.parametrize("ordered", [True, False])
def test_one_version_that_is_not_answered_in_time_leaves_the_others(ordered: bool) -> None:
    with FakeRegistry(silent_for(1)) as fake:
        found = dict(asyncio.run(details_of(registry(fake), 2, ordered=ordered)))
    late = {release.tag: error for release, error in found.items() if release.tag == "0.1.0"}
    assert isinstance(late["0.1.0"], RegistryUnreachable)
    assert sum(isinstance(details, ChartDetails) for details in found.values()) == 4


def test_the_digest_of_a_version_that_is_not_answered_in_time_is_left_out() -> None:
    async def digests(chart: ChartRegistry) -> dict[str, str]:
        return await chart.digests((await chart.catalog()).releases)

    with FakeRegistry(silent_for(1)) as fake:
        assert set(asyncio.run(digests(registry(fake)))) == {"0.0.0", "0.2.0", "0.3.0", "0.4.0"}


@pytest.mark.parametrize("limit", [2, 16])
def test_a_registry_that_answers_for_no_version_ends_the_details(limit: int) -> None:
    with FakeRegistry(silent_for(0, 1, 2, 3, 4)) as fake:
        with pytest.raises(RegistryUnreachable, match=r"within 0\.7 seconds"):
            asyncio.run(details_of(registry(fake), limit, ordered=True))
        assert len(fake.requests) <= 1 + max(2 * limit, 4)
