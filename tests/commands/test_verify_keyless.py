"""`verify` of signatures without a key: whom they name, and the command that checks them."""

import base64
import json
import shlex
import ssl
import subprocess
from typing import Any

import pytest

from tests.commands.signed import Keys, Release, document, result
from tests.signing.certificates import ISSUER, made_out
from tests.signing.cosign import LEGACY, Cosign
from tests.signing.stored import MANIFEST

pytestmark = pytest.mark.real

WORKFLOW = "https://example.test/org/charts/.github/workflows/release.yml@refs/tags/v 1"
OPENID = "https://token.example.test"
_CERTIFICATE = "dev.sigstore.cosign/certificate"
SLSA = "https://slsa.dev/provenance/v1"


def pem(release: Release) -> str:
    return made_out(release.shell.folder, f"URI:{WORKFLOW}", f"{ISSUER}{OPENID}")


def restore(release: Release, tag: str, manifest: dict[str, Any]) -> None:
    """Put a changed manifest in the place of the one that belongs to the chart."""
    digest = release.stored.put_manifest(manifest)
    index = release.stored.manifest(tag)
    entry = {**index["manifests"][0], "digest": digest, "size": len(json.dumps(manifest))}
    release.stored.put_manifest({**index, "manifests": [entry]}, tag)


def make_keyless(release: Release, certificate: str, **statement: Any) -> None:
    """Turn the bundle that was made with a key into one that was made with a certificate."""
    tag = release.digest.replace(":", "-")
    manifest = release.stored.manifest(release.stored.manifest(tag)["manifests"][0]["digest"])
    (layer,) = manifest["layers"]
    bundle = json.loads(release.stored.blob(layer["digest"]))
    raw = base64.b64encode(ssl.PEM_cert_to_DER_cert(certificate)).decode()
    bundle["verificationMaterial"].pop("publicKey")
    bundle["verificationMaterial"]["certificate"] = {"rawBytes": raw}
    envelope = bundle["dsseEnvelope"]
    payload = {**json.loads(base64.b64decode(envelope["payload"])), **statement}
    envelope["payload"] = base64.b64encode(json.dumps(payload).encode()).decode()
    content = json.dumps(bundle).encode()
    changed = {**layer, "digest": release.stored.put_blob(content), "size": len(content)}
    restore(release, tag, {**manifest, "mediaType": MANIFEST, "layers": [changed]})


def make_keyless_legacy(release: Release, certificate: str) -> None:
    tag = f"{release.digest.replace(':', '-')}.sig"
    manifest = release.stored.manifest(tag)
    (layer,) = manifest["layers"]
    annotations = {**layer["annotations"], _CERTIFICATE: certificate}
    changed = {**manifest, "layers": [{**layer, "annotations": annotations}]}
    release.stored.put_manifest(changed, tag)


def command(told: dict[str, Any], kind: str) -> list[str]:
    """The command that is printed, as a shell reads it."""
    (check,) = [each for each in told["checks"] if each["kind"] == kind]
    return shlex.split(check["todo"].splitlines()[-1])


def taken(signer: Cosign, words: list[str]) -> None:
    """Make sure that cosign takes the command, and fails for lack of a network alone."""
    done = subprocess.run(
        [signer.program, *words[1:]],
        env={"HOME": str(signer.home), "HTTPS_PROXY": signer.proxy, "HTTP_PROXY": signer.proxy},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode != 0
    assert "Usage" not in done.stderr
    assert "TUF" in done.stderr


@pytest.mark.parametrize("options", [(), (LEGACY,)], ids=["bundle", "legacy"])
@pytest.mark.parametrize("with_key", [False, True], ids=["nothing", "key"])
def test_whom_it_names_and_how_to_check_it_is_told(
    release: Release, signer: Cosign, keys: Keys, options: tuple[str, ...], with_key: bool
) -> None:
    signer.sign(release.reference, keys.ours, *options)
    (make_keyless_legacy if options else make_keyless)(release, pem(release))
    arguments = ("--key", keys.ours.public) if with_key else ()
    ended = release.verify(*arguments)
    assert (ended.code, result(ended)) == (1, "unchecked")
    assert "that cannot be checked here: who signed without a key" in ended.out
    told = document(ended)
    check = next(each for each in told["checks"] if each["kind"] == "cosign")
    assert WORKFLOW in check["by"]
    assert OPENID in check["by"]
    words = command(told, "cosign")
    assert words[words.index("--certificate-identity") + 1] == WORKFLOW
    assert words[words.index("--certificate-oidc-issuer") + 1] == OPENID
    assert words[-1] == release.reference
    assert f"\n  {shlex.join(words)}\n" in ended.err
    taken(signer, words)


def test_an_attestation_is_told_with_the_command_for_its_type(
    release: Release, signer: Cosign, keys: Keys
) -> None:
    signer.sign(release.reference, keys.ours)
    make_keyless(release, pem(release), predicateType=SLSA)
    ended = release.verify()
    assert (ended.code, result(ended)) == (1, "unchecked")
    words = command(document(ended), "attestation")
    assert words[:4] == ["cosign", "verify-attestation", "--type", SLSA]
    taken(signer, words)


def test_a_certificate_that_cannot_be_read_names_nobody(
    release: Release, signer: Cosign, keys: Keys
) -> None:
    signer.sign(release.reference, keys.ours, LEGACY)
    make_keyless_legacy(release, "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n")
    ended = release.verify()
    assert (ended.code, result(ended)) == (1, "unchecked")
    assert "--certificate-identity IDENTITY --certificate-oidc-issuer ISSUER" in ended.err


def test_one_about_another_version_is_broken(release: Release, signer: Cosign, keys: Keys) -> None:
    signer.sign(release.reference, keys.ours)
    other = {"name": "", "digest": {"sha256": "0" * 64}}
    make_keyless(release, pem(release), subject=[other])
    assert result(release.verify()) == "broken"
