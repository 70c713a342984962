"""Secrets of one demo, made on this machine and kept only in its folder."""

import base64
import secrets

_P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""The order of the group of NIST P-256 (SEC 2, section 2.4.2)."""
_DER_HEAD = bytes.fromhex("30310201010420")
_DER_CURVE = bytes.fromhex("a00a06082a8648ce3d030107")


def token() -> str:
    """Return a random bearer token."""
    return secrets.token_urlsafe(32)


def signing_key() -> str:
    """Return a random P-256 private key as PEM, for signing service-account tokens.

    An `ECPrivateKey` (RFC 5915, section 3) needs the secret number and the curve; the
    public point is optional, and readers compute it. So no arithmetic on the curve
    happens here.
    """
    number = 1 + secrets.randbelow(_P256_ORDER - 1)
    der = _DER_HEAD + number.to_bytes(32, "big") + _DER_CURVE
    lines = base64.encodebytes(der).decode("ascii").replace("\n", "")
    body = "\n".join(lines[at : at + 64] for at in range(0, len(lines), 64))
    return f"-----BEGIN EC PRIVATE KEY-----\n{body}\n-----END EC PRIVATE KEY-----\n"
