"""What is known of the published versions, folded from what the cache and the registry say. Pure.

The list that was seen last stands at once; what the registry answers takes its place.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from philotes_tui.errors import PhilotesError
from philotes_tui.releases import CachedTags, Catalog, Moved, TagChange, changes


@dataclass(frozen=True)
class Published:
    """The versions of one registry, as far as they are known.

    Attributes:
        catalog: What is listed, or None while nothing is known.
        seen_at: When the registry listed it, in seconds since 1970.
        reading: Whether the registry is being asked.
        asked_at: When it was asked last, in seconds since 1970.
        fault: Why it did not answer then.
        changes: Versions, and usable tags that are none, new or gone since the list before.
        changed_since: When that list was seen.
        moved: The tags that were found to name other content than before, by tag, while listed.
        notices: What the registry client has to say, and was not hidden yet.
        told: All that it said, so that each is shown once.
    """

    catalog: Catalog | None = None
    seen_at: float = 0.0
    reading: bool = False
    asked_at: float = 0.0
    fault: PhilotesError | None = None
    changes: tuple[TagChange, ...] = ()
    changed_since: float = 0.0
    moved: Mapping[str, Moved] = field(default_factory=dict)
    notices: tuple[str, ...] = ()
    told: frozenset[str] = frozenset()

    def asked(self, now: float) -> "Published":
        """Return what is known when the registry is asked."""
        return replace(self, reading=True, asked_at=now, fault=None)

    def seen(self, catalog: Catalog, seen_at: float) -> "Published":
        """Return what is known when the list seen last was read, which never replaces a newer."""
        if self.catalog is not None or not (catalog.releases or catalog.usable):
            return self
        return replace(self, catalog=catalog, seen_at=seen_at)

    def listed(self, catalog: Catalog, now: float) -> "Published":
        """Return what is known when the registry has answered."""
        before = None if self.catalog is None else _versions(self.catalog, self.seen_at)
        there = _tags(catalog) if self.moved else frozenset()
        return replace(
            self,
            catalog=catalog,
            seen_at=now,
            reading=False,
            fault=None,
            changes=changes(before, _versions(catalog, now)),
            changed_since=self.seen_at,
            moved={tag: moved for tag, moved in self.moved.items() if tag in there},
        )

    def failed(self, error: PhilotesError) -> "Published":
        """Return what is known when the registry did not answer."""
        return replace(self, reading=False, fault=error)

    def with_moved(self, moved: Iterable[Moved]) -> "Published":
        """Return what is known when digests were compared."""
        return replace(self, moved={**self.moved, **{each.tag: each for each in moved}})

    def noticed(self, notices: Iterable[str]) -> "Published":
        """Return the same with what the registry client says for the first time."""
        new = tuple(notice for notice in notices if notice not in self.told)
        return replace(self, notices=(*self.notices, *new), told=self.told | set(new))

    def dismissed(self) -> "Published":
        """Return the same without news.

        A fault stays until the registry answers, and what moved as long as the program runs: it
        is told once only, and a key pressed by mistake hides no warning.
        """
        return replace(self, changes=(), notices=())


def _versions(catalog: Catalog, seen_at: float) -> CachedTags:
    usable = (other.version.text for other in catalog.usable if other.version is not None)
    return CachedTags((*(r.version.text for r in catalog.releases), *usable), seen_at)


def _tags(catalog: Catalog) -> frozenset[str]:
    usable = (other.tag for other in catalog.usable)
    return frozenset((*(release.tag for release in catalog.releases), *usable))
