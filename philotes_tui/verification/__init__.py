"""Who signed a chart: Helm's provenance with a keyring, cosign's signatures with a key.

Bytes in, a `Finding` out; nothing here asks a registry. The arithmetic is left to programs
made for it: helm, and cosign or openssl.
"""

from philotes_tui.verification.cosign import StoredSignature, check_cosign
from philotes_tui.verification.finding import Finding, Result, together
from philotes_tui.verification.key import KeyChecker, key_checker
from philotes_tui.verification.keyless import Place
from philotes_tui.verification.notation import notation
from philotes_tui.verification.provenance import check_provenance, default_keyring, public_keys

__all__ = [
    "Finding",
    "KeyChecker",
    "Place",
    "Result",
    "StoredSignature",
    "check_cosign",
    "check_provenance",
    "default_keyring",
    "key_checker",
    "notation",
    "public_keys",
    "together",
]
