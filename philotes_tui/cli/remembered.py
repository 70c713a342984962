"""Published versions as the screens are given them: remembered, and compared when listed again."""

import time
from collections.abc import Sequence

from philotes_tui.cache import TagCache
from philotes_tui.cli.pinning import pinned
from philotes_tui.registry import ChartRegistry
from philotes_tui.releases import (
    CachedTags,
    Catalog,
    Moved,
    Pinned,
    Release,
    Version,
    catalog_from_tags,
    changes,
)

LOOKED_AT = 20
"""How many of the newest versions, and how many of those whose digest is known, are compared."""


class RememberedCharts:
    """A registry whose listings and digests are kept.

    Args:
        charts: The registry.
        tags: Keeps what it lists.
    """

    def __init__(self, charts: ChartRegistry, tags: TagCache) -> None:
        self._charts = charts
        self._tags = tags
        self._name = str(charts.repository)

    @property
    def notices(self) -> tuple[str, ...]:
        """Sentences for the operator: of the registry, and of a cache that cannot be used."""
        return tuple(filter(None, (*self._charts.notices, self._tags.notice)))

    def seen(self) -> CachedTags | None:
        """Return what was listed when the registry was last asked, or None. Blocking."""
        return self._tags.get(self._name)

    async def catalog(self) -> Catalog:
        """Return what is published now, and keep it.

        Raises:
            RegistryError: The registry does not list it.
            SettingsError: A file of logins or a proxy setting is broken.
        """
        tags = await self._charts.tags()
        return catalog_from_tags(self._tags.record(self._name, tags, time.time()).tags)

    async def moved(self) -> tuple[Moved, ...]:
        """Return which tags name other content than when they were last looked at.

        Each version compared costs one request without a body, see `LOOKED_AT`. Digests seen
        for the first time are kept; those that differ once `told` says that somebody knows.

        Raises:
            RegistryError: The registry does not answer usefully.
            SettingsError: A file of logins or a proxy setting is broken.
        """
        before = self.seen()
        if before is None:
            return ()
        digests = await self._charts.digests(_compared(before))
        found = changes(before, before.with_digests(digests))
        self._tags.add_first_digests(self._name, digests)
        return tuple(change for change in found if isinstance(change, Moved))

    def told(self, moved: Sequence[Moved]) -> None:
        """Compare with these digests from now on. Blocking."""
        self._tags.add_digests(self._name, {each.tag: each.now for each in moved})

    async def pinned(self, version: Version) -> Pinned:
        """Return what a version names now; the first digest is kept to compare others with.

        Raises:
            VersionNotFound: It is not published (any more).
            RegistryError: The registry does not answer usefully, or it is not a chart.
            SettingsError: A file of logins or a proxy setting is broken.
        """
        found = await pinned(self._charts, version)
        # One that differs is left to `moved`, which tells it.
        self._tags.add_first_digests(self._name, {version.tag: found.named})
        return found


def _compared(seen: CachedTags) -> list[Release]:
    """Return the versions whose digests are worth a request, each once, newest first.

    Those too whose tags are no SemVer and can be used by their name.
    """
    catalog = catalog_from_tags(seen.tags)
    named = (Release(o.version, o.tag) for o in catalog.usable if o.version is not None)
    releases = sorted((*catalog.releases, *named), key=lambda r: r.version.sort_key, reverse=True)
    known = [release for release in releases if release.tag in seen.digests]
    return list(dict.fromkeys((*releases[:LOOKED_AT], *known[:LOOKED_AT])))
