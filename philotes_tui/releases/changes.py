"""What a repository listed when it was last asked, and what changed since."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TypeAlias

_NO_DIGESTS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class CachedTags:
    """What a repository listed when it was last asked.

    Attributes:
        tags: Its tags, in the order they were listed.
        seen_at: When, in seconds since 1970, UTC.
        digests: The manifest's digest of each tag for which it is known.
        etag: The listing's `ETag`, if the registry sent one.
    """

    tags: tuple[str, ...]
    seen_at: float
    digests: Mapping[str, str] = field(default_factory=lambda: _NO_DIGESTS)
    etag: str = ""

    def age(self, now: float) -> float:
        """Return the seconds since the listing, never less than 0."""
        return max(0.0, now - self.seen_at)

    def listed_again(self, tags: Iterable[str], seen_at: float, etag: str = "") -> "CachedTags":
        """Return what is known after another listing: digests stay for tags that stay."""
        kept = dict.fromkeys(tags)
        digests = {tag: digest for tag, digest in self.digests.items() if tag in kept}
        return CachedTags(tuple(kept), seen_at, digests, etag)

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
    both digests are known.
    """
    if before is None:
        return ()
    was, now = set(before.tags), set(after.tags)
    moved = [
        Moved(tag, before.digests[tag], after.digests[tag])
        for tag in sorted(was & now & before.digests.keys() & after.digests.keys())
        if before.digests[tag] != after.digests[tag]
    ]
    return (*moved, *map(New, sorted(now - was)), *map(Gone, sorted(was - now)))
