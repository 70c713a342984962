"""How many requests each question costs: exact, counted on the way to a real registry."""

import asyncio
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pytest

from bench.distance import Distance, at_distance
from philotes_tui.cache import BlobCache
from philotes_tui.registry import (
    ChartRegistry,
    Limits,
    NoCredentials,
    RegistryClient,
    Repository,
)
from philotes_tui.releases import ChartDetails
from tests.registry.conftest import OwnRegistry, running_registry
from tests.registry.fake_charts import BUNDLE
from tests.signing.stored import INDEX, MANIFEST, Stored

pytestmark = pytest.mark.real

Answer = TypeVar("Answer")
COUNT = 5


@dataclass(frozen=True)
class Asked:
    """What was asked of a registry that stands behind a counter."""

    charts: str
    counter: Distance

    def registry(self, blobs: Path | None = None, *, chart: str = "philotes") -> ChartRegistry:
        kept = BlobCache(blobs) if blobs else None
        return ChartRegistry(self.charts, chart, credentials=NoCredentials(), blobs=kept)

    def requests(self, registry: ChartRegistry, ask: Callable[[ChartRegistry], object]) -> int:
        """Return how many requests came there, which the registry's own count has to agree with."""
        before, told = self.counter.requests, registry.requests
        ask(registry)
        came = self.counter.requests - before
        assert registry.requests - told == came
        return came


@pytest.fixture(scope="module")
def own(
    registry_tools: dict[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OwnRegistry]:
    with running_registry(tmp_path_factory.mktemp("budget"), registry_tools) as own:
        own.push(*(f"0.{number}.0" for number in range(COUNT)))
        yield own


@pytest.fixture
def asked(own: OwnRegistry) -> Iterator[Asked]:
    with at_distance(int(own.host.rpartition(":")[2]), 0) as counter:
        yield Asked(f"oci://127.0.0.1:{counter.port}/charts", counter)


def tag_also(own: OwnRegistry, chart: str, count: int) -> None:
    """Give the one version of a chart more tags, as the registry itself keeps them.

    See distribution/distribution:registry/storage/paths.go.
    """
    own.push("0.0.0", chart=chart)
    repositories = own.folder / "store" / "docker" / "registry" / "v2" / "repositories"
    tags = repositories / "charts" / chart / "_manifests" / "tags"
    link = (tags / "0.0.0" / "current" / "link").read_bytes()
    for number in range(1, count):
        current = tags / f"0.{number}.0" / "current"
        current.mkdir(parents=True)
        (current / "link").write_bytes(link)


def detailed(registry: ChartRegistry, *, signatures: bool = True) -> list[ChartDetails]:
    async def read() -> list[ChartDetails]:
        releases = (await registry.catalog()).releases
        answers = registry.details_of(releases, signatures=signatures)
        return [details async for _, details in answers if isinstance(details, ChartDetails)]

    return asyncio.run(read())


def unsigned(registry: ChartRegistry) -> list[ChartDetails]:
    return detailed(registry, signatures=False)


@pytest.mark.parametrize(
    ("count", "cost"),
    [
        (99, 1),
        # Where as many come as a registry may have cut the list to, the next page is asked for.
        (100, 2),
        (101, 1),
        (10_000, 2),
        (10_001, 2),
    ],
)
def test_a_list_costs_one_request_and_one_more_where_it_could_go_on(
    own: OwnRegistry, asked: Asked, count: int, cost: int
) -> None:
    chart = f"tags-{count}"
    tag_also(own, chart, count)

    def all_tags(registry: ChartRegistry) -> None:
        assert len(asyncio.run(registry.tags())) == count

    assert asked.requests(asked.registry(chart=chart), all_tags) == cost


def test_a_version_costs_two_requests_and_one_where_its_config_is_kept(
    asked: Asked, tmp_path: Path
) -> None:
    assert asked.requests(asked.registry(tmp_path), unsigned) == 1 + 2 * COUNT
    assert asked.requests(asked.registry(tmp_path), unsigned) == 1 + COUNT
    assert len(unsigned(asked.registry(tmp_path))) == COUNT


def test_signatures_cost_one_request_for_all_versions_where_the_tags_tell(
    asked: Asked, tmp_path: Path
) -> None:
    registry = asked.registry(tmp_path)
    assert asked.requests(registry, detailed) == 1 + 1 + 2 * COUNT
    assert asked.requests(registry, detailed) == 1 + COUNT
    assert asked.requests(asked.registry(tmp_path), detailed) == 1 + 1 + COUNT


def test_a_version_that_is_signed_costs_one_request_more(own: OwnRegistry, asked: Asked) -> None:
    own.push("0.1.0", "0.2.0", "0.3.0", chart="signed")
    repository = Stored(own.host, "charts/signed")
    by_tag, by_index = (repository.digest(tag).replace(":", "-") for tag in ("0.1.0", "0.2.0"))
    signature = repository.manifest("0.3.0")
    held = repository.put_manifest(signature, f"{by_tag}.sig")
    size = len(json.dumps(signature).encode())
    bundle = {"mediaType": MANIFEST, "digest": held, "size": size, "artifactType": BUNDLE}
    repository.put_manifest(
        {"schemaVersion": 2, "mediaType": INDEX, "manifests": [bundle]}, by_index
    )
    registry = asked.registry(chart="signed")
    assert asked.requests(registry, detailed) == 1 + 1 + 2 * 3 + 1
    assert [d.signed for d in detailed(registry)] == [False, True, True]


def test_one_version_costs_two_requests_and_three_to_look_for_its_signatures(
    asked: Asked, tmp_path: Path
) -> None:
    def one(registry: ChartRegistry) -> None:
        asyncio.run(registry.details("0.1.0"))

    def its_chart(registry: ChartRegistry) -> None:
        asyncio.run(registry.chart("0.1.0"))

    registry = asked.registry(tmp_path)
    assert asked.requests(registry, one) == 2 + 3
    assert asked.requests(registry, one) == 1 + 2
    assert asked.requests(registry, its_chart) == 2
    assert asked.requests(registry, its_chart) == 1


@pytest.mark.parametrize(("most", "made"), [(1, (2, 2)), (2, (1, 1))])
def test_a_connection_is_kept_unless_more_would_be_open_than_may_be(
    own: OwnRegistry, most: int, made: tuple[int, int]
) -> None:
    port = int(own.host.rpartition(":")[2])

    async def by_turns(*ports: int) -> None:
        async with RegistryClient(
            credentials=NoCredentials(), limits=Limits(connections=most)
        ) as client:
            for at in (*ports, *ports):
                chart = Repository.parse(f"127.0.0.1:{at}/charts/philotes")
                assert (await client.manifest(chart.with_tag("0.1.0"))).config

    with at_distance(port, 0) as here, at_distance(port, 0) as there:
        asyncio.run(by_turns(here.port, there.port))
        assert (here.connections, there.connections) == made


def test_many_questions_at_once_share_as_many_connections_as_may_be(asked: Asked) -> None:
    limits = Limits(connections=2)
    registry = ChartRegistry(asked.charts, credentials=NoCredentials(), limits=limits)
    releases = asyncio.run(registry.catalog()).releases
    before = asked.counter.connections
    assert len(asyncio.run(registry.digests(releases))) == COUNT
    assert asked.counter.connections - before == 2
