"""The whole way to a chart on a registry that behaves as GHCR does, with all its quirks at once."""

import asyncio
import base64
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field

import pytest

from philotes_tui.errors import RegistryDenied
from philotes_tui.registry import Basic, ChartRegistry, Credentials, Limits, NoCredentials
from philotes_tui.releases import ChartDetails
from tests.registry.fake_charts import BUNDLE, NAME, OCI_MANIFEST, Charts, descriptor, digest_of
from tests.registry.fake_charts import index as index_of
from tests.registry.fake_registry import FakeRegistry, Reply, Request, as_json, error
from tests.registry.test_archive import CHART, tgz

PAGE = 100
LIMITS = Limits(deadline=10, connect=2, retries=1)
ARCHIVE = tgz({"Chart.yaml": CHART, "values.yaml": b"a: 1 # one\n"})


@dataclass
class Ghcr:
    """A registry that pages oldest first, keeps blobs elsewhere and has no referrers API."""

    charts: Charts = field(default_factory=Charts)
    private: bool = False
    pages: int = PAGE
    referrers_asked: int = 0

    def __call__(self, request: Request) -> Reply:
        if request.path == "/token":
            return self._token(request)
        sent = request.headers.get("Authorization", "")
        if not sent.startswith("Bearer "):
            host = request.headers["Host"]
            scope = "repository:user/image:pull"
            wants = f'Bearer realm="http://{host}/token",service="ghcr.io",scope="{scope}"'
            return error(401, "UNAUTHORIZED", "authentication required", WWW_Authenticate=wants)
        if request.path == f"{NAME}/tags/list":
            return self._tags(request)
        if "/referrers/" in request.path:
            self.referrers_asked += 1
            if self.referrers_asked > 1:
                return Reply(429, {}, b"<html>slow down</html>")
            return Reply(303, {"Location": "https://example.org/user/image/pkgs"})
        return self.charts(request)

    def _token(self, request: Request) -> Reply:
        basic = request.headers.get("Authorization")
        good = base64.b64encode(b"anybody:classic-token").decode()
        refused = (basic and basic != f"Basic {good}") or (self.private and not basic)
        if refused or request.query["scope"] != ["repository:charts/philotes:pull"]:
            return error(403, "DENIED", "requested access to the resource is denied")
        return as_json({"token": "opaque"})

    def _tags(self, request: Request) -> Reply:
        tags = list(self.charts.tags)
        last = request.query.get("last", [""])[0]
        start = tags.index(last) + 1 if last else 0
        part = tags[start : start + self.pages]
        if start + self.pages >= len(tags):
            return as_json({"name": "charts/philotes", "tags": part})
        link = f'<{NAME}/tags/list?last={part[-1]}&n=0>; rel="next"'
        return as_json({"name": "charts/philotes", "tags": part}, Link=link)


@pytest.fixture
def ghcr() -> Iterator[tuple[Ghcr, FakeRegistry, FakeRegistry]]:
    service = Ghcr()
    for number in range(240):
        service.charts.add(f"0.{number}.0", archive=ARCHIVE, appVersion=str(number))
    signed = digest_of(service.charts.tags["0.239.0"])
    bundle = service.charts.manifest(b'{"bundle": 1}')
    listed = index_of(descriptor(OCI_MANIFEST, bundle, artifactType=BUNDLE))
    service.charts.manifest(listed, signed.replace(":", "-"))
    service.charts.manifest(b'{"sig": 1}', f"{signed.replace(':', '-')}.sig")
    service.charts.manifest(b'{"latest": 1}', "latest")

    def storage(request: Request) -> Reply:
        if "Authorization" in request.headers:
            return Reply(400, {}, b"Only one auth mechanism allowed")
        return Reply(body=service.charts.blobs[request.path[1:]])

    with ExitStack() as running:
        elsewhere = running.enter_context(FakeRegistry(storage))
        service.charts.storage = f"http://{elsewhere.host}"
        yield service, running.enter_context(FakeRegistry(service)), elsewhere


def registry(fake: FakeRegistry, credentials: Credentials | None = None) -> ChartRegistry:
    return ChartRegistry(fake.folder, credentials=credentials or NoCredentials(), limits=LIMITS)


def test_versions_details_and_chart_are_read_with_a_known_number_of_requests(
    ghcr: tuple[Ghcr, FakeRegistry, FakeRegistry],
) -> None:
    service, fake, storage = ghcr
    chart = registry(fake)

    async def read() -> list[ChartDetails]:
        catalog = await chart.catalog()
        assert len(catalog.releases) == 240
        assert min(o.tag for o in catalog.others) == "latest"
        newest = catalog.releases[:20]
        found = [details async for _, details in chart.details_of(newest)]
        assert all(isinstance(details, ChartDetails) for details in found)
        return [details for details in found if isinstance(details, ChartDetails)]

    details = asyncio.run(read())
    assert [d.app_version for d in details[:3]] == ["239", "238", "237"]
    assert [s.kind for s in details[0].signatures] == ["cosign", "sigstore"]
    assert not any(d.signed for d in details[1:])
    asked = [request.path for request in fake.requests]
    assert asked.count("/token") == 1
    assert sum(path.endswith("/tags/list") for path in asked) == 1 + 3
    assert sum("/referrers/" in path for path in asked) == service.referrers_asked == 1
    assert sum("/blobs/" in path for path in asked) == len(storage.requests) == 20
    assert sum("/manifests/" in path for path in asked) == 20 + 1
    assert asyncio.run(chart.chart("0.7.0")).values == "a: 1 # one\n"
    assert chart.notices == ()


def test_a_classic_token_reads_a_private_package_under_any_name(
    ghcr: tuple[Ghcr, FakeRegistry, FakeRegistry],
) -> None:
    service, fake, _ = ghcr
    service.private = True

    class Classic:
        async def lookup(self, host: str) -> Basic:
            return Basic("anybody", "classic-token", "config.json")

    assert len(asyncio.run(registry(fake, Classic()).catalog()).releases) == 240
    with pytest.raises(RegistryDenied, match="missing or private"):
        asyncio.run(registry(fake).catalog())


def test_a_stale_token_reads_a_public_package_with_a_notice(
    ghcr: tuple[Ghcr, FakeRegistry, FakeRegistry],
) -> None:
    _, fake, _ = ghcr

    class Stale:
        async def lookup(self, host: str) -> Basic:
            return Basic("anybody", "revoked", "config.json")

    chart = registry(fake, Stale())
    assert len(asyncio.run(chart.catalog()).releases) == 240
    assert "config.json was refused" in chart.notices[0]


@pytest.mark.parametrize("most", [100, 200, 241])
def test_a_page_cut_short_is_never_taken_for_all(
    ghcr: tuple[Ghcr, FakeRegistry, FakeRegistry], most: int
) -> None:
    service, fake, _ = ghcr
    service.pages = most
    assert len(asyncio.run(registry(fake).catalog()).releases) == 240
