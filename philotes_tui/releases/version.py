"""A chart version: SemVer 2.0.0 with a total order."""

from dataclasses import dataclass
from functools import cached_property, total_ordering

import semver

from philotes_tui.errors import InvalidReference
from philotes_tui.foreign import clean_line

LONGEST = 128
"""Characters; an OCI tag cannot be longer (distribution-spec, «Pulling manifests»)."""


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
        if len(text) > LONGEST or not semver.Version.is_valid(text):
            raise InvalidReference(
                f"“{clean_line(text, 60)}” is not a SemVer version",
                todo="Write it as MAJOR.MINOR.PATCH, for example 0.2.0 or 0.3.0-rc.1.",
            )
        return cls(text)

    @classmethod
    def from_tag(cls, tag: str) -> "Version":
        """Return the version a tag stands for.

        Helm stores `+` as `_`, which OCI tags allow and SemVer does not
        (helm/helm:pkg/registry/client.go).

        Raises:
            InvalidReference: The tag is not a version.
        """
        return cls.parse(tag.replace("_", "+"))

    @property
    def tag(self) -> str:
        """The OCI tag this version is stored under."""
        return self.text.replace("+", "_")

    @property
    def is_prerelease(self) -> bool:
        """Whether this is a release candidate, beta or the like."""
        return self._parsed.prerelease is not None

    @cached_property
    def _parsed(self) -> semver.Version:
        return semver.Version.parse(self.text)

    def __lt__(self, other: object) -> bool:
        """Compare by SemVer precedence, then by build metadata."""
        if not isinstance(other, Version):
            return NotImplemented
        order = self._parsed.compare(other._parsed)
        return order < 0 if order else (self._parsed.build or "") < (other._parsed.build or "")

    def __str__(self) -> str:
        """Return the version as its publisher wrote it."""
        return self.text
