"""Signatures that cosign stored beside a chart, checked with a key.

Two forms are in use. Since cosign 3 a sigstore bundle is the layer of a manifest that refers
to the chart's (sigstore/cosign:specs/BUNDLE_SPEC.md): a statement about its digest in a DSSE
envelope. Before, a manifest under the tag `sha256-<hex>.sig` had a payload that names the
digest as layer, and its signature as annotation (sigstore/cosign:specs/SIGNATURE_SPEC.md).
"""

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from philotes_tui.foreign import clean_line
from philotes_tui.releases.details import ALL_READ, Unread
from philotes_tui.verification.certificate import Identity
from philotes_tui.verification.finding import Finding, Result
from philotes_tui.verification.key import KeyChecker
from philotes_tui.verification.keyless import Place, annotated, bundled, keyless

KIND = "cosign"
ATTESTATION = "attestation"
BUNDLE = "application/vnd.dev.sigstore.bundle"
SIMPLE = "application/vnd.dev.cosign.simplesigning.v1+json"
_PAYLOAD = "cosign container image signature"
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
        signature: The signature over them; None where it is not made with a key.
        digests: Those that it is about.
        states: What an attestation states, its type; empty for a signature.
        form: What it is, where it is of a form that is not checked here.
        hint: The fingerprint of the key, where it is named.
        identity: Whom the certificate of one without a key names.
    """

    message: bytes = b""
    signature: bytes | None = None
    digests: tuple[str, ...] = ()
    states: str = ""
    form: str = ""
    hint: str = ""
    identity: Identity | None = None


def check_cosign(
    stored: Sequence[StoredSignature],
    digest: str,
    key: KeyChecker | None,
    place: Place = Place(),  # noqa: B008 - frozen
    unread: Unread = ALL_READ,
) -> tuple[Finding, ...]:
    """Check what cosign stored for a digest; one finding for signatures, one for attestations.

    One signature that is verified is enough: several may have signed.

    Args:
        stored: What belongs to the digest.
        digest: Of the chart's manifest.
        key: What to check with; None tells only what there is.
        place: Where others find what is signed, to tell how they can check it.
        unread: What else belongs to the digest.

    Raises:
        SettingsError: The key cannot be used.
        ToolUnfit: The program that checks does not run.
    """
    found = [(each, _claim(each)) for each in stored]
    checked = [_check(claim, digest, key, place) for _, claim in found if claim is not None]
    if unread.attested:
        checked.append(_attested(_Claim(form="too large to be read here"), place))
    if any(claim is None for _, claim in found):
        unread |= Unread("something that is stored as a signature is none")
    signatures = [finding for finding in checked if finding.kind == KIND]
    attestations = [finding for finding in checked if finding.kind == ATTESTATION]
    return (_best(signatures, unread), *attestations[:1])


def _best(signatures: Sequence[Finding], unread: Unread) -> Finding:
    """Return the one that counts; what was not read may have been a better one."""
    order = (Result.VERIFIED, Result.BROKEN, Result.OTHER_SIGNER, Result.UNCHECKED)
    best = min(signatures, key=lambda f: order.index(f.result), default=None)
    missed = f"not all that is attached to it could be read ({clean_line(unread.why, 300)})"
    if best is None and unread.why:
        todo = "Try again, without --offline; if it stays so, have what cannot be read removed."
        return Finding(KIND, Result.NOT_SEEN, said=missed, todo=todo)
    if best is None:
        gone = "something that was attached to it is gone from the registry"
        return Finding(KIND, Result.NOT_SIGNED, said=gone if unread.gone else "")
    if unread.why and best.result in {Result.BROKEN, Result.OTHER_SIGNER}:
        return replace(best, said=f"{best.said}; {missed}")
    return best


def _check(claim: _Claim, digest: str, key: KeyChecker | None, place: Place) -> Finding:
    if claim.states:
        return _attested(claim, place)
    if claim.form:
        said = f"it is {claim.form}, and such a one is not checked here"
        return Finding(KIND, Result.UNCHECKED, said=said, todo="Ask its publisher how to check it.")
    return _checked(claim, digest, key, place)


def _checked(claim: _Claim, digest: str, key: KeyChecker | None, place: Place) -> Finding:
    if digest not in claim.digests:
        return _broken(f"it is about {clean_line(', '.join(claim.digests), 200) or 'nothing'}")
    if claim.signature is None:
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
    if claim.signature is None and not claim.form:
        return keyless(ATTESTATION, claim.identity, place, claim.states)
    todo = "Check it with `cosign verify-attestation --key …`."
    said = f"it is {claim.form}" if claim.form else ""
    return Finding(ATTESTATION, Result.UNCHECKED, by=_fingerprint(claim), said=said, todo=todo)


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
    critical = content["critical"]
    if critical["type"] != _PAYLOAD:
        return _Claim(form=f"a signature of the type “{clean_line(str(critical['type']), 80)}”")
    digests = (str(critical["image"]["docker-manifest-digest"]),)
    signature = base64.b64decode(stored.annotations[_SIGNATURE], validate=True)
    pem = stored.annotations.get(_CERTIFICATE)
    if pem is not None:
        return _Claim(stored.content, None, digests, identity=_named(annotated, pem))
    return _Claim(stored.content, signature, digests)


def _from_bundle(content: Any) -> _Claim:
    if isinstance(content["verificationMaterial"], dict) and "messageSignature" in content:
        return _Claim(form="a signature of a file")
    envelope = content["dsseEnvelope"]
    payload = base64.b64decode(envelope["payload"], validate=True)
    kind = str(envelope["payloadType"])
    if kind != _STATEMENT:
        return _Claim(form=f"a signed document of the type “{clean_line(kind, 80)}”")
    statement = json.loads(payload)
    states = str(statement.get("predicateType") or _UNTOLD)
    (signed,) = envelope["signatures"]
    material = content["verificationMaterial"]
    public = material.get("publicKey")
    # What is signed is the “pre-authentication encoding” (secure-systems-lab/dsse:protocol.md).
    return _Claim(
        b"DSSEv1 %d %s %d %s" % (len(kind.encode()), kind.encode(), len(payload), payload),
        base64.b64decode(signed["sig"], validate=True) if public is not None else None,
        _subjects(statement) if states == _SIGNING else (),
        states="" if states == _SIGNING else states,
        hint=str((public or {}).get("hint", "")),
        identity=_named(bundled, material) if public is None else None,
    )


def _subjects(statement: Any) -> tuple[str, ...]:
    """Return every digest of every subject: one that fits is enough, as for cosign."""
    digests = [each["digest"] for each in statement["subject"]]
    return tuple(f"{name}:{value}" for each in digests for name, value in each.items())


def _named(read: Callable[[Any], Identity | None], source: Any) -> Identity | None:
    """Return whom a certificate names; one that cannot be read names nobody."""
    try:
        return read(source)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError):
        return None
