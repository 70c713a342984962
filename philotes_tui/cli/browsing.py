"""Published versions as the screens look into them: asked of the registry, or as they were kept."""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING

from philotes_tui.cache import BlobCache, TagCache
from philotes_tui.cli.remembered import RememberedCharts
from philotes_tui.errors import InvalidReference, RegistryError
from philotes_tui.folders import registry_cache
from philotes_tui.registry import ChartRegistry
from philotes_tui.releases import ChartDetails, Release
from philotes_tui.releases.images import images
from philotes_tui.settings import CHART
from philotes_tui.tui.inspection import Inspection

if TYPE_CHECKING:
    from philotes_tui.engine import Target

AT_ONCE = 8
"""Versions whose details are asked for at a time."""


class BrowsedCharts(RememberedCharts):
    """A registry whose versions are looked into; what was read is kept.

    Args:
        charts: The registry, with a store for what it sends.
        folder: Where what registries said is kept.
    """

    def __init__(self, charts: ChartRegistry, folder: Path) -> None:
        super().__init__(charts, TagCache(folder))
        self._blobs = BlobCache(folder)

    async def kept_details(self, releases: Sequence[Release]) -> Mapping[str, ChartDetails]:
        """Return the details of those versions that were looked at before, by tag; asks nobody.

        Signatures stored beside a chart are not among them.
        """
        found: dict[str, ChartDetails] = {}
        kept = self._kept()
        for release in releases:
            try:
                found[release.tag] = await kept.details(release)
            except RegistryError:
                continue
        return found

    async def details_of(
        self, releases: Iterable[Release]
    ) -> AsyncGenerator[tuple[Release, ChartDetails | RegistryError], None]:
        """Yield each version with its details; see `ChartRegistry.details_of`.

        Args:
            releases: Asked for one after another, each when there is room for it.

        Raises:
            RegistryError: The registry answers for no version.
            SettingsError: A file of logins or a proxy setting is broken.
        """
        read: dict[str, str] = {}
        try:
            async with aclosing(self._charts.details_of(releases, AT_ONCE)) as answers:
                async for release, details in answers:
                    if isinstance(details, ChartDetails):
                        read[release.tag] = details.digest
                    yield release, details
        finally:
            self._keep_new(read)

    async def inspect(self, release: Release) -> Inspection:
        """Return all that is known of a version, asked of the registry.

        Raises:
            VersionNotFound: It is gone.
            RegistryError: It cannot be read.
            SettingsError: A file of logins or a proxy setting is broken.
        """
        seen = self.seen()
        was = seen.digests.get(release.tag, "") if seen else ""
        details = await self._charts.details(release)
        self._keep_new({release.tag: details.digest})
        moved_from = was if was != details.digest else ""
        return await _inspection(self._charts, details, moved_from=moved_from)

    async def inspect_kept(self, release: Release) -> Inspection | None:
        """Return what was kept of a version, or None where that is not all of it; asks nobody."""
        kept = self._kept()
        try:
            return await _inspection(kept, await kept.details(release), kept=True)
        except (RegistryError, InvalidReference):
            return None

    def _kept(self) -> ChartRegistry:
        seen = self.seen()
        return ChartRegistry(
            self._charts.url,
            CHART,
            self._charts.plain_http,
            blobs=self._blobs,
            seen=seen.digests if seen else {},
        )

    def _keep_new(self, digests: Mapping[str, str]) -> None:
        """Keep digests seen for the first time; those that differ are left to `moved`."""
        seen = self.seen() if digests else None
        if seen is not None:
            new = {tag: digest for tag, digest in digests.items() if tag not in seen.digests}
            if new:
                self._tags.add_digests(self._name, new)


async def _inspection(
    charts: ChartRegistry, details: ChartDetails, *, kept: bool = False, moved_from: str = ""
) -> Inspection:
    from philotes_tui.registry.archive import read_chart  # noqa: PLC0415 - imports YAML, tar

    package = await charts.package(details.digest)
    content = await asyncio.to_thread(read_chart, package.archive, on=str(package.reference))
    return Inspection(details, content, images(content), kept=kept, moved_from=moved_from)


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
