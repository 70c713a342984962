"""Signatures of the Notary Project, which its own program checks."""

import shlex

from philotes_tui.verification.finding import Finding, Result
from philotes_tui.verification.keyless import Place

KIND = "notation"


def notation(place: Place) -> Finding:
    """Return what is found out about such a signature: that there is one, and how to check it.

    The certificates that it trusts, and for which registries, stand in a policy of its own
    (notaryproject/specifications:specs/trust-store-trust-policy.md).
    """
    insecure = ["--insecure-registry"] if place.plain_http else []
    command = shlex.join(["notation", "verify", *insecure, place.reference or "REFERENCE"])
    return Finding(
        KIND,
        Result.UNCHECKED,
        said="signatures of the Notary Project are checked by notation alone",
        todo=f"Check it with the trust policy that you have:\n{command}",
    )
