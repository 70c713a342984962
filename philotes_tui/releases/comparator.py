"""One comparison of a constraint, such as `>=1.2`, with the meaning Helm gives it.

The rules are those of Masterminds/semver:constraints.go (v3.5), odd ones included:
what matters is that a constraint picks here what it picks in Helm.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum

from philotes_tui.releases.version import Version


class Given(IntEnum):
    """How much of MAJOR.MINOR.PATCH a comparison names before `x`, `*` or its end."""

    NOTHING = 0
    MAJOR = 1
    MINOR = 2
    ALL = 3


@dataclass(frozen=True)
class Comparator:
    """An operator and a version, parts of which may be left open.

    Attributes:
        operator: One of `=`, `!=`, `>`, `<`, `>=`, `<=`, `~`, `^`.
        bound: The version, what is left open filled with 0.
        given: How much of it is named.
        written: The comparison as it stands in the constraint, blanks left out.
    """

    operator: str
    bound: Version
    given: Given
    written: str

    def matches(self, version: Version) -> bool:
        """Whether a version satisfies this comparison; pre-releases are compared as any other."""
        return _RULES[self.operator](self, version)


def _equal(wanted: Comparator, version: Version) -> bool:
    if wanted.given is Given.ALL:
        return version.precedence == wanted.bound.precedence
    return _close(wanted, version)


def _different(wanted: Comparator, version: Version) -> bool:
    if wanted.given in {Given.NOTHING, Given.ALL}:
        return version.precedence != wanted.bound.precedence
    if version.numbers[: wanted.given] != wanted.bound.numbers[: wanted.given]:
        return True
    # `!=1.2` is without every 1.2.x, but for pre-releases of another name.
    return wanted.given is Given.MINOR and version.prerelease != wanted.bound.prerelease


def _above(wanted: Comparator, version: Version) -> bool:
    if wanted.given in {Given.NOTHING, Given.ALL}:
        return version.precedence > wanted.bound.precedence
    return version.numbers[: wanted.given] > wanted.bound.numbers[: wanted.given]


def _below(wanted: Comparator, version: Version) -> bool:
    return version.precedence < wanted.bound.precedence


def _not_below(wanted: Comparator, version: Version) -> bool:
    return version.precedence >= wanted.bound.precedence


def _not_above(wanted: Comparator, version: Version) -> bool:
    if wanted.given is Given.ALL:
        return version.precedence <= wanted.bound.precedence
    # `<=*` counts as `<=0.0`.
    named = Given.MAJOR if wanted.given is Given.MAJOR else Given.MINOR
    return version.numbers[:named] <= wanted.bound.numbers[:named]


def _close(wanted: Comparator, version: Version) -> bool:
    if version.precedence < wanted.bound.precedence:
        return False
    if wanted.given in {Given.NOTHING, Given.ALL} and not any(wanted.bound.numbers):
        return True  # `~0.0.0`, like `*`, is every version from there on
    named = min(wanted.given, Given.MINOR)
    return version.numbers[:named] == wanted.bound.numbers[:named]


def _compatible(wanted: Comparator, version: Version) -> bool:
    if version.precedence < wanted.bound.precedence:
        return False
    major, minor, _ = wanted.bound.numbers
    if major or wanted.given is Given.MAJOR:
        same = 1
    elif minor or wanted.given is Given.MINOR:
        same = 2
    else:
        same = 3  # `^*` is among these: in Helm it is 0.0.0 alone
    return version.numbers[:same] == wanted.bound.numbers[:same]


_RULES: Mapping[str, Callable[[Comparator, Version], bool]] = {
    "=": _equal,
    "!=": _different,
    ">": _above,
    "<": _below,
    ">=": _not_below,
    "<=": _not_above,
    "~": _close,
    "^": _compatible,
}
