"""What is attached to a chart, as signatures are: all of it is found, or it is told that not."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from philotes_tui.errors import (
    NotARegistry,
    RegistryDenied,
    RegistryError,
    RegistryRateLimited,
    VersionNotFound,
)
from philotes_tui.registry import ChartRegistry, Limits, NoCredentials
from philotes_tui.releases import ChartDetails, Release, Signature, Version
from tests.registry.fake_charts import (
    BUNDLE,
    NAME,
    OCI_INDEX,
    OCI_MANIFEST,
    Charts,
    descriptor,
    digest_of,
    index,
)
from tests.registry.fake_registry import FakeRegistry, Reply, Request, error, html
from tests.registry.test_details import registry

OCI_EMPTY = "application/vnd.oci.empty.v1+json"
NOTATION = "application/vnd.cncf.notary.signature"
SCAN = "application/sarif+json"


def manifest_of(kind: str, number: int = 0, **more: Any) -> bytes:
    """A manifest that says itself what it is."""
    content = {"schemaVersion": 2, "artifactType": kind, "layers": [], "n": number, **more}
    return json.dumps(content).encode()


def attach(charts: Charts, kind: str, number: int = 0, **listed: Any) -> dict[str, Any]:
    content = charts.manifest(manifest_of(kind, number))
    return descriptor(OCI_MANIFEST, content, **{"artifactType": kind, **listed})


def untold(charts: Charts, kind: str, number: int = 0) -> dict[str, Any]:
    """As cosign lists what it attaches under the fallback tag."""
    return attach(charts, kind, number, artifactType=OCI_EMPTY)


def by_tag(charts: Charts, digest: str, *entries: dict[str, Any]) -> None:
    charts.manifest(index(*entries), digest.replace(":", "-"))


def kinds(charts: Charts, version: str = "1.0.0") -> list[str]:
    with FakeRegistry(charts) as fake:
        return [each.kind for each in asyncio.run(registry(fake).signatures(version))]


GONE = descriptor(OCI_MANIFEST, b"deleted", artifactType=OCI_EMPTY)


def test_what_is_listed_and_gone_is_passed_over() -> None:
    charts = Charts()
    digest = digest_of(charts.add("1.0.0"))
    by_tag(charts, digest, GONE)
    assert kinds(charts) == []
    by_tag(charts, digest, GONE, untold(charts, BUNDLE))
    assert kinds(charts) == ["sigstore"]
    with FakeRegistry(charts) as fake:
        assert asyncio.run(registry(fake).details("1.0.0")).signed


def test_a_signature_behind_any_number_of_other_things_is_found() -> None:
    charts = Charts(referrers={})
    digest = digest_of(charts.add("1.0.0"))
    assert charts.referrers is not None
    charts.referrers[digest] = [
        *(attach(charts, SCAN, number) for number in range(100)),
        attach(charts, BUNDLE),
    ]
    assert kinds(charts) == ["sigstore"]


def test_what_is_no_manifest_of_today_is_passed_over() -> None:
    charts = Charts()
    digest = digest_of(charts.add("1.0.0"))
    old = charts.manifest(b'{"mediaType": "application/vnd.cncf.oras.artifact.manifest.v1+json"}')
    entry = descriptor("application/vnd.cncf.oras.artifact.manifest.v1+json", old)
    by_tag(charts, digest, entry, untold(charts, BUNDLE))
    assert kinds(charts) == ["sigstore"]
    by_tag(charts, digest, entry)
    assert kinds(charts) == []


def test_what_cannot_be_read_may_be_a_signature() -> None:
    charts = Charts()
    digest = digest_of(charts.add("1.0.0"))
    junk = descriptor(OCI_MANIFEST, charts.manifest(b'{"no": "manifest"}'), artifactType="")
    by_tag(charts, digest, junk, untold(charts, BUNDLE))
    assert kinds(charts) == ["sigstore"]
    by_tag(charts, digest, junk)
    with pytest.raises(NotARegistry):
        kinds(charts)


def test_a_list_of_too_many_unknown_things_is_not_called_one_without_signatures() -> None:
    charts = Charts()
    digest = digest_of(charts.add("1.0.0"))
    by_tag(charts, digest, *(untold(charts, SCAN, number) for number in range(65)))
    with pytest.raises(RegistryError, match="65 things are attached to it"):
        kinds(charts)


def test_a_signature_of_notation_that_only_its_config_tells_is_found() -> None:
    charts = Charts()
    digest = digest_of(charts.add("1.0.0"))
    config = descriptor(NOTATION, b"{}")
    content = charts.manifest(json.dumps({"schemaVersion": 2, "config": config}).encode())
    by_tag(charts, digest, descriptor(OCI_MANIFEST, content))
    assert kinds(charts) == ["notation"]


@pytest.mark.parametrize(
    "reply",
    [
        Reply(429),
        Reply(429, {"Retry-After": "3600"}),
        html("<title>slow down", 429),
        error(429, "TOOMANYREQUESTS", "retry-after: 880.092µs, allowed: 44000/minute"),
    ],
    ids=["bare", "with-a-wait", "page", "as-ghcr"],
)
def test_a_registry_that_asks_to_wait_is_not_one_without_signatures(reply: Reply) -> None:
    charts = Charts(referrers={})
    digest = digest_of(charts.add("1.0.0"))
    charts.override[f"GET {NAME}/referrers/{digest}"] = lambda _: reply
    with FakeRegistry(charts) as fake:
        for ask in (
            lambda: registry(fake).signatures("1.0.0"),
            lambda: registry(fake).signed_content(digest),
        ):
            with pytest.raises(RegistryRateLimited):
                asyncio.run(ask())


def test_a_wait_does_not_change_what_is_known_of_the_registry() -> None:
    charts = Charts(referrers={})
    digest = digest_of(charts.add("1.0.0"))
    assert charts.referrers is not None
    charts.referrers[digest] = [attach(charts, BUNDLE)]
    path = f"GET {NAME}/referrers/{digest}"
    charts.override[path] = lambda _: Reply(429)
    with FakeRegistry(charts) as fake:
        chart = registry(fake)
        with pytest.raises(RegistryRateLimited):
            asyncio.run(chart.details("1.0.0"))
        del charts.override[path]
        assert asyncio.run(chart.details("1.0.0")).signed


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (Reply(429), RegistryRateLimited),
        (Reply(401), RegistryDenied),
        (Reply(403), RegistryDenied),
    ],
)
def test_a_registry_that_has_the_api_and_refuses_once_is_not_one_without_it(
    reply: Reply, kind: type[RegistryError]
) -> None:
    charts = Charts(referrers={})
    for number in range(4):
        digest = digest_of(charts.add(f"0.{number}.0"))
        assert charts.referrers is not None
        charts.referrers[digest] = [attach(charts, BUNDLE, number)]
    refused = digest_of(charts.tags["0.1.0"])
    charts.override[f"GET {NAME}/referrers/{refused}"] = lambda _: reply
    told: list[bool] = []

    async def ask(chart: ChartRegistry) -> None:
        releases = (await chart.catalog()).releases
        async for _, details in chart.details_of(releases, 1):
            assert isinstance(details, ChartDetails)
            told.append(details.signed)

    with FakeRegistry(charts) as fake, pytest.raises(kind):
        asyncio.run(ask(registry(fake)))
    assert told == [True, True]


def pages(charts: Charts, digest: str, link: Callable[[int], str], last: int = 2) -> None:
    """Let a list of referrers have pages, a signature on each but the first."""

    def answer(request: Request) -> Reply:
        page = int(request.query.get("page", ["1"])[0])
        listed = index(attach(charts, SCAN if page == 1 else BUNDLE, page))
        more = {"Link": f'<{link(page)}>; rel="next"'} if page < last else {}
        return Reply(200, {"Content-Type": OCI_INDEX, **more}, listed)

    charts.override[f"GET {NAME}/referrers/{digest}"] = answer


def test_referrers_on_several_pages_are_all_read() -> None:
    charts = Charts(referrers={})
    digest = digest_of(charts.add("1.0.0"))
    pages(charts, digest, lambda page: f"?page={page + 1}", last=4)
    assert kinds(charts) == ["sigstore"] * 3


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ("http://elsewhere.example/x", "goes on at another place, http://elsewhere.example/x"),
        ("?page=1", "leads back to an earlier one"),
        ("", "leads back to an earlier one"),
    ],
)
def test_a_list_that_leads_astray_is_not_taken_for_all(link: str, said: str) -> None:
    charts = Charts(referrers={})
    digest = digest_of(charts.add("1.0.0"))
    pages(charts, digest, lambda page: "?page=2" if page == 1 and link == "?page=1" else link, 9)
    with FakeRegistry(charts) as fake:
        with pytest.raises(NotARegistry, match=said):
            asyncio.run(registry(fake).signatures("1.0.0"))
        assert len([r for r in fake.requests if "/referrers/" in r.path]) <= 3


@pytest.mark.parametrize("status", [200, 303, 403, 404, 406, 429, 500, 501])
def test_a_page_that_is_missing_ends_the_list_in_an_error(status: int) -> None:
    charts = Charts(referrers={})
    digest = digest_of(charts.add("1.0.0"))
    pages(charts, digest, lambda _: f"/v2/charts/philotes/referrers/{digest}/2")
    charts.override[f"GET {NAME}/referrers/{digest}/2"] = lambda _: Reply(status)
    with FakeRegistry(charts) as fake, pytest.raises(RegistryError) as failed:
        asyncio.run(registry(fake).signatures("1.0.0"))
    assert not isinstance(failed.value, VersionNotFound)


@pytest.mark.parametrize("listed_first", [True, False])
def test_a_chart_under_a_sha512_digest_has_no_tag_of_cosign(*, listed_first: bool) -> None:
    charts = Charts()
    body = charts.add("1.0.0")
    digest = digest_of(body, "sha512")
    charts.manifests[digest] = body
    bundle = untold(charts, BUNDLE)
    algorithm, _, encoded = digest.partition(":")
    charts.manifest(index(bundle), f"{algorithm}-{encoded[:64]}")

    async def ask(chart: ChartRegistry) -> tuple[Signature, ...]:
        if listed_first:
            await chart.tags()
        return await chart.signatures(digest)

    with FakeRegistry(charts) as fake:
        found = asyncio.run(ask(registry(fake)))
        asyncio.run(registry(fake).signed_content(digest))
    assert [each.kind for each in found] == ["sigstore"]


def test_a_sha512_digest_of_one_version_does_not_end_the_details_of_all() -> None:
    charts = Charts()
    for number in range(3):
        charts.add(f"0.{number}.0")
    body = charts.tags["0.1.0"]
    named = {"Content-Type": OCI_MANIFEST, "Docker-Content-Digest": digest_of(body, "sha512")}
    charts.override[f"GET {NAME}/manifests/0.1.0"] = lambda _: Reply(200, named, body)
    releases = [Release(Version(tag), tag) for tag in charts.tags]

    async def ask(chart: ChartRegistry) -> list[str]:
        found = [each async for each in chart.details_of(releases)]
        return [release.tag for release, details in found if isinstance(details, ChartDetails)]

    with FakeRegistry(charts) as fake:
        assert asyncio.run(ask(registry(fake))) == ["0.0.0", "0.1.0", "0.2.0"]


def test_no_page_is_asked_for_beyond_those_that_are_read() -> None:
    charts = Charts(referrers={})
    digest = digest_of(charts.add("1.0.0"))
    pages(charts, digest, lambda page: f"?page={page + 1}", last=9)
    limits = Limits(deadline=5, connect=2, retries=0, pages=3)
    with FakeRegistry(charts) as fake:
        chart = ChartRegistry(fake.folder, credentials=NoCredentials(), limits=limits)
        with pytest.raises(NotARegistry, match="there are more than 3 entries"):
            asyncio.run(chart.signatures("1.0.0"))
        assert len([r for r in fake.requests if "/referrers/" in r.path]) == 3
