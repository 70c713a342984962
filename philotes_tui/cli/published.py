"""The published versions as commands see them: asked of the registry, or as they were last seen."""

import asyncio
import time
from collections.abc import AsyncGenerator, Container, Iterable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from pathlib import Path

from philotes_tui.cache import BlobCache, TagCache
from philotes_tui.cli.output import age
from philotes_tui.cli.place import Place
from philotes_tui.errors import (
    ChartUnusable,
    NotARegistry,
    RegistryDenied,
    RegistryError,
    RegistryUnreachable,
    VersionNotFound,
)
from philotes_tui.folders import registry_cache
from philotes_tui.registry import ChartRegistry
from philotes_tui.releases import (
    CachedTags,
    Catalog,
    ChartDetails,
    Release,
    TagChange,
    catalog_from_tags,
    changes,
)
from philotes_tui.settings import CHART


@dataclass(frozen=True)
class Listing:
    """What is published.

    Attributes:
        catalog: The versions, newest first.
        seen_at: When the registry listed them, in seconds since 1970.
        cached: Whether the registry was not asked now.
        before: The listing before this one, where there was one.
        changes: What changed since that.
    """

    catalog: Catalog
    seen_at: float
    cached: bool = False
    before: CachedTags | None = None
    changes: tuple[TagChange, ...] = ()

    def with_digests(self, digests: Mapping[str, str]) -> "Listing":
        """Return the same with the tags that turn out to have moved among the changes."""
        if self.cached or self.before is None:
            return self
        tags = [release.tag for release in self.catalog.releases]
        seen = CachedTags(tuple(tags), self.seen_at).with_digests(digests)
        moved = changes(replace(self.before, tags=tuple(tags)), seen)
        return replace(self, changes=(*moved, *self.changes))


class Published:
    """The published versions of one chart.

    Args:
        charts: The registry.
        tags: Keeps what it lists.
        seen: What was kept before this process.
        offline: Whether to leave the registry alone.
    """

    def __init__(
        self, charts: ChartRegistry, tags: TagCache, seen: CachedTags | None, *, offline: bool
    ) -> None:
        self.charts = charts
        self.offline = offline
        self.seen = seen
        self._tags = tags
        self._name = str(charts.repository)

    async def listing(self) -> Listing:
        """Return what is published now; offline, what was when the registry was last asked.

        Raises:
            RegistryError: The registry does not list it, or it was never asked before.
            SettingsError: A file of logins or a proxy setting is broken.
        """
        if self.offline:
            seen = self._kept()
            return Listing(catalog_from_tags(seen.tags), seen.seen_at, cached=True)
        try:
            tags = await self.charts.tags()
        except RegistryError as error:
            self.offer_offline(error)
            raise
        now = self._tags.record(self._name, tags, time.time())
        catalog = catalog_from_tags(now.tags)
        return Listing(catalog, now.seen_at, before=self.seen, changes=self._listed(now))

    async def details_of(
        self, versions: Iterable[Release]
    ) -> AsyncGenerator[tuple[Release, ChartDetails | RegistryError], None]:
        """Yield each version with its details, in the order given; see `ChartRegistry.details_of`.

        Offline, versions that nobody looked at before yield an error, and signatures are those
        that were found before.
        """
        from philotes_tui.cli.known_signatures import (  # noqa: PLC0415 - who asks for details
            KnownSignatures,
        )

        kept = KnownSignatures(registry_cache(), self._name)
        if self.offline:
            for version in versions:
                try:
                    details = await self.charts.details(version)
                except RegistryError as error:
                    yield version, error
                else:
                    yield version, kept.added_to(details)[0]
            return
        async with aclosing(self.charts.details_of(versions)) as answers:
            async for version, answer in answers:
                if isinstance(answer, ChartDetails):
                    await asyncio.to_thread(kept.keep_any, answer)  # others may hold up the cache
                yield version, answer

    @property
    def notices(self) -> tuple[str, ...]:
        """Sentences for the operator: of the registry, and of a cache that cannot be used."""
        return tuple(filter(None, (*self.charts.notices, self._tags.notice)))

    @property
    def moment(self) -> Path:
        """The file that says when the registry was last asked; see `TagCache.moment`."""
        return self._tags.moment(self._name)

    def learn(self, digests: Mapping[str, str]) -> None:
        """Keep the digests that tags have now."""
        if digests and not self.offline:
            self._tags.add_digests(self._name, digests)

    def moved_from(self, tag: str, digest: str) -> str:
        """Return the other digest that a tag had when it was last seen, or nothing."""
        was = self.seen.last_digest(tag) if self.seen and not self.offline else ""
        return was if was != digest else ""

    def _kept(self) -> CachedTags:
        if self.seen is None:
            raise RegistryUnreachable(
                f"{self._name} was never listed before, and is not asked now",
                todo=self._tags.notice
                or "Run it once without --offline while the registry can be reached.",
            )
        return self.seen

    def _listed(self, now: CachedTags) -> tuple[TagChange, ...]:
        """Return the versions that are new or gone; digests of tags are not known here."""
        if self.seen is None:
            return ()
        other = set(self.seen.tags) ^ set(now.tags)
        return changes(_versions(self.seen, other), _versions(now, other))

    def offer_offline(self, error: RegistryError) -> None:
        """Tell in an error what --offline shows, where asking again later is all one can do."""
        if (
            isinstance(error, _FINAL)
            or self.offline
            or self.seen is None
            or "--offline" in error.todo
        ):
            return
        if not (count := len(catalog_from_tags(self.seen.tags).releases)):
            return
        ago = age(self.seen.age(time.time()))
        offer = f"--offline shows the {count} versions that were seen {ago} ago."
        error.todo = f"{error.todo} {offer}".strip()


_FINAL = (ChartUnusable, NotARegistry, RegistryDenied, VersionNotFound)


def published(place: Place, *, offline: bool) -> Published:
    """Return the published versions at a place; opens nothing yet.

    Raises:
        InvalidReference: The address does not parse.
    """
    folder = registry_cache()
    tags, blobs = TagCache(folder), BlobCache(folder)
    charts = ChartRegistry(
        place.registry, CHART, place.plain_http, ca_file=place.ca_file, blobs=blobs
    )
    seen = tags.get(str(charts.repository))
    if offline:
        digests = seen.digests if seen else {}
        charts = ChartRegistry(place.registry, CHART, place.plain_http, blobs=blobs, seen=digests)
    return Published(charts, tags, seen, offline=offline)


def _versions(seen: CachedTags, among: Container[str]) -> CachedTags:
    """Return those of some tags that are versions, unlike those of signatures."""
    catalog = catalog_from_tags(tag for tag in seen.tags if tag in among)
    usable = [other.tag for other in catalog.others if other.usable]
    return CachedTags((*(r.tag for r in catalog.releases), *usable), seen.seen_at)
