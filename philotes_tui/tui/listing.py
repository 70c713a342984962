"""The rows of the list of versions. Pure."""

import re
from collections.abc import Container, Iterable
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
        moved: Whether its tag was found to name other content than before.
    """

    version: Version
    kind: str
    latest: bool
    stacks: tuple[str, ...]
    moved: bool = False


def release_rows(
    catalog: Catalog,
    deployed: Deployed,
    *,
    wanted: str = "",
    prereleases: bool = True,
    moved: Container[str] = (),
) -> tuple[ReleaseRow, ...]:
    """Return the rows to list, newest first.

    Args:
        catalog: What is published.
        deployed: What is deployed where.
        wanted: Words that must all occur in the version, its kind or its stacks.
        prereleases: Whether pre-releases are listed; deployed ones always are.
        moved: The tags found to name other content than before.
    """
    latest = newest_stable(catalog.releases)
    rows = []
    for release in catalog.releases:
        version = release.version
        stacks, was_moved = deployed.on(version.text), release.tag in moved
        row = ReleaseRow(version, kind(version), version == latest, stacks, was_moved)
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
    text += " moved" if row.moved else ""
    return all(word in text.lower() for word in wanted.lower().split())
