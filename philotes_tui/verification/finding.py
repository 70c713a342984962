"""What a check of a signature can end in."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Result(StrEnum):
    """How a check ended."""

    VERIFIED = "verified"
    """It is signed by the one that was asked about, and unchanged."""
    UNCHECKED = "unchecked"
    """There is a signature; nothing was given to check it with, or it cannot be checked here."""
    NOT_SEEN = "not-seen"
    """Nobody knows: the registry is not asked and was not before, or something cannot be read."""
    NOT_SIGNED = "not-signed"
    """There is no signature of this kind."""
    OTHER_SIGNER = "signed-by-another"
    """There is a signature, made with another key."""
    BROKEN = "broken"
    """There is a signature that does not fit what it is said to sign."""


@dataclass(frozen=True)
class Finding:
    """What was found out about the signatures of one kind.

    Attributes:
        kind: `provenance`, `cosign`, `attestation` or `notation`.
        result: How the check ended.
        by: Who signed, as far as that is known.
        said: What the program said that checked it, or what is wrong.
        todo: What to do next, in its last line perhaps the command for it; empty where there is
            nothing to do.
    """

    kind: str
    result: Result
    by: str = ""
    said: str = ""
    todo: str = ""


_WORST_FIRST = (
    Result.BROKEN,
    Result.OTHER_SIGNER,
    Result.NOT_SIGNED,
    Result.NOT_SEEN,
    Result.UNCHECKED,
    Result.VERIFIED,
)


def together(findings: Iterable[Finding]) -> Result:
    """Return the result of several checks that all have to succeed: the worst of them.

    Args:
        findings: Those that were asked for; without any, nothing is signed.
    """
    results = {finding.result for finding in findings}
    return next((result for result in _WORST_FIRST if result in results), Result.NOT_SIGNED)
