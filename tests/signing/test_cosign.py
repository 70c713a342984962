"""Charts signed with a local key pair, verified by digest, without any network."""

import asyncio
import base64
import hashlib
import json
from pathlib import Path

import pytest

from philotes_tui.registry import ChartRegistry
from tests.registry.conftest import OwnRegistry
from tests.signing.conftest import Keys
from tests.signing.cosign import LEGACY, Cosign
from tests.signing.stored import INDEX, MANIFEST, Stored

pytestmark = pytest.mark.real

BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json"
EMPTY = "application/vnd.oci.empty.v1+json"
SIMPLE = "application/vnd.dev.cosign.simplesigning.v1+json"
PREDICATE = "https://sigstore.dev/cosign/sign/v1"
_NO_SIGNATURE = 10

FORMATS = pytest.mark.parametrize("options", [(), (LEGACY,)], ids=["bundle", "legacy"])
_versions = iter(f"1.0.{patch}" for patch in range(1000))


@pytest.fixture
def version(signing_registry: OwnRegistry) -> str:
    """A version in the registry, signed by nobody yet."""
    version = next(_versions)
    signing_registry.push(version)
    return version


def fallback(digest: str) -> str:
    """The tag under which a registry without the referrers API keeps an index of them."""
    return digest.replace(":", "-")


@FORMATS
def test_a_chart_signed_with_a_local_key_is_verified_by_its_digest(
    stored: Stored, signer: Cosign, keys: Keys, version: str, options: tuple[str, ...]
) -> None:
    digest = stored.digest(version)
    signer.sign(stored.reference(digest), keys.ours, *options)
    verified = signer.verify(stored.reference(digest), keys.ours)
    assert verified.returncode == 0, verified.stderr
    (claim,) = json.loads(verified.stdout)
    assert claim["critical"]["image"]["docker-manifest-digest"] == digest


@FORMATS
def test_a_chart_signed_by_another_is_refused(
    stored: Stored, signer: Cosign, keys: Keys, version: str, options: tuple[str, ...]
) -> None:
    reference = stored.reference(stored.digest(version))
    signer.sign(reference, keys.theirs, *options)
    refused = signer.verify(reference, keys.ours)
    assert refused.returncode not in {0, _NO_SIGNATURE}
    assert "signature" in refused.stderr
    assert refused.stdout == ""


@FORMATS
def test_a_chart_signed_by_two_is_verified_with_either_key(
    stored: Stored, signer: Cosign, keys: Keys, version: str, options: tuple[str, ...]
) -> None:
    reference = stored.reference(stored.digest(version))
    for pair in (keys.ours, keys.theirs):
        signer.sign(reference, pair, *options)
    for pair in (keys.ours, keys.theirs):
        assert signer.verify(reference, pair).returncode == 0


def test_a_chart_signed_by_nobody_is_told_from_one_signed_by_another(
    stored: Stored, signer: Cosign, keys: Keys, version: str
) -> None:
    unsigned = signer.verify(stored.reference(stored.digest(version)), keys.ours)
    assert unsigned.returncode == _NO_SIGNATURE
    assert "no signatures found" in unsigned.stderr


def test_a_version_published_anew_with_other_content_is_signed_by_nobody(
    signing_registry: OwnRegistry, stored: Stored, signer: Cosign, keys: Keys, version: str
) -> None:
    before = stored.digest(version)
    signer.sign(stored.reference(before), keys.ours)
    (signing_registry.folder / "philotes" / "values.yaml").write_text("changed: true\n")
    try:
        signing_registry.push(version)
    finally:
        (signing_registry.folder / "philotes" / "values.yaml").unlink()
    after = stored.digest(version)
    assert after != before
    assert signer.verify(stored.reference(after), keys.ours).returncode == _NO_SIGNATURE
    assert signer.verify(stored.reference(before), keys.ours).returncode == 0


def test_a_signature_moved_from_another_chart_is_refused(
    signing_registry: OwnRegistry, stored: Stored, signer: Cosign, keys: Keys, version: str
) -> None:
    signed = stored.digest(version)
    signer.sign(stored.reference(signed), keys.ours)
    other = next(_versions)
    signing_registry.push(other)
    victim = stored.digest(other)
    stored.put_manifest(stored.manifest(fallback(signed)), fallback(victim))
    refused = signer.verify(stored.reference(victim), keys.ours)
    assert refused.returncode not in {0, _NO_SIGNATURE}


def test_a_signature_whose_statement_was_changed_is_refused(
    signing_registry: OwnRegistry, stored: Stored, signer: Cosign, keys: Keys, version: str
) -> None:
    signed = stored.digest(version)
    signer.sign(stored.reference(signed), keys.ours)
    other = next(_versions)
    signing_registry.push(other)
    victim = stored.digest(other)
    (entry,) = stored.manifest(fallback(signed))["manifests"]
    manifest = stored.manifest(entry["digest"])
    bundle = json.loads(stored.blob(manifest["layers"][0]["digest"]))
    envelope = bundle["dsseEnvelope"]
    statement = base64.b64decode(envelope["payload"]).decode()
    forged = statement.replace(signed.partition(":")[2], victim.partition(":")[2])
    assert forged != statement
    envelope["payload"] = base64.b64encode(forged.encode()).decode()
    content = json.dumps(bundle).encode()
    manifest["layers"][0].update(digest=stored.put_blob(content), size=len(content))
    manifest["subject"].update(digest=victim)
    entry.update(digest=stored.put_manifest(manifest), size=len(json.dumps(manifest)))
    index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": [entry]}
    stored.put_manifest(index, fallback(victim))
    refused = signer.verify(stored.reference(victim), keys.ours)
    assert refused.returncode not in {0, _NO_SIGNATURE}
    assert "accepted signatures do not match threshold" in refused.stderr


def test_a_signature_damaged_in_the_store_is_refused(
    signing_registry: OwnRegistry, stored: Stored, signer: Cosign, keys: Keys, version: str
) -> None:
    digest = stored.digest(version)
    signer.sign(stored.reference(digest), keys.ours)
    (entry,) = stored.manifest(fallback(digest))["manifests"]
    blob = stored.manifest(entry["digest"])["layers"][0]["digest"].partition(":")[2]
    root = signing_registry.folder / "store" / "docker" / "registry" / "v2" / "blobs" / "sha256"
    file = root / blob[:2] / blob / "data"
    file.write_bytes(file.read_bytes().replace(b'"sig":"ME', b'"sig":"MF'))
    refused = signer.verify(stored.reference(digest), keys.ours)
    # Cosign passes over a bundle it cannot read, so this is one of nobody's to it.
    assert refused.returncode == _NO_SIGNATURE


def test_a_bundle_stands_in_an_index_under_the_fallback_tag(
    stored: Stored, signer: Cosign, keys: Keys, version: str
) -> None:
    digest = stored.digest(version)
    signer.sign(stored.reference(digest), keys.ours)
    assert not stored.has_referrers(digest)
    index = stored.manifest(fallback(digest))
    (entry,) = index["manifests"]
    assert (index["mediaType"], entry["mediaType"]) == (INDEX, MANIFEST)
    # The entry tells the type of the signature's config; only the manifest tells a bundle.
    assert entry["artifactType"] == EMPTY
    manifest = stored.manifest(entry["digest"])
    (layer,) = manifest["layers"]
    assert (manifest["artifactType"], layer["mediaType"]) == (BUNDLE, BUNDLE)
    assert manifest["subject"]["digest"] == digest
    assert manifest["annotations"]["dev.sigstore.bundle.predicateType"] == PREDICATE
    bundle = json.loads(stored.blob(layer["digest"]))
    assert bundle["mediaType"] == BUNDLE
    assert bundle["verificationMaterial"] == {"publicKey": {"hint": hint(keys.ours.public)}}
    envelope = bundle["dsseEnvelope"]
    assert envelope["payloadType"] == "application/vnd.in-toto+json"
    assert len(envelope["signatures"]) == 1
    assert json.loads(base64.b64decode(envelope["payload"])) == {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"digest": {"sha256": digest.partition(":")[2]}}],
        "predicateType": PREDICATE,
    }


def test_a_legacy_signature_stands_under_a_tag_that_ends_in_sig(
    stored: Stored, signer: Cosign, keys: Keys, version: str
) -> None:
    digest = stored.digest(version)
    signer.sign(stored.reference(digest), keys.ours, LEGACY)
    assert fallback(digest) not in stored.tags()
    manifest = stored.manifest(f"{fallback(digest)}.sig")
    (layer,) = manifest["layers"]
    assert manifest["mediaType"] == MANIFEST
    assert "subject" not in manifest
    assert layer["mediaType"] == SIMPLE
    assert layer["annotations"].keys() == {"dev.cosignproject.cosign/signature"}
    payload = json.loads(stored.blob(layer["digest"]))
    assert payload["critical"]["image"] == {"docker-manifest-digest": digest}
    assert payload["critical"]["type"] == "cosign container image signature"


@FORMATS
def test_the_tag_of_a_signature_is_not_listed_as_a_version(
    stored: Stored, signer: Cosign, keys: Keys, version: str, options: tuple[str, ...]
) -> None:
    signer.sign(stored.reference(stored.digest(version)), keys.ours, *options)
    assert any(tag.startswith("sha256-") for tag in stored.tags())
    catalog = asyncio.run(ChartRegistry(f"oci://{stored.host}/charts").catalog())
    listed = [str(release.version) for release in catalog.releases]
    assert version in listed
    assert not any(name.startswith("sha256-") for name in listed)


def hint(public: Path) -> str:
    """What a bundle names a key by: the SHA-256 of its SubjectPublicKeyInfo."""
    lines = public.read_text().splitlines()
    der = base64.b64decode("".join(line for line in lines if not line.startswith("-")))
    return base64.b64encode(hashlib.sha256(der).digest()).decode()
