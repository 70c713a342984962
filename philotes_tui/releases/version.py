"""A chart version: SemVer 2.0.0 with a total order, and what Helm takes for one beside it."""

import re
from dataclasses import dataclass
from functools import cached_property, total_ordering
from typing import TypeAlias

from philotes_tui.errors import InvalidReference
from philotes_tui.foreign import clean_line

LONGEST = 128
"""Characters; an OCI tag cannot be longer (distribution-spec, «Pulling manifests»)."""
LARGEST = 2**64 - 1
"""The largest MAJOR, MINOR or PATCH that Helm reads (Masterminds/semver:version.go)."""
_DIGITS = len(str(LARGEST))
STABLE = "stable"
"""The channel of versions without a pre-release part."""
OTHER_CHANNEL = "pre-release"
"""The channel of pre-releases that start with no word, such as `1.0.0-0`."""

Identifiers: TypeAlias = tuple[tuple[int, int, str], ...]
"""Dot-separated identifiers in a form that compares as SemVer says (semver.org, item 11.4)."""
Precedence: TypeAlias = tuple[int, int, int, bool, Identifiers]
"""MAJOR, MINOR, PATCH, whether it is no pre-release, and the pre-release's identifiers."""

_IDENTIFIERS = r"[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*"
_TAIL = rf"(?:-({_IDENTIFIERS}))?(?:\+({_IDENTIFIERS}))?"
_STRICT = re.compile(rf"(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*){_TAIL}")
_LENIENT = re.compile(rf"v?([0-9]+)(?:\.([0-9]+))?(?:\.([0-9]+))?{_TAIL}")
_WORD = re.compile(r"[A-Za-z]+")


@total_ordering
@dataclass(frozen=True)
class Version:
    """A chart version as its publisher wrote it, for example `0.3.0-rc.1+build.5`.

    Ordered by SemVer precedence (semver.org, item 11). Build metadata has no
    precedence there; it breaks ties here so that every list has one order.
    """

    text: str

    @classmethod
    def parse(cls, text: str) -> "Version":
        """Return the version that `text` spells.

        Raises:
            InvalidReference: It is not SemVer 2.0.0. `v1.2.3` and `1.2` are not.
        """
        return cls._matched(text, _STRICT)

    @classmethod
    def lenient(cls, text: str) -> "Version":
        """Return the version that `text` spells as Helm reads it where one is named.

        `v1.2.3`, `1.2`, `1` and `01.2.3` are versions there: Helm pulls the tag of just
        that name, although none of its lists shows it (Masterminds/semver:version.go,
        NewVersion; helm/helm:pkg/registry/client.go, Tags). The text stays as it is.

        Raises:
            InvalidReference: Helm would not take it for a version.
        """
        return cls._matched(text, _LENIENT)

    @classmethod
    def _matched(cls, text: str, pattern: re.Pattern[str]) -> "Version":
        match = pattern.fullmatch(text) if len(text) <= LONGEST else None
        if match is None or not _readable(match):
            raise InvalidReference(
                f"“{clean_line(text, 60)}” is not a SemVer version",
                todo="Write it as MAJOR.MINOR.PATCH, for example 0.2.0 or 0.3.0-rc.1.",
            )
        version = cls(text)
        version.__dict__["_parts"] = match  # saves a second match for each of 10,000 tags
        return version

    @classmethod
    def from_tag(cls, tag: str) -> "Version":
        """Return the version a tag stands for.

        Helm stores `+` as `_`, which OCI tags allow and SemVer does not
        (helm/helm:pkg/registry/client.go).

        Raises:
            InvalidReference: The tag is not a version.
        """
        return cls._matched(tag.replace("_", "+"), _STRICT)

    @property
    def tag(self) -> str:
        """The OCI tag this version is stored under."""
        return self.text.replace("+", "_")

    @property
    def is_strict(self) -> bool:
        """Whether this is SemVer 2.0.0, not only what Helm takes for a version."""
        return _STRICT.fullmatch(self.text) is not None

    @property
    def is_prerelease(self) -> bool:
        """Whether this is a release candidate, beta or the like."""
        return self._parts[4] is not None

    @property
    def prerelease(self) -> str:
        """What stands after the hyphen, for example `rc.1`; empty for a stable version."""
        return self._parts[4] or ""

    @property
    def build(self) -> str:
        """The build metadata, what stands after the plus; empty where there is none."""
        return self._parts[5] or ""

    @property
    def channel(self) -> str:
        """`stable`, or the word its pre-release part starts with: `rc` for `1.0.0-rc.1`."""
        prerelease = self._parts[4]
        if prerelease is None:
            return STABLE
        word = _WORD.match(prerelease)
        return word[0].lower() if word else OTHER_CHANNEL

    @property
    def precedence(self) -> Precedence:
        """What SemVer orders by; equal for versions that differ in build metadata alone."""
        return self.sort_key[0]

    @property
    def numbers(self) -> tuple[int, int, int]:
        """MAJOR, MINOR and PATCH."""
        return self.precedence[:3]

    @cached_property
    def sort_key(self) -> tuple[Precedence, Identifiers, str]:
        """Precedence, then build metadata, then the text: one place for each version."""
        major, minor, patch, prerelease, build = self._parts.groups()
        precedence = (
            int(major),
            int(minor or 0),
            int(patch or 0),
            prerelease is None,
            _identifiers(prerelease) if prerelease else (),
        )
        return precedence, _identifiers(build) if build else (), self.text

    @cached_property
    def _parts(self) -> re.Match[str]:
        match = _LENIENT.fullmatch(self.text)
        if match is None:
            raise InvalidReference(f"“{clean_line(self.text, 60)}” is not a SemVer version")
        return match

    def means(self, other: "Version") -> bool:
        """Whether a tag of this text may stand for that version.

        `v1.2.3` stands for 1.2.3, and `1.2`, which leaves PATCH out, for any 1.2.x. Pre-release
        and build metadata are never left out.
        """
        spelled = sum(number is not None for number in self._parts.group(1, 2, 3))
        tails = (self.prerelease, self.build), (other.prerelease, other.build)
        return self.numbers[:spelled] == other.numbers[:spelled] and tails[0] == tails[1]

    def __lt__(self, other: object) -> bool:
        """Compare by SemVer precedence, then by build metadata."""
        if not isinstance(other, Version):
            return NotImplemented
        return self.sort_key < other.sort_key

    def __str__(self) -> str:
        """Return the version as its publisher wrote it."""
        return self.text


def _readable(match: re.Match[str]) -> bool:
    """Whether no number is too large for Helm and none of the pre-release starts with 0."""
    if len(match.string) >= _DIGITS and any(
        number and int(number) > LARGEST for number in match.group(1, 2, 3)
    ):
        return False
    prerelease: str | None = match[4]
    return prerelease is None or not any(
        part.isdigit() and part[0] == "0" and part != "0" for part in prerelease.split(".")
    )


def _identifiers(text: str) -> Identifiers:
    # Numbers come before words and compare as numbers; a shorter list comes first.
    return tuple(
        (0, int(part), part) if part.isdigit() else (1, 0, part) for part in text.split(".")
    )
