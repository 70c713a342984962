"""Which versions somebody wants, said as in Helm: `^0.3`, `>=1.2 <2 || ~3.1`, `1.2 - 2`.

The grammar and its meaning are those of Masterminds/semver:constraints.go (v3.5), which
Helm 3 and 4 use; `philotes_tui.releases.constraint_text` says where this one is stricter.
"""

from dataclasses import dataclass
from typing import TypeAlias

from philotes_tui.releases.catalog import Catalog, Release
from philotes_tui.releases.comparator import Comparator
from philotes_tui.releases.constraint_text import parse
from philotes_tui.releases.version import Version

Group: TypeAlias = tuple[Comparator, ...]
"""Comparisons that must all hold."""
ALL_CHANNELS = "all"
"""What `in_channel` takes for every version."""


@dataclass(frozen=True)
class Constraint:
    """Groups of comparisons; a version matches if all of one group hold.

    Attributes:
        text: What was written.
        groups: The groups between `||`.
    """

    text: str
    groups: tuple[Group, ...]

    @classmethod
    def parse(cls, text: str) -> "Constraint":
        """Return the constraint that `text` spells; the empty text is `*`, as in Helm.

        Raises:
            InvalidConstraint: It does not parse; the error points at the offending part.
        """
        return cls(text, parse(text))

    def matches(self, version: Version, *, prereleases: bool = False) -> bool:
        """Whether a version satisfies this constraint.

        Args:
            version: The version; its build metadata does not count.
            prereleases: Take pre-releases as well. By itself a group takes them only
                if one of its own comparisons names one.
        """
        return any(
            (prereleases or not version.is_prerelease or _names_prerelease(group))
            and all(comparator.matches(version) for comparator in group)
            for group in self.groups
        )

    def explain(self, version: Version) -> tuple[str, ...]:
        """Return for each group why it refuses a version; nothing if the version matches."""
        if self.matches(version):
            return ()
        return tuple(_why_not(group, version) for group in self.groups)

    def __str__(self) -> str:
        """Return the constraint in one spelling, which parses to the same groups."""
        return " || ".join(" ".join(c.written for c in group) for group in self.groups)


def newest(
    catalog: Catalog, constraint: Constraint, *, prereleases: bool = False
) -> Release | None:
    """Return the newest release that satisfies a constraint, or None.

    Of releases that differ in build metadata alone, the one the catalog lists first.
    """
    return next(
        (
            release
            for release in catalog.releases
            if constraint.matches(release.version, prereleases=prereleases)
        ),
        None,
    )


def in_channel(version: Version, channel: str) -> bool:
    """Whether a version belongs to a channel.

    Args:
        version: The version.
        channel: `all`, `stable`, or the word a pre-release starts with, in any case:
            `rc` for `1.0.0-rc.1`.
    """
    wanted = channel.lower()
    return True if wanted == ALL_CHANNELS else wanted == version.channel


def _names_prerelease(group: Group) -> bool:
    return any(comparator.bound.is_prerelease for comparator in group)


def _why_not(group: Group, version: Version) -> str:
    if version.is_prerelease and not _names_prerelease(group):
        written = " ".join(comparator.written for comparator in group)
        return f"{version} is a pre-release, and “{written}” names none"
    failed = next(comparator for comparator in group if not comparator.matches(version))
    return f"{version} is not {failed.written}"
