"""Signatures that cosign stored beside a chart, checked with a key.

Two forms are in use. Since cosign 3 a sigstore bundle is the layer of a manifest that refers
to the chart's (sigstore/cosign:specs/BUNDLE_SPEC.md): a statement about its digest in a DSSE
envelope. Before, a manifest under the tag `sha256-<hex>.sig` had a payload that names the
digest as layer, and its signature as annotation (sigstore/cosign:specs/SIGNATURE_SPEC.md).
"""

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from philotes_tui.foreign import clean_line
from philotes_tui.verification.certificate import Identity
from philotes_tui.verification.finding import Finding, Result
from philotes_tui.verification.key import KeyChecker
from philotes_tui.verification.keyless import Place, annotated, bundled, keyless

KIND = "cosign"
ATTESTATION = "attestation"
BUNDLE = "application/vnd.dev.sigstore.bundle"
SIMPLE = "application/vnd.dev.cosign.simplesigning.v1+json"
_SIGNATURE = "dev.cosignproject.cosign/signature"
_CERTIFICATE = "dev.sigstore.cosign/certificate"
_SIGNING = "https://sigstore.dev/cosign/sign/v1"
_UNTOLD = "custom"
_STATEMENT = "application/vnd.in-toto+json"
_DO_NOT = "Do not deploy it; ask its publisher what happened."


@dataclass(frozen=True)
class StoredSignature:
    """A layer of a manifest that belongs to a chart.

    Attributes:
        media_type: What it is.
        content: Its bytes, their digest checked.
        annotations: Of the layer, by name.
    """

    media_type: str
    content: bytes = field(repr=False)
    annotations: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Claim:
    """What one signature says.

    Attributes:
        message: The bytes that are signed.
        signature: The signature over them; empty where it is not made with a key.
        digest: The digest that it is about.
        states: What an attestation states, its type; empty for a signature.
        hint: The fingerprint of the key, where it is named.
        identity: Whom the certificate of one without a key names.
    """

    message: bytes
    signature: bytes
    digest: str
    states: str = ""
    hint: str = ""
    identity: Identity | None = None


def check_cosign(
    stored: Sequence[StoredSignature],
    digest: str,
    key: KeyChecker | None,
    place: Place = Place(),  # noqa: B008 - frozen
) -> tuple[Finding, ...]:
    """Check what cosign stored for a digest; one finding for signatures, one for attestations.

    One signature that is verified is enough: several may have signed.

    Args:
        stored: What belongs to the digest.
        digest: Of the chart's manifest.
        key: What to check with; None tells only what there is.
        place: Where others find what is signed, to tell how they can check it.

    Raises:
        SettingsError: The key cannot be used.
        ToolUnfit: The program that checks does not run.
    """
    signatures: list[Finding] = []
    attestations: list[Finding] = []
    for each in stored:
        claim = _claim(each)
        if claim is None:
            signatures.append(_broken("it cannot be read"))
        elif claim.states:
            attestations.append(_attested(claim, place))
        else:
            signatures.append(_checked(claim, digest, key, place))
    order = (Result.VERIFIED, Result.BROKEN, Result.OTHER_SIGNER, Result.UNCHECKED)
    best = min(signatures, key=lambda f: order.index(f.result), default=None)
    return (best or Finding(KIND, Result.NOT_SIGNED), *attestations[:1])


def _checked(claim: _Claim, digest: str, key: KeyChecker | None, place: Place) -> Finding:
    if claim.digest != digest:
        return _broken(f"it is about {clean_line(claim.digest, 200) or 'nothing'}")
    if not claim.signature:
        return keyless(KIND, claim.identity, place)
    if key is None:
        todo = "Name the public key with --key."
        return Finding(KIND, Result.UNCHECKED, by=_fingerprint(claim), todo=todo)
    if key.signed(claim.message, claim.signature):
        return Finding(KIND, Result.VERIFIED, by=f"{key.key.name}, fingerprint {key.fingerprint}")
    if claim.hint == key.fingerprint:
        return _broken("it names this key, and was not made with it")
    return Finding(
        KIND,
        Result.OTHER_SIGNER,
        by=_fingerprint(claim),
        said="it was not made with this key",
        todo="Name the signer's public key with --key, if you trust it.",
    )


def _attested(claim: _Claim, place: Place) -> Finding:
    if not claim.signature:
        return keyless(ATTESTATION, claim.identity, place, claim.states)
    todo = "Check it with `cosign verify-attestation --key …`."
    return Finding(ATTESTATION, Result.UNCHECKED, by=_fingerprint(claim), todo=todo)


def _fingerprint(claim: _Claim) -> str:
    return f"a key with the fingerprint {clean_line(claim.hint, 100)}" if claim.hint else ""


def _broken(said: str) -> Finding:
    return Finding(KIND, Result.BROKEN, said=said, todo=_DO_NOT)


def _claim(stored: StoredSignature) -> _Claim | None:
    """Return what a signature says, or None where it cannot be read."""
    try:
        content = json.loads(stored.content)
        if stored.media_type.startswith(BUNDLE):
            return _from_bundle(content)
        return _from_payload(content, stored)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError):
        return None


def _from_payload(content: Any, stored: StoredSignature) -> _Claim:
    digest = content["critical"]["image"]["docker-manifest-digest"]
    signature = base64.b64decode(stored.annotations[_SIGNATURE], validate=True)
    pem = stored.annotations.get(_CERTIFICATE)
    if pem is not None:
        return _Claim(stored.content, b"", str(digest), identity=_named(annotated, pem))
    return _Claim(stored.content, signature, str(digest))


def _from_bundle(content: Any) -> _Claim:
    envelope = content["dsseEnvelope"]
    payload = base64.b64decode(envelope["payload"], validate=True)
    kind = envelope["payloadType"]
    statement = json.loads(payload)
    (subject,) = statement["subject"]
    ((algorithm, value),) = subject["digest"].items()
    (signed,) = envelope["signatures"]
    material = content["verificationMaterial"]
    public = material.get("publicKey")
    signature = base64.b64decode(signed["sig"], validate=True) if public is not None else b""
    # What is signed is the “pre-authentication encoding” (secure-systems-lab/dsse:protocol.md).
    states = str(statement.get("predicateType") or "")
    message = b"DSSEv1 %d %s %d %s" % (len(kind.encode()), kind.encode(), len(payload), payload)
    return _Claim(
        message,
        signature,
        f"{algorithm}:{value}" if kind == _STATEMENT else "",
        states="" if states == _SIGNING else states or _UNTOLD,
        hint=str((public or {}).get("hint", "")),
        identity=_named(bundled, material) if public is None else None,
    )


def _named(read: Callable[[Any], Identity | None], source: Any) -> Identity | None:
    """Return whom a certificate names; one that cannot be read names nobody."""
    try:
        return read(source)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError):
        return None
