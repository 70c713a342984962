"""What cosign stored beside a chart, with its bytes."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from philotes_tui.errors import VersionNotFound
from philotes_tui.registry.client import RegistryClient
from philotes_tui.registry.manifest import Manifest
from philotes_tui.registry.media_types import SIGSTORE_BUNDLE
from philotes_tui.registry.reference import Reference, Repository
from philotes_tui.registry.referrers import fallback_tag

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


async def signed_layers(
    client: RegistryClient, repository: Repository, digest: str
) -> tuple[SignedLayer, ...]:
    """Return all that cosign stored for a digest: two requests, and two for each signature.

    Args:
        client: Asks.
        repository: Where.
        digest: That the chart's tag names.

    Raises:
        RegistryError: The registry failed or refused.
    """
    found = await client.referrers(repository, digest)
    manifests = [
        await client.manifest(Reference(repository, digest=each.digest))
        for each in found.descriptors[:_MOST_MANIFESTS]
    ]
    try:
        tag = repository.with_tag(f"{fallback_tag(digest)}.sig")
        manifests.append(await client.manifest(tag))
    except VersionNotFound:
        pass
    return tuple([layer for each in manifests for layer in await _layers(client, repository, each)])


async def _layers(
    client: RegistryClient, repository: Repository, manifest: Manifest
) -> list[SignedLayer]:
    return [
        SignedLayer(
            layer.media_type,
            await client.blob(repository, layer, largest=_LARGEST),
            layer.annotations,
        )
        for layer in manifest.layers[:_MOST_LAYERS]
        if layer.media_type == SIMPLE_SIGNING or layer.media_type.startswith(SIGSTORE_BUNDLE)
    ]
