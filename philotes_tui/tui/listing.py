"""The rows of the list of versions. Pure."""

import re
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass

from philotes_tui.releases import Catalog, OtherTag, Release, Version
from philotes_tui.tui.session import Deployed

_FIRST_WORD = re.compile(r"^[0-9]+\.[0-9]+\.[0-9]+-([0-9A-Za-z]+)")


@dataclass(frozen=True)
class ReleaseRow:
    """One published version as it is listed.

    Attributes:
        release: The version and its tag.
        kind: `stable`, `rc`, `beta`, `pre`…; of a tag that is no SemVer, what keeps it from that.
        latest: Whether it is the newest stable one.
        stacks: The stacks it is deployed on.
        moved: Whether its tag was found to name other content than before.
        words: What a filter is compared with, in small letters.
        apart: Why its tag stands below the versions, though it can be used; or nothing.
    """

    release: Release
    kind: str
    latest: bool
    stacks: tuple[str, ...]
    moved: bool = False
    words: str = ""
    apart: str = ""

    @property
    def version(self) -> Version:
        """The version."""
        return self.release.version


def release_rows(
    catalog: Catalog, deployed: Deployed, *, moved: Container[str] = ()
) -> tuple[ReleaseRow, ...]:
    """Return a row for each version, newest first, then one for each usable tag that is none.

    Args:
        catalog: What is published.
        deployed: What is deployed where.
        moved: The tags found to name other content than before.
    """
    latest, where = newest_stable(catalog.releases), deployed.by_version()
    rows = [
        _row(release, release.version is latest, where, release.tag in moved)
        for release in catalog.releases
    ]
    rows += [
        _row_apart(other, other.version, where, other.tag in moved)
        for other in catalog.usable
        if other.version is not None
    ]
    return tuple(rows)


def _row(
    release: Release, latest: bool, where: Mapping[str, tuple[str, ...]], moved: bool
) -> ReleaseRow:
    version = release.version
    which, stacks = kind(version), where.get(version.text, ())
    words = f"{version.text} {which}{' latest' if latest else ''}{' moved' if moved else ''}"
    return ReleaseRow(release, which, latest, stacks, moved, " ".join((words, *stacks)).lower())


def _row_apart(
    other: OtherTag, version: Version, where: Mapping[str, tuple[str, ...]], moved: bool
) -> ReleaseRow:
    which, stacks = ", ".join(other.flaws), where.get(version.text, ())
    words = " ".join((version.text, which, "moved" if moved else "", *stacks))
    release = Release(version, other.tag)
    why = other.reason.partition(";")[0]
    return ReleaseRow(release, which, False, stacks, moved, words.lower(), why)


class Rows:
    """Remembers the rows it made last: most pictures are of the same versions as before."""

    def __init__(self) -> None:
        self._of: tuple[object, ...] = ()
        self._rows: tuple[ReleaseRow, ...] = ()

    def of(
        self, catalog: Catalog, deployed: Deployed, moved: Container[str]
    ) -> tuple[ReleaseRow, ...]:
        """Return all rows; the same tuple for the very same values."""
        of = (catalog, deployed, moved)
        if len(self._of) != len(of) or any(a is not b for a, b in zip(of, self._of, strict=True)):
            self._of, self._rows = of, release_rows(catalog, deployed, moved=moved)
        return self._rows


def listed(
    rows: tuple[ReleaseRow, ...], *, wanted: str = "", prereleases: bool = True
) -> tuple[ReleaseRow, ...]:
    """Return the rows to list: all of them, the same tuple, where nothing is left out.

    Args:
        rows: Of all versions.
        wanted: Words that must all occur in the version, its kind or its stacks.
        prereleases: Whether pre-releases are listed; deployed ones always are.
    """
    words = wanted.lower().split()
    if not words and prereleases:
        return rows
    return tuple(
        row
        for row in rows
        if (prereleases or row.stacks or not row.version.is_prerelease)
        and all(word in row.words for word in words)
    )


def newest_stable(releases: Iterable[Release]) -> Version | None:
    """Return the newest version that is no pre-release."""
    return max((r.version for r in releases if not r.version.is_prerelease), default=None)


def kind(version: Version) -> str:
    """Return `stable`, or what sort of pre-release a version is."""
    if not version.is_prerelease:
        return "stable"
    found = _FIRST_WORD.match(version.text)
    word = re.sub(r"[0-9]+$", "", found.group(1)).lower() if found else ""
    return word if word in {"rc", "beta", "alpha", "dev"} else "pre"
