"""What a repository listed when it was last asked, and what changed since."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TypeAlias

MOST_VANISHED = 10_000
"""Tags that are no longer listed and whose digests are remembered, the last ones to go.

About a megabyte of them.
"""
_NO_DIGESTS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class CachedTags:
    """What a repository listed when it was last asked.

    Attributes:
        tags: Its tags, in the order they were listed.
        seen_at: When, in seconds since 1970, UTC.
        digests: The manifest's digest of each tag for which it is known.
        vanished: The last digest of tags that are no longer listed, of `MOST_VANISHED` of them.
            Up to so many, who deletes a version to push other content under its name, or a
            listing that is cut short, hides no move.
    """

    tags: tuple[str, ...]
    seen_at: float
    digests: Mapping[str, str] = field(default_factory=lambda: _NO_DIGESTS)
    vanished: Mapping[str, str] = field(default_factory=lambda: _NO_DIGESTS)

    def age(self, now: float) -> float:
        """Return the seconds since the listing, never less than 0."""
        return max(0.0, now - self.seen_at)

    def last_digest(self, tag: str) -> str:
        """Return the digest a tag had when it was last looked at, listed now or not, or nothing."""
        return self.digests.get(tag) or self.vanished.get(tag, "")

    def listed_again(self, tags: Iterable[str], seen_at: float) -> "CachedTags":
        """Return what is known after another listing: no digest is lost with its tag."""
        kept = dict.fromkeys(tags)
        known = {**self.vanished, **self.digests}
        digests = {tag: digest for tag, digest in known.items() if tag in kept}
        gone = [(tag, digest) for tag, digest in known.items() if tag not in kept]
        return CachedTags(tuple(kept), seen_at, digests, dict(gone[-MOST_VANISHED:]))

    def with_digests(self, digests: Mapping[str, str]) -> "CachedTags":
        """Return the same with these digests in the place of older ones, of listed tags only."""
        listed = set(self.tags)
        new = {tag: digest for tag, digest in digests.items() if tag in listed}
        return replace(self, digests={**self.digests, **new})


@dataclass(frozen=True)
class New:
    """A tag that was not there before."""

    tag: str


@dataclass(frozen=True)
class Gone:
    """A tag that is no longer there."""

    tag: str


@dataclass(frozen=True)
class Moved:
    """A tag that names another manifest than before: the same version, other content."""

    tag: str
    was: str
    now: str


TagChange: TypeAlias = New | Gone | Moved


def changes(before: CachedTags | None, after: CachedTags) -> tuple[TagChange, ...]:
    """Return what changed between two listings: moved, new, then gone tags, each by name.

    Nothing has changed where nothing was known before, and a tag has moved only where
    both digests are known. One that comes back with other content is new and has moved.
    """
    if before is None:
        return ()
    was, now = set(before.tags), set(after.tags)
    moved = [
        Moved(tag, before.last_digest(tag), digest)
        for tag, digest in sorted(after.digests.items())
        if tag in now and before.last_digest(tag) not in {"", digest}
    ]
    return (*moved, *map(New, sorted(now - was)), *map(Gone, sorted(was - now)))
