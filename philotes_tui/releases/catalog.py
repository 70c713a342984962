"""What a registry has published, sorted for people."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from philotes_tui.errors import InvalidReference
from philotes_tui.foreign import clean_line
from philotes_tui.releases.grammar import TAG
from philotes_tui.releases.version import LARGEST, Version

_ATTACHED_TO_DIGEST = re.compile(r"sha(?:256|512)-[0-9a-f]{64,128}(?:\.[a-z]+)?")
_NUMBERS = re.compile(r"v?([0-9]+(?:\.[0-9]+)*)")
_PARTS = 3


@dataclass(frozen=True)
class Release:
    """One published chart version and the tag it is stored under."""

    version: Version
    tag: str


@dataclass(frozen=True)
class OtherTag:
    """A tag that is not a chart version, and why.

    Attributes:
        tag: The tag, made safe to show.
        reason: Why it stands apart.
        version: What Helm takes it for where somebody names it, as `v1.2.3` or `1.2`;
            None where it can be used neither by Helm nor here.
        flaws: What keeps one that can be used from being SemVer, in a word or two each.
    """

    tag: str
    reason: str
    version: Version | None = None
    flaws: tuple[str, ...] = ()

    @cached_property
    def usable(self) -> bool:
        """Whether naming it deploys it."""
        return self.version is not None


@dataclass(frozen=True)
class Catalog:
    """All tags of a chart repository: releases newest first, the rest apart."""

    releases: tuple[Release, ...] = ()
    others: tuple[OtherTag, ...] = ()

    def find(self, version: str) -> Release | None:
        """Return the release of exactly this version, or None.

        A tag that stands apart and is usable, such as `v1.2.3`, is found by its own name.
        """
        found = next((r for r in self.releases if r.version.text == version), None)
        return found or next(
            (
                Release(other.version, other.tag)
                for other in self.others
                if other.version is not None and other.version.text == version
            ),
            None,
        )

    @cached_property
    def usable(self) -> tuple[OtherTag, ...]:
        """The tags that stand apart and can be used by their name, newest first."""
        found = [(other.version, other) for other in self.others if other.version is not None]
        return tuple(other for _, other in sorted(found, key=lambda f: f[0].sort_key, reverse=True))

    @property
    def channels(self) -> tuple[str, ...]:
        """The channels that have a version, each once, that of the newest version first."""
        return tuple(dict.fromkeys(release.version.channel for release in self.releases))


def catalog_from_tags(tags: Iterable[str]) -> Catalog:
    """Return the catalog of a repository's tags, which may come in any order, twice, or hostile.

    Signature and digest tags (`sha256-<hex>`, `.sig`, `.att`) and tags that are
    not SemVer are set apart with the reason.
    """
    releases: list[Release] = []
    others: dict[str, OtherTag] = {}
    for tag in dict.fromkeys(tags):
        try:
            version = Version.from_tag(tag)
        except InvalidReference:
            others[tag] = _other(tag)
        else:
            # Whatever becomes a version without a + in it is a tag that OCI allows.
            if "+" in tag:
                others[tag] = _other(tag)
            else:
                releases.append(Release(version, tag))
    return Catalog(
        releases=tuple(sorted(releases, key=lambda r: r.version.sort_key, reverse=True)),
        others=tuple(sorted(others.values(), key=lambda o: o.tag)),
    )


def _other(tag: str) -> OtherTag:
    if not TAG.fullmatch(tag):
        return OtherTag(clean_line(tag, 128), "not a tag that OCI allows")
    if _ATTACHED_TO_DIGEST.fullmatch(tag):
        return OtherTag(tag, "signature or attestation of a digest")
    return _not_semver(tag)


def _not_semver(tag: str) -> OtherTag:
    numbers = _NUMBERS.match(tag)
    try:
        version = Version.lenient(tag.replace("_", "+"))
    except InvalidReference:
        large = numbers and any(int(n) > LARGEST for n in numbers[1].split(".")[:_PARTS])
        why = "a number is larger than Helm reads" if large else "not a SemVer version"
        return OtherTag(tag, why)
    parts = numbers[1].split(".") if numbers else []
    flaws = [
        (flaw, short)
        for flaw, short, found in (
            ("a leading “v”", "leading v", tag.startswith("v")),
            ("fewer than three numbers", "short", len(parts) < _PARTS),
            ("a number that starts with 0", "leading 0", any(n[0] == "0" != n for n in parts)),
        )
        if found
    ]
    reason = f"SemVer but for {' and '.join(flaw for flaw, _ in flaws)}; usable by this name"
    return OtherTag(tag, reason, version, tuple(short for _, short in flaws))
