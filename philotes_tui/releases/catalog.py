"""What a registry has published, sorted for people."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from philotes_tui.errors import InvalidReference
from philotes_tui.foreign import clean_line
from philotes_tui.releases.version import Version

_TAG = re.compile(r"[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}")  # distribution-spec, “Pulling manifests”
_ATTACHED_TO_DIGEST = re.compile(r"sha(?:256|512)-[0-9a-f]{64,128}(?:\.[a-z]+)?")


@dataclass(frozen=True)
class Release:
    """One published chart version and the tag it is stored under."""

    version: Version
    tag: str


@dataclass(frozen=True)
class OtherTag:
    """A tag that is not a chart version, and why."""

    tag: str
    reason: str


@dataclass(frozen=True)
class Catalog:
    """All tags of a chart repository: releases newest first, the rest apart."""

    releases: tuple[Release, ...] = ()
    others: tuple[OtherTag, ...] = ()

    def find(self, version: str) -> Release | None:
        """Return the release of exactly this version, or None."""
        return next((r for r in self.releases if r.version.text == version), None)


def catalog_from_tags(tags: Iterable[str]) -> Catalog:
    """Return the catalog of a repository's tags, which may come in any order, twice, or hostile.

    Signature and digest tags (`sha256-<hex>`, `.sig`, `.att`) and tags that are
    not SemVer are set apart with the reason.
    """
    releases: dict[str, Release] = {}
    others: dict[str, OtherTag] = {}
    for tag in tags:
        if not _TAG.fullmatch(tag):
            others[tag] = OtherTag(clean_line(tag, 128), "not a tag that OCI allows")
            continue
        if _ATTACHED_TO_DIGEST.fullmatch(tag):
            others[tag] = OtherTag(tag, "signature or attestation of a digest")
            continue
        try:
            releases[tag] = Release(Version.from_tag(tag), tag)
        except InvalidReference:
            others[tag] = OtherTag(tag, "not a SemVer version")
    return Catalog(
        releases=tuple(sorted(releases.values(), key=lambda r: r.version, reverse=True)),
        others=tuple(sorted(others.values(), key=lambda o: o.tag)),
    )
