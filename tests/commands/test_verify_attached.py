"""`verify` beside what anybody who may push has attached: no signature is hidden, none invented."""

import json
from typing import Any

import pytest

from tests.commands.signed import Keys, Release, document, result
from tests.signing.cosign import Cosign
from tests.signing.stored import INDEX, MANIFEST

pytestmark = pytest.mark.real

BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json"
EMPTY = "application/vnd.oci.empty.v1+json"
NOTATION = "application/vnd.cncf.notary.signature"
SCAN = "application/sarif+json"


def attach(release: Release, manifest: dict[str, Any], kind: str = EMPTY) -> str:
    """List one more manifest as belonging to the chart, as cosign does; return its digest."""
    tag = release.digest.replace(":", "-")
    index: dict[str, Any] = {"schemaVersion": 2, "mediaType": INDEX, "manifests": []}
    if tag in release.stored.tags():
        index = release.stored.manifest(tag)
    entry = {
        "mediaType": MANIFEST,
        "digest": release.stored.put_manifest({**manifest, "mediaType": MANIFEST}),
        "size": len(json.dumps({**manifest, "mediaType": MANIFEST})),
        "artifactType": kind,
    }
    changed = {**index, "manifests": [entry, *index["manifests"]]}
    release.stored.put_manifest(changed, tag)
    return str(entry["digest"])


def holding(release: Release, content: bytes, kind: str = BUNDLE) -> dict[str, Any]:
    """A manifest with one layer."""
    config = {"mediaType": EMPTY, "digest": release.stored.put_blob(b"{}"), "size": 2}
    layer = {"mediaType": kind, "digest": release.stored.put_blob(content), "size": len(content)}
    return {"schemaVersion": 2, "artifactType": kind, "config": config, "layers": [layer]}


@pytest.mark.parametrize("content", [b"{", b"{}", b'{"dsseEnvelope": {"payload": "!"}}', b"[]"])
def test_what_cannot_be_read_is_neither_a_broken_signature_nor_none(
    release: Release, signer: Cosign, keys: Keys, content: bytes
) -> None:
    attach(release, holding(release, content))
    ended = release.verify("--key", keys.ours.public)
    assert (ended.code, result(ended)) == (4, "not-seen")
    assert "is signed is not known: not all that is attached to it could be read" in ended.out
    signer.sign(release.reference, keys.ours)
    assert (release.verify().code, result(release.verify())) == (1, "unchecked")
    assert result(release.verify("--key", keys.ours.public)) == "verified"
    offline = release.verify("--key", keys.ours.public, "--offline")
    assert (offline.code, result(offline)) == (0, "verified")


def test_what_others_attach_does_not_hide_a_signature(
    release: Release, signer: Cosign, keys: Keys
) -> None:
    signer.sign(release.reference, keys.ours)
    sbom = holding(release, b'{"sbom": "%s"}' % (b"x" * 1024 * 1024))
    predicate = "https://cyclonedx.org/bom"
    attach(release, {**sbom, "annotations": {"dev.sigstore.bundle.predicateType": predicate}})
    gone = attach(release, holding(release, b"[]"))
    for number in range(35):
        scan = {
            **holding(release, b"{}", SCAN),
            "annotations": {"n": f"{number}"},
        }
        attach(release, scan, SCAN)
    release.stored.delete(gone)
    ended = release.verify("--key", keys.ours.public)
    assert (ended.code, result(ended)) == (0, "verified")
    kinds = [check["kind"] for check in document(ended)["checks"]]
    assert kinds == ["provenance", "cosign", "attestation"]
    shown = release.shell.run("show", release.version)
    assert (shown.code, "sigstore" in shown.out) == (0, True)


def test_what_was_deleted_beside_a_chart_is_told_and_is_no_signature(release: Release) -> None:
    release.stored.delete(attach(release, holding(release, b"[]")))
    ended = release.verify()
    assert (ended.code, result(ended)) == (1, "not-signed")
    assert "something that was attached to it is gone from the registry" in ended.err
    shown = release.shell.run("show", release.version)
    assert (shown.code, "none found" in shown.out) == (0, True)


def test_a_signature_of_notation_is_told_with_the_command_that_checks_it(
    release: Release, keys: Keys
) -> None:
    attach(release, holding(release, b"signed", NOTATION), NOTATION)
    ended = release.verify()
    assert (ended.code, result(ended)) == (1, "unchecked")
    assert "checked by notation alone" in ended.out
    assert f"\n  notation verify --insecure-registry {release.reference}\n" in ended.err
    with_key = release.verify("--key", keys.ours.public)
    assert (with_key.code, result(with_key)) == (1, "not-signed")
    assert "is not signed in a way that was asked for" in with_key.out
    offline = release.verify("--offline")
    assert (offline.code, result(offline)) == (1, "unchecked")
