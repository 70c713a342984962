"""Asking a registry only for what is not kept yet, and keeping what it sends."""

import asyncio

from philotes_tui.registry.chart_manifest import choose
from philotes_tui.registry.descriptor import Descriptor
from philotes_tui.registry.kept import KeptCharts
from philotes_tui.registry.manifest import Manifest
from philotes_tui.registry.reference import Reference, Repository
from philotes_tui.registry.source import BlobStore, Source


class KeepingCharts:
    """Answers as a `RegistryClient` does: a digest from what is kept, all else by asking.

    What a digest names never changes, so that it is asked for once; what a tag names is asked
    for each time.

    Args:
        client: Asks.
        blobs: What is kept, by digest.
    """

    def __init__(self, client: Source, blobs: BlobStore) -> None:
        self._client = client
        self._blobs = blobs
        self._kept = KeptCharts(blobs, {})

    async def head_digest(self, reference: Reference) -> str:
        """Return the digest that a reference names now."""
        return await self._client.head_digest(reference)

    async def manifest(self, reference: Reference) -> Manifest:
        """Return a manifest or index."""
        if reference.digest is not None:
            kept = await self._kept.found_manifest(reference.repository, reference.digest)
            if kept is not None:
                return kept
        manifest = await self._client.manifest(reference)
        await self._keep(manifest)
        return manifest

    async def chart_manifest(self, reference: Reference) -> tuple[Manifest, Manifest]:
        """Return the manifest of a Helm chart, and the one that the reference names."""
        named = await self.manifest(reference)
        return await choose(named, reference, self.manifest), named

    async def blob(
        self, repository: Repository, descriptor: Descriptor, *, largest: int | None = None
    ) -> bytes:
        """Return the bytes that a descriptor points at."""
        kept = await self._kept.found_blob(descriptor)
        if kept is not None:
            return kept
        content = await self._client.blob(repository, descriptor, largest=largest)
        await asyncio.to_thread(self._blobs.put, descriptor.digest, content)
        return content

    async def _keep(self, manifest: Manifest) -> None:
        """Keep a manifest, aside: others may hold up the cache for as long as a second.

        What is there already is read once more, as damage is found out no other way.
        """

        def keep() -> None:
            if self._blobs.get(manifest.digest) is None:
                self._blobs.put(manifest.digest, manifest.body)

        await asyncio.to_thread(keep)


def keeping(client: Source, blobs: BlobStore | None) -> Source:
    """Return what answers as a client does and keeps that, where there is something to keep it."""
    return client if blobs is None else KeepingCharts(client, blobs)
