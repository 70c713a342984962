"""What cosign stored beside a chart is read, whatever else somebody attached to it."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from philotes_tui.cache import BlobCache
from philotes_tui.errors import RegistryDenied
from philotes_tui.registry import BlobStore, Repository
from philotes_tui.registry.signature_content import SIMPLE_SIGNING, SignedContent, kept_content
from philotes_tui.releases.details import ALL_READ, Unread
from tests.registry.fake_charts import BUNDLE, NAME, OCI_MANIFEST, Charts, descriptor, digest_of
from tests.registry.fake_registry import FakeRegistry, Reply
from tests.registry.test_attached import (
    GONE,
    NOTATION,
    OCI_EMPTY,
    SCAN,
    attach,
    by_tag,
    manifest_of,
    untold,
)
from tests.registry.test_details import registry

SIGNATURE = b'{"signature": "of somebody"}'
LARGE = b'{"sbom": "' + b"x" * 1024 * 1024 + b'"}'
PREDICATE = "dev.sigstore.bundle.predicateType"


def bundle(charts: Charts, content: bytes = SIGNATURE, **annotations: str) -> dict[str, Any]:
    """A manifest with a bundle, listed as cosign lists it under the fallback tag."""
    layer = descriptor(BUNDLE, charts.blob(content))
    manifest = manifest_of(BUNDLE, layers=[layer], annotations=annotations)
    return descriptor(OCI_MANIFEST, charts.manifest(manifest), artifactType=OCI_EMPTY)


def read(charts: Charts, digest: str, blobs: BlobStore | None = None) -> SignedContent:
    with FakeRegistry(charts) as fake:
        return asyncio.run(registry(fake, blobs).signed_content(digest))


def contents(content: SignedContent) -> list[bytes]:
    return [layer.content for layer in content.layers]


@pytest.fixture
def charts() -> Charts:
    return Charts()


@pytest.fixture
def digest(charts: Charts) -> str:
    return digest_of(charts.add("1.0.0"))


def test_a_chart_with_nothing_beside_it_has_no_signature(charts: Charts, digest: str) -> None:
    assert read(charts, digest) == SignedContent()


def test_a_large_attestation_is_told_of_and_hides_no_signature(charts: Charts, digest: str) -> None:
    sbom = bundle(charts, LARGE, **{PREDICATE: "https://cyclonedx.org/bom"})
    by_tag(charts, digest, sbom, bundle(charts))
    found = read(charts, digest)
    assert contents(found) == [SIGNATURE]
    assert found.unread == Unread(attested=True)


def test_what_is_too_large_and_may_be_a_signature_is_told_of(charts: Charts, digest: str) -> None:
    by_tag(charts, digest, bundle(charts, LARGE), bundle(charts))
    found = read(charts, digest)
    assert contents(found) == [SIGNATURE]
    assert "it has 1.0 MiB, at most 1 are read" in found.unread.why


def test_what_is_gone_is_told_of_and_hides_no_signature(charts: Charts, digest: str) -> None:
    by_tag(charts, digest, GONE, bundle(charts))
    found = read(charts, digest)
    assert (contents(found), found.unread) == ([SIGNATURE], Unread(gone=True))


@pytest.mark.parametrize(
    "junk", [b'{"mediaType": "application/vnd.oci.artifact.manifest.v1+json"}', b"<html>", b"[]"]
)
def test_what_cannot_be_read_is_told_of_and_hides_no_signature(
    charts: Charts, digest: str, junk: bytes
) -> None:
    kind = f"GET {NAME}/manifests/{digest_of(junk)}"
    charts.override[kind] = lambda _: Reply(200, {"Content-Type": OCI_MANIFEST}, junk)
    by_tag(charts, digest, descriptor(OCI_MANIFEST, junk), bundle(charts))
    found = read(charts, digest)
    assert contents(found) == [SIGNATURE]
    assert found.unread.why


def test_a_bundle_whose_bytes_are_gone_is_told_of(charts: Charts, digest: str) -> None:
    by_tag(charts, digest, bundle(charts, b"{}"), bundle(charts))
    del charts.blobs[digest_of(b"{}")]
    found = read(charts, digest)
    assert contents(found) == [SIGNATURE]
    assert "missing" in found.unread.why


def test_scans_before_a_signature_do_not_hide_it(charts: Charts, digest: str) -> None:
    scans = [attach(charts, SCAN, number) for number in range(200)]
    by_tag(charts, digest, *scans, bundle(charts))
    found = read(charts, digest)
    assert (contents(found), found.unread) == ([SIGNATURE], ALL_READ)


def test_a_list_that_is_cut_is_told_of(charts: Charts, digest: str) -> None:
    others = [untold(charts, SCAN, number) for number in range(70)]
    by_tag(charts, digest, *others, bundle(charts))
    found = read(charts, digest)
    assert found.unread == Unread("71 things are attached to it, and the first 64 were read")
    by_tag(charts, digest, *others, {**bundle(charts), "artifactType": BUNDLE})
    assert contents(read(charts, digest)) == [SIGNATURE]


def test_many_signatures_under_the_tag_of_cosign_are_all_read(charts: Charts, digest: str) -> None:
    payloads = [charts.blob(b'{"n": %d}' % number) for number in range(30)]
    layers = [descriptor(SIMPLE_SIGNING, each) for each in payloads]
    charts.manifest(
        json.dumps({"schemaVersion": 2, "layers": layers}).encode(),
        f"{digest.replace(':', '-')}.sig",
    )
    assert contents(read(charts, digest)) == payloads


@pytest.mark.parametrize("told", [True, False])
def test_a_signature_of_notation_is_told_of(charts: Charts, digest: str, *, told: bool) -> None:
    by_tag(charts, digest, (attach if told else untold)(charts, NOTATION))
    assert read(charts, digest).unread == Unread(notation=True)


def test_a_registry_that_refuses_in_the_middle_is_not_one_with_something_odd(
    charts: Charts, digest: str
) -> None:
    entry = bundle(charts)
    by_tag(charts, digest, entry)
    charts.override[f"GET {NAME}/manifests/{entry['digest']}"] = lambda _: Reply(403)
    with pytest.raises(RegistryDenied):
        read(charts, digest)


def test_what_was_read_is_there_offline_beside_what_is_not(
    charts: Charts, digest: str, tmp_path: Path
) -> None:
    by_tag(charts, digest, GONE, bundle(charts, LARGE), bundle(charts))
    blobs = BlobCache(tmp_path)
    online = read(charts, digest, blobs)

    def kept() -> SignedContent:
        repository = Repository.parse("oci://127.0.0.1:1/charts/philotes")
        return asyncio.run(kept_content(blobs, repository, online.manifests))

    assert kept().layers == online.layers
    assert kept().unread.why
    (tmp_path / "blobs" / digest_of(SIGNATURE).replace(":", "/")).unlink()
    assert kept().layers == ()
    assert "not among what was seen before" in kept().unread.why
