"""Signatures made without a key: who they claim to be from, and how to check that elsewhere.

A signer without a key proves an identity to Sigstore's authority, which writes it into a
certificate of some minutes, and to a public log. Both have to be asked, or known, to check it
(sigstore/cosign:doc/cosign_verify.md); nothing here does.
"""

import base64
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from philotes_tui.foreign import clean_line
from philotes_tui.verification.certificate import Identity, identity_of
from philotes_tui.verification.finding import Finding, Result

SAID = "who signed without a key is known to Sigstore's authority and log, which are not asked here"
_BEGIN, _END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
_LONGEST = 300


@dataclass(frozen=True)
class Place:
    """Where a program that checks finds the manifest.

    Attributes:
        reference: `host/name@sha256:…`.
        plain_http: Whether it is to be asked without TLS.
    """

    reference: str = ""
    plain_http: bool = False


def keyless(kind: str, identity: Identity | None, place: Place, predicate: str = "") -> Finding:
    """Return what is found out about a signature without a key: that somebody else can check it.

    Args:
        kind: `cosign` or `attestation`.
        identity: Whom its certificate names, which is a claim and no more.
        place: What it signs.
        predicate: What an attestation states, its type.
    """
    command = _command(identity, place, predicate)
    if identity is None:
        by, first = "an identity that cannot be read", ""
    else:
        by = f"claims to be {identity.name}, vouched for by {identity.issuer or 'nobody'}"
        first = "If that is who should have signed, "
    todo = f"{first}check it where Sigstore can be reached:\n{command}"
    return Finding(kind, Result.UNCHECKED, by=by, said=SAID, todo=todo[0].upper() + todo[1:])


def _command(identity: Identity | None, place: Place, predicate: str) -> str:
    words = ["cosign", "verify-attestation" if predicate else "verify"]
    words += ["--type", clean_line(predicate, _LONGEST)] if predicate else []
    words += ["--certificate-identity", (identity and identity.name) or "IDENTITY"]
    words += ["--certificate-oidc-issuer", (identity and identity.issuer) or "ISSUER"]
    words += ["--allow-http-registry"] if place.plain_http else []
    return shlex.join([*words, place.reference or "REFERENCE"])


def bundled(material: Mapping[str, Any]) -> Identity | None:
    """Return whom the verification material of a sigstore bundle names, or None.

    Its forms are those of sigstore/protobuf-specs:protos/sigstore_bundle.proto.
    """
    certificate = material.get("certificate")
    if certificate is None:
        certificate = material["x509CertificateChain"]["certificates"][0]
    return identity_of(base64.b64decode(certificate["rawBytes"], validate=True))


def annotated(pem: str) -> Identity | None:
    """Return whom a certificate in PEM form names, or None."""
    body = pem.partition(_BEGIN)[2].partition(_END)[0]
    return identity_of(base64.b64decode("".join(body.split()), validate=True))
