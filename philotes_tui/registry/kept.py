"""The charts of a registry as they were last seen: nothing is asked of it."""

import asyncio
from collections.abc import Mapping
from http import HTTPStatus

from philotes_tui.errors import RegistryUnreachable
from philotes_tui.registry.answer import Answer
from philotes_tui.registry.chart_manifest import choose
from philotes_tui.registry.descriptor import Descriptor
from philotes_tui.registry.manifest import Manifest, parse_manifest
from philotes_tui.registry.reference import Reference, Repository
from philotes_tui.registry.source import BlobStore


class KeptCharts:
    """Answers from what is kept, as a `RegistryClient` would.

    Args:
        blobs: What is kept, by digest.
        digests: The digest of each tag as it was last seen.
    """

    def __init__(self, blobs: BlobStore, digests: Mapping[str, str]) -> None:
        self._blobs = blobs
        self._digests = digests

    async def head_digest(self, reference: Reference) -> str:
        """Return the digest that a tag named when it was last seen.

        Raises:
            RegistryUnreachable: It was never looked at.
        """
        digest = reference.digest or self._digests.get(reference.target)
        if digest is None:
            raise never_seen(str(reference))
        return digest

    async def chart_manifest(self, reference: Reference) -> tuple[Manifest, Manifest]:
        """Return the manifest of a Helm chart, and the one that the reference names.

        Raises:
            RegistryUnreachable: It was never looked at.
            RegistryError: It is not a chart.
        """
        named = await self.manifest(reference)
        return await choose(named, reference, self.manifest), named

    async def blob(
        self, repository: Repository, descriptor: Descriptor, *, largest: int | None = None
    ) -> bytes:
        """Return the bytes that a descriptor points at.

        Raises:
            RegistryUnreachable: They were never read.
        """
        del largest
        content = await self.found_blob(descriptor)
        if content is None:
            raise never_seen(f"{repository}@{descriptor.digest}")
        return content

    async def found_blob(self, descriptor: Descriptor) -> bytes | None:
        """Return the bytes that a descriptor points at, or None where they were never read."""
        if descriptor.data is not None:
            return descriptor.data
        content = await self._get(descriptor.digest)
        return None if content is None or len(content) != descriptor.size else content

    async def manifest(self, reference: Reference) -> Manifest:
        """Return a manifest or index.

        Raises:
            RegistryUnreachable: It was never looked at.
            RegistryError: It is none.
        """
        digest = await self.head_digest(reference)
        manifest = await self.found_manifest(reference.repository, digest)
        if manifest is None:
            raise never_seen(str(reference))
        return manifest

    async def found_manifest(self, repository: Repository, digest: str) -> Manifest | None:
        """Return the manifest or index of a digest, or None where it was never looked at.

        Raises:
            RegistryError: It is none.
        """
        body = await self._get(digest)
        if body is None:
            return None
        by_digest = Reference(repository, digest=digest)
        return parse_manifest(Answer(HTTPStatus.OK, str(by_digest), body=body), by_digest)

    async def _get(self, digest: str) -> bytes | None:
        """Read and hash aside: other questions wait for answers meanwhile."""
        return await asyncio.to_thread(self._blobs.get, digest)


def never_seen(on: str) -> RegistryUnreachable:
    """Return the error of something that is not kept, where the registry is left alone."""
    return RegistryUnreachable(
        "This is not among what was seen before, and the registry is not asked",
        on=on,
        todo="Run it once without --offline while the registry can be reached.",
    )
