"""The rows of the list of versions. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from philotes_tui.releases import Catalog, Release, Version
from philotes_tui.tui.session import Deployed

_FIRST_WORD = re.compile(r"^[0-9]+\.[0-9]+\.[0-9]+-([0-9A-Za-z]+)")


@dataclass(frozen=True)
class ReleaseRow:
    """One published version as it is listed.

    Attributes:
        version: The version.
        kind: `stable`, `rc`, `beta`, `pre`…
        latest: Whether it is the newest stable one.
        stacks: The stacks it is deployed on.
    """

    version: Version
    kind: str
    latest: bool
    stacks: tuple[str, ...]


def release_rows(
    catalog: Catalog, deployed: Deployed, *, wanted: str = "", prereleases: bool = True
) -> tuple[ReleaseRow, ...]:
    """Return the rows to list, newest first.

    Args:
        catalog: What is published.
        deployed: What is deployed where.
        wanted: Words that must all occur in the version, its kind or its stacks.
        prereleases: Whether pre-releases are listed; deployed ones always are.
    """
    latest = newest_stable(catalog.releases)
    rows = []
    for release in catalog.releases:
        version = release.version
        row = ReleaseRow(version, kind(version), version == latest, deployed.on(version.text))
        if version.is_prerelease and not prereleases and not row.stacks:
            continue
        if _matches(row, wanted):
            rows.append(row)
    return tuple(rows)


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


def _matches(row: ReleaseRow, wanted: str) -> bool:
    text = " ".join((row.version.text, row.kind, "latest" if row.latest else "", *row.stacks))
    return all(word in text.lower() for word in wanted.lower().split())
