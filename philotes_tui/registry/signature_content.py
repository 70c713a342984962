"""What cosign stored beside a chart, with its bytes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from philotes_tui.errors import VersionNotFound
from philotes_tui.registry.client import RegistryClient
from philotes_tui.registry.descriptor import Descriptor
from philotes_tui.registry.kept import KeptCharts
from philotes_tui.registry.manifest import Manifest
from philotes_tui.registry.media_types import SIGSTORE_BUNDLE
from philotes_tui.registry.reference import Reference, Repository
from philotes_tui.registry.referrers import fallback_tag
from philotes_tui.registry.source import BlobStore

SIMPLE_SIGNING = "application/vnd.dev.cosign.simplesigning.v1+json"
"""The payload of a signature of cosign before version 3 (cosign:specs/SIGNATURE_SPEC.md)."""

_MOST_MANIFESTS = 32
_MOST_LAYERS = 16
_LARGEST = 1024 * 1024


@dataclass(frozen=True)
class SignedLayer:
    """A layer of a manifest that belongs to a chart.

    Attributes:
        media_type: What it is, a bundle or a payload.
        content: Its bytes, their digest checked.
        annotations: By name.
    """

    media_type: str
    content: bytes = field(repr=False)
    annotations: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class SignedContent:
    """All that cosign stored for one digest.

    Attributes:
        manifests: Digests of the manifests that belong to it, in order.
        layers: The signatures in them.
    """

    manifests: tuple[str, ...] = ()
    layers: tuple[SignedLayer, ...] = ()


class Source(Protocol):
    """Where manifests and blobs come from: a `RegistryClient`, or what is kept of one."""

    async def manifest(self, reference: Reference) -> Manifest:
        """Return a manifest or index."""

    async def blob(
        self, repository: Repository, descriptor: Descriptor, *, largest: int | None = None
    ) -> bytes:
        """Return the bytes that a descriptor points at."""


async def signed_content(
    client: RegistryClient, repository: Repository, digest: str, blobs: BlobStore | None
) -> SignedContent:
    """Return all that cosign stored for a digest: two requests, and two for each new signature.

    Args:
        client: Asks.
        repository: Where.
        digest: That the chart's tag names.
        blobs: Keeps what is read, so that `kept_content` finds it.

    Raises:
        RegistryError: The registry failed or refused.
    """
    source = client if blobs is None else _Keeping(client, blobs)
    found = await client.referrers(repository, digest)
    manifests = [
        await source.manifest(Reference(repository, digest=each.digest))
        for each in found.descriptors[:_MOST_MANIFESTS]
    ]
    try:
        tag = repository.with_tag(f"{fallback_tag(digest)}.sig")
        manifests.append(await source.manifest(tag))
    except VersionNotFound:
        pass
    return await _content(source, repository, manifests)


async def kept_content(
    blobs: BlobStore, repository: Repository, manifests: Sequence[str]
) -> SignedContent:
    """Return what `signed_content` kept of these manifests, without asking anybody.

    Raises:
        RegistryUnreachable: Something of it is not kept (any more).
    """
    kept = KeptCharts(blobs, {})
    found = [await kept.manifest(Reference(repository, digest=each)) for each in manifests]
    return await _content(kept, repository, found)


async def _content(
    source: Source, repository: Repository, manifests: Sequence[Manifest]
) -> SignedContent:
    layers = [
        SignedLayer(
            layer.media_type,
            await source.blob(repository, layer, largest=_LARGEST),
            layer.annotations,
        )
        for manifest in manifests
        for layer in manifest.layers[:_MOST_LAYERS]
        if layer.media_type == SIMPLE_SIGNING or layer.media_type.startswith(SIGSTORE_BUNDLE)
    ]
    return SignedContent(tuple(manifest.digest for manifest in manifests), tuple(layers))


class _Keeping:
    """Asks a registry for what is not kept, and keeps it."""

    def __init__(self, client: RegistryClient, blobs: BlobStore) -> None:
        self._client = client
        self._blobs = blobs
        self._kept = KeptCharts(blobs, {})

    async def manifest(self, reference: Reference) -> Manifest:
        if reference.digest and self._blobs.get(reference.digest) is not None:
            return await self._kept.manifest(reference)
        manifest = await self._client.manifest(reference)
        self._blobs.put(manifest.digest, manifest.body)
        return manifest

    async def blob(
        self, repository: Repository, descriptor: Descriptor, *, largest: int | None = None
    ) -> bytes:
        kept = self._blobs.get(descriptor.digest)
        if kept is not None and len(kept) == descriptor.size:
            return kept
        content = await self._client.blob(repository, descriptor, largest=largest)
        self._blobs.put(descriptor.digest, content)
        return content
