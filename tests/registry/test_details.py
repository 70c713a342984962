"""Details of versions: what they say, what they cost, and that nothing stays open."""

import asyncio
import time
from collections.abc import Callable
from contextlib import aclosing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from philotes_tui.cache import BlobCache
from philotes_tui.errors import (
    InvalidReference,
    RegistryDenied,
    RegistryError,
    RegistryUnreachable,
    VersionNotFound,
)
from philotes_tui.registry import BlobStore, ChartRegistry, Limits, NoCredentials
from philotes_tui.registry.chart_details import parse_time
from philotes_tui.releases import ChartDetails, Release, Signature, Version
from tests.registry.fake_charts import (
    BUNDLE,
    HELM_PROVENANCE,
    NAME,
    OCI_INDEX,
    OCI_MANIFEST,
    Charts,
    descriptor,
    digest_of,
    index,
)
from tests.registry.fake_registry import FakeRegistry, Reply, Request, error, html
from tests.registry.test_archive import CHART, tgz

LIMITS = Limits(deadline=5, connect=2, retries=0)


def registry(fake: FakeRegistry, blobs: BlobStore | None = None) -> ChartRegistry:
    return ChartRegistry(fake.folder, credentials=NoCredentials(), limits=LIMITS, blobs=blobs)


async def all_details(
    chart: ChartRegistry, limit: int = 8, *, signatures: bool = True
) -> list[tuple[Release, ChartDetails | RegistryError]]:
    releases = (await chart.catalog()).releases
    return [each async for each in chart.details_of(releases, limit, signatures=signatures)]


def test_the_details_are_those_of_manifest_and_config() -> None:
    charts = Charts()
    notes = {
        "org.opencontainers.image.created": "2026-03-04T05:06:07.123456789+02:00",
        "org.opencontainers.image.title": "philotes",
        "note": "kept\x1b[2J",
    }
    manifest = charts.add(
        "1.2.3+b.1",
        archive=b"x" * 321,
        provenance=b"signed",
        annotations=notes,
        appVersion="7.8",
        description="All of\nit",
        deprecated=True,
    )
    with FakeRegistry(charts) as fake:
        details = asyncio.run(registry(fake).details("1.2.3+b.1"))
    assert details.version == Version("1.2.3+b.1")
    assert details.tag == "1.2.3_b.1"
    assert details.digest == digest_of(manifest)
    assert details.size == 321
    assert (details.name, details.app_version) == ("philotes", "7.8")
    assert details.description == "All of it"
    assert details.deprecated
    assert details.created is not None
    assert details.created.astimezone(UTC).isoformat() == "2026-03-04T03:06:07.123456+00:00"
    assert details.annotations["note"] == "kept"
    assert details.signatures == (Signature("provenance", digest_of(b"signed")),)
    assert details.signed


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2026-01-02T03:04:05Z", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("2026-01-02T03:04:05", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        (
            "2026-01-02T03:04:05-01:00",
            datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone(timedelta(hours=-1))),
        ),
        ("", None),
        ("yesterday", None),
        ("9" * 99, None),
        ("0001-01-01T00:00:00Z", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("9999-12-31T23:59:59-14:00", None),
    ],
)
def test_a_date_is_read_or_left_out(text: str, time: datetime | None) -> None:
    assert parse_time(text) == time


def test_a_version_can_be_asked_for_by_digest_and_by_a_tag_that_is_not_semver() -> None:
    charts = Charts()
    manifest = charts.add("1.2.3")
    charts.manifest(manifest, "v1.2.3")
    with FakeRegistry(charts) as fake:
        by_digest = asyncio.run(registry(fake).details(digest_of(manifest)))
        by_tag = asyncio.run(registry(fake).details("v1.2.3"))
    assert (by_digest.version.text, by_digest.tag) == ("1.2.3", "")
    assert (by_tag.version.text, by_tag.tag) == ("v1.2.3", "v1.2.3")
    assert by_digest.digest == by_tag.digest


def test_what_a_chart_calls_itself_is_the_word_of_its_config_alone() -> None:
    charts = Charts()
    prefix = "org.opencontainers.image"
    notes = {f"{prefix}.title": "philotes", f"{prefix}.version": "9.9.9"}
    charts.manifest(charts.add("1.2.3", annotations=notes, name="other"), "9.9.9")
    charts.add("2.0.0", annotations=notes, name=None)
    with FakeRegistry(charts) as fake:
        found = [asyncio.run(registry(fake).details(tag)) for tag in ("9.9.9", "2.0.0")]
    assert [(each.own_name, each.own_version) for each in found] == [
        ("other", "1.2.3"),
        ("", "2.0.0"),
    ]
    assert [each.version.text for each in found] == ["9.9.9", "2.0.0"]
    assert found[1].name == "philotes"


def test_a_version_costs_two_requests_and_signatures_one_altogether_without_the_api() -> None:
    charts = Charts()
    for number in range(20):
        charts.add(f"0.{number}.0")
    with FakeRegistry(charts) as fake:
        chart = registry(fake)
        found = asyncio.run(all_details(chart))
        assert [release.tag for release, _ in found][:2] == ["0.19.0", "0.18.0"]
        assert all(isinstance(details, ChartDetails) for _, details in found)
        asked = [request.path.split("/")[4] for request in fake.requests]
        assert asked.count("manifests") == 20
        assert asked.count("blobs") == 20
        assert asked.count("referrers") == 1
        assert len(asked) == 1 + 2 * 20 + 1
        assert chart.requests == len(asked)
        asyncio.run(all_details(chart))
        assert len(fake.requests) == len(asked) + 1 + 2 * 20


def test_a_version_costs_three_requests_where_the_registry_has_the_api() -> None:
    charts = Charts(referrers={})
    for number in range(10):
        charts.add(f"0.{number}.0")
    with FakeRegistry(charts) as fake:
        asyncio.run(all_details(registry(fake)))
        assert len(fake.requests) == 1 + 3 * 10


def test_a_config_that_is_kept_is_not_asked_for_again(tmp_path: Path) -> None:
    charts = Charts()
    for number in range(5):
        charts.add(f"0.{number}.0")
    with FakeRegistry(charts) as fake:
        cold = asyncio.run(all_details(registry(fake, BlobCache(tmp_path)), signatures=False))
        before = len(fake.requests)
        warm = asyncio.run(all_details(registry(fake, BlobCache(tmp_path)), signatures=False))
        assert warm == cold
        assert len(fake.requests) - before == 1 + 5


def test_a_kept_blob_of_another_size_is_not_believed() -> None:
    class Wrong:
        def get(self, digest: str) -> bytes | None:
            return b"{}"

        def put(self, digest: str, content: bytes) -> bool:
            return False

    charts = Charts()
    charts.add("1.0.0", appVersion="2")
    with FakeRegistry(charts) as fake:
        assert asyncio.run(registry(fake, Wrong()).details("1.0.0")).app_version == "2"


def test_no_more_than_the_limit_are_asked_for_at_a_time_and_the_order_stays() -> None:
    charts = Charts()
    for number in range(12):
        charts.add(f"0.{number}.0")
    asked: list[str] = []

    async def first_three(chart: ChartRegistry) -> list[str]:
        releases = (await chart.catalog()).releases
        found: list[str] = []
        async with aclosing(chart.details_of(releases, 3)) as details:
            async for release, _ in details:
                found.append(release.tag)
                asked[:] = [r.path for r in fake.requests if "/manifests/" in r.path]
                if len(found) == 3:
                    break
        return found

    with FakeRegistry(charts) as fake:
        assert asyncio.run(first_three(registry(fake))) == ["0.11.0", "0.10.0", "0.9.0"]
    assert 3 <= len(asked) <= 3 + 2 * 3


BROKEN: list[tuple[Callable[[Request], Reply], str]] = [
    (lambda _: error(404, "MANIFEST_UNKNOWN"), "Version 0.1.0 is not in"),
    (lambda _: html("<title>x"), "does not answer like"),
    (lambda _: Reply(500), "failed"),
    (lambda _: Reply(200, {"Content-Type": OCI_INDEX}, index()), "lists 0 charts"),
]


@pytest.mark.parametrize(("reply", "said"), BROKEN)
def test_one_broken_version_stands_in_its_place_among_the_others(
    reply: Callable[[Request], Reply], said: str
) -> None:
    charts = Charts()
    for number in range(3):
        charts.add(f"0.{number}.0")
    charts.override[f"GET {NAME}/manifests/0.1.0"] = reply
    with FakeRegistry(charts) as fake:
        found = asyncio.run(all_details(registry(fake)))
    assert [release.tag for release, _ in found] == ["0.2.0", "0.1.0", "0.0.0"]
    broken = found[1][1]
    assert isinstance(broken, RegistryError)
    assert said in str(broken)
    assert isinstance(found[2][1], ChartDetails)


@pytest.mark.parametrize(
    ("reply", "kind"), [(Reply(403), RegistryDenied), (Reply(reset=True), RegistryUnreachable)]
)
def test_what_concerns_the_whole_registry_ends_the_details(
    reply: Reply, kind: type[RegistryError]
) -> None:
    charts = Charts()
    for number in range(5):
        charts.add(f"0.{number}.0")
        charts.override[f"GET {NAME}/manifests/0.{number}.0"] = lambda _: reply
    with FakeRegistry(charts) as fake, pytest.raises(kind):
        asyncio.run(all_details(registry(fake)))


def test_details_can_be_cancelled_while_all_are_waiting() -> None:
    charts = Charts()
    for number in range(9):
        charts.add(f"0.{number}.0")
        charts.override[f"GET {NAME}/manifests/0.{number}.0"] = lambda _: Reply(silent=True)

    async def cancelled(chart: ChartRegistry) -> None:
        task = asyncio.create_task(all_details(chart, 4))
        while len(fake.requests) < 5:  # noqa: ASYNC110 - the fake runs in a thread of its own
            await asyncio.sleep(0.005)
        started = time.monotonic()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert time.monotonic() - started < 1
        assert asyncio.all_tasks() == {asyncio.current_task()}

    with FakeRegistry(charts) as fake:
        asyncio.run(cancelled(registry(fake)))
        assert len(fake.requests) == 5


@pytest.mark.parametrize("wanted", ["", "latest", "sha256:abc", "../x", "1.2.3.4"])
def test_what_is_neither_version_nor_digest_is_never_asked_for(wanted: str) -> None:
    with FakeRegistry(Charts()) as fake:
        with pytest.raises(InvalidReference):
            asyncio.run(registry(fake).details(wanted))
        assert fake.requests == []


@pytest.mark.parametrize("config", [b"[]", b"{", b"\xff", b'{"version": "x"}', b"[" * 9999])
def test_a_config_that_is_no_metadata_is_said_so(config: bytes) -> None:
    charts = Charts()
    manifest = charts.add("1.0.0").replace(
        digest_of(next(iter(charts.blobs.values()))).encode(), digest_of(config).encode()
    )
    size = len(next(iter(charts.blobs.values())))
    manifest = manifest.replace(f'"size": {size}'.encode(), f'"size": {len(config)}'.encode(), 1)
    manifest = manifest.replace(b'image.version": "1.0.0"', b'image.version": "no"')
    charts.blob(config)
    charts.manifest(manifest)
    with FakeRegistry(charts) as fake, pytest.raises(RegistryError, match="cannot be read as a"):
        asyncio.run(registry(fake).details(digest_of(manifest)))


def test_a_chart_is_read_from_the_registry_in_two_requests(tmp_path: Path) -> None:
    charts = Charts()
    charts.add("1.2.3", archive=tgz({"Chart.yaml": CHART, "values.yaml": b"a: 1 # one\n"}))
    with FakeRegistry(charts) as fake:
        chart = asyncio.run(registry(fake, BlobCache(tmp_path)).chart("1.2.3"))
        assert chart.values == "a: 1 # one\n"
        assert len(fake.requests) == 2
        asyncio.run(registry(fake, BlobCache(tmp_path)).chart("1.2.3"))
        assert len(fake.requests) == 3


def test_a_package_comes_with_its_provenance_where_that_is_asked_for() -> None:
    charts = Charts()
    charts.add("1.0.0", archive=b"archive", provenance=b"signed")
    charts.add("2.0.0", archive=b"archive")
    with FakeRegistry(charts) as fake:
        signed = asyncio.run(registry(fake).package("1.0.0", provenance=True))
        assert (signed.archive, signed.provenance) == (b"archive", b"signed")
        assert signed.digest == digest_of(charts.tags["1.0.0"])
        assert asyncio.run(registry(fake).package("1.0.0")).provenance is None
        assert asyncio.run(registry(fake).package("2.0.0", provenance=True)).provenance is None
    assert "archive" not in repr(signed).replace("archive=", "")


def attached(charts: Charts, artifact_type: str, **annotations: str) -> dict[str, object]:
    content = charts.manifest(f'{{"of": "{artifact_type}{annotations}"}}'.encode())
    return descriptor(OCI_MANIFEST, content, artifactType=artifact_type, annotations=annotations)


def test_every_kind_of_signature_is_found_by_the_api() -> None:
    charts = Charts(referrers={})
    digest = digest_of(charts.add("1.0.0", provenance=b"signed"))
    predicate = "dev.sigstore.bundle.predicateType"
    assert charts.referrers is not None
    charts.referrers[digest] = [
        attached(charts, BUNDLE),
        attached(charts, BUNDLE, **{predicate: "https://sigstore.dev/cosign/sign/v1"}),
        attached(charts, BUNDLE, **{predicate: "https://slsa.dev/provenance/v1"}),
        attached(charts, "application/vnd.dev.cosign.artifact.sig.v1+json"),
        attached(charts, "application/vnd.cncf.notary.signature"),
        attached(charts, "application/spdx+json"),
    ]
    with FakeRegistry(charts) as fake:
        found = asyncio.run(registry(fake).signatures("1.0.0"))
        by_digest = asyncio.run(registry(fake).signatures(digest))
    kinds = [signature.kind for signature in found]
    assert kinds == ["provenance", "sigstore", "sigstore", "attestation", "cosign", "notation"]
    assert by_digest == found
    assert HELM_PROVENANCE


@pytest.mark.parametrize("listed_first", [True, False])
def test_signatures_under_tags_are_found_with_and_without_the_list(listed_first: bool) -> None:
    charts = Charts()
    digest = digest_of(charts.add("1.0.0"))
    hexadecimal = digest.partition(":")[2]
    signature = charts.manifest(b'{"schemaVersion": 2, "layers": []}', f"sha256-{hexadecimal}.sig")
    charts.manifest(index(attached(charts, BUNDLE)), f"sha256-{hexadecimal}")

    async def ask(chart: ChartRegistry) -> tuple[Signature, ...]:
        if listed_first:
            await chart.tags()
        return await chart.signatures("1.0.0")

    with FakeRegistry(charts) as fake:
        found = asyncio.run(ask(registry(fake)))
    assert [s.kind for s in found] == ["cosign", "sigstore"]
    assert found[0].tag == f"sha256-{hexadecimal}.sig"
    assert found[0].digest in {"", digest_of(signature)}


@pytest.mark.parametrize(
    "reply",
    [
        Reply(303, {"Location": "https://example.org/page"}),
        Reply(307, {"Location": "http://127.0.0.1:1/page"}),
        Reply(400),
        Reply(404),
        Reply(405),
        Reply(406),
        Reply(501),
        html("<title>page"),
        Reply(200, {"Content-Type": "application/json"}, index()),
        Reply(401),
        Reply(403),
    ],
    ids=lambda reply: f"{reply.status}-{reply.headers.get('Content-Type', '')}",
)
def test_a_registry_without_the_api_is_asked_once_and_nowhere_else(reply: Reply) -> None:
    charts = Charts()
    charts.override |= {
        f"GET {NAME}/referrers/{digest_of(charts.add(f'0.{n}.0'))}": lambda _: reply
        for n in range(4)
    }

    with FakeRegistry(charts) as fake:
        found = asyncio.run(all_details(registry(fake)))
        asked = [r for r in fake.requests if "/referrers/" in r.path]
    assert all(isinstance(details, ChartDetails) and not details.signed for _, details in found)
    assert len(asked) == 1


def test_a_failing_registry_is_not_taken_for_one_without_signatures() -> None:
    charts = Charts()
    digest = digest_of(charts.add("1.0.0"))
    charts.override[f"GET {NAME}/referrers/{digest}"] = lambda _: Reply(500)
    with FakeRegistry(charts) as fake, pytest.raises(RegistryError, match="failed"):
        asyncio.run(registry(fake).signatures("1.0.0"))


def test_a_version_that_is_gone_is_named() -> None:
    with FakeRegistry(Charts()) as fake:
        for ask in (registry(fake).details, registry(fake).chart, registry(fake).signatures):
            with pytest.raises(VersionNotFound, match=r"Version 9\.9\.9 is not in"):
                asyncio.run(ask("9.9.9"))
