"""Published versions as the screens look into them: asked of the registry, or as they were kept."""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from philotes_tui.cache import BlobCache, TagCache
from philotes_tui.cli.known_signatures import KnownSignatures
from philotes_tui.cli.remembered import RememberedCharts
from philotes_tui.errors import InvalidReference, RegistryError
from philotes_tui.folders import registry_cache
from philotes_tui.registry import ChartRegistry
from philotes_tui.releases import CachedTags, ChartDetails, Moved, Release
from philotes_tui.releases.images import images
from philotes_tui.settings import CHART
from philotes_tui.tui.detailed import Known
from philotes_tui.tui.inspection import Inspection

if TYPE_CHECKING:
    from philotes_tui.engine import Target

AT_ONCE = 8
"""Versions whose details are asked for at a time, beside what else a screen asks."""


class BrowsedCharts(RememberedCharts):
    """A registry whose versions are looked into; what was read is kept.

    Args:
        charts: The registry, with a store for what it sends.
        folder: Where what registries said is kept.
    """

    def __init__(self, charts: ChartRegistry, folder: Path) -> None:
        super().__init__(charts, TagCache(folder))
        self._blobs = BlobCache(folder)
        self._signatures = KnownSignatures(folder, self._name)

    async def kept_details(self, releases: Sequence[Release]) -> Mapping[str, Known]:
        """Return what is known of those versions that were read before, by tag; asks nobody."""
        found: dict[str, Known] = {}
        kept = self._kept()
        for release in releases:
            try:
                details, known = self._signatures.added_to(await kept.details(release))
            except RegistryError:
                continue
            found[release.tag] = Known(details, signatures_known=known)
        return found

    async def details_of(
        self, releases: Iterable[Release]
    ) -> AsyncGenerator[tuple[Release, Known], None]:
        """Yield what becomes known of each version, as soon as the registry answers.

        What it costs is told at `ChartRegistry.details_of`. Signatures are kept, and digests that
        are seen for the first time; those that differ once `told` says that somebody knows.

        Args:
            releases: Asked for one after another, each when there is room for it.

        Raises:
            RegistryError: The registry answers for no version.
            SettingsError: A file of logins or a proxy setting is broken.
        """
        before = self.seen()
        found: dict[str, str] = {}
        try:
            stream = self._charts.details_of(releases, AT_ONCE, ordered=False)
            async with aclosing(stream) as answers:
                async for release, details in answers:
                    if not isinstance(details, ChartDetails):
                        yield release, Known(error=details)
                        continue
                    await asyncio.to_thread(self._signatures.keep, details)
                    moved = _moved(release.tag, before, details.digest)
                    found[release.tag] = details.digest
                    yield release, Known(details, moved=moved)
        finally:
            self._tags.add_first_digests(self._name, found)

    async def inspect(self, release: Release) -> Inspection:
        """Return all that is known of a version, asked of the registry.

        That its tag was moved is told again until `told` says that somebody knows.

        Raises:
            VersionNotFound: It is gone.
            RegistryError: It cannot be read.
            SettingsError: A file of logins or a proxy setting is broken.
        """
        before = self.seen()
        details = await self._charts.details(release)
        await asyncio.to_thread(self._signatures.keep, details)
        found = await _inspection(self._charts, details)
        self._tags.add_first_digests(self._name, {release.tag: details.digest})
        moved = _moved(release.tag, before, details.digest)
        return replace(found, moved_from=moved.was) if moved else found

    async def inspect_kept(self, release: Release) -> Inspection | None:
        """Return what was kept of a version, or None where that is not all of it; asks nobody."""
        kept = self._kept()
        try:
            details, known = self._signatures.added_to(await kept.details(release))
            found = await _inspection(kept, details)
        except (RegistryError, InvalidReference):
            return None
        return replace(found, kept=True, signatures_known=known)

    def _kept(self) -> ChartRegistry:
        """Return the registry as it was last seen, which is not asked."""
        seen = self.seen()
        return ChartRegistry(
            self._charts.url,
            CHART,
            self._charts.plain_http,
            blobs=self._blobs,
            seen=seen.digests if seen else {},
        )


def _moved(tag: str, before: CachedTags | None, now: str) -> Moved | None:
    was = before.last_digest(tag) if before else ""
    return Moved(tag, was, now) if was not in {"", now} else None


async def _inspection(charts: ChartRegistry, details: ChartDetails) -> Inspection:
    from philotes_tui.registry.archive import read_chart  # noqa: PLC0415 - imports YAML, tar

    package = await charts.package(details.digest)

    def read() -> Inspection:
        content = read_chart(package.archive, on=str(package.reference))
        return Inspection(details, content, images(content))

    return await asyncio.to_thread(read)


def browsed(charts: ChartRegistry) -> BrowsedCharts:
    """Return a registry with what is kept of it on this machine."""
    return BrowsedCharts(charts, registry_cache())


def opened(target: "Target") -> ChartRegistry:
    """Return the registry client of a target; opens nothing yet.

    What it reads by digest is kept, so that a version looked at again costs less.
    """
    return ChartRegistry(
        target.registry,
        CHART,
        target.plain_http,
        ca_file=target.ca_file,
        blobs=BlobCache(registry_cache()),
    )
