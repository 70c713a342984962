"""Questions about one chart, asked over one client."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TypeAlias

from philotes_tui.errors import ChartUnusable, VersionNotFound
from philotes_tui.registry.chart_details import chart_details
from philotes_tui.registry.deadline import within
from philotes_tui.registry.keeping import keeping
from philotes_tui.registry.manifest import Manifest
from philotes_tui.registry.media_types import HELM_CHART, HELM_PROVENANCE
from philotes_tui.registry.reference import Reference, Repository
from philotes_tui.registry.signatures import SignatureFinder, provenance
from philotes_tui.registry.source import BlobStore, Source
from philotes_tui.releases import ChartDetails, Release, Signature, Version
from philotes_tui.releases.grammar import DIGEST

Wanted: TypeAlias = Version | Release | str
"""A version, a release with its tag, or the text of a version or digest."""

_CONFIG_BYTES = 1024 * 1024


@dataclass(frozen=True)
class PackagedChart:
    """A chart as it was pushed.

    Attributes:
        reference: What was asked for.
        digest: The digest that it names.
        archive: The bytes of the `.tgz`, their digest checked.
        provenance: The bytes of the `.prov` file; None where there is none or it was
            not asked for.
    """

    reference: Reference
    digest: str
    archive: bytes = field(repr=False)
    provenance: bytes | None = field(default=None, repr=False)


class ChartReader:
    """Reads the versions of one chart.

    Args:
        client: Asks.
        repository: Where the chart is.
        finder: Finds signatures; None looks for none beside the chart.
        blobs: Keeps manifests, configs and archives between runs.
        deadline: Seconds that each question may take, with all that it needs.
    """

    def __init__(
        self,
        client: Source,
        repository: Repository,
        *,
        finder: SignatureFinder | None = None,
        blobs: BlobStore | None = None,
        deadline: float = float("inf"),
    ) -> None:
        self._client = keeping(client, blobs)
        self._repository = repository
        self._finder = finder
        self._blob = partial(self._client.blob, repository)
        self._in_time = partial(within, deadline, repository.url)

    async def digest(self, wanted: Wanted) -> str:
        """Return the digest that a version names now."""
        reference, version = self._reference(wanted)
        with self._named(version):
            return await self._client.head_digest(reference)

    async def details(self, wanted: Wanted) -> ChartDetails:
        """Return the details of a version: manifest, config, and what signatures cost."""
        reference, version = self._reference(wanted)
        async with self._in_time():
            chart, named = await self._manifest(reference, version)
            if chart.config is None:
                raise _lacking(reference, "its manifest has no config")
            config = await self._blob(chart.config, largest=_CONFIG_BYTES)
            found = (
                await self._finder.find(chart, named.digest) if self._finder else provenance(chart)
            )
        return chart_details(reference, named, chart, config, version=version, signatures=found)

    async def package(self, wanted: Wanted, *, provenance: bool) -> PackagedChart:
        """Return a chart as it was pushed."""
        reference, version = self._reference(wanted)
        async with self._in_time():
            chart, named = await self._manifest(reference, version)
            layer = chart.layer(*HELM_CHART)
            if layer is None:
                raise _lacking(reference, "it has no layer with the chart itself")
            archive = await self._blob(layer)
            signed = chart.layer(HELM_PROVENANCE) if provenance else None
            text = await self._blob(signed, largest=_CONFIG_BYTES) if signed else None
        return PackagedChart(reference, named.digest, archive, text)

    async def signatures(self, wanted: Wanted) -> tuple[Signature, ...]:
        """Return the signatures that belong to a version."""
        reference, version = self._reference(wanted)
        async with self._in_time():
            chart, named = await self._manifest(reference, version)
            return await self._finder.find(chart, named.digest) if self._finder else ()

    async def _manifest(
        self, reference: Reference, version: Version | None
    ) -> tuple[Manifest, Manifest]:
        with self._named(version):
            return await self._client.chart_manifest(reference)

    def _reference(self, wanted: Wanted) -> tuple[Reference, Version | None]:
        """Return what to ask for, and the version where it is not a digest.

        Raises:
            InvalidReference: It is neither a version nor a digest.
        """
        if isinstance(wanted, Release):
            return self._repository.with_tag(wanted.tag), wanted.version
        if isinstance(wanted, str):
            if DIGEST.fullmatch(wanted):
                return Reference(self._repository, digest=wanted), None
            wanted = Version.lenient(wanted)
        return self._repository.with_tag(wanted.tag), wanted

    @contextmanager
    def _named(self, version: Version | None) -> Iterator[None]:
        """Name the version in what is told when it is not there."""
        try:
            yield
        except VersionNotFound as error:
            if version is None:
                raise
            raise VersionNotFound(
                f"Version {version} is not in {self._repository} (any more)",
                said=error.said,
                todo="See which versions there are and choose another.",
            ) from error


def _lacking(reference: Reference, said: str) -> ChartUnusable:
    return ChartUnusable(
        f"{reference} is not a whole chart", said=said, todo="Publish it again with `helm push`."
    )
